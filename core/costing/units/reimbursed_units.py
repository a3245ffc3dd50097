"""What Amazon's Reimbursements report decides of a line: its goods, units and SKU, and what it takes back.

The one place for it. A line is judged and costed as if the settlement had said what the report says: a loss of 2 units,
of which the report paid 1 in money and replaced 1 from like stock, is a loss of 1. A saved answer wins over the report,
a reason that nobody has declared is evidence of nothing, and a row whose figures do not fit its line decides nothing
(docs/design/costing.md, "Amazon's Reimbursements report").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.costing.frames import declared_rows
from core.costing.inputs import REIMBURSED_COLUMNS
from core.costing.lines import overrides_in_force, typed_skus, with_typed_skus
from core.costing.rules.line_kinds import NAMES_GOODS
from core.costing.rules.rules import Judgement, Rule
from core.frame_columns import TEXT, TRANSACTION_COLUMNS, frame, records
from core.model import GOODS_EFFECTS, Event, Goods

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from core.costing.inputs import CostingInput
    from core.costing.lines import Line, Override


class ReimbursementReport(NamedTuple):
    """What the report says of a line (REIMBURSED_COLUMNS)."""

    number: str
    """Of the reimbursement."""
    event: str | None
    goods: str | None
    words: str
    order_id: str | None
    sku: str | None
    taken_back: bool
    units_cash: int | None
    units_inventory: int | None
    original: str | None
    """The number of the reimbursement that is taken back."""

    @property
    def is_known(self) -> bool:
        """Whether its reason is declared, and its units are such as the line can have."""
        return self.event is not None and (self.taken_back or (self.units_cash or 0) >= 0)

    @property
    def moves_none(self) -> bool:
        """Whether no goods moved: all was replaced from like stock, or money alone was taken back."""
        if self.taken_back:
            return self.units_inventory == 0
        return self.units_cash == 0 and (self.units_inventory or 0) > 0

    @property
    def is_back(self) -> bool:
        """Whether units are back in stock because a reimbursement was taken back."""
        return self.taken_back and (self.units_inventory or 0) > 0

    @property
    def sentence(self) -> str:
        """What it said, for a person."""
        cash, goods = self.units_cash, self.units_inventory
        if self.taken_back:
            units = f"{goods} back in stock" if goods else "money only"
            units = f"{goods} in inventory, which does not state the returned units" if goods and goods < 0 else units
        else:
            units = f"{cash} in cash, {goods or 0} from stock"
        known = units if goods is not None and (self.taken_back or cash is not None) else "units not said"
        of = f", reverses {self.original}" if self.original else ""
        return f"Amazon's Reimbursements report: {self.words}, {known}{of}."


def reports_by_line(reimbursed: pd.DataFrame | None) -> dict[str, ReimbursementReport]:
    """Return what the report says, by line key."""
    return {key: ReimbursementReport(*told) for key, *told in declared_rows(REIMBURSED_COLUMNS, reimbursed)}


def reports_in_force(
    reports: Mapping[str, ReimbursementReport], overrides: Mapping[str, Override]
) -> dict[str, ReimbursementReport]:
    """Return what the report decides, by line key: of the lines that nobody has answered."""
    answered = {key for key in reports if key in overrides and not overrides[key].is_typed_elsewhere}
    return {key: one for key, one in reports.items() if key not in answered and one.is_known}


def with_report(books: CostingInput) -> pd.DataFrame:
    """Return the transactions as the report tells them (TRANSACTION_COLUMNS, in the order and with the index given).

    A line whose SKU was typed on Resolve is what the bookkeeper says it is. Whatever judges or costs lines is given
    these; what sheets and entries show stays as the settlement says it, the typed SKU aside.
    """
    lines, told = _with_named_goods(books), reports_by_line(books.reimbursed)
    told = reports_in_force(told, overrides_in_force(books.overrides)) if told else told
    concerned = lines["key"].isin(list(told))
    if not told or not concerned.any():
        return lines
    changed = frame(TRANSACTION_COLUMNS, (_as_told(row, told[row["key"]]) for row in records(lines[concerned])))
    changed.index = lines.index[concerned]
    amended = lines.copy()
    for name in ("event", "goods", "stock_effect", "raw_type", "raw_description", "order_id", "sku", "quantity"):
        if name in amended:
            amended.loc[concerned, name] = changed[name]
    return amended


_WHICH_RETURN = frozenset({Goods.RETURN_PAID, Goods.RETURN_PAID_UNCLEAR})
_PAID_FOR_GOODS = frozenset({Event.REIMBURSEMENT, Event.ADJUSTMENT, Event.OTHER})


def _with_named_goods(books: CostingInput) -> pd.DataFrame:
    """Return the transactions with typed SKUs; who types the goods of an unclear payment says that these are lost.

    The question was whether goods moved and which. A return that names no order cannot be found among the refunds, so
    that it too is a loss of what was typed. Example: 12.00 for an undeclared reason, SKU MUG and 2 units typed: 2 lost
    mugs, costed as any.
    """
    lines, typed = with_typed_skus(books.transactions, books.overrides, books.locked_lines), typed_skus(books.overrides)
    if not typed:
        return lines
    is_lost_return = lines["goods"].isin(list(_WHICH_RETURN)) & lines["order_id"].isna()
    is_asked = lines["goods"].isin(list(NAMES_GOODS)) | is_lost_return
    is_typed = (lines["sku"] == lines["key"].map(typed).astype(TEXT)).fillna(value=False).astype(bool)
    lost = is_asked & is_typed & lines["event"].isin(list(_PAID_FOR_GOODS))
    meaning = {"goods": Goods.LOST.value, "stock_effect": GOODS_EFFECTS[Goods.LOST].value}
    return lines.assign(**{name: lines[name].mask(lost, value) for name, value in meaning.items()})


_OPEN = frozenset({Goods.UNCLEAR, Goods.PAID_AGAIN})
"""Reasons that say no more than a line does by itself."""
_FOUND = "MISSING_FROM_INBOUND_CLAWBACK"
"""The word of Amazon for units found that can mean nothing else."""


def _as_told(row: dict[str, object], report: ReimbursementReport) -> dict[str, object]:
    """Return a transaction as the report tells it."""
    values = {name: row.get(name) for name in TRANSACTION_COLUMNS}
    values |= {"sku": row["sku"] or report.sku, "order_id": row["order_id"] or report.order_id}
    if report.is_back:
        units = -(report.units_inventory or 0)
        return values | _meaning(report, _FOUND) | {"quantity": units}
    if report.taken_back:
        return values
    if report.units_cash:
        values["quantity"] = report.units_cash
    return values if report.goods in _OPEN else values | _meaning(report, report.words)


def _meaning(report: ReimbursementReport, words: str) -> dict[str, object]:
    return {
        "event": report.event,
        "goods": report.goods,
        "stock_effect": GOODS_EFFECTS[Goods(str(report.goods))].value,
        "raw_type": "FBA Inventory Reimbursement",
        "raw_description": words,
    }


def with_unmoved_goods(
    lines: Sequence[Line], judgements: Iterable[Judgement], reports: Mapping[str, ReimbursementReport]
) -> list[Judgement]:
    """Return the judgements with those of lines of which the report says that no goods moved."""
    return [
        Judgement(Rule.NOTHING, reports[line.key].sentence)
        if line.key in reports and reports[line.key].moves_none
        else judged
        for line, judged in zip(lines, judgements, strict=True)
    ]


def with_sentence(note: str, report: ReimbursementReport | None) -> str:
    """Return a line's note with what the report said, once."""
    return note if report is None or report.sentence in note else f"{note} {report.sentence}".strip()
