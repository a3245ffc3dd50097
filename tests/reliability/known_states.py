"""Desks in a state that was looked at before: what follows from a state is looked at once, and then known."""

from __future__ import annotations

import hashlib
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from addin.commands.close.verification import verify
from addin.commands.desk_opening import on_file
from addin.commands.outcome import Outcome
from core.errors import CogsheetError
from tests.books_with_vba import load_with_vba
from tests.reliability.command_processes import Ended
from tests.reliability.stored_rows import all_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from addin.sheets.desk import Desk

_SEEN: set[str] = set()
"""States after which all tied out, and workbooks that could be read."""


class TiesNotOutError(CogsheetError):
    """Books in which something does not tie out."""


_OWN_COGS = "COGS "
"""How sheets begin that show the costs of a settlement, which the tie-outs hold against the books."""


@contextmanager
def once_of(*state: object) -> Iterator[bool]:
    """Tell whether a state was seen before; it counts as seen where what is done with it ends well."""
    key = hashlib.sha256(repr(state).encode()).hexdigest()
    yield key in _SEEN
    _SEEN.add(key)


def pressed(book: Path, home: Path) -> Ended:
    """Press a button that opens the desk, finishes what was left, looks for altered rows and ties all out.

    The tie-outs are a function of what the books and the COGS tabs hold: those of a state are made once.
    """
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COGSHEET_HOME", str(home))
        try:
            outcome = on_file(book, _tied_out, sees_altered=True)
        except CogsheetError as error:
            return Ended(2, str(error))
    return Ended(outcome.exit_status, outcome.message)


def _tied_out(desk: Desk) -> Outcome:
    tabs = [sheet.used_range.value for sheet in desk.book.sheets if str(sheet.name).startswith(_OWN_COGS)]
    state = ("ties out", desk.altered_rows, tabs, all_rows(desk.database))
    with once_of(*state) as is_seen:
        outcome = Outcome("") if is_seen else verify(desk)
        if outcome.exit_status:
            raise TiesNotOutError(outcome.message)
    return outcome


def contents(book: Path) -> list[tuple[str, int]]:
    """Return what is packed in a workbook: each part with its checksum."""
    with zipfile.ZipFile(book) as packed:
        return sorted((one.filename, one.CRC) for one in packed.infolist())


def assert_readable(book: Path) -> None:
    """Hold that another program reads the workbook."""
    with zipfile.ZipFile(book) as packed:
        assert packed.testzip() is None, "the workbook is damaged"
    with once_of("readable", contents(book)) as is_seen:
        assert is_seen or load_with_vba(book).sheetnames
