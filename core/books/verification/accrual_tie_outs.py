"""Month-end accruals made again from what was known on their day, and compared with the entries that are stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from core.books.entries.accruals import AccrualBasis, accrual_setting
from core.books.overrides import stored_overrides
from core.books.overrides.stored_overrides import HISTORY_COLUMNS
from core.books.settings import stored_settings
from core.books.settings.type_choices import with_choices
from core.books.settlements import settlement_lines
from core.books.verification.entry_tie_outs import made_tie_outs
from core.books.verification.tie_outs import TieOut, difference
from core.costing import with_typed_skus
from core.facilitator_tax import TAX_KIND, with_tax_kinds
from core.frame_columns import COSTED_COLUMNS, OVERRIDE_COLUMNS, TEXT, conform, frame, records
from core.journal.accrual_entry import AccrualDays, accrual_entries
from core.journal.entry import Entry, EntryKey
from core.reports.accrual import money_in_part
from core.time import Month, local_days

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from core.books.books import Books
    from core.books.database import Connection
    from core.books.entries.stored_entries import EntryRow, PostedEntry
    from core.facilitator_tax import PostedTax
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


def _of_lines(name: str, of: AccrualBasis, lines: pd.DataFrame, end: date, books: Books) -> Iterator[TieOut]:
    """Hold each line of an accrual against the month: it left by its end, is posted later, and costs what it costs."""
    there = set(lines["key"])
    today = dict(zip(lines["key"], local_days(lines, books.zones), strict=True))
    posted = {one.key: one.posted_day or today.get(one.key, "") for one in of.lines}
    yield from _beyond_their_moments(name, posted, lines)
    for one in of.lines:
        place = f"{name}: line {one.key}"
        if one.key not in there:
            yield difference(place, "accrued", "no line of the books then")
        elif one.ship_day > end.isoformat() or str(posted[one.key]) <= end.isoformat():
            yield difference(
                place, f"shipped {one.ship_day}, posted {posted[one.key]}", f"shipped by {end}, posted later"
            )
        if one.unit_cost is not None and one.cogs != one.unit_cost * (one.cost_quantity or 0):
            yield difference(f"{place}, COGS", one.cogs, one.unit_cost * (one.cost_quantity or 0))


def _beyond_their_moments(name: str, posted: Mapping[str, str], lines: pd.DataFrame) -> Iterator[TieOut]:
    """Name lines whose posted day no time zone makes of their moment: it is that of UTC, the one before or after."""
    for row in records(lines, ["key", "posted_at"]):
        day, moment = posted[row["key"]], row["posted_at"]
        if day and moment is not None and abs(date.fromisoformat(day) - moment.date()) > _ZONES_APART:
            yield difference(f"{name}: line {row['key']}, posted", day, str(moment.date()))


_ZONES_APART = timedelta(days=1)


TaxKinds = dict[str, str | None]
"""Whose tax the tax of a line was, by its key."""


def _tax_kinds(of: AccrualBasis, named: pd.DataFrame, posted: PostedTax) -> tuple[list[TaxKinds], list[str]]:
    """Return whose tax the lines' tax can have been when the accrual was booked, and the lines that deny what is kept.

    What was out then kept the kind that it went out with, whatever all lines together say: both are possible, and which
    of them it was is kept with the accrual. An older version did not keep it: then it may be either.

    Args:
        of: What the accrual was made of.
        named: All lines of the books as they were then.
        posted: What is out, with the kinds that other settlements decided.
    """
    settlements = set(zip(named["store"], named["settlement_id"], strict=True))
    outs: tuple[PostedTax, ...] = ({}, posted, {name: {} for name in settlements})
    possible = [_by_key(with_tax_kinds(named, out)) for out in outs]
    kinds = [{one.key: one.tax_kind or some.get(one.key) for one in of.lines} for some in possible]
    wrong = [
        one.key for one in of.lines if one.tax_kind and one.tax_kind not in {some.get(one.key) for some in possible}
    ]
    return [some for place, some in enumerate(kinds) if some not in kinds[:place]], wrong


def _by_key(lines: pd.DataFrame) -> TaxKinds:
    return {row["key"]: row[TAX_KIND] for row in records(lines, ["key", TAX_KIND])}


def _as_known(named: pd.DataFrame, of: AccrualBasis, tax_kinds: TaxKinds) -> pd.DataFrame:
    """Return the lines of an accrual (TRANSACTION_COLUMNS, COSTED_COLUMNS) as they were when it was booked. Pure.

    Args:
        named: `_named_then`.
        of: What it was made of.
        tax_kinds: Whose tax the tax of its lines was.
    """
    known = {one.key: one for one in of.lines}
    costs = {
        name: {key: getattr(one, name) for key, one in known.items()}
        for name in ("unit_cost", "cost_quantity", "cogs", "ship_day")
    }
    lines = named[named["key"].isin(list(known))].reset_index(drop=True)
    costed = {name: [values[key] for key in lines["key"]] for name, values in costs.items() if name != "ship_day"}
    rows = frame(
        COSTED_COLUMNS, [dict(zip(costed, values, strict=True)) for values in zip(*costed.values(), strict=True)]
    )
    taxed = pd.Series([tax_kinds[key] for key in lines["key"]], lines.index, dtype=TEXT)
    shipped = pd.Series([costs["ship_day"][key] for key in lines["key"]], lines.index, dtype=TEXT)
    whole = pd.concat([lines, rows.drop(columns="key")], axis=1).assign(ship_day=shipped, **{TAX_KIND: taxed})
    parts = {key: (one.units_left, one.units_sold) for key, one in known.items() if one.units_left and one.units_sold}
    return money_in_part(whole, parts)


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
    of = stored_settings.get(connection, accrual_setting(batch), AccrualBasis | None, None)  # type: ignore[arg-type]  # pydantic knows it
    if of is None:
        return None
    name, month = f"Accrual of {of.month}", Month.parse(of.month)
    named = _named_then(connection, books, batch)
    tax_kinds, deniers = _tax_kinds(of, named, books.posted_tax)
    candidates = [_as_known(named, of, kinds) for kinds in tax_kinds]
    days = AccrualDays(month.last_day, month.day_after)
    home = books.company.home_currency

    def made() -> Iterator[list[Entry]]:
        for lines, (policies, accounts) in product(candidates, choices):
            finale = policies.finale_posts
            pairs = accrual_entries(lines, days, home_currency=home, accounts=accounts, finale_posts=finale)
            yield [entry for pair in pairs for entry in pair]

    standing = [_as_made(one) for one in entries]
    of_lines = _of_lines(name, of, candidates[0], month.last_day, books)
    of_tax = (difference(f"{name}: line {key}, tax", tax_kinds[0][key], "as its order says") for key in deniers)
    return [*made_tie_outs(name, standing, made()), *of_lines, *of_tax]


def _named_then(connection: Connection, books: Books, batch: int) -> pd.DataFrame:
    """Return all lines of the books as they were in a batch: words as they were answered, SKUs as they were typed."""
    then = settlement_lines.transactions_at(connection, batch)
    classified = with_choices(connection, then, books.settlements, books.stores, until=batch)
    answers = [row for row in records(stored_overrides.history(connection)) if row["batch"] <= batch]
    return with_typed_skus(classified, conform(OVERRIDE_COLUMNS, frame(HISTORY_COLUMNS, answers)))
