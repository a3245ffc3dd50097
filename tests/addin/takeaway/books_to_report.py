"""Books worth reporting: two settlements, SKUs that look like a formula and a number, and a missing cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

from addin.commands.refresh import load
from addin.takeaway.close_pack.close_figures import closing_figures
from addin.takeaway.close_pack.close_pack import write_pack
from core.books import batches
from core.books.batches import BatchKind
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame
from core.marketplaces import read_file
from core.model import Cause, ObservationKind
from core.time import Month
from tests.core.books.importing.test_importing import HEADER
from tests.core.books.reopening_one import reopen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from addin.sheets.desk import View
    from core.books.database import Database
    from core.journal.accounts import Accounts
    from core.journal.entry import Entry, EntryKind

NOW = datetime(2026, 9, 20, 9, tzinfo=UTC)
FORMULA, NUMBER, LATE = "=A1-BOLT", "00123", "LATE-MUG"
"""SKUs: what Excel would calculate, what it would shorten, and one whose bill came late."""
AUGUST, SEPTEMBER = "100", "200"


def _row(settlement: str, kind: str, order: str, amount: tuple[str, str, str], **more: str) -> str:
    amount_type, description, value = amount
    cells = dict.fromkeys(HEADER.split("\t"), "") | {
        "settlement-id": settlement,
        "transaction-type": kind,
        "order-id": order,
        "marketplace-name": "Amazon.com",
        "amount-type": amount_type,
        "amount-description": description,
        "amount": value,
        "fulfillment-id": "AFN",
        **more,
    }
    return "\t".join(cells.values())


def _order(settlement: str, order: str, sku: str, day: str, principal: str, fee: str, kind: str = "Order") -> list[str]:
    sign = "-" if kind == "Refund" else ""
    more = {
        "sku": sku,
        "quantity-purchased": "" if kind == "Refund" else "2",
        "posted-date": day,
        "posted-date-time": f"{day} 10:00:00 UTC",
        "order-item-code": f"item {order}",
        "shipment-id": f"S{order}",
    }
    price = ("ItemPrice", "Principal", f"{sign}{principal}")
    return [
        _row(settlement, kind, order, price, **more),
        _row(settlement, kind, order, ("ItemFees", "Commission", fee), **more | {"quantity-purchased": ""}),
    ]


def _file(settlement: str, start: str, end: str, deposit: str, total: str, rows: list[str]) -> OriginalFile:
    days = [f"{day} 00:00:00 UTC" for day in (start, end, deposit)]
    summary = "\t".join([settlement, *days, total, "USD", *[""] * 18])
    return OriginalFile(f"{settlement}.txt", "\n".join([HEADER, summary, *rows, ""]).encode())


def _fee(settlement: str, day: str, amount: str, words: str) -> str:
    when = {"posted-date": day, "posted-date-time": f"{day} 09:00:00 UTC"}
    return _row(settlement, "other-transaction", "", ("other-transaction", words, amount), **when)


FILES = (
    _file(
        AUGUST,
        "2026-08-03",
        "2026-08-17",
        "2026-08-19",
        "84.20",
        [
            *_order(AUGUST, "111-1", FORMULA, "2026-08-05", "40.00", "-6.00"),
            *_order(AUGUST, "111-2", NUMBER, "2026-08-06", "50.10", "-7.50"),
            *_order(AUGUST, "111-3", LATE, "2026-08-07", "30.00", "-4.50"),
            *_order(AUGUST, "111-2", NUMBER, "2026-08-15", "25.05", "3.75", kind="Refund"),
            _fee(AUGUST, "2026-08-16", "13.40", "Previous Reserve Amount Balance"),
            _fee(AUGUST, "2026-08-16", "-10.00", "Current Reserve Amount"),
        ],
    ),
    _file(
        SEPTEMBER,
        "2026-08-31",
        "2026-09-14",
        "2026-09-16",
        "34.00",
        [
            *_order(SEPTEMBER, "222-1", NUMBER, "2026-09-02", "20.00", "-3.00"),
            *_order(SEPTEMBER, "222-2", NUMBER, "2026-09-09", "20.00", "-3.00"),
        ],
    ),
)


@dataclass(frozen=True)
class Reported:
    """The books, and what a bookkeeper does with them."""

    database: Database

    @property
    def view(self) -> View:
        """Return them as they are now."""
        return load(self.database)

    def key(self, order: str) -> str:
        lines = self.view.books.lines
        return str(lines.loc[lines["order_id"] == order, "key"].iloc[0])

    def answer(self, order: str, cost: str, *, version: int = 0, proposed: str | None = None, note: str = "") -> None:
        """Save a cost; one that equals its proposal is an accepted average."""
        offered = None if proposed is None else Decimal(proposed)
        answer = Answer(self.key(order), version, Decimal(cost), offered, note=note)
        books = load_books(self.database)
        save_answers(self.database, books, [answer], settlement_ids=None, accept_proposals=True, who="M. Lee", now=NOW)

    def export(self, settlement_id: str, *kinds: EntryKind) -> tuple[Entry, ...]:
        """Export a settlement and return its entries, those of Finale among them."""
        books = load_books(self.database)
        (settlement,) = books.named([settlement_id])
        options = ExportOptions(kinds=kinds)
        return export_settlement(self.database, books, settlement, options, who="M. Lee", now=NOW).entries

    def reopen(self, settlement_id: str) -> None:
        (settlement,) = load_books(self.database).named([settlement_id])
        reopen(self.database, settlement, "wrong bill", lock_date=None, who="M. Lee", now=NOW)


def make_books(database: Database) -> None:
    """Fill the books: costs are known of all orders but 111-3, whose bill has not come."""
    for file in FILES:
        import_file(database, read_file(file.content), file, store="Amazon US", who="M. Lee", now=NOW)
    known = (
        ("111-1", FORMULA, "3.333333", "2026-08-04"),
        ("111-2", NUMBER, "4.10", "2026-08-05"),
        ("111-3", LATE, None, "2026-08-06"),
        ("222-1", NUMBER, "4.20", "2026-08-30"),
        ("222-2", NUMBER, "4.20", "2026-09-08"),
    )
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        sku_mapping.add(
            connection, frame(MAPPING_COLUMNS, [_mapping(sku) for sku in (FORMULA, NUMBER, LATE)]), batch, NOW
        )
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, [_observed(*one) for one in known]), batch, NOW)


def _mapping(sku: str) -> dict[str, Any]:
    return {"sku": sku, "product_id": sku, "units": 1, "rule": "product id", "fetched_at": NOW}


def _observed(order: str, sku: str, cost: str | None, day: str) -> dict[str, Any]:
    return {
        "kind": ObservationKind.ORDER,
        "order_id": order,
        "product_id": sku,
        "unit_cost": None if cost is None else Decimal(cost),
        "cause": Cause.COST_BLANK if cost is None else None,
        "currency": "USD",
        "units": 2,
        "record_date": day,
        "fetched_at": NOW,
    }


def opened(content: bytes, *, values: bool = True) -> Workbook:
    """Open a workbook that was written; with `values` its formulas show what was stored beside them."""
    return load_workbook(BytesIO(content), data_only=values)


def rows_below(sheet: Worksheet, table: str) -> list[dict[str, Any]]:
    """Return the data rows of a table as header -> value."""
    found = sheet.tables[table]
    cells = sheet[found.ref]
    headers = [cell.value for cell in cells[0]]
    body = cells[1 : len(cells) - (found.totalsRowCount or 0)]
    return [dict(zip(headers, (cell.value for cell in row), strict=True)) for row in body]


def labelled(sheet: Worksheet, label: str, offset: int = 1) -> Any:
    """Return the value that stands beside a label."""
    (cell,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == label)
    return sheet.cell(cell.row, cell.column + offset).value


def close_pack(
    view: View, month: str, *, now: datetime, zones: Mapping[str, ZoneInfo], accounts: Accounts | None = None
) -> bytes:
    """Return the pack of a month, made of the figures that the command collects for it."""
    options = ExportOptions(zones=zones) if accounts is None else ExportOptions(zones=zones, accounts=accounts)
    return write_pack(view, closing_figures(view, Month.parse(month), options=options), now)
