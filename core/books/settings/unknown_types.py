"""Which words nobody has declared or classified, and what became of those that somebody has. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.frame_columns import records, rows_where
from core.marketplaces.words.classification import asked_words, listed_by_reader_one, whatever_follows
from core.marketplaces.words.meanings import proposed_type
from core.marketplaces.words.wording import folded
from core.model import Event
from core.typed_amounts import from_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.books.books import Books

Name = tuple[str, str]
"""A marketplace and a word, as `inspect` lists it."""


@dataclass(frozen=True, slots=True)
class ListedType:
    """A word that was unknown when it came."""

    marketplace: str
    word: str
    """As `inspect` lists it."""
    lines: int
    amount: Mapping[str, Decimal]
    """Sum of its money by currency."""
    settlements: tuple[str, ...]
    choice: str | None
    """What somebody said that it is (`core.marketplaces.words.classification.CHOICES`)."""
    proposal: str | None = None
    """What it most likely is; asked all the same."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """One amount of one line whose word was unknown when it came."""

    store: str
    settlement_id: str
    word: str
    amount: Decimal
    currency: str
    names_goods: bool
    is_asked: bool


def listed_types(books: Books) -> list[ListedType]:
    """Return every word that is unknown, or was until somebody said what it is, by marketplace and word."""
    rows: dict[Name, list[_Seen]] = {
        (marketplace, word): [] for marketplace, words in books.type_choices.events.items() for word in words
    }
    for name, seen in _seen(books):
        rows.setdefault(name, []).append(seen)
    return [_listed(books, name, wording) for name, wording in sorted(rows.items())]


def unclassified(books: Books) -> dict[tuple[str, str], Counter[str]]:
    """Return how many amounts of each settlement have a word nobody has classified, by word."""
    words: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (_, word), seen in _seen(books):
        if seen.is_asked:
            words[seen.store, seen.settlement_id][word] += 1
    return dict(words)


def _seen(books: Books) -> Iterator[tuple[Name, _Seen]]:
    """Yield the amounts whose word is unknown, and those whose word somebody has chosen."""
    marketplaces = {store.name: str(store.marketplace) for store in books.stores}
    chosen = {
        (marketplace, folded(word)): word for marketplace, words in books.type_choices.events.items() for word in words
    }
    names = ["store", "settlement_id", "event", "raw_type", "raw_description", "net", "currency", "sku", "quantity"]
    lines = _as_read(books)
    may_have_words = lines["typed"].notna() | (lines["event"] == Event.OTHER.value).fillna(value=False)
    for row in records(rows_where(lines, may_have_words), [*names, "typed", "goods"]):
        marketplace = marketplaces.get(row["store"], "")
        for word, amount, is_asked in _words(row):
            every = whatever_follows(word.split(" / ", maxsplit=1)[0])
            said_of = chosen.get((marketplace, folded(word))) or chosen.get((marketplace, folded(every)))
            if is_asked or said_of:
                goods = row["sku"] is not None and row["quantity"] is not None
                seen = _Seen(row["store"], row["settlement_id"], word, amount, row["currency"], goods, is_asked)
                yield (marketplace, said_of or word), seen


def _as_read(books: Books) -> pd.DataFrame:
    """Return every line, those of exported settlements by today's reading: what they ask then is asked of them too."""
    if books.as_read is None:
        return books.lines
    names = zip(books.lines["store"], books.lines["settlement_id"], strict=True)
    as_it_was = [name not in books.read_otherwise for name in names]
    rows = books.as_read.transactions
    today = [name in books.read_otherwise for name in zip(rows["store"], rows["settlement_id"], strict=True)]
    return pd.concat([books.lines[as_it_was], rows[today]], ignore_index=True)


def _words(row: Mapping[str, Any]) -> Iterator[tuple[str, Decimal, bool]]:
    """Yield the words of a line with their amount, and whether they are asked."""
    if row["goods"] is None:
        if row["event"] == Event.OTHER.value:
            yield listed_by_reader_one(row["raw_type"] or "", row["raw_description"]), row["net"], True
        return
    amounts = from_text(row["typed"])
    for one in amounts:
        yield one.word, one.amount, one.line_type is None
    if not amounts and row["sku"] is not None and row["quantity"]:  # its goods are asked, and its type tells of them
        yield from ((word, row["net"], True) for word in asked_words(row))


def _listed(books: Books, name: Name, rows: list[_Seen]) -> ListedType:
    marketplace, word = name
    amount: dict[str, Decimal] = defaultdict(Decimal)
    for seen in rows:
        amount[seen.currency] += seen.amount
    choice = books.type_choices.of(marketplace).get(word)
    proposal = proposed_type(word, names_goods=any(seen.names_goods for seen in rows)) if choice is None else None
    return ListedType(
        marketplace=marketplace,
        word=word,
        lines=len(rows),
        amount=dict(amount),
        settlements=tuple(dict.fromkeys(seen.settlement_id for seen in rows)),
        choice=choice,
        proposal=None if proposal is None else str(proposal),
    )
