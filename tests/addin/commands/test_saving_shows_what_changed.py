"""Saving costs refreshes what the answers changed; the workbook is then the same as if everything was refreshed."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from addin.commands import refresh
from addin.commands.costs import resolving, saving_costs
from addin.commands.costs.saving_costs import SaveOptions
from addin.commands.costs.undo import restore_marked, undo_save
from addin.commands.outcome import Outcome
from addin.commands.settlements import opening
from addin.commands.setup.new import write_workbook
from addin.machine.cost_file import CostFiles
from addin.sheets import exchange
from addin.sheets.close.accounts import ACCOUNTS_SPEC
from addin.sheets.costs.history import HISTORY_SPEC
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.desk import Desk
from addin.sheets.reports import cogs
from addin.sheets.settlements.settlements import SETTLEMENTS_SPEC
from addin.sheets.tables import tables
from core.books import batches
from core.books.costed_lines.line_totals import kept_notes, put_notes
from core.books.costed_lines.stored_lines import forget_kept_lines, holds_now, state_name
from core.books.database import Database
from core.books.loading import load_books
from core.books.overrides.undo import NothingToUndoError
from core.books.verification.kept_lines import kept_tie_outs
from core.company_databases import MachineFolder
from core.model import Disposition
from tests.core.books.lives_of_orders import NOW, Life, bring_in, files_of, let_finale_say, open_books, plans
from tests.examples import examples
from workbook_engine import workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


Typed = dict[str, object]
"""What is typed into the cells of a row of Resolve, by field."""
LIFE = Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=None)
BESIDE = Life("111-1", "US", sold=((0, 2), (1, 1)), refunds=(), lost=None)


def open_company(folder: Path, plan: Sequence[Life], known: Mapping[str, Decimal] = MappingProxyType({})) -> None:
    """Make a company and its workbook after every button was pressed once: COGS tabs, Transactions and Resolve."""
    with open_books(folder) as database:
        for (store, _), file in files_of(tuple(plan)).items():
            bring_in(database, store, file)
        for order, cost in known.items():
            let_finale_say(database, order, cost)
        write_workbook(folder / "Books.xlsm", database)
    press(folder, _show)


def _show(desk: Desk) -> Outcome:
    """Show the lines without cost, two settlements on tabs of their own, and one on Transactions."""
    resolving.resolve(desk)
    books = load_books(desk.database)
    for one in books.settlements[:2]:
        cogs.fill_cogs(desk.book, books, one)
    return opening.fill(desk, ids=[books.settlements[0].name])


def press(folder: Path, action: Callable[[Desk], Outcome]) -> Outcome:
    with Database.open(folder / "books.sqlite") as database, workbook(folder / "Books.xlsm") as book:
        outcome = action(
            Desk(book, folder / "Books.xlsm", database, "M. Lee", MachineFolder(folder / "user"), lambda: NOW)
        )
        book.save()
        return outcome


def type_in(folder: Path, typed: Mapping[int, Typed]) -> None:
    with workbook(folder / "Books.xlsm") as book:
        found = tables.find(book, RESOLVE_SPEC)
        for row, cells in typed.items():
            for field, value in cells.items():
                found.column_cells(field, row, 1).value = value
        book.save()


def rows_of_resolve(folder: Path) -> list[dict[str, object]]:
    with workbook(folder / "Books.xlsm") as book:
        return [row for row in tables.read(tables.find(book, RESOLVE_SPEC), RESOLVE_SPEC) if row["key"]]


def everything(folder: Path) -> dict[str, object]:
    """Return every cell of the workbook, but which state of the books it shows, and what the functions answer."""
    with Database.open(folder / "books.sqlite") as database, workbook(folder / "Books.xlsm") as book:
        cells: dict[str, object] = {
            sheet.name: sheet.used_range.value for sheet in book.sheets if sheet.name != exchange.SHEET
        }
        desk = Desk(book, folder / "Books.xlsm", database, "M. Lee", MachineFolder(folder / "user"))
        books = load_books(database)
        assert refresh.shows_now(desk, state_name(books))
        costs_now = CostFiles(desk.machine).snapshot(database.company.database_id)
        orders = {
            (order, sku): costs_now.answer(sku, order) for order, skus in costs_now.orders.items() for sku in skus
        }
        with database.reading() as connection:
            assert all(one.ok for one in kept_tie_outs(connection, load_books(database, anew=True)))
    return {**cells, "functions by order": orders, "functions": {sku: costs_now.answer(sku) for sku in costs_now.skus}}


@pytest.mark.long
def test_settlements_are_shown_from_what_is_kept_of_them(tmp_path: Path) -> None:
    """What was typed over is put right without any line being read; what is kept otherwise is shown so."""
    open_company(tmp_path, (LIFE, BESIDE), {"111-0": Decimal(4)})
    before = everything(tmp_path)
    with workbook(tmp_path / "Books.xlsm") as book:
        tables.find(book, SETTLEMENTS_SPEC).column_cells("status", 0, 1).value = "typed over"
        book.save()
    press(tmp_path, _bring_up_to_date)
    assert everything(tmp_path) == before

    with Database.open(tmp_path / "books.sqlite") as database, database.keeping() as connection:
        notes = kept_notes(connection)
        put_notes(connection, {number: replace(one, remarks=("kept",)) for number, one in notes.items()})
    press(tmp_path, _bring_up_to_date)
    with workbook(tmp_path / "Books.xlsm") as book:
        rows = tables.read(tables.find(book, SETTLEMENTS_SPEC), SETTLEMENTS_SPEC)
    assert {"kept"} == {row["remarks"] for row in rows}


def _bring_up_to_date(desk: Desk) -> Outcome:
    refresh.bring_up_to_date(desk)
    return Outcome("done")


def pressed_both_ways(folder: Path, action: Callable[[Desk], Outcome]) -> tuple[Outcome, bool]:
    """Press a button, and in a copy with nothing kept, where everything is loaded and refreshed: it is alike.

    Returns:
        The outcome, and whether only what changed was refreshed.
    """
    with tempfile.TemporaryDirectory() as name:
        copy = Path(shutil.copytree(folder, Path(name) / "copy"))
        with Database.open(copy / "books.sqlite") as database:
            forget_kept_lines(database)
        plain = press(copy, action)
        is_near: list[bool] = []
        outcome = press(folder, partial(press_and_tell, action=action, is_near=is_near))
        assert plain == outcome
        if kept_now(folder) and kept_now(copy):
            assert everything(copy) == everything(folder)
        return outcome, is_near[0]


def kept_now(folder: Path) -> bool:
    """Tell whether lines are kept of the books as they are: a button that only previews keeps none."""
    with Database.open(folder / "books.sqlite") as database, database.reading() as connection:
        return holds_now(connection)


def press_and_tell(desk: Desk, action: Callable[[Desk], Outcome], is_near: list[bool]) -> Outcome:
    """Press a button; tell whether only the tables of what changed were filled: Accounts is none of them."""
    cells = tables.find(desk.book, ACCOUNTS_SPEC).column_cells("meaning", 0, 1)
    right = cells.value
    cells.value = "stale"
    outcome = action(desk)
    is_near.append(cells.value == "stale")
    cells.value = right
    return outcome


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saving")
    open_company(folder, (LIFE, BESIDE))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "copy")


def row_of(folder: Path, order: str) -> int:
    return next(number for number, one in enumerate(rows_of_resolve(folder)) if one["order_id"] == order)


@pytest.mark.long
def test_a_save_fills_the_sheets_that_it_changes_and_no_others(folder: Path) -> None:
    """The refund in the next settlement follows its sale there, and its settlement is counted anew."""
    type_in(folder, {row_of(folder, "111-0"): {"cost": 4.25}})
    is_near: list[bool] = []
    outcome = press(folder, partial(press_and_tell, action=saving_costs.save, is_near=is_near))
    assert is_near == [True]
    assert "Still 2 lines without cost." in outcome.message
    assert "0.0% before, 50.0% after" in outcome.message
    with workbook(folder / "Books.xlsm") as book:
        rows = tables.read(tables.find(book, SETTLEMENTS_SPEC), SETTLEMENTS_SPEC)
    assert {"US0": 4.25, "US1": -4.25} == {row["settlement_id"]: row["cogs"] for row in rows if row["cogs"]}


@pytest.mark.long
def test_where_the_sheets_show_other_books_everything_is_filled(folder: Path) -> None:
    """Somebody else saved since: what that changed stands on no sheet yet."""
    copy = shutil.copy(folder / "Books.xlsm", folder / "Old.xlsm")
    type_in(folder, {row_of(folder, "111-1"): {"cost": 5}})
    press(folder, saving_costs.save)
    shutil.copy(copy, folder / "Books.xlsm")
    type_in(folder, {row_of(folder, "111-0"): {"cost": 4.25}})
    for action in (saving_costs.save, undo_save):
        shutil.copy(copy, folder / "Books.xlsm")
        _, is_near = pressed_both_ways(folder, action)
        assert not is_near


@pytest.mark.long
@pytest.mark.parametrize("name", ["undo", "restore"])
def test_what_is_taken_back_is_shown_alone(folder: Path, name: str) -> None:
    row = row_of(folder, "111-0")
    for cost in (4.25, 5):
        type_in(folder, {row: {"cost": cost}})
        press(folder, saving_costs.save)
    with Database.open(folder / "books.sqlite") as database, database.reading() as connection:
        first = batches.last(connection) - 1
    _, is_near = pressed_both_ways(folder, undo_save if name == "undo" else partial(restore_marked, batch=first))
    assert is_near
    with Database.open(folder / "books.sqlite") as database:
        assert [Decimal("4.25")] == list(load_books(database).overrides["unit_cost"])


def _undone(desk: Desk) -> Outcome:
    try:
        return undo_save(desk)
    except NothingToUndoError:
        return Outcome("nothing")


def _marked_restored(desk: Desk) -> Outcome:
    """Mark the first value of Change history, where there is one, and press Restore values."""
    found = tables.find(desk.book, HISTORY_SPEC)
    values = [number for number, row in enumerate(tables.read(found, HISTORY_SPEC)) if row["line"]]
    if values:
        found.column_cells("restore", values[0], 1).value = "yes"
    return restore_marked(desk)


@st.composite
def typed_rows(draw: st.DrawFn, count: int) -> Mapping[int, Typed]:
    """Draw what is typed into rows of Resolve."""
    cells: st.SearchStrategy[Typed] = st.fixed_dictionaries(
        {},
        optional={
            "cost": st.sampled_from([4.25, 5, 0.01, 400, -1, "dear", None]),
            "zero_ok": st.sampled_from(["yes", None]),
            "units_back": st.sampled_from([0, 1, 2, 9]),
            "disposition": st.sampled_from([*map(str, Disposition)]),
            "note": st.sampled_from(["by phone", None]),
            "sku": st.sampled_from(["OTHER", "MUG"]),
        },
    )
    return draw(st.dictionaries(st.integers(0, count - 1), cells, min_size=1, max_size=count))


choices = st.builds(SaveOptions, st.booleans(), st.booleans(), accept_suspect=st.booleans())
saves = st.builds(
    lambda options, preview: partial(saving_costs.save, options=options, preview=preview), choices, st.booleans()
)
actions = st.one_of(saves, saves, saves, st.sampled_from([resolving.resolve, _undone, _marked_restored]))
"""Buttons around a save; a save is pressed more often."""


@pytest.mark.long
@hypothesis_settings(
    max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(plan=plans, known=st.sets(st.integers(0, 2), max_size=1), data=st.data())
def test_whatever_is_saved_the_workbook_is_as_if_everything_was_filled(
    plan: tuple[Life, ...], known: set[int], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        open_company(folder, plan, {f"111-{number}": Decimal("3.10") for number in known})
        for _ in range(3):
            count = len(rows_of_resolve(folder))
            if count:
                type_in(folder, data.draw(typed_rows(count)))
            pressed_both_ways(folder, data.draw(actions))
