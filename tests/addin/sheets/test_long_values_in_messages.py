"""What somebody typed is named in a message so that it can be known again, and never fills it."""

from __future__ import annotations

import pytest

from addin.commands.close.reclassifications import NotANumberError
from addin.commands.setup.settings_edits import NoSuchStoreError
from addin.sheets.reports.pnl import PnlCellError
from addin.sheets.setup.setup import _not_typed_here
from addin.sheets.tables.cells import CellRefusal, read_cell
from addin.sheets.tables.sheet_specs import Column, Kind
from core.books.importing.duplicates import AnotherStoreError
from core.books.overrides.undo import ValueUnknownError
from core.books.settings.opening_costs import OpeningCostError
from core.books.settings.policies import PolicyError
from core.books.settings.rates import RateUnreadableError, TypedRate
from core.books.settings.sku_mapping import MappingTypedError
from core.books.settings.stores import StoreNameError, StoreUnknownError
from core.books.settings.time_zones import TimeZoneUnknownError
from core.books.settings.type_choices import TypeChoiceError
from core.books.settlements.booked_settlement import SettlementUnknownError
from core.currencies import NotACurrencyError
from core.finale.typed_settings import FinaleSettingError, with_edits
from core.journal.files import AccountNameError
from core.marketplaces.amazon.selling_partner_api import UnknownRegionError
from core.settings import FinaleAccount
from core.time import MonthUnreadableError

LONG = f"-1{'0' * 308}"
BEGINNING = LONG[:100]


@pytest.mark.parametrize(
    "error",
    [
        AccountNameError(LONG),
        AnotherStoreError("1.txt", LONG, "US", ""),
        MonthUnreadableError(LONG),
        NotANumberError(LONG),
        UnknownRegionError(LONG),
        SettlementUnknownError(LONG, ()),
        StoreNameError(LONG, ""),
        ValueUnknownError(1, LONG),
        NoSuchStoreError(LONG, ()),
        NotACurrencyError(LONG),
        OpeningCostError(LONG, "a row needs a unit cost."),
        PnlCellError("P&L", "B2", LONG, ""),
        PolicyError("decimal_mark", LONG),
        RateUnreadableError(TypedRate(LONG, "2026-08-31", "1.1"), ""),
        MappingTypedError(LONG, ""),
        StoreUnknownError(LONG, ()),
        TimeZoneUnknownError("Amazon US", LONG),
        TypeChoiceError("Fee", LONG),
    ],
    ids=lambda error: type(error).__name__,
)
def test_of_a_long_value_the_beginning_is_named(error: Exception) -> None:
    """A cell may hold a number of three hundred digits, or a whole letter."""
    assert (True, False) == (f"{BEGINNING} …" in str(error), LONG in str(error))


@pytest.mark.parametrize("row", [("Company", LONG), (LONG, "x"), ("No setting", LONG)])
def test_so_it_is_of_what_is_no_setting(row: tuple[str, str]) -> None:
    """A fact that was typed over, and a row that somebody added."""
    said = _not_typed_here({"setting": row[0], "value": row[1]}, {"Company": "Acme"})

    assert (True, False) == (f"{BEGINNING} …" in said, LONG in said)


@pytest.mark.parametrize("edit", [{"mode": LONG}, {"field_names": LONG}, {"column_names": f"{LONG} = x"}])
def test_so_it_is_of_a_setting_of_finale(edit: dict[str, str]) -> None:
    """A mode, and the name of a field."""
    with pytest.raises(FinaleSettingError, match=f"{BEGINNING} …"):
        with_edits(FinaleAccount(), edit)


@pytest.mark.parametrize("kind", [Kind.UNIT_COST, Kind.WHOLE, Kind.FLAG, Kind.RATE])
@pytest.mark.parametrize("typed", [LONG, f"{LONG}%", f"x{LONG}"])
def test_so_it_is_of_a_cell(kind: Kind, typed: str) -> None:
    """Whether it is a number or not."""
    refused = read_cell(typed, Column("Cost", "cost", kind, width=9))

    assert isinstance(refused, CellRefusal)
    assert len(str(refused)) < 400
