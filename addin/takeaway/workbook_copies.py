"""A copy of the workbook as it was before the first write of a day, beside it, where a bookkeeper looks for it.

A copy holds what the workbook holds: costs, order numbers, amounts. Nothing of buyers is in it, since readers leave
that out before anything is stored. Whoever does not want the copies deletes their folder.
"""

from __future__ import annotations

import logging
import re
import shutil
from typing import TYPE_CHECKING

from addin.takeaway.written_files import write_file
from core.errors import CogsheetError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

KEPT = 10
"""How many copies stay; an older one goes when a new one is made."""


def keep_copy_of_day(workbook: Path, today: date) -> None:
    """Copy a workbook file unless that was done today; what cannot be copied is logged, and stops no command.

    Args:
        workbook: The file, as it was saved last.
        today: The day of whoever works with it.
    """
    copy = workbook.with_name(f"{workbook.stem} copies") / f"{workbook.stem} {today:%Y-%m-%d}{workbook.suffix}"
    if copy.exists() or not workbook.is_file():
        return
    try:
        write_file(copy, workbook.read_bytes())
        shutil.copymode(workbook, copy)
        for old in _copies(copy.parent, workbook)[:-KEPT]:
            old.unlink()
    except (OSError, CogsheetError) as error:
        logging.getLogger(__name__).warning("no copy of %s was made today: %s", workbook, error)


def _copies(folder: Path, workbook: Path) -> list[Path]:
    """Return the copies of a workbook, the oldest first; what else lies there is somebody's own."""
    ours = re.compile(rf"{re.escape(workbook.stem)} \d{{4}}-\d\d-\d\d{re.escape(workbook.suffix)}")
    return sorted(path for path in folder.iterdir() if ours.fullmatch(path.name))
