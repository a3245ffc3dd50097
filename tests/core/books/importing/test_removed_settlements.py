"""A settlement or a store is removed, and comes back with what was answered of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.importing import pulling
from core.books.importing.pulling import PulledDocument, PullOutcome
from core.books.loading import load_books
from core.books.overrides.undo import NothingToUndoError, undo_last
from core.books.settings import stores
from core.books.settings.stores import Store, StoreUnknownError
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import EntryStatus, Import
from core.books.settlements.removing import NotRemovableError, StoreInUseError, remove_settlements, remove_store
from core.frame_columns import records
from core.model import Marketplace
from tests.core.books.importing.payout_files import NOW, WHO, bring_in, give_costs, lines_of, only
from tests.core.books.importing.test_importing import v2_file
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


@pytest.mark.long
def test_a_removed_settlement_comes_back_with_its_answers(database: Database) -> None:
    """Undo brings back its lines, its files and what was saved for them."""
    file = v2_file("1", "10.00", "5.00", total="15.00")
    bring_in(database, file)
    give_costs(database)
    before = load_books(database).lines
    (removed,) = remove_settlements(database, load_books(database), [only(database)], **WHO)
    gone = load_books(database)
    undone = undo_last(database, **WHO)

    assert (2, 2, ()) == (removed.lines, removed.answers, removed.orphans)
    assert (0, ()) == (len(gone.lines), gone.settlements)
    assert 2 == len(undone.keys)
    assert records(before) == records(load_books(database).lines)
    assert bring_in(database, file).result is Import.ALREADY_IMPORTED


@pytest.mark.long
def test_a_removed_settlement_can_be_imported_again(database: Database) -> None:
    """What was saved for its lines holds again; the removal itself cannot be undone any more."""
    file = v2_file("1", "10.00", "5.00", total="15.00")
    bring_in(database, file)
    give_costs(database)
    remove_settlements(database, load_books(database), [only(database)], **WHO)

    assert bring_in(database, file).result is Import.NEW
    assert [Decimal(5)] * 2 == load_books(database).lines["unit_cost"].to_list()
    undo_last(database, **WHO)  # the save
    assert 2 == len(lines_of(database))
    with pytest.raises(NothingToUndoError):
        undo_last(database, **WHO)


@pytest.mark.few(1)
@pytest.mark.parametrize("entry", ["settlement_entry", "cogs_entry"])
@pytest.mark.parametrize("status", [EntryStatus.EXPORTED, EntryStatus.POSTED_ELSEWHERE])
def test_what_has_gone_out_is_not_removed(database: Database, entry: str, status: EntryStatus) -> None:
    """Not even where only one of the two entries is out."""
    bring_in(database, v2_file("1", "10.00", total="10.00"))
    with database.writing() as connection:
        stored_settlements.set_status(connection, only(database), **{entry: status})

    with pytest.raises(NotRemovableError, match=str(status)):
        remove_settlements(database, load_books(database), [only(database)], **WHO)
    assert 1 == len(lines_of(database))


@pytest.mark.long
def test_removing_says_whose_refunds_lose_their_original(database: Database) -> None:
    """The refund in the next settlement took the sale's cost."""
    bring_in(database, v2_file("1", "10.00", total="10.00"))
    give_costs(database)
    refund = v2_file("2", "-10.00", total="-10.00")
    refund = replace(refund, content=refund.content.replace(b"\tOrder\t", b"\tRefund\t").replace(b"\tS0\t", b"\t\t"))
    bring_in(database, refund)
    books = load_books(database)
    (removed,) = remove_settlements(database, books, books.named(["1"]), **WHO)

    assert [("Amazon", "2", 1)] == [(one.store, one.settlement_id, one.lines) for one in removed.orphans]


def test_a_removed_document_is_pulled_again(database: Database) -> None:
    """A final document is fetched once; removing its settlement is how it is fetched anew."""
    file = v2_file("1", "10.00", total="10.00")
    bring_in(database, file)
    note = PulledDocument("Amazon", "D1", "1.txt", True, file.sha256, PullOutcome.IMPORTED, NOW)  # noqa: FBT003 - final
    with database.writing() as connection:
        pulling.remember_document(connection, note)
        before = pulling.known_documents(connection, "Amazon")
    remove_settlements(database, load_books(database), [only(database)], **WHO)
    with database.reading() as connection:
        assert ({"D1"}, set()) == (before, pulling.known_documents(connection, "Amazon"))


def test_a_store_without_settlements_can_be_removed(database: Database) -> None:
    """One with settlements cannot, an unknown one neither; importing for it puts it into the books again."""
    file = v2_file("1", "10.00", total="10.00")
    bring_in(database, file, store="Typo")
    with pytest.raises(StoreInUseError, match="settlements of it \\(1\\)"):
        remove_store(database, "Typo", **WHO)
    with pytest.raises(StoreUnknownError, match="“Typo”"):
        remove_store(database, "Amazon", **WHO)
    remove_settlements(database, load_books(database), [only(database)], **WHO)
    remove_store(database, "Typo", **WHO)

    assert () == load_books(database).stores
    undo_last(database, **WHO)  # the removed settlement comes back, and its store with it
    assert ["Typo"] == [store.name for store in load_books(database).stores]


def test_a_removal_is_not_undone_over_what_was_imported_in_its_place(database: Database) -> None:
    """Removed from the wrong store and imported for the right one: bringing it back would count it twice."""
    file = v2_file("1", "10.00", total="10.00")
    bring_in(database, file, store="Typo")
    remove_settlements(database, load_books(database), [only(database)], **WHO)
    assert "Amazon" == bring_in(database, file, store="Amazon").store

    with pytest.raises(NothingToUndoError):
        undo_last(database, **WHO)
    assert 1 == len(lines_of(database))


def test_an_empty_store_may_change_its_marketplace_by_being_removed(database: Database) -> None:
    """Typed for the wrong marketplace and never used, its name is free again."""
    with database.writing() as connection:
        stores.ensure(connection, Store("Shop", Marketplace.WALMART))
        stores.remove(connection, "Shop", batches.new(connection, BatchKind.REMOVE, "M. Lee", NOW))
        stores.ensure(connection, Store("Shop", Marketplace.AMAZON))
        assert [Store("Shop", Marketplace.AMAZON)] == stores.all_stores(connection)
