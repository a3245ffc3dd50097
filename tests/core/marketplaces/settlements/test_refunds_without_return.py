"""A refund whose goods the buyer keeps is the same lines by report and by pull: it takes no units from its sale."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from core.frame_columns import records
from core.model import Event
from tests.core.marketplaces.settlements.routes_to_payouts import EbayPayout, booked, in_cents

if TYPE_CHECKING:
    from core.books.books import Books

ORDER = "10-00001-00001"
FEE = Decimal("5.20")


class RefundedSale(EbayPayout):
    """Two mugs for 40.00, of which something is given back, with a word for the refund."""

    def __init__(self, currency: str, rate: str, back: str, words: str) -> None:
        self.dice = Random(1)  # noqa: S311  # a payout for tests
        self.rows, self.transactions, self.orders = [], [], []
        self.converts = False
        at = Decimal(rate)
        fees = [("Final Value Fee - variable", "FINAL_VALUE_FEE", FEE)]
        item: Any = (f"{ORDER}-0", "MUG", 2, Decimal("40.00"), Decimal(0), fees)
        net, taken = in_cents((item[3] - FEE) * at), [("FINAL_VALUE_FEE", self.charged(FEE, currency, at))]
        self._report_sale(ORDER, [item], net, item[3], currency, at)
        sold = {"lineItemId": item[0], "sku": "MUG", "quantity": 2, "lineItemCost": {"value": "40.00"}}
        sold["lineItemCost"]["currency"] = currency
        self.orders.append({"orderId": ORDER, "lineItems": [sold]})
        self.book("SALE", net, order=ORDER, items=[(item, taken)], currency=currency, rate=at)
        self._refund(ORDER, [(item[0], Decimal(back))], currency, at)
        self.rows[-1]["Description"] = words or "--"
        self.transactions[-1]["transactionMemo"] = words


def goods_of(books: Books) -> list[tuple[Any, ...]]:
    """Return what the lines of orders say of goods, and what they cost."""
    rows = records(books.lines[books.lines["event"].isin([Event.SALE.value, Event.REFUND.value])])
    names = ("event", "goods", "stock_effect", "quantity", "cost_quantity", "cogs", "cost_status")
    return sorted([tuple(str(row[name]) for name in names) for row in rows])


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("currency", "rate", "back", "words", "cogs"),
    [
        ("GBP", "1.27", "40.00", "Buyer keeps the item - no return", 10),
        ("GBP", "1.27", "40.00", "", 0),
        ("GBP", "0.92", "20.00", "Returnless refund", 10),
        ("USD", "1", "40.00", "Refund without return", 10),
        ("USD", "1", "20.00", "", 5),
        ("USD", "1", "13.00", "Keep it", 10),
    ],
)
def test_a_refund_without_return_takes_no_units_of_its_sale(
    currency: str, rate: str, back: str, words: str, cogs: int
) -> None:
    """The pulled refund took both units of its sale, with COGS of 0.00, and had units where the report has none."""
    made = RefundedSale(currency, rate, back, words)
    (pulled, entry), (report, also) = booked({ORDER}, made.pulled()), booked({ORDER}, made.report())

    assert goods_of(report) == goods_of(pulled)
    assert cogs == sum(pulled.lines["cogs"].tolist()) == sum(report.lines["cogs"].tolist())
    assert entry == also
