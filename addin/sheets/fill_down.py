"""Filling a typed cost down: the other rows of Resolve that ask for the cost of the same SKU."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from addin.sheets import resolve_columns
from addin.sheets.cells import to_cell, to_text
from addin.sheets.resolve_columns import RESOLVE_SPEC, SheetAnswers
from core.model import Cause

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FillDown:
    """A cost typed for one SKU, and the other rows of that SKU that nobody has answered."""

    sku: str
    cost: Decimal
    rows: tuple[int, ...]
    """Data rows, from 0."""


_NO_COST_ASKED = frozenset({Cause.UNITS_UNKNOWN, Cause.UNITS_DISAGREE, Cause.GOODS_UNCLEAR, Cause.ORIGINAL_MISSING})


def fill_downs(
    sheet: SheetAnswers, keys: Collection[str] | None = None, refused: Collection[str] = ()
) -> list[FillDown]:
    """Return for each SKU of which one cost was typed which other rows could take it. Pure.

    A SKU with two different typed costs is left alone, and so are rows that ask for units or whether goods moved. A
    cost that the books do not take from its own row is offered to no other one.

    Args:
        sheet: What `read_answers` gave.
        keys: Only rows of these lines; `None` means all.
        refused: Keys of lines whose row the books refuse as it stands.
    """
    typed: dict[str, set[Decimal]] = {}
    open_rows: dict[str, list[int]] = {}
    for row, answer in zip(sheet.row_of, sheet.answers, strict=True):
        record = sheet.rows[row]
        sku = to_text(record["sku"])
        if sku is None or answer.unreadable or (keys is not None and answer.key not in keys):
            continue
        if resolve_columns.contents(record)[0] == resolve_columns.filled(record)[0]:
            is_open = answer.version == 0 and not answer.zero_ok and to_text(record["cause"]) not in _NO_COST_ASKED
            open_rows.setdefault(sku, []).extend([row] if is_open else [])
        elif answer.cost and answer.key not in refused:
            typed.setdefault(sku, set()).add(answer.cost)
    fills = [(sku, costs.pop(), tuple(open_rows.get(sku, ()))) for sku, costs in typed.items() if len(costs) == 1]
    return [FillDown(*one) for one in fills if one[2]]


def without_rows(sheet: SheetAnswers, chosen: Sequence[FillDown], refused: Collection[str]) -> list[FillDown]:
    """Return what may be filled down without the rows in which the books would refuse the cost. Pure.

    Args:
        sheet: What `read_answers` gave.
        chosen: What `fill_downs` gave.
        refused: Keys of lines whose row they refuse once it is filled.
    """
    barred = {row for row, answer in zip(sheet.row_of, sheet.answers, strict=True) if answer.key in refused}
    left = [replace(one, rows=tuple(row for row in one.rows if row not in barred)) for one in chosen]
    return [one for one in left if one.rows]


def filled_down(sheet: SheetAnswers, chosen: Sequence[FillDown]) -> SheetAnswers:
    """Return the answers as they will be once typed costs stand in the other rows of their SKU. Pure."""
    costs = {row: one.cost for one in chosen for row in one.rows}
    answers = [
        replace(answer, cost=costs.get(row, answer.cost))
        for row, answer in zip(sheet.row_of, sheet.answers, strict=True)
    ]
    return replace(sheet, answers=answers)


def fill_down(sheet: SheetAnswers, chosen: Sequence[FillDown]) -> None:
    """Write typed costs into the other rows of their SKU."""
    costs = {row: one.cost for one in chosen for row in one.rows}
    column = RESOLVE_SPEC.column("cost")
    for row, cost in costs.items():
        sheet.table.column_cells("cost", row, 1).value = to_cell(cost, column.kind)
