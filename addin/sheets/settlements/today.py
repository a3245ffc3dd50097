"""Sheet Today, the first of the workbook: what needs a person, in order, each with its money and a link."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from addin.sheets import exchange
from addin.sheets.close.true_ups import DISMISSED, TRUE_UPS_SPEC
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.drill_down import link_to_sheet, place_of, write_links
from addin.sheets.reports.pnl import PNL_SUMMARY_SPEC
from addin.sheets.settlements.settlements import SETTLEMENTS_SPEC
from addin.sheets.settlements.types import TYPES_SPEC
from addin.sheets.setup.setup import SETUP_SPEC
from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_decimal, to_text
from addin.sheets.tables.native_cells import plain_values
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.books.settlements.to_do import FailedConnection, Need, Waiting
from core.log import REDACTION
from core.money import total
from core.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import xlwings as xw

    from addin.sheets.drill_down import LinkTarget
    from core.books.settlements.to_do import ToDo

TODAY_SPEC = TableSpec(
    sheet="Today",
    table="tblToday",
    title="Today: what needs you, in order, each with its money",
    key=("key",),
    header_row=5,
    frozen=False,
    columns=(
        Column("What needs you", "need", width=24, note="In the order in which it is dealt with."),
        Column("Store", "store", width=16),
        Column("Settlement ID", "settlement_id", width=17, note="Where it is about one."),
        Column("How much", "amount", width=20),
        Column(
            "Money",
            "money",
            Kind.MONEY,
            width=15,
            note="What hangs on it: the payout that waits, the net of lines without cost, the difference of true-ups.",
        ),
        Column("Currency", "currency", width=10),
        Column("What to do", "next_step", width=46),
        Column("Go to", "link", Kind.LINK, width=16),
        Column("Key", "key", hidden=True),
    ),
)
FIRST_SENTENCE = "Welcome. Import a settlement, or pull from a connected store: then this sheet says what needs you."
ALL_DONE = "All done. Nothing needs you today."
CHART_CAPTION = "K4"
"""The cell above the chart."""
NO_CHART = "Profit and loss fills this chart."
_LEADS_TO = {
    Need.MISSING_COSTS: RESOLVE_SPEC,
    Need.UNKNOWN_TYPES: TYPES_SPEC,
    Need.TRUE_UPS: TRUE_UPS_SPEC,
    Need.RECLASSIFICATIONS: TRUE_UPS_SPEC,
    Need.CONNECTION: SETUP_SPEC,
}
"""The sheet on which it is dealt with; all others are on Settlements."""


def fill_today(book: xw.Book, found: Sequence[ToDo], last_sync: datetime | None, *, has_settlements: bool) -> None:
    """Show what needs a person, in that order.

    Args:
        book: The workbook.
        found: What.
        last_sync: When costs were last fetched.
        has_settlements: Whether there is any settlement in the books.
    """
    records = list({_key(one): _record(one) for one in found}.values())
    table = tables.find(book, TODAY_SPEC)
    if not _shows(tables.read(table, TODAY_SPEC), records):
        tables.update_report(book, TODAY_SPEC, records, keep=1)
        write_links(table, TODAY_SPEC, _links(book, tables.read(table, TODAY_SPEC)))
    synced = f"{last_sync:%Y-%m-%d %H:%M} UTC" if last_sync else "not yet"
    summary = _summary(found, has_settlements=has_settlements)
    _say(table.sheet, (summary, f"Last sync with Finale Inventory: {synced}.", _chart_caption(book)))


def _shows(there: Sequence[Mapping[str, object]], records: Sequence[Mapping[str, object]]) -> bool:
    """Tell whether these rows stand there already, each of them with what it says; links lead where they led."""
    names = [column.field for column in TODAY_SPEC.columns if column.kind is not Kind.LINK]
    rows, wanted = (
        [[to_decimal(row[name]) if name == "money" else to_text(row[name]) for name in names] for row in some]
        for some in (there, records)
    )
    return rows == wanted


def _summary(found: Sequence[ToDo], *, has_settlements: bool) -> str:
    if not has_settlements and not found:
        return FIRST_SENTENCE
    return f"{counted(len(found), 'thing')} for you, the first ones first." if found else ALL_DONE


def _chart_caption(book: xw.Book) -> str:
    """Say of when the figures of the chart are: those of the last profit and loss, and whether costs changed since."""
    told = to_text(plain_values(tables.find(book, PNL_SUMMARY_SPEC).sheet.range("A2"))[0][0]) or ""
    return re.split(r"[.,]", told)[0] if told.startswith("As of") else NO_CHART


def _say(sheet: xw.Sheet, sentences: tuple[str, str, str]) -> None:
    """Write the sentences above list and chart where others stand; Excel is asked once what stands there."""
    there = plain_values(sheet.range(f"A2:{CHART_CAPTION}"))
    shown = (there[0][0], there[1][0], there[-1][-1])
    for cell, text, was in zip(("A2", "A3", CHART_CAPTION), sentences, shown, strict=True):
        if text != was:
            sheet.range(cell).raw_value = text


def _key(one: ToDo) -> str:
    """Name a row; of two things to look at in one settlement each is named."""
    which = one.amount if one.need is Need.TO_LOOK_AT else ""
    return f"{one.need}|{one.store}|{one.settlement_id}|{one.currency}|{which}"


def _record(one: ToDo) -> dict[str, object]:
    values = {column.field: getattr(one, column.field, None) for column in TODAY_SPEC.columns}
    texts = {name: str(value) or None for name, value in values.items() if isinstance(value, str)}
    return {**values, **texts, "next_step": _head(one.next_step), "key": _key(one)}


def _head(text: str) -> str:
    """Return the first sentence of what is to be done, or of why something fails."""
    return re.split(r"(?<=[.]) |\n", text.strip())[0]


def _links(book: xw.Book, rows: Sequence[Mapping[str, object]]) -> list[str | None]:
    settlements = place_of(book, SETTLEMENTS_SPEC, "settlement_id")
    return [_link(book, row, settlements) if row["key"] else None for row in rows]


def _link(book: xw.Book, row: Mapping[str, object], settlements: LinkTarget) -> str:
    """Return the link of a row: to its settlement, else to the sheet on which it is dealt with."""
    need = next((one for one in _LEADS_TO if one == row["need"]), None)
    spec = SETTLEMENTS_SPEC if need is None else _LEADS_TO[need]
    to_row = settlements.link(to_text(row["settlement_id"]), "Settlement ID", spec.sheet) if need is None else None
    return to_row or link_to_sheet(str(tables.find(book, spec).sheet.name), spec.sheet)


def waiting_reclassifications(book: xw.Book) -> list[Waiting]:
    """Return what waits of reclassifications on sheet Cost true-ups, by currency."""
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for row in tables.read(tables.find(book, TRUE_UPS_SPEC), TRUE_UPS_SPEC):
        money = to_decimal(row["difference"])
        is_moved = (to_text(row["id"]) or "").startswith("R") and row["size"] != DISMISSED
        if is_moved and money is not None and isinstance(money, Decimal):
            amounts[to_text(row["currency"]) or ""].append(money)
    return [Waiting(len(some), total(some), currency) for currency, some in sorted(amounts.items())]


def note_connections(book: xw.Book, asked: Mapping[str, str], *, all_of_them: bool) -> None:
    """Remember how the stores answered that were asked last.

    Args:
        book: The workbook; one without the very hidden sheet remembers nothing.
        asked: Each with why it failed; empty where it did not.
        all_of_them: Whether these are all that are connected.
    """
    sheet = exchange.exchange_sheet(book)
    if sheet is None:
        return
    known = {} if all_of_them else {one.name: one.why for one in failed_connections(book)}
    told = {name: why for name, why in {**known, **asked}.items() if why}
    exchange.write_text(sheet, exchange.CONNECTIONS_CELL, REDACTION.redact(json.dumps(told, ensure_ascii=False)))


def failed_connections(book: xw.Book) -> list[FailedConnection]:
    """Return the stores that failed when they were last asked."""
    sheet = exchange.exchange_sheet(book)
    text = None if sheet is None else to_text(exchange.read_cell_of(sheet, exchange.CONNECTIONS_CELL))
    return [FailedConnection(name, why) for name, why in sorted(json.loads(text).items())] if text else []
