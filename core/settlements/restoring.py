"""Bring single values back from the journal of overrides: any value of any batch, as a new batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.database import batches, locks, overrides, undo
from core.database.batches import BatchKind
from core.errors import CogsheetError
from core.model import records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from core.database import Database


class ValueUnknownError(CogsheetError):
    """A value that is to be brought back is not in that batch."""

    def __init__(self, batch: int, named: str) -> None:
        super().__init__(
            f"Batch {batch} saved no value for {named or 'any line'}. Nothing was restored. Sheet Change history shows "
            f"what each batch saved."
        )


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back."""

    keys: tuple[str, ...]
    """Lines that say again what the batch had saved for them."""
    skipped: Mapping[str, str]
    """Why a line was left as it is."""


def values_of(database: Database, batch: int, named: Collection[str] = ()) -> list[tuple[int, str]]:
    """Return the values of a batch as (batch, line key).

    Args:
        database: The books.
        batch: Its number.
        named: Line keys; empty means every value of the batch.

    Raises:
        ValueUnknownError: If a named line is not in the batch, or the batch saved nothing.
    """
    with database.reading() as connection:
        found = [row["key"] for row in records(overrides.history(connection)) if row["batch"] == batch]
    unknown = sorted(set(named) - set(found))
    if unknown or not found:
        raise ValueUnknownError(batch, ", ".join(unknown))
    return [(batch, key) for key in found if not named or key in named]


def restore_values(database: Database, wanted: Sequence[tuple[int, str]], *, who: str, now: datetime) -> Restored:
    """Make lines say again what batches had saved for them, as one new batch that can be undone.

    Args:
        database: The books.
        wanted: Batch and line key of each value; of one line the newest batch holds.
        who: Who restores.
        now: When.

    Raises:
        ValueUnknownError: If a batch saved no value for a line; nothing is restored then.
    """
    with database.writing() as connection:
        versions = {(row["batch"], row["key"]): row for row in records(overrides.history(connection))}
        chosen: dict[str, dict[str, Any]] = {}
        for batch, key in sorted(wanted):
            if (batch, key) not in versions:
                raise ValueUnknownError(batch, key)
            chosen[key] = versions[batch, key]
        locked = locks.locked_keys(connection)
        skipped = {key: str(undo.Skip.LOCKED) for key in chosen if key in locked}
        free = {key: int(row["version"]) for key, row in chosen.items() if key not in skipped}
        if free:
            named = ", ".join(str(number) for number in sorted({chosen[key]["batch"] for key in free}))
            own = batches.new(connection, BatchKind.RESTORE, who, now, note=f"values of batch {named}")
            for lost in undo.bring_back(connection, free, own, who=who, now=now):
                skipped[lost.key] = str(lost.reason)
    return Restored(tuple(key for key in free if key not in skipped), skipped)
