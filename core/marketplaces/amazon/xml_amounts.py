"""The amounts of an order in Amazon's XML report, element by element: of known lists, and of elements nobody knows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.marketplaces.amazon.units import is_per_unit
from core.marketplaces.errors import BadCellError, Place
from core.marketplaces.reading.numbers import parse_amount
from core.marketplaces.words.wording import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from core.marketplaces.reading.xml import Element

ITEM_LISTS = {
    "ItemPrice": "ItemPrice",
    "ItemPriceAdjustments": "ItemPrice",
    "ItemFees": "ItemFees",
    "ItemFeeAdjustments": "ItemFees",
    "Promotion": "Promotion",
    "PromotionAdjustment": "Promotion",
    "ItemTaxWithheld": "ItemWithheldTax",
    "ItemTaxWithheldAdjustments": "ItemWithheldTax",
}
"""Lists of an item's amounts, and V2's amount type for the same."""
ITEMS = ("Item", "AdjustedItem")
"""Elements of items of orders, each read by itself wherever it stands."""


class StatedAmount(NamedTuple):
    """An amount of a transaction, and what it is told to be."""

    kind: str
    """The list of an item's amounts, as V2 calls it; empty where it is the transaction's own."""
    word: str
    amount: Decimal
    currency: str
    """Empty: its settlement's."""
    item_code: str = ""
    sku: str = ""
    number: int = 0
    """Its line in the file."""
    content: str = ""
    """Everything that stands in its element."""

    @property
    def is_principal(self) -> bool:
        """Whether it is the price of goods, beside which their units stand."""
        return self.kind == "ItemPrice" and folded(self.word) == "principal"

    @property
    def is_fee_per_unit(self) -> bool:
        """Whether it is the fee that an item of a multi-channel order pays per unit, beside which its units stand."""
        return self.kind == "ItemFees" and is_per_unit(self.word)


def item_amounts(item: Element, file: str) -> Iterator[StatedAmount]:
    """Yield the amounts of an item, in the order of the file.

    Raises:
        BadCellError: If one is none.
    """
    for child in _but(item.children, ITEMS):
        kind = ITEM_LISTS.get(child.name)
        if kind is None or not child.children:
            yield from undeclared(child, file, item)
        else:
            for part in [child] if child.find_own("Amount") else child.children:
                yield from part_amounts(part, file, item, kind)


def part_amounts(part: Element, file: str, item: Element | None, kind: str) -> Iterator[StatedAmount]:
    """Yield the amount of a part of a list, and under its own name what else in it is money."""
    own, word = part.find_own("Amount"), _word(part)
    others = [child for child in part.children if child is not own] if own else [part]
    more = [one for other in others for one in undeclared(other, file, item, word=word if own else "")]
    if own or not more:
        yield stated_amount(part, file, item, kind, word)
    yield from more


def undeclared(
    element: Element, file: str, item: Element | None, *, kind: str = "", word: str = "", but: Sequence[str] = ITEMS
) -> Iterator[StatedAmount]:
    """Yield the money in an element that nobody knows, by its name and the nearest word: `ItemLevy / Foo` of -2.00.

    Args:
        element: In an item, a fulfilment or an order, or in a part of a known list.
        file: Its name, for what is wrong.
        item: Of which it is a part, if of any.
        kind: Name of the unknown element that it is in; its own if left out.
        word: What the elements around it are told to be.
        but: Names of elements that are read by themselves.
    """
    kind = kind or element.name
    if is_money(element.name, element.attributes) and not element.children and element.text.strip():
        yield _stated_amount(element, element, file, item, kind, word)
    own = element.find_own("Type")
    word = own.text.strip() if own else word
    for child in _but(element.children, but):
        yield from undeclared(child, file, item, kind=kind, word=word, but=but)


def _but(elements: Sequence[Element], names: Sequence[str]) -> list[Element]:
    return [element for element in elements if element.name not in names]


def is_money(name: str, attributes: Mapping[str, str]) -> bool:
    """Tell whether an element that has no others in it is an amount: it is called one, or it names a currency."""
    return name == "Amount" or "currency" in attributes


def _word(part: Element) -> str:
    own = part.find_own("Type")
    return own.text.strip() if own else part.text_of("Type")


def outside_items(element: Element) -> Iterator[Element]:
    """Yield what stands in an order or its fulfilment beside its items."""
    for child in _but(element.children, ITEMS):
        if child.name == "Fulfillment":
            yield from outside_items(child)
        else:
            yield child


def loose_kind(name: str) -> str:
    """Return V2's amount type of a list of fees that belong to no item."""
    return "Order-Fees" if name == "OrderFees" else "Shipment-Fees"


def stated_amount(part: Element, file: str, item: Element | None, kind: str, word: str) -> StatedAmount:
    """Return the amount that an element has, 0 where it has none, and what it is told to be."""
    return _stated_amount(part.find_own("Amount"), part, file, item, kind, word)


def _stated_amount(
    own: Element | None, part: Element, file: str, item: Element | None, kind: str, word: str
) -> StatedAmount:
    return StatedAmount(
        kind=kind,
        word=word,
        amount=amount_of(own, file) if own else Decimal(0),
        currency=own.attributes.get("currency", "") if own else "",
        item_code=item.text_of("AmazonOrderItemCode") if item else "",
        sku=item.text_of("SKU", strip=False) if item else "",
        number=part.line,
        content=part.content,
    )


def amount_of(element: Element, file: str) -> Decimal:
    """Return the amount that an element's text is.

    Raises:
        BadCellError: If it is none.
    """
    place = Place(file, element.line, element.name)
    if not element.text.strip():
        raise BadCellError(place, "", "an amount")
    return parse_amount(element.text, ".", place)
