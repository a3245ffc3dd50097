"""Sheet Messages: what the last fifty presses said, in full, for a box shows only the head of a long message."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from addin.sheets.drill_down import link_to_sheet, show_labels
from addin.sheets.tables import tables
from addin.sheets.tables.cells import serial, to_text
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from addin.sheets.tables.table_search import place_of_table, sheet_named
from core.errors import WorkbookError
from core.log import REDACTION
from workbook_engine.errors import WorkbookFileError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xlwings as xw

    from addin.sheets.tables.tables import SheetTable

MESSAGES_SPEC = TableSpec(
    sheet="Messages",
    table="tblMessages",
    title="Messages: what the last buttons said, in full, the newest first",
    key=("key",),
    columns=(
        Column("Time", "time", Kind.MOMENT, width=17, note="In UTC."),
        Column("Button", "button", width=26, note="Or the command that does the same."),
        Column("Ended", "ended", width=16),
        Column("Message", "message", width=125, wraps=True),
        Column("Key", "key", hidden=True),
        Column("Go to", "link", Kind.LINK, width=17, note="The sheet that the message speaks of."),
    ),
)
KEPT = 50
"""So many messages stay, the newest."""
DONE, ATTENTION, STOPPED = "Done", "Needs you", "Not done"
ENDINGS = (DONE, ATTENTION, STOPPED)
"""How a button ended, by the exit status of its command."""
_SIGNS_IN_A_LINE, _LINE, _HIGHEST = 118, 13.5, 405.0
"""Of column Message: how many signs surely stand in one line, its height in points, and the highest row."""
_LONGEST_HEAD, _MOST_LINES = 700, 12
"""Characters and lines that a box shows well."""


class Message(NamedTuple):
    """What a press said."""

    time: datetime
    button: str
    ended: str
    """One of ENDINGS."""
    text: str


def add_message(book: xw.Book, message: Message) -> None:
    """Put what a press said on top of the sheet; a workbook without it, or a protected one, stays as it is."""
    if place_of_table(book, MESSAGES_SPEC.table) is None:
        return
    with suppress(WorkbookError, WorkbookFileError):  # the button has done its work
        table = tables.find(book, MESSAGES_SPEC)
        there = [row for row in tables.read(table, MESSAGES_SPEC) if _place(row)]
        moment = serial(message.time.astimezone(UTC).replace(tzinfo=None))  # a number is written in one call to Excel
        new = {"time": moment, "button": message.button, "ended": message.ended}
        rows = [new | {"message": REDACTION.redact(message.text)}, *sorted(there, key=_place)][:KEPT]
        rows = [
            {**row, "link": _link(book, to_text(row["message"]) or ""), "key": str(place)}
            for place, row in enumerate(rows, start=1)
        ]
        tables.update(book, MESSAGES_SPEC, rows)
        places = [_place(row) for row in there]
        places += range(len(places) + 1, len(rows) + 1)
        shown = [rows[place - 1] for place in places if place <= len(rows)]
        show_labels(table, [to_text(row["link"]) for row in shown])
        _fit_rows(table, [str(row["message"]) for row in shown], [to_text(row["message"]) or "" for row in there])


def _fit_rows(table: SheetTable, texts: Sequence[str], before: Sequence[str]) -> None:
    """Give each row the height of its message where another one stood in it, as far as Excel has rows so high."""
    was = [*map(_height, before), *[_height("")] * len(texts)]  # a new row is as high as one line
    wanted = [None if height == was[place] else height for place, height in enumerate(map(_height, texts))]
    first = 0
    for height, group in groupby(wanted):
        count = len(list(group))
        if height is not None:
            table.column_cells("key", first, count).row_height = height
        first += count


def _height(text: str) -> float:
    """Return the height of a row that shows a text, in points."""
    lines = sum(max(1, -(-len(line) // _SIGNS_IN_A_LINE)) for line in text.split("\n"))
    return min(_HIGHEST, 3 + _LINE * lines)


def _place(row: Mapping[str, object]) -> int:
    """Return which message a row has, the newest is 1; 0 of a row of the user's own."""
    text = to_text(row["key"]) or ""
    return int(text) if text.isdecimal() else 0


def _link(book: xw.Book, text: str) -> str | None:
    sheet = spoken_of(text)
    return link_to_sheet(sheet, sheet) if sheet and sheet_named(book, sheet) is not None else None


def spoken_of(text: str) -> str:
    """Return the sheet that a message names first; empty where it names none.

    Examples:
        >>> spoken_of("2 lines without cost on sheet Resolve. Type each cost, then Save costs.")
        'Resolve'
        >>> spoken_of("1 cost is proposed on sheet Cost true-ups.")
        'Cost true-ups'
    """
    named = re.search(rf"\b[Ss]heets? \*?({_NAMES})\b", text)
    return named[1] if named else ""


_SHEETS = (
    *("Setup", "Settlements", "Transactions", "Resolve", "Costs", "SKU mapping", "Opening costs", "Changes"),
    *("P&L summary", "P&L", "Journal", "Cost true-ups", "Change history", "Accounts", "Transaction types"),
    *("Stores", "Exchange rates", "Today"),
)
"""Sheets that messages speak of; longer names stand before those that they begin with."""
_NAMES = "|".join(map(re.escape, _SHEETS))


def head_of(book: xw.Book, text: str) -> str:
    """Return what a box shows of a message: all of a short one, of a long one whole lines and where the rest is."""
    lines = text.split("\n")
    if (len(text) <= _LONGEST_HEAD and len(lines) <= _MOST_LINES) or place_of_table(book, MESSAGES_SPEC.table) is None:
        return text
    shown = lines[:_MOST_LINES]
    while len(shown) > 1 and len("\n".join(shown)) > _LONGEST_HEAD:
        shown.pop()
    head = "\n".join(shown)
    head = head if len(head) <= _LONGEST_HEAD else head[:_LONGEST_HEAD].rsplit(" ", 1)[0] + " …"
    return f"{head}\n…\nSheet Messages has all of it."
