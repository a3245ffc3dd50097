"""What the bookkeeper says unknown types are: once for all settlements of a marketplace, but never for exported ones.

A settlement keeps the choices that were in force when its settlement entry went out, for words are about money. One of
which only the COGS entry is out takes what is said today: its costs are locked, and what is said of goods becomes a
cost true-up. A choice carries the number of its batch: batches tell what was before what.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.entries import locks, stored_entries
from core.books.settings import stored_settings
from core.books.settlements.booked_settlement import BookedSettlement, EntryStatus
from core.errors import CogsheetError, briefly
from core.frame_columns import has_text, is_one_of
from core.marketplaces.words.classification import CHOICES, OLDER_CHOICES, choice_of, classified, whatever_follows
from core.model import Event
from core.typed_amounts import NOT_DECLARED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.books.database import Connection, Database
    from core.books.settings.stores import Store

SETTING = "transaction types"
PROPOSED = "?"
"""Ends what the sheet proposes; as long as it stands behind a choice nothing is chosen."""


class AsOf(Enum):
    """As of when a settlement that went out has what was chosen for its unknown words."""

    IN_ENTRIES = auto()
    """What its settlement entry went out with; a line that has a cost stays what its COGS entry posted it as."""
    AT_LOCK = auto()
    """What was said before its first entry went out: so its lines were locked."""
    TODAY = auto()


Type = tuple[str, str]
"""A marketplace, and the word of the type as `inspect` lists it."""


class TypeChoices(BaseModel):
    """What unknown types are."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    batch: int = 0
    """In which batch it was said."""
    events: dict[str, dict[str, str]] = Field(default_factory=dict)
    """What was said (`core.marketplaces.words.classification.CHOICES`), by marketplace and word."""

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
        mark = ""
        if text.strip().endswith(PROPOSED):
            mark = ", because a question mark stands behind what is only proposed: remove it if that is right"
        super().__init__(
            f"Sheet Transaction types: “{briefly(text)}” cannot be taken for {briefly(word)}{mark}. Nothing was "
            f"changed; choose from the list in the cell and try again. The choices are: {'; '.join(CHOICES)}."
        )


def _choice(word: str, text: str) -> str | None:
    if not text.strip():
        return None
    choice = choice_of(text)
    if choice is None:
        raise TypeChoiceError(word, text)
    return choice


def are_asked(transactions: pd.DataFrame) -> pd.Series:
    """Tell which transactions hold a word that nobody has declared."""
    asked = has_text(transactions["typed"], NOT_DECLARED) | is_one_of(transactions["event"], Event.OTHER)
    return pd.Series(asked, transactions.index)


def _batch(
    settlement: BookedSettlement, as_of: AsOf, at_first: Mapping[int, int], at_money: Mapping[int, int]
) -> int | None:
    """Return the batch before which a settlement's words were said; nothing where those of today hold."""
    if as_of is AsOf.AT_LOCK:
        return None if settlement.is_open else at_first.get(settlement.id)
    is_money_out = settlement.settlement_entry is not EntryStatus.OPEN
    return at_money.get(settlement.id) if as_of is AsOf.IN_ENTRIES and is_money_out else None


def _held(versions: Sequence[TypeChoices], before: int | None) -> TypeChoices:
    return next((one for one in versions if before is None or one.batch < before), TypeChoices())


@repeated
def change_types(database: Database, edits: Mapping[Type, str], *, who: str, now: datetime) -> TypeChoices:
    """Store what unknown types are, as one batch; an empty text takes a choice back.

    Returns:
        The choices in force.

    Raises:
        TypeChoiceError: If one is no choice, or still a proposal with its question mark; nothing is stored then.
    """
    chosen = {name: _choice(name[1], text) for name, text in edits.items()}
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
        stored_settings.put(connection, SETTING, after, who=who, now=now)
        return after


def in_force(connection: Connection) -> TypeChoices:
    """Return what holds for settlements that are open."""
    return stored_settings.get(connection, SETTING, TypeChoices, TypeChoices())


def with_choices(
    connection: Connection,
    transactions: pd.DataFrame,
    settlements: Iterable[BookedSettlement],
    stores: Iterable[Store],
    *,
    as_of: AsOf = AsOf.IN_ENTRIES,
    until: int | None = None,
) -> pd.DataFrame:
    """Return the transactions with unknown types made what was said, as it holds for each settlement.

    Args:
        connection: Of `Database.reading` or `writing`.
        transactions: TRANSACTION_COLUMNS of the company.
        settlements: Its settlements.
        stores: Its stores.
        as_of: When what was said about the words of a settlement that went out counts.
        until: The last batch whose answers count; all of them if left out.
    """
    choices_over_time = stored_settings.versions(connection, SETTING, TypeChoices)
    versions = [one for one in choices_over_time if until is None or one.batch <= until]
    unknown = are_asked(transactions) if versions else None
    if unknown is None or not unknown.any():
        return transactions
    marketplaces = {store.name: str(store.marketplace) for store in stores}
    at_first = stored_entries.first_batches(connection)
    at_money = {**at_first, **stored_entries.settlement_batches(connection)}
    costing = locks.costing_keys(connection, transactions.loc[unknown, "key"])
    batch_of = {(one.store, one.settlement_id): _batch(one, as_of, at_first, at_money) for one in settlements}
    first_of = {(one.store, one.settlement_id): None if one.is_open else at_first.get(one.id) for one in settlements}
    parts = []
    for (store, number), rows in transactions[unknown].groupby(["store", "settlement_id"], sort=False):
        name, marketplace = (str(store), str(number)), marketplaces[str(store)]
        costed = rows["key"].isin(costing) if as_of is AsOf.IN_ENTRIES else pd.Series(data=False, index=rows.index)
        parts.append(classified(rows[~costed], _held(versions, batch_of[name]).of(marketplace)))
        if costed.any():  # what its COGS entry posted stays what it was; its money is what is said
            as_posted = classified(rows[costed], _held(versions, first_of[name]).of(marketplace))
            parts.append(classified(as_posted, _held(versions, batch_of[name]).of(marketplace), money_alone=True))
    return pd.concat([transactions[~unknown], *parts]).sort_index()
