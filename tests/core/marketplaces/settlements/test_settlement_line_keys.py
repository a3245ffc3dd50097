"""Line keys: stable, apart for everything that is apart."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.marketplaces import read_file
from core.marketplaces.settlements.line_keys import READER_VERSION, with_line_keys
from core.marketplaces.settlements.transactions import group_key
from tests.core.marketplaces.amazon_files import flat_file, line, summary

PARTS = st.lists(st.text(alphabet="a|\\", max_size=4), min_size=2, max_size=2)


@given(PARTS, PARTS)
def test_group_keys_are_unambiguous(first: list[str], second: list[str]) -> None:
    """Two different keys never give the same text, whatever bars and backslashes are in them."""
    assert (first == second) == (group_key(first) == group_key(second))


def line_key(store: str, settlement_id: str, key: str, ordinal: int) -> str:
    """Return the key of one transaction: of its store, its settlement, its group key and its ordinal among equals."""
    parts = {"settlement_id": [settlement_id], "group_key": [key], "ordinal": [ordinal]}
    return str(with_line_keys(store, pd.DataFrame(parts))["key"].iloc[0])


def test_key_depends_on_store_settlement_group_and_ordinal() -> None:
    """Each of the four parts makes another key."""
    parts = [
        ("Store", "1", "group", 0),
        ("Other", "1", "group", 0),
        ("Store", "2", "group", 0),
        ("Store", "1", "other", 0),
        ("Store", "1", "group", 1),
    ]

    assert len(parts) == len({line_key(*each) for each in parts})


def test_key_is_what_the_database_holds() -> None:
    """A key never changes by itself: a reader that changes it raises READER_VERSION and brings a migration."""
    assert (3, "f2355ff3a1f732ea37b5dcbd06ba0ead") == (READER_VERSION, line_key("Store", "12395580393", "a|b", 0))


def test_frame_gets_store_and_key() -> None:
    """Both columns are filled and nothing else changes."""
    (settlement,) = read_file(flat_file([summary("1"), line("1")])).settlements

    keyed = with_line_keys("Store", settlement.transactions)

    assert ["Store"] == keyed["store"].tolist()
    assert [line_key("Store", "11111111111", keyed["group_key"].iloc[0], 0)] == keyed["key"].tolist()
    assert settlement.transactions.drop(columns=["key", "store"]).equals(keyed.drop(columns=["key", "store"]))
    assert list(settlement.transactions.columns) == list(keyed.columns)
