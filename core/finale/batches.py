"""Cutting long lists into requests of a fair size."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")


def batched(values: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Yield the values in order, so many at a time; the last time what is left."""
    iterator = iter(values)
    while batch := tuple(islice(iterator, size)):
        yield batch
