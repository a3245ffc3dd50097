"""Books of a million transactions and of ten thousand, that differ in nothing but the length of old settlements.

They are made by importing files as the program imports any, and checked by `verify` once; their sheets and worksheet
functions show them. They are kept between runs, in the user's cache (or where COGSHEET_BENCH says), until the generator
or the schema is another.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from addin.commands.close.verification import verify
from addin.commands.costs.resolving import resolve
from addin.commands.costs.syncing import sync
from addin.commands.desk_opening import on_file
from addin.commands.outcome import Outcome
from addin.commands.refresh import bring_up_to_date
from addin.commands.setup.new import write_workbook
from addin.connections.finale import KEY, SECRET, URL_VARIABLE
from benchmarks.filled_books import NOW, STORE, know_costs, order_id, put
from core.books.database import Database
from core.books.database.company import new_company
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import stored_settings
from core.books.settlements.booked_settlement import OriginalFile
from core.company_databases import machine_folder
from core.http.credentials import Secret
from core.marketplaces import READER_VERSION, read_file
from core.settings import FINALE_NAME, FinaleAccount
from sandbox.business import sized_business
from sandbox.server import serve
from sandbox.settlement_files.amazon_v2 import settlement_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from addin.sheets.desk import Desk
    from sandbox.business import Business
    from sandbox.business.records import PurchaseLine

GENERATOR = 3
"""Raised with every change of what the books hold, so that kept ones are made anew."""
LARGE, SMALL = 1_000_000, 10_000
OPENED, MONTH, SYNCED = "90000000380", "90000005000", "26000000001"
"""The settlement that is opened, that of the month whose profit and loss is asked for, and the one that is synced."""
_OPENED_ROWS, _MONTH_ROWS, _MISSING, _SYNCED_ORDERS = 380, 5_000, 20, 50
_OTHERS = 17
_MONTH_BEGIN, _OTHERS_BEGIN = datetime(2026, 3, 3, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)


def kept_books(size: int) -> Path:
    """Return the folder with books of so many transactions, made unless they are kept from an earlier run.

    Raises:
        CalledProcessError: If they cannot be made.
    """
    folder = _cache() / f"{size}-{_version()}"
    if not folder.exists():
        subprocess.run([sys.executable, "-m", "benchmarks.kept_books", str(size), str(folder)], check=True, stdout=2)  # noqa: S603 - our own program
    return folder


def exported_books(size: int) -> Path:
    """Return the folder with the same books after everything has gone out but the settlement that lacks costs.

    A sync has compared them with what they hold; made unless they are kept from an earlier run.

    Raises:
        CalledProcessError: If they cannot be made.
    """
    folder = _cache() / f"{size}-exported-{_version()}"
    if not folder.exists():
        command = [sys.executable, "-m", "benchmarks.kept_books", str(size), str(folder), str(kept_books(size))]
        subprocess.run(command, check=True, stdout=2)  # noqa: S603 - our own program
    return folder


def _cache() -> Path:
    chosen = os.environ.get("COGSHEET_BENCH")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_path("Cogsheet benchmarks", appauthor=False))


def _version() -> str:
    """Return a text that is another when the generator, the reader or any table is another."""
    empty = Path(os.environ["COGSHEET_HOME"]) / "empty.sqlite"
    empty.unlink(missing_ok=True)
    with Database.create(empty, new_company("Bench", "USD", NOW)):
        pass
    with closing(sqlite3.connect(empty)) as connection:
        made = [str(sql) for (sql,) in connection.execute("SELECT sql FROM sqlite_master ORDER BY name")]
    return hashlib.sha256("\n".join([str(GENERATOR), str(READER_VERSION), *made]).encode()).hexdigest()[:12]


def make(size: int, folder: Path) -> None:
    """Make books and their workbook, and let `verify` check them; the folder appears when all is done."""
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    book = unfinished / "Books.xlsm"
    with Database.create(address_in(unfinished), new_company("Bench", "USD", NOW)) as database:
        _import_all(database, size)
        account = FinaleAccount(account=_ACCOUNT)
        with database.writing() as connection:
            stored_settings.put(connection, FINALE_NAME, account, who="bench", now=NOW)
        write_workbook(book, database)
    use(unfinished)
    with finale() as url:
        os.environ[URL_VARIABLE] = url
        on_file(book, lambda desk: sync(desk, ids=[SYNCED], full=True, credentials=Keys()))
    on_file(book, lambda desk: resolve(desk, ids=[OPENED]))
    outcome = on_file(book, verify)
    (unfinished / "verified.txt").write_text(outcome.message, encoding="utf-8")
    if outcome.needs_attention:
        raise SystemExit(f"Books of {size:,} transactions do not tie out: {outcome.message[:2000]}")
    show(unfinished)
    unfinished.rename(folder)


def make_exported(folder: Path, kept: Path) -> None:
    """Export what is ready of kept books, in a copy, and sync once; the folder appears when all is done."""
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    book = copy_to(unfinished, kept)
    with Database.open(address_in(unfinished)) as database:
        books = load_books(database)
        for one in books.settlements:
            if books.state(one).status == "Ready to export":
                export_settlement(database, books, one, ExportOptions(accept_suspect=True), who="bench", now=NOW)
    with finale() as url:
        os.environ[URL_VARIABLE] = url
        on_file(book, lambda desk: sync(desk, ids=[SYNCED], full=True, credentials=Keys()))
    show(unfinished)
    unfinished.rename(folder)


def show(folder: Path) -> None:
    """Let sheets and worksheet functions show the books of a folder, and keep what the functions answer from."""
    on_file(use(folder), shown)
    shutil.copytree(machine_folder().path / _COSTS, folder / _COSTS, dirs_exist_ok=True)


def shown(desk: Desk) -> Outcome:
    """Bring everything that a workbook shows up to date, as any press does."""
    bring_up_to_date(desk)
    return Outcome("done")


def _import_all(database: Database, size: int) -> None:
    each = (size - _OPENED_ROWS - _MONTH_ROWS - _SYNCED_ORDERS) // _OTHERS
    for number in range(_OTHERS):
        put(database, f"90000010{number:03d}", each, _OTHERS_BEGIN + timedelta(days=14 * number))
    put(database, MONTH, _MONTH_ROWS, _MONTH_BEGIN)
    put(database, OPENED, _OPENED_ROWS, NOW - timedelta(days=20))
    know_costs(database, {order_id(OPENED, number) for number in range(_MISSING)})
    (synced,) = settlement_files(_business())
    file = OriginalFile(synced.name, synced.content)
    import_file(database, read_file(file.content, file.name), file, store=STORE, who="bench", now=NOW)


def address_in(folder: Path) -> Path:
    """Return where the database of some books is."""
    return folder / "books.sqlite"


_COSTS = "costs"
"""The folder of what worksheet functions answer from, in that of a machine and beside kept books."""


def use(folder: Path) -> Path:
    """Let the workbook of a folder find its books, and the functions what they answer from; return it."""
    machine = machine_folder()
    machine.remember("Bench", str(address_in(folder)))
    if (folder / _COSTS).exists():
        shutil.copytree(folder / _COSTS, machine.path / _COSTS, dirs_exist_ok=True)  # with the moments of its files
    return folder / "Books.xlsm"


def copy_to(folder: Path, kept: Path) -> Path:
    """Make a copy of kept books that may be changed, and let its workbook find them; return the workbook."""
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    return use(folder)


def _business(*, dearer: bool = False) -> Business:
    made = sized_business(orders=_SYNCED_ORDERS, products=80, old_refunds=0)
    if not dearer:
        return made
    bought = (replace(one, lines=tuple(map(_dearer, one.lines))) for one in made.purchases)
    return replace(made, purchases=tuple(bought))


def _dearer(line: PurchaseLine) -> PurchaseLine:
    return replace(line, unit_price=line.unit_price * 3 / 2)


_ACCOUNT, _KEY, _SECRET = "bench", "bench-key", "bench-secret"


class Keys:
    """The keys of the sandbox's account."""

    def get(self, system: str, account: str, name: str) -> Secret | None:
        """Return a key."""
        del system, account
        return {KEY: Secret(_KEY), SECRET: Secret(_SECRET)}.get(name)

    def put(self, system: str, account: str, name: str, secret: Secret) -> None:
        """Keep nothing."""

    def forget(self, system: str, account: str, name: str) -> None:
        """Forget nothing."""


@contextmanager
def finale(*, dearer: bool = False) -> Iterator[str]:
    """Serve the Finale of the synced orders in a process of its own, whose work is not measured; yields its address.

    Args:
        dearer: Whether all goods were bought for half as much again.
    """
    command = [sys.executable, "-m", "benchmarks.kept_books", *([_DEARER] if dearer else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as server:  # noqa: S603 - our own program
        assert server.stdout is not None, "no pipe"  # noqa: S101
        try:
            yield server.stdout.readline().strip()
        finally:
            server.communicate()


_DEARER = "dearer"


def serve_until_told(*, dearer: bool) -> None:
    """Serve until standard input ends."""
    with serve(_business(dearer=dearer), account=_ACCOUNT, key=_KEY, secret=_SECRET) as address:
        print(address.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    if sys.argv[1:] not in ([], [_DEARER]):
        # What it is made for is measured in a limited time; making is done once, and may take its own.
        resource.setrlimit(resource.RLIMIT_CPU, (resource.getrlimit(resource.RLIMIT_CPU)[1],) * 2)
        made, sources = Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]]
        if sources:
            make_exported(made, *sources)
        else:
            make(int(sys.argv[1]), made)
    else:
        serve_until_told(dearer=sys.argv[1:] == [_DEARER])
