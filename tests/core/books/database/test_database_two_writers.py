from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, create_engine

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.database.engine import postgresql_url
from core.books.overrides import stored_overrides
from core.books.overrides.stored_overrides import Refusal, RefusedRow
from core.books.settlements import settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import Import
from core.frame_columns import records
from tests.core.books.examples import (
    COMPANY,
    NOW,
    answers,
    books_with_lines,
    save_settlement,
    settlement,
    source,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.books.conftest import PostgresqlServer

PROJECT = Path(__file__).parents[4]
PEOPLE = {"Ann": Decimal("4.20"), "Bob": Decimal("4.30"), "Cid": Decimal("4.40"), "Dee": Decimal("4.50")}

KILLED_WRITER = """
import sys, time
from core.books.database import Database
from tests.core.books.examples import save_settlement, settlement, source
with Database.open(sys.argv[1]).writing() as connection:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size = 5")  # so that it writes into the file before the end
    save_settlement(connection, settlement("S2", tuple(f"k{number}" for number in range(5000))), source(b"2"))
    print("in the middle", flush=True)
    time.sleep(60)
"""


def save(connection: Connection, who: str, keys: tuple[str, ...]) -> list[RefusedRow]:
    """Save one person's cost for some lines, as filled from no version."""
    batch = batches.new(connection, BatchKind.SAVE, who, NOW)
    rows = answers(*({"key": key, "unit_cost": PEOPLE[who]} for key in keys))
    return stored_overrides.save(connection, rows, batch, who=who, now=NOW)


def at_once(work: Callable[[str], list[RefusedRow]]) -> dict[str, list[RefusedRow]]:
    """Let everybody do their work in a thread of their own, at the same moment."""
    start = threading.Barrier(len(PEOPLE))

    def begin(who: str) -> list[RefusedRow]:
        start.wait()
        return work(who)

    with ThreadPoolExecutor(len(PEOPLE)) as threads:
        return dict(zip(PEOPLE, threads.map(begin, PEOPLE), strict=True))


@pytest.mark.long
def test_one_of_several_savers_wins_and_the_others_are_told(place: str) -> None:
    """Of people who save the same lines at the same time one wins all; each other is told by whom and what."""
    keys = ("a", "b", "c")
    with Database.create(place, COMPANY) as database:
        books_with_lines(database, *keys)

    def work(who: str) -> list[RefusedRow]:
        with Database.open(place) as own, own.writing() as connection:
            return save(connection, who, keys)

    fates = at_once(work)
    (winner,) = [who for who, refused in fates.items() if not refused]
    told = [
        (one.key, one.reason, one.now and one.now["saved_by"], one.now and one.now["unit_cost"])
        for refused in fates.values()
        for one in refused
    ]
    assert [(key, Refusal.CHANGED, winner, PEOPLE[winner]) for _ in range(3) for key in keys] == told
    with Database.open(place) as database, database.reading() as connection:
        saved = [
            (row["key"], row["version"], row["unit_cost"]) for row in records(stored_overrides.history(connection))
        ]
        assert [(key, 1, PEOPLE[winner]) for key in keys] == saved
        assert 5 == len(batches.history(connection))


@pytest.mark.few(1)
def test_threads_share_an_opened_database(database: Database) -> None:
    """Threads of one program may write through one opened database: each waits for its turn, nothing is lost."""
    books_with_lines(database, *PEOPLE)

    def work(who: str) -> list[RefusedRow]:
        with database.writing() as connection:
            return save(connection, who, (who,))

    assert [[], [], [], []] == list(at_once(work).values())
    with database.reading() as connection:
        assert sorted(PEOPLE) == sorted(stored_overrides.in_force(connection)["key"])


@pytest.mark.long
def test_the_unique_version_decides_without_any_lock(postgresql: PostgresqlServer) -> None:
    """Even a saver who has looked before the other stored is refused, by the table itself."""
    url = postgresql.new_database()
    with Database.create(url, COMPANY) as database:
        books_with_lines(database, "a", "b")
        with database.writing() as connection:
            first, second = (batches.new(connection, BatchKind.SAVE, who, NOW) for who in ("Ann", "Bob"))
    engine = create_engine(postgresql_url(url))

    def bob() -> list[RefusedRow]:
        with engine.begin() as connection:
            rows = answers({"key": "a"}, {"key": "b"})
            return stored_overrides.save(connection, rows, second, who="Bob", now=NOW)

    with ThreadPoolExecutor(1) as thread:
        with engine.begin() as connection:
            stored_overrides.save(connection, answers({"key": "a"}), first, who="Ann", now=NOW)
            fate = thread.submit(bob)  # looks, finds no version, and waits for Ann's row
            wait_until_somebody_waits(engine.connect())
        (refused,) = fate.result()
    engine.dispose()

    assert refused.now is not None
    assert ("a", Refusal.CHANGED, "Ann") == (refused.key, refused.reason, refused.now["saved_by"])
    with Database.open(url) as database, database.reading() as connection:
        saved = [(row["key"], row["saved_by"]) for row in records(stored_overrides.in_force(connection))]
        assert [("a", "Ann"), ("b", "Bob")] == saved


def wait_until_somebody_waits(connection: Connection) -> None:
    """Return when another connection waits for a row."""
    with connection:
        while not connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
            connection.rollback()


@pytest.mark.long
def test_a_killed_writer_leaves_nothing_half_stored(place: str) -> None:
    """If a program dies in the middle of storing, the books are as before and can be written at once."""
    with Database.create(place, COMPANY) as database, database.writing() as connection:
        save_settlement(connection, settlement(), source(b"1"))

    command = [sys.executable, "-c", KILLED_WRITER, place]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as writer:  # noqa: S603 - our own
        assert writer.stdout is not None
        assert "in the middle\n" == writer.stdout.readline()
        writer.kill()

    with Database.open(place) as database:
        with database.reading() as connection:
            assert ["S1"] == [one.settlement_id for one in stored_settlements.booked_settlements(connection)]
            assert ["a", "b"] == list(settlement_lines.stored_transactions(connection)["key"])
            assert 1 == len(batches.history(connection))
        with database.writing() as connection:
            again = save_settlement(connection, settlement("S2", ("c",)), source(b"2"))
            assert Import.NEW == again.outcome
