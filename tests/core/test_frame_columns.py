"""Frames of declared columns are each their owner's, also where their cells were made once for all."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from core.frame_columns import (
    COSTED_COLUMNS,
    FLAG,
    MAPPING_COLUMNS,
    MOMENT,
    TEXT,
    TRANSACTION_COLUMNS,
    WHOLE,
    conform,
    frame,
    has_text,
    is_one_of,
    records,
    rows_where,
)
from core.journal.cogs_entry import cogs_by_type
from core.model import Event
from core.money import MONEY

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = MAPPING_COLUMNS


ODD = (
    *("", "a", "2026-01-01T00:00:00Z", 5, -1, 2**70, 5.5, float("nan"), True, b"x", None, pd.NA, pd.NaT, Event.OTHER),
    *(Decimal("1.5"), Decimal("1.1234567"), Decimal("NaN"), Decimal("1E+30"), date(2026, 1, 1)),
    *(datetime(2026, 1, 1), datetime(2026, 1, 1, 3, tzinfo=ZoneInfo("Asia/Kolkata"))),  # noqa: DTZ001 - one without zone
    *(pd.Timestamp("2026-01-01", tz="UTC"), pd.Timestamp("2026-01-01 00:00:00.000000123", tz="UTC")),
)
"""What may be handed to a column of any type."""


def outcome(make: Callable[[], Any]) -> object:
    """Return the values that come out, or the kind of error."""
    try:
        made = make()
    except (TypeError, ValueError, OverflowError, NotImplementedError) as error:
        return type(error)
    return made.dtype, [None if pd.isna(value) else value for value in made]


def _of_records(kind: pd.ArrowDtype, values: list[Any]) -> pd.Series:
    return frame({"it": kind}, [{"it": one} for one in values])["it"]


def _of_pandas(kind: pd.ArrowDtype, values: list[Any]) -> pd.Series:
    return pd.Series([None if one is pd.NA else one for one in values], dtype=kind)


@pytest.mark.parametrize("kind", [TEXT, MONEY, WHOLE, MOMENT, FLAG], ids=str)
def test_a_column_takes_and_refuses_what_pandas_does(kind: pd.ArrowDtype) -> None:
    """Records become columns without pandas, where that is the same: no amount is rounded, no text becomes a number."""
    given = [[value, *more] for value in ODD for more in ([], [None])]
    frames = [outcome(partial(_of_records, kind, values)) for values in given]
    series = [outcome(partial(_of_pandas, kind, values)) for values in given]
    assert series == frames


def test_what_is_written_to_an_empty_frame_is_in_no_other() -> None:
    """An empty frame has the declared columns, and stays empty whatever is written to the one made before."""
    used = frame(COLUMNS)
    used["units"] = pd.Series([7], dtype=WHOLE)
    used.loc[1, "sku"] = "A"
    fresh = frame(COLUMNS)
    assert (dict(COLUMNS), 0) == (dict(fresh.dtypes), len(fresh))


@pytest.mark.parametrize("names", [list(COLUMNS), ["sku", "units"]], ids=["as declared", "two columns"])
def test_what_is_written_to_a_conformed_frame_is_not_in_its_source(names: list[str]) -> None:
    """Whoever brings a frame to the declared columns may change the outcome without changing what it was given."""
    given = frame(COLUMNS, [{"sku": "A", "units": 1}])[names]
    conformed = conform(COLUMNS, given)
    conformed.loc[0, "sku"] = "B"
    conformed["units"] = pd.Series([2], dtype=WHOLE)
    assert [("A", 1), ("B", 2)] == [(one["sku"][0], one["units"][0]) for one in (given, conformed)]


def test_conforming_keeps_the_index_and_fills_what_is_absent() -> None:
    """Rows keep their labels; a column that is not there is missing in each, with the declared type."""
    given = pd.DataFrame({"units": [1, 2], "more": ["x", "y"]}, index=[5, 9])
    conformed = conform(COLUMNS, given)
    assert dict(COLUMNS) == dict(conformed.dtypes)
    assert ([5, 9], [1, 2], 2) == (
        list(conformed.index),
        conformed["units"].to_list(),
        int(conformed["sku"].isna().sum()),
    )


def test_what_is_missing_is_none_in_records_whatever_made_the_column() -> None:
    """A column that `reindex` adds holds NaN, one of texts may hold None, one of a declared type NA."""
    table = pd.DataFrame({"text": ["x", None], "number": [float("nan"), 1.5]}).reindex(
        columns=["text", "number", "new"]
    )
    table["declared"] = pd.Series([None, 1], dtype=WHOLE)
    assert [
        {"text": "x", "number": None, "new": None, "declared": None},
        {"text": None, "number": 1.5, "new": None, "declared": 1},
    ] == records(table)


def test_a_choice_among_no_rows_keeps_the_columns() -> None:
    """A settlement without lines (all of them before the books start) has no cost of any kind, and no error."""
    none = frame(MAPPING_COLUMNS)

    assert list(MAPPING_COLUMNS) == list(rows_where(none, ()).columns)
    assert [2] == list(rows_where(pd.DataFrame({"units": [1, 2]}, index=[5, 9]), (False, True))["units"])


def test_an_entry_of_no_lines_is_none() -> None:
    """Each kind of cost of no lines is nothing."""
    assert set() == set(cogs_by_type(frame(COSTED_COLUMNS | TRANSACTION_COLUMNS)).values()) - {Decimal(0)}


def test_some_columns_are_read_as_the_whole_frame_is() -> None:
    """What is read of some columns is what the rows have in them, in the order that is asked for."""
    rows: list[dict[str, object]] = [{"sku": "MUG", "units": 2}, {"product_id": "P", "units": None}]
    table = frame(COLUMNS, rows)
    assert [{"units": 2, "sku": "MUG"}, {"units": None, "sku": None}] == records(table, ["units", "sku"])
    assert [{name: row[name] for name in ("units", "sku")} for row in records(table)] == records(
        table, ("units", "sku")
    )
    assert [] == records(table.iloc[:0], ["sku"])


@pytest.mark.parametrize("words", [(), ("sale",), (Event.SALE, Event.REFUND), ("SALE",), ("sal",)])
@pytest.mark.parametrize("texts", [[], [None], ["sale", None, "refund", "", "Sale", "resale"]])
def test_words_are_told_as_pandas_tells_them(texts: list[str | None], words: tuple[str, ...]) -> None:
    """A missing text is none of the words and contains nothing; capitals matter."""
    column = pd.Series(texts, dtype=TEXT)
    assert [text in words for text in texts] == list(is_one_of(column, *words))
    for word in words:
        assert [text is not None and word in text for text in texts] == list(has_text(column, word))
    plain = pd.Series(texts, dtype=object)  # as frames have it that nobody declared
    assert list(is_one_of(column, *words)) == list(is_one_of(plain, *words))
    halves = pd.concat([column, column], ignore_index=True)  # of two chunks, as Arrow keeps them
    assert [text in words for text in texts] * 2 == list(is_one_of(halves, *words))
