"""A true-up whose new cost looks wrong is marked with the reason, and accepted only where somebody says it is right."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.syncing import stored_observations
from core.books.true_ups.suspect_true_ups import SuspectTrueUpsError, refuse_suspect, suspect_true_ups
from core.books.true_ups.true_up_history import TRUE_UP_COLUMNS
from core.books.true_ups.true_ups import take_up_true_ups
from core.frame_columns import OBSERVATION_COLUMNS, frame
from core.model import ObservationKind
from tests.core.books.shops import NOW, WHO, Shop, refund, sale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CUP = ("111-1", "CUP")
FAR = "More than five times the current average, 6"
LITTLE = "Less than a fifth of the current average, 6"


@pytest.fixture
def sold(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with two cups sold at 6.00, and one refunded, both exported; 6.00 is their average."""
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "CUP", 2))
    shop.bring_in("2", refund("111-1", "CUP", day="2026-08-20"))
    says(shop, "6.00", 2)
    shop.export("1", "2")
    yield shop
    shop.database.close()


def says(shop: Shop, cost: str, units: int) -> None:
    """Let Finale say that so many cups left on the order at this unit cost; their average stays 6.00."""
    shop.finale_says({CUP: cost})
    same = {"product_id": "CUP", "currency": "USD", "fetched_at": NOW}
    rows = [
        {"kind": ObservationKind.AVERAGE, "unit_cost": Decimal(6)},
        {"kind": ObservationKind.ORDER, "order_id": "111-1", "unit_cost": Decimal(cost), "units": units},
    ]
    with shop.database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        told = [{"record_date": "2026-08-04", **row, **same} for row in rows]
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, told), batch, NOW)


def marked(shop: Shop) -> dict[str, str]:
    """Return why which kinds of lines are marked."""
    rows = shop.proposed()
    found = suspect_true_ups(shop.books, frame(TRUE_UP_COLUMNS, rows))
    events = dict(zip(shop.books.lines["key"], shop.books.lines["event"], strict=True))
    return {events[row["key"]]: found[row["id"]].reason for row in rows if row["id"] in found}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("cost", "units", "expected"),
    [
        ("6.50", 2, {}),
        ("30.00", 2, {}),
        ("30.01", 2, {"sale": FAR}),
        ("1.19", 2, {"sale": LITTLE}),
        ("6.50", 4, {"sale": "Finale shipped 4 of CUP for 2 sold, which is not what the mapping says"}),
        ("6.00", 2, {}),
    ],
)
def test_a_cost_that_looks_wrong_is_marked(sold: Shop, cost: str, units: int, expected: dict[str, str]) -> None:
    """As an open line of that cost is; the refund that takes the sale's cost is not marked again."""
    says(sold, cost, units)

    assert expected == marked(sold)


@pytest.mark.long
def test_whichever_of_a_pair_is_accepted_it_is_asked(sold: Shop) -> None:
    """The refund takes its sale's true-up along; a usual cost is not asked."""
    says(sold, "60.00", 2)
    numbers = [row["id"] for row in sold.proposed()]

    assert 2 == len(numbers)
    for number in numbers:
        with pytest.raises(SuspectTrueUpsError, match=r"order 111-1, SKU CUP: cost 60, average 6\. Nothing"):
            refuse_suspect(sold.database, sold.books, [number])
    says(sold, "7.00", 2)
    refuse_suspect(sold.database, sold.books, [row["id"] for row in sold.proposed()])


@pytest.mark.long
def test_one_that_was_dismissed_is_asked_when_it_is_taken_up(sold: Shop) -> None:
    """Dismissing needs no word of it; as long as it stands dismissed nothing is marked."""
    says(sold, "60.00", 2)
    numbers = sold.dismiss()
    dismissed = marked(sold)
    take_up_true_ups(sold.database, sold.books, numbers, "it is right", **WHO)

    assert ({}, {"sale": FAR}) == (dismissed, marked(sold))
