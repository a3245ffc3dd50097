"""Answers of lines whose units are counted on another line of the same item since a further document came.

eBay states all units of an item in every row that pays for it, and they are counted on the first. Worked example: the
balance row of a mug came in September's report and 5.00 was typed for it; August's report brings the deposit row of the
same mug, which carries its unit from now on. The 5.00 were typed for that unit, so they go on there, as they would have
stayed there if August's report had come first. They stay with the balance row too: where the deposit leaves the books
again, they hold for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.books import batches
from core.books.batches import BatchKind
from core.books.database.repeating import repeated
from core.books.overrides import stored_overrides
from core.books.overrides.questions import says_something
from core.frame_columns import records
from core.model import Event

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from core.books.books import Books
    from core.books.database import Database
    from core.time import SettlementName

Row = dict[str, Any]
_NOTE = "to the lines that carry the units now"
_ITEM = ("store", "order_id", "order_item_id")
_PLACE = ["store", "settlement_id", "order_id"]


def counted_on_others(books: Books) -> dict[str, str]:
    """Return by the key of each line that an answer goes on to that of the line which it was saved for. Pure.

    A line of an exported settlement stays as it went out, and so does one for which anything was ever saved.
    """
    saved = {row["key"]: row for row in records(books.overrides)}
    answers = {key: row for key, row in saved.items() if says_something(row) and row["units_back"] is None}
    locked = set() if books.locked_lines is None else set(books.locked_lines["key"])
    goes_on: dict[str, str] = {}
    for rows in _items(books, {key for key in answers if answers[key]["asked_units"] != 0}):
        without = [row["key"] for row in rows if row["quantity"] == 0 and row["key"] in answers.keys() - locked]
        carrying = [row["key"] for row in rows if row["quantity"] != 0 and row["key"] not in saved.keys() | locked]
        newest = max(without, key=lambda key: answers[key]["saved_at"], default=None)
        goes_on |= {} if newest is None else dict.fromkeys(carrying, newest)
    return goes_on


def unsettled(books: Books, came: Collection[SettlementName]) -> set[str]:
    """Return the keys of lines that ask how many units they have though a cost was saved for them. Pure.

    A further document states other units of their order than the one that they were answered by.

    Args:
        books: The books, or those of their lines that have an order with a settlement that came.
        came: The settlements that came: of their orders alone.
    """
    asked, lines = books.costing_input.asked_units, books.lines
    if asked is None:
        return set()
    new = lines.loc[lines["settlement_id"].isin([number for _, number in came]), _PLACE]
    orders = [
        row["order_id"] for row in records(new) if row["order_id"] and (row["store"], row["settlement_id"]) in came
    ]
    keys = set(asked["key"]) & set(lines.loc[lines["order_id"].isin(orders), "key"])
    return {row["key"] for row in records(books.overrides_now) if row["key"] in keys and says_something(row)}


def _items(books: Books, answered: set[str]) -> Sequence[Sequence[Row]]:
    """Return the sales of each item that has an answered line without units, if it has several."""
    lines = books.lines
    sold = lines[lines["order_item_id"].notna() & (lines["event"] == Event.SALE).fillna(value=False).astype(bool)]
    bare = sold[sold["key"].isin(list(answered)) & (sold["quantity"] == 0).fillna(value=False).astype(bool)]
    near = sold[sold["order_id"].isin(list(bare["order_id"]))] if len(bare) else bare
    items: dict[tuple[object, ...], list[Row]] = {}
    for row in records(near, ["key", *_ITEM, "quantity"]):
        items.setdefault(tuple(row[name] for name in _ITEM), []).append(row)
    return [rows for rows in items.values() if len(rows) > 1]


@repeated
def follow_units(database: Database, books: Books, *, who: str, now: datetime) -> Mapping[str, str]:
    """Let answers go on to the lines that carry their units now, as a batch of its own that undo takes back.

    Args:
        database: The books.
        books: Their state, just loaded.
        who: Who brought the document.
        now: When.

    Returns:
        `counted_on_others`.
    """
    goes_on = counted_on_others(books)
    if not goes_on:
        return {}
    with database.writing() as connection:
        saved = stored_overrides.newest_of(connection, sorted(set(goes_on.values())))
        batch = batches.new(connection, BatchKind.MOVE, who, now, note=_NOTE)
        stored_overrides.append(connection, [{**saved[old], "key": new} for new, old in goes_on.items()], batch)
    return goes_on
