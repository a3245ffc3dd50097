"""Marks in column Restore of sheet Change history: one value of a line, or neither."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from addin.commands.costs import resolving
from addin.commands.costs.undo import restore_marked
from addin.commands.desk_opening import on_file
from addin.commands.dialogues import costs
from addin.commands.settlements import importing
from addin.commands.setup.new import new_workbook
from addin.sheets.costs.history import HISTORY_SPEC
from addin.sheets.tables import tables
from addin.sheets.tables.edited_rows import CellsRefusedError
from core.books.database import Database
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from tests.core.books.listed_documents import v2_content
from tests.core.books.shops import WHO
from workbook_engine import workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk
    from addin.sheets.tables.sheet_specs import TableSpec


FIRST_ROW = 5


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a workbook of two lines, each saved three times: batches 2, 3 and 4."""
    folder = tmp_path_factory.mktemp("saved")
    path = folder / "Acme.xlsm"
    new_workbook(path, company=folder.name, currency="USD", database=str(folder / "acme.sqlite"))
    file = folder / "1.txt"
    file.write_bytes(v2_content("1", {}, {"order-id": "111-9", "sku": "MUG"}, total="20.00"))
    on_file(path, partial(importing.import_files, files=[file]))
    with Database.open(folder / "acme.sqlite") as database:
        for cost in ("4.25", "5.5", "6"):
            books = load_books(database)
            versions = dict(zip(books.overrides["key"], books.overrides["version"], strict=True))
            answers = [Answer(key, int(versions.get(key, 0)), Decimal(cost), None) for key in books.lines["key"]]
            save_answers(database, books, answers, settlement_ids=None, accept_proposals=False, **WHO)
    on_file(path, resolving.resolve)
    return path


def put(path: Path, spec: TableSpec, field: str, values: dict[int, object]) -> None:
    """Type values into a column's rows, by their place."""
    with workbook(path) as opened:
        found = tables.find(opened, spec)
        for place, value in values.items():
            cell = found.sheet.range((found.first_row() + place, found.table.range.column + found.positions[field]))
            cell.value = value
        opened.save()


def marks_of(path: Path, order: str) -> list[int]:
    """Return the place of each value of an order on the sheet, the oldest first."""
    with workbook(path) as opened:
        rows = tables.read(tables.find(opened, HISTORY_SPEC), HISTORY_SPEC)
    return [place for place, row in enumerate(rows) if row["order_id"] == order]


def restored(path: Path) -> int:
    return len(on_file(path, restore_marked).data["restored"])  # type: ignore[arg-type]  # a list


@pytest.mark.long
@pytest.mark.parametrize("marked", [(0, 1), (1, 2), (0, 1, 2)])
def test_two_marks_of_one_line_are_refused(saved: Path, marked: tuple[int, ...]) -> None:
    """Each cell is named, nothing is restored, and the marks stay."""
    there = marks_of(saved, "111-0")
    places = [there[one] for one in marked]
    put(saved, HISTORY_SPEC, "restore", dict.fromkeys(places, "yes"))
    cells = " and ".join(f"Change history!R{place + FIRST_ROW} (Restore)" for place in places)
    try:
        with pytest.raises(CellsRefusedError) as refused:
            on_file(saved, restore_marked)
    finally:
        put(saved, HISTORY_SPEC, "restore", dict.fromkeys(places))

    assert str(refused.value).startswith(f"{cells} mark different batches of order 111-0, SKU MUG: keep one")
    assert marks_of(saved, "111-0") == there


class AskingBook:
    """A workbook whose user gives the answers one by one; what he was asked is kept."""

    def __init__(self, book: Any, answers: list[str]) -> None:
        self._book = book
        self.asked: list[str] = []
        self._answers = answers
        self.app = SimpleNamespace(screen_updating=True, alert=self.answer)

    def answer(self, question: str, *_: object) -> str:
        """Return what the user presses next."""
        self.asked.append(question)
        return self._answers.pop(0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)


def pressed(path: Path, dialogue: Callable[..., Outcome], *answers: str) -> tuple[str, list[str]]:
    """Press a button that asks; return what it says in the end, and how each of its questions begins."""
    asked: list[str] = []

    def press(desk: Desk) -> Outcome:
        book: Any = AskingBook(desk.book, list(answers))
        outcome = dialogue(replace(desk, book=book), [])
        asked.extend(question.partition("?")[0] for question in book.asked)
        return outcome

    return on_file(path, press).message, asked


def test_cancel_leaves_marks_and_saves_as_they_are(saved: Path) -> None:
    """Undo asks about the mark first and then about the last save; Restore about the mark alone."""
    place = marks_of(saved, "111-0")[0]
    put(saved, HISTORY_SPEC, "restore", {place: "yes"})
    by_undo, by_restore = pressed(saved, costs.undo, "cancel", "cancel"), pressed(saved, costs.restore, "cancel")
    put(saved, HISTORY_SPEC, "restore", {place: None})
    mark = "1 value marked in column Restore of sheet Change history: bring back what was saved then"

    last_save = "Undo batch 4, save by M. Lee, 2026-09-20 09:00 UTC"
    assert ("Nothing was undone.", [mark, last_save]) == by_undo
    assert ("Nothing was restored: the marks in column Restore are still there.", [mark]) == by_restore
    assert ("Nothing was undone.", [last_save]) == pressed(saved, costs.undo, "cancel")


def test_one_mark_a_line_is_restored(saved: Path) -> None:
    """Of two lines each its own batch."""
    put(saved, HISTORY_SPEC, "restore", {marks_of(saved, "111-0")[0]: "yes", marks_of(saved, "111-9")[1]: "yes"})

    assert 2 == restored(saved)
