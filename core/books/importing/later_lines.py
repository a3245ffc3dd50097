"""The lines of an exported settlement as its files are read now, with the keys and the answers of those that went out.

Where the settlement is open, answers move to the lines of the final document. Where it is exported they stay, and the
new line takes the key of the line that it is: with it come its lock, its answer and its true-ups. Which line that is
`moved_answers.destinations` says in both cases; what nobody can tell is proposed on each line that fits.

Worked example: two rows of 40.00 were answered 4.00 each and exported, COGS 8.00. The final document has the same two
lines under other keys: they keep what they were exported at, and nothing is asked. If it has three, all three are
asked, with 4.00 proposed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from core.books.entries import locks
from core.books.importing import current_transactions
from core.books.importing.readings import with_keys_of
from core.books.overrides import stored_overrides
from core.books.overrides.line_pairs import SAID
from core.books.overrides.moved_answers import Destinations, answered_lines, destinations, store_moves
from core.books.overrides.questions import is_of_units_alone, says_something
from core.books.true_ups import true_up_history
from core.frame_columns import TEXT, records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from core.books.database import Connection
    from core.books.settlements.booked_settlement import BookedSettlement

Row = dict[str, Any]
_PLACE = ("order_id", "sku", "event")


def _beyond(these: pd.DataFrame, others: pd.DataFrame) -> list[Row]:
    return records(these[~these["key"].isin(list(others["key"]))])


def with_what_holds(lines: Sequence[Row], saved: Mapping[str, Row], costs: Mapping[str, Decimal]) -> list[Row]:
    """Return the lines that have an answer, or went out with a cost, each with what that says. Pure."""
    costed = [{**row, SAID: (costs[row["key"]],)} for row in lines if row["key"] in costs and row["key"] not in saved]
    return [*answered_lines(lines, saved), *costed]


def same_lines(goes: Destinations, olds: Sequence[Row], news: Sequence[Row]) -> dict[str, str]:
    """Return the old key of each new line that is one of the old ones, of the same order, SKU and event. Pure."""
    pairs = {new: old for old, new in {**goes.same_line, **goes.same_question}.items()}
    return _of_one_place(pairs, olds, news)


def moves(goes: Destinations, saved: Mapping[str, Row], olds: Sequence[Row], news: Sequence[Row]) -> Destinations:
    """Return where answers go or are proposed: on lines that are not the exported ones themselves. Pure.

    An answer is proposed on lines of the same order, SKU and event; others take what is known. A row without an SKU,
    for which 5.00 was typed, does not keep Finale's cost from the A that the payout names. What was typed of the units
    alone holds there, as it does while the settlement is open.
    """
    pairs = {**{new: old for old, new in goes.proposals.items()}, **goes.spread}
    spread = {new: old for new, old in _of_one_place(pairs, olds, news).items() if old in saved}
    same = same_lines(goes, olds, news)
    beyond = {old: new for old, new in goes.same_question.items() if new not in same and old in saved}
    return Destinations(
        same_question={old: new for old, new in beyond.items() if is_of_units_alone(saved[old])}, spread=spread
    )


def _of_one_place(pairs: Mapping[str, str], olds: Sequence[Row], news: Sequence[Row]) -> dict[str, str]:
    before, after = ({row["key"]: [row[name] for name in _PLACE] for row in rows} for rows in (olds, news))
    return {new: old for new, old in pairs.items() if before[old] == after[new]}


def keep_reading(
    connection: Connection,
    there: BookedSettlement,
    stored: pd.DataFrame,
    read: pd.DataFrame,
    batch: int,
    *,
    who: str,
    now: datetime,
) -> None:
    """Keep what the files of an exported settlement say now beside the lines that it went out with.

    Args:
        connection: Of `Database.writing`.
        there: The settlement.
        stored: Its lines as they went out (TRANSACTION_COLUMNS).
        read: What its files say now, with keys of their own.
        batch: The number of the batch that read it.
        who: Who imports, or opened the books.
        now: When.
    """
    held = _held(connection)
    known = _with_held(current_transactions.lines_known(connection, there, stored), connection, there, held)
    keyed = with_keys_of(known, read)
    olds, news = _beyond(known, keyed), _beyond(keyed, known)
    if not (olds and news):
        current_transactions.put(connection, there, keyed, batch)
        return
    newest = stored_overrides.newest_of(connection, [row["key"] for row in olds])
    saved = {key: row for key, row in newest.items() if says_something(row)}
    answered = with_what_holds(olds, saved, _costs(connection, olds, held))
    goes = destinations(answered, olds, news)
    same = same_lines(goes, olds, news)
    keys = [same.get(key, key) for key in keyed["key"]]
    current_transactions.put(connection, there, keyed.assign(key=pd.Series(keys, keyed.index, dtype=TEXT)), batch)
    questions, lines = ({row["key"]: row for row in rows} for rows in (answered, news))
    store_moves(connection, moves(goes, saved, olds, news), saved, questions, lines, who=who, now=now)


def _held(connection: Connection) -> pd.DataFrame:
    """Return what accepted true-ups say of lines that still have a cost by them (TRUE_UP_COLUMNS)."""
    accepted = true_up_history.accepted_true_ups(connection)
    return accepted[(accepted["cogs"] != 0).astype(bool)]


def _with_held(
    known: pd.DataFrame, connection: Connection, there: BookedSettlement, held: pd.DataFrame
) -> pd.DataFrame:
    """Return the known lines of a settlement, and those that are gone while the journal still has their cost."""
    rows = current_transactions.as_trued_up(connection, held[~held["key"].isin(list(known["key"]))])
    own = (rows["store"] == there.store) & (rows["settlement_id"] == there.settlement_id)
    return pd.concat([known, rows[own.astype(bool)]], ignore_index=True)


def _costs(connection: Connection, lines: Sequence[Row], held: pd.DataFrame) -> dict[str, Decimal]:
    """Return the unit cost of each line that is in the journal with one: as it went out, or by its last true-up."""
    keys = [row["key"] for row in lines]
    locked = records(locks.lines(connection, keys=keys))
    rows = [*locked, *records(held[held["key"].isin(keys)])]
    return {row["key"]: row["unit_cost"] for row in rows if row["unit_cost"] is not None}
