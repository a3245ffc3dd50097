"""Old books get the new reading as soon as they are opened: with a copy first, and with what came of it in words."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from addin.commands.sentences import counted, identity
from core.books.database.migrate import keep_copy
from core.books.importing import reader_upgrade
from core.company_databases import machine_folder
from core.errors import CogsheetError
from core.marketplaces.settlements.line_keys import READER_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from addin.commands.outcome import Outcome
    from core.books.database import Database
    from core.books.importing.reader_upgrade import Rereading
    from core.progress import Progress


_MOST_LISTED = 12


def read_anew(database: Database, *, who: str, now: datetime, progress: Progress) -> list[Rereading]:
    """Read kept files anew where the readers have learned something since; nothing where they have not.

    A copy is kept first: of a SQLite file beside it, of books on a server in the user's folder.
    """

    def keep_books() -> None:
        before = f"reading anew {now:%Y-%m-%d}"
        with database.reading() as connection:
            keep_copy(connection, database.location, before, machine_folder().path)

    return reader_upgrade.read_anew(database, who=who, now=now, keep_copy=keep_books, progress=progress)


def with_news(outcome: Outcome, news: Sequence[Rereading]) -> Outcome:
    """Return an outcome that tells first what became of settlements that were read anew. Pure."""
    if not news:
        return outcome
    data = {"read_anew": [_data(one) for one in news]}
    return replace(
        outcome,
        message=f"{in_words(news)}\n{outcome.message}",
        needs_attention=outcome.needs_attention or any(one.problems for one in news),
        data={**data, **outcome.data},
    )


@contextmanager
def news_before_errors(news: Sequence[Rereading]) -> Iterator[None]:
    """Let an error within tell first what became of settlements that were read anew: that is done, and told once."""
    try:
        yield
    except CogsheetError as error:
        if news:
            error.args = (f"{in_words(news)}\n{error}",)
        raise


def in_words(news: Sequence[Rereading]) -> str:
    """Say what became of settlements that were read anew. Pure."""
    told = [one for one in news if one.differs]
    more = f"And {len(told) - _MOST_LISTED} more." if len(told) > _MOST_LISTED else ""
    first = (
        f"This version reads settlement files better (reader {READER_VERSION}): {counted(len(news), 'settlement')} "
        f"read again from the kept files, {_came_of(news)}."
    )
    return "\n".join([first, *(_line(one) for one in told[:_MOST_LISTED]), *([more] if more else [])])


def _came_of(news: Sequence[Rereading]) -> str:
    open_ones = sum(one.took_it for one in news)
    kept = sum(not one.took_it and one.now is not None for one in news)
    parts = [f"{open_ones} open {'has' if open_ones == 1 else 'have'} the new reading"]
    if kept:
        parts.append(
            f"{kept} exported {'keeps its' if kept == 1 else 'keep their'} lines (what differs in goods or "
            f"accounts is proposed on sheet Cost true-ups)"
        )
    unreadable = len(news) - open_ones - kept
    return ", ".join([*parts, *([f"{unreadable} could not be read"] if unreadable else [])])


def _line(one: Rereading) -> str:
    if one.now is None:
        return "\n".join(problem.message for problem in one.problems)
    figures = f"{one.before} became {one.now}" if one.took_it else f"{one.before}; its files now say {one.now}"
    told = "".join(f" {problem.message}" for problem in one.problems)
    return f"{one.settlement.name}: {figures} ({counted(one.changed_lines, 'line')} changed).{told}"


def _data(one: Rereading) -> dict[str, object]:
    return {
        **identity(one.settlement.store, one.settlement.settlement_id),
        "took_it": one.took_it,
        "transactions_before": one.before.transactions,
        "currency": one.settlement.currency,
        "sum_before": str(one.before.sum),
        "transactions_now": None if one.now is None else one.now.transactions,
        "sum_now": None if one.now is None else str(one.now.sum),
        "changed": one.changed_lines,
        "problems": [problem.message for problem in one.problems],
    }
