"""What each button of the ribbon does in Excel: the same action as its command, on what is selected there (design §7).

Imported only once a button is pressed (`addin.ribbon`). A new button is one line in `ACTIONS`.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from addin.actions import costs, reports, settlements
from addin.desk import desk
from addin.excel import StatusBar, ask, place_of, show, take_paths, undisturbed, version_of_buttons
from addin.outcome import Outcome
from addin.ribbon_buttons import BUTTONS
from addin.selection import selected_settlements
from addin.sheets import resolve as resolve_sheet
from addin.sheets import settlements as settlements_sheet
from addin.sheets import tables
from addin.sheets import transactions as transactions_sheet
from addin.words import counted
from core.errors import CogsheetError, WorkbookError
from core.settlements.importing import StoreNotNamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import xlwings as xw

    from addin.desk import Desk
    from addin.sheets.columns import TableSpec


class UnknownCommandError(CogsheetError):
    """The workbook asks for something that this program has no button for."""

    def __init__(self, command: str) -> None:
        super().__init__(
            f"This version of Cogsheet has no command “{command}”. Nothing was changed. "
            f"If the workbook is newer than the program, update Cogsheet on this computer."
        )


class OtherVersionError(WorkbookError):
    """Buttons and program belong to different versions."""

    def __init__(self, book: str, buttons: str, program: str) -> None:
        super().__init__(
            f"The buttons of {book} belong to Cogsheet {buttons}, and this computer has Cogsheet {program}. "
            f"Nothing was changed. If the workbook is the older one, close it, run `cogsheet upgrade {book}`, open it "
            f"and press again; else update Cogsheet on this computer."
        )


def press(command: str, book: xw.Book) -> Outcome:
    """Do what a button does.

    Args:
        command: The button's command.
        book: The workbook it was pressed in.

    Raises:
        CogsheetError: If it cannot be done.
    """
    action = ACTIONS.get(command)
    if action is None:
        raise UnknownCommandError(command)
    refuse_other_version(book, program_version())
    progress = StatusBar(book.app)
    with undisturbed(book.app), desk(book, place_of(book), progress=progress) as opened:
        return action(opened)


def changes_costs(command: str) -> bool:
    """Tell whether FINALE_ cells may show something else after a button."""
    return any(button.changes_costs for button in BUTTONS if button.command == command)


def _import(desk: Desk) -> Outcome:
    files = take_paths(desk.book)
    if not files:
        return Outcome("No file was chosen, so nothing was imported.")
    try:
        outcome = settlements.import_files(desk, files=files)
    except StoreNotNamedError as error:
        store = _store_of(desk, error)
        if store is None:
            return Outcome("No store was chosen, so nothing more was imported.")
        outcome = settlements.import_files(desk, files=files, store=store)
    _show(desk, settlements_sheet.SPEC)
    return outcome


def _store_of(desk: Desk, error: StoreNotNamedError) -> str | None:
    """Let the user say which of the company's stores the files belong to."""
    for number, store in enumerate(error.known, start=1):
        question = (
            f"There are several {error.marketplace} stores. Do these files belong to “{store}” "
            f"({number} of {len(error.known)})?"
        )
        answer = ask(desk.book.app, question, "yes_no_cancel")
        if answer == "yes":
            return store
        if answer == "cancel":
            return None
    return None


def _fill(desk: Desk) -> Outcome:
    outcome = settlements.fill(desk, ids=selected_settlements(desk.book))
    _show(desk, transactions_sheet.SPEC)
    return outcome


def _sync(desk: Desk) -> Outcome:
    return costs.sync(desk, ids=selected_settlements(desk.book))


def _resolve(desk: Desk) -> Outcome:
    outcome = costs.resolve(desk, ids=selected_settlements(desk.book))
    _show(desk, resolve_sheet.SPEC)
    return outcome


def _save(desk: Desk) -> Outcome:
    """Say what would be saved, ask, then save."""
    plan = costs.save(desk, accept_proposals=True, preview=True).data
    question, buttons = _question(plan)
    answer = ask(desk.book.app, question, buttons) if buttons else "no"
    if answer == "cancel":
        return Outcome("Nothing was saved: what you typed on Resolve is still there.")
    return costs.save(desk, accept_proposals=answer != "no")


def _question(plan: Mapping[str, object]) -> tuple[str, str]:
    """Return what to ask before saving, and which buttons; no buttons where there is nothing to ask."""
    entered, proposals = int(str(plan["entered"])), int(str(plan["accepted_proposals"]))
    left = [
        f"{counted(len(rows), 'line')} {what}."
        for name, what in (("missing", "would stay without cost"), ("refused", "cannot be saved; you will read why"))
        if isinstance(rows := plan[name], list) and rows
    ]
    comes_to = f"together {plan['amount']} of COGS"
    typed, unedited = counted(entered, "entered cost"), counted(proposals, "unedited proposal")
    if entered and proposals:
        asked = [
            f"Save {typed} and {unedited}, {comes_to}?",
            "",
            "Yes saves both, No only what was entered, Cancel nothing.",
        ]
        return "\n".join([*asked, *left]), "yes_no_cancel"
    if entered or proposals:
        return "\n".join([f"Save {typed if entered else unedited}, {comes_to}?", *left]), "ok_cancel"
    return "", ""


def _cogs(desk: Desk) -> Outcome:
    outcome = reports.cogs(desk, ids=selected_settlements(desk.book))
    made = outcome.data["settlements"]
    if isinstance(made, list):
        show(desk.book.sheets[made[0]["sheet"]])
    return outcome


def _show(desk: Desk, spec: TableSpec) -> None:
    show(tables.find(desk.book, spec).sheet)


def refuse_other_version(book: xw.Book, program: str | None) -> None:
    """Stop where the workbook's buttons belong to another version of Cogsheet than the program.

    Raises:
        OtherVersionError: If they do.
    """
    buttons = version_of_buttons(book)
    if buttons and program and buttons != program:
        raise OtherVersionError(book.name, buttons, program)


def program_version() -> str | None:
    """Return the installed version; `None` where it runs from its source."""
    try:
        return version("cogsheet")
    except PackageNotFoundError:
        return None


ACTIONS: Mapping[str, Callable[[Desk], Outcome]] = {
    "import": _import,
    "fill": _fill,
    "sync": _sync,
    "resolve": _resolve,
    "save": _save,
    "cogs": _cogs,
}
"""The command of each button -> what it does."""
