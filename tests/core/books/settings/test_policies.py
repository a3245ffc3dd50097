"""Policies edited on sheet Setup."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.loading import load_books
from core.books.settings.policies import PolicyError, change_policies
from core.model import Disposition
from tests.new_books import new_books

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.mark.long
def test_edited_policies_are_stored_as_a_batch(tmp_path: Path) -> None:
    """They hold from the next costing on; an empty value takes a date away."""
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        change_policies(
            database, {"books_start": "2026-08-01", "refunded_goods": "Not returned"}, who="M. Lee", now=NOW
        )
        changed = load_books(database).policies
        change_policies(database, {"books_start": ""}, who="M. Lee", now=NOW)
        change_policies(database, {}, who="M. Lee", now=NOW)
        with database.reading() as connection:
            notes = batches.history(connection)["note"].to_list()

        assert (date(2026, 8, 1), Disposition.NOT_RETURNED) == (changed.books_start, changed.refunded_goods)
        assert load_books(database).policies.books_start is None
        assert ["Books start: none", "Books start: 2026-08-01, Refunded goods: Not returned"] == notes


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("name", "text", "advice"),
    [
        ("books_start", "soon", "Dates are written 2026-08-31. Nothing was changed"),
        ("refunded_goods", "Thrown away", "It takes Restocked or .*from 2026-08-31"),
        ("losses_posted_by", "Nobody", "It takes Cogsheet or Finale. Nothing was changed"),
        ("look_back_days", "90.5", "It takes a whole number from 0 up, such as 50. Nothing was changed"),
        ("materiality", "-1", "It takes a number from 0 up, such as 50. Nothing was changed"),
    ],
)
def test_a_value_that_is_none_is_refused_by_its_name(tmp_path: Path, name: str, text: str, advice: str) -> None:
    """The message says which setting, what stands there and what it takes, in no other's words; nothing is stored."""
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        before = load_books(database).policies

        with pytest.raises(PolicyError, match=f"“{text}” cannot be taken for .*{advice}"):
            change_policies(database, {name: text, "lock_date": "2026-08-31"}, who="M. Lee", now=NOW)

        assert before == load_books(database).policies


def test_capitals_do_not_matter_in_the_words_of_a_policy(tmp_path: Path) -> None:
    """A word is taken as the policy spells it, also before the day from which it holds."""
    typed = {"losses_posted_by": " finale ", "accounting_system": "QuickBooks", "refunded_goods": "MONEY ONLY"}
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        after = change_policies(database, typed, who="M. Lee", now=NOW)
        dated = change_policies(database, {"refunded_goods": "restocked from 2026-09-01"}, who="M. Lee", now=NOW)

    assert ("Finale", "quickbooks", "Money only") == (
        after.losses_posted_by,
        after.accounting_system,
        after.refunded_goods,
    )
    assert ("Restocked", date(2026, 9, 1)) == (dated.refunded_goods, dated.earlier[-1].before)
