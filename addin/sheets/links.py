"""Links from a row of one sheet to the row of another that stands for the same line (docs/design/workbook-engine.md).

A link is a formula that finds its row by key each time it is calculated, so it still leads there after either sheet was
sorted, filtered or has grown. Our own code writes it: the only texts of the data in it are names of sheets and tables,
quoted as Excel wants it, and addresses in Base64. The row in which the key stands while the sheet is filled is tried
first, so that Excel need not search a long table for every link.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from addin.sheets import tables
from addin.sheets.cells import plain_values, to_text
from core.finale.settings import BASE_URL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import xlwings as xw

    from addin.sheets.columns import TableSpec
    from addin.sheets.tables import FoundTable

_LONGEST_TEXT = 255
"""Excel takes no longer text within a formula."""


@dataclass(frozen=True, slots=True)
class Place:
    """A table whose rows can be linked to."""

    sheet: str
    table: str
    header: str
    """Of the column that is searched."""
    rows: Mapping[str, int]
    """Key -> data row, from 1, as the sheet stands."""

    def link(self, key: object, by: str, label: str) -> str | None:
        """Return the formula that leads to the row of a key; `None` where it has none.

        Args:
            key: Of the row that is meant.
            by: The header of the column that holds the key in the row of the link itself.
            label: What the link shows.
        """
        row = self.rows.get(key) if isinstance(key, str) else None
        if row is None:
            return None
        column, wanted = f"{self.table}[{self.header}]", f"[@[{by}]]"
        found = f"IFERROR(IF(INDEX({column},{row})={wanted},{row},NA()),MATCH({wanted},{column},0))"
        top = f"ROW({self.table}[[#Headers],[{self.header}]])"
        sheet = _in_text("#'" + self.sheet.replace("'", "''") + "'!A")
        return f'=IFERROR(HYPERLINK({sheet}&({top}+{found}),{_in_text(label)}),"")'


def place(found: FoundTable, field: str = "key") -> Place:
    """Return where the rows of a table stand now.

    Args:
        found: The table.
        field: The field whose values name the rows; of equal values the first counts.
    """
    rows: dict[str, int] = {}
    for number, key in enumerate(column_texts(found, field), start=1):
        if key:
            rows.setdefault(key, number)
    return Place(str(found.sheet.name), str(found.table.name), found.headers[field], rows)


def column_texts(found: FoundTable, field: str) -> list[str]:
    """Read one column of a table as texts."""
    body = found.body
    if body is None:
        return []
    cells = plain_values(found.column_cells(field, 0, int(body.shape[0])))
    return [to_text(row[0]) or "" for row in cells]


def place_of(book: xw.Book, spec: TableSpec, field: str = "key", *, table: str | None = None) -> Place:
    """Return where the rows of a table stand now, found by its name."""
    return place(tables.find(book, spec, table=table), field)


def first_link(places: Iterable[tuple[Place, str]], key: object, by: str) -> str | None:
    """Return the link to the first of several places, each with its label, that has a row for the key."""
    found = (place.link(key, by, label) for place, label in places)
    return next((formula for formula in found if formula), None)


def finale_order_link(account: str, order_id: object) -> str | None:
    """Return the link to an order's page in Finale; `None` without account or order.

    The form of the address is the one that users of Finale pass on; it is not documented (docs/facts/finale-api.md,
    Address and key).
    """
    if not account or not isinstance(order_id, str) or not order_id:
        return None
    path = f"/{account}/api/order/{quote(order_id, safe='')}"
    address = f"{BASE_URL}/{quote(account)}/sc2/?order/sales/order/{b64encode(path.encode()).decode('ascii')}"
    return f'=HYPERLINK({_in_text(address)},"Finale")' if len(address) < _LONGEST_TEXT else None


def _in_text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
