"""Random XML settlement reports: orders as Amazon writes them, and ones in which elements are missing or misplaced."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_WORDS = {
    "ItemPrice": ("Principal", "Principal", "Tax", "Shipping", " principal "),
    "ItemFees": ("Commission", "FBAPerUnitFulfillmentFee", "NewFangledFee"),
    "Promotion": ("Shipping", "Principal"),
    "ItemTaxWithheld": ("MarketplaceFacilitatorTax-Principal",),
    "ItemPriceAdjustments": ("Principal", "Goodwill"),
    "ItemFeeAdjustments": ("Commission", "RefundCommission"),
}
_SKUS = ("MUG", "MUG", "POT &amp; LID", " CUP ", "a|b", "")
_LIKELY, _UNLIKELY, _RARELY = 0.9, 0.1, 0.006


def random_report(random: Random) -> bytes:
    """Return a report of some settlements, the same for the same state; most can be read."""
    reports = "".join(_report(random, number) for number in range(random.choice((1, 1, 1, 2))))
    root = _element("Envelope", _element("Message", reports), ' x:y="1" xmlns:x="z"')
    text = f'<?xml version="1.0" encoding="UTF-8"?>{root}'
    if random.random() < _UNLIKELY:
        text = text.replace("\n", "\r\n")
    if random.random() < 0.03:
        cut = random.randrange(len(text))
        text = text[:cut] + random.choice(("", "<", ">", "&", "</Item>", "<!-- no > -->", "x")) + text[cut:]
    return text.encode(random.choice(("utf-8", "utf-8", "utf-16")))


def _report(random: Random, number: int) -> str:
    bodies = [_transaction(random) for _ in range(random.randint(0, 8))]
    total = random.choice(("0.00", "12.00", "5"))
    summary = (
        f"<AmazonSettlementID>1200{number * (random.random() < _LIKELY)}</AmazonSettlementID>"
        f'<TotalAmount currency="USD">{total}</TotalAmount><StartDate>2025-03-01T08:00:00+00:00</StartDate>'
    )
    head = _element("SettlementData", summary) if random.random() > _RARELY else ""
    return _element("SettlementReport", "".join([head, *bodies]))


def _element(name: str, inner: str, attributes: str = "") -> str:
    return f"\n<{name}{attributes}>{inner}</{name}>\n"


def _transaction(random: Random) -> str:
    if random.random() < 0.25:
        return _other(random)
    name = random.choice(("Order", "Order", "Order", "Refund", "Chargeback", "GuaranteeClaim"))
    number = random.randint(1, 3)
    parts = [
        *_leaf(random, "AmazonOrderID", f"111-{number}"),
        *_leaf(random, "MerchantOrderID", f"111-{number}", chance=0.7),
        *_leaf(random, "ShipmentID", random.choice(("S1", "S2")), chance=0.7),
        *_leaf(random, "AdjustmentID", "A1", chance=0.2),
        *_leaf(random, "MarketplaceName", random.choice(("Amazon.com", "Non-Amazon US", "Amazon.ca")), chance=_LIKELY),
        *([_element("ShipmentFees", _part(random, "Fee", ("FBA transportation fee",)))] * (random.random() < 0.2)),
        *([_element("OrderFees", _part(random, "Fee", ("Odd fee",)))] * (random.random() < _UNLIKELY)),
        *_odd(random),
        _fulfilment(random, "Item" if name == "Order" else "AdjustedItem"),
    ]
    return _element(name, "".join(parts))


def _fulfilment(random: Random, item: str) -> str:
    items = [_item(random, item) for _ in range(random.choice((0, 1, 1, 1, 2, 3)))]
    day = random.choice(
        ("2025-03-03T10:00:00+00:00", "2025-03-04T10:00:00+00:00", "2025-03-04", "2025-03-04T02:00:00-0800")
    )
    head = [*_leaf(random, "MerchantFulfillmentID", "AFN"), *_leaf(random, "PostedDate", day)]
    return _element("Fulfillment", "".join([*head, *_odd(random), *items]))


def _item(random: Random, name: str) -> str:
    lists = random.choices(list(_WORDS), k=random.randint(0, 5))
    number = random.randint(1, 2)
    parts = [
        *_leaf(random, "AmazonOrderItemCode", f"2100{number}"),
        *_leaf(random, "MerchantOrderItemID", "9", chance=0.2),
        *_leaf(random, "SKU", random.choice(_SKUS)),
        *_leaf(random, "Quantity", random.choice(("1", "2", "3", "1.5", "")), chance=0.8),
        *(_list(random, kind) for kind in lists),
        *_odd(random),
    ]
    return _element(name, "".join(parts))


def _list(random: Random, kind: str) -> str:
    if kind == "Promotion":
        return _part(random, kind, _WORDS[kind], extra="<MerchantPromotionID>FREE</MerchantPromotionID>")
    names = random.choices(("Component", "Fee"), k=random.choice((0, 1, 1, 2, 3)))
    return _element(kind, "".join(_part(random, name, _WORDS[kind]) for name in names))


def _part(random: Random, name: str, words: tuple[str, ...], extra: str = "") -> str:
    word = _leaf(random, "Type", random.choice(words), chance=0.97)
    currency = random.choice((' currency="USD"',) * 40 + ("", " currency='USD' other='1'", ' currency="CAD"'))
    amount = str(Decimal(random.randint(-3000, 3000)).scaleb(-random.choice((2, 2, 2, 1, 0))))
    if random.random() < _RARELY:
        amount = random.choice(("", "1,00", "abc", "1.2345678"))
    told = [_element("Amount", amount, currency).strip()] if random.random() > _RARELY else []
    both = [*word, *told] if random.random() < _LIKELY else [*told, *word]
    return _element(name, "".join([extra, *both, *_odd(random)]))


def _leaf(random: Random, name: str, text: str, chance: float = 0.97) -> list[str]:
    """Return an element with a text: mostly one, rarely none, two, an empty one or one that is written otherwise."""
    if random.random() > chance:
        return []
    if random.random() > _RARELY:
        return [f"<{name}>{text}</{name}>"]
    written = [
        f"<{name}/>",
        f"<{name}>{text}</{name}>" * 2,
        f"<{name}>{text}<b/></{name}>",
        f"<{name}> {text}\n</{name}>",
    ]
    return [random.choice([*written, f"<{name}><![CDATA[{text}]]></{name}>", f"<{name}>&#65;{text}</{name}>"])]


def _odd(random: Random) -> list[str]:
    """Return rarely what is not expected, and sometimes what says nothing."""
    if random.random() < _UNLIKELY:
        return ["<Note>x</Note>"]
    if random.random() > _RARELY:
        return []
    odd = (
        "<Fee><Type>Odd</Type></Fee>",
        "<SKU>OTHER</SKU>",
        "<TransactionType>Odd</TransactionType>",
        "<Quantity>7</Quantity>",
    )
    more = (
        "<PostedDate>2025-03-09T10:00:00+00:00</PostedDate>",
        "text",
        "<!-- said -->",
        "<Inner><Amount>1</Amount></Inner>",
    )
    unknown = (
        "<ItemLevy><Component><Type>Principal</Type><Amount currency='USD'>-2.00</Amount></Component></ItemLevy>",
        "<Levy currency='USD'>-2.00</Levy>",
        "<ItemWithheldTax><Part><Type>New</Type><Value currency='USD'>1.00</Value></Part></ItemWithheldTax>",
        "<Levies><Levy><Amount>3.00</Amount><Type>New</Type></Levy><Levy currency='USD'> </Levy></Levies>",
    )
    if random.random() < 0.5:
        return [random.choice(unknown)]
    return [random.choice((*odd, *more, "<Item><SKU>X</SKU></Item>", "<Fulfillment><Item/></Fulfillment>"))]


def _other(random: Random) -> str:
    amount = f'<Amount currency="USD">{random.choice(("12.00", "-39.99"))}</Amount>'
    kind = random.choice(("WAREHOUSE_LOST", "Subscription Fee", "Odd word"))
    item = f"<OtherTransactionItem><SKU>MUG</SKU><Quantity>2</Quantity>{amount}</OtherTransactionItem>"
    return random.choice(
        (
            f"<OtherTransaction><TransactionType>{kind}</TransactionType>{amount}</OtherTransaction>",
            f"<OtherTransaction><TransactionType>{kind}</TransactionType>{item}{amount}</OtherTransaction>",
            "<Retrocharge><AmazonOrderID>1</AmazonOrderID><BaseTax currency='USD'>-0.70</BaseTax></Retrocharge>",
            f"<SomethingNew>{amount}</SomethingNew>",
        )
    )
