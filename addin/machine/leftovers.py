"""Files that a killed run left unfinished: tidied a day later, told by their names, and nothing that is not ours."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY = 86_400
_BESIDE_A_WORKBOOK = re.compile(r"\.cogsheet-[a-z0-9_]{8}(\.tmp)?")
"""A workbook that is being saved, and the folder in which a new one is made."""
_OF_THE_MACHINE = re.compile(r"companies\.new|machine\.[0-9a-f]{8}|\..+\.[a-z0-9_]{8}\.new(-journal|-wal|-shm)?")
_COSTS, _COST_FILE = "costs", re.compile(r"[\w-]+[a-z0-9_]{8}\.new")


def tidy(folder: Path | None, database: Path | str, machine: Path, now: float) -> None:
    """Take away what is unfinished for more than a day; what cannot be looked at or removed stays.

    Args:
        folder: Of the workbook; `None` where it lies on no disk.
        database: Where its books are: a path, or the address of a server.
        machine: The user's folder.
        now: Seconds since 1970, as files have them.
    """
    for place, pattern in _places(folder, database, machine):
        with suppress(OSError), os.scandir(place) as found:
            for one in found:
                if pattern.fullmatch(one.name) and now - one.stat(follow_symlinks=False).st_mtime > _DAY:
                    _remove(one)


def _places(folder: Path | None, database: Path | str, machine: Path) -> Iterator[tuple[Path, re.Pattern[str]]]:
    if folder is not None:
        yield folder, _BESIDE_A_WORKBOOK
    yield machine, _OF_THE_MACHINE
    yield machine / _COSTS, _COST_FILE
    if isinstance(database, Path):
        yield database.parent, re.compile(rf"\.{re.escape(database.name)}\.[a-z0-9_]{{8}}\.new(-journal|-wal|-shm)?")


def _remove(one: os.DirEntry[str]) -> None:
    with suppress(OSError):
        if one.is_dir(follow_symlinks=False):
            if all(inside.suffix == ".xlsm" for inside in Path(one.path).iterdir()):  # as a new workbook is made there
                shutil.rmtree(one.path)
        else:
            Path(one.path).unlink()
