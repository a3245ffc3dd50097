"""A payout of eBay, pulled over its API: its transactions (Finances), and the orders they are about (Fulfillment).

It is the book of record; the downloaded transaction report is a view of the same settlement. Payout id, order numbers
and amounts are the same in both. Finances knows neither SKU nor quantity: both come from the order, by line item. An
amount is always positive, its sign is the booking entry (docs/facts/settlement-formats.md, eBay), and it is what is
left after the fees.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from core.marketplaces.ebay.conversion import rate_of, shared_prices
from core.marketplaces.ebay.order_items import (
    LineItem,
    is_whole,
    order_items,
    order_units,
    says_shares,
    shared_gross,
    titles_of,
)
from core.marketplaces.ebay.words import OF_ITEMS, REST_OF_NET, fee, is_of_title, meaning_in_api
from core.marketplaces.errors import BadCellError
from core.marketplaces.formats import Format, Standing
from core.marketplaces.pulling.bundles import likeness, read_bundle
from core.marketplaces.settlements.file_lines import FileLine, TypedPart
from core.marketplaces.settlements.periods import header_of
from core.marketplaces.settlements.tie_out import Findings, reading
from core.marketplaces.settlements.transactions import Units, counted_units
from core.marketplaces.words.meanings import UNKNOWN, AmountMeaning, listed_type, typed_amount_parts, typed_item
from core.model import Event, Goods, Marketplace, Problem, QuantitySource, Severity
from core.money import cents, share_cents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from core.marketplaces.pulling.bundles import Node
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.settlements.file_lines import Part
    from core.marketplaces.words.meanings import Meaning
    from core.model import Reading

NAME = "ebay_payout_api"
ZERO = Decimal(0)
_SIGNS = {"CREDIT": 1, "DEBIT": -1}
PERSONAL = frozenset(
    {
        "buyer",
        "buyerCheckoutNotes",
        "fulfillmentStartInstructions",
        "giftDetails",
        "payoutInstrument",
        "taxAddress",
        "buyerRegistrationAddress",
    }
)
"""Names, addresses, telephone numbers, the digits of a bank account."""


class PayoutTransaction(NamedTuple):
    """One transaction of the answer."""

    node: Node
    number: int
    payout_id: str
    id: str
    kind: str
    means: Meaning
    words: str
    """Its fee type and memo."""
    order_id: str
    net: Decimal
    """Signed from the seller's side."""
    currency: str
    posted_at: datetime | None


def read(contents: Contents) -> Reading:
    """Read a pulled payout; see `core.marketplaces.read`."""
    document = read_bundle(contents)
    payout = document.node("payout") or document
    payout_id = payout.needed("payoutId")
    orders = {node.needed("orderId"): order_items(node) for node in document.nodes("orders")}
    nodes = enumerate(document.nodes("transactions"), start=1)
    titles = {node.needed("orderId"): titles_of(node) for node in document.nodes("orders")}
    booked = [_booked(node, number, payout_id, titles) for number, node in nodes]
    lines = tuple(line for each in booked for line in _lines(each, orders))
    amount = payout.node("amount") or payout
    header = header_of(
        payout_id, lines, amount.needed_currency("currency"), payout.moment("payoutDate"), amount.amount("value")
    )
    result = reading(
        Findings(
            format=NAME,
            marketplace=Marketplace.EBAY,
            file=contents.name,
            headers=(header,),
            lines=lines,
            problems_by_settlement={payout_id: [*_unknown_items(booked, orders), *_guessed_shares(booked, orders)]},
            units=_units,
        )
    )
    return replace(result, order_units=order_units(document.nodes("orders"), payout.moment("payoutDate")))


def _booked(node: Node, number: int, payout_id: str, titles: Mapping[str, Sequence[str]]) -> PayoutTransaction:
    amount = node.node("amount") or node
    entry = node.needed("bookingEntry")
    if entry not in _SIGNS:
        raise BadCellError(node.place("bookingEntry"), entry, "CREDIT or DEBIT")
    kind, fee_type, memo = node.needed("transactionType"), node.text("feeType"), _memo(node, titles)
    return PayoutTransaction(
        node=node,
        number=number,
        payout_id=payout_id,
        id=node.needed("transactionId"),
        kind=kind,
        means=meaning_in_api(kind, fee_type, memo, [_code(item) for item in node.nodes("orderLineItems")]),
        words=" / ".join(filter(None, (fee_type, memo))),
        order_id=node.text("orderId"),
        net=abs(amount.amount("value")) * _SIGNS[entry],
        currency=amount.needed_currency("currency"),
        posted_at=node.moment("transactionDate"),
    )


def _code(item: Node) -> str:
    return item.text("lineItemId")


def _memo(node: Node, titles: Mapping[str, Sequence[str]]) -> str:
    """Return what the memo of a refund or dispute says; nothing where it repeats the title of an item of its order."""
    memo = node.text("transactionMemo")
    return "" if is_of_title(memo, titles.get(node.text("orderId"), ())) else memo


def _lines(posting: PayoutTransaction, orders: Mapping[str, Mapping[str, LineItem]]) -> list[FileLine]:
    items = posting.node.nodes("orderLineItems")
    if posting.means is UNKNOWN and items:
        return _unclear(posting, items, orders.get(posting.order_id, {}))
    if posting.means.event not in OF_ITEMS or not items:
        return [_plain(posting, orders.get(posting.order_id, {}))]
    known = orders.get(posting.order_id, {})
    taken = _fees(items, posting)
    fees = [tuple((part.column, part.amount) for part in parts) for parts in taken]
    goods = [known.get(node.text("lineItemId")) for node in items]
    gross = _gross(posting, taken)
    own = _prices(posting, gross, items, goods)
    lines = [
        _of_item(posting, node.text("lineItemId"), item, (*mine, *charged))._replace(typed=_declared(parts))
        for node, item, mine, charged, parts in zip(items, goods, own, fees, taken, strict=True)
    ]
    if posting.means.goods is Goods.REFUNDED and _is_guessed(posting, gross, goods):
        lines = [line._replace(goods=Goods.REFUND_UNCLEAR) for line in lines]
    return _with_rest(posting, lines)


def _gross(posting: PayoutTransaction, fees: Sequence[Sequence[TypedPart]]) -> Decimal:
    """Return a transaction before fees, signed."""
    return posting.net - sum((part.amount for parts in fees for part in parts), ZERO)


def _is_guessed(posting: PayoutTransaction, gross: Decimal, goods: Sequence[LineItem | None]) -> bool:
    """Tell whether nothing says how much of a transaction is of which of its items: a sale has its order's prices."""
    if says_shares(posting.node.nodes("orderLineItems")) or is_whole(gross, posting.currency, goods):
        return False
    return posting.means.event is not Event.SALE or None in goods


def _prices(
    posting: PayoutTransaction, gross: Decimal, items: Sequence[Node], goods: Sequence[LineItem | None]
) -> list[tuple[Part, ...]]:
    """Return price, postage and tax of each item, signed, in the payout's currency.

    A sale has those of its order; what the order tells in another currency is shared out of the transaction's amount
    before fees. What a refund gave back is not told by item, nor a sale of an order that eBay does not give any more.
    """
    known_goods = [item for item in goods if item is not None]
    parts = [item.parts for item in known_goods]
    if posting.means.event is not Event.SALE or len(known_goods) < len(goods) or not any(parts):
        return [(("principal", part),) for part in shared_gross(gross, items, goods)]
    if all(item.currency == posting.currency for item in known_goods):
        return parts
    return shared_prices(gross, parts)


def _with_rest(posting: PayoutTransaction, lines: list[FileLine]) -> list[FileLine]:
    """Let the lines sum to the transaction: what the items leave stands on the one item, or on a line of its own.

    What it is, nobody says: it is asked, as what the columns of the report's row leave of its net amount.
    """
    rest = posting.net - sum((line.amount for line in lines), ZERO)
    if not rest:
        return lines
    asked = TypedPart("other", rest, None, REST_OF_NET)
    if len(lines) == 1:
        line = lines[0]
        return [line._replace(parts=(*line.parts, ("other", rest)), amount=posting.net, typed=(*line.typed, asked))]
    return [*lines, _line(posting, "", (("other", rest),))._replace(typed=(asked,))]


def _of_item(posting: PayoutTransaction, line_item_id: str, item: LineItem | None, parts: Sequence[Part]) -> FileLine:
    sale = posting.means.event is Event.SALE
    return _line(posting, line_item_id, parts)._replace(
        carries_units=True,
        units=item.units if sale and item else None,  # a refund does not say how many units came back
        sku=item.sku if item else "",
    )


def _unclear(posting: PayoutTransaction, items: Sequence[Node], known: Mapping[str, LineItem]) -> list[FileLine]:
    """Return a transaction of an unknown type, item by item: its money is asked, and whether their goods moved.

    How many units it is about is not said; of an item that was sold once it can only be that one.
    """
    goods = [known.get(_code(node)) for node in items]
    shares = zip(items, goods, shared_gross(posting.net, items, goods), strict=True)
    lines = [(item, _line(posting, _code(node), (("other", amount),))) for node, item, amount in shares]
    word = listed_type(posting.kind, posting.words)
    return [
        line._replace(
            carries_units=True,
            units=1 if item and item.units == 1 else None,
            sku=item.sku if item else "",
            typed=typed_amount_parts(line.parts, posting.means, word),
        )
        for item, line in lines
    ]


def _plain(posting: PayoutTransaction, items: Mapping[str, LineItem]) -> FileLine:
    """Return a transaction that names no items; the only item of its order is the one meant."""
    column = "other_fee" if posting.means.event in (Event.FEE, Event.ADVERTISING) else "other"
    about_goods = posting.means.event in (Event.SALE, Event.REFUND, Event.DISPUTE)
    only = next(iter(items.items())) if about_goods and len(items) == 1 else ("", None)
    line = _line(posting, only[0], (("principal" if about_goods else column, posting.net),))
    sku = only[1].sku if only[1] else ""
    word = listed_type(posting.kind, posting.words if posting.means is UNKNOWN else posting.node.text("feeType"))
    return line._replace(carries_units=about_goods, typed=typed_amount_parts(line.parts, posting.means, word), sku=sku)


def _line(posting: PayoutTransaction, line_item_id: str, parts: Sequence[Part]) -> FileLine:
    kept = tuple((column, amount) for column, amount in parts if amount)
    description = posting.node.text("transactionMemo") or posting.node.text("feeType")
    return FileLine(
        number=posting.number,
        settlement_id=posting.payout_id,
        group=(posting.kind, posting.order_id, posting.id, line_item_id, posting.node.text("feeType")),
        single=True,
        content=(posting.id, line_item_id, description, *(f"{column} {amount}" for column, amount in kept)),
        event=posting.means.event,
        stock_effect=posting.means.stock_effect,
        raw_type=posting.kind,
        raw_description="" if posting.means.event is Event.SALE else description,
        parts=kept,
        amount=sum((amount for _, amount in kept), ZERO),
        currency=posting.currency,
        posted_at=posting.posted_at,
        order_id=posting.order_id,
        order_item_id=line_item_id,
        marketplace=Marketplace.EBAY.value,
        goods=posting.means.goods,
    )


def _fees(items: Sequence[Node], posting: PayoutTransaction) -> list[tuple[TypedPart, ...]]:
    """Return what eBay takes for each item, or gives back of it with a refund; a donation is one of its own kind.

    The report tells the fees of a sale by item, and of a refund each fee as one: so they are converted.
    """
    named = [_named_fees(node) for node in items]
    of_sale = posting.means.event is Event.SALE
    return [
        tuple(
            TypedPart(fee(word).column, -amount if of_sale else amount, fee(word).line_type, word)
            for (word, _), amount in zip(own, amounts, strict=True)
        )
        for own, amounts in zip(named, _converted_fees(named, posting, together=not of_sale), strict=True)
    ]


def _named_fees(node: Node) -> list[tuple[str, Node]]:
    """Return the fees and donations of an item, with their words."""
    fees = [(one.text("feeType"), one.node("amount")) for one in node.nodes("marketplaceFees")]
    donations = [("Charity donation", one.node("amount")) for one in node.nodes("donations")]
    return [(word, amount) for word, amount in (*fees, *donations) if amount]


def _converted_fees(
    named: Sequence[Sequence[tuple[str, Node]]], posting: PayoutTransaction, *, together: bool
) -> list[list[Decimal]]:
    """Return the fees of each item in the transaction's currency; those of one word together, if so wished."""
    fees = [[_in_payout_currency(amount, posting) for _, amount in own] for own in named]
    foreign: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for item, own in enumerate(named):
        for at, (word, amount) in enumerate(own):
            if together and _is_foreign(amount, posting):
                foreign[word].append((item, at))
    for places in foreign.values():
        values = [named[item][at][1].amount("value") for item, at in places]
        if min(values) >= 0:
            whole = cents(sum(values, ZERO) * rate_of(posting.node.node("amount") or posting.node))
            for (item, at), share in zip(places, share_cents(whole, values), strict=True):
                fees[item][at] = share
    return fees


def _is_foreign(amount: Node, posting: PayoutTransaction) -> bool:
    """Tell whether an amount must be converted: eBay states it neither in the transaction's currency nor converted."""
    own = amount.currency("currency") in ("", posting.currency)
    return not own and amount.currency("convertedFromCurrency") != posting.currency


def _in_payout_currency(amount: Node, posting: PayoutTransaction) -> Decimal:
    """Return an amount beside a transaction's own in the transaction's currency; eBay leaves fees in the order's."""
    if _is_foreign(amount, posting):
        return cents(amount.amount("value") * rate_of(posting.node.node("amount") or posting.node))
    is_own = amount.currency("currency") in ("", posting.currency)
    return amount.amount("value" if is_own else "convertedFromValue")


def _declared(taken: Sequence[TypedPart]) -> tuple[TypedPart, ...]:
    """Return those of the fees that are about something else than their column tells, or that nobody has declared."""
    typed_parts = (typed_item(AmountMeaning(part.column, part.line_type), part.amount, part.word) for part in taken)
    return tuple(part for parts in typed_parts for part in parts)


def _units(lines: Sequence[FileLine]) -> Units:
    if lines[0].event is Event.DISPUTE or (lines[0].event is Event.OTHER and not lines[0].carries_units):
        return Units(None, QuantitySource.UNKNOWN)
    units = counted_units(lines)
    return Units(units.quantity, QuantitySource.FROM_ORDER) if units.quantity is not None and units.source else units


def _unknown_items(
    postings: Sequence[PayoutTransaction], orders: Mapping[str, Mapping[str, LineItem]]
) -> list[Problem]:
    sold = [each for each in postings if each.means.event is Event.SALE and each.order_id not in orders]
    return [
        Problem(
            Severity.WARNING,
            f"eBay did not give order {each.order_id}, so its SKUs and units are not known. eBay gives orders of the "
            "last two years; import the transaction report of that time instead.",
            f"order {each.order_id}",
        )
        for each in sold
    ]


def _guessed_shares(
    postings: Sequence[PayoutTransaction], orders: Mapping[str, Mapping[str, LineItem]]
) -> Iterator[Problem]:
    """Name the transactions about several items of which nothing says how much is of which."""
    for each in postings:
        items = each.node.nodes("orderLineItems") if each.means.event in OF_ITEMS else []
        known = orders.get(each.order_id, {})
        goods = [known.get(node.text("lineItemId")) for node in items]
        if items and _is_guessed(each, _gross(each, _fees(items, each)), goods):
            yield _guessed_share(each, goods)


def _guessed_share(posting: PayoutTransaction, goods: Sequence[LineItem | None]) -> Problem:
    names = ", ".join(item.sku if item and item.sku else "one without SKU" for item in goods)
    by = "by their prices in the order" if any(item and item.parts for item in goods) else "in equal parts"
    ask = " Answer on sheet Resolve how many units of each came back." if posting.means.event is Event.REFUND else ""
    return Problem(
        Severity.WARNING,
        f"eBay does not say how much of the {posting.net} {posting.currency} of {posting.kind} {posting.id} is of "
        f"which of its {len(goods)} items ({names}), so it was shared out {by}. See their lines.{ask}",
        f"order {posting.order_id}",
    )


FORMAT = Format(
    name=NAME,
    title="eBay payout (pulled)",
    marketplace=Marketplace.EBAY,
    standing=Standing.RECORD,
    is_pulled=True,
    likeness=partial(likeness, NAME),
    read=read,
    personal=PERSONAL,
)
