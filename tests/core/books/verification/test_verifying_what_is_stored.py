"""Each kind of fault, planted as an altered stored row in a copy of small books, is named; else nothing is."""

# ruff: noqa: S608 - SQL statements, of our own words alone

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.books.database import Database
from core.books.database.errors import UnknownWordError
from core.books.verification.altered_rows import find_altered
from core.books.verification.verification import read_evidence
from tests.core.books.verification.healthy_books import (
    every_tie_out,
    make_healthy,
    wrong,
)
from tests.core.books.verification.planted_faults import FAULTS, planted
from tests.examples import examples

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books with every kind of entry: exported, corrected, posted by Finale, reopened, accrued, and one open."""
    return make_healthy(tmp_path_factory.mktemp("healthy"))


@pytest.mark.long
def test_healthy_books_say_nothing(healthy: Path) -> None:
    """And everything is there that a fault below is planted in."""
    with Database.open(healthy) as database:
        assert [] == wrong(database)
        kinds = {str(one.entry.kind) for one in read_evidence(database).entries.values()}

    assert {"settlement", "COGS", "true-up", "reversal", "accrual"} <= kinds
    assert {"COGS posted by Finale", "true-up posted by Finale"} <= kinds


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_each_kind_of_fault_is_named(healthy: Path, tmp_path: Path, fault: str) -> None:
    """By settlement and line or entry, with what is stored and what is recomputed."""
    statement, words = FAULTS[fault]
    with Database.open(planted(healthy, tmp_path, statement)) as database:
        found = wrong(database)

    assert any(words in sentence for sentence in found), found


AMOUNTS = ("principal", "shipping", "promotion", "referral_fee", "fulfilment_fee", "other_fee", "other", "tax")
TEXTS = ("event", "goods", "sku", "order_id", "raw_type", "quantity_source", "stock_effect", "typed", "tax_code")


@pytest.mark.long
@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_altered_in_a_line_is_named(healthy: Path, data: st.DataObject, tmp_path_factory: object) -> None:
    """Any column of any line, to any other value."""
    folder = tmp_path_factory.mktemp("altered")  # type: ignore[attr-defined]  # its type is pytest's own
    with closing(sqlite3.connect(healthy)) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM 'transaction' ORDER BY key")]
    key, column = data.draw(st.sampled_from(keys)), data.draw(st.sampled_from([*AMOUNTS, *TEXTS]))
    value = f"{column} + {data.draw(st.integers(1, 5_000_000))}" if column in AMOUNTS else "'fee'"
    statement = f"UPDATE 'transaction' SET {column} = {value} WHERE key = '{key}'"
    if column == "typed":
        statement = statement.replace("'fee'", '\'[["A","other",null,"1"]]\'')
    with Database.open(planted(healthy, folder, statement)) as database:
        try:
            found = wrong(database)
        except UnknownWordError:  # Verify then goes by the seals
            found = [tie.sentence for row in find_altered(database) for tie in row.tie_outs]

    assert any(column.replace("_", " ") in sentence for sentence in found), (column, found)


@pytest.mark.long
def test_what_an_older_reader_stored_is_said_and_its_sum_is_held(healthy: Path, tmp_path: Path) -> None:
    """Its words were judged otherwise, so that a line that differs is no fault; a sum that differs is."""
    statement = "UPDATE settlement SET reader_version = 1 WHERE settlement_id = '3'"
    with Database.open(planted(healthy, tmp_path, statement)) as database:
        notes = [one.sentence for one in every_tie_out(database) if one.ok and one.words]
        assert [] == wrong(database)
    (note,) = notes
    assert note.startswith("US/3: lines and kept files: read by an older version (reader 1)")
    statement = "UPDATE settlement SET reader_version = 1, sum = sum + 1000000 WHERE settlement_id = '3'"
    with Database.open(planted(healthy, tmp_path, statement)) as database:
        assert any(sentence.startswith("US/3: sum") for sentence in wrong(database))
