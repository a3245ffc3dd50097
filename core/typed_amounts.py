"""The amounts of a transaction that are about something else than their column and event tell.

A transaction's money stands in ten columns (`core.frame_columns.AMOUNT_COLUMNS`), and what a column of an event is
about is the same everywhere: the principal of a sale is sales. Where a marketplace's word says otherwise (a storage fee
among the other fees, a donation, a loan) the amount stays in its column, so that the ten still sum to the net, and is
named here with its line type. An amount whose word nobody has declared has none: it is asked, and keeps the settlement
entry.

Worked example: a subscription of −39.99 and a fee that nobody knows of −2.00 are `other_fee` −41.99 together, and
`[["Subscription", "other_fee", "Subscription", "-39.99"], ["New Fee", "other_fee", null, "-2.00"]]`.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from core.frame_columns import AMOUNT_COLUMNS, has_text, is_one_of, rows_where
from core.line_types import LineType, TaxKind, usual_type
from core.model import Event
from core.money import MONEY

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    import numpy as np


NOT_DECLARED = ",null,"
"""Stands in the stored text where a word among its amounts is not declared."""

NO_WORD = "(no type)"
"""Names what a row is whose type and description are both blank: an answer needs a word that it is for."""


class TypedAmount(NamedTuple):
    """One such amount of a transaction."""

    word: str
    """The marketplace's word, as sheet Transaction types lists it."""
    column: str
    """Which of the ten amount columns holds it."""
    line_type: LineType | None
    """What it is about; `None`: nobody has declared it."""
    amount: Decimal
    """In the transaction's currency, + is money to the seller."""


def to_text(amounts: Iterable[TypedAmount]) -> str | None:
    """Return amounts as the text that is stored with their transaction, the same in whatever order they come.

    Equal words of one column are summed, what comes to nothing is left out; `None` where there are none.
    """
    sums: dict[tuple[str, str, str | None], Decimal] = {}
    for one in amounts:
        name = (one.word, one.column, None if one.line_type is None else str(one.line_type))
        sums[name] = sums.get(name, Decimal(0)) + one.amount
    rows = [
        [word, column, line_type, _plain(amount)]
        for (word, column, line_type), amount in sorted(sums.items(), key=lambda item: (item[0][:2], item[0][2] or ""))
        if amount
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")) if rows else None


@lru_cache(maxsize=65536)
def from_text(text: str | None) -> tuple[TypedAmount, ...]:
    """Return the amounts that `to_text` stored; those of a row without any word are named (`NO_WORD`)."""
    if not isinstance(text, str) or not text:
        return ()
    return tuple(
        TypedAmount(word_name(word), column, None if line_type is None else LineType(line_type), Decimal(amount))
        for word, column, line_type, amount in json.loads(text)
    )


def word_name(word: str) -> str:
    """Return a word as it is listed and answered: a row without any word has one too."""
    return word.strip() or NO_WORD


def _plain(amount: Decimal) -> str:
    """Return an amount in digits, the same for equal amounts."""
    return f"{amount.normalize():f}" if amount else "0"


def asked_amounts(lines: pd.DataFrame) -> int:
    """Return how many amounts of some lines wait until somebody says what they are about.

    Args:
        lines: TRANSACTION_COLUMNS, with the choices in force.
    """
    declared = sum(one.line_type is None for text in lines["typed"].dropna() for one in from_text(text))
    of_reader_one = (lines["event"] == Event.OTHER.value) & lines["goods"].isna()
    return declared + int(of_reader_one.fillna(value=False).sum())


class TypedOfLine(NamedTuple):
    """Such an amount, with what must be known of its transaction to book it."""

    event: str
    sku: str | None
    tax_kind: str | None
    column: str
    line_type: LineType
    """`UNCLASSIFIED` where nobody has declared it."""
    amount: Decimal


def typed_amounts(lines: pd.DataFrame, currency: str | None = None) -> Iterator[TypedOfLine]:
    """Yield the amounts of transactions that their column and event do not tell.

    Args:
        lines: TRANSACTION_COLUMNS.
        currency: Of the settlement; given where rows that reader 1 stored are to be told by their words, as they were
            when they were exported.
    """
    yield from (one for _, one in typed_by_place(lines))
    if currency is not None:
        yield from _of_reader_one(rows_where(lines, lines["goods"].isna()), currency)


def typed_by_place(lines: pd.DataFrame) -> Iterator[tuple[int, TypedOfLine]]:
    """Yield the same with the place of its line among the lines given."""
    tax_kinds = lines["tax_kind"].to_list() if "tax_kind" in lines.columns else [None] * len(lines)
    columns = (lines[name].to_list() for name in ("event", "sku", "typed"))
    for place, (event, sku, text, tax_kind) in enumerate(zip(*columns, tax_kinds, strict=True)):
        for one in from_text(text):
            line_type = _type_of(one, event, _text(tax_kind))
            yield place, TypedOfLine(event, _text(sku), _text(tax_kind), one.column, line_type, one.amount)


_RESERVE_WORDS = re.compile(r"\breserved?\b|\bholds?\b", re.IGNORECASE)
_TAX_WORDS = re.compile(r"\btax withh|\bwithholding\b|\btds\b|\btcs\b", re.IGNORECASE)
_GIFT_CARD_WORDS = re.compile(r"^gift card", re.IGNORECASE)
_PREPAID_TAX_CURRENCY = "INR"


def _type_of(one: TypedAmount, event: str, tax_kind: str | None) -> LineType:
    """Return what an amount is about; low value goods tax of an order without any tax was part of the price."""
    if one.line_type is LineType.LOW_VALUE_GOODS_TAX and tax_kind == TaxKind.IN_PRICE:
        return usual_type(event, one.column, tax_kind)
    return one.line_type or LineType.UNCLASSIFIED


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def names_type(lines: pd.DataFrame, line_type: LineType) -> np.ndarray:
    """Tell which lines have words that declare an amount of one line type."""
    return has_text(lines["typed"], f'"{line_type}"')


def sum_of_type(lines: pd.DataFrame, line_type: LineType) -> pd.Series:
    """Return what each line holds of one line type, where its words declare it (money, on the same index)."""
    named = names_type(lines, line_type)
    sums = [
        sum((one.amount for one in from_text(text) if one.line_type is line_type), Decimal(0))
        if named_here
        else Decimal(0)
        for text, named_here in zip(lines["typed"], named, strict=True)
    ]
    return pd.Series(sums, index=lines.index, dtype=MONEY)


def _of_reader_one(lines: pd.DataFrame, currency: str) -> Iterator[TypedOfLine]:
    """Yield what the first reader's rows are about, told by their words as it was told when they were exported."""
    wanted = rows_where(lines, is_one_of(lines["event"], Event.BALANCE) | (currency == _PREPAID_TAX_CURRENCY))
    for row in wanted.to_dict("records"):
        sku = _text(row["sku"])
        if row["event"] == Event.BALANCE.value:
            told = _balance_of_reader_one(_words(row, "raw_type"), _words(row, "raw_description"))
            yield from (
                TypedOfLine(row["event"], sku, None, name, told, row[name])
                for name in AMOUNT_COLUMNS
                if told and row[name]
            )
        elif row["tax_withheld"]:
            yield TypedOfLine(row["event"], sku, None, "tax_withheld", LineType.PREPAID_TAX, row["tax_withheld"])


def _balance_of_reader_one(kind: str, description: str) -> LineType | None:
    if _GIFT_CARD_WORDS.search(description):
        return LineType.GIFT_CARDS
    words = f"{kind} {description}"
    if _TAX_WORDS.search(words):
        return LineType.PREPAID_TAX
    return LineType.RESERVE if _RESERVE_WORDS.search(words) else None


def _words(row: Mapping[Hashable, object], name: str) -> str:
    value = row[name]
    return value if isinstance(value, str) else ""
