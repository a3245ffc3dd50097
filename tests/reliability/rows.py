"""A row of docs/reliability.md: what is tried, how it is tried once from a seed, and what came of all tries."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where a try happens."""

    folder: Path
    """Empty at its beginning, removed at its end."""
    number: int
    """Which try it is."""
    made: Path
    """For what many tries need and is made once; it lives as long as the run."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a kind of misfortune, and what must hold after it."""

    group: str
    what: str
    once: Callable[[Random, Place], None]
    """Tries it once with these dice; whatever it raises is a loss."""
    tries: int = 100
    """Of a full run."""
    sample: int = 1
    """Of a run that only looks whether all is well."""

    def numbers(self, *, is_full: bool) -> list[int]:
        """Return which tries a run makes: all, or the same few each time."""
        if is_full:
            return list(range(examples(self.tries)))
        return sorted(Random(self.what).sample(range(self.tries), examples(self.sample)))  # noqa: S311 - dice


@dataclass(frozen=True, slots=True)
class Loss:
    """A try after which something was not as it must be."""

    number: int
    words: str


def losses(row: Row, numbers: Iterable[int], folder: Path, made: Path) -> list[Loss]:
    """Make tries of a row, and return those in which something was lost."""
    found = []
    for number in numbers:
        here = folder / str(number)
        here.mkdir()
        try:
            row.once(Random(f"{row.what} {number}"), Place(here, number, made))  # noqa: S311 - dice
        except Exception as error:  # noqa: BLE001 - whatever it is, the row has not survived it
            found.append(Loss(number, f"{type(error).__name__}: {error}"))
        finally:
            shutil.rmtree(here, ignore_errors=True)
    return found
