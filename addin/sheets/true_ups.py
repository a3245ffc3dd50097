"""Sheet Cost true-ups: what became known of exported lines, and the bookkeeper's decision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from addin.sheets import tables
from addin.sheets.cells import to_text, to_whole
from addin.sheets.columns import Column, Kind, TableSpec
from addin.sheets.edited_rows import typed_words
from core.model import records

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pandas as pd
    import xlwings as xw

ACCEPT, DISMISS = "accept", "dismiss"

SPEC = TableSpec(
    sheet="Cost true-ups",
    table="tblTrueUps",
    title="Costs that arrived after export: accept or dismiss, then Cost true-ups",
    key=("id",),
    columns=(
        Column("Store", "store", width=18),
        Column("Settlement ID", "settlement_id", width=17),
        Column("Order ID", "order_id", width=22),
        Column("SKU", "sku", width=24),
        Column("Type", "event", width=14),
        Column("What changed", "cause", width=30),
        Column("Unit cost now", "unit_cost", Kind.UNIT_COST, width=14),
        Column("COGS now", "cogs", Kind.MONEY),
        Column("Difference", "difference", Kind.MONEY, note="To what the books hold; + is more expense."),
        Column("Currency", "currency", width=10),
        Column("Size", "size", width=12, note="immaterial: below the materiality limit of Setup, per settlement."),
        Column("Decision", "decision", width=12, editable=True, choices=(ACCEPT, DISMISS)),
        Column("Reason", "reason", width=30, editable=True, takes_dates=True, note="Why it is dismissed."),
        Column("Key", "id", hidden=True),
    ),
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was chosen on the sheet."""

    accepted: tuple[int | str, ...]
    """Numbers of true-ups, and reclassifications as `R12`."""
    dismissed: tuple[tuple[int | str, str], ...]
    """The same with the reason."""


IMMATERIAL = "immaterial"


def fill(
    book: xw.Book,
    pending: pd.DataFrame,
    lines: pd.DataFrame,
    immaterial: Collection[int] = (),
    reclassifications: Iterable[Mapping[str, object]] = (),
) -> None:
    """Show the pending proposals; what was chosen and not yet carried out stays.

    Args:
        book: The workbook.
        pending: TRUE_UP_COLUMNS.
        lines: The costed lines of the books, for order and SKU.
        immaterial: The numbers of those below the materiality limit.
        reclassifications: Rows of reclassifications (fields of SPEC), shown behind them.
    """
    known = pending.merge(lines[["key", "order_id", "sku", "event"]], on="key", how="left")
    present = {to_text(row["id"]): row for row in tables.read(tables.find(book, SPEC), SPEC)}
    rows = [
        {**row, "id": str(row["id"]), "size": IMMATERIAL if row["id"] in immaterial else None} for row in records(known)
    ]
    shown = []
    for row in (*rows, *reclassifications):
        chosen = present.get(str(row["id"]), {})
        values = {column.field: row.get(column.field) for column in SPEC.columns}
        shown.append({**values, "decision": chosen.get("decision"), "reason": chosen.get("reason")})
    tables.update(book, SPEC, shown)


def read_decisions(book: xw.Book) -> Decided:
    """Read what was chosen on the sheet.

    Raises:
        CellsRefusedError: If a decision is neither accept nor dismiss, or a cell holds an error.
    """
    found = tables.find(book, SPEC)
    numbers = [_number(to_text(row["id"])) for row in tables.read(found, SPEC)]
    typed = list(zip(numbers, typed_words(found, SPEC, ["decision", "reason"]), strict=True))
    accepted = tuple(number for number, row in typed if number is not None and row["decision"] == ACCEPT)
    dismissed = tuple(
        (number, row["reason"]) for number, row in typed if number is not None and row["decision"] == DISMISS
    )
    return Decided(accepted, dismissed)


def _number(text: str | None) -> int | str | None:
    """Return what the hidden key says: a true-up's number, or a reclassification's name."""
    if text is not None and re.fullmatch(r"R\d+", text):
        return text
    number = to_whole(text)
    return number if isinstance(number, int) else None
