"""What left in several shipments, by commands: each line takes its own, and what was posted is not corrected for it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import Left, bought, item, paid, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story

AUGUST, OCTOBER = ("2026-08-01", "2026-08-31"), ("2026-10-01", "2026-10-31")
BEFORE = bought("A", "2026-08-01", 10, "7")
AFTER = bought("A", "2026-08-15", 10, "11")
"""8 at 7.00 and 10 at 11.00: 9.222222."""


def sent(kind: str, order: str, units: str, day: str) -> dict[str, str]:
    """Return what was paid for goods that were sent away."""
    if kind == "Liquidations":
        return item(kind, order, "4.00", units=units, day=day)
    return paid(kind, "20.00", order=order, units=units, day=day)


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("Liquidations", ("export", "--format", "quickbooks")),
        ("Liquidations", ("posted-elsewhere", "--reason", "by hand")),
        ("REMOVAL_ORDER_LOST", ("export", "--format", "quickbooks")),
    ],
)
def test_goods_that_were_sent_away_cost_what_their_own_shipment_did(
    story: Story, finale: FinaleOnLine, tmp_path: Path, kind: str, how: tuple[str, ...]
) -> None:
    """Two left at 7.00 and were posted; one left at 9.222222: it costs that, and nothing is proposed on the two."""
    story.bring(v2(tmp_path, [sent(kind, "R-1", "2", "10")], "1"))
    finale.sync(story, BEFORE, Left("R-1", "A", (("2026-08-10", 2),)))
    story.deed(how[0], "1", *how[1:])
    story.bring(v2(tmp_path, [sent(kind, "R-1", "1", "2026-10-11")], "2", days=OCTOBER))
    finale.sync(story, BEFORE, AFTER, Left("R-1", "A", (("2026-08-10", 2), ("2026-09-20", 1))))

    assert (Decimal(14), Decimal("9.222222")) == (story.cogs(Settlement_ID="1"), story.cogs(Settlement_ID="2"))
    assert story.pending() == []
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize("how", [("export", "--format", "quickbooks"), ("posted-elsewhere", "--reason", "by hand")])
def test_two_skus_of_one_product_cost_what_their_own_shipments_did(
    story: Story, finale: FinaleOnLine, tmp_path: Path, how: tuple[str, ...]
) -> None:
    """One was posted at 5.00 under its first SKU; one left later at 9.00 under the second, and costs 9.00."""
    early, late = bought("A", "2026-08-01", 1, "5"), bought("A", "2026-08-28", 1, "9")
    story.bring(v2(tmp_path, [item("Order", "1", "20.00", units="1", day="2026-08-06")], "1", days=AUGUST))
    finale.sync(story, early, Left("1", "A", (("2026-08-05", 1),)))
    story.deed(how[0], "1", *how[1:])
    second = {**item("Order", "1", "20.00", units="1", sku="A-FBA", day="06"), "order-item-code": "2"}
    story.bring(v2(tmp_path, [second], "2"))
    told = (early, late, Left("1", "A", (("2026-08-05", 1), ("2026-09-05", 1))))
    finale.sync(story, *told)
    story.type("SKU mapping", {"SKU": "A-FBA"}, {"Your product": "A", "Your units": 1})
    finale.sync(story, *told)

    assert (Decimal(5), Decimal(9)) == (story.cogs(SKU="A"), story.cogs(SKU="A-FBA"))
    assert story.pending() == []
    story.ties()
