"""What the bookkeeper says unknown types are: once for all settlements of a marketplace, but never for exported ones.

An exported settlement keeps the choices that were in force when its first entry went out, so that its lines stay as
they were locked. A choice carries the number of its batch: batches tell what was before what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.database import batches, exports, settings
from core.database.batches import BatchKind
from core.database.settlements import EntryStatus
from core.errors import CogsheetError
from core.marketplaces.classification import CHOICES, OLDER_CHOICES, choice_of, classified, whatever_follows
from core.model import Event
from core.typed_amounts import NOT_DECLARED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.database import Connection, Database
    from core.database.settlements import BookedSettlement
    from core.database.stores import Store

SETTING = "transaction types"

PROPOSED = "?"
"""Ends what the sheet proposes; as long as it stands behind a choice nothing is chosen."""

Type = tuple[str, str]
"""A marketplace, and the word of the type as `inspect` lists it."""


class TypeChoices(BaseModel):
    """What unknown types are."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    batch: int = 0
    """In which batch it was said."""
    events: dict[str, dict[str, str]] = Field(default_factory=dict)
    """What was said (`core.marketplaces.classification.CHOICES`), by marketplace and word."""

    @field_validator("events")
    @classmethod
    def _in_words_of_today(cls, events: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        """Take what earlier versions stored: an event, of a type whatever its description."""
        return {
            marketplace: {
                whatever_follows(word) if choice in OLDER_CHOICES and " / " not in word else word: OLDER_CHOICES.get(
                    choice, choice
                )
                for word, choice in words.items()
            }
            for marketplace, words in events.items()
        }

    def of(self, marketplace: str) -> dict[str, str]:
        """Return the choices for one marketplace."""
        return self.events.get(marketplace, {})


class TypeChoiceError(CogsheetError):
    """A type was said to be something that it cannot be."""

    def __init__(self, word: str, text: str) -> None:
        super().__init__(
            f"Sheet Transaction types: “{text}” cannot be taken for {word}. Nothing was changed; choose from the list "
            f"in the cell and try again. The choices are: {'; '.join(CHOICES)}."
        )


def change_types(database: Database, edits: Mapping[Type, str], *, who: str, now: datetime) -> TypeChoices:
    """Store what unknown types are, as one batch; an empty text takes a choice back.

    Returns:
        The choices in force.

    Raises:
        TypeChoiceError: If one is no event; nothing is stored then.
    """
    chosen = {name: _choice(name[1], text) for name, text in edits.items() if not text.strip().endswith(PROPOSED)}
    with database.writing() as connection:
        before = in_force(connection)
        events = {marketplace: dict(words) for marketplace, words in before.events.items()}
        for (marketplace, word), choice in chosen.items():
            events.setdefault(marketplace, {}).pop(word, None)
            if choice is not None:
                events[marketplace][word] = choice
        if events == before.events or not edits:
            return before
        note = ", ".join(f"{word}: {choice or 'not classified'}" for (_, word), choice in chosen.items())
        after = TypeChoices(batch=batches.new(connection, BatchKind.SETUP, who, now, note=note), events=events)
        settings.put(connection, SETTING, after, who=who, now=now)
        return after


def _choice(word: str, text: str) -> str | None:
    if not text.strip():
        return None
    choice = choice_of(text)
    if choice is None:
        raise TypeChoiceError(word, text)
    return choice


def in_force(connection: Connection) -> TypeChoices:
    """Return what holds for settlements that are open."""
    return settings.get(connection, SETTING, TypeChoices, TypeChoices())


def with_choices(
    connection: Connection,
    transactions: pd.DataFrame,
    booked: Iterable[BookedSettlement],
    stores: Iterable[Store],
    *,
    as_held: bool = True,
    until: int | None = None,
) -> pd.DataFrame:
    """Return the transactions with unknown types made what was said, as it holds for each settlement.

    Args:
        connection: Of `Database.reading` or `writing`.
        transactions: TRANSACTION_COLUMNS of the company.
        booked: Its settlements.
        stores: Its stores.
        as_held: Whether an exported settlement has what was said before it went out; else it has what is said today.
        until: The last batch whose answers count; all of them if left out.
    """
    unknown = _are_asked(transactions)
    versions = settings.versions(connection, SETTING, TypeChoices)
    if not versions or not unknown.any():
        return transactions
    marketplaces = {store.name: str(store.marketplace) for store in stores}
    exported_in = exports.first_batches(connection) if as_held else {}
    held = _choices_by_settlement(list(booked), exported_in, versions, until)
    parts = [
        classified(rows, held[str(store), str(number)].of(marketplaces[str(store)]))
        for (store, number), rows in transactions[unknown].groupby(["store", "settlement_id"], sort=False)
    ]
    return pd.concat([transactions[~unknown], *parts]).sort_index()


def _are_asked(transactions: pd.DataFrame) -> pd.Series:
    """Tell which transactions hold a word that nobody has declared."""
    typed = transactions["typed"].str.contains(NOT_DECLARED, regex=False).fillna(value=False).astype(bool)
    return typed | (transactions["event"] == Event.OTHER.value).fillna(value=False).astype(bool)


def _choices_by_settlement(
    booked: Sequence[BookedSettlement],
    exported_in: Mapping[int, int],
    versions: Sequence[TypeChoices],
    until: int | None,
) -> dict[tuple[str, str], TypeChoices]:
    """Return what holds for each settlement: the newest, or what was said before it went out."""
    first_unseen = [] if until is None else [until + 1]
    out = {one.id: [exported_in[one.id]] for one in booked if _is_out(one) and one.id in exported_in}
    return {
        (one.store, one.settlement_id): _held(versions, min([*out.get(one.id, []), *first_unseen], default=None))
        for one in booked
    }


def _is_out(settlement: BookedSettlement) -> bool:
    return (settlement.settlement_entry, settlement.cogs_entry) != (EntryStatus.OPEN, EntryStatus.OPEN)


def _held(versions: Sequence[TypeChoices], before: int | None) -> TypeChoices:
    return next((one for one in versions if before is None or one.batch < before), TypeChoices())
