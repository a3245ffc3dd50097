"""Policies and time zones typed on sheets: taken by the next command, and asked first where something is posted."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from addin.commands.close import exporting
from addin.commands.costs import resolving, saving_costs
from addin.commands.desk_opening import YesNeededError, on_file
from addin.commands.reports import pnl
from addin.commands.settlements import importing
from addin.commands.setup import settings_command as settings_action
from addin.commands.setup.settings_edits import Edits, take_over_edits
from addin.commands.setup.shown_settings import SettingsShown
from addin.sheets.close.accounts import ACCOUNTS_SPEC
from addin.sheets.costs.opening_costs import OPENING_COSTS_SPEC
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.reports.pnl import PNL_SPEC, PnlOptions
from addin.sheets.setup.setup import SETUP_SPEC, NotTypedHereError
from addin.sheets.setup.stores import STORES_SPEC
from addin.sheets.tables import tables
from addin.sheets.tables.edited_rows import CellsRefusedError
from core.books.database import Database
from core.books.settings.home_currency import HomeCurrencyFixedError
from core.errors import CogsheetError
from core.journal.files import Ledger
from tests.core.books.listed_documents import v2_content
from workbook_engine import workbook

if TYPE_CHECKING:
    from pathlib import Path

    from addin.commands.outcome import Outcome
    from addin.sheets.tables.sheet_specs import TableSpec
    from addin.sheets.tables.tables import Record

SITE = {"marketplace-name": "Amazon.com.au"}
EVENING = SITE | {"posted-date-time": "2026-08-31 15:00:00 UTC"}
"""One in the morning of 1 September in Sydney."""


OPTIONS = exporting.ExportCommandOptions(ledger=Ledger.QUICKBOOKS, accept_suspect=True)


@pytest.fixture
def book(new_books: Path) -> Path:
    return new_books


def bring_in(book: Path, name: str, *lines: dict[str, str], total: str = "10.00") -> Outcome:
    file = book.parent / f"{name}.txt"
    file.write_bytes(v2_content(name, *lines, total=total, days=("17", "31")))
    return on_file(book, partial(importing.import_files, files=[file]))


def rows(book: Path, spec: TableSpec) -> list[Record]:
    with workbook(book) as opened:
        return tables.read(tables.find(opened, spec), spec)


def write(book: Path, spec: TableSpec, place: int, field: str, text: object) -> None:
    with workbook(book) as opened:
        tables.find(opened, spec).column_cells(field, place, 1).value = text
        opened.save()


def setting(book: Path, name: str, text: str) -> None:
    place = next(number for number, row in enumerate(rows(book, SETUP_SPEC)) if row["setting"] == name)
    write(book, SETUP_SPEC, place, "value", text)


def value(book: Path, name: str) -> object:
    return next(row["value"] for row in rows(book, SETUP_SPEC) if row["setting"] == name)


def export(book: Path, *ids: str) -> Outcome:
    """Give every line a cost of 4.00 and export."""
    on_file(book, resolving.resolve)
    for place, _ in enumerate(rows(book, RESOLVE_SPEC)):
        write(book, RESOLVE_SPEC, place, "cost", 4.0)
    on_file(book, saving_costs.save)
    return on_file(book, partial(exporting.export, ids=ids, options=OPTIONS))


def months(book: Path) -> dict[object, object]:
    on_file(book, partial(pnl.make_pnl, options=PnlOptions(by_month=True)))
    return {row["month"]: row["sales"] for row in rows(book, PNL_SPEC)}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("Materiality limit", "write a plain number, such as 4.17"),
        ("Look back", "write a whole number, 0 or more, such as 2"),
        ("Books start", "write it as plain text, a date as 2026-08-31"),
        ("Refunded goods", "write Restocked or Not returned or Unsellable or Money only"),
        ("Usual tax rate", "write it as plain text"),
    ],
)
def test_what_is_advised_of_an_error_fits_the_policy(book: Path, name: str, advice: str) -> None:
    """Of an error in Materiality limit a date was spoken of."""
    setting(book, name, "#VALUE!")

    with pytest.raises(CellsRefusedError, match=f"holds the error #VALUE!: {re.escape(advice)}"):
        on_file(book, resolving.resolve)


@pytest.mark.long
def test_a_time_zone_is_proposed_at_import_and_on_setup(book: Path) -> None:
    """It is named with its store, and not taken; once it is typed, nothing is asked any more."""
    outcome = bring_in(book, "1", EVENING)

    assert "Store Amazon has no time zone" in outcome.message
    assert "Australia/Sydney is proposed" in outcome.message
    assert [{"store": "Amazon", "proposed": "Australia/Sydney"}] == outcome.data["time_zones"]
    assert "Amazon: Australia/Sydney" == value(book, "Time zones to set")
    assert 0 == outcome.exit_status
    write(book, STORES_SPEC, 0, "time_zone", "Australia/Sydney")
    assert "time zone" not in bring_in(book, "2", SITE | {"order-id": "111-7"}).message
    assert {"2026-08": 10.0, "2026-09": 10.0} == months(book)


@pytest.mark.long
def test_a_zone_that_moves_an_exported_month_waits_for_a_yes(book: Path) -> None:
    """Every command stops and says what would move; `settings` shows it, and a yes takes it; the months stay."""
    bring_in(book, "1", EVENING)
    export(book, "1")
    bring_in(book, "2", EVENING | {"order-id": "111-7"})
    write(book, STORES_SPEC, 0, "time_zone", "Australia/Sydney")

    with pytest.raises(YesNeededError, match=r"1 line of USD 10\.00 in another month") as refused:
        on_file(book, pnl.make_pnl)
    shown = on_file(book, settings_action.preview, edits=Edits.LEAVE)
    taken = on_file(book, settings_action.take, edits=Edits.AGREED)

    assert f"cogsheet settings {book.name} --yes" in str(refused.value)
    assert (1, 0) == (shown.exit_status, taken.exit_status)
    assert ["1", "2"] == [one["settlement"] for one in shown.data["effects"]]  # type: ignore[attr-defined]  # a list
    assert {"2026-08": 10.0, "2026-09": 10.0} == months(book)


@pytest.mark.long
def test_books_start_over_an_exported_settlement_waits_for_a_yes(book: Path) -> None:
    """Put back, everything goes on as before; agreed to, the exported settlement stays in the profit and loss."""
    bring_in(book, "1", SITE)
    export(book, "1")
    setting(book, "Books start", "2026-09-01")

    with pytest.raises(YesNeededError, match=r"1 \(Amazon, exported\)"):
        months(book)
    setting(book, "Books start", "")
    assert {"2026-08": 10.0} == months(book)
    setting(book, "Books start", "2026-09-01")
    on_file(book, settings_action.take, edits=Edits.AGREED)
    assert {"2026-08": 10.0} == months(book)
    assert "2026-09-01" == value(book, "Books start")


@pytest.mark.long
def test_a_policy_is_taken_from_the_first_open_day_by_the_next_command(book: Path) -> None:
    """Nothing posted is decided anew, so nothing is asked; Setup says since when it holds and what held before."""
    bring_in(book, "1", SITE)
    export(book, "1")
    setting(book, "Refunded goods", "Not returned")

    on_file(book, resolving.resolve)

    row = next(row for row in rows(book, SETUP_SPEC) if row["setting"] == "Refunded goods")
    assert "Not returned" == row["value"]
    assert "Holds from 2026-08-18 on; before 2026-08-18: Restocked." in str(row["meaning"])


@pytest.mark.long
def test_settings_says_what_an_open_settlement_would_become(book: Path) -> None:
    """Nothing is posted: it needs no yes, and nothing is taken by looking."""
    bring_in(book, "1", SITE)
    setting(book, "Books start", "2026-09-01")

    shown = on_file(book, settings_action.preview, edits=Edits.LEAVE)

    assert "1 (Amazon, open): 1 line of USD -10.00 not counted" in shown.message
    assert 0 == shown.exit_status
    assert {} == months(book)
    unchanged = on_file(book, settings_action.preview, edits=Edits.LEAVE)
    assert [] == unchanged.data["effects"]


def test_where_nothing_was_typed_nobody_who_writes_is_waited_for(book: Path) -> None:
    """A press that takes nothing over from the sheets writes nothing, so that it need not be the only writer."""
    place = book.parent / "acme.sqlite"
    with (
        workbook(book) as opened,
        Database.open(place, busy_seconds=0.1) as database,
        Database.open(place) as other,
        other.writing(),
    ):
        assert take_over_edits(opened, database, "M. Lee", datetime(2026, 9, 1, tzinfo=UTC)) is None


def test_what_was_taken_is_no_edit_any_more(book: Path) -> None:
    """Its cell is filled in the same press, so that a later one neither takes it again nor over what a copy said."""
    setting(book, "Look back", "3")
    with workbook(book) as opened, Database.open(book.parent / "acme.sqlite") as database:
        taken = [take_over_edits(opened, database, "M. Lee", datetime(2026, 9, 1, tzinfo=UTC)) for _ in range(2)]

    assert ({"Setup": 1}, None) == (taken[0] and taken[0].rows, taken[1])


def test_one_wrong_cell_leaves_every_sheet_as_it_was(book: Path) -> None:
    """“Nothing was changed” holds of the other sheets too: the account of the same press is not in the books."""
    write(book, ACCOUNTS_SPEC, 0, "name", "Turnover")
    with workbook(book) as opened, Database.open(book.parent / "acme.sqlite") as database:
        tables.find(opened, OPENING_COSTS_SPEC).column_cells("sku", 0, 1).value = "A"
        tables.find(opened, OPENING_COSTS_SPEC).column_cells("unit_cost", 0, 1).value = -1
        before = SettingsShown(database).books.accounts
        with pytest.raises(CogsheetError, match="Opening costs"):
            take_over_edits(opened, database, "M. Lee", datetime(2026, 9, 1, tzinfo=UTC))
        assert before == SettingsShown(database).books.accounts


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("name", "field", "typed", "said"),
    [
        ("Lock date", "setting", "Lock dates", "“Lock dates” is no setting, and “2026-08-31” stands beside it."),
        ("Company", "value", "Others", "Company is not changed in its cell, .* is made .New.: write .* there"),
        ("Last sync", "value", "", "Last sync is not changed .*“nothing”. Sync says when it was: write not yet there"),
        ("Stores", "value", "eBay", "A store comes into the books with its first file: empty the cell"),
        ("Finale account", "value", "acme", "Connect sets it: write not connected yet there"),
        ("Time zones to set", "value", "Amazon: UTC", "Time zones are typed on sheet Stores: empty the cell"),
    ],
)
def test_a_cell_of_setup_that_no_command_takes_is_refused_by_its_name(
    book: Path, name: str, field: str, typed: str, said: str
) -> None:
    """What is typed over a fact, or beside a name that is no setting, counts nowhere and is not passed over."""
    setting(book, "Lock date", "2026-08-31")
    shown = rows(book, SETUP_SPEC)
    place = [row["setting"] for row in shown].index(name)
    held = shown[place][field]
    write(book, SETUP_SPEC, place, field, typed)
    for command in (settings_action.preview, settings_action.take):
        with pytest.raises(NotTypedHereError, match=f"Sheet Setup: .*{said}.* Nothing was changed"):
            on_file(book, command)
    write(book, SETUP_SPEC, place, field, held)
    assert not on_file(book, settings_action.take).needs_attention


def test_the_home_currency_is_corrected_in_its_cell_until_there_is_a_cost(book: Path) -> None:
    """Together with an opening cost typed in the same press, which is in it; from then on it stays."""
    setting(book, "Home currency", "eur")
    write(book, OPENING_COSTS_SPEC, 0, "sku", "MUG")
    write(book, OPENING_COSTS_SPEC, 0, "unit_cost", 4.5)
    on_file(book, settings_action.take)
    corrected = value(book, "Home currency"), rows(book, OPENING_COSTS_SPEC)[0]["currency"]
    setting(book, "Home currency", "USD")
    with pytest.raises(HomeCurrencyFixedError, match="stays EUR, because the books hold 1 opening cost in it"):
        on_file(book, settings_action.take)

    assert ("EUR", "EUR") == corrected
