"""Amazon's V2 flat file settlements of a business, each in another of the forms it comes in.

See docs/facts/settlement-formats.md, Amazon V2 flat file.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from sandbox.settlement_files.amazon_charges import Charge, charges

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sandbox.business.business import Business
    from sandbox.business.records import SettlementPeriod

COLUMNS = (
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "total-amount",
    "currency",
    "transaction-type",
    "order-id",
    "merchant-order-id",
    "adjustment-id",
    "shipment-id",
    "marketplace-name",
    "amount-type",
    "amount-description",
    "amount",
    "fulfillment-id",
    "posted-date",
    "posted-date-time",
    "order-item-code",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "sku",
    "quantity-purchased",
    "promotion-id",
)


@dataclass(frozen=True, slots=True)
class SettlementFile:
    """A file as the seller downloads it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """In which of the forms a file comes; real ones differ by site, account and year."""

    day: str = "%Y-%m-%d"
    moment: str = "%Y-%m-%d %H:%M:%S UTC"
    line_end: str = "\n"
    preamble: str = ""
    refund_units: bool = True
    """Whether refund rows carry their quantity."""


FORMS = (
    Form(),
    Form(day="%d.%m.%Y", moment="%d.%m.%Y %H:%M:%S UTC", preamble="Linden & Ridge Household", refund_units=False),
    Form(day="%Y-%m-%d 00:00:00 UTC", line_end="\r\n"),
)
"""Used in turn by the settlements of a business."""

_SCATTERED = 0.08
"""Share of the orders whose rows do not stand together."""


def settlement_files(business: Business) -> list[SettlementFile]:
    """Return one file per settlement of the business, oldest first. What was posted outside of them is in none."""
    booked = charges(business)
    return [
        _file(period, business.currency, _within(period, booked), FORMS[number % len(FORMS)])
        for number, period in enumerate(business.periods)
    ]


def _within(period: SettlementPeriod, booked: Sequence[Charge]) -> list[Charge]:
    inside = [charge for charge in booked if period.start <= charge.posted_at < period.end]
    return _in_file_order(inside, Random(int(period.settlement_id)))  # noqa: S311  # only shuffles rows


def _in_file_order(inside: Sequence[Charge], rng: Random) -> list[Charge]:
    """Group by day but not by time, and let some orders' rows be split by another's, as real files do."""
    orders = list(dict.fromkeys((charge.posted_at, charge.order_id) for charge in inside))
    place = {order: rng.random() for order in orders}
    scattered = {order for order in orders if rng.random() < _SCATTERED}

    def key(charge: Charge) -> tuple[object, float]:
        order = (charge.posted_at, charge.order_id)
        return charge.posted_at.date(), rng.random() if order in scattered else place[order]

    return sorted(inside, key=key)


def _file(period: SettlementPeriod, currency: str, booked: Sequence[Charge], form: Form) -> SettlementFile:
    summary = {
        "settlement-id": period.settlement_id,
        "settlement-start-date": _moment(period.start, form),
        "settlement-end-date": _moment(period.end, form),
        "deposit-date": _moment(period.deposit_at, form),
        "total-amount": f"{sum((charge.amount for charge in booked), Decimal(0)):.2f}",
        "currency": currency,
    }
    rows = [summary, *(_row(period, charge, form) for charge in booked)]
    lines = ["\t".join(COLUMNS), *("\t".join(row.get(column, "") for column in COLUMNS) for row in rows)]
    if form.preamble:
        lines.insert(0, form.preamble)
    return SettlementFile(f"{period.settlement_id}.txt", (form.line_end.join(lines) + form.line_end).encode())


def _row(period: SettlementPeriod, charge: Charge, form: Form) -> dict[str, str]:
    shows_units = charge.units is not None and (charge.transaction_type != "Refund" or form.refund_units)
    return {
        "settlement-id": period.settlement_id,
        "transaction-type": charge.transaction_type,
        "order-id": charge.order_id,
        "merchant-order-id": charge.merchant_order_id,
        "adjustment-id": charge.adjustment_id,
        "shipment-id": charge.shipment_id,
        "marketplace-name": charge.marketplace,
        "amount-type": charge.amount_type,
        "amount-description": charge.description,
        "amount": f"{charge.amount:.2f}",
        "fulfillment-id": charge.fulfilment,
        "posted-date": charge.posted_at.strftime(form.day),
        "posted-date-time": _moment(charge.posted_at, form),
        "order-item-code": charge.item_code,
        "sku": charge.sku,
        "quantity-purchased": str(charge.units) if shows_units else "",
        "promotion-id": charge.promotion_id,
    }


def _moment(at: datetime, form: Form) -> str:
    return at.strftime(form.moment)
