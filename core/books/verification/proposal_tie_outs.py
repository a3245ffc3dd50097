"""Every true-up that was ever proposed for the lines of a lock, held against what the books held for its line. Pure.

What was accepted, dismissed or withdrawn follows alike from what the books held for the line when it was proposed. What
the line would have cost follows from nothing any more, where a later sync says otherwise: of that the units x unit cost
are recomputed, and the difference (docs/design/books.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.books.true_ups.cost_comparison import ACCOUNT, READING, change
from core.books.true_ups.true_up_history import TrueUpDecision
from core.books.verification.tie_outs import PLACE, TieOut, difference, place_of
from core.frame_columns import records
from core.model import Disposition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Proposals:
    """What was proposed for the lines of a lock that holds."""

    locked_lines: Sequence[Mapping[str, Any]]
    """COSTED_COLUMNS of the lock."""
    rows: Sequence[dict[str, Any]]
    """DECIDED_COLUMNS, in the order in which they were proposed."""
    came: Collection[str]
    """Keys of lines that ever came to the settlement by another reading."""
    skus: Mapping[str, Collection[str]]
    """The SKUs that a line states or that were ever typed for it, by its key."""
    home: str


def proposal_tie_outs(name: str, lines: pd.DataFrame, of: Proposals) -> Iterator[TieOut]:
    """Yield what differs of the true-ups of a settlement.

    Args:
        name: How the user calls the settlement.
        lines: The lines that its true-ups may be about.
        of: What was proposed for them.
    """
    places = {row["key"]: place_of(row) for row in records(lines, ["key", *PLACE])}
    known = {*places, *of.came, *(row["key"] for row in of.locked_lines)}
    locked = {row["key"] for row in of.locked_lines}
    held: dict[str, Mapping[str, Any]] = {row["key"]: row for row in of.locked_lines}
    before: dict[str, Mapping[str, Any]] = {}
    for row in of.rows:
        key = row["key"]
        place = f"{name}, {places.get(key, key)}: true-up {row['id']}"
        if key not in known:
            yield difference(f"{place}, line", key, "a line of the settlement")
        if key in before:
            yield from _after(place, row, before[key])
        yield from _of_what_was_held(place, row, held.get(key), came=key not in locked)
        yield from _of_itself(place, row, of.home)
        yield from _of_its_move(place, row, of.skus.get(key, ()))
        before[key] = row
        if row["decision"] == TrueUpDecision.ACCEPTED:
            held[key] = row


def _after(place: str, row: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[TieOut]:
    """A line has one proposal at a time: the one before was decided or withdrawn by then."""
    if before["decided_in"] is None or before["decided_in"] > row["batch"]:
        yield difference(f"{place}, proposed in batch", row["batch"], f"after true-up {before['id']} was decided")


def _of_what_was_held(
    place: str, row: Mapping[str, Any], was: Mapping[str, Any] | None, *, came: bool
) -> Iterator[TieOut]:
    """A true-up is the difference to what was held, and says what has changed; units that count moved goods.

    Of a line that came after the export older versions said for ever that another reading brought it, also where its
    cost changed since.
    """
    rest = row["cogs"] - ((was and was["cogs"]) or Decimal(0))
    if row["difference"] != rest:
        yield TieOut(place, row["difference"], rest, is_exact=True)
    cause = _cause(row, was)
    if row["cause"] != cause and not (came and row["cause"] == READING):
        yield difference(f"{place}, cause", row["cause"], cause)
    if row["disposition"] in (Disposition.NOT_RETURNED, Disposition.MONEY_ONLY) and row["cost_quantity"]:
        yield difference(f"{place}, disposition", row["disposition"], f"one that moves {row['cost_quantity']} units")


def _cause(row: Mapping[str, Any], was: Mapping[str, Any] | None) -> str:
    if was is None or (row["unit_cost"] is None and not row["cogs"] and row["cause"] == READING):
        return READING
    if row["event_was"] is not None and not row["difference"]:
        return ACCOUNT
    return change(dict(row), dict(was))


def _of_itself(place: str, row: Mapping[str, Any], home: str) -> Iterator[TieOut]:
    """COGS of a true-up is units x unit cost, in home currency."""
    if row["unit_cost"] is not None and row["cost_quantity"] is not None:
        cogs = row["unit_cost"] * row["cost_quantity"]
        if cogs != row["cogs"]:
            yield TieOut(f"{place}, COGS and units x unit cost", row["cogs"], cogs, is_exact=True)
    if row["currency"] != home:
        yield difference(f"{place}, currency", row["currency"], home)


def _of_its_move(place: str, row: Mapping[str, Any], skus: Collection[str]) -> Iterator[TieOut]:
    """What moves between accounts says from where and to where, with SKUs of its line; else it says nothing of it."""
    moves = row["event_was"] is not None and row["event_now"] is not None
    for when in ("was", "now"):
        event, sku = row[f"event_{when}"], row[f"sku_{when}"]
        if event is not None and not moves:
            yield difference(f"{place}, type it {when}", event, None)
        if sku is not None and not (moves and sku in skus):
            yield difference(f"{place}, SKU it {when}", sku, " or ".join(sorted(skus)) if moves else None)
