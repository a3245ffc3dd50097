"""An import refreshes what came and what is tied to it; the workbook is then as if everything had been costed anew."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from addin.commands import refresh
from addin.commands.costs.resolving import resolve
from addin.commands.costs.saving_costs import save
from addin.commands.outcome import Outcome
from addin.commands.settlements.importing import import_files
from addin.commands.settlements.opening import fill
from addin.commands.setup.new import write_workbook
from addin.sheets.reports import cogs
from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.entries import locks
from core.books.loading import load_books
from core.books.settlements.booked_settlement import EntryStatus
from tests.addin.commands.test_saving_shows_what_changed import everything, press, pressed_both_ways, type_in
from tests.core.books.lives_of_orders import (
    WHO,
    Life,
    bring_in,
    files_of,
    let_finale_say,
    open_books,
    plans,
)
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from addin.sheets.desk import Desk
    from core.books.settlements.booked_settlement import OriginalFile

MANY = tuple(Life(f"222-{number}", "US", sold=((0, 1),), refunds=(), lost=None) for number in range(9))
"""Orders that are nobody's concern, so that what comes is little beside what is there."""
LIFE = Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=2)


def company(folder: Path, plan: tuple[Life, ...], known: Mapping[str, Decimal]) -> dict[tuple[str, int], OriginalFile]:
    """Make a company with the first settlement of plan, every button pressed once; return the files of the others."""
    files = files_of((*plan, *MANY))
    with open_books(folder) as database:
        bring_in(database, "US", files.pop(("US", 0)))
        for order, cost in known.items():
            let_finale_say(database, order, cost)
        write_workbook(folder / "Books.xlsm", database)
    press(folder, show)
    return files


def show(desk: Desk) -> Outcome:
    """Show the lines without cost, a settlement on a tab of its own, and one on Transactions; bring all up to date."""
    resolve(desk)
    books = load_books(desk.database)
    cogs.fill_cogs(desk.book, books, books.settlements[0])
    fill(desk, ids=[books.settlements[0].name])
    refresh.bring_up_to_date(desk)
    return Outcome("done")


def imported(folder: Path, store: str, *files: OriginalFile) -> Callable[[Desk], Outcome]:
    """Return the press of Import with some files."""
    paths = [folder / file.name for file in files]
    for path, file in zip(paths, files, strict=True):
        path.write_bytes(file.content)
    return partial(import_files, files=paths, store=store)


def lock_one(desk: Desk, number: int) -> Outcome:
    """Export a settlement as it stands, and bring the sheets up to date."""
    books = load_books(desk.database)
    one = books.settlements[number % len(books.settlements)]
    if one.is_open:
        with desk.database.writing() as connection:
            batch = batches.new(connection, BatchKind.EXPORT, **WHO)
            locks.lock(connection, one, books.lines_of(one), batch, EntryStatus.EXPORTED)
    return show(desk)


@pytest.mark.long
def test_an_import_costs_what_it_wakes_and_no_other_line(tmp_path: Path) -> None:
    """A refund takes the cost of its sale; what another program made of a line of another order stays unseen."""
    costs = {"111-0": Decimal("4.25"), "222-1": Decimal("3.00")}
    files = company(tmp_path, (LIFE,), costs)
    _, is_near = pressed_both_ways(tmp_path, imported(tmp_path, "US", files["US", 1]))
    assert is_near

    altered = "UPDATE costed_line SET description = 'altered' WHERE order_name = '222-1'"
    with Database.open(tmp_path / "books.sqlite") as database, database.keeping() as connection:
        connection.exec_driver_sql(altered)
    press(tmp_path, imported(tmp_path, "US", files["US", 2]))
    with Database.open(tmp_path / "books.sqlite") as database, database.reading() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT description FROM costed_line WHERE order_name='222-1'")
        assert ["altered"] == list(found.scalars())


@pytest.mark.long
@hypothesis_settings(
    max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(plan=plans, known=st.sets(st.sampled_from(["111-0", "111-1", "222-0"])), data=st.data())
def test_whatever_comes_the_workbook_is_as_if_everything_was_filled(
    plan: tuple[Life, ...], known: set[str], data: st.DataObject
) -> None:
    """Between imports costs come, answers are saved and settlements are exported."""
    random_imports(plan, known, data)


def random_imports(plan: tuple[Life, ...], known: set[str], data: st.DataObject) -> list[bool]:
    """Import settlements in a random order, with other presses between; tell which were shown by what is near."""
    near = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        left = company(folder, plan, {order: Decimal("3.10") for order in known})
        while left:
            place = data.draw(st.sampled_from(sorted(left)))
            _, is_near = pressed_both_ways(folder, imported(folder, place[0], left.pop(place)))
            near.append(is_near)
            between = data.draw(st.sampled_from(["nothing", "nothing", "finale", "save", "export"]))
            if between == "finale":
                with Database.open(folder / "books.sqlite") as database:
                    let_finale_say(database, data.draw(st.sampled_from(["111-0", "111-1", "111-2"])), Decimal("3.50"))
                press(folder, show)
            elif between == "save":
                press(folder, resolve)
                type_in(folder, {0: {"cost": 4.25}})
                press(folder, save)
            elif between == "export":
                press(folder, partial(lock_one, number=data.draw(st.integers(0, 5))))
        assert everything(folder)
    return near
