"""What a month's orders brought besides Shopify Payments: other gateways, gift cards redeemed, orders for nothing.

No payout ever shows them, so they form a settlement of their own, `Not in payouts 2026-08`, by the UTC month in which
the money came or, where none did, the order was placed. As long as the month is not over it is a view that every pull
replaces; then it becomes the book of record. By itself a month counts the units of an order only where its first
payment is in it; the books count them over all documents of the store (`core.marketplaces.documents.units_per_line`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from core.marketplaces.errors import BadCellError
from core.marketplaces.formats import Format, Standing
from core.marketplaces.pulling.bundles import likeness, read_bundle
from core.marketplaces.settlements.file_lines import Header
from core.marketplaces.settlements.tie_out import Findings, reading
from core.marketplaces.shopify.order_lines import (
    MoneyMovement,
    balance_line,
    order_units,
    refund_lines,
    sale_lines,
    units_of,
)
from core.marketplaces.shopify.orders_api import GIFT_CARD, read_order
from core.model import Marketplace, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.marketplaces.pulling.bundles import Node
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.settlements.file_lines import FileLine
    from core.marketplaces.shopify.orders_api import Order, Payment
    from core.model import Reading

NAME = "shopify_not_in_payouts"
NAME_SO_FAR = "shopify_not_in_payouts_so_far"
REDEEMED = "Gift card redeemed"
GIVEN_BACK = "Gift card given back"
ZERO = Decimal(0)
_DECEMBER = 12


def settlement_id_of(month: str) -> str:
    """Return the name of the settlement of a month (`2026-08`)."""
    return f"Not in payouts {month}"


def month_of(month: str) -> tuple[datetime, datetime]:
    """Return the first moment of a month (`2026-08`) and the first after it, UTC.

    Raises:
        ValueError: If it is not a month.
    """
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    following = (first.year + 1, 1) if first.month == _DECEMBER else (first.year, first.month + 1)
    return first, first.replace(year=following[0], month=following[1])


def is_about(node: Node, month: str) -> bool:
    """Tell whether an order of an answer brought anything outside the payouts of a month."""
    return bool(_lines(read_order(node), 1, month))


def read(contents: Contents, name: str = NAME) -> Reading:
    """Read what a month brought besides payouts; see `core.marketplaces.read`."""
    document = read_bundle(contents)
    month = document.needed("month")
    try:
        start, end = month_of(month)
    except ValueError as error:
        raise BadCellError(document.place("month"), month, "a month (2026-08)") from error
    orders = [read_order(node) for node in document.nodes("orders")]
    lines = tuple(line for number, order in enumerate(orders, start=1) for line in _lines(order, number, month))
    settlement_id = settlement_id_of(month)
    headers = (Header(settlement_id, "", lines[0].currency, start, end),) if lines else ()
    note = Problem(Severity.NOTE, f"{month}: every order is in a payout.", contents.name)
    findings = Findings(
        format=name,
        marketplace=Marketplace.SHOPIFY,
        file=contents.name,
        headers=headers,
        lines=lines,
        problems=() if lines else (note,),
        units=units_of,
    )
    return replace(reading(findings), order_units=order_units(orders))


def _lines(order: Order, number: int, month: str) -> list[FileLine]:
    start, end = month_of(month)

    def within(at: datetime) -> bool:
        return start <= at < end

    lines = [
        line
        for payment in order.payments
        if not payment.in_payouts and within(payment.at)
        for line in _paid(order, payment, number, month)
    ]
    if not order.payments and not order.total and not order.is_cancelled and within(order.at):
        free = _movement(order, number, month, "FREE ORDER", order.id, order.at)
        lines += sale_lines(free, order, with_units=True)
    return [*lines, *_given_back(order, number, month, start, end)]


def _paid(order: Order, payment: Payment, number: int, month: str) -> Iterator[FileLine]:
    movement = _of_payment(order, payment, number, month, "SALE", payment.amount)
    yield from sale_lines(movement, order, with_units=payment.id == order.bearer)
    if payment.gateway == GIFT_CARD:
        yield balance_line(movement, REDEEMED, -payment.amount)


def _given_back(order: Order, number: int, month: str, start: datetime, end: datetime) -> Iterator[FileLine]:
    for refund in order.refunds:
        for payment in refund.payments:
            if not payment.in_payouts and start <= payment.at < end:
                movement = _of_payment(order, payment, number, month, "REFUND", -payment.amount)
                yield from refund_lines(movement, order, refund, with_units=payment.id == refund.bearer)
                if payment.gateway == GIFT_CARD:
                    yield balance_line(movement, GIVEN_BACK, payment.amount)
        if refund.items and not refund.payments and start <= refund.at < end:
            movement = _movement(order, number, month, "REFUND", refund.id, refund.at)
            yield from refund_lines(movement, order, refund, with_units=True)


def _of_payment(order: Order, payment: Payment, number: int, month: str, kind: str, amount: Decimal) -> MoneyMovement:
    movement = _movement(order, number, month, f"{kind} {payment.gateway}", payment.id, payment.at)
    return movement._replace(amount=amount, net=amount, currency=payment.currency)


def _movement(order: Order, number: int, month: str, kind: str, number_of_it: str, at: datetime) -> MoneyMovement:
    return MoneyMovement(
        number=number,
        settlement_id=settlement_id_of(month),
        kind=kind,
        id=number_of_it,
        amount=ZERO,
        fee=ZERO,
        net=ZERO,
        currency=order.currency,
        posted_at=at,
        order_name=order.name,
    )


def _format(name: str, title: str, standing: Standing) -> Format:
    return Format(
        name=name,
        title=title,
        marketplace=Marketplace.SHOPIFY,
        standing=standing,
        is_pulled=True,
        likeness=partial(likeness, name),
        read=partial(read, name=name),
    )


FORMAT = _format(NAME, "Shopify orders outside payouts (pulled)", Standing.RECORD)
SO_FAR = _format(NAME_SO_FAR, "Shopify orders outside payouts, month still running (pulled)", Standing.VIEW)
