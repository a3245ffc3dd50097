"""Resolve and save of one settlement while rows of another are typed: nothing outside is judged, filled or saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import table

if TYPE_CHECKING:
    from tests.end_to_end.demo_book import DemoBook


def rows_by_key(demo: DemoBook) -> dict[str, dict[str, object]]:
    return {str(row["Key"]): row for row in demo.table("Resolve").rows if row["Key"]}


def type_cost(demo: DemoBook, row: int, cost: float) -> None:
    book = demo.open()
    table(book, "Resolve").cell(row, "Cost").value = cost
    book.save(demo.path)


@pytest.mark.long
def test_rows_of_another_settlement_keep_what_was_typed(demo: DemoBook) -> None:
    """A cost is typed in one settlement, then another is listed and saved: it stays as typed, and is still missing."""
    rows = demo.table("Resolve").rows
    one, other = sorted({str(row["Settlement ID"]) for row in rows})[:2]
    place = next(number for number, row in enumerate(rows) if row["Settlement ID"] == one and row["Proposed cost"])
    key = str(rows[place]["Key"])
    type_cost(demo, place, 6.5)

    demo.run("resolve", other)
    listed = rows_by_key(demo)
    saved = demo.run("save", other, "--accept-proposals", "--same-sku", "--json")

    assert (6.5, None) == (listed[key]["Cost"], listed[key]["Status"])
    assert {other, one} == {str(row["Settlement ID"]) for row in listed.values()}
    assert {other} == {entry["settlement"] for entry in saved.data["saved"]}
    assert (6.5, None) == (rows_by_key(demo)[key]["Cost"], rows_by_key(demo)[key]["Status"])
    assert [one] == [entry["settlement"] for entry in demo.run("save", one, "--json").data["saved"]]
