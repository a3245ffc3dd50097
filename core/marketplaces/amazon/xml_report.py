"""Amazon settlement report, XML: archives from before November 2026 (docs/facts/settlement-formats.md, Amazon XML).

Elements are found by name, never by position. Money in one that nobody knows is listed by the element's name and asked,
like an unknown amount type of the flat file. An adjusted item of a refund has no quantity. No real file was seen: the
structure is Amazon's published one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.marketplaces.amazon import words
from core.marketplaces.amazon.units import signed_units, units_with_fees, with_fees_of_shipments
from core.marketplaces.amazon.words import is_declared, item_amount, meaning
from core.marketplaces.amazon.xml_amounts import (
    ITEMS,
    StatedAmount,
    amount_of,
    is_money,
    item_amounts,
    loose_kind,
    outside_items,
    part_amounts,
    stated_amount,
    undeclared,
)
from core.marketplaces.errors import BadCellError, MissingSummaryError, NoSettlementError, Place
from core.marketplaces.formats import Format, Standing
from core.marketplaces.reading.dates import parse_moment
from core.marketplaces.reading.numbers import parse_currency, parse_units
from core.marketplaces.reading.xml import Element, looks_like, parse
from core.marketplaces.settlements.file_lines import FileLine, Header
from core.marketplaces.settlements.tie_out import Findings, reading
from core.marketplaces.settlements.transactions import GOODS
from core.marketplaces.words.meanings import (
    UNKNOWN,
    Meaning,
    doubted,
    listed_type,
    may_be_price,
    own_column,
    typed_amount_parts,
    typed_item,
)
from core.model import Event, Marketplace
from core.money import share_cents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.settlements.file_lines import TypedPart
    from core.model import Reading

TITLE = "Amazon settlement report (XML)"

TYPES = {
    "Order": "Order",
    "Refund": "Refund",
    "Retrocharge": "Order_Retrocharge",
    "Chargeback": "Chargeback Refund",
    "GuaranteeClaim": "A-to-z Guarantee Refund",
    "AdvertisingTransactionDetails": "Cost of Advertising",
    "SellerDealPayment": "Deal Fee",
    "SellerCouponPayment": "CouponRedemptionFee",
}
WITH_ITEMS = ("Order", "Refund", "Chargeback", "GuaranteeClaim")
"""Elements of orders, whose amounts stand in lists of their items."""
_AMOUNTS_OF_ITS_OWN = ("Amount", "TransactionAmount")


@dataclass(frozen=True, slots=True)
class Transaction:
    """What all lines of one transaction element agree in."""

    file: str
    header: Header
    kind: str
    description: str = ""
    order_id: str = ""
    shipment_id: str = ""
    adjustment_id: str = ""
    merchant_order_id: str = ""
    marketplace: str = ""
    fulfilment: str = ""
    posted_at: datetime | None = None


def read(contents: Contents) -> Reading:
    """Read an XML settlement report; see `core.marketplaces.read`."""
    root = parse(contents)
    reports = list(root.all("SettlementReport"))
    if not reports:
        raise NoSettlementError(Place(contents.name, root.line))
    headers = [header_of(report, contents.name) for report in reports]
    lines = [
        line
        for report, header in zip(reports, headers, strict=True)
        for element in report.children
        if element.name != "SettlementData"
        for line in lines_of(element, header, contents.name)
    ]
    found = reading(
        Findings(
            format=FORMAT.name,
            marketplace=Marketplace.AMAZON,
            file=contents.name,
            headers=tuple(headers),
            lines=tuple(lines),
            units=units_with_fees,
        )
    )
    return with_fees_of_shipments(found)


def header_of(report: Element, file: str) -> Header:
    """Return what a report says of its settlement as a whole.

    Raises:
        MissingSummaryError: If it states no total.
        BadCellError: If id, currency, total or a date is blank or no such thing.
    """
    data = report.find("SettlementData")
    total = data.find("TotalAmount") if data else None
    if data is None or total is None:
        place = Place(file, report.line, "SettlementData/TotalAmount")
        raise MissingSummaryError(place, report.text_of("AmazonSettlementID") or "without id", "SettlementData")
    settlement_id = data.text_of("AmazonSettlementID")
    currency = parse_currency(total.attributes.get("currency", ""), Place(file, total.line, "TotalAmount@currency"))
    if not settlement_id:
        raise BadCellError(Place(file, data.line, "AmazonSettlementID"), "", "a settlement id")
    if not currency:
        raise BadCellError(Place(file, total.line, "TotalAmount@currency"), "", "a currency")
    return Header(
        settlement_id=settlement_id,
        marketplace="",
        currency=currency,
        period_start=_moment(data, "StartDate", file),
        period_end=_moment(data, "EndDate", file),
        deposit_at=_moment(data, "DepositDate", file),
        total=amount_of(total, file),
    )


def lines_of(element: Element, header: Header, file: str) -> Iterator[FileLine]:
    """Yield the lines of a transaction element, whatever it is.

    Raises:
        BadCellError: If an amount, a quantity or a date in it is none.
    """
    fulfilment = element.find("Fulfillment")
    own_type = element.text_of("TransactionType")
    transaction = Transaction(
        file=file,
        header=header,
        kind=own_type if element.name == "OtherTransaction" else TYPES.get(element.name, element.name),
        description=own_type if element.name != "OtherTransaction" else "",
        order_id=element.text_of("AmazonOrderID"),
        shipment_id=element.text_of("ShipmentID"),
        adjustment_id=element.text_of("AdjustmentID"),
        merchant_order_id=element.text_of("MerchantOrderID"),
        marketplace=element.text_of("MarketplaceName"),
        fulfilment=fulfilment.text_of("MerchantFulfillmentID") if fulfilment else "",
        posted_at=_moment(element, "PostedDate", file),
    )
    items = [item for name in ITEMS for item in element.all(name)]
    if element.name in WITH_ITEMS or (items and _amount_of_its_own(element) is None):
        for item in items:
            lines = [*_item_lines(item, transaction)]
            yield from lines or (() if element.name in WITH_ITEMS else (_without_amount(item, transaction),))
        yield from _loose_lines(element, transaction)
    else:
        yield from _other_lines(element, transaction, items)


def _item_lines(item: Element, transaction: Transaction) -> Iterator[FileLine]:
    """Yield one line per amount of an item; its first Principal carries the units, since an item states them once.

    A fee per unit repeats them, for multi-channel orders, which have no price: one that is given back, else the first.
    """
    told: set[Callable[[FileLine, int | None], FileLine]] = set()
    quantity, amounts = _whole(item, transaction.file), list(item_amounts(item, transaction.file))
    per_unit = [one for one in amounts if one.is_fee_per_unit]
    back = [one for one in per_unit if one.amount > 0]
    for amount in amounts:
        repeats = amount in (back or per_unit)
        tells = with_units if amount.is_principal else repeating if repeats else beside_units
        line = line_of(transaction, amount, quantity)
        yield (beside_units if tells in told else tells)(line, quantity)
        told.add(tells)


def _without_amount(item: Element, transaction: Transaction) -> FileLine:
    """Return the line of an item of a type that nobody knows which moves no money: its goods are asked all the same."""
    quantity = _whole(item, transaction.file)
    return beside_units(line_of(transaction, stated_amount(item, transaction.file, item, "", ""), quantity), quantity)


def _loose_lines(element: Element, transaction: Transaction) -> Iterator[FileLine]:
    """Yield the amounts of an order or shipment that belong to no item: `ShipmentFees`, `OrderFees`, unknown ones."""
    for child in outside_items(element):
        has_fees = child.name.endswith("Fees")
        for fee in child.all("Fee") if has_fees else ():
            amounts = part_amounts(fee, transaction.file, None, loose_kind(child.name))
            yield from (line_of(transaction, amount) for amount in amounts)
        but = (*ITEMS, "Fee") if has_fees else ITEMS
        yield from (line_of(transaction, amount) for amount in undeclared(child, transaction.file, None, but=but))


def with_units(line: FileLine, quantity: int | None) -> FileLine:
    """Return the line that states the units of its item; `None` where the item states none."""
    return line._replace(carries_units=line.event in GOODS, units=signed_units(line.event, quantity))


def repeating(line: FileLine, quantity: int | None) -> FileLine:
    """Return the line of a fee that an item pays per unit: its units count where no price states them."""
    return beside_units(line, quantity)._replace(repeated_units=quantity)


def beside_units(line: FileLine, quantity: int | None) -> FileLine:
    """Return a line of an item that does not count its units: they are asked where nobody knows its type or word."""
    is_asked = line.event is Event.OTHER or may_be_price(line.typed)
    return line._replace(stated_units=signed_units(line.event, quantity)) if is_asked else line


def _other_lines(element: Element, transaction: Transaction, of_order: Sequence[Element]) -> Iterator[FileLine]:
    """Yield one line per item of another transaction, and one for what the items leave of its amount.

    Items that state no amount have that of their transaction: 7.00 of one lost mug stands on the transaction alone. A
    transaction that names a SKU itself, and holds no items, is its own.
    """
    itself = (element,) if element.find_own("SKU") else ()
    parts = (*element.all("OtherTransactionItem"), *of_order) or itself
    items = [(item, _whole(item, transaction.file)) for item in parts]
    lines = [line_of(transaction, stated_amount(item, transaction.file, item, "", ""), units) for item, units in items]
    rest = _line(element, transaction, None, "", "")
    left = _own_amount(element, transaction.file) - sum((line.amount for line in lines), Decimal(0))
    silent = [at for at, (item, _) in enumerate(items) if not item.find_own("Amount")]
    for at, amount in zip(silent, _shares(left, [items[at][1] for at in silent]), strict=True):
        lines[at] = _with_amount(lines[at], amount)._replace(currency=rest.currency)
        left -= amount
    yield from (_counting(line, quantity) for line, (_, quantity) in zip(lines, items, strict=True))
    if left or not items:
        line = _with_amount(rest, left)
        yield line if items else _counting(line, None)


def _shares(amount: Decimal, quantities: Sequence[int | None]) -> list[Decimal]:
    """Return what each item has of an amount: by its units, or by equal parts where one of them does not say them."""
    if len(quantities) <= 1:
        return [amount for _ in quantities]
    silent = None in quantities
    return share_cents(amount, [Decimal(1) if silent else Decimal(abs(one or 0)) for one in quantities])


def _counting(line: FileLine, quantity: int | None) -> FileLine:
    """Return a line with its units: unknown where its words are about units and it states none."""
    counts = quantity is not None or words.is_about_units(line.event, line.goods)
    units = signed_units(line.event, quantity) if counts else None
    return line._replace(carries_units=counts and line.event in GOODS, units=units)


def _with_amount(line: FileLine, amount: Decimal) -> FileLine:
    """Return a line with another amount in its one amount column."""
    own = tuple(part._replace(amount=amount) for part in line.typed)
    return line._replace(parts=((line.parts[0][0], amount),), amount=amount, typed=own)


def _amount_of_its_own(element: Element) -> Element | None:
    return next((child for name in _AMOUNTS_OF_ITS_OWN if (child := element.find_own(name))), None)


def _own_amount(element: Element, file: str) -> Decimal:
    """Return the amount of a transaction: its own, else the sum of everything in it that has a currency."""
    own = _amount_of_its_own(element)
    if own is not None:
        return amount_of(own, file)
    return sum((amount_of(leaf, file) for leaf in element.leaves() if is_money(leaf.name, leaf.attributes)), Decimal(0))


def _line(part: Element, transaction: Transaction, item: Element | None, kind: str, word: str) -> FileLine:
    return line_of(transaction, stated_amount(part, transaction.file, item, kind, word))


def line_of(transaction: Transaction, amount: StatedAmount, quantity: int | None = None) -> FileLine:
    """Return what one amount of a transaction says, classified; without units.

    Args:
        transaction: What it is of.
        amount: It.
        quantity: The units that its item names.
    """
    words_of_it = (transaction.kind, *((transaction.description,) if transaction.description else ()))
    declared = is_declared(*words_of_it) and (not amount.kind or words.is_amount_declared(amount.kind, amount.word))
    means = doubted(meaning(*words_of_it), declared=declared, sku=amount.sku, quantity=quantity)
    posted = transaction.posted_at
    column, typed_parts = _own_money(transaction, means, amount.kind, amount.word, amount.amount)
    return FileLine(
        number=amount.number,
        settlement_id=transaction.header.settlement_id,
        group=(
            transaction.header.settlement_id,
            transaction.kind,
            transaction.order_id,
            transaction.adjustment_id,
            transaction.shipment_id,
            amount.item_code,
            amount.sku,
            posted.isoformat() if posted else "",
        ),
        single=not amount.kind or not (transaction.order_id or amount.sku),  # each loss or fee is an event of its own
        content=(amount.kind, amount.word, str(amount.amount), amount.content),
        event=means.event,
        stock_effect=means.stock_effect,
        raw_type=transaction.kind,
        raw_description=transaction.description,
        parts=((column, amount.amount),),
        amount=amount.amount,
        currency=amount.currency or transaction.header.currency,
        posted_at=posted,
        order_id=transaction.order_id,
        order_item_id=amount.item_code,
        shipment_id=transaction.shipment_id,
        adjustment_id=transaction.adjustment_id,
        merchant_order_id=transaction.merchant_order_id,
        sku=amount.sku,
        marketplace=transaction.marketplace,
        fulfilment=transaction.fulfilment,
        goods=means.goods,
        typed=typed_parts,
    )


def _own_money(
    transaction: Transaction, means: Meaning, kind: str, word: str, amount: Decimal
) -> tuple[str, tuple[TypedPart, ...]]:
    """Return the amount column of an amount, and what it is about where that does not tell it."""
    if kind:
        effect = item_amount(kind, word)
        if means is UNKNOWN:
            words_of_it = (
                transaction.kind if meaning(transaction.kind) is UNKNOWN else listed_type(transaction.kind, word)
            )
            return effect.column, typed_amount_parts(((effect.column, amount),), means, words_of_it)
        return effect.column, typed_item(effect, amount, listed_type(kind, word))
    column = "tax" if means.event is Event.TAX_ONLY else own_column(means.event)
    return column, typed_amount_parts(
        ((column, amount),), means, listed_type(transaction.kind, transaction.description)
    )


def _whole(item: Element, file: str) -> int | None:
    quantity = item.find("Quantity")
    return parse_units(quantity.text, Place(file, quantity.line, "Quantity")) if quantity else None


def _moment(element: Element, name: str, file: str) -> datetime | None:
    moment = element.find(name)
    return parse_moment(moment.text, Place(file, moment.line, name)) if moment else None


def _likeness(contents: Contents) -> float:
    return 1.0 if looks_like(contents, "SettlementReport") else 0.0


FORMAT = Format(
    name="amazon_xml",
    title=TITLE,
    marketplace=Marketplace.AMAZON,
    standing=Standing.RECORD,
    likeness=_likeness,
    read=read,
    follows_on=True,
    download="Amazon ended it: in Seller Central open Payments, Reports Repository, and download Flat File V2.",
)
