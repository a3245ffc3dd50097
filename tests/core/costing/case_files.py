"""Reads the cost cases of tests/cost_cases, whose README says how they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from core.books.documents.reported_reimbursements import as_line
from core.costing import (
    OPENING_COLUMNS,
    REIMBURSED_COLUMNS,
    RETURNED_COLUMNS,
    SETTLEMENT_COLUMNS,
    TRUED_UP_COLUMNS,
    CostingInput,
    CostingPolicies,
)
from core.frame_columns import (
    COSTED_COLUMNS,
    MAPPING_COLUMNS,
    OBSERVATION_COLUMNS,
    OVERRIDE_COLUMNS,
    TRANSACTION_COLUMNS,
    frame,
)
from core.marketplaces.documents.reimbursements import ReportedReimbursement
from core.model import CostStatus, Disposition, Event, Goods, ObservationKind, OverrideKind, StockEffect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

Row = dict[str, str]
ARROW = "→"
HOME = "USD"
FETCHED = datetime(2026, 10, 1, 8, tzinfo=UTC)
STOCK = {
    Event.SALE: StockEffect.OUT,
    Event.REFUND: StockEffect.UNKNOWN,
    Event.REIMBURSEMENT: StockEffect.OUT,
    Event.REIMBURSEMENT_REVERSAL: StockEffect.IN,
    Event.LIQUIDATION: StockEffect.OUT,
    Event.ADJUSTMENT: StockEffect.UNKNOWN,
    Event.OTHER: StockEffect.UNKNOWN,
}
"""What the readers say of an event's stock effect; all others none."""


class CaseError(ValueError):
    """A case is not written as the README says."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")


@dataclass(frozen=True, slots=True)
class Case:
    """One cost case: its tables by name, and one sentence why."""

    file: str
    title: str
    why: str
    tables: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """File and title, for messages."""
        return f"{self.file}: {self.title}"

    def table(self, name: str) -> list[Row]:
        """Return the rows of a table; none where the case has no such table."""
        return self.tables.get(name, [])


def read_cases(folder: Path) -> list[Case]:
    """Return every case of every file in the folder but its README."""
    files = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    return [case for path in files for case in parse(path.name, path.read_text(encoding="utf-8"))]


def parse(file: str, text: str) -> Iterator[Case]:
    """Split a file into its cases."""
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        head, *parts = re.split(r"^### ", section, flags=re.MULTILINE)
        title, _, why = head.partition("\n")
        where = f"{file}: {title.strip()}"
        tables = {part.partition("\n")[0].strip(): _table(where, part.partition("\n")[2]) for part in parts}
        for name in set(tables) - set(COLUMNS):
            raise CaseError(where, f"there is no table {name!r}")
        for name, rows in tables.items():
            for unknown in (set(rows[0]) if rows else set()) - COLUMNS[name]:
                raise CaseError(where, f"table {name} has no column {unknown!r}")
        yield Case(file, title.strip(), " ".join(why.split()), tables)


def _table(where: str, text: str) -> list[Row]:
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("|")]
    if len(lines) < 3:
        raise CaseError(where, "a table needs a header, a line of dashes and at least one row")
    header = _cells(lines[0])
    rows = [_cells(line) for line in lines[2:]]
    if any(len(row) != len(header) for row in rows):
        raise CaseError(where, f"a row has not as many cells as the header: {lines[0]}")
    return [dict(zip(header, row, strict=True)) for row in rows]


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in line.strip("|").split("|")]


EXPECTED = {
    f"{ARROW} unit cost": "unit_cost",
    f"{ARROW} COGS": "cogs",
    f"{ARROW} answer": "answer",
    f"{ARROW} units": "cost_quantity",
    f"{ARROW} original": "original_key",
    f"{ARROW} proposed": "proposed_cost",
    f"{ARROW} proposal": "proposal",
    f"{ARROW} disposition": "disposition",
    f"{ARROW} suspect": "suspect",
    f"{ARROW} Finale": "finale_cost",
    f"{ARROW} note": "cost_note",
    f"{ARROW} product": "product_id",
    f"{ARROW} as of": "cost_as_of",
}
"""What may be expected of a line, and the column of costing that says it."""
COLUMNS = {
    "Lines": {
        *("line", "store", "settlement", "posted", "type", "words", "order", "item", "SKU", "units", "price", "tax"),
        *("postage", "net", "stock", "marketplace", "merchant order", "goods", *EXPECTED),
    },
    "Finale": {"kind", "order", "product", "cost", "units", "date", "cause", "currency", "source"},
    "Mapping": {"SKU", "product", "units"},
    "Saved": {"line", "version", "cost", "zero OK", "disposition", "units back", "SKU", "kind", "by", "on", "note"},
    "Locked": {"line", "unit cost", "units", "status", "cause", "disposition", "source", "product"},
    "Exported": {"line", "unit cost", "units"},
    "Trued up": {"line", "unit cost", "units", "disposition"},
    "Opening": {"SKU", "cost", "as of"},
    "Settlements": {"store", "settlement", "history"},
    "Returned": {"line", "disposition", "units back", "unsellable", "words"},
    "Reimbursed": {"line", "number", "reason", "order", "SKU", "cash", "inventory", "taken back", "reverses"},
    "Policies": {"policy", "value"},
}
"""The tables that a case may have, and the columns that each may have."""


def books(case: Case) -> CostingInput:
    """Return the case's tables as costing takes them."""
    lines = case.table("Lines")
    if not lines:
        raise CaseError(case.where, "it has no lines")
    return CostingInput(
        transactions=_transactions(lines),
        observations=frame(OBSERVATION_COLUMNS, map(_observation, case.table("Finale"))),
        mappings=_mappings(case, lines),
        overrides=frame(OVERRIDE_COLUMNS, map(_override, case.table("Saved"))),
        locked_lines=frame(COSTED_COLUMNS, map(_locked, case.table("Locked"))),
        exported_lines=frame(COSTED_COLUMNS, map(_locked, case.table("Exported"))) if case.table("Exported") else None,
        trued_up=frame(TRUED_UP_COLUMNS, map(_trued_up, case.table("Trued up"))),
        opening=frame(OPENING_COLUMNS, map(_opening, case.table("Opening"))),
        settlements=frame(SETTLEMENT_COLUMNS, map(_settlement, case.table("Settlements"))),
        returned=frame(RETURNED_COLUMNS, map(_returned, case.table("Returned"))),
        reimbursed=frame(REIMBURSED_COLUMNS, map(_reimbursed, case.table("Reimbursed"))),
    )


def policies(case: Case) -> CostingPolicies:
    """Return the policies of the case; what it does not name is as usual."""
    said = {row["policy"]: row["value"] for row in case.table("Policies")}
    usual = CostingPolicies(HOME)
    return CostingPolicies(
        home_currency=HOME,
        refund_returned=Disposition(said.get("refunded goods", usual.refund_returned)),
        adjustment_average="ask" if said.get("adjustment average") == "ask" else "use",
        refund_units="ask" if said.get("refund units") == "ask" else "derive",
        losses_elsewhere=said.get("losses posted by") == "Finale",
        finale_start=date.fromisoformat(said["Finale start"]) if "Finale start" in said else None,
    )


def _transactions(lines: list[Row]) -> pd.DataFrame:
    return frame(TRANSACTION_COLUMNS, map(_transaction, lines))


def _transaction(row: Row) -> dict[str, object]:
    event = Event(row["type"])
    price, tax, postage = (_money(row.get(name)) or Decimal(0) for name in ("price", "tax", "postage"))
    net = _money(row.get("net"))
    return {
        "key": row["line"],
        "store": row.get("store") or "Amazon US",
        "settlement_id": row.get("settlement") or "S1",
        "event": event,
        "raw_type": {Event.SALE: "Order", Event.REFUND: "Refund"}.get(event, "other-transaction"),
        "raw_description": row.get("words") or None,
        "order_id": row.get("order") or None,
        "order_item_id": row.get("item") or None,
        "merchant_order_id": row.get("merchant order") or None,
        "sku": row.get("SKU") or None,
        "marketplace": row.get("marketplace") or "amazon.com",
        "posted_at": _moment(row.get("posted") or "2026-09-10"),
        "quantity": int(row["units"]) if row.get("units") else None,
        "stock_effect": row.get("stock") or STOCK.get(event, StockEffect.NONE),
        "currency": HOME,
        "principal": price,
        "tax": tax,
        "shipping": postage,
        "net": price + tax + postage if net is None else net,
        "lines": 1,
        "goods": Goods(row["goods"]) if row.get("goods") else None,
    }


def _observation(row: Row) -> dict[str, object]:
    return {
        "kind": ObservationKind(row.get("kind") or "order"),
        "order_id": row.get("order") or None,
        "product_id": row.get("product") or None,
        "unit_cost": _money(row.get("cost")),
        "currency": row.get("currency") or HOME,
        "units": int(row["units"]) if row.get("units") else None,
        "cause": row.get("cause") or None,
        "record_date": row.get("date") or None,
        "source": row.get("source") or None,
        "fetched_at": FETCHED,
    }


def _mappings(case: Case, lines: list[Row]) -> pd.DataFrame:
    """Return the case's mapping; without one every SKU is the product of the same name."""
    given = case.tables.get("Mapping")
    if given is None:
        skus = dict.fromkeys(row["SKU"] for row in lines if row.get("SKU"))
        given = [{"SKU": sku, "product": sku} for sku in skus]
    return frame(
        MAPPING_COLUMNS,
        (
            {
                "sku": row["SKU"],
                "product_id": row.get("product") or None,
                "units": int(row.get("units") or 1),
                "description": f"About {row['SKU']}",
            }
            for row in given
        ),
    )


def _override(row: Row) -> dict[str, object]:
    return {
        "key": row["line"],
        "version": int(row.get("version") or 1),
        "batch": 1,
        "unit_cost": _money(row.get("cost")),
        "zero_confirmed": row.get("zero OK") == "yes",
        "disposition": row.get("disposition") or None,
        "units_back": int(row["units back"]) if row.get("units back") else None,
        "sku": row.get("SKU") or None,
        "kind": OverrideKind(row.get("kind") or "entered"),
        "note": row.get("note") or None,
        "saved_by": row.get("by") or "Mary",
        "saved_at": _moment(row.get("on") or "2026-10-03"),
    }


def _locked(row: Row) -> dict[str, object]:
    cost, units = _money(row.get("unit cost")), int(row["units"])
    return {
        "key": row["line"],
        "cause": row.get("cause") or None,
        "cost_status": row.get("status") or (CostStatus.COSTED if cost else CostStatus.NOT_APPLICABLE),
        "unit_cost": cost,
        "cost_currency": HOME,
        "cost_quantity": units,
        "cogs": None if row.get("status") == CostStatus.MISSING else (cost or 0) * units,
        "cost_source": (row.get("source") or "Finale order") if cost else None,
        "disposition": row.get("disposition") or None,
        "product_id": row.get("product") or None,
    }


def _trued_up(row: Row) -> dict[str, object]:
    return {
        "key": row["line"],
        "unit_cost": _money(row.get("unit cost")),
        "cost_quantity": int(row["units"]) if row.get("units") else None,
        "disposition": row.get("disposition") or None,
    }


def _opening(row: Row) -> dict[str, object]:
    return {"sku": row["SKU"], "unit_cost": _money(row["cost"]), "as_of": row.get("as of") or None}


def _returned(row: Row) -> dict[str, object]:
    return {
        "key": row["line"],
        "disposition": row["disposition"],
        "units_back": int(row.get("units back") or 0),
        "units_unsellable": int(row.get("unsellable") or 0),
        "words": row["words"],
    }


def _reimbursed(row: Row) -> dict[str, object]:
    reported = ReportedReimbursement(
        reimbursement_id=row.get("number") or f"R-{row['line']}",
        approved_at=None,
        order_id=row.get("order") or "",
        raw=row["reason"],
        sku=row.get("SKU") or "",
        currency=HOME,
        amount=Decimal(-1 if row.get("taken back") == "yes" else 1),
        units_cash=int(row["cash"]) if row.get("cash") else None,
        units_inventory=int(row["inventory"]) if row.get("inventory") else None,
        original_id=row.get("reverses") or "",
    )
    return as_line(row["line"], reported)


def _settlement(row: Row) -> dict[str, object]:
    return {
        "store": row.get("store") or "Amazon US",
        "settlement_id": row["settlement"],
        "history": row.get("history") == "yes",
    }


def _money(text: str | None) -> Decimal | None:
    return Decimal(text.replace("−", "-")) if text else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def expected(case: Case) -> dict[str, Row]:
    """Return what is expected of each line, by column of costing; only what the case says."""
    return {
        row["line"]: {EXPECTED[name]: cell for name, cell in row.items() if name in EXPECTED}
        for row in case.table("Lines")
    }


def answered(costed: pd.DataFrame) -> dict[str, Row]:
    """Return what costing answered for each line, written as cases write it.

    `answer` is where a cost is from; for a line without cost its cause; else its status.
    """
    return {str(row["key"]): {name: _written(row, name) for name in EXPECTED.values()} for row in _records(costed)}


def _records(costed: pd.DataFrame) -> list[dict[str, object]]:
    plain = costed.astype(object).where(costed.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def _written(row: dict[str, object], name: str) -> str:
    if name == "answer":
        told = {CostStatus.COSTED: row["cost_source"], CostStatus.MISSING: row["cause"]}
        return str(told.get(CostStatus(str(row["cost_status"])), row["cost_status"]))
    value = row[name]
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime) else str(value)


def same(name: str, wanted: str, found: str) -> bool:
    """Tell whether a cell is as expected: amounts by value, sentences by what they contain, the rest to the letter."""
    if name == "cost_note":
        return bool(found) and wanted in found
    if name == "suspect":
        return bool(found) == bool(wanted) and wanted in found
    if name in {"unit_cost", "cogs", "proposed_cost", "finale_cost"} and wanted and found:
        return _money(wanted) == _money(found)
    return wanted.replace("−", "-") == found
