"""What a marketplace's words mean: the shape of every vocabulary, and how words are compared (docs/design/words.md).

A vocabulary is a table per marketplace, used by every reader of that marketplace. No word that is not in it decides
about goods or money: what nobody has declared is listed, asked, and keeps back the entry that it would distort.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from core.line_types import LineType, TaxKind, usual_type
from core.marketplaces.settlements.file_lines import TypedPart
from core.marketplaces.words.wording import folded, tokens
from core.model import GOODS_EFFECTS, Event, Goods, StockEffect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from core.marketplaces.settlements.file_lines import Part


class Meaning(NamedTuple):
    """What a transaction is, what it says of goods, and what its money is about."""

    event: Event
    goods: Goods = Goods.NONE
    line_type: LineType | None = None
    """What its own money is about; `None`: as its event and amount column tell."""

    @property
    def stock_effect(self) -> StockEffect:
        """What it does to the stock where nothing more is known."""
        return GOODS_EFFECTS[self.goods]


class AmountMeaning(NamedTuple):
    """Where an amount of an item belongs."""

    column: str
    """One of `core.frame_columns.AMOUNT_COLUMNS`."""
    line_type: LineType | None = None
    """What it is about; `None`: as its event and column tell."""


M = TypeVar("M")

WITHOUT_RETURN = (
    "Refund without return|Refund without a return|Returnless refund|Keep-it refund|Keep it refund|Keep it"
    "|Buyer keeps the item|Buyer keeps item|Buyer keeps the item - no return|Customer keeps the item|No return"
    "|No return required|Return not required"
)
"""What marketplaces say of a refund whose goods stay with the buyer, in words that can mean nothing else."""


def fee_of(line_type: LineType) -> Meaning:
    """Return what a word means that names a fee: money of a type, and no goods."""
    return Meaning(Event.FEE, Goods.NONE, line_type)


def balance_of(line_type: LineType) -> Meaning:
    """Return what a word means that moves money between balances: a reserve, a loan, another store."""
    return Meaning(Event.BALANCE, Goods.NONE, line_type)


UNKNOWN = Meaning(Event.OTHER, Goods.UNCLEAR)
"""A type that nobody has declared."""


def vocabulary(rows: Mapping[M, str]) -> dict[str, M]:
    """Return a vocabulary's table by folded word, of rows that name a meaning's words separated by `|`.

    Raises:
        ValueError: If two meanings have a word in common, as it is compared: a fault of the declarations.
    """
    by_word: dict[str, M] = {}
    for meaning, words in rows.items():
        for word in words.split("|"):
            if by_word.setdefault(folded(word), meaning) != meaning:
                raise ValueError(f"“{word}” is declared with two meanings")
    return by_word


def typed_amount_parts(
    parts: Iterable[Part], meaning: Meaning, word: str, *, of_own: frozenset[str] = frozenset({"other", "other_fee"})
) -> tuple[TypedPart, ...]:
    """Return those amounts of a transaction that are about something else than its event and their columns tell.

    Args:
        parts: Its amounts.
        meaning: What it is; `UNKNOWN` makes every amount one that is asked.
        word: The marketplace's words for it, as they are listed.
        of_own: The columns that hold the transaction's own money, which is what `meaning.line_type` speaks of.
    """
    if meaning.event is Event.OTHER:
        return tuple(TypedPart(column, amount, None, word) for column, amount in parts)
    if meaning.line_type is None:
        return ()
    return tuple(
        TypedPart(column, amount, meaning.line_type, word)
        for column, amount in parts
        if column in of_own and usual_type(meaning.event, column, TaxKind.OWN) is not meaning.line_type
    )


OWN_COLUMNS = {
    Event.SALE: "principal",
    Event.REFUND: "principal",
    Event.DISPUTE: "principal",
    Event.FEE: "other_fee",
    Event.ADVERTISING: "other_fee",
}


def own_column(event: Event) -> str:
    """Return which amount column the money of a transaction belongs in that has no components."""
    return OWN_COLUMNS.get(event, "other")


def typed_item(meaning: AmountMeaning, amount: Decimal, word: str) -> tuple[TypedPart, ...]:
    """Return an amount of an item with its line type, where its event and column do not tell it; else nothing."""
    if meaning.line_type is None:
        return ()
    is_asked = meaning.line_type is LineType.UNCLASSIFIED
    return (TypedPart(meaning.column, amount, None if is_asked else meaning.line_type, word),)


MONEY_ALONE = frozenset({Event.FEE, Event.ADVERTISING, Event.BALANCE, Event.TAX_ONLY, Event.ADJUSTMENT})
"""Events that say what the money is, and nothing of goods."""


def doubted(meaning: Meaning, *, declared: bool, sku: str, quantity: int | None) -> Meaning:
    """Return what a row is: unknown where its type is about money alone and the row names goods in words nobody knows.

    A type says what the money is whatever stands behind it (a campaign's name, a buyer's words), but not that no goods
    moved: `Campaigns / Goods seized` with 3 units of an SKU is asked, `Campaigns / Summer sale` is advertising.

    Args:
        meaning: What type and description are by the vocabulary.
        declared: Whether the description itself is declared, or there is none.
        sku: The row's.
        quantity: The row's.
    """
    names_goods = bool(sku.strip()) and bool(quantity)
    paid_alone = meaning.event is Event.REIMBURSEMENT and meaning.goods is Goods.NONE
    money_alone = meaning.event in MONEY_ALONE or paid_alone
    return UNKNOWN if names_goods and not declared and money_alone else meaning


def may_be_price(parts: Iterable[TypedPart]) -> bool:
    """Tell whether an amount whose word nobody has declared may be a price of goods: neither a fee nor a tax."""
    return any(part.line_type is None and part.column in ("principal", "other") for part in parts)


def listed_type(kind: str, description: str) -> str:
    """Return a type and its description as sheet Transaction types lists them."""
    parts = [part for part in (kind.strip(), description.strip()) if part]
    return " / ".join(parts)


def proposed_type(word: str, *, names_goods: bool) -> LineType | None:
    """Return what is prefilled for a word that nobody has declared; it is asked all the same.

    A word of which type or description ends in fee or charge, or in a word for it in a language that the readers know,
    and that names no SKU, is most likely one more fee: `Glimmer Fee / x`, `Zaubergebühr`, `Frais de magie`.
    """
    is_fee = any(_names_a_fee(part) for part in word.split(" / "))
    return LineType.OTHER_FEES if is_fee and not names_goods else None


_FEES_AT_THE_END = ("fee", "fees", "charge", "charges", "gebühr", "gebühren")
"""English and German put what it is about before it: `Storage Fee`, `Lagergebühr`."""
_FEES_AT_THE_BEGINNING = frozenset(
    {"frais", "commission", "commissions", "tarifa", "tarifas", "comisión", "comisiones", "commissione", "commissioni"}
    | {"tariffa", "tariffe", "kosten", "vergoeding"}
)
"""French, Spanish, Italian and Dutch put it behind: `Frais de stockage`, `Tarifa de almacenamiento`."""


def _names_a_fee(words: str) -> bool:
    of_words = tokens(words)
    begins = bool(of_words) and of_words[0] in _FEES_AT_THE_BEGINNING
    return begins or folded(words).endswith(_FEES_AT_THE_END)
