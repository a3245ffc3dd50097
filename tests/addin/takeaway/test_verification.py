"""Verify names what was touched in the database itself: an exported entry's line, a locked line's cost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from core.books.entries.exporting import ExportOptions
from core.books.verification.verification import tie_outs
from core.journal.entry import EntryKind
from tests.addin.takeaway.books_to_report import AUGUST, SEPTEMBER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.addin.takeaway.books_to_report import Reported

BOTH = (EntryKind.SETTLEMENT, EntryKind.COGS)


def wrong(reported: Reported, settlement_id: str) -> list[str]:
    books = reported.view.books
    (settlement,) = books.named([settlement_id])
    return [one.name for one in tie_outs(reported.database, books, settlement, ExportOptions()) if not one.ok]


def touch(path: Path, statement: str) -> None:
    """Change the database's file as somebody would who gets around Cogsheet."""
    with closing(sqlite3.connect(path)) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        assert connection.execute(statement).rowcount == 1
        connection.commit()


@pytest.mark.long
def test_a_touched_line_of_an_exported_entry_is_named(reported: Reported, tmp_path: Path) -> None:
    """By settlement, kind of entry and line; the other settlement has nothing to say."""
    reported.answer("111-3", "5.00")
    reported.export(AUGUST, *BOTH)
    reported.export(SEPTEMBER, *BOTH)
    clean = wrong(reported, AUGUST)
    touch(
        tmp_path / "books.sqlite",
        "UPDATE entry_line SET amount = amount + 1000000 WHERE memo = 'Inventory returned'",
    )

    found = wrong(reported, AUGUST)

    assert [] == clean == wrong(reported, SEPTEMBER)
    assert "Amazon US/100: Journal, COGS, line “Inventory returned”" in found
    assert "Amazon US/100: Journal, Amazon US 100 2026-08 COGS r1" in found, "debits and credits of the entry differ"


@pytest.mark.long
def test_a_touched_line_of_the_lock_is_named(reported: Reported, tmp_path: Path) -> None:
    """A cost that was changed after the export is found by its line."""
    reported.export(SEPTEMBER, *BOTH)
    key = reported.key("222-1")
    touch(tmp_path / "books.sqlite", f"UPDATE locked_line SET unit_cost = 1000000 WHERE key = '{key}'")  # noqa: S608 - our own key

    assert any(key in name for name in wrong(reported, SEPTEMBER))


@pytest.mark.long
def test_entries_that_were_reversed_and_exported_anew_tie_out(reported: Reported) -> None:
    """Only the revision that stands is held against the lines."""
    reported.export(SEPTEMBER, *BOTH)
    reported.reopen(SEPTEMBER)
    reported.answer("222-1", "9.00")
    between = wrong(reported, SEPTEMBER)
    reported.export(SEPTEMBER, *BOTH)

    assert [] == between == wrong(reported, SEPTEMBER)
