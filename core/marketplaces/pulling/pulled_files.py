"""From which day on payouts are pulled, and whether a pulled file is all of a settlement; before the books see it.

A download that breaks off must not be taken for the settlement. It may be a text that ends in the middle, which no
protocol notices, so each file is read once right after it came: its own total says whether all of it is there.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING

from core.errors import BadAnswerError, CogsheetError, UnreadableFileError
from core.marketplaces.errors import ArchiveError
from core.marketplaces.formats import LIKE_ENOUGH
from core.marketplaces.reading.contents import open_contents, unpacked_document
from core.marketplaces.settlements.tie_out import importable
from core.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.http.responses import ServiceResponse
    from core.marketplaces.formats import Format
    from core.marketplaces.reading.contents import Contents
    from core.model import Reading

_BEGINNING = 1_000
"""Bytes, more than any file begins with blanks."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file as it came."""

    file: IO[bytes]
    """Packed or not; closed once it is read."""
    where: str
    """For messages: what was asked."""
    charset: str = ""
    """What the sender declared."""

    def beginning(self) -> bytes:
        """Return how the file begins, behind blanks."""
        begins = self.file.read(_BEGINNING).lstrip()
        self.file.seek(0)
        return begins


def downloaded(answer: ServiceResponse, charset: str = "") -> Download:
    """Return the document of an answer.

    Raises:
        BadAnswerError: If it is empty.
    """
    download = Download(answer.document or io.BytesIO(answer.content), answer.where, charset)
    if not download.beginning():
        download.file.close()
        raise BadAnswerError(answer.service, answer.where, "an empty report")
    return download


@dataclass(frozen=True, slots=True)
class _Verdict:
    content: bytes
    wrong: str = ""
    """Why it is not the whole settlement; empty if it is."""
    usable: bool = True


def whole_file(service: str, name: str, form: Format, download: Callable[[], Download]) -> bytes:
    """Return a settlement file that is all there, unpacked, downloading it once more where it does not look so.

    What does not tie out and comes twice the same is the marketplace's own mistake: it is returned, and the books keep
    it as `Does not tie out` (docs/design/books.md, Transactions and line keys).

    Args:
        service: Whom a message names.
        name: The file's name, for messages.
        form: The format that it must be in.
        download: Fetches it; called a second time only where the first file is not whole.

    Raises:
        BadAnswerError: If it is no such file, or breaks off both times.
        ServiceError: If it cannot be fetched.
    """
    first_download = download()
    first = _judged(first_download, name, form)
    if not first.wrong:
        return first.content
    second_download = download()
    second = _judged(second_download, name, form)
    if not second.wrong or (second.usable and second.content == first.content):
        return second.content
    raise BadAnswerError(
        service, second_download.where, f"a file that cannot be used, twice: {second.wrong.rstrip('.')}"
    )


def _judged(download: Download, name: str, form: Format) -> _Verdict:
    content = b""
    try:
        with download.file as document:
            content = unpacked_document(document, name)
        contents = open_contents(content, name, download.charset)
        if form.likeness(contents) < LIKE_ENOUGH:
            return _Verdict(content, f"{name} is no {form.title}", usable=False)
        reading = form.read(contents)
    except ArchiveError as error:
        return _Verdict(content, error.reason, usable=False)
    except UnreadableFileError as error:
        return _Verdict(content, str(error), usable=False)
    content = _speaking_for_itself(content, contents, download.charset)
    if not importable(reading):
        return _Verdict(content, _errors(reading), usable=False)
    if not all(settlement.ties_out for settlement in reading.settlements):
        return _Verdict(content, "its lines do not sum to its total")
    return _Verdict(content)


def _errors(reading: Reading) -> str:
    return " ".join(problem.message for problem in reading.problems if problem.severity is Severity.ERROR)


def _speaking_for_itself(content: bytes, contents: Contents, charset: str) -> bytes:
    """Return the bytes unchanged, or as marked UTF-8 where only the sender's word told in which encoding they are."""
    if not charset or open_contents(content, contents.name).text == contents.text:
        return content
    return contents.text.encode("utf-8-sig")


PULL_FROM = "pull from"
"""Name of the setting."""
MEANING = "First day to pull payouts of, as 2026-01-31; leave it blank for the last 90 days"
_USUAL = timedelta(days=90)


class PullStartError(CogsheetError):
    """The first day is not written as a day."""

    def __init__(self, text: str) -> None:
        super().__init__(f"'{text}' is not a day to pull payouts from. Write it as 2026-01-31, or leave it blank.")


def pull_start(settings: Mapping[str, str], now: datetime) -> datetime:
    """Return the first moment that payouts are pulled of, UTC.

    Raises:
        PullStartError: If the setting is no day.
    """
    text = settings.get(PULL_FROM, "").strip()
    if not text:
        return (now - _USUAL).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise PullStartError(text) from error
