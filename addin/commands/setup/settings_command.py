"""What was typed on the sheets of settings: said before it is taken, and taken with a yes where one is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.desk_opening import on_file
from addin.commands.outcome import Outcome
from addin.commands.refresh import bring_up_to_date
from addin.commands.setup.settings_edits import Edits, edited_effects, effect_entry
from addin.commands.terminal import TerminalProgress
from core.books.settings.setting_effects import words_of

if TYPE_CHECKING:
    from pathlib import Path

    from addin.sheets.desk import Desk


def settings_of(book: Path, *, agreed: bool = False) -> Outcome:
    """Say what the settings typed in a workbook file would change, or take them.

    Args:
        book: The workbook.
        agreed: Whether they are taken, also where they decide anew what is posted or closed.

    Raises:
        CogsheetError: If the workbook or its books cannot be opened.
    """
    if agreed:
        return on_file(book, take, TerminalProgress(), edits=Edits.AGREED)
    return on_file(book, preview, edits=Edits.LEAVE)


def preview(desk: Desk) -> Outcome:
    """Say what is typed on Setup, Stores and Exchange rates would change, changing nothing."""
    sheets, effects = edited_effects(desk.book, desk.database, desk.user, desk.clock())
    needs_yes = any(one.needs_yes for one in effects)
    if not effects:
        return Outcome(
            "What is typed on sheets Setup and Stores changes no settlement, and on sheet Exchange rates nothing that "
            "is posted or closed.",
            data={"effects": []},
        )
    ends = "It needs a yes: `settings --yes` applies it." if needs_yes else "The next button or command applies it."
    return Outcome(
        f"{sheets}:\n{words_of(effects, desk.database.company.home_currency)}\nNothing was changed. {ends}",
        needs_attention=needs_yes,
        data={"effects": [{"sheet": sheets.partition(" ")[2], **effect_entry(one)} for one in effects]},
    )


def take(desk: Desk) -> Outcome:
    """Show the books with the settings that were taken over when the desk was opened."""
    bring_up_to_date(desk)
    return Outcome("The settings typed on the sheets now apply.")
