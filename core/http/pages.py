"""What a list that comes in pages has given so far: nothing of it is counted twice, and none is read for ever."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

T = TypeVar("T")

MOST_PAGES = 20_000
"""Of one list: a million and more rows of any kind; a list that is longer has no end."""


class PagesRead(Generic[T]):
    """The pages of one list, as far as they have been read."""

    def __init__(
        self,
        standstill: Callable[[], Exception],
        id_of: Callable[[T], Hashable | None] = lambda _node: None,
        *,
        long_pages: bool = False,
        most: int = MOST_PAGES,
    ) -> None:
        """Begin a list.

        Args:
            standstill: Makes the error of a list whose pages do not move on.
            id_of: Answers by what a node is known again; `None` where nothing tells.
            long_pages: Whether a page of one row is the last of its list, so that it cannot come twice either.
            most: How many pages there can be.
        """
        self._standstill = standstill
        self._id_of = id_of
        self._long_pages = long_pages
        self._left = most
        self._pages: set[bytes] = set()
        self._cursors: set[Hashable] = set()
        self._ids: set[Hashable] = set()

    def new(self, nodes: Sequence[T], cursor: Hashable | None) -> list[T]:
        """Return the nodes of a page that were on no page before it.

        Args:
            nodes: All of the page.
            cursor: By which the next page is asked for; `None` behind the last one.

        Raises:
            Exception: Of the kind that `standstill` makes, if the page or its cursor came before, or pages never end.
        """
        page = _digest(nodes)
        self._left -= 1
        if cursor in self._cursors or page in self._pages or (cursor is not None and self._left <= 0):
            raise self._standstill()
        if cursor is not None:
            self._cursors.add(cursor)
        if self._can_come_once_only(nodes):
            self._pages.add(page)
        return [node for node in nodes if self._is_new(node)]

    def _can_come_once_only(self, nodes: Sequence[T]) -> bool:
        """Tell whether a page like this is known again: rows without an id can be equal and follow one another."""
        if len(nodes) == 1 and self._long_pages:
            return True
        return any(node != nodes[0] or self._id_of(node) is not None for node in nodes)

    def _is_new(self, node: T) -> bool:
        identity = self._id_of(node)
        if identity is None:
            return True
        known = identity in self._ids
        self._ids.add(identity)
        return not known


def all_of(node: object) -> str:
    """Return all that a node says, by which it is known again where its id alone does not tell."""
    return json.dumps(node, sort_keys=True, default=str)


def _digest(nodes: object) -> bytes:
    return hashlib.sha256(all_of(nodes).encode()).digest()
