"""Sheet Cost true-ups shows what the books hold beside what a line costs now."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.books.true_ups.cost_comparison import every_line, held_lines
from core.books.true_ups.true_up_history import TRUE_UP_COLUMNS
from core.books.true_ups.true_up_reasons import LockedFigures, true_up_rows
from core.frame_columns import frame
from core.model import Disposition
from tests.core.books.shops import Shop, refund, sale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CUP = ("111-1", "CUP")
FIELDS = ("cause", "unit_cost_was", "unit_cost", "cogs_was", "cogs", "difference", "currency")


@pytest.fixture
def sold(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with two cups sold at 6.00, and one refunded, both exported."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP", 2))
    shop.bring_in("2", refund("111-1", "CUP", day="2026-08-20"))
    shop.finale_says({CUP: "6.00"})
    shop.export("1", "2")
    yield shop
    shop.database.close()


def rows(shop: Shop) -> list[tuple[object, ...]]:
    """Return the proposals as the sheet shows them."""
    pending = frame(TRUE_UP_COLUMNS, shop.proposed())
    books = shop.books
    shown = true_up_rows(pending, every_line(books), LockedFigures({row["key"]: row for row in held_lines(books)}))
    return [tuple(_plain(row[name]) for name in FIELDS) for row in shown]


def _plain(value: Any) -> object:
    return f"{value:.2f}" if isinstance(value, Decimal) else value


@pytest.mark.long
def test_a_later_bill_is_shown_beside_what_was_exported(sold: Shop) -> None:
    """Also of the refund that took the sale's cost, in home currency."""
    sold.finale_says({CUP: "6.50"})

    assert [
        ("unit cost", "6.00", "6.50", "12.00", "13.00", "1.00", "USD"),
        ("unit cost", "6.00", "6.50", "-6.00", "-6.50", "-0.50", "USD"),
    ] == rows(sold)


@pytest.mark.long
def test_after_an_accepted_one_it_is_beside_that(sold: Shop) -> None:
    """6.50 was accepted; the bill is corrected to 7.00."""
    sold.finale_says({CUP: "6.50"})
    sold.accept()
    sold.finale_says({CUP: "7.00"})

    assert ("unit cost", "6.50", "7.00", "13.00", "14.00", "1.00", "USD") == rows(sold)[0]


def test_what_else_changed_is_said_in_words() -> None:
    """Units, what became of the goods, another reading of the file, and a document that came after the export."""
    lines = frame({**TRUE_UP_COLUMNS, "order_id": TRUE_UP_COLUMNS["key"], "sku": TRUE_UP_COLUMNS["key"]}, [])
    held = {"a": {"cost_quantity": 2, "disposition": str(Disposition.RESTOCKED), "unit_cost": Decimal(4)}}
    base = {"key": "a", "cogs": Decimal(12), "difference": Decimal(4), "unit_cost": Decimal(4), "cost_quantity": 3}
    causes = ("units", "disposition", "reading")
    pending = frame(TRUE_UP_COLUMNS, [{**base, "cause": cause, "disposition": "Not returned"} for cause in causes])

    shown = true_up_rows(pending, lines.assign(event=lines["sku"]), LockedFigures(held))
    late = true_up_rows(pending, lines.assign(event=lines["sku"]), LockedFigures(held, came={"a"}))

    words = ["units: 2 → 3", "goods: Restocked → Not returned"]
    assert [*words, "its file is read differently now"] == [row["cause"] for row in shown]
    assert [*words, "a document came after the export"] == [row["cause"] for row in late]
