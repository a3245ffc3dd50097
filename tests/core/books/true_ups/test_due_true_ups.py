"""Comparing the lines that are due alone proposes what comparing every exported line would."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.stored_lines import keep
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.entries.reopening import reopen_all
from core.books.loading import load_books
from core.books.settlements.booked_settlement import EntryStatus
from core.books.true_ups import true_up_history, true_ups
from core.books.true_ups.due_true_ups import propose_due
from core.journal.accounts import Accounts
from tests.core.books.bookkeeper import assert_kept_as_costed
from tests.core.books.costed_lines.caught_up_books import Stored, a_company, answers, lock, say, store, stored_books
from tests.core.books.costed_lines.test_catching_up_of_random_books import let_finale_tell
from tests.core.books.costed_lines.test_going_out import read_today
from tests.core.books.lives_of_orders import WHO
from tests.core.books.true_ups.proposals import assert_all_is_proposed
from tests.core.costing.random_books import SKUS, random_books
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.books.database import Database

Deed = str


def _propose(database: Database) -> bool:
    """Propose as a sync does: what is due where that is known, else of all lines; tell whether it was known."""
    catch_up(database)
    if propose_due(database, **WHO) is not None:
        return True
    keep(database, load_books(database))
    true_ups.propose_true_ups(database, load_books(database), **WHO)
    return False


@hypothesis_settings(max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_what_is_due_is_proposed_as_comparing_everything_gives(books: Stored, data: st.DataObject) -> None:
    """After costs that Finale told, answers, exports, reopenings, and true-ups that were decided and taken up again."""
    lived_through(books, data, 2)


@pytest.mark.long
@hypothesis_settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_whatever_happens_what_is_due_is_proposed(books: Stored, data: st.DataObject) -> None:
    lived_through(books, data, data.draw(st.integers(3, 6)))


def lived_through(books: Stored, data: st.DataObject, times: int) -> None:
    """Let things happen to the books, several at once, and hold what is proposed after each sync."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        store(database, books, set(data.draw(st.lists(st.sampled_from(SKUS), unique=True))))
        read_today(database, data.draw(st.sampled_from(["", "S1"])))
        _propose(database)
        keys = [row["key"] for row in books.rows.lines]
        for day in range(1, times + 1):
            happened = data.draw(st.lists(st.sampled_from(sorted(DEEDS)), max_size=2))
            for deed in happened:
                DEEDS[deed](database, data, keys)
            known = list(books.rows.observations)
            again = data.draw(st.lists(st.sampled_from(known), unique_by=id)) if known else []
            new = data.draw(random_books(with_locks=False)).observations
            let_finale_tell(database, (*again, *new), set(data.draw(st.lists(st.sampled_from(SKUS)))), day)
            event(f"{'due' if _propose(database) else 'whole'} after {'+'.join(sorted(happened))}")
            assert_all_is_proposed(database)


def _save(database: Database, data: st.DataObject, keys: list[str]) -> None:
    say(database, data.draw(answers(keys)))


def _export(database: Database, data: st.DataObject, keys: list[str]) -> None:
    del keys
    books = load_books(database)
    open_ones = [(one.store, one.settlement_id) for one in books.settlements if one.cogs_entry is EntryStatus.OPEN]
    if open_ones:
        lock(database, frozenset([data.draw(st.sampled_from(open_ones))]))
    _shown_whole(database)


def _chosen(database: Database, data: st.DataObject) -> list[int]:
    with database.reading() as connection:
        waiting = [int(number) for number in true_up_history.pending(connection)["id"]]
    return data.draw(st.lists(st.sampled_from(waiting), unique=True, min_size=1)) if waiting else []


def _accept(database: Database, data: st.DataObject, keys: list[str]) -> None:
    del keys
    books, chosen = load_books(database), _chosen(database, data)
    true_ups.accept_true_ups(database, books, chosen, accounts=Accounts(), lock_date=None, **WHO)
    _shown_whole(database)


def _dismiss(database: Database, data: st.DataObject, keys: list[str]) -> None:
    del keys
    true_ups.dismiss_true_ups(database, load_books(database), _chosen(database, data), "immaterial", **WHO)
    _shown_whole(database)


def _take_up(database: Database, data: st.DataObject, keys: list[str]) -> None:
    del keys
    with database.reading() as connection:
        gone = [int(number) for number in true_up_history.dismissed_true_ups(connection)["id"]]
    if gone:
        chosen = [data.draw(st.sampled_from(gone))]
        true_ups.take_up_true_ups(database, load_books(database), chosen, "a mistake", **WHO)
    _shown_whole(database)


def _elsewhere(database: Database, data: st.DataObject, keys: list[str]) -> None:
    del keys
    books = load_books(database)
    open_ones = [one for one in books.settlements if one.cogs_entry is EntryStatus.OPEN and not books.is_history(one)]
    if open_ones:
        post_elsewhere(database, books, [data.draw(st.sampled_from(open_ones))], "elsewhere", **WHO)
    _shown_whole(database)


def _reopen(database: Database, data: st.DataObject, keys: list[str]) -> None:
    del keys
    held = [one for one in load_books(database).settlements if not one.is_open]
    if held:
        reopen_all(database, [data.draw(st.sampled_from(held))], "typed wrongly", lock_date=None, **WHO)
    _shown_whole(database)


def _shown_whole(database: Database) -> None:
    """Bring the lines along, where they are it is as costing all of them gives; keep them, as a press does."""
    caught = catch_up(database)
    event("brought along" if caught is not None and caught.tables else "costed anew")
    assert_kept_as_costed(database, load_books(database, anew=True))
    keep(database, load_books(database))


DEEDS: dict[Deed, Callable[[Any, st.DataObject, list[str]], None]] = {
    "save": _save,
    "export": _export,
    "accept": _accept,
    "dismiss": _dismiss,
    "elsewhere": _elsewhere,
    "reopen": _reopen,
    "take up": _take_up,
}
