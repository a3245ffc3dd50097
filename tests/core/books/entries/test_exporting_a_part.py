"""What goes out of a settlement is the same, whether its lines alone are read or those of all the books."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.stored_lines import keep
from core.books.database import Database
from core.books.entries.exporting import ExportOptions, kinds_to_export, make_entries
from core.books.entries.meanwhile import refuse_changed
from core.books.loading import load_books
from core.books.part_of_books import load_to_export
from core.books.settlements.booked_settlement import SettlementUnknownError
from core.books.syncing import stored_observations
from core.errors import CogsheetError
from core.frame_columns import OBSERVATION_COLUMNS, frame
from core.journal.entry import EntryKind
from core.model import ObservationKind
from tests.core.books.costed_lines.caught_up_books import Stored, a_company, make_kept, save, store, stored_books
from tests.core.books.lives_of_orders import NOW, WHO
from tests.core.costing.random_books import SKUS
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement

WAYS = [
    ExportOptions(kinds=kinds, accept_suspect=accepted)
    for kinds in ([EntryKind.SETTLEMENT], [EntryKind.COGS], [EntryKind.SETTLEMENT, EntryKind.COGS])
    for accepted in (False, True)
]


def outcomes(books: Books, one: BookedSettlement) -> Iterable[object]:
    """Return the entries that each way to export would make of a settlement, or why there are none."""
    for options in WAYS:
        try:
            kinds = kinds_to_export(books, one, options)
        except CogsheetError as error:
            yield type(error), str(error)
        else:
            yield [make_entries(books, one, kind, options) for kind in kinds]


@pytest.mark.long
@hypothesis_settings(max_examples=examples(30), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_a_part_goes_out_as_all_of_the_books(books: Stored, data: st.DataObject) -> None:
    """Locked settlements and others, with suspect, missing and reported costs, one or several at once."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        store(database, books, set(data.draw(st.lists(st.sampled_from(SKUS), unique=True))))
        whole = load_books(database)
        keep(database, whole)
        chosen = data.draw(st.lists(st.sampled_from(whole.settlements), unique=True, min_size=1, max_size=3))
        part = load_to_export(database, [one.name for one in chosen])
        if part is None:
            assert whole.may_ask_after_export
            return
        for one in chosen:
            lines, all_lines = (some.lines_of(one).reset_index(drop=True) for some in (part, whole))
            assert_frame_equal(all_lines, lines)
            assert list(outcomes(whole, one)) == list(outcomes(part, one))


@pytest.fixture
def database(tmp_path: Path) -> Iterable[Database]:
    with Database.open(make_kept(tmp_path)) as opened:
        save(opened, "4.25")
        keep(opened, load_books(opened))
        yield opened


@pytest.mark.long
def test_lines_of_others_are_not_read(database: Database) -> None:
    part = load_to_export(database, ["US0"])
    assert part is not None
    assert {"US0"} == set(part.lines["settlement_id"])


def test_what_goes_out_is_counted_from_its_lines(database: Database) -> None:
    """What is kept of a settlement's lines is no evidence: another program says that none lacks its cost."""
    with database.keeping() as connection:
        connection.exec_driver_sql(
            """UPDATE costed_settlement SET totals = replace(totals, '"missing": 1', '"missing": 0')"""
        )
    part = load_to_export(database, ["US0"])
    assert part is not None
    assert 1 == part.state(part.named(["US0"])[0]).counts.missing


@pytest.mark.long
def test_a_settlement_that_changed_meanwhile_is_told_from_one_that_did_not(database: Database) -> None:
    """The part that was read is held against the books as they are."""
    part = load_to_export(database, ["US0"])
    assert part is not None
    save(database, "7.00", "111-1")
    with database.writing() as connection, pytest.raises(CogsheetError, match="US/US0 was changed"):
        refuse_changed(connection, database, part, part.named(["US0"]))


@pytest.mark.long
def test_what_another_settlement_changed_meanwhile_keeps_nothing_back(database: Database) -> None:
    part = load_to_export(database, ["US1"])
    assert part is not None
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE settlement SET cogs_entry = 'open' WHERE settlement_id = 'US0'")
    with database.writing() as connection:
        refuse_changed(connection, database, part, part.named(["US1"]))


@pytest.mark.long
def test_an_unknown_settlement_is_named(database: Database) -> None:
    with pytest.raises(SettlementUnknownError):
        load_to_export(database, ["nowhere"])


@pytest.mark.long
def test_costs_that_look_wrong_are_named_with_their_average(database: Database) -> None:
    """4.25 and 7.00 were typed of what costs 0.50 on average: an export asks, in the words of all the books."""
    save(database, "7.00", "111-1")
    average = {"kind": ObservationKind.AVERAGE, "product_id": "MUG", "unit_cost": Decimal("0.50"), "currency": "USD"}
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, **WHO)
        rows = frame(OBSERVATION_COLUMNS, [{**average, "record_date": "2026-08-04", "fetched_at": NOW}])
        stored_observations.add(connection, rows, batch, NOW)
    whole = load_books(database)
    keep(database, whole)
    part = load_to_export(database, ["US0"])
    assert part is not None
    told = list(outcomes(part, part.named(["US0"])[0]))
    assert list(outcomes(whole, whole.named(["US0"])[0])) == told
    assert "SKU MUG: cost 4.25, average 0.5" in str(told)
