"""What the bookkeeper says an undeclared word is, applied to transactions of any source (docs/design/words.md).

A choice names a line type, and where several things can happen to the goods, which. On a transaction whose own type is
unknown it says what the whole is; on an amount of an order whose word is unknown it says what that amount is about.
Amounts never change, and neither do the units that the marketplace reported. A choice about money alone says nothing of
goods: a line that names units of an SKU is still asked whether they moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.frame_columns import TRANSACTION_COLUMNS, frame, records
from core.line_types import LineType
from core.marketplaces.words.meanings import Meaning, listed_type
from core.marketplaces.words.wording import folded
from core.model import ABOUT_UNITS, GOODS_EFFECTS, Event, Goods, QuantitySource, StockEffect
from core.typed_amounts import TypedAmount, from_text, to_text, word_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


_FEES = (
    LineType.OTHER_FEES,
    LineType.REFERRAL_FEES,
    LineType.PAYMENT_PROCESSING,
    LineType.FULFILMENT_FEES,
    LineType.STORAGE,
    LineType.LONG_TERM_STORAGE,
    LineType.INBOUND,
    LineType.REMOVAL,
    LineType.RETURN_PROCESSING,
    LineType.POSTAGE,
    LineType.SUBSCRIPTION,
    LineType.COUPONS_AND_VINE,
    LineType.REGULATORY_FEES,
    LineType.PENALTIES,
    LineType.TAX_ON_FEES,
)
_TAXES = (
    *(LineType.TAX_COLLECTED, LineType.TAX_WITHHELD, LineType.LOW_VALUE_GOODS_TAX, LineType.PREPAID_TAX),
    LineType.DUTIES,
)
_BALANCES = (LineType.RESERVE, LineType.LOANS, LineType.GIFT_CARDS, LineType.OTHER_STORES, LineType.CLEARING_MOVES)
_OTHERS = (LineType.ADJUSTMENTS, LineType.DONATIONS, LineType.TIPS)

CHOICES: dict[str, Meaning] = {
    "Sales": Meaning(Event.SALE, Goods.SOLD, LineType.SALES),
    "Refunds": Meaning(Event.REFUND, Goods.REFUNDED, LineType.REFUNDS),
    "Refunds, goods kept by the buyer": Meaning(Event.REFUND, Goods.KEPT, LineType.REFUNDS),
    "Chargebacks": Meaning(Event.DISPUTE, Goods.KEPT, LineType.CHARGEBACKS),
    "Reimbursements": Meaning(Event.REIMBURSEMENT, Goods.NONE, LineType.REIMBURSEMENTS),
    "Reimbursements for lost or damaged goods": Meaning(Event.REIMBURSEMENT, Goods.LOST, LineType.REIMBURSEMENTS),
    "Reimbursements taken back": Meaning(Event.REIMBURSEMENT_REVERSAL, Goods.FOUND, LineType.REIMBURSEMENTS),
    "Liquidations": Meaning(Event.LIQUIDATION, Goods.LIQUIDATED, LineType.LIQUIDATIONS),
    **{str(one): Meaning(Event.FEE, Goods.NONE, one) for one in _FEES},
    str(LineType.ADVERTISING): Meaning(Event.ADVERTISING, Goods.NONE, LineType.ADVERTISING),
    **{str(one): Meaning(Event.ADJUSTMENT, Goods.NONE, one) for one in _OTHERS},
    **{str(one): Meaning(Event.TAX_ONLY, Goods.NONE, one) for one in _TAXES},
    **{str(one): Meaning(Event.BALANCE, Goods.NONE, one) for one in _BALANCES},
}
"""What can be said of a word, by what is typed. A payout is not among them: its amount would leave the sum."""

_CHARGES = (Event.FEE, Event.ADVERTISING)
_IN_FEES = {"other": "other_fee"}

OLDER_CHOICES = {
    "sale": "Sales",
    "refund": "Refunds",
    "dispute": "Chargebacks",
    "reimbursement": "Reimbursements for lost or damaged goods",
    "reimbursement reversal": "Reimbursements taken back",
    "liquidation": "Liquidations",
    "fee": "Other fees",
    "advertising": "Advertising",
    "tax only": "Tax collected",
    "balance": str(LineType.CLEARING_MOVES),
    "adjustment": "Adjustments",
    "other": "Adjustments",
}
"""What was said in books of earlier versions, and what it is now."""


def choice_of(text: str) -> str | None:
    """Return the choice that a text names, whatever its case; `None` where it names none."""
    wanted = folded(text)
    older = {folded(old): new for old, new in OLDER_CHOICES.items()}
    return next((choice for choice in CHOICES if folded(choice) == wanted), older.get(wanted))


def chosen_meaning(choices: Mapping[str, str], word: str) -> Meaning | None:
    """Return what was said of a word as it is listed, type and description: of another description nothing was said.

    Books of earlier versions asked for a type alone, whatever its description (`whatever_follows`).
    """
    told = {folded(name): choice for name, choice in choices.items()}
    choice = told.get(folded(word)) or told.get(folded(whatever_follows(word.split(" / ", maxsplit=1)[0])))
    return CHOICES.get(choice) if choice else None


def whatever_follows(kind: str) -> str:
    """Return what names every description of a type."""
    return f"{kind} / *"


def classified(transactions: pd.DataFrame, choices: Mapping[str, str], *, money_alone: bool = False) -> pd.DataFrame:
    """Return transactions with undeclared words made what the bookkeeper chose.

    Args:
        transactions: `core.model.TRANSACTION_COLUMNS`.
        choices: One of `CHOICES` by the word that is listed.
        money_alone: Whether a transaction of unknown type stays one, and only its amounts are what was chosen.
    """
    if not choices:
        return transactions
    rows = records(transactions)
    changed = [_classified(row, choices, money_alone=money_alone) for row in rows]
    if changed == rows:
        return transactions
    return frame(TRANSACTION_COLUMNS, changed).set_index(transactions.index)


def _classified(row: dict[str, Any], choices: Mapping[str, str], *, money_alone: bool) -> dict[str, Any]:
    if row["goods"] is None:
        return row if money_alone else _of_reader_one(row, choices)
    amounts = from_text(row["typed"])
    told = {word: chosen_meaning(choices, word) for word in asked_words(row)}
    if not any(told.values()):
        return row
    whole = next((means for means in told.values() if means), None) if row["event"] == Event.OTHER.value else None
    whole = None if money_alone else whole
    moved = [_told(one, told.get(one.word)) for one in amounts]
    if whole and whole.event in _CHARGES:
        moved = [one._replace(column=_IN_FEES.get(one.column, one.column)) for one in moved]
    row = {**row, "typed": to_text(moved)}
    return _as_a_whole(row, whole) if whole else row


def asked_words(row: Mapping[str, Any]) -> list[str]:
    """Return the words of a transaction that nobody has declared, as they are listed.

    One of unknown type whose amounts come to nothing has those of its type all the same: an item of Amazon's XML whose
    money stands beside it, a row of 0.00.
    """
    words = [one.word for one in from_text(row["typed"]) if one.line_type is None]
    if words or row["event"] != Event.OTHER.value:
        return words
    return [word_name(listed_type(row["raw_type"] or "", row["raw_description"] or ""))]


def _told(one: TypedAmount, means: Meaning | None) -> TypedAmount:
    return one if means is None else one._replace(line_type=means.line_type)


def _as_a_whole(row: dict[str, Any], means: Meaning) -> dict[str, Any]:
    """Return a transaction of unknown type as what it was said to be; what is no fee's column moves to that of fees."""
    quantity = row["quantity"]
    if quantity is not None and means.event in (Event.REFUND, Event.REIMBURSEMENT_REVERSAL):
        quantity = -abs(quantity)
    goods, source = means.goods, row["quantity_source"]
    of_a_sku = row["sku"] is not None and goods in (Goods.SOLD, Goods.REFUNDED)
    if quantity == 0 and (goods in ABOUT_UNITS or of_a_sku) and row["goods"] is not None:
        quantity, source = None, QuantitySource.UNKNOWN.value
    if goods is Goods.NONE and row["sku"] is not None and quantity:
        goods = Goods.UNCLEAR  # of the money it is said that it is a fee, a reimbursement, a loan; of the units nothing
    effect = GOODS_EFFECTS[goods] if quantity != 0 else StockEffect.NONE
    fee = {"other": row["other"] * 0, "other_fee": row["other_fee"] + row["other"]} if means.event in _CHARGES else {}
    return {
        **row,
        **fee,
        "event": means.event.value,
        "goods": goods.value,
        "quantity": quantity,
        "quantity_source": source,
        "stock_effect": effect.value,
    }


def _of_reader_one(row: dict[str, Any], choices: Mapping[str, str]) -> dict[str, Any]:
    """Classify a row that the first reader stored, as it was done then: only a transaction of unknown type."""
    word = listed_by_reader_one(row["raw_type"] or "", row["raw_description"])
    means = chosen_meaning(choices, word)
    if row["event"] != Event.OTHER.value or means is None:
        return row
    return {**_as_a_whole(row, means), "goods": None}


_GENERAL = frozenset({"othertransaction", "other", "others"})


def listed_by_reader_one(raw_type: str, raw_description: str | None) -> str:
    """Return the words of an unknown transaction as the first reader listed them."""
    general = folded(raw_type) in _GENERAL
    return f"{raw_type.strip()} / {(raw_description or '').strip()}" if general else word_name(raw_type)
