"""Group Setup: what is as it must be, and how to fix what is not."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

import xlwings as xw

from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, show_setup
from addin.commands.sentences import counted
from addin.commands.setup.support_report import write_report
from addin.commands.terminal_remedies import WRITTEN_ELSEWHERE
from addin.connections.finale import inventory
from addin.connections.finale_account import finale_side
from addin.connections.marketplaces import connected_stores, connections
from addin.machine import checks
from addin.machine.checks import Finding
from addin.machine.computer import this_computer
from addin.machine.places import template_bytes
from addin.machine.version import program_version
from addin.sheets.tables.table_search import place_of_table
from addin.sheets.tables.tables import to_be_added
from addin.sheets.workbook import FILLED_AT_END, SPECS
from core.books.costed_lines.stored_lines import forget_kept_lines
from core.books.importing import pulling
from core.books.importing.pulling import PulledStore
from core.books.loading import load_books
from core.books.settlements.remarks import gap_warnings
from core.books.verification.due_tie_outs import proposed_otherwise
from core.books.verification.kept_lines import kept_otherwise
from core.errors import CogsheetError
from core.marketplaces.pulling.connectors import CONNECTORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.machine.computer import Computer
    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.importing.pulling import ConnectedStore
    from core.http.credentials import Credentials
    from core.marketplaces.pulling.connector import ConnectorKind

_REPORT = (
    "The report is {}. It holds no keys and no lines of settlements. It names the company, its stores and accounts, "
    "and the log names settlements and SKUs: look through it before you send it."
)


def doctor(
    desk: Desk,
    *,
    credentials: Credentials | None = None,
    kinds: Sequence[ConnectorKind] = CONNECTORS,
    computer: Computer | None = None,
    recost: bool = False,
    report: bool = False,
) -> Outcome:
    """Look at program, computer, workbook, books, Finale account and stores.

    That every table is there was seen when the workbook was opened. With `recost` every line is costed from nothing too
    (docs/design/books.md, Costed lines are kept). With `report` what a supporter needs is written beside the workbook.

    Raises:
        CogsheetError: If the books cannot be read at all.
    """
    here = computer or this_computer()
    books = load_books(desk.database, anew=recost, progress=desk.progress)
    findings = [
        _program(),
        *_computer(desk, here),
        _workbook(desk),
        *_books(desk, books),
        *([_costs(desk, books)] if recost else []),
        *_files(desk),
        *_finale(desk, credentials),
        *_stores(desk, credentials, kinds),
    ]
    show_setup(desk.book, books, finale_side(desk.database))
    words = "\n".join(f"{'ok   ' if one.ok else 'check'}  {one.what}: {one.words}" for one in findings)
    written = write_report(desk, words) if report else None
    return Outcome(
        f"{words}\n{_REPORT.format(written)}" if written else words,
        needs_attention=not all(one.ok for one in findings),
        at_terminal="\n".join(dict.fromkeys(one.at_terminal for one in findings if one.at_terminal)),
        data={
            "findings": [{"what": one.what, "ok": one.ok, "words": one.words} for one in findings],
            **({"report": str(written)} if written else {}),
        },
    )


def _program() -> Finding:
    name = program_version() or "from its source"
    return Finding("Cogsheet", ok=True, words=f"{name}, on Python {platform.python_version()}, {sys.platform}")


def _computer(desk: Desk, computer: Computer) -> list[Finding]:
    """Look at what the buttons need on this computer."""
    program = program_version()
    return [
        checks.installation(computer, program),
        checks.build_of_python(computer),
        *checks.letters_of_folder(computer),
        *checks.starting_programs(computer),
        checks.time_zones(computer),
        *checks.script_of_excel(computer, xw.__version__),
        *_file_of_workbook(desk, computer, program),
    ]


def _file_of_workbook(desk: Desk, computer: Computer, program: str | None) -> list[Finding]:
    """Look at the workbook's file, where a folder of this computer holds it."""
    if desk.path is None:
        words = f"on a server; what Cogsheet writes beside a workbook goes to {desk.folder()}"
        return [Finding("Workbook's place", ok=True, words=words)]
    return [
        *checks.macros_of(computer, desk.path),
        checks.versions(desk.path, template_bytes(), program, xw.__version__),
    ]


def _workbook(desk: Desk) -> Finding:
    place = desk.path or desk.book.name
    gone = [spec for spec in FILLED_AT_END if place_of_table(desk.book, spec.table) is None]
    lacks = [f"sheet {spec.sheet}" for spec in gone]
    lacks += [
        f"{header} (sheet {spec.sheet})"
        for spec in SPECS
        if spec not in gone
        for header in to_be_added(desk.book, spec)
    ]
    if lacks:
        words = f"{place} is of an older Cogsheet and lacks {', '.join(lacks)}: press Upgrade."
        return Finding("Workbook", ok=False, words=words, at_terminal=checks.upgrade_at_terminal(place))
    return Finding("Workbook", ok=True, words=f"{place} has every table and column that it needs.")


def _books(desk: Desk, books: Books) -> list[Finding]:
    last = f"last sync {books.last_sync:%Y-%m-%d %H:%M} UTC" if books.last_sync else "never synced"
    contents = f"{counted(len(books.settlements), 'settlement')}, {counted(len(books.lines), 'transaction')}, {last}"
    whole = Finding("Books", ok=True, words=f"{books.company.name} at {desk.database.location}: {contents}")
    gaps = [Finding(f"Store {store}", ok=False, words=problem.message) for store, problem in gap_warnings(books)]
    return [whole, *gaps]


def _costs(desk: Desk, books: Books) -> Finding:
    """Compare what is kept of every line with what it costs from nothing; what differs is kept and shown anew."""
    with desk.database.reading() as connection:
        otherwise = kept_otherwise(connection, books)
    costed = f"{counted(len(books.lines), 'line')} costed from nothing"
    if otherwise is None:  # as after a check that let go of them: the sheets may still show what was wrong
        _show_anew(desk)
        words = f"{costed}; none were kept for these books as they are now, so they are kept and shown anew."
        return Finding("Costs", ok=True, words=words)
    otherwise += [f"the true-up of {one}" for one in proposed_otherwise(desk.database, books) or ()]
    if not otherwise:
        return Finding("Costs", ok=True, words=f"{costed}; each is kept as it costs, to the cent.")
    _show_anew(desk)
    wrong = ", ".join(otherwise)
    return Finding("Costs", ok=False, words=f"{costed}; kept otherwise, and now kept and shown anew: {wrong}.")


def _show_anew(desk: Desk) -> None:
    forget_kept_lines(desk.database)
    refresh(desk, load(desk.database, progress=desk.progress))


def _files(desk: Desk) -> list[Finding]:
    """Say which files of exports still wait to be written; those that could be were when the desk was opened."""
    left = desk.delivery.left
    return [Finding("Files to import", ok=False, words=one.why, at_terminal=WRITTEN_ELSEWHERE) for one in left]


def _finale(desk: Desk, credentials: Credentials | None) -> list[Finding]:
    """Ask the account for as little as shows that it answers; what it does not offer is worth a look."""
    try:
        with inventory(desk, credentials) as system:
            check = system.check()
    except CogsheetError as error:
        return [Finding("Finale Inventory", ok=False, words=str(error))]
    answers = Finding("Finale Inventory", ok=True, words=f"account {check.account} answers: {check.mode}")
    return [answers, *(Finding("Finale Inventory", ok=False, words=remark) for remark in check.remarks)]


def _stores(desk: Desk, credentials: Credentials | None, kinds: Sequence[ConnectorKind]) -> list[Finding]:
    """Ask each connected store for the first page of what it offers; without any there is nothing to say."""
    if not connections(desk):
        return []
    with connected_stores(desk, kinds=kinds, credentials=credentials) as opened:
        return [_store(desk, one) for one in opened]


def _store(desk: Desk, one: ConnectedStore | PulledStore) -> Finding:
    if isinstance(one, PulledStore):
        return Finding(f"Store {one.store}", ok=False, words=str(one.failure))
    with desk.database.reading() as connection:
        known = pulling.known_documents(connection, one.name)
    try:
        first = next(iter(one.connector.documents(frozenset(known))), None)
    except CogsheetError as error:
        return Finding(f"Store {one.name}", ok=False, words=str(error))
    news = "nothing new" if first is None else f"{first.name} can be pulled"
    return Finding(f"Store {one.name}", ok=True, words=f"{one.connector.marketplace} answers: {news}")
