"""Batches, settings, syncs and probes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import tables
from core.books.settings import stored_settings
from core.books.settings.stored_settings import SettingUnreadableError
from core.books.syncing import syncing
from core.books.syncing.syncing import Probe, SyncRun
from core.frame_columns import records
from core.model import Disposition
from tests.core.books.examples import LATER, NOW

if TYPE_CHECKING:
    from core.books.database import Database


class Opening(BaseModel):
    """Something with parts that are kept in one setting."""

    sku: str
    unit_cost: Decimal
    as_of: date


def test_batches_are_numbered_without_gaps(database: Database) -> None:
    """Batches count from one, and a batch that was not stored leaves its number to the next."""
    with database.writing() as connection:
        first = batches.new(connection, BatchKind.IMPORT, "Ann", NOW, "two files")
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        fail_after_a_batch(connection)
    with database.writing() as connection:
        second = batches.new(connection, BatchKind.SAVE, "Bob", LATER)
        found = records(batches.history(connection))

    assert (1, 2) == (first, second)
    assert [
        {"number": 2, "kind": "save", "who": "Bob", "at": LATER, "note": "", "undoes": None},
        {"number": 1, "kind": "import", "who": "Ann", "at": NOW, "note": "two files", "undoes": None},
    ] == found


def fail_after_a_batch(connection: object) -> None:
    """Open a batch, then fail."""
    batches.new(connection, BatchKind.SYNC, "Ann", NOW)  # type: ignore[arg-type] # the fixture's connection
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, "Überweisung"),
        (int, 3),
        (bool, False),
        (Decimal, Decimal("12345678901234567890.1234500")),
        (date, date(2026, 1, 31)),
        (Disposition, Disposition.UNSELLABLE),
        (list[Decimal], [Decimal("0.1"), Decimal("0.20")]),
        (list[Opening], [Opening(sku="00123", unit_cost=Decimal("4.10"), as_of=date(2026, 1, 1))]),
    ],
)
def test_settings_come_back_as_they_were(database: Database, kind: type[object], value: object) -> None:
    """A setting of any kind comes back exactly, decimals with all their places."""
    with database.writing() as connection:
        stored_settings.put(connection, "it", value, who="Ann", now=NOW)
        back = stored_settings.get(connection, "it", kind, None)

    assert (repr(value), value) == (repr(back), back)


def test_settings_have_defaults_and_can_change(database: Database) -> None:
    """A setting nobody has made is the default; the newest holds, and what it was before stays known."""
    with database.writing() as connection:
        before = stored_settings.get(connection, "limit", Decimal, Decimal(1))
        for value in (Decimal(2), Decimal(3), Decimal(3)):
            stored_settings.put(connection, "limit", value, who="Ann", now=NOW)
        after = stored_settings.get(connection, "limit", Decimal, Decimal(1))
        other = stored_settings.get(connection, "Limit", Decimal, Decimal(1))
        kept = tables.setting.c
        every = select(kept.value, kept.key, kept.changed_by, kept.changed_at).order_by(kept.id.desc())
        history = [dict(row) for row in connection.execute(every).mappings()]

    assert (Decimal(1), Decimal(3), Decimal(1)) == (before, after, other)
    said = {"key": "limit", "changed_by": "Ann", "changed_at": NOW}
    assert [{"value": '"3"', **said}, {"value": '"2"', **said}] == history


def test_a_setting_of_another_kind_is_named(database: Database) -> None:
    """A stored setting that does not fit is not guessed at."""
    with database.writing() as connection:
        stored_settings.put(connection, "limit", "much", who="Ann", now=NOW)
        with pytest.raises(SettingUnreadableError, match="limit"):
            stored_settings.get(connection, "limit", Decimal, Decimal(1))


def test_a_sync_says_how_far_it_came(database: Database) -> None:
    """A running or interrupted sync shows what was asked and how far it came; a finished one when it finished."""
    asked = {"orders": ["250-1"], "skus": ["Ä"]}
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "Ann", NOW)
        syncing.start(connection, batch, "acme", asked, NOW)
        begun = syncing.last(connection, finished=False)
        syncing.advance(connection, batch, {"page": 1}, "G")
        syncing.advance(connection, batch, {"page": 2})
        half = syncing.last(connection, finished=False)
        none = syncing.last(connection, finished=True)
        syncing.finish(connection, batch, LATER)
        whole = syncing.last(connection, finished=True)
        nothing_left = syncing.last(connection, finished=False)

    assert SyncRun(1, "acme", None, asked, {}, NOW, None) == begun
    assert SyncRun(1, "acme", "G", asked, {"page": 2}, NOW, None) == half
    assert SyncRun(1, "acme", "G", asked, {"page": 2}, NOW, LATER) == whole
    assert (None, None) == (none, nothing_left)


def test_the_last_finished_sync_stays_known(database: Database) -> None:
    """While a new sync runs, the last finished one is still the one before."""
    with database.writing() as connection:
        first, second = (batches.new(connection, BatchKind.SYNC, "Ann", NOW) for _ in range(2))
        syncing.start(connection, first, "acme", {}, NOW)
        syncing.finish(connection, first, LATER)
        syncing.start(connection, second, "acme", {}, LATER)
        found = [syncing.last(connection, finished=finished) for finished in (True, False)]

    assert [1, 2] == [run.batch for run in found if run]


def test_probes_are_kept_per_account(database: Database) -> None:
    """What an account offers is remembered until it is probed again."""
    with database.writing() as connection:
        syncing.remember_probe(connection, "acme", Probe({"fields": ["averageCost"]}, NOW))
        syncing.remember_probe(connection, "acme", Probe({"fields": []}, LATER))
        found = [syncing.recall_probe(connection, account) for account in ("acme", "Acme")]

    assert [Probe({"fields": []}, LATER), None] == found
