"""The body of an answer, read to its end within limits of size and time: data into memory, a document onto the disk."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, TYPE_CHECKING

from core.errors import AnswerTooSlowError, BadAnswerError
from core.http.responses import LARGEST_JSON, too_large

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.time import Clock

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
    """For a whole answer, however steadily its bytes drip."""
    largest: int = LARGEST_JSON
    """Bytes of an answer that is data, unpacked."""
    largest_document: int = 2_000_000_000
    """Bytes of a document."""


@dataclass(frozen=True, slots=True)
class BodyReader:
    """Reads the bodies of one service's answers."""

    service: str
    patience: Patience
    clock: Clock

    def data(self, parts: Iterable[bytes], where: str) -> bytes:
        """Return a body.

        Raises:
            BadAnswerError: If it is larger than any that is expected.
            AnswerTooSlowError: If it does not come to its end.
        """
        return b"".join(self._within(parts, where, self.patience.largest))

    def document(self, parts: Iterable[bytes], where: str) -> IO[bytes]:
        """Return a body as a file that is gone once it is closed.

        Raises:
            BadAnswerError: If it is larger than any that is expected.
            AnswerTooSlowError: If it does not come to its end.
        """
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, prefix="cogsheet-")  # noqa: SIM115 - who reads it closes it
        try:
            for part in self._within(parts, where, self.patience.largest_document):
                file.write(part)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    def _within(self, parts: Iterable[bytes], where: str, largest: int) -> Iterator[bytes]:
        size, until = 0, self.clock() + timedelta(seconds=self.patience.deadline)
        for part in parts:
            size += len(part)
            if size > largest:
                raise BadAnswerError(self.service, where, too_large(largest))
            if self.clock() > until:
                raise AnswerTooSlowError(self.service, where, self.patience.deadline)
            yield part
