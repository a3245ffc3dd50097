"""Two items of one eBay order and SKU were answered on a report; the pulled payout has two as well."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.books.database import Database
from core.books.database.company import new_company
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.overrides.undo import undo_last
from core.books.settlements.booked_settlement import OriginalFile
from core.books.true_ups.cost_comparison import differences
from core.books.true_ups.resolve_after_export import questions_since_export
from core.frame_columns import records
from core.marketplaces import read_file
from tests.core.marketplaces.ebay_documents import ORDER, booked, charged, item, money, ordered, pulled, report, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

WHO: dict[str, Any] = {"who": "M. Lee", "now": datetime(2026, 9, 10, tzinfo=UTC)}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.create(tmp_path / "books.sqlite", new_company("Acme", "USD", WHO["now"])) as opened:
        yield opened


def bring_in(database: Database, name: str, content: bytes) -> list[str]:
    """Import a file; return what was told."""
    made = import_file(database, read_file(content, name), OriginalFile(name, content), store=None, **WHO)
    return [problem.message for one in made.settlements for problem in one.problems]


def sold(database: Database) -> list[dict[str, Any]]:
    """Return the lines of the mugs in the order of their prices."""
    rows = [row for row in records(load_books(database).lines) if row["sku"] == "MUG"]
    return sorted(rows, key=lambda row: row["principal"])


def typed(database: Database, prices: tuple[str, str], costs: tuple[str, str]) -> None:
    """Import a report of two mugs of one order, and type what they cost."""
    gross = sum(map(Decimal, prices))
    items = [item(f"{place}", "MUG", price, "0") for place, price in enumerate(prices, start=1)]
    bring_in(database, "report.csv", report(whole(f"{gross}", f"{gross}"), *items))
    by_price = dict(zip(prices, costs, strict=True))
    lines = sold(database)
    answers = [Answer(row["key"], row["version"], Decimal(by_price[f"{row['principal']:.2f}"]), None) for row in lines]
    if prices[0] == prices[1]:
        answers = [Answer(row["key"], 0, Decimal(cost), None) for row, cost in zip(lines, costs, strict=True)]
    save_answers(database, load_books(database), answers, settlement_ids=None, accept_proposals=False, **WHO)


def payout(prices: Sequence[str]) -> bytes:
    """Return the pulled payout of the order; its items have other numbers than in the report."""
    gross = f"{sum(map(Decimal, prices))}"
    codes = list(zip(("81", "82", "83"), prices, strict=False))
    sale = booked("SALE", money(gross), *(charged(code, price, money("0")) for code, price in codes))
    return pulled(gross, sale, orders={ORDER: [ordered(code, "MUG", money(price)) for code, price in codes]})


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("prices", "costs", "now", "cost", "proposed"),
    [
        (("34.00", "34.00"), ("4.00", "4.00"), ("34.00", "34.00"), [4, 4], [None, None]),
        (("34.00", "32.00"), ("4.00", "3.00"), ("32.00", "34.00"), [3, 4], [None, None]),
        (("34.00", "34.00"), ("4.00", "3.00"), ("34.00", "34.00"), [None, None], [3, 4]),
    ],
)
def test_a_pulled_payout_takes_over_what_was_typed_on_a_report(
    database: Database,
    prices: tuple[str, str],
    costs: tuple[str, str],
    now: tuple[str, str],
    cost: list[int | None],
    proposed: list[int | None],
) -> None:
    """Equal answers and those that the net tells apart move; two of equal lines are proposed; undo takes each back."""
    typed(database, prices, costs)
    told = bring_in(database, "payout.json", payout(now))
    lines = sold(database)
    undo_last(database, **WHO)
    undone = sold(database)

    assert cost == [row["unit_cost"] for row in lines]
    assert proposed == sorted((row["proposed_cost"] for row in lines), key=lambda found: found or 0)
    assert any("could not be moved" in one for one in told) == (cost == [None, None])
    assert [(None, None)] * 2 == [(row["unit_cost"], row["proposed_cost"]) for row in undone]


@pytest.mark.long
@pytest.mark.parametrize(
    ("prices", "costs", "now", "asked"),
    [
        (("34.00", "34.00"), ("4.00", "4.00"), ("34.00", "34.00"), []),
        (("34.00", "34.00"), ("4.00", "3.00"), ("34.00", "34.00"), [3, 4]),
        (("34.00", "34.00"), ("4.00", "4.00"), ("34.00", "34.00", "34.00"), [4, 4, 4]),
        (("34.00", "34.00"), ("4.00", "4.00"), ("68.00",), [4]),
        (("34.00", "32.00"), ("4.00", "3.00"), ("32.00", "34.00"), []),
        (("34.00", "32.00"), ("4.00", "4.00"), ("33.00", "33.00"), []),
        (("34.00", "32.00"), ("4.00", "3.00"), ("33.00", "33.00"), [3, 4]),
    ],
)
def test_what_was_exported_keeps_its_cost_where_an_open_line_would(
    database: Database, prices: tuple[str, str], costs: tuple[str, str], now: Sequence[str], asked: list[int]
) -> None:
    """Of lines that are still there nothing is asked or proposed; of others what was typed is proposed on Resolve."""
    typed(database, prices, costs)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(accept_provisional=True), **WHO)
    bring_in(database, "payout.json", payout(now))
    books = load_books(database)
    questions = records(questions_since_export(books))

    assert asked == sorted(row["proposed_cost"] for row in questions)
    assert differences(books).empty
    assert sum(map(Decimal, costs)) == sum(row["cogs"] for row in sold(database))
