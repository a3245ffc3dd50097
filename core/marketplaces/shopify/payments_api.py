"""A payout of Shopify Payments, pulled over Shopify's API: its balance transactions, and the orders they are about.

It is the book of record: it knows SKUs and units, which the downloaded transactions export (`payments_csv`, a view)
does not. Payout id, order names and amounts are the same in both. Every balance transaction is shared out over the
items of its order. By itself a document counts the units of an order with its first payment alone; beside the lines it
says what it knows of each order's units, from which the books count them over all documents of the store
(`core.marketplaces.documents.units_per_line`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from core.marketplaces.formats import Format, Standing
from core.marketplaces.pulling.bundles import likeness, read_bundle
from core.marketplaces.settlements.periods import header_of
from core.marketplaces.settlements.tie_out import Findings, reading
from core.marketplaces.shopify.order_lines import (
    MoneyMovement,
    order_units,
    plain_line,
    refund_lines,
    sale_lines,
    units_of,
)
from core.marketplaces.shopify.orders_api import number_of, read_order
from core.marketplaces.shopify.words import meaning
from core.model import Goods, Marketplace, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.marketplaces.pulling.bundles import Node
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.settlements.file_lines import FileLine
    from core.marketplaces.shopify.orders_api import Order
    from core.model import Reading

NAME = "shopify_payments_api"


def read(contents: Contents) -> Reading:
    """Read a pulled payout; see `core.marketplaces.read`."""
    document = read_bundle(contents)
    payout = document.node("payout") or document
    payout_id = number_of(payout.needed("id"))
    orders = {order.id: order for order in map(read_order, document.nodes("orders"))}
    nodes = document.nodes("transactions")
    movements = [_movement(node, number, payout_id) for number, node in enumerate(nodes, start=1)]
    pairs = list(zip(nodes, movements, strict=True))
    lines = tuple(line for node, movement in pairs for line in _lines(node, movement, orders))
    net = payout.node("net") or payout
    paid = net.amount("amount")
    if payout.text("transactionType") == "WITHDRAWAL":
        paid = -abs(paid)  # taken from the seller's bank account
    header = header_of(payout_id, lines, net.needed_currency("currencyCode"), payout.moment("issuedAt"), paid)
    findings = Findings(
        format=NAME,
        marketplace=Marketplace.SHOPIFY,
        file=contents.name,
        headers=(header,),
        lines=lines,
        problems_by_settlement=_problems(pairs, orders, payout_id),
        units=units_of,
    )
    return replace(reading(findings), order_units=order_units(orders.values()))


def _movement(node: Node, number: int, payout_id: str) -> MoneyMovement:
    order = node.node("associatedOrder")
    amount = node.node("amount") or node
    fee, net = node.node("fee") or node, node.node("net") or node
    return MoneyMovement(
        number=number,
        settlement_id=payout_id,
        kind=node.needed("type"),
        id=number_of(node.needed("id")),
        amount=amount.amount("amount"),
        fee=fee.amount("amount"),
        net=net.amount("amount"),
        currency=amount.needed_currency("currencyCode"),
        posted_at=node.moment("transactionDate"),
        order_name=order.text("name") if order else "",
    )


def _lines(node: Node, movement: MoneyMovement, orders: Mapping[str, Order]) -> list[FileLine]:
    means = meaning(movement.kind)
    order = _order(node, orders)
    payment = node.text("sourceOrderTransactionId")
    if means.goods is Goods.SOLD and order is not None and order.items:
        counts = movement.amount >= 0 and (not order.bearer or payment == order.bearer)
        return sale_lines(movement, order, with_units=counts)
    refund = order.refund_of(payment) if order is not None and means.goods is Goods.REFUNDED else None
    if order is not None and refund is not None:
        return refund_lines(movement, order, refund, with_units=payment == refund.bearer)
    return [plain_line(movement, means, node.text("adjustmentReason"))]


def _order(node: Node, orders: Mapping[str, Order]) -> Order | None:
    of = node.node("associatedOrder")
    return orders.get(of.text("id")) if of else None


def _problems(
    pairs: Sequence[tuple[Node, MoneyMovement]], orders: Mapping[str, Order], payout_id: str
) -> dict[str, list[Problem]]:
    """Return what does not fit together: an amount and fee that are not the net, an order that was not given."""
    problems: dict[str, list[Problem]] = defaultdict(list)
    for node, movement in pairs:
        expected = movement.amount - movement.fee
        if expected != movement.net:
            message = f"Amount less fee is {expected}, but Shopify says net {movement.net}. Ask Shopify which is right."
            problems[payout_id].append(Problem(Severity.ERROR, message, str(node.place("net"))))
        if node.node("associatedOrder") and _order(node, orders) is None:
            message = (
                f"Shopify did not give order {movement.order_name}, so its SKUs and units are not known. An order "
                "older than 60 days needs the access scope read_all_orders."
            )
            problems[payout_id].append(Problem(Severity.WARNING, message, f"order {movement.order_name}"))
    return problems


FORMAT = Format(
    name=NAME,
    title="Shopify payout (pulled)",
    marketplace=Marketplace.SHOPIFY,
    standing=Standing.RECORD,
    is_pulled=True,
    likeness=partial(likeness, NAME),
    read=read,
)
