"""How a sheet is declared: one `TableSpec` per sheet, read by the template builder and by the code that fills it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from core.frame_columns import records

if TYPE_CHECKING:
    import pandas as pd


class Kind(StrEnum):
    """What a column holds; decides number format, alignment and how a cell is read back."""

    TEXT = "text"
    WHOLE = "whole"
    MONEY = "money"
    UNIT_COST = "unit cost"
    PERCENT = "percent"
    DATE = "date"
    MOMENT = "moment"
    FLAG = "flag"
    RATE = "rate"
    LINK = "link"
    """A formula that our own code wrote (`addin.sheets.drill_down`); never a text of the data."""


NUMBER_FORMATS = {  # `_ ` keeps a figure apart from the text of the next column
    Kind.TEXT: "@",
    Kind.WHOLE: "#,##0_ ",
    Kind.MONEY: '#,##0.00_ ;[Red]-#,##0.00_ ;"–"_ ',  # a dash is 0; what is not known is blank
    Kind.UNIT_COST: "#,##0.0000_ ",  # six places are kept
    Kind.PERCENT: "0.0%_ ",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
    Kind.FLAG: "@",
    Kind.RATE: "#,##0.0000####_ ",
    Kind.LINK: "General",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its header is its name, wherever the user moves it (others: `RENAMED`)."""

    header: str
    field: str
    """The field of the record that fills it."""
    kind: Kind = Kind.TEXT
    width: float = 12
    editable: bool = False
    only_where: str = ""
    """Where only some cells of an editable column may be edited: a condition on a row's cells, written as a formula
    with the fields of its columns in braces (`{filled}`)."""
    hidden: bool = False
    choices: tuple[str, ...] = ()
    """What may be chosen in an editable cell."""
    takes_dates: bool = False
    """Whether a real date in an editable cell of text is meant, and taken as 2026-08-31. Elsewhere Excel has made it
    out of something else (`5/1`, a SKU like `MAR-1`), and it is refused."""
    note: str = ""
    """What the column means, for the header's comment."""

    @property
    def wants(self) -> Kind:
        """Return what somebody is told to type: a date where dates are taken, a text of our own words as a text."""
        return Kind.DATE if self.takes_dates else self.kind


class RenamedHeader(NamedTuple):
    """A header that is another since a version."""

    since: str
    """The version of Cogsheet whose template has the new one."""
    table: str
    old: str
    new: str


RENAMED = (
    RenamedHeader("0.1.0", "tblTypes", "Event", "Line type"),
    RenamedHeader("0.1.0", "tblHistory", "On the screen", "Proposed cost"),
    RenamedHeader("0.1.0", "tblHistory", "Became", "Saved cost"),
    RenamedHeader("0.1.0", "tblResolve", "Settlement", "Settlement ID"),
)
"""Every header that was ever renamed, the oldest first.

`cogsheet upgrade` renames it in a workbook, with all that names it there; until then the program reads the old one.
"""


class NewColumn(NamedTuple):
    """A column that a table has only since a version."""

    since: str
    """The version of Cogsheet whose template has it."""
    table: str
    header: str


ADDED = (
    NewColumn("0.1.0", "tblResolve", "Currency"),
    NewColumn("0.1.0", "tblHistory", "SKU typed"),
    NewColumn("0.1.0", "tblTrueUps", "Unit cost was"),
    NewColumn("0.1.0", "tblTrueUps", "COGS was"),
)
"""Every column that came later than its table. None of them is typed into.

`cogsheet upgrade` adds it to a workbook; until then the program fills the others, so that every button works.
"""


def is_added(table: str, header: str) -> bool:
    """Tell whether a column came later than its table, so that an older workbook does not have it."""
    return any((one.table, one.header) == (table, header) for one in ADDED)


def known_headers(table: str, header: str) -> tuple[str, ...]:
    """Return a column's header and those that it had in earlier versions, the newest first."""
    headers = [header]
    for one in reversed(RENAMED):
        if one.table == table and one.new == headers[-1]:
            headers.append(one.old)
    return tuple(headers)


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One Excel table on its own sheet."""

    sheet: str
    table: str
    title: str
    """What the sheet is for, in one line above the table."""
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The fields whose values together name a row."""
    header_row: int = 4
    visible: bool = True
    frozen: bool = True
    """Whether everything to the header stays in sight; not where charts stand above it."""
    frozen_to: str = ""
    """The field of the last column that stays in sight, whatever is beside it; none if empty."""
    printed_to: str = ""
    """The field of the last column that is printed, where those behind it are only for the screen; all if empty."""

    def column(self, field: str) -> Column:
        """Return the column of a field."""
        return next(column for column in self.columns if column.field == field)


def records_of(table: pd.DataFrame, spec: TableSpec) -> list[dict[str, object]]:
    """Return one record per row with the fields of the declaration; a field without column is empty."""
    fields = [column.field for column in spec.columns]
    return records(table.reindex(columns=fields))
