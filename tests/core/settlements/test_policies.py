"""Policies edited on sheet Setup."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from core.database import Database, batches
from core.database.company import new_company
from core.model import Disposition
from core.settlements import books as all_books
from core.settlements.policies import PolicyError, change_policies

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def test_edited_policies_are_stored_as_a_batch(tmp_path: Path) -> None:
    """They hold from the next costing on; an empty value takes a date away."""
    with Database.create(tmp_path / "books.sqlite", new_company("Acme", "USD", NOW)) as database:
        change_policies(
            database, {"books_start": "2026-08-01", "refunded_goods": "Not returned"}, who="M. Lee", now=NOW
        )
        changed = all_books.load(database).policies
        change_policies(database, {"books_start": ""}, who="M. Lee", now=NOW)
        change_policies(database, {}, who="M. Lee", now=NOW)
        with database.reading() as connection:
            notes = batches.history(connection)["note"].to_list()

        assert (date(2026, 8, 1), Disposition.NOT_RETURNED) == (changed.books_start, changed.refunded_goods)
        assert all_books.load(database).policies.books_start is None
        assert ["Books start: none", "Books start: 2026-08-01, Refunded goods: Not returned"] == notes


@pytest.mark.parametrize(("name", "text"), [("books_start", "soon"), ("refunded_goods", "Thrown away")])
def test_a_value_that_is_none_is_refused_by_its_name(tmp_path: Path, name: str, text: str) -> None:
    """The message says which setting, what stands there and what it means; nothing is stored."""
    with Database.create(tmp_path / "books.sqlite", new_company("Acme", "USD", NOW)) as database:
        before = all_books.load(database).policies

        with pytest.raises(PolicyError, match=text):
            change_policies(database, {name: text, "lock_date": "2026-08-31"}, who="M. Lee", now=NOW)

        assert before == all_books.load(database).policies
