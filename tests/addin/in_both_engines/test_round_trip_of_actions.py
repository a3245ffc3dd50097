"""The bookkeeper's round through the actions themselves, on files and in Excel: the same workbook in the end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from addin.commands.costs import resolving, saving_costs, syncing
from addin.commands.costs.saving_costs import SaveOptions
from addin.commands.reports import cogs_reports
from addin.commands.settlements import importing, opening
from addin.sheets.costs import resolve
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.tables import tables
from addin.sheets.tables.table_search import looked_for_once
from tests.addin.in_both_engines import as_user
from tests.addin.in_both_engines.as_user import UsersTable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from addin.sheets.desk import Desk
    from addin.sheets.tables.tables import Record
    from core.books.books import Books
    from tests.addin.in_both_engines.office import Office

SCENARIOS = [
    *(as_user.nothing, as_user.filter_it, as_user.switch_totals_on, as_user.sort_it, as_user.insert_own_column),
    *(as_user.rename_sheet, as_user.write_below, as_user.format_costs_as_currency),
]


def type_cost(users: UsersTable, key: str, cost: float) -> None:
    """Type a cost into the row of a line."""
    row = next(number for number, values in enumerate(users.values()) if values["Key"] == key)
    users.cell(row, "Cost").value = cost


@pytest.mark.long
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_saving_from_a_used_resolve_sheet(
    office: Office, business: Path, scenario: Callable[[UsersTable], None]
) -> None:
    """Exactly the typed costs are saved, and each row says beside itself what became of it."""
    users = UsersTable(business, "tblResolve")
    prefilled = [row for row in users.values() if row["Cost"] is not None]
    blank = [row for row in users.values() if row["Cost"] is None]
    assert len(prefilled) > 1, "the business must have proposals"
    assert blank, "and a line without one"
    scenario(users)
    type_cost(users, prefilled[0]["Key"], 3.141593)
    type_cost(users, blank[0]["Key"], 2)
    users.save()

    outcome = office.do(business, saving_costs.save)

    saved = [(entry["sku"], entry["cost"]) for entry in entries(outcome.data["saved"])]
    assert sorted([(prefilled[0]["SKU"], "3.141593"), (blank[0]["SKU"], "2")]) == sorted(saved)
    after = {row["Key"]: row["Status"] for row in UsersTable(business, "tblResolve").values() if row["Key"]}
    assert {prefilled[0]["Key"], blank[0]["Key"]} == {key for key, status in after.items() if status == "saved"}
    assert str(after[prefilled[1]["Key"]]).startswith("missing: the proposed cost was neither edited nor accepted")


def entries(data: object) -> list[dict[str, Any]]:
    """Return a list out of an outcome's data."""
    assert isinstance(data, list)
    return data


@pytest.mark.long
def test_the_whole_round(office: Office, business: Path, books: Books) -> None:
    """Save, open, resolve, sync, COGS tab: all sheets agree at the end, and typing that is not saved is still there."""
    name = books.settlements[0].settlement_id
    users = UsersTable(business, "tblResolve")
    first, second, *_ = (row["Key"] for row in users.values() if row["Type"] == "sale")
    type_cost(users, first, 9.99)
    users.save()

    def round_trip(desk: Desk) -> Any:
        saving_costs.save(desk, options=SaveOptions(accept_proposals=True))
        found = tables.find(desk.book, RESOLVE_SPEC)
        row = next(n for n, values in enumerate(tables.read(found, RESOLVE_SPEC)) if values["key"] == second)
        found.column_cells("note", row, 1).value = "ask the buyer"
        opening.fill(desk, ids=[name])
        resolving.resolve(desk, ids=[name])
        syncing.sync(desk, ids=[name])
        return cogs_reports.cogs(desk, ids=[name])

    outcome = office.do(business, round_trip)

    tab = entries(outcome.data["settlements"])[0]["sheet"]
    users = UsersTable(business, "tblTransactions")
    shown = {row["Key"]: row for row in users.values()}
    listed = users.of("tblResolve").values()
    on_tab = users.of(f"tblCOGS_{name}")
    cogs = {row["Key"]: row for row in on_tab.values()}
    assert on_tab.sheet.title == tab
    assert (9.99, "Entered") == (shown[first]["Unit cost"], shown[first]["Cost source"])
    assert {key: shown[key]["Unit cost"] for key in cogs} == {key: row["Unit cost"] for key, row in cogs.items()}
    assert {key for key, row in shown.items() if row["!"] == "●"} | {second} == {row["Key"] for row in listed} - {None}
    assert "ask the buyer" in [row["Note"] for row in listed]


@pytest.mark.long
def test_importing_again_changes_nothing(office: Office, business: Path) -> None:
    """The same file is recognised; the sheets stay as they are."""
    file = next(path for path in business.parent.iterdir() if path.suffix == ".txt")
    before = UsersTable(business, "tblSettlements").values()

    outcome = office.do(business, partial(importing.import_files, files=[file]))

    assert "imported already" in outcome.message
    assert before == UsersTable(business, "tblSettlements").values()


def test_reading_a_table_needs_few_calls(excel_calls: Callable[[Callable[[], object]], int], resolve_rows: Any) -> None:
    """Each call to Excel costs about a millisecond: reading all answers takes as many for many rows as for few."""
    few, many = (excel_calls(partial(resolve.read_answers, resolve_rows(count))) for count in (5, 50))

    assert few == many


def test_filling_a_table_needs_few_calls(excel_calls: Callable[[Callable[[], object]], int], resolve_rows: Any) -> None:
    """Filling takes as many calls to Excel for many rows as for few."""

    def fill(count: int) -> Callable[[], object]:
        book = resolve_rows(1)
        blank: Record = {column.field: None for column in RESOLVE_SPEC.columns}
        records = [blank | {"key": f"k{n}"} for n in range(count)]
        return lambda: tables.update(book, RESOLVE_SPEC, records)

    assert excel_calls(fill(5)) == excel_calls(fill(50))


def test_a_sheet_that_shows_its_rows_is_not_touched(
    excel_calls: Callable[[Callable[[], object]], int], resolve_rows: Any
) -> None:
    """It is read and compared: that takes few calls, and what somebody typed over is put right all the same."""
    book = resolve_rows(3)
    blank: Record = {column.field: None for column in RESOLVE_SPEC.columns}
    records = [blank | {"key": f"row {n}", "order_id": f"00{n}", "cost": 1.5, "proposed_cost": None} for n in range(3)]
    fill = partial(tables.update, book, RESOLVE_SPEC, records)
    with looked_for_once():
        written, again = excel_calls(fill), excel_calls(fill)
    found = tables.find(book, RESOLVE_SPEC)

    assert again <= 3 < written
    found.column_cells("order_id", 1, 1).value = "typed over"
    fill()
    assert ["000", "001", "002"] == [row["order_id"] for row in tables.read(found, RESOLVE_SPEC)]
