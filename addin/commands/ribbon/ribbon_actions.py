"""A press of a button in Excel: what its declaration asks, shows and does, on what is selected there.

Imported only once a button is pressed (`addin.ribbon`). What a button does is declared in `addin.commands.registry`;
nothing here knows a button by its name.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from addin.commands.desk_opening import desk, finish_press, with_what_was_taken
from addin.commands.outcome import Outcome
from addin.commands.registry import command_named
from addin.commands.registry.command import Selects, load
from addin.commands.ribbon import ribbon_questions
from addin.commands.ribbon.running_excel import StatusBar, place_of, show, take_text, undisturbed, version_of_buttons
from addin.commands.ribbon.selection import selected_or_none, selected_settlements
from addin.commands.setup.settings_edits import Edits
from addin.machine.version import program_version
from addin.sheets.tables import tables
from addin.sheets.workbook import SPECS
from core.books.settings.setting_effects import ChangeNotAgreedError
from core.errors import CogsheetError, WorkbookError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import xlwings as xw

    from addin.commands.registry.command import Command
    from addin.sheets.desk import Desk


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
            f"Nothing was changed. If the workbook is the older one, press Upgrade and go on in the upgraded copy; "
            f"where its tab has no such button, close it and run `cogsheet upgrade {book}`. Else update Cogsheet on "
            f"this computer."
        )


def press(name: str, book: xw.Book) -> Outcome:
    """Do what a button does.

    Args:
        name: The button's command.
        book: The workbook it was pressed in.

    Raises:
        CogsheetError: If it cannot be done.
    """
    command = command_named(name)
    if command is None or command.button is None:
        raise UnknownCommandError(name)
    if not command.at_desk:
        with undisturbed(book.app):
            outcome: Outcome = load(command.asks.dialogue)(book)
            return outcome
    buttons = version_of_buttons(book)
    refuse_other_version(book.name, buttons, program_version())
    # Only where the VBA said its version can it be seen to have cleared it.
    progress = StatusBar(book.app, lambda: buttons is None or version_of_buttons(book) is not None)
    action = partial(_act, command, text=take_text(book) if command.asks.text else "")
    try:
        return _pressed(command, action, book, progress, Edits.SHOW)
    except ChangeNotAgreedError as error:
        if not ribbon_questions.confirmed(book.app, f"{error}\n\nTake it?"):
            return Outcome(error.left)
    return _pressed(command, action, book, progress, Edits.AGREED)


def _pressed(
    command: Command, action: Callable[[Desk], Outcome], book: xw.Book, progress: StatusBar, edits: Edits
) -> Outcome:
    opening = desk(book, place_of(book), progress=progress, edits=edits, sees_altered=command.sees_altered)
    with undisturbed(book.app), opening as opened:
        outcome = with_what_was_taken(action(opened), opened)
        finish_press(opened)
        return outcome


def _act(command: Command, desk: Desk, *, text: str) -> Outcome:
    """Ask what the declaration asks, do it, and bring the sheet it shows to the front.

    Args:
        command: The command.
        desk: The desk.
        text: What was answered in words before Python started.
    """
    ids = _selected(command, desk.book)
    if command.asks.confirm and not ribbon_questions.confirmed(
        desk.book.app, ribbon_questions.confirmation(command, ids)
    ):
        return Outcome("Nothing was changed.")
    outcome = _asked(command, desk, ids) if command.asks.dialogue else _done(command, desk, ids, text)
    if command.shows:
        show(tables.find(desk.book, next(spec for spec in SPECS if spec.sheet == command.shows)).sheet)
    if command.selects is not Selects.SETTLEMENTS_OR_ALL:
        return outcome
    return replace(outcome, message=f"Of {', '.join(ids) or 'all settlements'}:\n{outcome.message}")


def _selected(command: Command, book: xw.Book) -> list[str]:
    if command.selects is Selects.SETTLEMENTS:
        return selected_settlements(book)
    return selected_or_none(book) if command.selects is Selects.SETTLEMENTS_OR_ALL else []


def _asked(command: Command, desk: Desk, ids: Sequence[str]) -> Outcome:
    outcome: Outcome = load(command.asks.dialogue)(desk, ids)
    return outcome


def _done(command: Command, desk: Desk, ids: Sequence[str], text: str) -> Outcome:
    chosen = {} if command.selects in (Selects.NOTHING, Selects.TYPED) else {"ids": ids}
    options = {command.asks.into: text} if command.asks.into else {}
    act = partial(load(command.action), desk, **chosen, **options)
    try:
        outcome: Outcome = act()
    except CogsheetError as error:
        if not command.asks.refused:
            raise
        more = load(command.asks.refused)(desk, error)
        outcome = Outcome("Nothing was changed.") if more is None else act(**more)
    return outcome


def changes_costs(name: str) -> bool:
    """Tell whether FINALE_ cells may show something else after a button."""
    command = command_named(name)
    return command is not None and command.changes_costs


def refuse_other_version(book: str, buttons: str | None, program: str | None) -> None:
    """Stop where the workbook's buttons belong to another version of Cogsheet than the program.

    Raises:
        OtherVersionError: If they do.
    """
    if buttons and program and buttons != program:
        raise OtherVersionError(book, buttons, program)
