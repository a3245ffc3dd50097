from __future__ import annotations

import gc
import weakref
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Integer, MetaData, Table, delete, func, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from core.books.database import Database, frames
from core.books.database.column_types import Moment, Money, Verbatim
from core.books.database.errors import UnstorableValueError
from core.frame_columns import MOMENT, TEXT, WHOLE, frame
from core.money import MONEY
from tests.core.books.examples import COMPANY, NOW
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.core.books.conftest import PostgresqlServer

VALUES = Table(
    "values",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("amount", Money),
    Column("moment", Moment),
    Column("text", Verbatim),
)
INDEXED = Table(
    "indexed_values",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("text", Verbatim, index=True),
)
VERY_MANY = 14_000
COLUMNS = {"id": WHOLE, "amount": MONEY, "moment": MOMENT, "text": TEXT}

AMOUNTS = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda millionths: Decimal(millionths).scaleb(-6))
MOMENTS = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=14))]),
    min_value=datetime(1, 1, 3),  # noqa: DTZ001 - the zone is added
    max_value=datetime(9999, 12, 29),  # noqa: DTZ001 - the zone is added
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
ROWS = st.lists(st.tuples(st.none() | AMOUNTS, st.none() | MOMENTS, st.none() | TEXTS), max_size=20)


@pytest.fixture(scope="module")
def sqlite_values(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Return a SQLite database with one more table."""
    folder: Path = tmp_path_factory.mktemp("values")
    with Database.create(folder / "values.sqlite", COMPANY) as database:
        with database.writing() as connection:
            VALUES.create(connection)
        yield database


@pytest.fixture(scope="module")
def postgresql_values(server_or_reason: PostgresqlServer | str) -> Iterator[Database | str]:
    """Return a PostgreSQL database with one more table, or why there is none."""
    if isinstance(server_or_reason, str):
        yield server_or_reason
        return
    with Database.create(server_or_reason.new_database(), COMPANY) as database:
        with database.writing() as connection:
            VALUES.create(connection)
        yield database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def values(request: pytest.FixtureRequest) -> Database:
    """Return a database with one more table, kept for all tests of this module."""
    if request.param == "postgresql":
        request.getfixturevalue("postgresql")
    found: Database = request.getfixturevalue(f"{request.param}_values")
    return found


def as_records(rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return numbered records."""
    return [dict(zip(COLUMNS, (number, *row), strict=True)) for number, row in enumerate(rows)]


def stored(connection: Connection) -> list[tuple[Any, ...]]:
    """Return what the table holds."""
    found = connection.execute(select(VALUES.c.amount, VALUES.c.moment, VALUES.c.text).order_by(VALUES.c.id))
    return [tuple(row) for row in found]


same_database = settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@same_database
@given(rows=ROWS)
def test_values_come_back_as_they_were(values: Database, rows: list[tuple[Any, ...]]) -> None:
    """Amounts, moments and texts come back exactly, one by one."""
    with values.writing() as connection:
        connection.execute(delete(VALUES))
        if rows:
            connection.execute(insert(VALUES), as_records(rows))
    with values.reading() as connection:
        assert stored(connection) == rows


@same_database
@given(rows=ROWS)
def test_frames_come_back_as_they_were(values: Database, rows: list[tuple[Any, ...]]) -> None:
    """Whole frames do as well, and column by column they are stored as one by one."""
    table = frame(COLUMNS, as_records(rows))
    with values.writing() as connection:
        connection.execute(delete(VALUES))
        frames.store(connection, VALUES, table, COLUMNS)
    with values.reading() as connection:
        loaded = frames.load(connection, select(VALUES).order_by(VALUES.c.id), COLUMNS)

        pd.testing.assert_frame_equal(table, loaded)
        assert stored(connection) == rows


@same_database
@given(rows=st.lists(AMOUNTS, min_size=1, max_size=20))
def test_sums_in_the_database_are_exact(values: Database, rows: list[Decimal]) -> None:
    """The database adds up to the last place."""
    small = [amount / 100 // Decimal("0.000001") * Decimal("0.000001") for amount in rows]
    with values.writing() as connection:
        connection.execute(delete(VALUES))
        connection.execute(insert(VALUES), [{"id": number, "amount": amount} for number, amount in enumerate(small)])
        total = connection.scalar(select(func.sum(VALUES.c.amount, type_=Money)))

    assert sum(small) == total


def test_texts_are_compared_letter_by_letter(values: Database) -> None:
    """Upper and lower case, accents and blanks make different SKUs, and both databases sort alike."""
    texts = ["b", "a", "B", "A ", "A", "ä", "a-1", "a1", "00123", "123", "=1+1", "é", "e\u0301"]
    with values.writing() as connection:
        connection.execute(delete(VALUES))
        connection.execute(insert(VALUES), [{"id": number, "text": text} for number, text in enumerate(texts)])
        found = [connection.scalars(select(VALUES.c.id).where(VALUES.c.text == text)).all() for text in texts]
        in_order = connection.scalars(select(VALUES.c.text).order_by(VALUES.c.text)).all()

    assert found == [[number] for number in range(len(texts))]
    assert in_order == sorted(texts)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", Decimal("0.0000001")),
        ("amount", Decimal("1E-1000000")),
        ("amount", Decimal(10) ** 12),
        ("amount", -(Decimal(10) ** 12)),
        ("amount", Decimal("1E+1000000")),
        ("amount", Decimal("123456789012.1234567")),
        ("amount", Decimal("NaN")),
        ("amount", Decimal("Infinity")),
        ("amount", 4.17),
        ("amount", 4),
        ("moment", NOW.replace(tzinfo=None)),
        ("text", "a\x00b"),
        ("text", "half \ud83d"),
    ],
)
def test_values_that_would_change_are_refused(values: Database, field: str, value: object) -> None:
    """What the database could not give back exactly is refused, and nothing is stored."""
    with values.writing() as connection:
        connection.execute(delete(VALUES))
    with pytest.raises(UnstorableValueError, match="cannot be stored"), values.writing() as connection:
        connection.execute(insert(VALUES), [{"id": 1, field: value}])
    with values.reading() as connection:
        assert stored(connection) == []


@pytest.mark.parametrize("value", [Decimal("1.50"), Decimal("1.5000000000"), Decimal("-0.000001"), Decimal("0E-20")])
def test_zeros_at_the_end_are_no_decimals(values: Database, value: Decimal) -> None:
    """Only decimals that say something count as too many."""
    with values.writing() as connection:
        connection.execute(delete(VALUES))
        connection.execute(insert(VALUES), [{"id": 1, "amount": value}])
        assert connection.scalar(select(VALUES.c.amount)) == value


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": pd.Series([Decimal("0.0000001")], dtype=pd.ArrowDtype(pa.decimal128(20, 7)))},
        {"amount": pd.Series([Decimal(10) ** 12], dtype=pd.ArrowDtype(pa.decimal128(38, 6)))},
        {"text": pd.Series(["a\x00b"], dtype=TEXT)},
        {"moment": pd.Series(["today"], dtype=TEXT)},
    ],
)
def test_frames_that_would_change_are_refused(values: Database, wrong: dict[str, pd.Series]) -> None:
    """A frame with a value that does not fit is refused whole, and its column is named."""
    table = frame(COLUMNS, [{"id": 1}]).assign(**wrong)

    with pytest.raises(UnstorableValueError, match=next(iter(wrong))), values.writing() as connection:
        frames.store(connection, VALUES, table, COLUMNS)


def test_a_query_that_is_kept_is_asked_anew(values: Database) -> None:
    """One query gives the rows that there are each time, and in the types that each time are asked for."""
    query = select(VALUES).order_by(VALUES.c.id)
    row = {"amount": Decimal("1.5"), "moment": NOW, "text": "a"}
    seen = []
    for number in (1, 2):
        with values.writing() as connection:
            if number == 1:
                connection.execute(delete(VALUES))
            connection.execute(insert(VALUES).values(id=number, **row))
            loaded = frames.load(connection, query, COLUMNS if number == 1 else {**COLUMNS, "beside": TEXT})
            seen.append([list(loaded["amount"]), *loaded.columns])

    assert [[[Decimal("1.5")], *COLUMNS], [[Decimal("1.5")] * 2, *COLUMNS, "beside"]] == seen
    asked = weakref.ref(query)
    del query, connection, loaded
    gc.collect()
    assert asked() is None  # what was made of it goes with it


def very_many(ids: range) -> pd.DataFrame:
    """Return rows for `INDEXED`, so many that they are stored before they are indexed."""
    return frame({"id": WHOLE, "text": TEXT}, [{"id": number, "text": f"{number % 7}"} for number in ids])


def indexes(connection: Connection) -> list[Any]:
    """Return the indexes of `INDEXED` as the database tells them."""
    return list(inspect(connection).get_indexes(INDEXED.name))


def test_very_many_rows_leave_a_table_with_its_indexes(values: Database) -> None:
    """An empty table that gets very many rows has its indexes afterwards, and one that has rows gets more."""
    columns = {"id": WHOLE, "text": TEXT}
    with values.writing() as connection:
        INDEXED.create(connection)
        before = indexes(connection)
        frames.store(connection, INDEXED, very_many(range(VERY_MANY)), columns)
        frames.store(connection, INDEXED, very_many(range(VERY_MANY, 2 * VERY_MANY)), columns)

        of_one = select(func.count()).select_from(INDEXED).where(INDEXED.c.text == "3")
        assert (before, 2 * VERY_MANY // 7) == (indexes(connection), connection.scalar(of_one))
        INDEXED.drop(connection)


def test_very_many_rows_that_cannot_be_stored_leave_a_table_as_it_was(values: Database) -> None:
    """Where two rows have one number nothing is stored, and the indexes are still there."""
    twice = pd.concat([very_many(range(VERY_MANY)), very_many(range(1))], ignore_index=True)
    with values.writing() as connection:
        INDEXED.create(connection)
        before = indexes(connection)
    with pytest.raises(IntegrityError), values.writing() as connection:
        frames.store(connection, INDEXED, twice, {"id": WHOLE, "text": TEXT})
    with values.writing() as connection:
        assert (before, 0) == (indexes(connection), connection.scalar(select(func.count()).select_from(INDEXED)))
        INDEXED.drop(connection)
