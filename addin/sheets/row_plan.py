"""Which rows of a table stay, go and come, when the records behind it have changed. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What must be done to the rows of a table, in this order: delete, append, then write."""

    deletions: tuple[tuple[int, int], ...]
    """Runs of rows (first, count) to delete, last run first, numbered from 0 as the table stands now."""
    new_rows: int
    """How many rows to append at the end."""
    contents: tuple[int | None, ...]
    """Per row of the table as it will be: the record that belongs there; `None` is a row of the user's own."""


def duplicates(keys: Sequence[Key | None]) -> list[Key]:
    """Return the keys that stand more than once."""
    return [key for key, count in Counter(keys).items() if key is not None and count > 1]


def plan_rows(present: Sequence[Key | None], wanted: Sequence[Key], *, blank: Sequence[bool]) -> RowPlan:
    """Match rows by key: rows that are still wanted stay where they are, new ones follow in the order given.

    Args:
        present: The key of each row now; `None` where the row has none.
        wanted: The key of each record, none twice.
        blank: Whether a row without key is empty (it gives way) or holds something of the user's (it stays).
    """
    record_of = {key: index for index, key in enumerate(wanted)}
    staying = [
        (row, None if key is None else record_of[key])
        for row, key in enumerate(present)
        if (key is None and not blank[row]) or key in record_of
    ]
    kept_rows = {row for row, _ in staying}
    known = {key for key in present if key is not None}
    new = [index for index, key in enumerate(wanted) if key not in known]
    gone = [row for row in range(len(present)) if row not in kept_rows]
    return RowPlan(_runs(gone), len(new), (*(record for _, record in staying), *new))


def _runs(rows: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Join neighbouring rows to (first, count), the last run first, so that deleting moves none of the others."""
    runs: list[tuple[int, int]] = []
    for row in reversed(rows):
        if runs and runs[-1][0] == row + 1:
            runs[-1] = (row, runs[-1][1] + 1)
        else:
            runs.append((row, 1))
    return tuple(runs)
