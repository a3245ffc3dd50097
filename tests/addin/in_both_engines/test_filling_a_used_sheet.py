"""Whatever the user has done to a sheet: filled anew it shows what the books say, and the user's own is still there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from addin.sheets.costs import resolve
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.settlements import transactions
from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC
from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_cell
from addin.sheets.tables.native_cells import ProtectedSheetError
from addin.sheets.tables.sheet_specs import Kind, records_of
from core.reports.costed_lines import margin, with_marks, with_units, words_of
from tests.addin.in_both_engines import as_user
from tests.addin.in_both_engines.as_user import UsersTable, change
from tests.addin.in_both_engines.office import Office
from workbook_engine.errors import SheetProtectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from addin.sheets.tables.sheet_specs import TableSpec
    from addin.sheets.tables.tables import Record
    from core.books.books import Books

FIRST, SECOND = slice(0, 30), slice(10, 45)
"""The lines shown at first and those filled in afterwards: some go, some stay, some come."""
SCENARIOS = [
    *(
        as_user.nothing,
        as_user.filter_it,
        as_user.filter_by_colour,
        as_user.switch_totals_on,
        as_user.sort_it,
        as_user.insert_own_column,
    ),
    *(as_user.empty_it, as_user.rename_sheet, as_user.write_below),
]


def expected(spec: TableSpec, records: Sequence[Record]) -> dict[object, dict[str, object]]:
    """Return what each row must show, by its key."""
    return {
        record["key"]: {c.header: comparable(to_cell(record[c.field], c.kind)) for c in spec.columns}
        for record in records
    }


def shown(users: UsersTable, spec: TableSpec) -> dict[object, dict[str, object]]:
    """Return what each row of a saved workbook shows in our columns, by its key."""
    headers = {column.header for column in spec.columns}
    return {
        row["Key"]: {header: comparable(value) for header, value in row.items() if header in headers}
        for row in users.values()
    }


def comparable(value: Any) -> object:
    """Make equal what two programs write differently: whole numbers, empty texts, fractions of a second."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None, microsecond=0)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None if value == "" else value


def transaction_records(lines: pd.DataFrame) -> list[Record]:
    return records_of(
        with_marks(with_units(lines)).assign(words=words_of(lines), margin=margin(lines)), TRANSACTIONS_SPEC
    )


@pytest.fixture(scope="session")
def made_filled(made_business: Path, books: Books, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workbook whose sheet Transactions shows the first lines."""
    path = tmp_path_factory.mktemp("filled") / "Books.xlsm"
    path.write_bytes((made_business / "Books.xlsm").read_bytes())
    with Office(None).opened(path) as book:
        transactions.fill_transactions(book, books.lines.iloc[FIRST])
        book.save()
    return path


@pytest.fixture
def filled(made_filled: Path, tmp_path: Path) -> Path:
    """Return a copy of it that the test may change."""
    path = tmp_path / "Books.xlsm"
    path.write_bytes(made_filled.read_bytes())
    return path


@pytest.mark.long
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_the_sheet_shows_the_new_lines(
    office: Office, filled: Path, books: Books, scenario: Callable[[UsersTable], None]
) -> None:
    """Each line stands there once, every figure right, and no other; rows that stay are in the user's order."""
    users = UsersTable(filled, "tblTransactions")
    scenario(users)
    before = [row["Key"] for row in users.values()]
    users.save()

    with office.opened(filled) as book:
        transactions.fill_transactions(book, books.lines.iloc[SECOND])
        book.save()

    users = UsersTable(filled, "tblTransactions")
    wanted = expected(TRANSACTIONS_SPEC, transaction_records(books.lines.iloc[SECOND]))
    assert wanted == shown(users, TRANSACTIONS_SPEC)
    kept = [key for key in before if key in wanted]
    assert [*kept, *(key for key in wanted if key not in kept)] == [row["Key"] for row in users.values()]


def fill_again(office: Office, path: Path, books: Books, scenario: Callable[[UsersTable], None]) -> UsersTable:
    change(path, "tblTransactions", scenario)
    with office.opened(path) as book:
        transactions.fill_transactions(book, books.lines.iloc[SECOND])
        book.save()
    return UsersTable(path, "tblTransactions")


@pytest.mark.long
def test_a_filter_stays_on(office: Office, filled: Path, books: Books) -> None:
    """After filling, the table is filtered by the same value, and rows that do not match are still hidden."""
    kind = UsersTable(filled, "tblTransactions").cell(0, "Type").value

    users = fill_again(office, filled, books, as_user.filter_it)

    assert kind in filtered_by(users)
    first = set(books.lines.iloc[FIRST]["key"])
    hidden = {row["Key"]: users.is_hidden(number) for number, row in enumerate(users.values())}
    assert {row["Key"]: row["Type"] != kind for row in users.values() if row["Key"] in first} == {
        key: is_hidden for key, is_hidden in hidden.items() if key in first
    }
    assert True in hidden.values()


def filtered_by(users: UsersTable) -> list[str]:
    """Return the values by which the first filtered column is filtered, however that is written."""
    assert users.table.autoFilter is not None
    entry = users.table.autoFilter.filterColumn[0]
    customs = entry.customFilters.customFilter if entry.customFilters else []
    return [*(entry.filters.filter if entry.filters else []), *(custom.val for custom in customs)]


@pytest.mark.long
def test_the_totals_row_stays_the_last(office: Office, filled: Path, books: Books) -> None:
    """The totals row stands below the new last row."""
    users = fill_again(office, filled, books, as_user.switch_totals_on)

    left, _, _, bottom = users.bounds
    assert as_user.TOTAL == users.sheet.cell(bottom, left).value
    assert 1 == users.table.totalsRowCount


@pytest.mark.long
def test_the_users_column_stays_beside_its_rows(office: Office, filled: Path, books: Books) -> None:
    """Each remark stands beside the line it was made on; new lines have none."""
    users = fill_again(office, filled, books, as_user.insert_own_column)

    first = set(books.lines.iloc[FIRST]["key"])
    remarks = {row["Key"]: row[as_user.OWN_HEADER] for row in users.values()}
    assert {key: as_user.remark_on(key) if key in first else None for key in remarks} == remarks
    assert users.headers[as_user.OWN_PLACE] == as_user.OWN_HEADER


@pytest.mark.long
def test_what_stands_below_moves_down(office: Office, filled: Path, books: Books) -> None:
    """A note below the table is still below it, not overwritten."""
    users = fill_again(office, filled, books, as_user.write_below)

    left, _, _, bottom = users.bounds
    below = [users.sheet.cell(row, left).value for row in range(bottom + 1, bottom + 10)]
    assert [as_user.TOTAL] == [value for value in below if value is not None]


@pytest.mark.long
def test_a_renamed_sheet_is_found(office: Office, filled: Path, books: Books) -> None:
    """Tables are found by their own name, whatever the tab is called."""
    users = fill_again(office, filled, books, as_user.rename_sheet)

    assert as_user.OTHER_NAME == users.sheet.title


@pytest.mark.long
def test_a_copied_sheet_is_left_alone(office: Office, filled: Path, books: Books) -> None:
    """The user's copy of a sheet keeps what it showed; the sheet itself is filled."""
    with office.opened(filled) as book:
        copy = book.sheets["Transactions"].copy(name="As it was")
        name = next(iter(copy.tables)).name
        transactions.fill_transactions(book, books.lines.iloc[SECOND])
        book.save()

    first, second = (
        expected(TRANSACTIONS_SPEC, transaction_records(books.lines.iloc[part])) for part in (FIRST, SECOND)
    )
    assert first == shown(UsersTable(filled, name), TRANSACTIONS_SPEC)
    assert second == shown(UsersTable(filled, "tblTransactions"), TRANSACTIONS_SPEC)


def test_a_protected_sheet_is_named(office: Office, filled: Path, books: Books) -> None:
    """Nothing is written, and the message says which sheet has to be unprotected."""
    change(filled, "tblTransactions", as_user.protect)

    with (
        office.opened(filled) as book,
        pytest.raises((ProtectedSheetError, SheetProtectedError), match="Sheet Transactions is protected"),
    ):
        transactions.fill_transactions(book, books.lines.iloc[SECOND])


@pytest.mark.long
def test_a_cost_in_a_currency_cell_is_read_in_full(office: Office, business: Path) -> None:
    """Excel cuts such a cell to four decimals unless it is asked otherwise; the typed cost counts."""
    change(business, "tblResolve", as_user.format_costs_as_currency)
    users = UsersTable(business, "tblResolve")
    users.cell(0, "Cost").value = 1.234567
    users.save()

    with office.opened(business) as book:
        answers = resolve.read_answers(book).answers

    assert Decimal("1.234567") == answers[0].cost


def test_ids_stay_text(office: Office, business: Path) -> None:
    """An id with leading zeros and a SKU that looks like a date are filled and read back as they are."""
    odd = ["00123", "1/2/2026", "=A1", "1E5", "TRUE"]
    blank: Record = {column.field: None for column in RESOLVE_SPEC.columns}
    records = [blank | {"key": f"k{n}", "sku": sku} for n, sku in enumerate(odd)]

    with office.opened(business) as book:
        tables.update(book, RESOLVE_SPEC, records)
        rows = tables.read(tables.find(book, RESOLVE_SPEC), RESOLVE_SPEC)

    assert odd == [row["sku"] for row in rows]


def test_a_number_of_a_text_column_is_text(office: Office, business: Path) -> None:
    """Every column declared as text has the text format in every row after filling."""
    with office.opened(business) as book:
        found = tables.find(book, RESOLVE_SPEC)
        count = len(tables.read(found, RESOLVE_SPEC))
        formats = {
            column.field: found.column_cells(column.field, 0, count).number_format
            for column in RESOLVE_SPEC.columns
            if column.kind in (Kind.TEXT, Kind.FLAG)
        }

    assert {"@"} == set(formats.values())
