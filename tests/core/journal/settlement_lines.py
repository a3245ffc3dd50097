"""Costed lines of a settlement, and the entries that are made of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from core.frame_columns import AMOUNT_COLUMNS, COSTED_COLUMNS, TRANSACTION_COLUMNS, frame
from core.journal.accounts import Accounts
from core.journal.cogs_entry import cogs_entries
from core.model import CostStatus, Event
from core.time import SettlementDates

if TYPE_CHECKING:
    from core.journal.entry import Entry
    from core.line_types import LineType

COLUMNS = {**TRANSACTION_COLUMNS, **COSTED_COLUMNS}
DATES = SettlementDates(date(2026, 9, 5))
AUGUST, SEPTEMBER = datetime(2026, 8, 28, tzinfo=UTC), datetime(2026, 9, 3, tzinfo=UTC)


def line(event: Event, posted: datetime = SEPTEMBER, cogs: str = "0", **values: object) -> dict[str, object]:
    amounts = {name: Decimal(str(values.pop(name, 0))) for name in AMOUNT_COLUMNS}
    return {
        "store": "Amazon US",
        "settlement_id": "1",
        "event": event,
        "posted_at": posted,
        "currency": "USD",
        "net": sum(amounts.values()),
        "cost_status": CostStatus.COSTED,
        "cogs": Decimal(cogs),
        **amounts,
        **values,
    }


def cogs(*rows: dict[str, object]) -> list[Entry]:
    table = frame(COLUMNS, rows)
    return cogs_entries(table, DATES, store="Amazon US", settlement_id="1", currency="USD", accounts=Accounts())


def amounts(entry: Entry) -> dict[LineType, str]:
    return {line.type: str(line.amount) for line in entry.lines}
