"""An answer within limits of size and time, from its headers to its end: data into memory, a document onto the disk."""

from __future__ import annotations

import contextvars
import tempfile
import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import IO, TYPE_CHECKING, TypeVar

from core.errors import AnswerTooSlowError, BadAnswerError
from core.http.responses import LARGEST_JSON, too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from core.time import Clock

T = TypeVar("T")

IN_MEMORY = 4_000_000
"""Bytes of a document that are kept in memory; what is larger goes to the disk as it comes."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a service, in seconds, and how much of it to take."""

    timeout: float = 60.0
    """Without a single byte."""
    attempts: int = 4
    longest_wait: float = 120.0
    """A service that closes for longer than this is an error, not a pause."""
    deadline: float = 900.0
    """For a whole answer, its headers included, however steadily its bytes drip."""
    largest: int = LARGEST_JSON
    """Bytes of an answer that is data, unpacked."""
    largest_document: int = 2_000_000_000
    """Bytes of a document."""


_LOOKED_AFTER = 0.5
"""Seconds after which a waiting program hears Ctrl+C."""


def begun_within(seconds: float, send: Callable[[], T], close: Callable[[T], object]) -> T:
    """Return the beginning of an answer, its headers, or give it up: who reads bytes waits as long for each of them.

    Args:
        seconds: How long that may take altogether.
        send: Asks; in a thread of its own, which nobody waits for once it is given up.
        close: What is done with an answer that begins later.

    Raises:
        TimeoutError: If it takes longer.
        Exception: What `send` raises.
    """
    answers: SimpleQueue[T | BaseException] = SimpleQueue()
    given_up = threading.Event()

    def ask() -> None:
        try:
            answer: T | BaseException = send()
        except BaseException as error:  # noqa: BLE001 - raised by whoever waits
            answer = error
        answers.put(answer)
        if given_up.is_set() and not isinstance(answer, BaseException):
            close(answer)

    threading.Thread(target=contextvars.copy_context().run, args=(ask,), daemon=True).start()
    try:
        answer = _first(answers, time.monotonic() + seconds)
    except BaseException:
        given_up.set()
        raise
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _first(answers: SimpleQueue[T], until: float) -> T:
    while (left := until - time.monotonic()) > 0:
        try:
            return answers.get(timeout=min(left, _LOOKED_AFTER))
        except Empty:
            continue
    raise TimeoutError


@dataclass(frozen=True, slots=True)
class BodyReader:
    """Reads the bodies of one service's answers."""

    service: str
    patience: Patience
    clock: Clock

    def data(self, parts: Iterable[bytes], where: str, until: datetime) -> bytes:
        """Return a body.

        Raises:
            BadAnswerError: If it is larger than any that is expected.
            AnswerTooSlowError: If it does not come to its end.
        """
        return b"".join(self._within(parts, where, self.patience.largest, until))

    def document(self, parts: Iterable[bytes], where: str, until: datetime) -> IO[bytes]:
        """Return a body as a file that is gone once it is closed.

        Raises:
            BadAnswerError: If it is larger than any that is expected.
            AnswerTooSlowError: If it does not come to its end.
        """
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, prefix="cogsheet-")  # noqa: SIM115 - who reads it closes it
        try:
            for part in self._within(parts, where, self.patience.largest_document, until):
                file.write(part)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    def _within(self, parts: Iterable[bytes], where: str, largest: int, until: datetime) -> Iterator[bytes]:
        size = 0
        for part in parts:
            size += len(part)
            if size > largest:
                raise BadAnswerError(self.service, where, too_large(largest))
            if self.clock() > until:
                raise AnswerTooSlowError(self.service, where, self.patience.deadline)
            yield part
