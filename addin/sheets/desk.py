"""What lies before the bookkeeper when a button is pressed: the workbook, its books, and what the sheets show."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from core.books.entries.outbox import Delivery
from core.books.overrides.questions import is_proposal
from core.books.overrides.suspect_answers import suspect_changes
from core.books.syncing.cost_changes import settlement_changes
from core.costing.costs.suspects import named_costs
from core.errors import WorkbookError
from core.frame_columns import records
from core.plurals import counted
from core.progress import Progress, silent
from core.time import Clock, system_clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import xlwings as xw

    from addin.sheets.setup.setup import FinaleSide
    from core.books.books import Books
    from core.books.database import Database
    from core.books.importing.current_transactions import ReaderDifferences
    from core.books.importing.reader_upgrade import Rereading
    from core.books.settings.setting_effects import SettingEffect
    from core.books.syncing.cost_changes import SettlementChange
    from core.books.true_ups.reclassifications import Reclassification
    from core.books.verification.altered_row_words import AlteredRow
    from core.company_databases import MachineFolder
    from core.costing.costs.suspects import SuspectCost


@dataclass(frozen=True)
class TypedSettings:
    """What was typed on sheets of settings and taken over by a press, whichever button it was."""

    rows: Mapping[str, int]
    """How many rows, by sheet."""
    before: Books | None = None
    """The books before, where what was typed can change costs."""
    after: Books | None = None
    effects: tuple[SettingEffect, ...] = ()
    """What policies and time zones among it did to settlements."""

    @property
    def changes(self) -> list[SettlementChange]:
        """What that alone changed in the COGS of settlements."""
        if self.before is None or self.after is None:
            return []
        return settlement_changes(self.before.lines, self.after.lines)

    @property
    def proposals(self) -> list[str]:
        """The keys of lines whose saved answers are only proposals since: their question is another."""
        if self.before is None or self.after is None:
            return []
        was, now = (
            {row["key"] for row in records(one.overrides_now) if is_proposal(row)} for one in (self.before, self.after)
        )
        return sorted(now - was)

    @cached_property
    def suspects(self) -> tuple[SuspectCost, ...]:
        """Costs that come of it and look wrong."""
        return () if self.before is None or self.after is None else suspect_changes(self.before, self.after)

    @property
    def message(self) -> str:
        """Say what was taken over and what that alone did."""
        words = "; ".join(f"{counted(count, 'row')} of sheet {sheet}" for sheet, count in self.rows.items())
        home = "" if self.after is None else self.after.company.home_currency
        told = {(one.store, one.settlement_id) for one in self.effects}
        others = (one.words(home) for one in self.changes if (one.store, one.settlement_id) not in told)
        did = "; ".join((*(one.words(home) for one in self.effects), *others))
        effect = f"Effect of this alone: {did}." if did else "This alone changed no cost." if self.before else ""
        several = self.after is not None and self.after.has_several_stores
        named = named_costs(self.suspects, of_several=several)
        odd = f"Looks wrong: {named}. Correct the cell if it is." if self.suspects else ""
        return " ".join(filter(None, (f"Applied your changes: {words}.", effect, odd)))


class BookPlaceError(WorkbookError):
    """The workbook lies where no folder of this computer is known for it, and one is needed."""

    def __init__(self, name: str, what_for: str) -> None:
        super().__init__(
            f"{name} is on a server (SharePoint, Teams, OneDrive), and no folder of this computer holds a copy of it, "
            f"which {what_for} needs. Nothing was changed. Save a copy of the workbook in a folder of this computer, "
            f"or let OneDrive synchronise its folder, open it from there, and press again."
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before the bookkeeper when a button is pressed."""

    book: xw.Book
    path: Path | None
    """Where the workbook is; the demo's database lies beside it. `None`: on a server alone, as of SharePoint."""
    database: Database
    user: str
    machine: MachineFolder
    clock: Clock = system_clock
    progress: Progress = silent
    typed_settings: TypedSettings | None = None
    """The settings that were taken over from the sheets when it was opened; `None` where none was typed."""
    news: tuple[Rereading, ...] = ()
    """What became of settlements that were read anew when the books were opened."""
    altered_rows: tuple[AlteredRow, ...] | None = None
    """Rows that another program altered; `None` where nobody looked for them when the books were opened."""
    agreed: bool = False
    """Whether whoever pressed was shown what the press changes of what is posted or closed, and agreed to it."""

    delivery: Delivery = field(default_factory=Delivery)
    """What became of files of earlier exports that were waiting in the outbox when it was opened."""
    moved_passwords: str = ""
    """What is said of passwords that stood in the list of companies until it was opened."""

    def folder(self) -> Path:
        """Return where files go that nobody chose a place for: beside the workbook, else Documents, folder Cogsheet."""
        if self.path is not None:
            return self.path.parent
        place = Path(platformdirs.user_documents_dir(), "Cogsheet")
        place.mkdir(parents=True, exist_ok=True)
        return place

    @property
    def before(self) -> Books | None:
        """The books before settings that can change costs were taken over; `None` where none was typed."""
        return None if self.typed_settings is None else self.typed_settings.before


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the sheets show."""

    books: Books
    journal: pd.DataFrame
    pending_true_ups: pd.DataFrame
    reclassifications: tuple[Reclassification, ...]
    dismissed_reclassifications: tuple[Reclassification, ...]
    batches: pd.DataFrame
    saved_values: pd.DataFrame
    mapping_origins: pd.DataFrame
    finale: FinaleSide
    read_anew: ReaderDifferences
