"""Month-end accruals made again from what was known on their day, and compared with the entries that are stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from core.books import overrides, settings, settlement_lines
from core.books.accruals import MadeOf, accrual_setting
from core.books.entry_tie_outs import made_tie_outs
from core.books.overrides import HISTORY_COLUMNS
from core.books.tie_outs import TieOut, difference
from core.books.type_choices import with_choices
from core.costing import with_typed_skus
from core.facilitator_tax import with_tax_kinds
from core.frame_columns import COSTED_COLUMNS, OVERRIDE_COLUMNS, TEXT, conform, frame, records
from core.journal.accrual_entry import AccrualDays, accrual_entries
from core.journal.entry import Entry, EntryKey
from core.time import Month, local_days

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from core.books.books import Books
    from core.books.database import Connection
    from core.books.entries import EntryRow, PostedEntry
    from core.journal.accounts import Accounts
    from core.settings import Policies


def _as_made(entry: PostedEntry) -> EntryRow:
    """Return a stored entry with the kind that its key says; stored ones are called accrual and reversal.

    One whose key is not that of its store and name is left as it is: that is named by itself.
    """
    try:
        key = EntryKey.parse(entry.entry.key, store=entry.store, settlement_id=entry.settlement_id)
    except ValueError:
        return entry.entry
    return replace(entry.entry, kind=key.kind)


def _of_lines(name: str, of: MadeOf, lines: pd.DataFrame, end: date, books: Books) -> Iterator[TieOut]:
    """Hold each line of an accrual against the month: it left by its end, is posted later, and costs what it costs."""
    there = set(lines["key"])
    posted = dict(zip(lines["key"], local_days(lines, books.zones), strict=True))
    for one in of.lines:
        place = f"{name}: line {one.key}"
        if one.key not in there:
            yield difference(place, "accrued", "no line of the books then")
        elif one.ship_day > end.isoformat() or posted[one.key] <= end.isoformat():
            yield difference(
                place, f"shipped {one.ship_day}, posted {posted[one.key]}", f"shipped by {end}, posted later"
            )
        if one.unit_cost is not None and one.cogs != one.unit_cost * (one.cost_quantity or 0):
            yield difference(f"{place}, COGS", one.cogs, one.unit_cost * (one.cost_quantity or 0))


def accrual_tie_outs(
    connection: Connection, books: Books, entries: Sequence[PostedEntry], choices: Sequence[tuple[Policies, Accounts]]
) -> list[TieOut] | None:
    """Hold the accrual entries of one batch, reversals included, against those made again; only what differs.

    Money is that of the lines as they were in the books then, cost and day of shipping what was known then.

    Args:
        connection: Of `Database.reading`.
        books: The books.
        entries: The entries of no settlement that the batch stored, the accruals and what takes them back next day.
        choices: The policies and accounts that can have held.

    Returns:
        `None` where the books do not know what it was made of: it was booked by an older version.
    """
    batch = entries[0].batch
    of = settings.get(connection, accrual_setting(batch), MadeOf | None, None)  # type: ignore[arg-type]  # pydantic knows it
    if of is None:
        return None
    name, month = f"Accrual of {of.month}", Month.parse(of.month)
    lines = _as_known(connection, books, of, batch)
    days = AccrualDays(month.last_day, month.day_after)
    home = books.company.home_currency

    def made() -> Iterator[list[Entry]]:
        for policies, accounts in choices:
            finale = policies.finale_posts
            pairs = accrual_entries(lines, days, home_currency=home, accounts=accounts, finale_posts=finale)
            yield [entry for pair in pairs for entry in pair]

    standing = [_as_made(one) for one in entries]
    return [*made_tie_outs(name, standing, made()), *_of_lines(name, of, lines, month.last_day, books)]


def _as_known(connection: Connection, books: Books, of: MadeOf, batch: int) -> pd.DataFrame:
    """Return the lines of an accrual (TRANSACTION_COLUMNS, COSTED_COLUMNS) as they were when it was booked."""
    then = settlement_lines.transactions_at(connection, batch)
    classified = with_choices(connection, then, books.settlements, books.stores, until=batch)
    answers = [row for row in records(overrides.history(connection)) if row["batch"] <= batch]
    named = with_typed_skus(classified, conform(OVERRIDE_COLUMNS, frame(HISTORY_COLUMNS, answers)))
    taxed = with_tax_kinds(named)
    known = {one.key: one for one in of.lines}
    costs = {
        name: {key: getattr(one, name) for key, one in known.items()}
        for name in ("unit_cost", "cost_quantity", "cogs", "ship_day")
    }
    lines = taxed[taxed["key"].isin(list(known))].reset_index(drop=True)
    costed = {name: [values[key] for key in lines["key"]] for name, values in costs.items() if name != "ship_day"}
    rows = frame(
        COSTED_COLUMNS, [dict(zip(costed, values, strict=True)) for values in zip(*costed.values(), strict=True)]
    )
    shipped = pd.Series([costs["ship_day"][key] for key in lines["key"]], lines.index, dtype=TEXT)
    return pd.concat([lines, rows.drop(columns="key")], axis=1).assign(ship_day=shipped)
