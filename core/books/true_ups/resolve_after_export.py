"""What sheet Resolve asks of exported lines today: what was known when they went out was less, or other. Pure.

A word that was answered after its settlement went out, a final document after a provisional one, a better reader, a fee
that is given back, a return in a state that nobody has declared, a loss that is removed under its clawback: each
may make a line ask for a cost whose entry is in the journal already (docs/design/books.md, True-ups).
What is answered here becomes a true-up.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from core.books.costed_lines.late_questions import of_other_units
from core.books.settlements.booked_settlement import EntryStatus
from core.books.settlements.status import missing_lines
from core.books.true_ups.cost_comparison import (
    costed_now,
    held_lines,
    is_elsewhere,
    lines_that_came,
    posted_lines,
)
from core.frame_columns import records
from core.model import COST_KNOWN, Cause, CostStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.time import SettlementName


def unanswered(books: Books) -> Counter[SettlementName]:
    """Count the lines of locked settlements that ask for a cost only since their files are read otherwise. Pure.

    What was locked had its costs; so only a settlement that reads otherwise today can ask. Its true-ups wait until it
    is answered on Resolve (`questions_since_export`).
    """
    rows = _asking_now(books)
    return Counter(zip(rows["store"], rows["settlement_id"], strict=True))


def questions_since_export(books: Books) -> pd.DataFrame:
    """Return the lines of exported settlements that ask for goods or a cost only since they went out. Pure.

    Somebody said what their words are, or a later file brought them: an order that was released after the export. They
    are answered on Resolve like open ones; the answer becomes a cost true-up, and the lock stays.

    Returns:
        TRANSACTION_COLUMNS and COSTED_COLUMNS as they would be today, with what `named_lines` adds.
    """
    rows = _asking_now(books)
    return rows[rows["cost_status"] == CostStatus.MISSING]


def asked_lines(books: Books) -> pd.DataFrame:
    """Return every line that sheet Resolve has to ask: those without cost, and exported ones that ask since. Pure.

    What lies before the books start is not asked.
    """
    return pd.concat(
        [missing_lines(books.counted(books.lines)), books.counted(questions_since_export(books))], ignore_index=True
    )


def with_questions_since_export(books: Books, lines: pd.DataFrame) -> pd.DataFrame:
    """Return lines of the books for reports: what is asked only since its COGS went out lacks its cost there. Pure.

    The lock of such a line says that it has none, for its word was not known; that it moved goods was said later, and
    until their cost is answered the profit of its month is too high. A line that is asked whose cost stands elsewhere
    keeps that cost until its true-up.

    Args:
        books: The books.
        lines: Costed lines of them.
    """
    questions = _asking_now(books)
    questions = questions[~questions["key"].isin(list(_costing(books) - _read_as_others(books)))]
    if questions.empty:
        return lines
    concerned = lines["key"].isin(list(questions["key"]))
    by_key = questions.set_index("key").reindex(lines["key"])
    news = {name: pd.Series(by_key[name].array, lines.index) for name in ("cost_status", "cause")}
    return lines.assign(
        **{name: lines[name].mask(concerned, new.astype(lines[name].dtype)) for name, new in news.items()}
    )


def questions_of_later_lines(books: Books) -> Counter[SettlementName]:
    """Count the lines without a cost that exported settlements have only by today's reading; no figure has them yet."""
    rows = _asking_now(books)
    rows = rows[~rows["key"].isin(list(books.lines["key"]))]
    return Counter(zip(rows["store"], rows["settlement_id"], strict=True))


def lines_to_sync(books: Books, selection: Sequence[BookedSettlement]) -> pd.DataFrame:
    """Return the lines of settlements whose costs the inventory system is asked for. Pure.

    Of an exported settlement these are its lines as they went out, and those that it has, or that ask, only by what its
    files and the answers about its words say today: a sale that only the final document has gets the cost of its order
    like any other, and that is proposed as a true-up. A line that cost nothing when it went out, and would cost
    something that nobody has asked for, is among them too: goods that were liquidated as unsellable, and were not.

    Returns:
        TRANSACTION_COLUMNS and COSTED_COLUMNS with what `named_lines` adds.
    """
    lines = books.lines_of_all(selection)
    is_any_exported = any(one.cogs_entry is EntryStatus.EXPORTED for one in selection)
    if not books.may_ask_after_export and not is_any_exported:
        return lines
    now = costed_now(books, books.never_posted)
    wanted = {*lines_that_came(books), *_asking(books, now)["key"], *now.loc[now["cause"] == Cause.NOT_SYNCED, "key"]}
    names = {(one.store, one.settlement_id) for one in selection}
    of_chosen = [name in names for name in zip(now["store"], now["settlement_id"], strict=True)]
    news = now[now["key"].isin(list(wanted)) & pd.Series(of_chosen, now.index, dtype=bool)]
    return pd.concat([lines[~lines["key"].isin(list(news["key"]))], news], ignore_index=True)


def _asking_now(books: Books) -> pd.DataFrame:
    """Return the lines of exported settlements that have no cost by what is known of their words today."""
    if not books.may_ask_after_export:
        return books.lines.iloc[:0]
    return _asking(books, costed_now(books, books.never_posted))


def _asking(books: Books, rows: pd.DataFrame) -> pd.DataFrame:
    """Return those of the lines of today that ask.

    One that has a cost in the journal is among them only where it is read otherwise, where what became of its goods is
    open since, or where its cost would stand elsewhere; else it keeps what it has.
    """
    said_late, posted = set(books.words_after_lock["key"]), posted_lines(books)
    staying = _costing(books) - _read_as_others(books) - books.late_questions
    staying -= {
        row["key"] for row in records(rows) if row["key"] in posted and is_elsewhere(books, posted[row["key"]], row)
    }
    locked = {(one.store, one.settlement_id) for one in books.settlements if one.cogs_entry is EntryStatus.EXPORTED}
    names = list(zip(rows["store"], rows["settlement_id"], strict=True))
    known_late = [*said_late, *books.late_questions]
    late = rows["key"].isin(known_late) | pd.Series([name in books.read_otherwise for name in names], rows.index)
    of_locked = pd.Series([name in locked for name in names], rows.index, dtype=bool)
    asks = ~rows["cost_status"].isin([str(status) for status in COST_KNOWN]) & ~rows["key"].isin(list(staying))
    return rows[(late & of_locked & asks).fillna(value=False).astype(bool)]


def _costing(books: Books) -> set[str]:
    """Return the keys of the locked lines that have a cost in the journal."""
    return {row["key"] for row in held_lines(books) if row["cogs"]}


def _read_as_others(books: Books) -> set[str]:
    """Return the lines of which today's reading says other units, so that a cost saved for them is theirs no more.

    12.60 was typed for one unit and exported; the final document says three: they are asked, and 12.60 is proposed. A
    line that was trued up since is compared with the document that it was trued up by.
    """
    trued_up = set(books.trued_up_lines["key"])
    since = set() if books.documents is None else of_other_units(books.trued_up_lines, books.documents.now)
    if books.as_read is None:
        return since
    was, now = (
        {row["key"]: row["quantity"] for row in records(known.transactions, ["key", "quantity"])}
        for known in (books.costing_input, books.as_read)
    )
    return since | {key for key, units in now.items() if key in was.keys() - trued_up and units != was[key]}
