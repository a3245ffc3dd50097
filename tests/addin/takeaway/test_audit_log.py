"""The audit log of one settlement: what was saved for it, what stood there before, and what happened around it."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pandas as pd

from addin.takeaway.audit_log import audit_rows
from tests.core.books.examples import NOW, STORE, booked

LINES = pd.DataFrame([{"key": "a", "order_id": "250-1", "sku": "CUP"}, {"key": "b", "order_id": "250-2", "sku": None}])
BATCHES = [(1, "import", "S1"), (2, "save", ""), (3, "save", "bill"), (4, "export", "S1"), (5, "export", "S2")]


def saved(key: str, batch: int, cost: str | None, **of: object) -> dict[str, object]:
    """Return a saved value of a line."""
    unit_cost = None if cost is None else Decimal(cost)
    plain: dict[str, object] = dict.fromkeys(
        ("shown_cost", "shown_kind", "currency", "units_back", "disposition", "note", "sku", "kind")
    )
    at = {"saved_at": NOW, "saved_by": "Ann", "zero_confirmed": False}
    return plain | at | {"key": key, "batch": batch, "unit_cost": unit_cost} | of


def view(*values: dict[str, object]) -> Any:
    """Return what a workbook shows of books with settlement S1, which was imported first and exported last."""
    batches = [
        {"number": number, "kind": kind, "at": NOW, "who": "Lee", "note": note} for number, kind, note in BATCHES
    ]
    journal = [
        {"store": STORE, "settlement_id": "S1", "batch": 4},
        {"store": STORE, "settlement_id": "S2", "batch": 5},
        {"store": None, "settlement_id": None, "batch": 5},
    ]
    return SimpleNamespace(
        books=SimpleNamespace(lines_of=lambda _: LINES),
        batches=pd.DataFrame(batches),
        journal=pd.DataFrame(journal),
        saved_values=pd.DataFrame(values),
    )


def test_a_value_stands_beside_the_one_that_it_replaced() -> None:
    """Oldest first, between import and export; nothing of other settlements is there."""
    shown = view(saved("a", 2, "5.00"), saved("a", 3, None, note="by hand"), saved("x", 2, "7.00"))
    rows = audit_rows(shown, booked("S1", batch=1))

    assert [("import", None, None), ("save", None, "5.00"), ("save", "5.00", None), ("export", None, None)] == [
        (row["kind"], *(None if row.get(name) is None else str(row[name]) for name in ("was", "unit_cost")))
        for row in rows
    ]
    assert ["S1", None, "by hand", "S1"] == [row["note"] for row in rows]


def test_a_line_without_a_sku_shows_the_one_that_was_typed() -> None:
    """And a confirmed zero is said."""
    rows = audit_rows(view(saved("b", 2, None, sku="MUG", zero_confirmed=True)), booked("S1", batch=1))
    (row,) = (row for row in rows if row["kind"] == "save")

    assert ("250-2", "MUG", "yes", "Ann") == (row["order_id"], row["sku"], row["zero"], row["who"])
