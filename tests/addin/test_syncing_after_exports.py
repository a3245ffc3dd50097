"""A sync in books with exported settlements compares what it touches: all is as if every line had been compared."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, select

from addin.commands.close.true_ups import TrueUpOptions, list_true_ups
from addin.commands.costs.resolving import resolve
from addin.commands.costs.saving_costs import save
from addin.commands.costs.syncing import sync
from addin.commands.settlements.opening import fill
from addin.connections.finale import URL_VARIABLE
from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.stored_lines import forget_kept_lines
from core.books.database import Database
from core.books.database.seals import UNSEALED
from core.books.entries import locks
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.settings import sku_mapping, stored_settings
from core.books.settlements.booked_settlement import EntryStatus
from core.books.true_ups import true_up_history
from core.frame_columns import MAPPING_COLUMNS, frame
from core.model import Disposition
from core.settings import POLICIES_NAME, Policies
from sandbox.business import sized_business
from sandbox.server import serve
from tests.addin.commands.test_importing_shows_what_changed import show
from tests.addin.commands.test_saving_shows_what_changed import everything, press, press_and_tell, type_in
from tests.addin.test_syncing_shows_what_changed import ACCOUNT, SYNCED, Keys, make_company
from tests.core.books.lives_of_orders import NOW, WHO, Life, let_finale_say
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk
    from sandbox.business import Business

LIVES = (
    Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=None),
    Life("111-1", "US", sold=((0, 2), (1, 1)), refunds=((2, 1),), lost=2),
)
PRICES = (Decimal(1), Decimal("1.5"), Decimal(8))
"""Times what goods were bought for: at 8 costs look wrong beside averages of before."""


def _business(times: Decimal) -> Business:
    made = sized_business(orders=8, products=3, old_refunds=3)
    (bought,) = made.purchases
    lines = tuple(replace(line, unit_price=line.unit_price * times) for line in bought.lines)
    return replace(made, purchases=(replace(bought, lines=lines),))


@pytest.fixture(scope="module")
def finales() -> Iterator[list[str]]:
    """Serve the Finale of the settlement, at every price."""
    with ExitStack() as opened:
        served = [serve(_business(times), account=ACCOUNT, key="a-key", secret="a-secret") for times in PRICES]  # noqa: S106 - the sandbox's own
        yield [opened.enter_context(one).url for one in served]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a company with a settlement that Finale knows, and others, after every button's press."""
    folder = tmp_path_factory.mktemp("exported")
    make_company(folder, _business(PRICES[0]), LIVES)
    press(folder, show)
    return folder


@contextmanager
def _asking(url: str) -> Iterator[None]:
    with mock.patch.dict(os.environ, {URL_VARIABLE: url}):
        yield


def both_ways(folder: Path, action: Callable[[Desk], Outcome]) -> bool:
    """Press a button, and in a copy where nothing is kept: words, cells, functions and rows of the books are alike.

    Returns:
        Whether only what changed was refreshed.
    """
    with tempfile.TemporaryDirectory() as name:
        copy = Path(shutil.copytree(folder, Path(name) / "copy"))
        with Database.open(copy / "books.sqlite") as database:
            forget_kept_lines(database)
        plain = press(copy, action)
        near: list[bool] = []
        assert plain == press(folder, partial(press_and_tell, action=action, is_near=near))
        assert everything(copy) == everything(folder)
        assert rows_of(copy) == rows_of(folder)
        return near[0]


def rows_of(folder: Path) -> dict[str, Counter[tuple[object, ...]]]:
    """Return all rows of the books, but for what is made of them."""
    with Database.open(folder / "books.sqlite") as database, database.reading() as connection:
        found = MetaData()
        found.reflect(connection)
        names = found.tables.keys() - UNSEALED.keys() | {"transaction"}
        return {name: Counter(map(tuple, connection.execute(select(found.tables[name])))) for name in names}


def _synced(desk: Desk, *, full: bool = True) -> Outcome:
    return sync(desk, ids=[SYNCED], full=full, credentials=Keys())


def _export(desk: Desk, number: int) -> Outcome:
    """Export a settlement where it is ready, else lock it as it stands; then bring everything up to date."""
    books = load_books(desk.database)
    one = books.settlements[number % len(books.settlements)]
    if one.is_open and books.state(one).status == "Ready to export":
        export_settlement(desk.database, books, one, ExportOptions(accept_suspect=True, accept_provisional=True), **WHO)
    elif one.is_open:
        with desk.database.writing() as connection:
            batch = batches.new(connection, BatchKind.EXPORT, **WHO)
            locks.lock(connection, one, books.lines_of(one), batch, EntryStatus.EXPORTED)
    return show(desk)


def _number_of(desk: Desk, settlement_id: str) -> int:
    return [one.settlement_id for one in load_books(desk.database).settlements].index(settlement_id)


def _export_synced(desk: Desk) -> Outcome:
    return _export(desk, _number_of(desk, SYNCED))


@pytest.mark.long
def test_a_sync_of_an_exported_settlement_proposes_of_what_it_touched(
    made: Path, tmp_path: Path, finales: list[str]
) -> None:
    """Costs that rose after the export are proposed, and no line of another order is read for it."""
    folder = shutil.copytree(made, tmp_path / "near")
    with _asking(finales[0]):
        press(folder, _synced)
    press(folder, _export_synced)
    with _asking(finales[1]):
        assert both_ways(folder, _synced), "what the export made due is known"
    with Database.open(folder / "books.sqlite") as database, database.keeping() as connection:
        connection.exec_driver_sql("UPDATE costed_line SET description = 'altered' WHERE order_name = '111-0'")
    with _asking(finales[2]):
        outcome = press(folder, _synced)
    assert outcome.data["true_ups"]
    with Database.open(folder / "books.sqlite") as database, database.reading() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT description FROM costed_line WHERE order_name = '111-0'")
        assert ["altered"] == list(found.scalars())


@pytest.mark.long
@hypothesis_settings(
    max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(data=st.data())
def test_whatever_happened_a_sync_is_as_if_everything_was_compared(
    made: Path, finales: list[str], data: st.DataObject
) -> None:
    """Between syncs settlements are exported, true-ups decided, costs and answers come, settings change."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(made, Path(name) / "company"))
        for deed in data.draw(st.lists(st.sampled_from(["export", "nothing", *sorted(DEEDS)]), min_size=1, max_size=4)):
            if deed in DEEDS:
                DEEDS[deed](folder, data)
            with _asking(data.draw(st.sampled_from(finales))):
                near = both_ways(folder, partial(_synced, full=data.draw(st.booleans())))
            event(f"{'near' if near else 'whole'} after {deed}")


def _let_export(folder: Path, data: st.DataObject) -> None:
    press(folder, partial(_export, number=data.draw(st.integers(0, 5))))


def _let_finale_say(folder: Path, data: st.DataObject) -> None:
    with Database.open(folder / "books.sqlite") as database:
        cost = data.draw(st.sampled_from([Decimal("3.10"), Decimal("3.50"), Decimal(40)]))
        let_finale_say(database, data.draw(st.sampled_from(["111-0", "111-1"])), cost)
    press(folder, show)


def _let_save(folder: Path, data: st.DataObject) -> None:
    del data
    press(folder, resolve)
    type_in(folder, {0: {"cost": 4.25}})
    press(folder, save)


def _let_open(folder: Path, data: st.DataObject) -> None:
    del data
    press(folder, partial(fill, ids=[SYNCED]))


def _let_decide(folder: Path, data: st.DataObject) -> None:
    """Accept or dismiss what is proposed, or take up what was dismissed."""
    with Database.open(folder / "books.sqlite") as database, database.reading() as connection:
        waiting = list(map(int, true_up_history.pending(connection)["id"]))
        gone = list(map(int, true_up_history.dismissed_true_ups(connection)["id"]))
    chosen = data.draw(st.lists(st.sampled_from(waiting), min_size=1, max_size=2)) if waiting else []
    way = data.draw(st.sampled_from(["accept", "dismiss"]))
    options: dict[str, Any] = {way: chosen}
    if data.draw(st.booleans()) and gone:
        options = {"take_up": [data.draw(st.sampled_from(gone))]}
    press(folder, partial(list_true_ups, options=TrueUpOptions(**options, reason="small", accept_suspect=True)))


def _let_policy(folder: Path, data: st.DataObject) -> None:
    with Database.open(folder / "books.sqlite") as database, database.writing() as connection:
        limit = data.draw(st.sampled_from([Decimal(1), Decimal(50)]))
        after = Policies(materiality=limit, refunded_goods=Disposition.NOT_RETURNED)
        stored_settings.put(connection, POLICIES_NAME, after, who="M. Lee", now=NOW)
    press(folder, show)


def _let_mapping(folder: Path, data: st.DataObject) -> None:
    with Database.open(folder / "books.sqlite") as database, database.writing() as connection:
        product = data.draw(st.sampled_from(["MUG", "CUP", "100001"]))
        row = {"sku": "MUG", "product_id": product, "units": data.draw(st.sampled_from([1, 2]))}
        batch = batches.new(connection, BatchKind.SYNC, **WHO)
        sku_mapping.add(connection, frame(MAPPING_COLUMNS, [row]), batch, NOW)
    press(folder, show)


DEEDS: dict[str, Callable[[Path, st.DataObject], None]] = {
    "export": _let_export,
    "finale": _let_finale_say,
    "save": _let_save,
    "open": _let_open,
    "decide": _let_decide,
    "policy": _let_policy,
    "mapping": _let_mapping,
}
