"""How a word is typed at a terminal in one piece, whatever signs it holds."""

from __future__ import annotations

import re
import shlex
import sys

_PLAIN = re.compile(r"[\w@+=:./-]+")
_PLAIN_ON_WINDOWS = re.compile(r"[\w@+=:./\\-]+")
_READ_WITHIN_QUOTES = re.compile(r'["$`\\!]')
"""What a shell of Linux or macOS reads between double quotes too; a Windows name holds no quote."""


def quoted(word: str, *, windows: bool = sys.platform == "win32") -> str:
    """Return a word as a terminal takes it in one piece: in quotes where it holds a blank or a sign of the shell's."""
    if (_PLAIN_ON_WINDOWS if windows else _PLAIN).fullmatch(word):
        return word
    return shlex.quote(word) if not windows and _READ_WITHIN_QUOTES.search(word) else f'"{word}"'
