"""An export shows what went out and what is tied to it; the workbook is then as if everything had been filled."""

from __future__ import annotations

import os
import shutil
import tempfile
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from addin.commands.close.exporting import ExportCommandOptions, export
from addin.commands.close.reopening import reopen
from addin.commands.close.shown_exports import refresh_after_export
from addin.commands.close.true_ups import TrueUpOptions, list_true_ups
from addin.commands.costs.resolving import resolve
from addin.commands.costs.saving_costs import save
from addin.commands.outcome import Outcome
from addin.commands.setup.new import write_workbook
from addin.commands.terminal_remedies import with_way_out
from core.books.costed_lines.stored_lines import forget_kept_lines
from core.books.database import Database
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.books.true_ups import true_up_history
from core.books.true_ups.due_true_ups import is_known_what_is_due
from core.books.true_ups.true_ups import propose_true_ups
from core.company_databases import MachineFolder
from core.errors import CogsheetError
from core.journal.files import Ledger
from core.settings import POLICIES_NAME, Policies
from tests.addin.commands.test_importing_shows_what_changed import show
from tests.addin.commands.test_saving_shows_what_changed import everything, press, type_in
from tests.addin.test_syncing_after_exports import both_ways
from tests.core.books.lives_of_orders import NOW, Life, bring_in, files_of, let_finale_say, open_books
from tests.examples import examples

if TYPE_CHECKING:
    from addin.sheets.desk import Desk

LIVES = (
    Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=2),
    Life("111-1", "CA", sold=((0, 2), (1, 1)), refunds=((2, 1),), lost=None),
    Life("111-2", "CA", sold=((2, 1),), refunds=(), lost=None),
)
COSTS = {"111-0": Decimal(3), "111-1": Decimal("2.50")}
"""The third order waits for its cost, and is proposed what was last used."""
POLICY = Policies(accounting_system=Ledger.QUICKBOOKS)


def company(folder: Path) -> None:
    """Make a company of two stores, every button pressed once."""
    with open_books(folder) as database:
        for (store, _), file in files_of(LIVES).items():
            bring_in(database, store, file)
        for order, cost in COSTS.items():
            let_finale_say(database, order, cost)
        with database.writing() as connection:
            stored_settings.put(connection, POLICIES_NAME, POLICY, who="M. Lee", now=NOW)
        write_workbook(folder / "Books.xlsm", database)
    assert MachineFolder(folder / "user").id, "both ways are of one machine"
    press(folder, show)


def exported(desk: Desk, ids: list[str], **options: Any) -> Outcome:
    """Export settlements into a folder of their own, or say why not, and what is shown then."""
    options = {"accept_suspect": True, "accept_provisional": True, **options}
    place = Path(tempfile.gettempdir()) / f"exports {os.getpid()}"
    shutil.rmtree(place, ignore_errors=True)
    chosen = ExportCommandOptions(folder=place, **options)
    try:
        outcome = export(desk, ids=ids, options=chosen)
    except CogsheetError as error:
        return Outcome(with_way_out(error))
    return Outcome("done", data={"settlements": outcome.data["settlements"]})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    company(folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "copy")


@pytest.mark.long
def test_what_goes_out_is_shown_and_no_other_line_is_read(folder: Path) -> None:
    """A settlement goes out while another program has altered what is kept of another order's line."""
    assert both_ways(folder, partial(exported, ids=["US0"])), "only what went out is shown"
    with Database.open(folder / "books.sqlite") as database, database.reading() as connection:
        assert is_known_what_is_due(connection)
    with Database.open(folder / "books.sqlite") as database, database.keeping() as connection:
        connection.exec_driver_sql("UPDATE costed_line SET description = 'altered' WHERE order_name = '111-1'")
    press(folder, partial(exported, ids=["US1"]))
    with Database.open(folder / "books.sqlite") as database, database.reading() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT description FROM costed_line WHERE order_name='111-1'")
        assert ["altered"] == list(found.scalars())


@pytest.mark.long
def test_where_the_sheets_show_other_books_nothing_is_shown(folder: Path) -> None:
    """Somebody else has written since, or nothing went out."""

    def shown_since(desk: Desk, state: str) -> Outcome:
        return Outcome(str(refresh_after_export(desk, state)))

    before = everything(folder)
    with Database.open(folder / "books.sqlite") as database:
        now = load_books(database).database_state
    for state in ("1-abcdef01", now):
        assert "False" == press(folder, partial(shown_since, state=state)).message
    assert before == everything(folder)


@pytest.mark.long
def test_in_two_steps_and_several_at_once(folder: Path) -> None:
    """For another accounting system than ever before; what cannot go out is refused, and nothing with it."""
    assert both_ways(folder, partial(exported, ids=["US0", "CA0"], entries="settlement", ledger=Ledger.EXCEL))
    assert both_ways(folder, partial(exported, ids=["US0", "CA0", "US1"]))
    before = everything(folder)
    outcome = press(folder, partial(exported, ids=["US1", "US2"]))
    assert "US1" in outcome.message
    assert before == everything(folder)


@pytest.mark.long
def test_what_waits_of_exported_lines_stays_where_their_refund_goes_out(folder: Path) -> None:
    """A sale of 3.00 that costs 3.50 by now, proposed, and then dismissed; its refund is in another settlement."""
    press(folder, partial(exported, ids=["US0"]))
    told(folder, "111-0", Decimal("3.50"))
    press(folder, proposed)
    assert both_ways(folder, partial(exported, ids=["US1"]))
    with Database.open(folder / "books.sqlite") as database, database.reading() as connection:
        (number,) = map(int, true_up_history.pending(connection)["id"])
    press(folder, partial(list_true_ups, options=TrueUpOptions(dismiss=[number], reason="small")))
    assert both_ways(folder, partial(exported, ids=["US2", "CA0"]))


@pytest.mark.long
@hypothesis_settings(
    max_examples=examples(3), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(data=st.data())
def test_whatever_goes_out_the_workbook_is_as_if_everything_was_filled(made: Path, data: st.DataObject) -> None:
    """Between exports costs come, answers are saved, true-ups are decided and settlements are reopened."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(made, Path(name) / "company"))
        with Database.open(folder / "books.sqlite") as database:
            names = [one.name for one in load_books(database).settlements]
        for _ in range(2):
            chosen = data.draw(st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=3))
            entries = data.draw(st.sampled_from(["both", "settlement", "cogs"]))
            of_odd = data.draw(st.booleans())
            near = both_ways(folder, partial(exported, ids=chosen, entries=entries, accept_suspect=of_odd))
            event("near" if near else "whole")
            between(folder, names, data)
        with Database.open(folder / "books.sqlite") as database:
            forget_kept_lines(database)
        both_ways(folder, proposed)


def between(folder: Path, names: list[str], data: st.DataObject) -> None:
    """Do something else, or nothing."""
    deed = data.draw(st.sampled_from(["nothing", "cost", "odd cost", "save", "reopen", "propose"]))
    if deed in ("cost", "odd cost"):
        order = data.draw(st.sampled_from(["111-0", "111-1", "111-2"]))
        told(folder, order, Decimal("3.50") if deed == "cost" else Decimal(90))
    elif deed == "save":
        press(folder, resolve)
        type_in(folder, {0: {"cost": 4.25}})
        press(folder, save)
    elif deed == "reopen":
        press(folder, partial(reopened, name=data.draw(st.sampled_from(names))))
    elif deed == "propose":
        press(folder, proposed)


def told(folder: Path, order: str, cost: Decimal) -> None:
    """Let Finale say what an order cost, and show it."""
    with Database.open(folder / "books.sqlite") as database:
        let_finale_say(database, order, cost)
    press(folder, show)


def proposed(desk: Desk) -> Outcome:
    """Compare every exported line with what it would cost, and show what is proposed."""
    books = load_books(desk.database)
    propose_true_ups(desk.database, books, who="M. Lee", now=NOW)
    return show(desk)


def reopened(desk: Desk, name: str) -> Outcome:
    try:
        return reopen(desk, ids=[name], reason="typed wrongly")
    except CogsheetError as error:
        return Outcome(str(error))
