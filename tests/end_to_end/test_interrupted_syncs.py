"""Syncs that are stopped at random points, again and again: the books end up as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addin.connections.sandbox import SWITCHES
from core.books.database import Database
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing.syncing import sync_costs
from core.errors import InventoryError
from core.frame_columns import records
from core.marketplaces import read_file
from sandbox.business.hard import hard_business
from sandbox.business.sized import sized_business
from sandbox.misbehaviour import Fault
from sandbox.settlement_files.amazon_v2 import settlement_files
from tests.core.finale.finale_account import NOON, DemoAccount
from tests.end_to_end.demo_book import DemoBook
from tests.examples import examples
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.business import Business

BUSINESSES: dict[str, Callable[[], Business]] = {
    "hard": cache(hard_business),
    "sized": cache(lambda: sized_business(orders=120, products=30, old_refunds=6)),
}
HOUR = Fault(seconds=3600)
STOPS = {
    "dropped-connection": Fault(),
    "429-retry-after": HOUR,
    "truncated-json": Fault(),
    "401": Fault(),
    "process ended": None,
}
_MOMENTS = {"cost_as_of", "proposal_as_of"}
"""When an average was asked for: later, after a stop."""


class ProcessEndedError(Exception):
    """Somebody closed Excel, or the power went."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the books of each business, imported and never synced."""
    folder = tmp_path_factory.mktemp("imported")
    for name, business in BUSINESSES.items():
        with new_books(folder / f"{name}.sqlite", name, "USD", NOON) as database:
            for file in settlement_files(business()):
                original = OriginalFile(file.name, file.content)
                import_file(database, read_file(file.content), original, store="Amazon US", who="M. Lee", now=NOON)
    return folder


def _sync(database: Database, account: DemoAccount, ends_after: int | None = None) -> None:
    """Sync everything; where asked to, the process ends after some pages."""
    pages = 0

    def progress(what: str, done: int, total: int | None = None) -> None:  # noqa: ARG001 - whatever it is
        nonlocal pages
        pages += 1
        if pages == ends_after:
            raise ProcessEndedError

    before = load_books(database)
    result = sync_costs(
        database,
        account.finale,
        before,
        before.settlements,
        who="M. Lee",
        clock=account.time.now,
        progress=progress,
    )
    assert result.failure is None or isinstance(result.failure, InventoryError)


def _answers(database: Database, account: DemoAccount) -> list[dict[str, object]]:
    """Sync, and return every line with its cost, and all that the books say about it."""
    _sync(database, account)
    lines = records(load_books(database).lines)
    return [{name: value for name, value in row.items() if name not in _MOMENTS} for row in lines]


@cache
def _whole(folder: Path, name: str) -> list[dict[str, object]]:
    """Return what a sync says that nothing stops; it is the same for all that are stopped."""
    shutil.copy(folder / f"{name}.sqlite", folder / "whole.sqlite")
    with Database.open(str(folder / "whole.sqlite")) as database:
        return _answers(database, DemoAccount(BUSINESSES[name](), "small-pages"))


def _reaches_the_same_books(folder: Path, name: str, stops: list[tuple[str, int]]) -> None:
    whole = _whole(folder, name)
    shutil.copy(folder / f"{name}.sqlite", folder / "stopped.sqlite")
    account = DemoAccount(BUSINESSES[name](), "small-pages")
    with Database.open(str(folder / "stopped.sqlite")) as database:
        for cause, after in stops:
            fault = STOPS[cause]
            if fault is None:
                try:
                    _sync(database, account, ends_after=after)
                except ProcessEndedError:
                    continue
            else:
                account.switch(set={cause: {"after": after, "seconds": fault.seconds}})
                _sync(database, account)
                account.switch(clear=[cause])
            account.time.at += timedelta(minutes=61)
        found = _answers(database, account)

    assert [row["cost_status"] for row in whole] != ["missing"] * len(whole)
    assert [] == [(one, other) for one, other in zip(whole, found, strict=True) if one != other]


STOPPED = st.lists(st.tuples(st.sampled_from(sorted(STOPS)), st.integers(1, 16)), min_size=1, max_size=3)


@pytest.mark.long
@settings(max_examples=examples(80), deadline=None)
@given(st.sampled_from(sorted(BUSINESSES)), STOPPED)
def test_many_stops_make_no_difference(imported: Path, name: str, stops: list[tuple[str, int]]) -> None:
    """Lost connections, an hour's 429, half an answer, a refused key, an ended process: no line differs at the end."""
    _reaches_the_same_books(imported, name, stops)


def settlements_shown(book: DemoBook) -> list[dict[str, object]]:
    """Return sheet Settlements without the moment of the sync."""
    rows = book.table(sheet_name="Settlements").rows
    return [{name: value for name, value in row.items() if name != "as of"} for row in rows]


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_process_that_is_killed_leaves_books_that_the_next_sync_completes(
    demo: DemoBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real process over a real socket, killed without warning while answers come slowly."""
    shutil.copytree(demo.path.parent, demo.path.parent.with_name("killed"))
    killed = DemoBook(demo.path.parent.with_name("killed") / demo.path.name)
    command = [sys.executable, "-m", "addin", "sync", str(killed.path)]
    slow = {**os.environ, SWITCHES: "late-costs-repaired small-pages slow:seconds=0.2"}
    process = subprocess.Popen(command, env=slow, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ourselves
    time.sleep(6)
    process.send_signal(signal.SIGKILL)
    assert -signal.SIGKILL == process.wait()

    before = settlements_shown(demo)
    monkeypatch.setenv(SWITCHES, "late-costs-repaired")
    for book in (killed, demo):
        assert book.run("sync").status in (0, 1)
    assert settlements_shown(demo) == settlements_shown(killed)
    assert before != settlements_shown(killed)


@pytest.mark.long
@pytest.mark.parametrize("misbehaviour", [("no-cost-fields",), ("introspection-off", "no-cost-fields")])
def test_an_account_that_hides_its_costs_overnight_takes_none_away(
    imported: Path, misbehaviour: tuple[str, ...]
) -> None:
    """Where only averages are left, what was fetched yesterday stays; nothing is wiped by a field that is gone."""
    shutil.copy(imported / "hard.sqlite", imported / "hidden.sqlite")
    with Database.open(str(imported / "hidden.sqlite")) as database:
        before = _answers(database, DemoAccount(BUSINESSES["hard"]()))
        after = _answers(database, DemoAccount(BUSINESSES["hard"](), *misbehaviour))

    costed = {row["key"]: row["unit_cost"] for row in before if row["cost_status"] == "costed"}
    assert len(costed) > 20
    assert costed == {row["key"]: row["unit_cost"] for row in after if row["key"] in costed}
