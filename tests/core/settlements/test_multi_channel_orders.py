"""A multi-channel order is costed once: in the store that sold it, found by the seller's own order number."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.database import Database, true_ups
from core.database.company import new_company
from core.database.settlements import OriginalFile
from core.journal.accounts import Accounts
from core.marketplaces import read
from core.model import CostStatus, records
from core.settlements import books as all_books
from core.settlements import costs_now
from core.settlements import true_ups as trueing
from core.settlements.answers import Answer
from core.settlements.exporting import ExportWish, export_settlement
from core.settlements.importing import import_reading
from core.settlements.saving import save_answers
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


def test_a_cost_that_moves_to_the_selling_store_after_the_export_is_taken_back(tmp_path: Path) -> None:
    """Amazon's line was exported with the cost; when the shop's payout arrives, the difference is proposed and posted.

    The line moves no goods any more, so it has no unit cost and no currency of its own: the proposal needs neither.
    """
    shipped = v2_content("1", {**SHIPPED, "merchant-order-id": "#1044"}, total="-4.00")
    sold = v2_content("2", {"order-id": "1044"}, total="10.00")
    who = {"who": "M. Lee", "now": NOW}
    with Database.create(tmp_path / "books.sqlite", new_company("Acme", "EUR", NOW)) as database:
        import_reading(database, read(shipped), OriginalFile("file", shipped), store="Amazon US", **who)  # type: ignore[arg-type]
        line = all_books.load(database).lines["key"].iloc[0]
        answer = Answer(line, 0, Decimal("4.00"), None)
        save_answers(database, all_books.load(database), [answer], settlement_ids=None, accept_proposals=True, **who)  # type: ignore[arg-type]
        books = all_books.load(database)
        export_settlement(database, books, books.settlements[0], ExportWish(accept_suspect=True), **who)  # type: ignore[arg-type]
        import_reading(database, read(sold), OriginalFile("file", sold), store="Shop", **who)  # type: ignore[arg-type]

        for _ in range(2):
            trueing.propose(database, all_books.load(database), **who)  # type: ignore[arg-type]
        with database.reading() as connection:
            (proposal,) = records(true_ups.pending(connection))
        books = all_books.load(database)
        trueing.accept(database, books, [proposal["id"]], accounts=Accounts(), lock_date=None, **who)  # type: ignore[arg-type]

        assert (Decimal("-4.00"), "EUR", None) == (proposal["difference"], proposal["currency"], proposal["unit_cost"])
        assert costs_now.differences(all_books.load(database)).empty, "what was taken back is not proposed again"
