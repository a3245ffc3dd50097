"""Sheet Settlements: one row per settlement with its status."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_text
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.books.settings.calendars import deposit_day
from core.books.settlements.remarks import short_remarks

if TYPE_CHECKING:
    import xlwings as xw

    from addin.sheets.tables.tables import Record
    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.time import StoreDays

SETTLEMENTS_SPEC = TableSpec(
    sheet="Settlements",
    table="tblSettlements",
    title="Settlements: select one or more rows, then use the buttons of the Cogsheet tab",
    key=("store", "settlement_id"),
    columns=(
        Column("Store", "store", width=18),
        Column("Settlement ID", "settlement_id", width=17),
        Column("Period", "period", width=25, note="First and last day it covers, by the store's time zone."),
        Column("Deposit date", "deposit_date", Kind.DATE, width=13),
        Column("Total", "total", Kind.MONEY, width=14, note="The marketplace's own total."),
        Column("Currency", "currency", width=10),
        Column(
            "Orders",
            "orders",
            Kind.WHOLE,
            width=9,
            note="Orders sold; those that only refunds or fees name are not in it.",
        ),
        Column("Units", "units", Kind.WHOLE, width=9, note="Units sold; returns are not taken off."),
        Column("COGS", "cogs", Kind.MONEY, width=14, note="Cost of the lines that have one, in home currency."),
        Column(
            "Coverage %",
            "coverage",
            Kind.PERCENT,
            width=14,
            note="Share of the lines needing a cost that have it.",
        ),
        Column("Settlement Export Status", "status", width=58),
        Column("COGS status", "cogs_status", width=40),
        Column("as of", "as_of", Kind.MOMENT, width=16, note="When costs were last fetched, in UTC."),
        Column(
            "Remarks",
            "remarks",
            width=48,
            note="A settlement that seems to be missing (Check says which days), and how many lines have a type that "
            "nobody has classified (sheet Transaction types).",
        ),
    ),
)


def fill_settlements(book: xw.Book, books: Books) -> None:
    """Show every settlement of the books, in place."""
    listed = short_remarks(books)
    records = [
        {**_record(books, one), "remarks": "; ".join(listed.get((one.store, one.settlement_id), ()))}
        for one in books.settlements
    ]
    tables.update(book, SETTLEMENTS_SPEC, records)


def fill_settlements_after_answers(book: xw.Book, books: Books) -> None:
    """Show every settlement as `fill_settlements` does; remarks stand as they are, for no answer changes any."""
    present = tables.read(tables.find(book, SETTLEMENTS_SPEC), SETTLEMENTS_SPEC)
    told = {(to_text(row["store"]), to_text(row["settlement_id"])): to_text(row["remarks"]) for row in present}
    records = [
        {**_record(books, one), "remarks": told.get((one.store, one.settlement_id)) or ""} for one in books.settlements
    ]
    tables.update(book, SETTLEMENTS_SPEC, records)


def period_text(settlement: BookedSettlement, zones: StoreDays) -> str:
    """Return first and last day in the store's calendar as one text; a settlement without period has none."""
    moments = (settlement.period_start, settlement.period_end)
    days = [zones.day(one, settlement.store, settlement.settlement_id) for one in moments if one is not None]
    return " – ".join(day.isoformat() for day in days)


def _record(books: Books, settlement: BookedSettlement) -> Record:
    state, deposited = books.state(settlement), deposit_day(settlement, books.zones)
    return {
        "store": settlement.store,
        "settlement_id": settlement.settlement_id,
        "period": period_text(settlement, books.zones),
        "deposit_date": deposited and datetime.combine(deposited, time()),
        "total": settlement.deposit,
        "currency": settlement.currency,
        "orders": state.orders,
        "units": state.units,
        "cogs": state.known_cogs,
        "coverage": state.counts.coverage,
        "status": state.status,
        "cogs_status": state.cogs_status,
        "as_of": books.last_sync,
    }
