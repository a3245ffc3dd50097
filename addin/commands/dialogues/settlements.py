"""What the buttons of group Settlements ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands import ribbon_questions, settlements
from addin.commands.button import Outcome
from addin.commands.excel import take_paths
from core.books.stores import StoreNotNamedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.sheets.desk import Desk


def import_files(desk: Desk, ids: Sequence[str]) -> Outcome:  # noqa: ARG001 - a dialogue's signature
    """Import the files that were chosen; ask for their store where the company has several."""
    files = take_paths(desk.book)
    if not files:
        return Outcome("No file was chosen, so nothing was imported.")
    try:
        return settlements.import_files(desk, files=files)
    except StoreNotNamedError as error:
        store = ribbon_questions.store_of(desk.book.app, error)
        if store is None:
            return Outcome("No store was chosen, so nothing more was imported.")
        return settlements.import_files(desk, files=files, store=store)
