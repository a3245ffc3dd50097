"""Ids and SKUs reach every sheet as the text that was in the file, whatever Excel would make of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from core.marketplaces import read_file
from tests.end_to_end.demo_book import DemoBook, table

if TYPE_CHECKING:
    from pathlib import Path

TEXT_COLUMNS = ("SKU", "Order ID", "Settlement ID")
NASTY = {"00123", "1E5"}


def texts_of_the_files(folder: Path) -> set[str]:
    """Return every SKU and id of the demo's settlement files."""
    found: set[str] = set()
    for path in (folder / "settlements").iterdir():
        for settlement in read_file(path.read_bytes()).settlements:
            lines = settlement.transactions
            found |= {settlement.settlement_id, *lines["sku"].dropna(), *lines["order_id"].dropna()}
    return found


@pytest.mark.long
def test_every_id_and_sku_in_every_sheet_is_the_text_of_the_file(demo: DemoBook) -> None:
    """Leading zeros, inner blanks, exponents, other alphabets and a leading `=` included."""
    known = texts_of_the_files(demo.path.parent)
    assert NASTY <= known
    assert any(text.startswith("=") for text in known)
    ids = [str(row["Settlement ID"]) for row in demo.table("Settlements").rows]
    demo.run("fill", *ids)
    demo.run("cogs", *ids)
    book = demo.open()

    sheets = ["Settlements", "Transactions", "Resolve", "Costs", *(f"COGS {number}" for number in ids)]
    shown = {
        row[column]
        for name in sheets
        for row in table(book, name).rows
        for column in TEXT_COLUMNS
        if row.get(column) is not None
    }
    assert all(isinstance(text, str) for text in shown)
    assert known >= shown
    assert any(text.startswith("=") for text in shown)


_LINKS = ("=IFERROR(HYPERLINK(\"#'", "=HYPERLINK(\"#'")
"""To a row, which may be gone, and to a sheet."""


@pytest.mark.long
def test_no_formula_in_any_cell_came_from_data(demo: DemoBook) -> None:
    """The only formulas are tie-outs, totals, and links that find their row by key and name no SKU or order."""
    rows = demo.table("Settlements").rows
    settlements = {str(row["Settlement ID"]) for row in rows}
    data = texts_of_the_files(demo.path.parent) - settlements
    demo.run("cogs", min(settlements))
    demo.run("fill", min(settlements))
    demo.run("pnl")
    book = demo.open()

    formulas = [
        (sheet.title, cell.coordinate, str(cell.value))
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    links = [formula for _, _, formula in formulas if formula.startswith(_LINKS)]
    others = [(title, place) for title, place, formula in formulas if formula not in links]
    assert links
    assert others
    assert all(title.startswith(("COGS", "P&L")) and int(re.sub(r"\D", "", place)) < 12 for title, place in others)
    assert [] == [formula for formula in links for text in data if len(text) > 3 and text in formula]
