from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from core.books.database.errors import UnstorableValueError
from core.books.settings import stores
from core.books.settings.stores import Store, StoreMarketplaceError
from core.books.settlements import original_files, settlement_lines, stored_settlements
from core.books.settlements.booked_settlement import EntryStatus, Import, OriginalFile, SettlementKind
from core.frame_columns import TRANSACTION_COLUMNS, frame
from core.model import Marketplace
from tests.core.books.examples import NOW, STORE, save_settlement, settlement, source, transaction

if TYPE_CHECKING:
    from core.books.database import Database
    from core.books.settlements.booked_settlement import BookedSettlement


VIEW = SettlementKind.VIEW


def booked(database: Database) -> list[BookedSettlement]:
    """Return every settlement of the books."""
    with database.reading() as connection:
        return stored_settlements.booked_settlements(connection)


def lines(database: Database) -> pd.DataFrame:
    """Return every transaction of the books."""
    with database.reading() as connection:
        return settlement_lines.stored_transactions(connection)


def test_a_settlement_comes_back_whole(database: Database) -> None:
    """Header, transactions, problems and original bytes come back as they were read."""
    read = settlement()
    with database.writing() as connection:
        imported = save_settlement(connection, read, source(b"bytes \xff\x00"))
    with database.reading() as connection:
        back = stored_settlements.find(connection, STORE, "S1")
        problems = stored_settlements.problems(connection, imported.settlement)
        original = original_files.original(connection, imported.settlement.sha256)
        transactions = settlement_lines.stored_transactions(connection)

    assert (Import.NEW, None, imported.settlement) == (imported.outcome, imported.former_lines, back)
    header = ("settlement_id", "marketplace", "currency", "total", "sum", "ties_out", "lines")
    assert [getattr(read, name) for name in header] == [getattr(back, name) for name in header]
    assert (read.period_start, read.period_end, None) == (
        imported.settlement.period_start,
        imported.settlement.period_end,
        imported.settlement.deposit_at,
    )
    assert list(read.problems) == problems
    assert OriginalFile("Settlement ü.txt", b"bytes \xff\x00") == original
    pd.testing.assert_frame_equal(read.transactions, transactions)


def test_awkward_ids_stay_as_they_are(database: Database) -> None:
    """SKUs and ids are kept letter by letter; what is missing stays missing, and empty text stays empty."""
    rows = [
        transaction("a", sku="00123 _AU", order_id="=1+1"),
        transaction("b", sku="NA", order_id="", adjustment_id=None, quantity=None, posted_at=None),
        transaction("c", sku="ÄÖ-東京-\U0001f600", order_id=None, quantity=-3, net=Decimal("-999999999999.999999")),
    ]
    read = replace(settlement(), transactions=frame(TRANSACTION_COLUMNS, rows))
    with database.writing() as connection:
        save_settlement(connection, read)

    back = lines(database).set_index("key").loc[["a", "b", "c"]].reset_index()
    pd.testing.assert_frame_equal(read.transactions, back)


def test_a_settlement_without_total_or_lines(database: Database) -> None:
    """A source without a total of its own stores none, and a settlement may have no lines."""
    with database.writing() as connection:
        save_settlement(connection, settlement(keys=(), total=None, sum=Decimal(0), problems=()))

    assert ([None], 0) == ([one.total for one in booked(database)], len(lines(database)))


def test_the_same_file_again(database: Database) -> None:
    """The same settlement from the same bytes is already imported, and nothing doubles."""
    with database.writing() as connection:
        first = save_settlement(connection)
        again = save_settlement(connection)

    assert (Import.ALREADY_IMPORTED, first.settlement) == (again.outcome, again.settlement)
    assert (1, 2) == (len(booked(database)), len(lines(database)))


def test_another_record_is_a_conflict(database: Database) -> None:
    """Other bytes for a settlement of record are never merged: the books keep what they have."""
    with database.writing() as connection:
        first = save_settlement(connection)
        other = save_settlement(connection, settlement(keys=("c",)), source(b"other"))
        kept = original_files.original(connection, source(b"other").file.sha256)

    assert (Import.CONFLICT, first.settlement, None) == (other.outcome, other.settlement, kept)
    assert ["a", "b"] == list(lines(database)["key"])


def test_a_view_fills_the_books_until_the_record_comes(database: Database) -> None:
    """A newer view, and then the record, take a view's place and hand back the lines that it had."""
    with database.writing() as connection:
        view = save_settlement(connection, settlement(keys=("a",)), source(b"1", kind=VIEW))
        newer = save_settlement(connection, settlement(keys=("a", "b")), source(b"2", kind=VIEW))
        record = save_settlement(connection, settlement(keys=("c",), problems=()), source(b"3"))
        problems = stored_settlements.problems(connection, record.settlement)

    assert [Import.NEW, Import.SUPERSEDED, Import.SUPERSEDED] == [one.outcome for one in (view, newer, record)]
    assert newer.former_lines is not None
    assert record.former_lines is not None
    assert (["a"], ["a", "b"]) == (list(newer.former_lines["key"]), list(record.former_lines["key"]))
    assert (["c"], [], 1) == (list(lines(database)["key"]), problems, len(booked(database)))
    assert (SettlementKind.RECORD, view.settlement.id, 3) == (
        record.settlement.kind,
        record.settlement.id,
        record.settlement.batch,
    )


def test_a_view_is_not_needed_beside_the_record(database: Database) -> None:
    """A view of a settlement of record changes nothing."""
    with database.writing() as connection:
        save_settlement(connection)
        view = save_settlement(connection, settlement(keys=("c",)), source(b"view", kind=VIEW))

    assert (Import.NOT_NEEDED, ["a", "b"]) == (view.outcome, list(lines(database)["key"]))


@pytest.mark.parametrize("status", [EntryStatus.EXPORTED, EntryStatus.POSTED_ELSEWHERE])
@pytest.mark.parametrize("entry", ["settlement_entry", "cogs_entry"])
def test_a_locked_view_is_not_replaced(database: Database, entry: str, status: EntryStatus) -> None:
    """Once an entry of a view has gone out, the record does not take its place by itself."""
    with database.writing() as connection:
        view = save_settlement(connection, settlement(), source(b"view", kind=VIEW))
        stored_settlements.set_status(connection, view.settlement, **{entry: status})
        record = save_settlement(connection, settlement(keys=("c",)))

    assert (Import.LOCKED, ["a", "b"]) == (record.outcome, list(lines(database)["key"]))


@pytest.mark.few(1)
@pytest.mark.parametrize("status", [EntryStatus.EXPORTED, EntryStatus.POSTED_ELSEWHERE])
@pytest.mark.parametrize("entry", ["settlement_entry", "cogs_entry"])
def test_a_locked_record_is_not_replaced_by_one_that_ties_out(
    database: Database, entry: str, status: EntryStatus
) -> None:
    """A whole file takes the place of a cut one only as long as nothing of it has gone out."""
    with database.writing() as connection:
        cut = save_settlement(connection, settlement(ties_out=False), source(b"cut"))
        stored_settlements.set_status(connection, cut.settlement, **{entry: status})
        whole = save_settlement(connection, settlement(keys=("a", "b", "c")), source(b"whole"))
        again = save_settlement(connection, settlement(ties_out=False), source(b"cut"))
        stored_settlements.set_status(connection, cut.settlement, **{entry: EntryStatus.OPEN})
        opened = save_settlement(connection, settlement(keys=("a", "b", "c")), source(b"whole"))

    assert [Import.CONFLICT, Import.ALREADY_IMPORTED] == [whole.outcome, again.outcome]
    assert (None, Import.SUPERSEDED, ["a", "b", "c"]) == (
        whole.former_lines,
        opened.outcome,
        list(lines(database)["key"]),
    )


def test_entry_statuses_are_separate(database: Database) -> None:
    """The settlement entry can be exported while the COGS entry stays open."""
    with database.writing() as connection:
        one = save_settlement(connection).settlement
        stored_settlements.set_status(connection, one, settlement_entry=EntryStatus.EXPORTED)

    assert [(EntryStatus.EXPORTED, EntryStatus.OPEN)] == [
        (one.settlement_entry, one.cogs_entry) for one in booked(database)
    ]


def test_one_file_with_several_settlements(database: Database) -> None:
    """The bytes of a file are kept once for all of its settlements; the same id in two stores is two settlements."""
    with database.writing() as connection:
        save_settlement(connection, settlement("S1", ("a",)))
        save_settlement(connection, settlement("S2", ("b",)))
        stores.ensure(connection, Store("Amazon US", Marketplace.AMAZON))
        save_settlement(connection, settlement("S1", ("c",)), source(store="Amazon US"))

    found = [(one.store, one.settlement_id, one.sha256) for one in booked(database)]
    sha256 = source().file.sha256
    assert [("Amazon AU", "S1", sha256), ("Amazon AU", "S2", sha256), ("Amazon US", "S1", sha256)] == found


def test_transactions_of_some_settlements(database: Database) -> None:
    """Transactions are loaded for the settlements named, each with its store and settlement id."""
    with database.writing() as connection:
        save_settlement(connection, settlement("S1", ("a",)))
        second = save_settlement(connection, settlement("S2", ("b",))).settlement
    with database.reading() as connection:
        found = settlement_lines.stored_transactions(connection, [second])
        none = settlement_lines.stored_transactions(connection, [])

    assert [("b", STORE, "S2")] == list(zip(found["key"], found["store"], found["settlement_id"], strict=True))
    assert (0, list(TRANSACTION_COLUMNS)) == (len(none), list(none.columns))


def test_a_settlement_that_cannot_be_kept_stores_nothing(database: Database) -> None:
    """If one line cannot be kept exactly, nothing of the settlement is stored."""
    wrong = frame(TRANSACTION_COLUMNS, [transaction("a"), transaction("b", sku="x\x00")])

    with pytest.raises(UnstorableValueError, match="sku"), database.writing() as connection:
        save_settlement(connection, replace(settlement(), transactions=wrong))
    with database.reading() as connection:
        original = original_files.original(connection, source().file.sha256)
    assert ([], 0, None) == (booked(database), len(lines(database)), original)


def test_originals_that_are_not_there(database: Database) -> None:
    """Asking for unknown bytes or an unknown settlement gives nothing."""
    with database.reading() as connection:
        assert (None, None) == (
            original_files.original(connection, "0"),
            stored_settlements.find(connection, STORE, "S1"),
        )


def test_a_store_belongs_to_one_marketplace(database: Database) -> None:
    """A store is added once; taking it for another marketplace is refused."""
    with database.writing() as connection:
        for name in ("b", "B", "a", "a"):
            stores.ensure(connection, Store(name, Marketplace.EBAY))
        with pytest.raises(StoreMarketplaceError, match="is a store at eBay"):
            stores.ensure(connection, Store("a", Marketplace.WALMART))
        found = stores.all_stores(connection)

    assert [Store(name, Marketplace.EBAY) for name in ("B", "a", "b")] == found


def test_imported_at(database: Database) -> None:
    """The books know when a settlement was imported, from which format and by which version of the reader."""
    with database.writing() as connection:
        one = save_settlement(connection, of=source(reader_version=7, format="Amazon V1")).settlement

    assert (NOW, 7, "Amazon V1", 1) == (one.imported_at, one.reader_version, one.format, one.batch)
