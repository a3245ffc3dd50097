"""Group Reports: a COGS tab per settlement, and the COGS workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh
from addin.commands.sentences import amount, identity
from addin.commands.settlements.importing import NothingChosenError
from addin.sheets.reports.cogs import fill_cogs
from addin.takeaway.cogs_workbook import cogs_workbook
from addin.takeaway.written_files import write_file, write_next
from core.safe_file_names import file_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from addin.sheets.desk import Desk
    from core.books.settlements.booked_settlement import BookedSettlement


def cogs(desk: Desk, *, ids: Sequence[str]) -> Outcome:
    """Make or refresh the COGS tabs of settlements.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one is not in the books, or a sheet is not as it must be.
    """
    if not ids:
        raise NothingChosenError("make a COGS tab of")
    view = load(desk.database, progress=desk.progress)
    books = view.books
    chosen = books.named(ids)
    sheets = [fill_cogs(desk.book, books, settlement) for settlement in chosen]
    refresh(desk, view)
    states = [books.state(settlement) for settlement in chosen]
    home = books.company.home_currency
    sentences = [
        f"Sheet {sheet}: COGS {'not known yet' if state.known_cogs is None else amount(state.known_cogs, home)}, "
        f"{state.status}."
        for sheet, state in zip(sheets, states, strict=True)
    ]
    return Outcome(
        "\n".join(sentences),
        needs_attention=any(state.blockers for state in states),
        data={
            "settlements": [
                {
                    **identity(s.store, s.settlement_id),
                    "sheet": sheet,
                    "cogs": None if state.known_cogs is None else str(state.known_cogs),
                    "currency": home,
                    "status": state.status,
                }
                for s, sheet, state in zip(chosen, sheets, states, strict=True)
            ]
        },
    )


def cogs_or_workbook(desk: Desk, *, ids: Sequence[str], to: Path | None = None, values_only: bool = False) -> Outcome:
    """Make the COGS tabs of settlements, or their COGS workbooks where a place is named for them.

    Raises:
        CogsheetError: As `cogs` and `download_cogs` do.
    """
    return cogs(desk, ids=ids) if to is None else download_cogs(desk, ids=ids, to=to, values_only=values_only)


def download_cogs(desk: Desk, *, ids: Sequence[str], to: Path | None = None, values_only: bool = False) -> Outcome:
    """Write a settlement's COGS as a workbook of its own; into a folder, or of several, under names of their own.

    Args:
        desk: The desk.
        ids: The settlements.
        to: The file or the folder; the workbook's own folder if left out.
        values_only: Whether it has the audit log inside, and no formulas.

    Raises:
        NothingChosenError: If no settlement is named.
        CogsheetError: If one is not in the books, or the file cannot be written.
    """
    if not ids:
        raise NothingChosenError("write the COGS of")
    view = load(desk.database, progress=desk.progress)
    chosen = view.books.named(ids)
    place = to or desk.folder()
    files = []
    for settlement in chosen:
        content = cogs_workbook(view, settlement, values_only=values_only, now=desk.clock())
        if place.is_dir() or len(chosen) > 1:
            path = write_next(place / cogs_file_name(desk.database.company.name, settlement), content)
        else:
            path = place
            write_file(path, content)
        files.append(str(path))
    return Outcome(f"Written: {', '.join(files)}.", data={"files": files})


def cogs_file_name(company: str, settlement: BookedSettlement) -> str:
    """Return what a settlement's COGS workbook is called where nobody chose a name."""
    return file_name("COGS", company, settlement.store, settlement.settlement_id, ending=".xlsx")
