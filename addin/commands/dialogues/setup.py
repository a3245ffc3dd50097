"""What the buttons of group Setup ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.button import Outcome
from addin.commands.excel import place_of, redrawing
from core.companies import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xlwings as xw

    from addin.sheets.desk import Desk


def connect(desk: Desk, ids: Sequence[str]) -> Outcome:  # noqa: ARG001 - a dialogue's signature
    """Ask what is to be connected and for its keys."""
    from addin.commands.dialogues import connecting_choice  # noqa: PLC0415 - the other buttons of the group show no window

    if desk.database.company.world is World.DEMO:
        return Outcome("The demo has a Finale of its own on this computer: there is nothing to connect.")
    with redrawing(desk.book.app):
        entered = connecting_choice.ask(desk)
    return Outcome("Nothing was connected.") if entered is None else entered.connect(desk)


def upgrade(book: xw.Book) -> Outcome:
    """Save the workbook and write an upgraded copy beside it; no books are opened, for its version may be another."""
    from addin.commands.upgrading import upgraded_copy  # noqa: PLC0415 - the other buttons of the group upgrade nothing

    path = place_of(book)
    book.save()
    return upgraded_copy(path)
