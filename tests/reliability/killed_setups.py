"""Commands that make, move, connect or upgrade books, killed: the same command again ends as that of a quiet day."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.books.database import Database
from sandbox.server import DEMO_ACCOUNT, serve
from tests.core.marketplaces.pulled_store import small
from tests.end_to_end.conftest import BOOKS, COMPANY
from tests.reliability.command_processes import CountsWrites, Ended, KilledAfter, KilledAtWrite, Trap, started
from tests.reliability.desk import made_desk, words_of
from tests.reliability.rows import Place, Row
from tests.reliability.stored_rows import Rows, difference, stored_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

OLD_BUSINESS = Path(__file__).parents[1] / "addin" / "upgrading" / "stored_books" / "business"
_SECRETS = {"client id": "CLIENT_ID", "client secret": "CLIENT_SECRET"}
_CONNECT_STORE = ("connect", "{folder}/Books.xlsm", "--store", "Walmart", "--marketplace", "Walmart")


@dataclass(frozen=True)
class Setup:
    """One command, and where it is done."""

    what: str
    arguments: tuple[str, ...]
    prepared: Callable[[Path, Path], None] = lambda _made, _folder: None
    """Puts into a folder what the command needs."""
    book: str = "Books.xlsm"
    """The workbook that shows the books afterwards."""
    places: tuple[str, ...] = (BOOKS,)
    """Where the books are afterwards."""
    otherwise: tuple[str, ...] = ()
    """What is typed where the command says that its work is there already."""


def _desk(made: Path, folder: Path) -> None:
    made_desk(made).copied(folder)


def _connected(made: Path, folder: Path) -> None:
    _desk(made, folder)
    words_of(done(folder, _CONNECT_STORE))


def _old(_made: Path, folder: Path) -> None:
    shutil.copytree(OLD_BUSINESS, folder)


_NEW = ("new", "{folder}/Books.xlsm", "--company", "Killed", "--database", "{folder}/new.sqlite")
SETUPS = (
    Setup("new", _NEW, places=("new.sqlite",), otherwise=(*_NEW, "--join")),
    Setup("demo", ("demo", "--folder", "{folder}/demo"), book="demo/Books.xlsm", places=("demo/demo.sqlite",)),
    Setup("connect", ("connect", "{folder}/Books.xlsm", "--account", DEMO_ACCOUNT), _desk),
    Setup("connect --store", _CONNECT_STORE, _desk),
    Setup("pull", ("pull", "{folder}/Books.xlsm"), _connected),
    Setup("database move", ("database move", COMPANY, "{folder}/moved.sqlite"), _desk, places=("moved.sqlite",)),
    Setup("upgrade", ("upgrade", "{folder}/Books.xlsm"), _old, places=("books.sqlite",)),
)


@contextmanager
def services() -> Iterator[None]:
    """Let Finale and the marketplaces answer on this machine, with their keys in the environment."""
    with serve(small()) as address, pytest.MonkeyPatch.context() as environment:
        store = next(one for one in address.stores if one.marketplace == "Walmart")
        environment.setenv("COGSHEET_FINALE_URL", address.url)
        environment.setenv("COGSHEET_FINALE_KEY", address.key)
        environment.setenv("COGSHEET_FINALE_SECRET", address.secret)
        environment.setenv("COGSHEET_WALMART_URL", store.url)
        for name, value in store.secrets.items():
            environment.setenv(f"COGSHEET_WALMART_{_SECRETS[name]}", value)
        yield


def done(folder: Path, arguments: tuple[str, ...], trap: Trap | None = None) -> Ended:
    """Run a command in a folder, whose `home` is its user's."""
    words = tuple(one.format(folder=folder) for one in arguments)
    command = tuple(words[0].split()) + words[1:]
    return started(command, {**os.environ, "COGSHEET_HOME": str(folder / "home")}, folder / "said", trap).end()


def copied(folder: Path, target: Path) -> Path:
    """Copy a folder, with the place of its books."""
    shutil.copytree(folder, target)
    companies = target / "home" / "companies.json"
    if companies.exists():
        text = companies.read_text(encoding="utf-8").replace(
            json.dumps(str(folder))[1:-1], json.dumps(str(target))[1:-1]
        )
        companies.write_text(text, encoding="utf-8")
    return target


@dataclass(frozen=True)
class WholeSetup:
    """What a command comes to that nothing stops."""

    before: Path
    held: tuple[Rows, ...]
    status: int
    verified: int
    """The exit status of the check of all books afterwards."""
    writes: int
    seconds: float


@cache
def whole_setup(setup: Setup, made: Path) -> WholeSetup:
    """Do it once from its beginning to its end."""
    before = made / f"before {setup.what}"
    setup.prepared(made, before)
    before.mkdir(exist_ok=True)
    folder = copied(before, made / f"after {setup.what}")
    ran = done(folder, setup.arguments, CountsWrites(made / "counted"))
    assert ran.status in (0, 1), ran.said
    counted = json.loads((made / "counted").read_text(encoding="utf-8"))
    verified = done(folder, ("verify", "{folder}/" + setup.book))
    words_of(verified)
    held = held_in(setup, folder)
    return WholeSetup(before, held, ran.status, verified.status, counted["writes"], counted["seconds"])


def held_in(setup: Setup, folder: Path) -> tuple[Rows, ...]:
    """Return what each place of the books holds: ids are drawn, and what is done again is noted again."""
    return tuple(_rows(folder / place) for place in setup.places if (folder / place).exists())


def _rows(path: Path) -> Rows:
    with Database.open(str(path)) as database:
        rows = stored_rows(database)
    return {
        **rows,
        "company": [row[2:4] for row in rows["company"]],
        "batch": sorted({row[1:] for row in rows["batch"]}),
    }


def kill_setup(setup: Setup, dice: Random, place: Place) -> None:
    """Kill it, and do the same again."""
    with services():
        known = whole_setup(setup, place.made)
        folder = copied(known.before, place.folder / "killed")
        at_write = dice.random() < 0.7
        trap = (
            KilledAtWrite(dice.randint(1, known.writes)) if at_write else KilledAfter(dice.uniform(0.01, known.seconds))
        )
        ran = done(folder, setup.arguments, trap)
        said = f"{setup.what} {trap} {ran.status}"
        assert ran.was_killed or ran.status == known.status, f"{said}: {ran.said}"
        again = done(folder, setup.arguments)
        said = f"{said}, again: {again.status} {words_of(again)}"
        if again.status == 2 and setup.otherwise:
            again = done(folder, setup.otherwise)
            said = f"{said}, otherwise: {again.status} {words_of(again)}"
        verified = done(folder, ("verify", "{folder}/" + setup.book))
        assert verified.status == known.verified, f"{said}, then: {words_of(verified)}"
        held = held_in(setup, folder)
        assert held == known.held, f"{said}: {[difference(*pair) for pair in zip(known.held, held, strict=False)]}"


ROWS = tuple(
    Row("Killed at random points", f"{setup.what}, killed", partial(kill_setup, setup), 100, 1)
    for setup in SETUPS
    if os.name == "posix"
)
