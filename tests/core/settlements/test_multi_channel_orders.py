"""A multi-channel order is costed once: in the store that sold it, found by the seller's own order number."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.database import Database
from core.database.company import new_company
from core.database.settlements import OriginalFile
from core.marketplaces import read
from core.model import CostStatus
from core.settlements import books as all_books
from core.settlements.importing import import_reading
from tests.core.settlements.listed_documents import v2_content

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SHIPPED = {
    "order-id": "S01-1",
    "marketplace-name": "Non-Amazon US",
    "amount-type": "ItemFees",
    "amount-description": "FBAPerUnitFulfillmentFee",
    "amount": "-4.00",
}


@pytest.mark.parametrize(
    ("merchant_order", "expected"), [("#1044", CostStatus.NOT_APPLICABLE), ("#1045", CostStatus.MISSING)]
)
@pytest.mark.parametrize("selling_store_first", [True, False])
def test_amazons_line_carries_the_cost_only_where_the_selling_store_is_elsewhere(
    tmp_path: Path, merchant_order: str, expected: CostStatus, *, selling_store_first: bool
) -> None:
    """The number that the shop gave the order is in Amazon's file; `#1044` and `1044` are the same order."""
    shipped = v2_content("1", {**SHIPPED, "merchant-order-id": merchant_order}, total="-4.00")
    sold = v2_content("2", {"order-id": "1044"}, total="10.00")
    files = [("Amazon US", shipped), ("Shop", sold)]
    with Database.create(tmp_path / "books.sqlite", new_company("Acme", "USD", NOW)) as database:
        for store, content in reversed(files) if selling_store_first else files:
            file = OriginalFile("file", content)
            import_reading(database, read(content), file, store=store, who="M. Lee", now=NOW)
        lines = all_books.load(database).lines

    status = dict(zip(lines["store"], lines["cost_status"], strict=True))
    assert {"Amazon US": expected, "Shop": CostStatus.MISSING} == status
    assert merchant_order == lines.loc[lines["store"] == "Amazon US", "merchant_order_id"].iloc[0]
