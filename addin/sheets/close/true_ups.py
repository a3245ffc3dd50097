"""Sheet Cost true-ups: what became known of exported lines, and the bookkeeper's decision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from addin.sheets.tables import tables
from addin.sheets.tables.cells import to_text, to_whole
from addin.sheets.tables.edited_rows import typed_words
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from core.books.true_ups.true_up_reasons import LockedFigures, true_up_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pandas as pd
    import xlwings as xw


ACCEPT, DISMISS, TAKE_UP = "accept", "dismiss", "take up"
TRUE_UPS_SPEC = TableSpec(
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
        Column("What changed", "cause", width=60),
        Column(
            "Unit cost was",
            "unit_cost_was",
            Kind.UNIT_COST,
            width=11,
            note="As exported, or last accepted.",
        ),
        Column("Unit cost now", "unit_cost", Kind.UNIT_COST, width=11),
        Column(
            "COGS was",
            "cogs_was",
            Kind.MONEY,
            note="What the books hold: as exported, or last accepted.",
        ),
        Column("COGS now", "cogs", Kind.MONEY),
        Column("Difference", "difference", Kind.MONEY, width=14, note="COGS now - COGS was; + is more expense."),
        Column(
            "Currency",
            "currency",
            width=10,
            note="Home currency; for reclassifications, the settlement's currency.",
        ),
        Column(
            "Size",
            "size",
            width=12,
            note="immaterial: below the materiality limit of Setup, per settlement. dismissed: not proposed.",
        ),
        Column(
            "Decision",
            "decision",
            width=12,
            editable=True,
            choices=(ACCEPT, DISMISS, TAKE_UP),
            note="accept: post it. dismiss: give a reason. take up: reinstate a dismissed one.",
        ),
        Column("Reason", "reason", width=30, editable=True, takes_dates=True, note="Why it is, or was, dismissed."),
        Column("Key", "id", hidden=True),
    ),
)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was chosen on the sheet."""

    acceptances: tuple[int | str, ...]
    """Numbers of true-ups, and reclassifications as `R12`."""
    dismissals: tuple[tuple[int | str, str], ...]
    """The same with the reason."""
    taken_up: tuple[tuple[int | str, str], ...] = ()
    """Dismissed ones that are to be proposed again, with what stands beside them as reason."""


IMMATERIAL = "immaterial"
DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class DismissedTrueUps:
    """What was dismissed and can be taken up again."""

    true_ups: pd.DataFrame
    """TRUE_UP_COLUMNS."""
    reclassifications: Iterable[Mapping[str, object]] = ()
    """Fields of SPEC."""


def fill_true_ups(
    book: xw.Book,
    pending: pd.DataFrame,
    lines: pd.DataFrame,
    figures: LockedFigures,
    immaterial: Collection[int] = (),
    reclassifications: Iterable[Mapping[str, object]] = (),
    dismissed: DismissedTrueUps | None = None,
) -> None:
    """Show the pending proposals, and behind them what was dismissed; what was chosen and not yet carried out stays.

    Args:
        book: The workbook.
        pending: TRUE_UP_COLUMNS.
        lines: The costed lines of the books, for order and SKU.
        figures: What they are shown beside.
        immaterial: The numbers of those below the materiality limit.
        reclassifications: Rows of reclassifications (fields of SPEC), shown behind them.
        dismissed: What was dismissed.
    """
    present = {to_text(row["id"]): row for row in tables.read(tables.find(book, TRUE_UPS_SPEC), TRUE_UPS_SPEC)}
    waiting = [
        row | {"size": IMMATERIAL if row["id"] in immaterial else None, "reason": None}
        for row in true_up_rows(pending, lines, figures)
    ]
    gone: list[Mapping[str, object]] = []
    if dismissed is not None:
        gone = [*true_up_rows(dismissed.true_ups, lines, figures), *dismissed.reclassifications]
    shown = [_shown(row, present, (ACCEPT, DISMISS)) for row in (*waiting, *reclassifications)]
    shown += [_shown({**row, "size": DISMISSED}, present, (TAKE_UP,)) for row in gone]
    tables.update(book, TRUE_UPS_SPEC, shown)


def _shown(
    row: Mapping[str, object], present: Mapping[str | None, Mapping[str, object]], choices: Collection[str]
) -> dict[str, object]:
    """Return a row with what was typed beside it, but a decision that was carried out: the row stands otherwise now."""
    typed = present.get(str(row["id"]), {})
    values = {column.field: row.get(column.field) for column in TRUE_UPS_SPEC.columns} | {"id": str(row["id"])}
    decision = typed.get("decision")
    if decision in {ACCEPT, DISMISS, TAKE_UP} - set(choices):
        return {**values, "decision": None}
    return {**values, "decision": decision, "reason": typed.get("reason") or values["reason"]}


def read_decisions(book: xw.Book) -> Decisions:
    """Read what was chosen on the sheet.

    Raises:
        CellsRefusedError: If a decision is none of those, or a cell holds an error.
    """
    table = tables.find(book, TRUE_UPS_SPEC)
    numbers = [_number(to_text(row["id"])) for row in tables.read(table, TRUE_UPS_SPEC)]
    typed = list(zip(numbers, typed_words(table, TRUE_UPS_SPEC, ["decision", "reason"]), strict=True))
    accepted = tuple(number for number, row in typed if number is not None and row["decision"] == ACCEPT)
    dismissed = tuple(
        (number, row["reason"]) for number, row in typed if number is not None and row["decision"] == DISMISS
    )
    again = tuple((number, row["reason"]) for number, row in typed if number is not None and row["decision"] == TAKE_UP)
    return Decisions(accepted, dismissed, again)


def shows_reclassifications(book: xw.Book) -> bool:
    """Tell whether a reclassification stands on the sheet."""
    rows = tables.read(tables.find(book, TRUE_UPS_SPEC), TRUE_UPS_SPEC)
    return any(isinstance(_number(to_text(row["id"])), str) for row in rows)


def _number(text: str | None) -> int | str | None:
    """Return what the hidden key says: a true-up's number, or a reclassification's name."""
    if text is not None and re.fullmatch(r"R\d+", text):
        return text
    number = to_whole(text)
    return number if isinstance(number, int) else None
