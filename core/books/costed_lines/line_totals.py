"""What the lines of each settlement come to and what is to be remarked of them, kept beside its costed lines.

So the row of a settlement on sheet Settlements, and how much of it has a cost, are known without its lines. A change of
some lines moves the totals on; no answer changes a remark, but for one that gives a line another SKU.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from core.books.database import costing_tables
from core.books.settlements.remarks import remarks
from core.books.settlements.status import (
    LineCounts,
    SettlementNotes,
    Stake,
    Totals,
    settlement_totals,
    totals_after_changes,
)
from core.marketplaces.settlements.continuity import reserves
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from core.books.books import Books
    from core.books.database import Connection


def notes_of(books: Books) -> dict[int, SettlementNotes]:
    """Return what is noted of each settlement of books that are loaded whole, by its number. Pure.

    Returns:
        Nothing where exported lines may ask today: what that comes to hangs on answers.
    """
    if books.may_ask_after_export:
        return {}
    told = remarks(books)
    short = {name: tuple(one.short for one in of_it) for name, of_it in told.items()}
    return {
        one.id: replace(notes_of_lines(books.lines_of(one)), remarks=short.get((one.store, one.settlement_id), ()))
        for one in books.settlements
    }


def notes_of_lines(lines: pd.DataFrame) -> SettlementNotes:
    """Return what is noted of a settlement for its lines alone: everything but its remarks. Pure."""
    sites = lines["marketplace"].fillna("").str.strip().str.lower().value_counts()
    counts = {str(site): int(sites[site]) for site in sorted(sites.index)}
    balances = lines[(lines["event"] == Event.BALANCE.value).fillna(value=False).astype(bool)]
    return SettlementNotes((), tuple(sorted(lines["sku"].dropna().unique())), counts, reserves(balances))


def skus_of(books: Books) -> set[str]:
    """Return the SKUs of all lines, also where only some are loaded."""
    if books.settlement_notes:
        return {sku for one in books.settlement_notes.values() for sku in one.skus}
    return set(books.lines["sku"].dropna())


def totals_text(totals: Totals) -> str:
    """Return totals as they are kept."""
    return json.dumps(asdict(totals), default=str, sort_keys=True)


def _read(text: str) -> Totals | None:
    """Return totals that are kept; nothing of those that an earlier version kept without all of it."""
    told = json.loads(text)
    if "at_stake" not in told:
        return None
    money = {name: Decimal(told[name]) for name in ("cogs", "left_out")}
    stake = {currency: Stake(lines, Decimal(net)) for currency, (lines, net) in told["at_stake"].items()}
    return Totals(**{**told, **money, "counts": LineCounts(**told["counts"]), "at_stake": stake})


def moved_totals(
    totals: Mapping[int, Totals],
    was: pd.DataFrame,
    now: pd.DataFrame,
    counted: Callable[[pd.DataFrame], pd.DataFrame],
) -> dict[int, Totals]:
    """Return the totals of the settlements of which some lines have become others. Pure.

    Args:
        totals: Of each settlement, as they were.
        was: The lines that have become others, as they were, with the number of their `settlement`.
        now: The same lines in the same order.
        counted: Returns those of some lines that the books count.
    """
    places = now["settlement"].reset_index(drop=True).groupby(now["settlement"].to_numpy()).indices
    found = {}
    for number, at in ((int(str(name)), at) for name, at in places.items()):
        if number in totals:
            old = totals[number]
            sums = (
                settlement_totals(rows, counted(rows), is_history=old.is_history)
                for rows in (was.iloc[at], now.iloc[at])
            )
            found[number] = totals_after_changes(old, *sums)
    return found


def _read_notes(told: Mapping[str, Any]) -> SettlementNotes:
    current, previous = map(Decimal, told["reserves"])
    return SettlementNotes(tuple(told["remarks"]), tuple(told["skus"]), told["sites"], (current, previous))


def kept_totals(connection: Connection) -> dict[int, Totals]:
    """Return what the lines of each settlement come to, by its number, as far as it is kept."""
    kept = costing_tables.costed_settlement.c
    query = select(kept.settlement, kept.totals).where(kept.totals.is_not(None))
    found = {row.settlement: _read(row.totals) for row in connection.execute(query)}
    return {number: totals for number, totals in found.items() if totals is not None}


def put_totals(connection: Connection, totals: Mapping[int, Totals]) -> None:
    """Keep what the lines of settlements come to, of which lines are kept."""
    kept = costing_tables.costed_settlement
    for number, one in totals.items():
        connection.execute(update(kept).where(kept.c.settlement == number).values(totals=totals_text(one)))


def kept_notes(connection: Connection) -> dict[int, SettlementNotes]:
    """Return what is noted of each settlement, by its number; nothing where that of any may have become other."""
    kept = costing_tables.costed_settlement.c
    texts = {row.settlement: row.noted for row in connection.execute(select(kept.settlement, kept.noted))}
    if None in texts.values():
        return {}
    told = {number: json.loads(text) for number, text in texts.items()}
    if any("reserves" not in one for one in told.values()):
        return {}  # kept by an earlier version
    return {number: _read_notes(one) for number, one in told.items()}


def put_notes(connection: Connection, notes: Mapping[int, SettlementNotes]) -> None:
    """Keep what is noted of settlements of which lines are kept; of all others nothing is."""
    kept = costing_tables.costed_settlement
    texts = {
        number: json.dumps(asdict(one), default=str, ensure_ascii=False, sort_keys=True)
        for number, one in notes.items()
    }
    for row in connection.execute(select(kept.c.settlement, kept.c.noted)).all():
        if row.noted != texts.get(row.settlement):
            noted = update(kept).where(kept.c.settlement == row.settlement)
            connection.execute(noted.values(noted=texts.get(row.settlement)))


def forget_notes(connection: Connection) -> None:
    """Let nothing that is noted hold any more, until the books are loaded whole."""
    put_notes(connection, {})
