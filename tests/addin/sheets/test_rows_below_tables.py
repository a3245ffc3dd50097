"""What somebody types directly below a table is read or named by its cells; it is never ignored."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from addin.commands.costs import resolving, saving_costs
from addin.commands.desk_opening import on_file
from addin.commands.settlements import importing
from addin.sheets.close.accounts import ACCOUNTS_SPEC
from addin.sheets.costs.opening_costs import OPENING_COSTS_SPEC
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.costs.sku_mapping import SKU_MAPPING_SPEC
from addin.sheets.reports.rates import RATES_SPEC
from addin.sheets.tables import tables
from addin.sheets.tables.edited_rows import RowBelowTableError
from core.books.database import Database
from core.books.settings.opening_costs import latest
from tests.books_with_vba import load_with_vba
from tests.core.books.listed_documents import v2_content
from workbook_engine import workbook

if TYPE_CHECKING:
    from pathlib import Path

    from addin.sheets.tables.sheet_specs import TableSpec


@pytest.fixture
def book(new_books: Path) -> Path:
    file = new_books.parent / "1.txt"
    file.write_bytes(v2_content("1", {}, total="10.00"))
    on_file(new_books, partial(importing.import_files, files=[file]))
    on_file(new_books, resolving.resolve)
    return new_books


def type_below(path: Path, spec: TableSpec, field: str, value: object) -> str:
    """Type into the row below a table, and return the cell's address."""
    with workbook(path) as opened:
        found = tables.find(opened, spec)
        area = found.table.range
        cell = found.sheet.range((area.row + area.shape[0], area.column + found.positions[field]))
        cell.value = value
        opened.save()
        return str(cell.get_address(row_absolute=False, column_absolute=False))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("spec", "field", "value"),
    [
        (OPENING_COSTS_SPEC, "unit_cost", 3.25),
        (SKU_MAPPING_SPEC, "own_product", "MUG"),
        (RATES_SPEC, "rate", 1.1),
        (ACCOUNTS_SPEC, "name", "Sales of mugs"),
        (RESOLVE_SPEC, "cost", 5),
    ],
)
def test_what_stands_below_is_named(book: Path, spec: TableSpec, field: str, value: object) -> None:
    """By sheet and cell, with what to do; once it is gone the button works."""
    address = type_below(book, spec, field, value)

    with pytest.raises(RowBelowTableError, match=f"{address} of sheet {spec.sheet} stands below the table"):
        on_file(book, saving_costs.save)

    type_below(book, spec, field, None)
    on_file(book, saving_costs.save)


@pytest.mark.long
def test_the_blank_row_of_an_empty_table_is_its_first_row_whoever_filled_it(book: Path) -> None:
    """A program that writes the cells of a workbook file leaves the table's mark of being empty as it was."""
    opened = load_with_vba(book)
    sheet = opened["Opening costs"]
    table = sheet.tables["tblOpening"]
    headers = [cell.value for cell in sheet[table.ref][0]]
    row = sheet[table.ref][1]
    row[headers.index("SKU")].value, row[headers.index("Unit cost")].value = "MUG", 3.25
    assert table.insertRow
    opened.save(book)

    on_file(book, resolving.resolve)

    with Database.open(str(book.with_name("acme.sqlite"))) as database, database.reading() as connection:
        assert ["MUG"] == list(latest(connection)["sku"])
