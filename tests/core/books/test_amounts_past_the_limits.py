"""What comes to more than books hold stops nothing but its own entry, and its settlement can be removed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.entries.stored_entries import EntryTooLargeError
from core.books.overrides.answers import Answer, Cell, Ruling
from core.books.overrides.saving import save_answers
from core.books.settlements.removing import remove_settlements
from core.books.verification.altered_rows import find_altered
from core.frame_columns import records
from core.model import Cause
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss, totals
from tests.core.books.shops import WHO, Shop, sale

if TYPE_CHECKING:
    from pathlib import Path


def shop_of(folder: Path, costs: dict[str, str], units: int) -> Shop:
    """Return a shop with a sale of so many cups on each order, of which Finale says what one cost."""
    shop = Shop.open(folder)
    shop.bring_in("1", *(sale(order, "CUP", units) for order in costs))
    shop.finale_says({(order, "CUP"): cost for order, cost in costs.items()})
    return shop


def test_lines_that_come_to_more_than_an_entry_posts_are_removed_as_any(tmp_path: Path) -> None:
    """Of two sales each is within the limits, 1,620,000,000,000.00 together is not; the P&L shows it all the same."""
    shop = shop_of(tmp_path, {"111-1": "900000000", "222-1": "900000000"}, 900)

    with pytest.raises(EntryTooLargeError, match=r"COGS r1 would post USD 1,620,000,000,000\.00 to Cost of Goods Sold"):
        shop.export("1")
    sums = totals(profit_and_loss(shop.books.lines, PnlQuestion("USD"), zones={}))
    altered = find_altered(shop.database)
    remove_settlements(shop.database, shop.books, [shop.settlement("1")], **WHO)

    assert (Decimal(1_620_000_000_000), []) == (sums["cogs"], altered)
    assert not len(shop.books.lines)


@pytest.mark.parametrize("cost", ["900000000", "1000000001", "900000000000", "-900000000"])
def test_a_cost_with_digits_too_many_is_kept_out_and_said(tmp_path: Path, cost: str) -> None:
    """For 5,000 cups: the books load, the line is asked and says why, the other one is costed."""
    shop = shop_of(tmp_path, {"111-1": cost, "222-1": "4.00"}, 5000)

    large, plain = records(shop.books.lines.sort_values("order_id"))
    is_negative = cost.startswith("-")

    assert (Cause.COST_NEGATIVE if is_negative else Cause.COST_TOO_LARGE, None) == (large["cause"], large["cogs"])
    assert is_negative or f"{Decimal(cost):,f} a unit (Finale order)" in large["cost_note"]
    assert Decimal(20_000) == plain["cogs"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("cost", "words"),
    [
        ("900000000", "Resolve!O5 (Cost) is 900000000. 900,000,000 a unit (Entered) comes to 4,500,000,000,000"),
        ("200000000", "comes to 1,000,000,000,000 for 5,000 units; a line of the books costs less than"),
        ("199999999", ""),
    ],
)
def test_a_typed_cost_that_comes_to_too_much_is_refused_by_its_cell(tmp_path: Path, cost: str, words: str) -> None:
    """All that one press saved was refused because of it, and no cell named."""
    shop = shop_of(tmp_path, {"111-1": "0", "222-1": "4.00"}, 5000)
    (line,) = (row for row in records(shop.books.lines) if row["order_id"] == "111-1")
    answer = Answer(str(line["key"]), 0, Decimal(cost), None, cells={Cell.COST: "Resolve!O5 (Cost)"})

    saving = save_answers(
        shop.database, shop.books, [answer], settlement_ids=None, accept_proposals=False, accept_suspect=True, **WHO
    )

    (decision,) = saving.decisions
    assert (Ruling.REFUSED if words else Ruling.SAVE) is decision.ruling
    assert words in decision.reason
