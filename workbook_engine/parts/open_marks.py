"""The marks that Excel and LibreOffice lay beside a workbook while they have it open, and leave when they crash."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from workbook_engine.errors import OpenElsewhereError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_NARROW, _WIDE = slice(1, 55), 57
"""Where Excel's mark has the name of its user: in one byte per letter, and in two, each behind its length."""
_LONGEST_NAME = 54
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def refuse_if_open(path: Path, now: Callable[[], float] = time.time) -> None:
    """Raise where Excel's or LibreOffice's mark of an open workbook lies beside it.

    Args:
        path: The workbook.
        now: Answers the seconds since 1970, as files have them.

    Raises:
        OpenElsewhereError: It says whose mark it is and how old, for a crash leaves it.
    """
    for sign in (f"~${path.name}", f".~lock.{path.name}#"):
        mark = path.with_name(sign)
        if mark.exists():
            raise OpenElsewhereError(path, *_mark_words(mark, now()))


def _mark_words(mark: Path, now: float) -> tuple[str, str]:
    """Return what a mark says, and what to do where nobody has the workbook open; the latter not where it is in use."""
    here = f"its mark {mark.name} is in the same folder"
    try:
        content, age = mark.read_bytes(), now - mark.stat().st_mtime
    except OSError:  # Excel itself has it open
        return here, ""
    user, old = user_of_mark(content), _age(age)
    whose = f"{here}, of {user}, {old} old" if user else f"{here}, {old} old"
    return whose, f"If nobody has it open any more, as after a crash, delete {mark.name}."


def user_of_mark(content: bytes) -> str:
    """Return who has a workbook open by what its mark holds; empty where it does not say. Pure."""
    if content[:1] == b",":  # LibreOffice: user, login, computer, moment, profile
        fields = content.decode(errors="replace").split(",")
        return _shown(next((field for field in fields[1:3] if field.strip()), ""))
    length = int.from_bytes(content[_WIDE - 2 : _WIDE], "little")
    if 0 < length <= _LONGEST_NAME:
        return _shown(content[_WIDE : _WIDE + 2 * length].decode("utf-16-le", errors="replace"))
    return _shown(content[_NARROW][: content[0]].decode("cp1252", errors="replace")) if content else ""


def _shown(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable()).strip()


def _age(seconds: float) -> str:
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= unit:
            count = int(seconds // unit)
            return f"{count} {name}" if count == 1 else f"{count:,} {name}s"
    return "less than a minute"
