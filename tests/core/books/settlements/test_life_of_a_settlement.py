"""From import to export and what comes after: the lock, true-ups, undo, reopening. Against real books on disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Database
from core.books.entries import locks, stored_entries
from core.books.entries.exporting import AlreadyExportedError, ExportOptions, NotReadyError, export_settlement
from core.books.entries.reopening import ReopenReasonError
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer, Ruling
from core.books.overrides.saving import Saving, save_answers
from core.books.overrides.undo import NothingToUndoError, undo_last
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import Import
from core.books.syncing import stored_observations
from core.books.true_ups import cost_comparison, true_up_history, true_ups
from core.books.true_ups.true_ups import NoReasonError
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.journal.accounts import Accounts
from core.journal.entry import EntryKind
from core.marketplaces import read_file
from core.model import Cause, CostSource, ObservationKind
from tests.core.books.importing.test_importing import v2_file
from tests.core.books.reopening_one import reopen
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement, OriginalFile


NOW = datetime(2026, 9, 20, 9, tzinfo=UTC)
ME = {"who": "M. Lee", "now": NOW}


@dataclass(frozen=True)
class Ledger:
    """Books with one settlement of two orders of one mug each, and the deeds of a bookkeeper."""

    database: Database

    @property
    def books(self) -> Books:
        return load_books(self.database)

    @property
    def settlement(self) -> BookedSettlement:
        return self.books.settlements[0]

    def finale_says(self, *costs: str | None) -> None:
        """Let Finale know the cost of each order; `None` is not yet."""
        rows = [
            {
                "kind": ObservationKind.ORDER,
                "order_id": f"111-{number}",
                "product_id": "MUG",
                "unit_cost": None if cost is None else Decimal(cost),
                "cause": Cause.COST_BLANK if cost is None else None,
                "currency": "USD",
                "units": 1,
                "record_date": "2026-08-04",
                "fetched_at": NOW,
            }
            for number, cost in enumerate(costs)
        ]
        product = {"sku": "MUG", "product_id": "MUG", "units": 1, "rule": "product id", "fetched_at": NOW}
        with self.database.writing() as connection:
            batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
            sku_mapping.add(connection, frame(MAPPING_COLUMNS, [product]), batch, NOW)
            stored_observations.add(connection, frame(OBSERVATION_COLUMNS, rows), batch, NOW)

    def key(self, order: int) -> str:
        lines = self.books.lines
        return str(lines.loc[lines["order_id"] == f"111-{order}", "key"].iloc[0])

    def save(self, order: int, cost: str, proposed: str | None = None) -> Saving:
        """Answer for an order; a cost that equals its proposal is accepted."""
        version = self.books.costing_input.overrides
        assert version is not None
        known = version.loc[version["key"] == self.key(order), "version"]
        answer = Answer(
            self.key(order),
            int(known.iloc[0]) if len(known) else 0,
            Decimal(cost),
            None if proposed is None else Decimal(proposed),
        )
        return save_answers(
            self.database,
            self.books,
            [answer],
            settlement_ids=None,
            accept_proposals=True,
            **ME,  # type: ignore[arg-type]  # who and when
        )

    def export(self, *kinds: EntryKind, lock_date: date | None = None) -> None:
        options = ExportOptions(kinds=kinds or tuple(EntryKind)[:2], lock_date=lock_date)
        export_settlement(self.database, self.books, self.settlement, options, **ME)  # type: ignore[arg-type]  # who and when

    def cogs(self) -> list[Decimal | None]:
        """Return the COGS of every line; `None` is missing."""
        return [row["cogs"] for row in records(self.books.lines[["cogs"]])]

    def posted(self) -> Decimal:
        """Return what the accounting system has as cost of goods sold."""
        with self.database.reading() as connection:
            journal = stored_entries.journal(connection)
        return sum(journal.loc[journal["account"] == "Cost of Goods Sold", "amount"], Decimal(0))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        file: OriginalFile = v2_file("1", "20.00", "20.00", total="40.00")
        import_file(database, read_file(file.content), file, store=None, **ME)  # type: ignore[arg-type]  # who and when
        made = Ledger(database)
        made.finale_says("4.00", None)
        yield made


@pytest.mark.long
def test_missing_costs_hold_up_only_the_cogs_entry(ledger: Ledger) -> None:
    """The deposit can be booked today; COGS waits."""
    with pytest.raises(NotReadyError, match=r"Item missing cost.* alone can go out today") as refused:
        ledger.export()
    with pytest.raises(NotReadyError, match="Item missing cost") as of_cogs:
        ledger.export(EntryKind.COGS)

    ledger.export(EntryKind.SETTLEMENT)

    with pytest.raises(NotReadyError, match="Item missing cost") as later:
        ledger.export()
    assert (True, False, False) == (refused.value.only_costs, of_cogs.value.only_costs, later.value.only_costs)
    assert all("alone can go out" not in str(one.value) for one in (of_cogs, later))

    assert ledger.books.state(ledger.settlement).status == "Settlement exported; Item missing cost (1)"
    ledger.save(1, "5.00")
    ledger.export(EntryKind.COGS)
    assert ledger.books.state(ledger.settlement).status == "Exported"
    assert Decimal("9.00") == ledger.posted()


def test_an_exported_settlement_never_changes_by_itself(ledger: Ledger) -> None:
    """A later cost from Finale and a later answer leave its lines as they were exported."""
    ledger.finale_says("4.00", "5.00")
    ledger.export()

    ledger.finale_says("7.77", "8.88")
    refused = ledger.save(0, "9.99").with_ruling(Ruling.REFUSED)

    assert [Decimal("4.00"), Decimal("5.00")] == ledger.cogs()
    assert "locked" in refused[0].reason
    assert {CostSource.LOCKED} == set(ledger.books.lines["cost_source"])
    with ledger.database.reading() as connection:
        assert [] == locks.verify(connection, ledger.settlement)
    with pytest.raises(AlreadyExportedError):
        ledger.export()


@pytest.mark.long
def test_an_exported_settlement_is_imported_again_without_any_change(ledger: Ledger) -> None:
    """The same file is known; another one of the same settlement is named, and what went out stays to the cent."""
    ledger.save(1, "5.00")
    ledger.export()
    before = (ledger.cogs(), ledger.posted(), records(ledger.books.lines), ledger.settlement)
    same, other = v2_file("1", "20.00", "20.00", total="40.00"), v2_file("1", "20.00", "25.00", "9.00", total="54.00")

    (again,), (changed,) = (
        import_file(ledger.database, read_file(file.content), file, store=None, **ME).settlements  # type: ignore[arg-type]  # who and when
        for file in (same, other)
    )

    assert (Import.ALREADY_IMPORTED, False) == (again.result, again.needs_attention)
    assert (Import.CONFLICT, True) == (changed.result, changed.needs_attention)
    assert "its lines stay as they were exported (the books have 40.00 USD, this file 54.00 USD)" in changed.reason
    assert "reopen the settlement, remove it and import the file again" in changed.reason
    assert before == (ledger.cogs(), ledger.posted(), records(ledger.books.lines), ledger.settlement)
    with ledger.database.reading() as connection:
        assert [] == locks.verify(connection, ledger.settlement)


@pytest.mark.long
def test_a_late_cost_becomes_a_true_up_of_the_exact_difference(ledger: Ledger) -> None:
    """It is proposed once, posted when accepted, and then the books agree with Finale."""
    ledger.save(1, "5.00")
    ledger.export()
    ledger.finale_says("4.00", "5.25")
    assert cost_comparison.differences(ledger.books).empty, "the saved override holds until somebody takes it back"
    ledger.finale_says("4.10", "5.25")

    first = true_ups.propose_true_ups(ledger.database, ledger.books, **ME)  # type: ignore[arg-type]  # who and when
    again = true_ups.propose_true_ups(ledger.database, ledger.books, **ME)  # type: ignore[arg-type]  # who and when
    with ledger.database.reading() as connection:
        (number,) = true_up_history.pending(connection)["id"]
    accepted = true_ups.accept_true_ups(
        ledger.database,
        ledger.books,
        [number],
        accounts=Accounts(),
        lock_date=date(2026, 9, 30),
        **ME,  # type: ignore[arg-type]  # who and when
    )

    assert (1, 0) == (first.new, again.new)
    assert [date(2026, 10, 1)] == [entry.day for entry in accepted.entries]
    assert Decimal("9.10") == ledger.posted()
    assert cost_comparison.differences(ledger.books).empty
    assert [Decimal("4.00"), Decimal("5.00")] == ledger.cogs(), "what was locked stays as it was exported"


@pytest.mark.long
def test_a_locked_estimate_is_trued_up_when_its_bill_arrives(ledger: Ledger) -> None:
    """An accepted average was only ever an estimate; a cost that was entered is nobody's estimate."""
    ledger.save(1, "5.00", proposed="5.00")
    ledger.export()
    assert cost_comparison.differences(ledger.books).empty

    ledger.finale_says("4.00", "5.30")

    assert [Decimal("0.30")] == cost_comparison.differences(ledger.books)["difference"].to_list()


@pytest.mark.long
def test_a_dismissed_true_up_needs_a_reason_and_does_not_come_back(ledger: Ledger) -> None:
    """Only another difference is proposed again."""
    ledger.finale_says("4.00", "5.00")
    ledger.export()
    ledger.finale_says("4.10", "5.00")
    true_ups.propose_true_ups(ledger.database, ledger.books, **ME)  # type: ignore[arg-type]  # who and when
    with ledger.database.reading() as connection:
        numbers = true_up_history.pending(connection)["id"].to_list()

    with pytest.raises(NoReasonError):
        true_ups.dismiss_true_ups(ledger.database, ledger.books, numbers, "  ", **ME)  # type: ignore[arg-type]  # who and when
    true_ups.dismiss_true_ups(ledger.database, ledger.books, numbers, "immaterial", **ME)  # type: ignore[arg-type]  # who and when

    assert true_ups.propose_true_ups(ledger.database, ledger.books, **ME).new == 0  # type: ignore[arg-type]  # who and when
    ledger.finale_says("4.20", "5.00")
    assert true_ups.propose_true_ups(ledger.database, ledger.books, **ME).new == 1  # type: ignore[arg-type]  # who and when


@pytest.mark.long
def test_undo_takes_the_last_save_back_as_a_new_batch(ledger: Ledger) -> None:
    """The line is missing again, and the journal keeps both."""
    ledger.save(1, "5.00")

    undone = undo_last(ledger.database, **ME)  # type: ignore[arg-type]  # who and when

    assert (ledger.key(1),) == undone.keys
    assert [Decimal("4.00"), None] == ledger.cogs()
    with pytest.raises(NothingToUndoError):
        undo_last(ledger.database, **ME)  # type: ignore[arg-type]  # who and when


@pytest.mark.long
def test_reopening_reverses_what_was_posted_and_starts_a_new_revision(ledger: Ledger) -> None:
    """It needs a reason; after it the same export posts under new keys, and the total is right again."""
    ledger.finale_says("4.00", "5.00")
    ledger.export()
    settlement = ledger.settlement

    with pytest.raises(ReopenReasonError):
        reopen(ledger.database, settlement, "", lock_date=None, **ME)  # type: ignore[arg-type]  # who and when
    made = reopen(ledger.database, settlement, "wrong bill", lock_date=date(2026, 8, 31), **ME)  # type: ignore[arg-type]  # who and when

    assert {EntryKind.REVERSAL} == {entry.kind for entry in made}
    assert {date(2026, 9, 1)} == {entry.entry_date for entry in made}
    assert Decimal(0) == ledger.posted()
    ledger.finale_says("4.50", "5.00")
    ledger.export()
    assert Decimal("9.50") == ledger.posted()
    with ledger.database.reading() as connection:
        keys = [entry.key for entry in stored_entries.of_settlement(connection, settlement.id)]
    assert len(keys) == len(set(keys))
    assert any(key.endswith("r2") for key in keys)


@pytest.mark.long
def test_an_export_into_a_closed_period_is_dated_on_the_first_open_day(ledger: Ledger) -> None:
    """The lock date on Setup closes what lies before it."""
    ledger.finale_says("4.00", "5.00")
    ledger.export(lock_date=date(2026, 8, 31))

    with ledger.database.reading() as connection:
        dates = {entry.entry_date for entry in stored_entries.of_settlement(connection, ledger.settlement.id)}
    assert {date(2026, 9, 1)} == dates


@pytest.mark.long
def test_two_people_saving_the_same_row_one_wins_and_the_other_sees_why(ledger: Ledger) -> None:
    """The second one's books were loaded before the first one saved."""
    stale = ledger.books
    ledger.save(1, "5.00")
    answer = Answer(ledger.key(1), 0, Decimal("6.00"), None)

    late = save_answers(
        ledger.database, stale, [answer], settlement_ids=None, accept_proposals=False, who="A. Kim", now=NOW
    )

    (refused,) = late.with_ruling(Ruling.REFUSED)
    assert "changed by another user: now 5.00, saved by M. Lee at 09:00" in refused.reason
    assert Decimal("5.00") == ledger.cogs()[1]
    assert replace(answer) == refused.answer


@pytest.mark.long
def test_a_row_exported_meanwhile_is_refused_though_the_books_were_loaded_before(ledger: Ledger) -> None:
    """Somebody locks the settlement between the load and the save: the lock wins, and nothing is stored."""
    ledger.finale_says("4.00", "5.00")
    stale = ledger.books
    ledger.export()
    answer = Answer(ledger.key(1), 0, Decimal("6.00"), None)

    late = save_answers(
        ledger.database, stale, [answer], settlement_ids=None, accept_proposals=False, who="A. Kim", now=NOW
    )

    assert ["the settlement is exported and locked: its costs change by true-up only"] == [
        decision.reason for decision in late.with_ruling(Ruling.REFUSED)
    ]
    assert ledger.books.overrides.empty


@pytest.mark.long
def test_two_people_saving_all_rows_at_once_lose_nothing(ledger: Ledger, tmp_path: Path) -> None:
    """Two connections at the same moment: of each row one wins, and the other reads which cost is there now."""
    keys = [ledger.key(0), ledger.key(1)]
    ready = Barrier(2)

    def save(who: str, cost: str) -> Saving:
        with Database.open(str(tmp_path / "books.sqlite")) as database:
            books = load_books(database)
            ready.wait(timeout=30)
            answers = [Answer(key, 0, Decimal(cost), None) for key in keys]
            return save_answers(database, books, answers, settlement_ids=None, accept_proposals=False, who=who, now=NOW)

    with ThreadPoolExecutor(2) as people:
        both = [people.submit(save, who, cost) for who, cost in (("M. Lee", "5.00"), ("A. Kim", "6.00"))]
        savings = [one.result() for one in both]

    saved = {(row["unit_cost"], row["saved_by"]) for row in records(ledger.books.overrides)}
    refused = [decision for saving in savings for decision in saving.with_ruling(Ruling.REFUSED)]
    assert sorted(keys) == sorted(d.answer.key for saving in savings for d in saving.with_ruling(Ruling.SAVE))
    ((cost, winner),) = saved
    assert 2 == len(refused)
    assert {f"changed by another user: now {cost:.2f}, saved by {winner} at 09:00 on 2026-09-20"} == {
        decision.reason for decision in refused
    }
    assert {Decimal("5.00"), Decimal("6.00")} - {cost} == {decision.answer.cost for decision in refused}
