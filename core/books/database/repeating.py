"""Writing again what met somebody else's writing: a server that lets many write at once refuses one of two that met.

Distributed servers that speak PostgreSQL's protocol answer so as a rule (state 40001), PostgreSQL itself rarely, and
SQLite never. What is repeated does nothing but read and write the books: no file, no network, no Excel.
`tests/architecture/test_writers.py` sees that every function that opens `Database.writing` is repeated, or tells why
not.
"""

from __future__ import annotations

import random
import time
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from core.books.database.errors import WriteConflictError

if TYPE_CHECKING:
    from collections.abc import Callable

_Taken = ParamSpec("_Taken")
_Result = TypeVar("_Result")
TIMES = 8
"""How often something is tried in all: waiting between takes ten seconds at the most."""
_FIRST_WAIT = 0.05
_LONGEST_WAIT = 2.0


class _Books(Protocol):
    @property
    def is_writing(self) -> bool:
        """Whether the present thread is in the middle of a writing."""


class _WithBooks(Protocol):
    @property
    def database(self) -> _Books:
        """The books."""


_Opened = TypeVar("_Opened", bound=_Books | _WithBooks)


def repeated(
    work: Callable[Concatenate[_Opened, _Taken], _Result],
) -> Callable[Concatenate[_Opened, _Taken], _Result]:
    """Do the whole of a function again where its writing met another one; its first argument has the books.

    Within another writing it runs once: that one is repeated as a whole.
    """

    @wraps(work)
    def until_stored(opened: _Opened, /, *args: _Taken.args, **named: _Taken.kwargs) -> _Result:
        held: Any = opened  # the books, or what has them: a desk
        books: _Books = getattr(held, "database", held)
        if books.is_writing:
            return work(opened, *args, **named)
        return again_where_it_conflicts(lambda: work(opened, *args, **named))

    return until_stored


def again_where_it_conflicts(work: Callable[[], _Result], sleep: Callable[[float], None] = time.sleep) -> _Result:
    """Do something again, after a wait that grows, until it meets nobody.

    Raises:
        WriteConflictError: If it met somebody each time.
    """
    for attempt in range(TIMES - 1):
        try:
            return work()
        except WriteConflictError:
            sleep(wait_after(attempt, random.random()))  # noqa: S311 - so that two do not meet again
    return work()


def wait_after(attempt: int, chance: float) -> float:
    """Return how many seconds to wait after an attempt, counted from 0: chance gives half of it to all. Pure."""
    return min(_FIRST_WAIT * 2.0**attempt, _LONGEST_WAIT) * (0.5 + chance / 2)
