"""Storing: an import of half a million lines, one override in a large settlement, and many rows of Resolve."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from addin.commands.costs.resolving import resolve
from addin.commands.costs.saving_costs import save
from addin.commands.desk_opening import on_file
from benchmarks.filled_books import NOW, SETTLEMENT, filled_books, know_costs, put
from benchmarks.rows import Result, Took, by_turns, result, took
from benchmarks.settlement_files import LINES, V2
from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.line_costs import costing_policies
from core.books.costed_lines.stored_lines import keep, kept_lines_by_key
from core.books.database import Database
from core.books.database.company import new_company
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.part_of_books import load_to_answer
from core.books.settlements.booked_settlement import OriginalFile
from core.costing.costing import cost_one_by_one
from core.frame_columns import COSTED_COLUMNS, TRANSACTION_COLUMNS
from core.marketplaces import read_file
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from core.model import Reading

_LINES_OF_ORDER = 2
"""A transaction of `filled_books` is so many lines of its file."""
_FLAT = 5_000
_FEW, _MANY = 250, 2_500


def database() -> Iterator[Result]:
    """Measure `database`: what is stored of an import, and the costed lines that are kept of it; costing apart."""
    content = V2.file()
    reading = read_file(content)
    pairs = [_both(reading, content) for _ in range(3)]
    own, other = (sorted(each)[1] for each in zip(*pairs, strict=True))
    yield result("database", own, other)


@contextmanager
def _stored(reading: Reading, content: bytes) -> Iterator[tuple[Took, Database]]:
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder) / "books.sqlite"
        with Database.create(address, new_company("Bench", "USD", NOW)) as books:
            file = OriginalFile("settlement.txt", content)
            storing = partial(import_file, books, reading, file, store="Amazon US", who="bench", now=NOW)
            yield took(storing), books


def _both(reading: Reading, content: bytes) -> tuple[Took, Took]:
    """Return what storing an import and its costed lines takes, and what pandas takes for the same columns."""
    with _stored(reading, content) as (stored, database):
        books = load_books(database)
        kept = took(partial(keep, database, books))
    plain = _plain(books.lines)
    return Took(stored.cpu + kept.cpu, stored.wall + kept.wall), took(partial(_to_sql, plain))


def _plain(lines: pd.DataFrame) -> pd.DataFrame:
    """Return transactions with their costed columns as pandas can store them: amounts in millionths."""
    kept = lines[[name for name in (*TRANSACTION_COLUMNS, *COSTED_COLUMNS) if name in lines]]
    kept = kept.loc[:, ~kept.columns.duplicated()]
    amounts = [name for name in kept if "decimal" in str(kept[name].dtype)]
    moments = [name for name in kept if "timestamp" in str(kept[name].dtype)]
    exact = {str(name): (kept[name] * 1_000_000).astype("int64[pyarrow]") for name in amounts}
    return kept.assign(**exact, **{str(name): kept[name].astype("int64[pyarrow]") for name in moments})


def _to_sql(lines: pd.DataFrame) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(Path(folder) / "pandas.sqlite")) as connection,
    ):
        connection.execute("PRAGMA synchronous = FULL")  # and the rollback journal, as the books have it
        lines.to_sql("transaction", connection, index=False)
        connection.commit()


def one() -> Iterator[Result]:
    """Measure `save-one` and `save-one-flat`."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COGSHEET_HOME"] = folder
        (Path(folder) / "flat").mkdir()
        with (
            _books_of_lines(Path(folder) / "flat", _FLAT) as flat,
            _books_of_lines(Path(folder), LINES) as large,
        ):
            in_flat, in_large = _Saving(flat), _Saving(large)
            in_flat.once()
            in_large.once()
            small, big, full = by_turns(in_flat.once, in_large.once, in_large.cost_all)
            yield result("save-one", big, full)
            yield result("save-one-flat", big, small)


@contextmanager
def _books_of_lines(folder: Path, lines: int) -> Iterator[Database]:
    with Database.create(folder / "books.sqlite", new_company("Bench", "USD", NOW)) as books:
        put(books, SETTLEMENT, lines // _LINES_OF_ORDER, NOW)
        know_costs(books)
        yield books


class _Saving:
    """One answer after the other about the first line of a settlement, each another cost."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._books = load_books(database)
        keep(database, self._books)
        self._key = str(self._books.lines["key"][self._books.lines["event"] == Event.SALE].iloc[0])
        self._number = 0

    def once(self) -> None:
        """Save a cost and bring the books, and the rows that show it, up to date."""
        cost = Decimal(100 + self._number) / 100
        answer = Answer(self._key, self._number, cost, None)
        books = load_to_answer(self._database, [answer], ())
        assert books is not None, "the lines are not kept"  # noqa: S101
        save_answers(self._database, books, [answer], settlement_ids=None, accept_proposals=False, who="bench", now=NOW)
        catch_up(self._database)
        with self._database.reading() as connection:
            rows = kept_lines_by_key(connection, books.lines["key"])
        assert [cost] == list(rows["unit_cost"][rows["key"] == self._key]), "it was not saved"  # noqa: S101
        self._number += 1

    def cost_all(self) -> None:
        """Cost everything anew line by line, as the oracle does."""
        cost_one_by_one(self._books.costing_input, costing_policies(self._books.policies, self._books.company))


def resolve_rows() -> Iterator[Result]:
    """Measure `save-2500`, on workbook files."""
    with tempfile.TemporaryDirectory() as name:
        many, few = (_listed(Path(name) / str(count), count) for count in (_MANY, _FEW))
        _save(few)
        pairs = [(took(partial(_save, many)), took(partial(_save, few))) for _ in range(3)]
        own, other = (sorted(each)[1] for each in zip(*pairs, strict=True))
        yield result("save-2500", own, other)


def _listed(folder: Path, count: int) -> Path:
    """Make a workbook that lists so many lines without cost on Resolve."""
    folder.mkdir()
    os.environ["COGSHEET_HOME"] = str(folder)
    with filled_books(folder, count, costs=False) as (book, _):
        pass
    on_file(book, resolve)
    return book


def _save(book: Path) -> None:
    os.environ["COGSHEET_HOME"] = str(book.parent)
    on_file(book, save)
