"""The log: one rotating file per machine, and one filter that takes every secret out of what is written to it."""

from __future__ import annotations

import base64
import logging
import re
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING
from urllib.parse import quote

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
_FORMATTER = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")


class Redaction(logging.Filter):
    """Takes secrets out of log records: those it was told of, and what stands behind a name like `password`."""

    def __init__(self) -> None:
        super().__init__()
        self._forms: set[str] = set()

    def hide(self, secret: str) -> None:
        """From now on show asterisks for this text, also where it is percent-encoded or in base64."""
        if len(secret) >= _SHORTEST_SECRET:
            encoded = base64.b64encode(secret.encode()).decode()
            self._forms |= {secret, quote(secret, safe=""), encoded, encoded.rstrip("=")}

    def redact(self, text: str) -> str:
        """Return the text without secrets."""
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, MASK)
        return _NAMED.sub(rf"\1{MASK}", text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record: message, traceback and stack."""
        record.msg, record.args = self.redact(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = _FORMATTER.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self.redact(record.stack_info)
        return True


REDACTION = Redaction()
"""The one filter of this process, as logging itself is one per process."""


def set_up(folder: Path, level: int = logging.INFO) -> logging.Handler:
    """Write the log to a file in a folder, one megabyte and three older ones at most.

    Args:
        folder: Made if it is not there.
        level: The least level that is written.

    Returns:
        The handler, so that a caller can take it away again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / FILE_NAME, maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True)
    handler.setFormatter(_FORMATTER)
    handler.addFilter(REDACTION)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it reports every opening of the books
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    return handler
