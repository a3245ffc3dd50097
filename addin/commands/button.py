"""What a button works with, and what it has to say at its end; ribbon and command line each show it in their way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.progress import Progress, silent
from core.time import Clock, system_clock

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw

    from core.books.books import Books
    from core.books.database import Database
    from core.books.rereading import Reread
    from core.companies import MachineFolder


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one button or command."""

    message: str
    """What happened, to which rows, and what to do next."""
    needs_attention: bool = False
    """Whether the data needs a person: exit status 1 (docs/commands.md)."""
    data: dict[str, object] = field(default_factory=dict)
    """The same for programs: what `--json` prints."""
    stopped: bool = False
    """Whether it could not be finished: exit status 2, and what was done until then is kept and shown."""

    @property
    def exit_status(self) -> int:
        """0 done, 1 the data needs attention, 2 it could not be finished."""
        return 2 if self.stopped else int(self.needs_attention)


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
