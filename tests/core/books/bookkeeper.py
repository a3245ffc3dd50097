"""What every random history of a company shares: the bookkeeper's deeds, and what her books promise after each of them.

A machine adds the documents that come and the answers that are given, and an oracle of its own for what goods cost.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from pandas.testing import assert_frame_equal

from core.books import batches
from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.line_totals import kept_notes, kept_totals, notes_of
from core.books.costed_lines.stored_lines import every_kept_line, holds_now, keep, kept_lines
from core.books.database.state import state
from core.books.entries import locks, stored_entries
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.overrides.undo import NothingToUndoError, restore_values, undo_last
from core.books.settlements.booked_settlement import EntryStatus
from core.books.settlements.removing import remove_settlements
from core.books.true_ups import cost_comparison, true_up_history, true_ups
from core.books.verification.altered_row_words import altered_tie_outs
from core.books.verification.altered_rows import find_altered
from core.books.verification.listed_lines import listed_tie_outs
from core.books.verification.verification import company_tie_outs, read_evidence, tie_outs
from core.frame_columns import records
from core.journal.accounts import Accounts
from core.journal.entry import EntryKind
from core.line_types import LineType
from core.model import Event
from core.money import cents, total
from tests.core.books.months_read_alone import assert_months_are_read_alone
from tests.core.books.reopening_one import reopen
from tests.core.books.true_ups.proposals import propose

if TYPE_CHECKING:
    from datetime import date

    from core.books.books import Books
    from core.books.database import Database
    from core.books.settlements.booked_settlement import BookedSettlement


Row = dict[str, Any]
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
WHO: dict[str, Any] = {"who": "M. Lee", "now": NOW}
INVENTORY = {
    Accounts().of(side, store="US", currency="USD").name
    for side in (LineType.INVENTORY_OUT, LineType.INVENTORY_IN, LineType.INVENTORY_LOST)
}
FIGURES = ("unit_cost", "cogs", "cost_quantity", "disposition", "event")
OPEN = (EntryStatus.OPEN, EntryStatus.OPEN)


def so_many(examples: int, steps: int) -> settings:
    """Return how many histories are drawn, and how long they are."""
    return settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )


@dataclass
class Deed:
    """A save or a restore of one line, which may be taken back."""

    batch: int
    line: str
    before: Any
    after: Any
    is_undone: bool = False


def assert_kept_as_costed(database: Database, books: Books) -> bool:
    """Check that kept lines, where they are said to hold, are those of the full costing; tell whether they hold."""
    holds = assert_whole_as_costed(database, books)
    with database.reading() as connection:
        kept = kept_lines(connection, books.settlements)
    if kept is not None:
        assert_frame_equal(kept, books.lines_of_all(books.settlements).reset_index(drop=True))
        assert all(one.ok for one in listed_tie_outs(database, books)), "what Resolve lists is what is asked"
    return holds


def assert_whole_as_costed(database: Database, books: Books) -> bool:
    """Check the same of kept lines as they are read all at once, and of their sums, in a third of the time."""
    with database.reading() as connection:
        if not holds_now(connection):
            return not books.settlements
        loaded = every_kept_line(connection, books.costing_input)
        totals, notes = kept_totals(connection), kept_notes(connection)
    assert {one.id: books.totals(one) for one in books.settlements} == totals
    assert not notes or notes == notes_of(books)
    assert loaded is not None, "lines that are read are those that were kept, bit by bit"
    assert_frame_equal(books.lines, loaded)
    return True


DEEDS_A_CHECK = 3
"""The product's own check takes many times as long as a deed and all that is held after it."""


class LoadsOnce:
    """Loads the books of a machine, again only when their file has changed: a step's time goes on little else.

    Their lines are kept each time, and what is kept and said to hold is what a full costing gives, after every step;
    after some, also as it is read by settlement and for sheet Resolve.
    """

    database: Database
    folder: tempfile.TemporaryDirectory[str]
    _held: tuple[object, Books] | None = None
    _loaded = 0

    def load(self) -> Books:
        """Return the books as they are now."""
        if self._held is None or self._held[0] != self._stamp():
            books = load_books(self.database, anew=True)
            catch_up(self.database)
            self._loaded += 1
            holds = assert_whole_as_costed if self._loaded % DEEDS_A_CHECK else assert_kept_as_costed
            if not holds(self.database, books):
                keep(self.database, books)
                assert holds(self.database, books), "what was just loaded is kept"
            self._held = self._stamp(), books
        return self._held[1]

    def _stamp(self) -> tuple[object, ...]:
        """Return what differs once something was written; two writings may fall into one tick of the file's clock."""
        files = (Path(self.folder.name) / name for name in ("books.sqlite", "books.sqlite-wal"))
        with self.database.reading() as connection:
            now = state(connection)
        return now, *((one.stat().st_mtime_ns, one.stat().st_size) for one in files if one.exists())


class Bookkeeper(LoadsOnce, RuleBasedStateMachine):
    """A bookkeeper whose entries go out, are trued up, reopened, removed and brought back."""

    lock_date: date | None = None
    _seen: Books | None = None
    _unchecked = 0
    """Deeds that changed the books since they were verified."""

    def open_folder(self) -> Path:
        """Begin: return the folder for the books, with nothing known of them."""
        self.folder = tempfile.TemporaryDirectory()
        self.locked: dict[str, tuple[Any, ...]] = {}
        """The figures with which lines went out."""
        self.ever_dismissed = False
        self.removals: list[tuple[int, str]] = []
        """Removals that can be undone: the batch, and the settlement's store and id."""
        self.said: dict[str, Any] = {}
        """What was saved of each line, by a name that the machine gives it."""
        self.deeds: list[Deed] = []
        return Path(self.folder.name)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            if self._unchecked and sys.exc_info()[0] is None:
                self.verify(self.load())
            self.database.close()
            self.folder.cleanup()

    @rule(data=st.data())
    def export(self, data: st.DataObject) -> None:
        books = self.load()
        ready = [one for one in books.settlements if books.state(one).status == "Ready to export"]
        if ready:
            self.export_one(books, data.draw(st.sampled_from(ready)))

    @rule()
    def export_all(self) -> None:
        for one in self.load().settlements:
            books = self.load()
            if books.state(one).status == "Ready to export":
                self.export_one(books, one)

    @rule(data=st.data())
    def export_costs_alone(self, data: st.DataObject) -> None:
        books = self.load()
        ready = [one for one in books.settlements if books.state(one).cogs_status == "Ready" and one.ties_out]
        if ready:
            self.export_one(books, data.draw(st.sampled_from(ready)), EntryKind.COGS)

    @rule(data=st.data())
    def export_the_money_alone(self, data: st.DataObject) -> None:
        books = self.load()
        waiting = [one for one in books.settlements if self.may_pay(books, one)]
        if waiting:
            self.export_one(books, data.draw(st.sampled_from(waiting)), EntryKind.SETTLEMENT)

    def may_pay(self, books: Books, one: BookedSettlement) -> bool:
        """Tell whether a settlement entry can go out: every word of it is known, and it lies in these books."""
        words = set(books.lines_of(one)["event"])
        is_open = one.settlement_entry is EntryStatus.OPEN and one.cogs_entry is EntryStatus.OPEN
        return is_open and one.ties_out and Event.OTHER not in words and not books.is_history(one)

    def export_one(self, books: Books, chosen: BookedSettlement, *kinds: EntryKind) -> None:
        """Export a settlement, both its entries unless one kind is named."""
        wanted = kinds or (EntryKind.SETTLEMENT, EntryKind.COGS)
        options = ExportOptions(kinds=wanted, accept_suspect=True, accept_provisional=True, lock_date=self.lock_date)
        made = export_settlement(self.database, books, chosen, options, **WHO)
        assert all(self.lock_date is None or one.day > self.lock_date for one in made.entries), "into an open period"
        if made.is_locked:
            for row in records(books.lines_of(chosen)):
                self.locked[row["key"]] = tuple(row[name] for name in FIGURES)

    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        books = self.load()
        out = [one for one in books.settlements if (one.settlement_entry, one.cogs_entry) != OPEN]
        if out:
            chosen = data.draw(st.sampled_from(out))
            made = reopen(self.database, chosen, "wrong bill", lock_date=self.lock_date, **WHO)
            assert all(self.lock_date is None or one.entry_date > self.lock_date for one in made)
            for key in books.lines_of(chosen)["key"]:
                self.locked.pop(key, None)

    @rule()
    def accept_all(self) -> None:
        waiting = self.propose()
        if waiting:
            books = self.load()
            true_ups.accept_true_ups(
                self.database, books, waiting, accounts=books.accounts, lock_date=self.lock_date, **WHO
            )
        assert [] == self.propose(), "what was accepted leaves nothing over"

    @rule(data=st.data())
    def dismiss_some(self, data: st.DataObject) -> None:
        waiting = self.propose()
        if waiting:
            chosen = data.draw(st.lists(st.sampled_from(waiting), unique=True, min_size=1))
            true_ups.dismiss_true_ups(self.database, self.load(), chosen, "immaterial", **WHO)
            self.ever_dismissed = True

    def propose(self) -> list[int]:
        """Propose what differs, and return what is pending."""
        propose(self.database, self.load)
        with self.database.reading() as connection:
            return [int(number) for number in true_up_history.pending(connection)["id"]]

    @rule(data=st.data(), undone=st.booleans())
    def remove(self, data: st.DataObject, undone: bool) -> None:  # noqa: FBT001 - drawn
        """Take a settlement out of the books; brought back it is as it was, answers and costs included."""
        before = self.load()
        free = [one for one in before.settlements if one.is_open]
        if not free:
            return
        chosen = data.draw(st.sampled_from(free))
        remove_settlements(self.database, before, [chosen], **WHO)
        assert chosen.name not in {one.name for one in self.load().settlements}
        if undone:
            with self.database.reading() as connection:
                removal = batches.last(connection)
            assert removal == undo_last(self.database, **WHO).undone
            assert by_key(before) == by_key(self.load()), "a removal that is undone leaves nothing behind"
        else:
            with self.database.reading() as connection:
                self.removals.append((batches.last(connection), chosen.name))
            self.is_removed(chosen)

    def is_removed(self, chosen: BookedSettlement) -> None:
        """Note that a settlement is gone, until its removal is undone or its file imported again."""

    def is_back(self, name: str) -> None:
        """Note that a removal was undone."""

    def removals_to_undo(self) -> list[tuple[int, str]]:
        """Return the removals that can be undone: one whose settlement came in again since cannot."""
        there = {one.name for one in self.load().settlements}
        self.removals = [one for one in self.removals if one[1] not in there]
        return self.removals

    def there(self, line: str) -> Row | None:
        """Return the line of the books that a machine calls so, if it is in them."""
        raise NotImplementedError

    def note(self, line: str, after: Any) -> None:
        """Note that an answer was saved or brought back, in the newest batch."""
        with self.database.reading() as connection:
            self.deeds.append(Deed(batches.last(connection), line, self.said.get(line), after))
        self.said[line] = after

    def undo_as_expected(self) -> None:
        """Take back the newest save, restore or removal that is not taken back yet; of a locked line nothing."""
        removals, left = self.removals_to_undo(), [one for one in self.deeds if not one.is_undone]
        if not left and not removals:
            with pytest.raises(NothingToUndoError):
                undo_last(self.database, **WHO)
            return
        undone = undo_last(self.database, **WHO)
        if removals and (not left or removals[-1][0] > left[-1].batch):
            batch, name = removals.pop()
            assert undone.undone == batch
            self.is_back(name)
            return
        newest = left[-1]
        assert undone.undone == newest.batch
        row = self.there(newest.line)
        if row is not None and row["key"] in self.locked:
            assert undone.keys == (), "what is locked stays, and can be undone once it is free"
            return
        newest.is_undone = True
        self.said[newest.line] = newest.before

    def restore_as_expected(self, data: st.DataObject) -> None:
        """Bring any saved value back, however often it was taken back or saved over."""
        deed = data.draw(st.sampled_from(self.deeds)) if self.deeds else None
        row = self.there(deed.line) if deed else None
        if deed is None or row is None:
            return
        done = restore_values(self.database, [(deed.batch, row["key"])], **WHO)
        assert bool(done.skipped) == (row["key"] in self.locked)
        if done.keys:
            self.note(deed.line, deed.after)

    def counts(self, row: Row) -> bool:  # noqa: ARG002 - a machine that has a books start tells
        """Tell whether a line of the books is posted by them."""
        return True

    def verify_names_nothing(self, books: Books) -> None:
        """Hold the product's own check after some deeds that changed the books, and where a history ends."""
        self._unchecked += books is not self._seen
        self._seen = books
        if self._unchecked == DEEDS_A_CHECK:
            self.verify(books)

    def verify(self, books: Books) -> None:
        """Hold that the product's own check has nothing to name, whatever happened."""
        self._unchecked = 0
        assert_months_are_read_alone(self.database, books)
        held = read_evidence(self.database)
        options = ExportOptions(zones=books.zones)
        found = [one for each in books.settlements for one in tie_outs(self.database, books, each, options, held)]
        found += company_tie_outs(self.database, books, held)
        found += altered_tie_outs(find_altered(self.database))
        assert [] == [one.sentence for one in found if not one.ok]

    def what_went_out_stands(self, books: Books) -> None:
        """Hold that no locked line, no lock and no word of an exported entry has changed."""
        lines = {row["key"]: row for row in records(books.lines)}
        for key, figures in self.locked.items():
            assert figures == tuple(lines[key][name] for name in FIGURES), "a locked line never changes"
        with self.database.reading() as connection:
            for one in books.settlements:
                lines_of_it = books.lines_of(one)  # a payout's own row takes their sum away
                assert one.sum == total(lines_of_it.loc[lines_of_it["event"] != Event.PAYOUT, "net"])
                assert not locks.find(connection, one) or [] == locks.verify(connection, one, books.lines_of(one))
                if one.settlement_entry is EntryStatus.EXPORTED:
                    assert Event.OTHER not in set(books.lines_of(one)["event"]), "no entry goes out with an asked word"

    def what_is_posted_is_what_is_held(self, books: Books, journal: list[Row]) -> None:
        """Hold that stock went down by what the locked lines hold, and that the journal balances."""
        counted = (row for row in records(books.lines) if self.counts(row))
        place = {row["key"]: (row["store"], row["settlement_id"]) for row in counted}
        held: dict[Any, Decimal] = {}
        for row in cost_comparison.held_lines(books):
            if row["key"] in place:
                held[place[row["key"]]] = held.get(place[row["key"]], Decimal(0)) + (row["cogs"] or 0)
        out_of_stock = -sum((row["amount"] for row in journal if row["account"] in INVENTORY), Decimal(0))
        assert sum((cents(one) for one in held.values()), Decimal(0)) == out_of_stock
        assert sum((row["amount"] for row in journal), Decimal(0)) == 0

    def journal(self) -> list[Row]:
        """Return the journal's lines."""
        with self.database.reading() as connection:
            return records(stored_entries.journal(connection))


def by_key(books: Books) -> dict[str, Row]:
    """Return the lines of books by their key."""
    return {row["key"]: row for row in records(books.lines)}
