"""A sync of some settlements refreshes what it changed; the workbook is then as if everything had been costed anew."""

from __future__ import annotations

import shutil
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from addin.commands.costs.resolving import resolve
from addin.commands.costs.syncing import sync
from addin.commands.outcome import Outcome
from addin.commands.settlements.opening import fill
from addin.commands.setup.new import write_workbook
from addin.connections.finale import KEY, SECRET, URL_VARIABLE
from addin.sheets.reports import cogs
from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.stored_lines import forget_kept_lines, holds_now
from core.books.database import Database
from core.books.entries import locks
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.books.settlements.booked_settlement import EntryStatus, OriginalFile
from core.http.credentials import Secret
from core.marketplaces import read_file
from core.settings import FINALE_NAME, FinaleAccount
from sandbox.business import sized_business
from sandbox.server import serve
from sandbox.settlement_files.amazon_v2 import settlement_files
from tests.addin.commands.test_saving_shows_what_changed import LIFE, everything, press
from tests.core.books.lives_of_orders import NOW, WHO, bring_in, files_of, let_finale_say, open_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from addin.sheets.desk import Desk
    from sandbox.business import Business
    from tests.core.books.lives_of_orders import Life

ACCOUNT, SYNCED = "bench", "26000000001"


class Keys:
    """The keys of the sandbox's account."""

    def get(self, system: str, account: str, name: str) -> Secret | None:
        """Return a key."""
        del system, account
        return {KEY: Secret("a-key"), SECRET: Secret("a-secret")}.get(name)

    def put(self, system: str, account: str, name: str, secret: Secret) -> None:
        """Keep nothing."""

    def forget(self, system: str, account: str, name: str) -> None:
        """Forget nothing."""


def make_company(folder: Path, business: Business, lives: tuple[Life, ...]) -> None:
    """Make a company with a settlement of a business, and those of some orders, whose Finale is an account."""
    (file,) = settlement_files(business)
    with open_books(folder) as database:
        for (store, _), other in files_of(lives).items():
            bring_in(database, store, other)
        let_finale_say(database, "111-0", Decimal("3.00"))
        original = OriginalFile(file.name, file.content)
        store = load_books(database).settlements[0].store
        import_file(database, read_file(file.content, file.name), original, store=store, who="M. Lee", now=NOW)
        with database.writing() as connection:
            stored_settings.put(connection, FINALE_NAME, FinaleAccount(account=ACCOUNT), who="M. Lee", now=NOW)
        write_workbook(folder / "Books.xlsm", database)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a company with a settlement that Finale was never asked for, and two others, after every button's press."""
    folder = tmp_path_factory.mktemp("synced")
    make_company(folder, sized_business(orders=8, products=3, old_refunds=0), (LIFE,))
    press(folder, _show)
    return folder


def _show(desk: Desk) -> Outcome:
    resolve(desk)
    books = load_books(desk.database)
    cogs.fill_cogs(desk.book, books, books.named([SYNCED])[0])
    return fill(desk, ids=[SYNCED])


@pytest.fixture
def finale(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Serve the Finale of the settlement."""
    business = sized_business(orders=8, products=3, old_refunds=0)
    with serve(business, account=ACCOUNT, key="a-key", secret="a-secret") as address:  # noqa: S106 - the sandbox's own
        monkeypatch.setenv(URL_VARIABLE, address.url)
        yield


def _of_it(desk: Desk, *, full: bool = True) -> Outcome:
    return sync(desk, ids=[SYNCED], full=full, credentials=Keys())


def _costing_whole(desk: Desk) -> Outcome:
    """Do the same with nothing kept."""
    forget_kept_lines(desk.database)
    return _of_it(desk)


@pytest.mark.long
@pytest.mark.usefixtures("finale")
def test_a_sync_shows_what_costing_everything_would(made: Path, tmp_path: Path) -> None:
    """Costs that come for the first time, and the same again: sheets, functions, words and what is kept."""
    near, whole = (shutil.copytree(made, tmp_path / name) for name in ("near", "whole"))
    for _ in range(2):
        one, other = press(near, _of_it), press(whole, _costing_whole)
        assert (one.message, one.data, one.needs_attention) == (other.message, other.data, other.needs_attention)
        assert everything(near) == everything(whole)
        with Database.open(near / "books.sqlite") as database, database.reading() as connection:
            assert holds_now(connection)
    assert " 0 unchanged" not in one.message


@pytest.mark.long
@pytest.mark.usefixtures("finale")
def test_a_sync_costs_no_line_that_it_does_not_touch(made: Path, tmp_path: Path) -> None:
    """What another program made of a kept line of another order stays unseen by it: nothing read that line."""
    folder = shutil.copytree(made, tmp_path / "near")
    with Database.open(folder / "books.sqlite") as database, database.keeping() as connection:
        connection.exec_driver_sql("UPDATE costed_line SET description = 'altered' WHERE order_name = '111-0'")
    press(folder, _of_it)
    with Database.open(folder / "books.sqlite") as database, database.reading() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT description FROM costed_line WHERE order_name = '111-0'")
        assert ["altered"] == list(found.scalars())


@pytest.mark.long
@pytest.mark.usefixtures("finale")
def test_after_an_export_a_sync_shows_what_costing_everything_would(made: Path, tmp_path: Path) -> None:
    """Of exported lines it proposes true-ups, whichever they are."""
    near, whole = (shutil.copytree(made, tmp_path / name) for name in ("near", "whole"))
    shown = []
    for folder, action in ((near, _of_it), (whole, _costing_whole)):
        press(folder, _lock_the_first)
        press(folder, _show)
        with Database.open(folder / "books.sqlite") as database:
            let_finale_say(database, "111-0", Decimal("3.50"))
        press(folder, _show)
        shown.append(press(folder, action).data)
    assert shown[0] == shown[1]
    assert shown[0]["true_ups"] == 1
    assert everything(near) == everything(whole)


def _lock_the_first(desk: Desk) -> Outcome:
    """Export the sale of the order that was not synced."""
    books = load_books(desk.database)
    one = next(
        one for one in books.settlements if one.settlement_id != SYNCED and "sale" in set(books.lines_of(one)["event"])
    )
    with desk.database.writing() as connection:
        batch = batches.new(connection, BatchKind.EXPORT, **WHO)
        locks.lock(connection, one, books.lines_of(one), batch, EntryStatus.EXPORTED)
    return Outcome("done")
