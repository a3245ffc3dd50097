"""Which types of transactions nobody has classified, and what became of those that somebody has. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.marketplaces.classification import word_of
from core.model import Event, records

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from core.model import Event as AnyEvent
    from core.settlements.books import Books


@dataclass(frozen=True, slots=True)
class ListedType:
    """A type that was unknown when it came."""

    marketplace: str
    word: str
    """As `inspect` lists it."""
    lines: int
    amount: Mapping[str, Decimal]
    """Sum of its net by currency."""
    settlements: tuple[str, ...]
    event: AnyEvent | None
    """What somebody said that it is."""


def listed_types(books: Books) -> list[ListedType]:
    """Return every type that is unknown, or was until somebody said what it is, by marketplace and word."""
    rows: dict[tuple[str, str], list[dict[str, object]]] = {
        (marketplace, word): [] for marketplace, words in books.type_choices.events.items() for word in words
    }
    for name, row in _rows(books, set(rows)):
        rows.setdefault(name, []).append(row)
    return [_listed(books, name, found) for name, found in sorted(rows.items())]


def unclassified(books: Books) -> dict[tuple[str, str], Counter[str]]:
    """Return how many lines of each settlement have a type nobody has classified, by word."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (marketplace, word), row in _rows(books, set()):
        if word not in books.type_choices.of(marketplace):
            found[str(row["store"]), str(row["settlement_id"])][word] += 1
    return dict(found)


def _rows(books: Books, chosen: set[tuple[str, str]]) -> list[tuple[tuple[str, str], dict[str, object]]]:
    """Return the lines of unknown types, and of those that were chosen, each with marketplace and word."""
    marketplaces = {store.name: str(store.marketplace) for store in books.stores}
    lines = books.lines
    kinds = [str(kind) for kind in lines["raw_type"].dropna().unique()]
    wanted = [kind for kind in kinds if any(word.startswith(kind.strip()) for _, word in chosen)]
    other = (lines["event"] == Event.OTHER.value).fillna(value=False).astype(bool)
    named = lines["raw_type"].isin(wanted).fillna(value=False)
    found = []
    for row in records(_plain(lines[other | named.astype(bool)])):
        name = (marketplaces.get(row["store"], ""), word_of(row["raw_type"] or "", row["raw_description"]))
        if row["event"] == Event.OTHER.value or name in chosen:
            found.append((name, row))
    return found


def _plain(lines: pd.DataFrame) -> pd.DataFrame:
    return lines[["store", "settlement_id", "event", "raw_type", "raw_description", "net", "currency"]]


def _listed(books: Books, name: tuple[str, str], rows: list[dict[str, object]]) -> ListedType:
    marketplace, word = name
    amount: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        amount[str(row["currency"])] += row["net"] if isinstance(row["net"], Decimal) else Decimal(0)
    return ListedType(
        marketplace=marketplace,
        word=word,
        lines=len(rows),
        amount=dict(amount),
        settlements=tuple(dict.fromkeys(str(row["settlement_id"]) for row in rows)),
        event=books.type_choices.of(marketplace).get(word),
    )
