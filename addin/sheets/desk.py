"""What lies before the bookkeeper when a button is pressed: the workbook, and the books that it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.progress import Progress, silent
from core.time import Clock, system_clock

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw

    from core.books.altered_rows import AlteredRow
    from core.books.books import Books
    from core.books.database import Database
    from core.books.rereading import Reread
    from core.companies import MachineFolder


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before the bookkeeper when a button is pressed."""

    book: xw.Book
    path: Path
    """Where the workbook is; the demo's database lies beside it."""
    database: Database
    user: str
    machine: MachineFolder
    clock: Clock = system_clock
    progress: Progress = silent
    before: Books | None = None
    """The books before settings that can change costs were taken over from the sheets; `None` where none was typed."""
    news: tuple[Reread, ...] = ()
    """What became of settlements that were read anew when the books were opened."""
    altered: tuple[AlteredRow, ...] | None = None
    """Rows that another program altered; `None` where nobody looked for them when the books were opened."""
