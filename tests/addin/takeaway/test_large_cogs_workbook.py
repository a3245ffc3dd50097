"""The COGS workbook of a large seller's settlement: every line in it, valid, and summing up exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from addin.commands.refresh import load
from addin.takeaway.cogs_workbook import cogs_workbook
from benchmarks.large_books import NOW, large_books
from core.money import cents, total
from tests.addin.takeaway.books_to_report import labelled, opened, rows_below

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.long
def test_a_workbook_of_fifteen_thousand_lines_is_valid_and_exact(
    tmp_path: Path, schema_errors: Callable[[Path, str], list[str]]
) -> None:
    """The Open XML SDK has nothing to say, and the rows sum to the COGS of the books."""
    with large_books(tmp_path, 75_000) as database:
        view = load(database)
        (settlement,) = view.books.settlements
        cogs = cents(total(view.books.lines_of(settlement)["cogs"]))
        files = {values: cogs_workbook(view, settlement, values_only=values, now=NOW) for values in (False, True)}

    for values, content in files.items():
        path = tmp_path / f"cogs-{values}.xlsx"
        path.write_bytes(content)
        sheet = opened(content)["COGS 90000000001"]
        rows = rows_below(sheet, "tblCOGS")
        exact = sum((round(Decimal(repr(row["COGS"])), 6) for row in rows if row["COGS"] is not None), Decimal(0))
        assert len(rows) >= 15_000
        assert cogs == cents(exact)
        assert float(cogs) == labelled(sheet, "Total", 2)
        assert "differs" not in {cell for row in sheet.iter_rows(max_row=14, values_only=True) for cell in row}
        assert [] == schema_errors(path, "Microsoft365")
