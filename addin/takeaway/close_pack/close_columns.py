"""The columns of the accountant's pack."""

from __future__ import annotations

from dataclasses import replace

from addin.sheets.close.journal import JOURNAL_SPEC
from addin.sheets.reports.pnl import PNL_SPEC
from addin.sheets.tables.sheet_specs import Column, Kind
from core.reports.costed_lines import LINE_MARKS

ENTRY = (
    Column("Entry", "entry", width=44),
    Column("Date", "day", Kind.DATE, width=12),
    Column("Account", "account", width=38),
    Column("What", "what", width=34),
    Column("Debit", "debit", Kind.MONEY, width=13),
    Column("Credit", "credit", Kind.MONEY, width=13),
    Column("Currency", "currency", width=11),
    Column("Account no.", "number", width=13, note="The account's, as on sheet Accounts."),
)
ACCRUED = (
    Column("Order ID", "order_id", width=22),
    Column("Shipped", "ship_day", Kind.DATE, width=12, note="In Finale."),
    Column("SKU", "sku", width=22),
    Column("Settlement ID", "settlement_id", width=17),
    Column("Net", "net", Kind.MONEY, width=13, note="Sales, fees and tax together, in the settlement's currency."),
    Column("COGS", "cogs", Kind.MONEY, width=13, note="In home currency."),
    Column("!", "indicator", width=11, note=f"A line without cost is not accrued. {LINE_MARKS}"),
    Column("Currency", "currency", width=11, note="Of net."),
    Column("Units", "units", Kind.WHOLE, width=9),
    Column("Posted", "posted_day", Kind.DATE, width=12, note="In the store's own time zone."),
    Column("Store", "store", width=16),
    Column("Cost source", "cost_source", width=20),
)
"""In such an order that they stand well below the columns of the entries."""
BALANCES = (
    Column("Account", "account", width=38),
    Column("Holds", "holds", width=18),
    Column("Currency", "currency", width=11),
    Column("Opening", "opening", Kind.MONEY, width=14, note="At the end of the month before."),
    Column("Entries", "entries", Kind.MONEY, width=14, note="Debits − credits of the month's entries."),
    Column("Deposits", "deposits", Kind.MONEY, width=14, note="What the marketplace paid to the bank in the month."),
    Column("Expected", "closing", Kind.MONEY, width=14, note="Opening + entries − deposits."),
)
OUTSTANDING = (
    Column("Account", "account", width=38),
    Column("Settlement ID", "settlement_id", width=18),
    Column("Currency", "currency", width=11),
    Column("Deposit day", "deposit_day", Kind.DATE, width=14),
    Column("Entered", "entered", Kind.MONEY, width=14),
    Column("Deposited", "deposited", Kind.MONEY, width=14, note="By the month's end."),
    Column("Outstanding", "amount", Kind.MONEY, width=14),
    Column("Why", "why", width=50),
)
NOT_EXPORTED = (
    Column("Store", "store", width=18),
    Column("Settlement ID", "settlement_id", width=17),
    Column("Deposited", "deposit_day", Kind.DATE, width=22),
    Column("Total", "total", Kind.MONEY, width=22),
    Column("Currency", "currency", width=11),
    Column("Settlement entry", "settlement_entry", width=18),
    Column("COGS entry", "cogs_entry", width=18),
    Column("Status", "status", width=46),
    Column("COGS status", "cogs_status", width=24),
)
WITHOUT_COST = (
    Column("Store", "store", width=18),
    Column("Settlement ID", "settlement_id", width=17),
    Column("Order ID", "order_id", width=22),
    Column("SKU", "sku", width=22),
    Column("Units", "units", Kind.WHOLE, width=11),
    Column("Net", "net", Kind.MONEY, width=18),
    Column("Type", "event", width=18),
    Column("Cause", "cause", width=46),
)
ESTIMATES = (
    Column("Store", "store", width=18),
    Column("Settlement ID", "settlement_id", width=17),
    Column("Order ID", "order_id", width=22),
    Column("SKU", "sku", width=22),
    Column("Units", "units", Kind.WHOLE, width=11),
    Column("Estimate", "estimate", Kind.UNIT_COST, width=18, note="Unit cost accepted."),
    Column("Finale now says", "finale_cost", Kind.UNIT_COST, width=18),
    Column("Saved by", "saved_by", width=46),
    Column("Saved at", "saved_at", Kind.MOMENT, width=24),
)
LEFT = (
    Column("Month", "month", width=18),
    Column("Left on", "day", Kind.DATE, width=17, note="As Finale dates it."),
    Column("Order ID", "order_id", width=22, note="In Finale."),
    Column("Product", "product_id", width=22, note="In Finale."),
    Column("Units", "units", Kind.WHOLE, width=11, note="Net of corrections."),
    Column("Unit cost", "unit_cost", Kind.UNIT_COST, width=18),
    Column("Cost", "cost", Kind.MONEY, width=18, note="In home currency; blank: not known."),
    Column(
        "Standing", "standing", width=46, note="in no settlement: it left more than 30 days before the newest line."
    ),
    Column(
        "Settled beside", "settled_beside", width=24, note="What was settled of the order that is no line of goods."
    ),
    Column("Why without cost", "cause", width=24),
)
LEFT_BY_MONTH = (
    Column("Month", "month", width=18),
    Column("Standing", "standing", width=17),
    Column("Orders", "orders", Kind.WHOLE, width=22),
    Column("Units", "units", Kind.WHOLE, width=22),
    Column("Without cost", "without_cost", Kind.WHOLE, width=11, note="Rows whose cost is not known: not in the sum."),
    Column("Currency", "currency", width=18),
    Column("Cost", "cost", Kind.MONEY, width=18, note="Of the rows whose cost is known."),
)
OTHER_MONTHS = (
    Column("Month of the lines", "month", width=18),
    Column("Booked in", "booked", width=17),
    Column("Lines", "lines", Kind.WHOLE, width=11),
    Column("Net sales", "net_sales", Kind.MONEY, width=14),
    Column("COGS", "cogs", Kind.MONEY, width=14),
    Column("Profit", "profit", Kind.MONEY, width=14),
    Column("Currency", "currency", width=14),
)
TRUE_UPS = (
    Column("Store", "store", width=18),
    Column("Settlement ID", "settlement_id", width=17),
    Column("Order ID", "order_id", width=22),
    Column("SKU", "sku", width=22),
    Column("Currency", "currency", width=11),
    Column("COGS was", "cogs_was", Kind.MONEY, width=18, note="What the books hold: as exported, or last accepted."),
    Column("COGS now", "cogs", Kind.MONEY, width=18),
    Column("What changed", "cause", width=46),
    Column("Difference", "difference", Kind.MONEY, width=24, note="COGS now - COGS was; + is more expense."),
    Column("Unit cost was", "unit_cost_was", Kind.UNIT_COST, width=24),
    Column("Unit cost now", "unit_cost", Kind.UNIT_COST, width=16),
    Column("Type", "event", width=14),
)
_PNL_FIELDS = (
    "store",
    "item",
    "units_sold",
    "units_refunded",
    "sales",
    "refunds",
    "net_sales",
    "fees",
    "advertising",
    "reimbursements",
    "other_income",
    "cogs",
    "indicator",
    "profit",
    "margin",
    "tax",
    "balance",
    "missing_note",
)
_PNL_WIDTHS = {"store": 16, "reimbursements": 19, "advertising": 14, "balance": 15, "missing_note": 42}
PNL = tuple(
    replace(column, width=_PNL_WIDTHS.get(column.field, min(column.width, 22)))
    for column in map(PNL_SPEC.column, _PNL_FIELDS)
)
PNL_SUMS = (
    "units_sold",
    "units_refunded",
    "sales",
    "refunds",
    "net_sales",
    "fees",
    "advertising",
    "reimbursements",
    "other_income",
    "cogs",
    "profit",
    "tax",
    "balance",
)
JOURNAL = tuple(column for column in JOURNAL_SPEC.columns if column.field != "position")
