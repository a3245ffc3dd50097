"""Writes one generated settlement in every format: what stays first, and the rows whose order means nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.core.marketplaces.amazon_files import V2_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Sold:
    """One order line."""

    order_id: str
    sku: str
    units: int
    price: Decimal
    fee: Decimal
    """As the seller's side has it: negative."""

    @property
    def net(self) -> Decimal:
        """Return what is left."""
        return self.price + self.fee


@dataclass(frozen=True)
class Written:
    """A file whose rows may be put in any order."""

    before: str
    rows: tuple[str, ...]
    after: str = ""
    encoding: str = "utf-8"

    def content(self, rows: Iterable[str] | None = None) -> bytes:
        """Return the bytes of the file, its rows in the order given."""
        return (self.before + "".join(self.rows if rows is None else rows) + self.after).encode(self.encoding)


Writer = Callable[["Sequence[Sold]"], Written]

V1_COLUMNS = (
    *V2_COLUMNS[:12],
    "shipment-fee-type",
    "shipment-fee-amount",
    "order-fee-type",
    "order-fee-amount",
    "fulfillment-id",
    "posted-date",
    "order-item-code",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "sku",
    "quantity-purchased",
    "price-type",
    "price-amount",
    "item-related-fee-type",
    "item-related-fee-amount",
    "misc-fee-amount",
    "other-fee-amount",
    "other-fee-reason-description",
    "promotion-id",
    "promotion-type",
    "promotion-amount",
    "direct-payment-type",
    "direct-payment-amount",
    "other-amount",
)


def total(sold: Sequence[Sold]) -> Decimal:
    """Return what a settlement pays."""
    return sum((each.net for each in sold), Decimal("0.00"))


def amazon_v2(sold: Sequence[Sold]) -> Written:
    """Write a V2 flat file."""
    rows = [_tabbed(V2_COLUMNS, **{**_summary(sold), "settlement-end-date": "2026-06-30 00:00:00 UTC"})]
    for number, each in enumerate(sold):
        item = {
            "settlement-id": "11",
            "transaction-type": "Order",
            "order-id": each.order_id,
            "order-item-code": f"1{number}",
            "posted-date-time": "17.06.2026 08:14:22 UTC",
            "sku": each.sku,
            "quantity-purchased": str(each.units),
        }
        price = {"amount-type": "ItemPrice", "amount-description": "Principal", "amount": str(each.price)}
        fee = {"amount-type": "ItemFees", "amount-description": "Commission", "amount": str(each.fee)}
        rows += [_tabbed(V2_COLUMNS, **item, **price), _tabbed(V2_COLUMNS, **item, **fee)]
    return Written("\t".join(V2_COLUMNS) + "\n", tuple(rows))


def amazon_v1(sold: Sequence[Sold]) -> Written:
    """Write a V1 flat file: the quantity on a row of its own."""
    rows = [_tabbed(V1_COLUMNS, **_summary(sold))]
    for number, each in enumerate(sold):
        item = {
            "settlement-id": "11",
            "transaction-type": "Order",
            "order-id": each.order_id,
            "order-item-code": f"1{number}",
            "posted-date": "2026-06-17T08:14:22+00:00",
            "sku": each.sku,
        }
        price = {"price-type": "Principal", "price-amount": str(each.price)}
        fee = {"item-related-fee-type": "Commission", "item-related-fee-amount": str(each.fee)}
        quantity = {"quantity-purchased": str(each.units)}
        rows += [_tabbed(V1_COLUMNS, **item, **cells) for cells in (quantity, price, fee)]
    return Written("\t".join(V1_COLUMNS) + "\n", tuple(rows))


def amazon_xml(sold: Sequence[Sold]) -> Written:
    """Write an XML report; its rows are the orders."""
    before = (
        '<?xml version="1.0"?>\n<AmazonEnvelope><Message><SettlementReport><SettlementData><AmazonSettlementID>11'
        f'</AmazonSettlementID><TotalAmount currency="USD">{total(sold)}</TotalAmount></SettlementData>\n'
    )
    rows = (
        f"<Order><AmazonOrderID>{each.order_id}</AmazonOrderID><Fulfillment><PostedDate>2026-06-17T08:14:22+00:00"
        f"</PostedDate><Item><AmazonOrderItemCode>1{number}</AmazonOrderItemCode><SKU>{each.sku}</SKU>"
        f"<Quantity>{each.units}</Quantity><ItemPrice><Component><Type>Principal</Type>"
        f'<Amount currency="USD">{each.price}</Amount></Component></ItemPrice><ItemFees><Fee><Type>Commission</Type>'
        f'<Amount currency="USD">{each.fee}</Amount></Fee></ItemFees></Item></Fulfillment></Order>\n'
        for number, each in enumerate(sold)
    )
    return Written(before, tuple(rows), "</SettlementReport></Message></AmazonEnvelope>\n")


def amazon_unified(sold: Sequence[Sold]) -> Written:
    """Write a unified CSV."""
    header = (
        "date/time,settlement id,type,order id,sku,description,quantity,product sales,selling fees,fba fees,"
        "other transaction fees,other,total\n"
    )
    rows = (
        _csv(
            "Jun 17, 2026 8:14:22 AM UTC",
            "11",
            "Order",
            s.order_id,
            s.sku,
            "Title",
            s.units,
            s.price,
            s.fee,
            0,
            0,
            0,
            s.net,
        )
        for s in sold
    )
    return Written(f"All amounts in USD\n{header}", tuple(rows))


def walmart(sold: Sequence[Sold]) -> Written:
    """Write a Walmart V1 report."""
    header = (
        "Period Start Date,Period End Date,Total Payable,Currency,Transaction Key,Transaction Posted Timestamp,"
        "Transaction Type,Transaction Description,Customer Order #,Customer Order line #,Amount,Amount Type,Ship Qty,"
        "Partner Item Id\n"
    )
    rows = [_csv("06/16/2026", "06/30/2026", total(sold), "USD", "", "", "PaymentSummary", *[""] * 7)]
    for number, s in enumerate(sold):
        start = ("", "", "", "", f"K{number}", "6/17/2026", "Sale", "Purchase", s.order_id, number)
        rows.append(_csv(*start, s.price, "Product Price", s.units, s.sku))
        rows.append(_csv(*start, s.fee, "Commission on Product", s.units, s.sku))
    return Written(header, tuple(rows))


def shopify(sold: Sequence[Sold]) -> Written:
    """Write a Shopify Payments export; it knows neither SKU nor units."""
    header = "Transaction Date,Type,Order,Payout Date,Payout ID,Amount,Fee,Net,Currency,Checkout\r\n"
    rows = [
        _csv("2026-06-17 08:14:22 +0000", "charge", s.order_id, "2026-06-20", "11", s.price, -s.fee, s.net, "USD", n)
        for n, s in enumerate(sold)
    ]
    paid = -total(sold)
    rows.append(_csv("2026-06-20 00:00:00 +0000", "payout", "", "2026-06-20", "11", paid, "0.00", paid, "USD", ""))
    return Written(header, tuple(rows))


def ebay(sold: Sequence[Sold]) -> Written:
    """Write an eBay report: an order's row and the rows of its items."""
    header = (
        "Transaction creation date,Type,Order number,Buyer name,Net amount,Payout currency,Payout date,Payout ID,"
        "Item ID,Transaction ID,Custom label,Quantity,Item subtotal,Shipping and handling,Final Value Fee - variable,"
        "Gross transaction amount\n"
    )
    rows = []
    for order_id in dict.fromkeys(s.order_id for s in sold):
        items = [(number, s) for number, s in enumerate(sold) if s.order_id == order_id]
        start = ("Jun 17, 2026", "Order", order_id, "Jane Buyer")
        gross = sum((s.price for _, s in items), Decimal(0))
        net = total([s for _, s in items])
        rows.append(_csv(*start, net, "USD", "--", "11", *["--"] * 6, "--", gross))
        rows += [
            _csv(*start, "--", "--", "--", "11", number, f"T{number}", s.sku, s.units, s.price, "--", s.fee, "--")
            for number, s in items
        ]
    return Written(f"Seller,example\n{header}", tuple(rows))


def shopify_api(sold: Sequence[Sold]) -> Written:
    """Write a pulled Shopify payout; its rows are the charges, one per order."""
    rows, orders = [], []
    for order_id in dict.fromkeys(s.order_id for s in sold):
        items = [(number, s) for number, s in enumerate(sold) if s.order_id == order_id]
        amount, fee = sum((s.price for _, s in items), Decimal(0)), -sum((s.fee for _, s in items), Decimal(0))
        gid, payment = f"gid://shopify/Order/{order_id}", f"T{items[0][0]}"
        charge = {
            "id": f"gid://shopify/ShopifyPaymentsBalanceTransaction/{items[0][0]}",
            "type": "CHARGE",
            "transactionDate": "2026-06-17T08:14:22Z",
            "sourceOrderTransactionId": payment,
            "associatedOrder": {"id": gid, "name": order_id},
            **{name: _dollars(value) for name, value in (("amount", amount), ("fee", fee), ("net", amount - fee))},
        }
        rows.append(json.dumps(charge) + ",\n")
        orders.append(
            {
                "id": gid,
                "name": order_id,
                "processedAt": "2026-06-17T08:14:22Z",
                "totalPriceSet": {"shopMoney": _dollars(amount)},
                "lineItems": {"nodes": [_shop_item(number, s) for number, s in items]},
                "transactions": [_shop_payment(payment, "shopify_payments", amount)],
                "refunds": [],
            }
        )
    payout = {"id": "gid://shopify/ShopifyPaymentsPayout/11", "issuedAt": "2026-06-20T00:00:00Z"}
    payout |= {"net": _dollars(total(sold))}  # type: ignore[dict-item]  # of another shape
    before = f'{{"format": "shopify_payments_api", "payout": {json.dumps(payout)}, "transactions": [\n'
    return Written(before, tuple(rows), f'null], "orders": {json.dumps(orders)}}}')


def ebay_api(sold: Sequence[Sold]) -> Written:
    """Write a pulled eBay payout; its rows are the sales, one per order."""
    rows, orders = [], []
    for order_id in dict.fromkeys(s.order_id for s in sold):
        items = [(number, s) for number, s in enumerate(sold) if s.order_id == order_id]
        net = total([s for _, s in items])
        sale = {
            "transactionId": order_id,
            "orderId": order_id,
            "transactionType": "SALE",
            "transactionDate": "2026-06-17T08:14:22.000Z",
            "amount": _euros(abs(net)),
            "bookingEntry": "DEBIT" if net < 0 else "CREDIT",
            "orderLineItems": [
                {
                    "lineItemId": str(number),
                    "feeBasisAmount": _euros(s.price),
                    "marketplaceFees": [{"feeType": "FINAL_VALUE_FEE", "amount": _euros(-s.fee)}],
                }
                for number, s in items
            ],
        }
        rows.append(json.dumps(sale) + ",\n")
        lines = [
            {"lineItemId": str(number), "sku": s.sku, "quantity": s.units, "lineItemCost": _euros(s.price)}
            for number, s in items
        ]
        orders.append({"orderId": order_id, "lineItems": lines})
    payout = {"payoutId": "11", "payoutDate": "2026-06-20T00:00:00.000Z", "amount": _euros(total(sold))}
    before = f'{{"format": "ebay_payout_api", "payout": {json.dumps(payout)}, "transactions": [\n'
    return Written(before, tuple(rows), f'null], "orders": {json.dumps(orders)}}}')


def not_in_payouts(sold: Sequence[Sold], form: str = "shopify_not_in_payouts") -> Written:
    """Write the orders of a month that were paid outside of payouts, without fees; its rows are the orders."""
    rows = []
    for order_id in dict.fromkeys(s.order_id for s in sold):
        items = [(number, s) for number, s in enumerate(sold) if s.order_id == order_id]
        amount = sum((s.price for _, s in items), Decimal(0))
        order = {
            "id": f"gid://shopify/Order/{order_id}",
            "name": order_id,
            "processedAt": "2026-06-17T08:14:22Z",
            "totalPriceSet": {"shopMoney": _dollars(amount)},
            "lineItems": {"nodes": [_shop_item(number, s) for number, s in items]},
            "transactions": [_shop_payment(f"T{items[0][0]}", "paypal", amount)],
            "refunds": [],
        }
        rows.append(json.dumps(order) + ",\n")
    return Written(f'{{"format": "{form}", "month": "2026-06", "orders": [\n', tuple(rows), "null]}")


def _shop_item(number: int, sold: Sold) -> dict[str, object]:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "sku": sold.sku,
        "quantity": sold.units,
        "originalTotalSet": {"shopMoney": _dollars(sold.price)},
    }


def _shop_payment(number: str, gateway: str, amount: Decimal) -> dict[str, object]:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": gateway,
        "processedAt": "2026-06-17T08:14:22Z",
        "amountSet": {"shopMoney": _dollars(amount)},
    }


def _dollars(amount: Decimal) -> dict[str, str]:
    return {"amount": str(amount), "currencyCode": "USD"}


def _euros(amount: Decimal) -> dict[str, str]:
    return {"value": str(amount), "currency": "EUR"}


WRITERS: dict[str, Writer] = {
    "amazon_v2_flat": amazon_v2,
    "amazon_v1_flat": amazon_v1,
    "amazon_xml": amazon_xml,
    "amazon_unified_csv": amazon_unified,
    "walmart_recon_v1": walmart,
    "shopify_payments_csv": shopify,
    "ebay_transaction_report": ebay,
    "shopify_payments_api": shopify_api,
    "ebay_payout_api": ebay_api,
}
WITHOUT_ITEMS = ("shopify_payments_csv",)
"""Formats that know neither SKUs nor units."""


def _summary(sold: Sequence[Sold]) -> dict[str, str]:
    return {
        "settlement-id": "11",
        "settlement-start-date": "2026-06-16T00:00:00+00:00",
        "settlement-end-date": "2026-06-30T00:00:00+00:00",
        "deposit-date": "2026-07-02T00:00:00+00:00",
        "total-amount": str(total(sold)),
        "currency": "USD",
    }


def _tabbed(columns: Sequence[str], **cells: str) -> str:
    return "\t".join(cells.get(column, "") for column in columns) + "\n"


def _csv(*cells: object) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow(cells)
    return row.getvalue()
