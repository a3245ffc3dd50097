"""Payouts of a shop on Shopify and on eBay for random histories, as each route has them: report, pull, and cut views.

What a payout holds is written down once as movements; every document is made of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.books.settlements.booked_settlement import OriginalFile
from tests.core.marketplaces.shopify_documents import Back, Good, Paid, ShopOrder, charge, payout, refund

ISSUED = {"801": "2026-08-06", "901": "2026-09-06", "7001": "2026-08-12"}
"""Two payouts of Shopify and one of eBay, and when they were paid."""
SHOPIFY, EBAY = ("801", "901"), "7001"
A, B, C = Good("1", "A", 1, "20.00"), Good("2", "B", 1, "15.00"), Good("3", "A", 2, "40.00")
FIRST, LATER = Paid("11", "20.00", "2026-08-02"), Paid("12", "15.00", "2026-09-02")
EDITED = ShopOrder("#1001", (A,), (FIRST,))
"""An order of A, to which B is added when its payout has gone."""
OTHER = ShopOrder("#1002", (C,), (Paid("21", "40.00", "2026-08-04"),))
"""An order of two A, of which one may come back."""


@dataclass(frozen=True)
class Movement:
    """A row of a payout in its seller's words."""

    day: str
    kind: str
    order: str
    amount: str
    fee: str = "0.00"
    sku: str = ""
    units: int = 0

    @property
    def net(self) -> Decimal:
        """What it adds to the payout."""
        return Decimal(self.amount) + Decimal(self.fee)


EBAY_ROWS = (
    Movement("2026-08-06", "Order", "10-1", "40.00", "-5.20", "A", 2),
    Movement("2026-08-07", "Order", "10-2", "15.00", "-1.95", "B", 1),
    Movement("2026-08-08", "Refund", "10-1", "-20.00", "2.60"),
    Movement("2026-08-09", "Other fee", "", "-0.35"),
    Movement("2026-08-09", "Other fee", "", "-0.35"),
)
"""The two fees have a day and no number: nothing but their count tells them apart."""


@dataclass(frozen=True)
class Payouts:
    """What happened in the shop."""

    returned: bool
    restocked: bool
    refunded: bool
    """Whether eBay's first order was half refunded."""

    @property
    def rows(self) -> dict[str, list[Movement]]:
        """The movements of each payout."""
        back = [Movement("2026-09-04", "refund", "#1002", "-20.00")] if self.returned else []
        return {
            "801": [
                Movement("2026-08-02", "charge", "#1001", "20.00"),
                Movement("2026-08-04", "charge", "#1002", "40.00"),
            ],
            "901": [Movement("2026-09-02", "charge", "#1001", "15.00"), *back],
            EBAY: [row for row in EBAY_ROWS if self.refunded or row.kind != "Refund"],
        }

    @property
    def gone(self) -> dict[str, dict[str, int]]:
        """How many units of which product are gone for good: of Shopify's orders, and of eBay's."""
        return {
            "Shopify": {"A": 3 - (self.returned and self.restocked), "B": 1},
            "eBay": {"A": 2 - self.refunded, "B": 1},
        }

    def record(self, number: str) -> OriginalFile:
        """Return a payout as it is pulled."""
        return OriginalFile(f"{number}.json", self._ebay_record() if number == EBAY else self._shopify_record(number))

    def _shopify_record(self, number: str) -> bytes:
        word = "RETURN" if self.restocked else "NO_RESTOCK"
        back = Back("5", "2026-09-04", (("3", 1, word, "20.00"),), "20.00")
        after = ShopOrder(EDITED.name, (A, B), (FIRST, LATER))
        other = ShopOrder(OTHER.name, OTHER.goods, OTHER.paid, (back,) if self.returned else ())
        given = [refund(other, back)] if self.returned else []
        if number == "801":
            return payout("801", ISSUED["801"], [EDITED, OTHER], charge(EDITED, FIRST), charge(OTHER, OTHER.paid[0]))
        return payout("901", ISSUED["901"], [after, other], charge(after, LATER), *given)

    def _ebay_record(self) -> bytes:
        rows = self.rows[EBAY]
        whole = sum((row.net for row in rows), Decimal(0))
        head = {"payoutId": EBAY, "payoutDate": f"{ISSUED[EBAY]}T00:00:00.000Z", "amount": _usd(whole)}
        sold = [row for row in rows if row.kind == "Order"]
        document = {
            "format": "ebay_payout_api",
            "payout": head,
            "transactions": [_transaction(row, place) for place, row in enumerate(rows)],
            "orders": [{"orderId": row.order, "lineItems": [_item(row)]} for row in sold],
        }
        return json.dumps(document).encode()

    def export(self, first: str, last: str, chosen: str, *, whole: bool) -> OriginalFile:
        """Return an export of the days from one to another, of Shopify or of eBay.

        Args:
            first: The first day.
            last: The last.
            chosen: `Shopify`, whose exports hold both payouts, or `eBay`.
            whole: Whether the row of the payout itself is in it, as in a report of the whole.
        """
        numbers = SHOPIFY if chosen == "Shopify" else (EBAY,)
        rows = [(number, row) for number in numbers for row in self.rows[number] if first <= row.day <= last]
        made = [(_shopify_row if chosen == "Shopify" else _ebay_row)(number, row) for number, row in rows]
        if whole and chosen == "eBay":
            total = sum((row.net for row in self.rows[EBAY]), Decimal(0))
            made.append(_ebay_row(EBAY, Movement(ISSUED[EBAY], "Payout", "", f"{-total}")))
        head = _SHOPIFY if chosen == "Shopify" else _EBAY
        return OriginalFile(f"{chosen} {first} {last} {whole}.csv", "".join((head, *made)).encode())


_SHOPIFY = "Transaction Date,Type,Order,Payout Date,Payout ID,Amount,Fee,Net,Currency\n"
_EBAY = (
    "Transaction creation date,Type,Order number,Net amount,Payout currency,Payout date,Payout ID,Item ID,"
    "Transaction ID,Custom label,Quantity,Item subtotal,Shipping and handling,Final Value Fee - variable,"
    "Gross transaction amount,Transaction currency,Exchange rate,Reference ID,Description\n"
)


def _shopify_row(number: str, row: Movement) -> str:
    paid = f"{ISSUED[number]},{number},{row.amount},0.00,{row.amount},USD"
    return f"{row.day} 12:00:00 +0000,{row.kind},{row.order},{paid}\n"


def _ebay_row(number: str, row: Movement) -> str:
    item = f"15,T{row.order},{row.sku},{row.units},{row.amount},--" if row.units else "--,--,--,--,--,--"
    fee = row.fee if Decimal(row.fee) else "--"
    return (
        f"{row.day},{row.kind},{row.order or '--'},{row.net},USD,{ISSUED[number]},{number},{item},{fee},"
        f"{row.amount},USD,--,--,--\n"
    )


def _transaction(row: Movement, place: int) -> dict[str, Any]:
    kinds = {"Order": "SALE", "Refund": "REFUND", "Other fee": "NON_SALE_CHARGE"}
    node = {"lineItemId": f"T{row.order}", "feeBasisAmount": _usd(abs(Decimal(row.amount)))}
    fees = [{"feeType": "FINAL_VALUE_FEE", "amount": _usd(abs(Decimal(row.fee)))}]
    return {
        "transactionId": f"{place + 1}",
        "transactionType": kinds[row.kind],
        "transactionDate": f"{row.day}T00:00:00.000Z",
        "orderId": row.order,
        "feeType": "OTHER_FEES" if row.kind == "Other fee" else "",
        "amount": _usd(abs(row.net)),
        "bookingEntry": "DEBIT" if row.net < 0 else "CREDIT",
        "orderLineItems": [{**node, "marketplaceFees": fees}] if row.order else [],
    }


def _item(row: Movement) -> dict[str, Any]:
    return {
        "lineItemId": f"T{row.order}",
        "sku": row.sku,
        "quantity": row.units,
        "lineItemCost": _usd(Decimal(row.amount)),
        "deliveryCost": {"shippingCost": _usd(Decimal(0))},
    }


def _usd(amount: Decimal) -> dict[str, str]:
    return {"value": f"{amount}", "currency": "USD"}
