"""What became known of exported lines, as it is shown: beside what the books hold, and what changed in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.frame_columns import records
from core.journal.cogs_entry import CostLine, cost_type
from core.reports.costed_lines import SUSPECT_MARK

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    from core.costing.costs.suspects import SuspectCost

DOCUMENT_CAME = "a document came after the export"
"""What makes a difference where a document that came late brings a line, or has it no more."""


@dataclass(frozen=True, slots=True)
class LockedFigures:
    """What true-ups are shown beside."""

    figures: Mapping[str, Mapping[str, object]]
    """What the books hold of each locked line, by its key."""
    readers: Mapping[int, str] = field(default_factory=dict)
    """The reader that true-ups stem from, by their numbers."""
    came: Collection[str] = frozenset()
    """Keys of lines of which a document says other goods that came after the export."""
    suspects: Mapping[int, SuspectCost] = field(default_factory=dict)
    """The true-ups whose new cost looks wrong, by their numbers."""


def rule_changed(reader: str) -> str:
    """Say that what is proposed stems from a newer reading (`reader 3`). Pure."""
    return f"rule changed in {reader}"


def true_up_rows(true_ups: pd.DataFrame, lines: pd.DataFrame, figures: LockedFigures) -> list[dict[str, object]]:
    """Return true-ups with their order and SKU, what the books hold of the line, and what changed in words. Pure.

    Worked example: 2 cups went out at 6.00 and cost 6.50 now: unit cost was 6.00, COGS was 12.00 and is 13.00, +1.00.
    """
    rows = records(true_ups.merge(lines[["key", "order_id", "sku", "event"]], on="key", how="left"))
    return [row | _was(row, figures) for row in rows]


def _was(row: Mapping[str, Any], held: LockedFigures) -> dict[str, object]:
    line, reader = held.figures.get(row["key"], {}), held.readers.get(row["id"])
    is_document = row["cause"] == "reading" and reader is None and row["key"] in held.came
    words = DOCUMENT_CAME if is_document else _what_changed(row, line)
    words = words if reader is None else f"{rule_changed(reader)}: {words}"
    suspect = held.suspects.get(row["id"])
    return {
        "unit_cost_was": line.get("unit_cost"),
        "cogs_was": row["cogs"] - row["difference"],
        "cause": words if suspect is None else f"{SUSPECT_MARK} {words}. Looks wrong: {suspect.reason}",
    }


def _what_changed(row: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    """Say which of its figures makes the difference, and where its cost goes."""
    words = _figure(row, line)
    return "; ".join(filter(None, (words, _moved(row) if row["event_now"] is not None else "")))


def _figure(row: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    match row["cause"]:
        case "cost":
            return "unit cost"
        case "units":
            return f"units: {_word(line.get('cost_quantity'))} → {_word(row['cost_quantity'])}"
        case "disposition":
            return f"goods: {_word(line.get('disposition'))} → {_word(row['disposition'])}"
        case "reading":
            return "its file is read differently now"
        case "account":
            return ""
    return str(row["cause"])


def _moved(row: Mapping[str, Any]) -> str:
    """Say between what its cost moves: kinds of cost, or goods whose item groups have accounts of their own."""
    was, now = (cost_type(CostLine(row[name])) for name in ("event_was", "event_now"))
    if was is not now:
        return f"kind of cost: {was} → {now}"
    return f"SKU: {_word(row['sku_was'])} → {_word(row['sku_now'])}"


def _word(value: object) -> str:
    return "none" if value is None else str(value)
