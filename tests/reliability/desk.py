"""A bookkeeper's desk with something to do for every command: made once, copied for each try, read afterwards."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from addin.cli import main
from core.books.database import Database
from core.company_databases import MachineFolder, machine_folder
from sandbox.ecb import ECB_PATH
from sandbox.server import serve
from tests.end_to_end.conftest import BOOKS, COMPANY, _finale_on_line
from tests.end_to_end.demo_book import DemoBook, run
from tests.end_to_end.stories import Story, bought, finale_of, item, left, v2
from tests.reliability.command_processes import Ended, Running, Trap, started
from tests.reliability.known_states import assert_readable, contents, pressed
from tests.reliability.stored_rows import Rows, all_rows, stored_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine

FOR_QUICKBOOKS = ("--format", "quickbooks")
GONE = (left("U-1", "2026-09-01", 2), left("U-2", "2026-09-01"), left("U-6", "2026-09-01", 1, "C"))
"""What has left the stock by the end."""


@dataclass(frozen=True)
class Desk:
    """A folder with the workbook, the books and what was exported, and the user's own folder."""

    folder: Path

    @property
    def book(self) -> Path:
        """The workbook."""
        return self.folder / "Books.xlsm"

    @property
    def story(self) -> Story:
        """The same, to type into."""
        return Story(DemoBook(self.book))

    def copied(self, folder: Path) -> Desk:
        """Return a copy that knows its own books."""
        shutil.copytree(self.folder, folder)
        MachineFolder(folder / "home").remember(COMPANY, str(folder / BOOKS))
        return Desk(folder)

    def start(
        self, arguments: tuple[str, ...], trap: Trap | None = None, name: str = "said", book: str = ""
    ) -> Running:
        """Start a command on the workbook, or on another one of the same books."""
        there = str(self.folder / book) if book else str(self.book)
        own = {"COGSHEET_HOME": str(self.folder / "home")}
        command, *rest = (one.format(folder=self.folder) for one in arguments)
        return started((command, there, *rest), {**os.environ, **own}, self.folder / name, trap)

    def run(self, *arguments: str, trap: Trap | None = None) -> Ended:
        """Run a command on the workbook to its end."""
        return self.start(arguments, trap).end()

    def rows(self) -> Rows:
        """Return what the books hold."""
        with Database.open(str(self.folder / BOOKS)) as database:
            return stored_rows(database)

    def exported(self) -> list[str]:
        """Return what the files for the accounting system say."""
        return sorted(one.read_text(encoding="utf-8") for one in self.folder.glob("exports/*.csv"))

    def state(self) -> tuple[object, ...]:
        """Return everything that a command finds: the books, the workbook, and what was exported."""
        with Database.open(str(self.folder / BOOKS)) as database:
            return all_rows(database), contents(self.book), self.exported()

    def found(self) -> tuple[object, ...]:
        """Return the same as it was left, with the seals of the books, and what else lies there."""
        with Database.open(str(self.folder / BOOKS)) as database, database.reading() as connection:
            seals = connection.execute(text("SELECT * FROM seal")).all()
        kinds = sorted(one.suffix for one in self.folder.rglob("*") if one.is_file())
        return sorted(map(repr, seals)), kinds, self.state()

    def do(self, *arguments: str, book: str = "") -> Ended:
        """Run a command on the workbook that no trap waits for: in this process, which has done it before."""
        command, *rest = (one.format(folder=self.folder) for one in arguments)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("COGSHEET_HOME", str(self.folder / "home"))
            ran = CliRunner().invoke(main, [command, str(self.folder / book if book else self.book), *rest])
        failed = "" if isinstance(ran.exception, SystemExit | None) else repr(ran.exception)
        return Ended(ran.exit_code, ran.output + failed)

    def press(self) -> Ended:
        """Press the next button: it finishes what was left, and all ties out."""
        return pressed(self.book, self.folder / "home")

    def assert_whole(self, said: str) -> None:
        """Hold that the next command finds whole books, that all ties out, and that the workbook can be read."""
        checked = self.press()
        assert checked.status == 0, f"{said}: the next command says {checked.said}"
        assert_readable(self.book)


@contextmanager
def finale_answers() -> Iterator[None]:
    """Let the desk's Finale, and the central bank, answer on this machine as of the end of the story."""
    happened = (bought("A", "2026-08-01", 50, "6"), bought("C", "2026-08-02", 9, "2"), *GONE)
    with serve(finale_of(*happened)) as address, pytest.MonkeyPatch.context() as environment:
        environment.setenv("COGSHEET_FINALE_URL", address.url)
        environment.setenv("COGSHEET_ECB_URL", f"{address.url}{ECB_PATH}")
        environment.setenv("COGSHEET_FINALE_KEY", address.key)
        environment.setenv("COGSHEET_FINALE_SECRET", address.secret)
        yield


@cache
def made_desk(made: Path) -> Desk:
    """Make the desk: each command of `DEEDS` has something to do on it."""
    folder = made / "desk"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as environment, _finale_on_line() as finale:
        environment.setenv("COGSHEET_HOME", str(folder / "home"))
        assert (
            run("new", str(folder / "Books.xlsm"), "--company", COMPANY, "--database", str(folder / BOOKS)).status == 0
        )
        _fill(Story(DemoBook(folder / "Books.xlsm")), finale, folder)
        assert machine_folder().id
    return Desk(folder)


def _fill(story: Story, finale: FinaleOnLine, folder: Path) -> None:
    def sold(number: str, order: str, units: str = "1", sku: str = "A") -> None:
        file = v2(folder, [item("Order", order, "40.00", units=units, sku=sku)], number)
        story.deed("import", str(file), "--store", "Amazon")
        story.book.run("resolve")

    for number, store in (("8", "Canada"), ("9", "Empty")):
        rows = [item("Order", f"K-{number}", "9.00", units="1", sku="K")]
        file = v2(folder, rows, number, currency="CAD", site="Amazon.ca")
        story.deed("import", str(file), "--store", store)
    story.deed("remove", "9")
    cups, pots = bought("A", "2026-08-01", 50, "5"), bought("C", "2026-08-02", 9, "2")
    sold("1", "U-1", "2")
    sold("2", "U-2")
    finale.sync(story, cups, pots, *GONE[:2])
    story.deed("export", "2", *FOR_QUICKBOOKS)
    sold("5", "U-6", "1", "C")
    finale.sync(story, cups, pots, *GONE[:2])
    story.deed("save", "5", "--accept-proposals")
    sold("4", "U-5", "1", "B")
    story.answer(({"SKU": "B"}, {"Cost": 4}), accept=False)
    story.deed("undo")
    story.book.run("resolve")
    story.answer(({"SKU": "B"}, {"Cost": 4.5}), accept=False)
    sold("3", "U-4", "1", "D")
    finale.sync(story, bought("A", "2026-08-01", 50, "6"), pots, *GONE)
    story.book.run("trueups")
    v2(folder, [item("Order", "U-7", "30.00", units="1", sku="A"), item("Refund", "U-1", "-20.00")], "7")


def words_of(ran: Ended) -> str:
    """Return what a command said, after holding that it ended as a command does."""
    for sign in ("Traceback", "Something unexpected stopped", "Error("):
        assert sign not in ran.said, ran.said
    assert ran.status in (0, 1, 2), f"{ran.status}: {ran.said}"
    return ran.said
