"""What the bookkeeper says unknown types are: once for all settlements of a marketplace, but never for exported ones.

An exported settlement keeps the choices that were in force when its first entry went out, so that its lines stay as
they were locked. A choice carries the number of its batch: batches tell what was before what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from core.database import batches, exports, settings
from core.database.batches import BatchKind
from core.database.settlements import EntryStatus
from core.errors import CogsheetError
from core.marketplaces.classification import classified
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.database import Connection, Database
    from core.database.settlements import BookedSettlement
    from core.database.stores import Store

SETTING = "transaction types"
EVENTS = tuple(event.value for event in Event if event is not Event.PAYOUT)
"""What a type can be said to be: anything but a payout, which would take its amount out of the settlement's sum."""

Type = tuple[str, str]
"""A marketplace, and the word of the type as `inspect` lists it."""


class TypeChoices(BaseModel):
    """What unknown types are."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    batch: int = 0
    """In which batch it was said."""
    events: dict[str, dict[str, Event]] = Field(default_factory=dict)
    """By marketplace and word."""

    def of(self, marketplace: str) -> dict[str, Event]:
        """Return the choices for one marketplace."""
        return self.events.get(marketplace, {})


class TypeChoiceError(CogsheetError):
    """A type was said to be something that it cannot be."""

    def __init__(self, word: str, text: str) -> None:
        super().__init__(
            f"Sheet Transaction types: “{text}” cannot be taken for {word}. It is one of: {', '.join(EVENTS)}. "
            f"Nothing was changed; put it right and try again."
        )


def change_types(database: Database, edits: Mapping[Type, str], *, who: str, now: datetime) -> TypeChoices:
    """Store what unknown types are, as one batch; an empty text takes a choice back.

    Returns:
        The choices in force.

    Raises:
        TypeChoiceError: If one is no event; nothing is stored then.
    """
    chosen = {name: _event(name[1], text) for name, text in edits.items()}
    with database.writing() as connection:
        before = in_force(connection)
        events = {marketplace: dict(words) for marketplace, words in before.events.items()}
        for (marketplace, word), event in chosen.items():
            events.setdefault(marketplace, {}).pop(word, None)
            if event is not None:
                events[marketplace][word] = event
        if events == before.events or not edits:
            return before
        note = ", ".join(f"{word}: {event or 'not classified'}" for (_, word), event in chosen.items())
        after = TypeChoices(batch=batches.new(connection, BatchKind.SETUP, who, now, note=note), events=events)
        settings.put(connection, SETTING, after, who=who, now=now)
        return after


def _event(word: str, text: str) -> Event | None:
    wanted = text.strip().lower()
    if not wanted:
        return None
    if wanted not in EVENTS:
        raise TypeChoiceError(word, text)
    return Event(wanted)


def in_force(connection: Connection) -> TypeChoices:
    """Return what holds for settlements that are open."""
    return settings.get(connection, SETTING, TypeChoices, TypeChoices())


def with_choices(
    connection: Connection,
    transactions: pd.DataFrame,
    booked: Iterable[BookedSettlement],
    stores: Iterable[Store],
) -> pd.DataFrame:
    """Return the transactions with unknown types made what was said, as it holds for each settlement.

    Args:
        connection: Of `Database.reading` or `writing`.
        transactions: TRANSACTION_COLUMNS of the company.
        booked: Its settlements.
        stores: Its stores.
    """
    unknown = (transactions["event"] == Event.OTHER.value).fillna(value=False).astype(bool)
    versions = settings.versions(connection, SETTING, TypeChoices)
    if not versions or not unknown.any():
        return transactions
    marketplaces = {store.name: str(store.marketplace) for store in stores}
    held = _choices_by_settlement(booked, exports.first_batches(connection), versions)
    parts = [
        classified(rows, held[str(store), str(number)].of(marketplaces[str(store)]))
        for (store, number), rows in transactions[unknown].groupby(["store", "settlement_id"], sort=False)
    ]
    return pd.concat([transactions[~unknown], *parts]).sort_index()


def _choices_by_settlement(
    booked: Iterable[BookedSettlement], exported_in: Mapping[int, int], versions: Sequence[TypeChoices]
) -> dict[tuple[str, str], TypeChoices]:
    """Return what holds for each settlement: the newest, or what was said before it went out."""
    return {
        (one.store, one.settlement_id): _held(versions, exported_in.get(one.id) if _is_out(one) else None)
        for one in booked
    }


def _is_out(settlement: BookedSettlement) -> bool:
    return (settlement.settlement_entry, settlement.cogs_entry) != (EntryStatus.OPEN, EntryStatus.OPEN)


def _held(versions: Sequence[TypeChoices], before: int | None) -> TypeChoices:
    return next((one for one in versions if before is None or one.batch < before), TypeChoices())
