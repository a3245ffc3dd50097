"""Returns and replacements that a marketplace paid for can have accounts of their own, beside other losses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import bought, item, left, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story

LOSSES, GOODS, STOCK = "Damaged and Lost Inventory", "Cost of Goods Sold", "Inventory Asset"
CHOSEN = {"Cost of lost returns": "COGS Returned", "Cost of free replacements": "COGS Replacements"}
ROWS = (
    item("Order", "1", "60.00", units="3"),
    item("Refund", "1", "-20.00", units="1", day="05"),
    paid("Customer Return", "12.00", order="1", day="18"),
    paid("FREE_REPLACEMENT_REFUND_ITEMS", "12.00", order="1", day="19"),
    paid("WAREHOUSE_LOST", "9.00", day="21"),
)
"""3 sold, 1 refunded and lost on its way back, 1 replaced for nothing, 1 lost in the warehouse."""


def choose(story: Story, accounts: dict[str, str]) -> None:
    """Type accounts of their own."""
    for line_type, name in accounts.items():
        story.type("Accounts", {"Line type": line_type}, {"Account": name})


def settle(story: Story, finale: FinaleOnLine, folder: Path, cost: str) -> None:
    """Bring the settlement in, sync at a cost, and accept what is proposed for the replacement."""
    story.bring(v2(folder, ROWS, "1"))
    finale.sync(story, bought("A", "2026-08-01", 20, cost), left("1", "2026-09-02", 3))
    story.answer()


@pytest.mark.long
@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (CHOSEN, {"COGS Returned": 5, "COGS Replacements": 5, LOSSES: 5}),
        ({}, {LOSSES: 15}),
        ({"Cost of lost returns": "COGS Returned"}, {"COGS Returned": 5, LOSSES: 10}),
        ({"Damaged and lost goods": "Shrinkage"}, {"Shrinkage": 15}),
    ],
    ids=["both", "none", "one", "that of all losses"],
)
def test_lost_returns_and_replacements_post_where_it_was_chosen(
    story: Story, finale: FinaleOnLine, tmp_path: Path, chosen: dict[str, str], expected: dict[str, int]
) -> None:
    """15.00 of goods at 5.00 each: by kind, or to the account of all losses as before; reopening takes it back."""
    choose(story, chosen)
    settle(story, finale, tmp_path, "5")
    posted = story.export("1")
    story.ties()
    story.deed("reopen", "1", "--imported", "--reason", "wrong bill")
    back = story.posted("reversal")

    assert {GOODS: Decimal(10), STOCK: Decimal(-25), **expected}.items() <= posted.items()
    assert {name: -amount for name, amount in posted.items()}.items() <= back.items()
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize("after", ["6", "4.50", "5.25"])
def test_a_true_up_follows_its_kind_of_cost(story: Story, finale: FinaleOnLine, tmp_path: Path, after: str) -> None:
    """What cost 5.00 at the export turns out otherwise: the difference goes to the accounts of the entry."""
    choose(story, CHOSEN)
    settle(story, finale, tmp_path, "5")
    story.export("1")
    finale.sync(story, bought("A", "2026-08-01", 20, after), left("1", "2026-09-02", 3))
    story.decide("accept")
    more = Decimal(after) - 5

    assert {GOODS: 2 * more, "COGS Returned": more, LOSSES: more}.items() <= story.posted("true-up").items()
    story.ties()
