"""The log: one rotating file per machine, and one filter that takes every secret out of what is written to it."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import logging
import re
import secrets
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "cogsheet.log"
MASK = "********"

_SHORTEST_SECRET = 4
_NAMED = re.compile(
    r"""(?ix)
    ( \b(?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:basic|bearer)?\s*
    | \b(?:basic|bearer)\s+(?=[\w+/=.~-]{8})
    | ["']?\b(?:[\w-]*(?:secret|password|token|api[_-]?key|signature|credential))["']?\s*[:=]\s*["']?
    )
    [^\s"',;&}]+
    """
)
_FORMATTER = logging.Formatter(
    "%(asctime)s %(action)s %(levelname)s %(name)s: %(message)s", defaults={"action": "------"}
)


def printable(text: str) -> str:
    """Return a text with a sign of its own for what no file and no terminal takes: half a letter in a file's name."""
    return text.encode(errors="backslashreplace").decode()


class Redaction(logging.Filter):
    """Takes secrets out of log records: those it was told of, and what stands behind a name like `password`."""

    def __init__(self) -> None:
        super().__init__()
        self._forms: set[str] = set()

    def hide(self, secret: str) -> None:
        """From now on show asterisks for this text, also where it is escaped, percent-encoded or in base64."""
        if len(secret) >= _SHORTEST_SECRET:
            encoded = {base64.b64encode(secret.encode()).decode(), base64.urlsafe_b64encode(secret.encode()).decode()}
            percent = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
            escaped = {json.dumps(secret)[1:-1], html.escape(secret), repr(secret)[1:-1]}
            self._forms |= {secret, *encoded, *(one.rstrip("=") for one in encoded), *percent, *escaped}

    def redact(self, text: str) -> str:
        """Return the text without secrets."""
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, MASK)
        return _NAMED.sub(rf"\1{MASK}", text)

    def redact_all(self, value: object) -> object:
        """Return a value of lists, dictionaries and texts, each text without secrets."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, dict):
            return {name: self.redact_all(one) for name, one in value.items()}
        return [self.redact_all(one) for one in value] if isinstance(value, list | tuple) else value

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record: message, traceback and stack; and give it the number of the action."""
        record.action = ACTION.number
        record.msg, record.args = printable(self.redact(record.getMessage())), None
        if record.exc_info and not record.exc_text:
            record.exc_text = _FORMATTER.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = printable(self.redact(record.exc_text))
        if record.stack_info:
            record.stack_info = self.redact(record.stack_info)
        return True


class Action:
    """What this process does: one command, or one press of a button."""

    def __init__(self) -> None:
        self.number = "------"
        """Under which the log and an error message name it."""

    def begin(self) -> None:
        """Give it a number of its own."""
        self.number = secrets.token_hex(3)


ACTION = Action()
"""The one action of this process."""

REDACTION = Redaction()
"""The one filter of this process, as logging itself is one per process."""


class _LogFile(RotatingFileHandler):
    """A log whose last lines may find no room: a command does not fail by that once it is done."""

    def close(self) -> None:
        with contextlib.suppress(OSError):
            super().close()


def set_up(folder: Path, level: int = logging.INFO) -> logging.Handler:
    """Begin an action, and write its log to a file in a folder, one megabyte and three older ones at most.

    Args:
        folder: Made if it is not there.
        level: The least level that is written.

    Returns:
        The handler, so that a caller can take it away again.
    """
    ACTION.begin()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE_NAME).open("ab"):
        (folder / FILE_NAME).chmod(0o600)  # what is in the books is nobody else's to read, whatever the umask
    handler = _LogFile(
        folder / FILE_NAME, maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True, errors="backslashreplace"
    )
    logging.raiseExceptions = False  # a log that cannot be written on, as on a full disk, is no word for the user
    handler.setFormatter(_FORMATTER)
    handler.addFilter(REDACTION)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it reports every opening of the books
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    return handler
