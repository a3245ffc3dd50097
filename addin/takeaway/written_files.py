"""Files that people take away: written whole or not at all, and never in place of another."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

from core.errors import CogsheetError

_FIRST_COPY = 2
_CANNOT_BE_ASKED = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM)
_PREFIX = ".cogsheet"
_LEFT_BEHIND = 3600
"""Seconds after which an unfinished file is one of a command that was killed."""


_NO_FOLDER = "A file lies where its folder should be: move that file away, or choose another place."
_WHAT_HELPS = {
    errno.ENOSPC: "Make room on the disk, or choose another place.",
    errno.EEXIST: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.ENAMETOOLONG: "Choose a folder with a shorter path.",
}
"""By the system's cause."""


class FileNotWrittenError(CogsheetError):
    """A file cannot be written where it should be."""

    def __init__(self, path: Path, error: OSError) -> None:
        reason = error.strerror or "the system refuses"
        what_helps = _WHAT_HELPS.get(
            error.errno or 0, "Is it open in another program? Close it, or choose another place."
        )
        super().__init__(f"{path} could not be written: {reason}. {what_helps}")


class EntriesNotWrittenError(CogsheetError):
    """Entries are in the books with their files for import, and those could not be written yet."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"{reason} The entries are in the books and stand on sheet Journal. Their file is kept with them: the next "
            f"button writes it there. Export to Excel writes them again as a workbook."
        )


class FileThereError(CogsheetError):
    """A file of that name is there and says something else."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} exists already and has other contents. It was not replaced, and nothing was written. Choose "
            f"another name, or move that file away first."
        )


def write_file(path: Path, content: bytes) -> None:
    """Write a file; one that says the same already is left as it is.

    Raises:
        FileThereError: If a file of that name says something else.
        FileNotWrittenError: If it cannot be written.
    """
    try:
        if not _written(path, content):
            raise FileThereError(path)
    except OSError as error:
        raise FileNotWrittenError(path, error) from error


def write_next(path: Path, content: bytes) -> Path:
    """Write a file whose name we chose, under the next name that is free: `COGS.xlsx`, `COGS (2).xlsx`, ...

    Returns:
        Where it was written; a file that says the same already is it.

    Raises:
        FileNotWrittenError: If it cannot be written.
    """
    place = path
    try:
        for number in count(_FIRST_COPY):
            if _written(place, content):
                break
            place = path.with_name(f"{path.stem} ({number}){path.suffix}")
    except OSError as error:
        raise FileNotWrittenError(path, error) from error
    return place


def _written(path: Path, content: bytes) -> bool:
    """Write a file if there is none of that name, and tell whether one that says this is there now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(path):
        return path.is_file() and path.read_bytes() == content
    _tidy(path.parent)
    handle, unfinished = tempfile.mkstemp(prefix=_PREFIX, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return _named(Path(unfinished), path) or path.read_bytes() == content
    finally:
        Path(unfinished).unlink(missing_ok=True)


def _tidy(folder: Path) -> None:
    """Take away unfinished files that a killed command left; what cannot be looked at or removed stays."""
    for left in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND:
                left.unlink()


def _named(unfinished: Path, path: Path) -> bool:
    """Give a finished file its name unless somebody has taken it in this moment."""
    try:
        if os.name == "nt":
            unfinished.rename(path)  # Windows refuses where there is one of that name
        else:
            path.hardlink_to(unfinished)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            return False
        unfinished.replace(path)
    _keep_name(path.parent)
    return True


def _keep_name(folder: Path) -> None:
    """Have the disk keep the names in a folder, as it keeps the contents; Windows does so by itself.

    Some network folders cannot be asked: what is written there is as safe as the server makes it.
    """
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _CANNOT_BE_ASKED:
            raise
    finally:
        os.close(number)
