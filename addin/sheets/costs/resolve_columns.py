"""The rows of sheet Resolve: their columns, and what each of them was filled with before anybody typed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from addin.sheets.tables.cells import to_decimal, to_text
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec
from addin.sheets.tables.typed_numbers import NotANumber
from core.model import Disposition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from addin.sheets.tables.tables import Record, SheetTable
    from core.books.overrides.answers import Answer

RESOLVE_SPEC = TableSpec(
    sheet="Resolve",
    table="tblResolve",
    title="Missing costs: type the cost, or keep a prefilled one, then Save costs",
    key=("key",),
    frozen_to="order_id",
    printed_to="settlement_id",
    columns=(
        Column(
            "SKU",
            "sku",
            width=22,
            editable=True,
            only_where='RIGHT({filled},4)=" """"]"',  # the line itself names none, see `remembered`
            note="If the line has no SKU, enter it here and the quantity in Units back.",
        ),
        Column("Order ID", "order_id", width=22),
        Column("Cause", "cause", width=24),
        Column("Type", "event", width=14),
        Column("Posted", "posted_at", Kind.MOMENT, width=16),
        Column("Units", "quantity", Kind.WHOLE, width=8),
        Column("Net", "net", Kind.MONEY, note="In the currency beside it."),
        Column("Currency", "currency", width=10, note="Of the net; costs are in home currency."),
        Column(
            "Cost",
            "cost",
            Kind.UNIT_COST,
            editable=True,
            note="Per unit, in home currency. Prefilled with the proposal, which is saved only when accepted.",
        ),
        Column(
            "Zero OK",
            "zero_ok",
            Kind.FLAG,
            width=10,
            editable=True,
            choices=("yes",),
            note="yes: these goods really cost nothing.",
        ),
        Column(
            "Units back",
            "units_back",
            Kind.WHOLE,
            width=14,
            editable=True,
            note="Refunds: units that came back. Other lines that are asked for units: how many they are about.",
        ),
        Column("Disposition", "disposition", width=15, editable=True, choices=tuple(Disposition)),
        Column("Note", "note", width=24, editable=True, takes_dates=True, note="Saved with an answer."),
        Column("Proposed cost", "proposed_cost", Kind.UNIT_COST, width=17),
        Column("Proposal", "proposal", width=20),
        Column("as of", "proposal_as_of", Kind.MOMENT, width=16),
        Column("Description", "description", width=30),
        Column("Store", "store", width=18),
        Column("Settlement ID", "settlement_id", width=17),
        Column("Status", "status", width=34, note="Result of the last save."),
        Column("Go to", "link", Kind.LINK, width=9, note="The line on its COGS tab, or on sheet Transactions."),
        Column("Key", "key", hidden=True),
        Column("Version", "version", Kind.WHOLE, hidden=True),
        Column("Filled", "filled", hidden=True, note="What the editable cells were filled with; last its own SKU."),
    ),
)
TYPED_FIELDS = ("cost", "units_back", "disposition", "zero_ok", "note", "sku")
_SKU = TYPED_FIELDS.index("sku")


@dataclass(frozen=True, slots=True)
class SheetAnswers:
    """The rows of Resolve as they stand, and their table, to write beside each row what became of it."""

    table: SheetTable
    rows: list[Record]
    answers: list[Answer]
    """One per row that has a key, in the order of the sheet."""
    row_of: list[int]
    """The data row of each answer, from 0."""


def contents(row: Mapping[str, object]) -> list[str]:
    """Return the editable cells as plain text, a number without trailing zeros."""
    return [
        plain_number(row["cost"]),
        plain_number(row["units_back"]),
        *(to_text(row[field]) or "" for field in TYPED_FIELDS[2:]),
    ]


def plain_number(value: object) -> str:
    """Return a number as plain text without trailing zeros, and what is no number as it was typed."""
    number = to_decimal(value)
    if number is None:
        return ""
    return number.text if isinstance(number, NotANumber) else f"{number.normalize():f}"


def filled(row: Mapping[str, object]) -> list[str]:
    """Return what the editable cells were filled with."""
    return memory(row)[: len(TYPED_FIELDS)]


def own_sku(row: Mapping[str, object]) -> str:
    """Return the SKU that the line of a row names itself; empty where it names none."""
    return memory(row)[len(TYPED_FIELDS)]


def memory(row: Mapping[str, object]) -> list[str]:
    """Read the hidden column; one that an older version filled knows no SKU, so that the cell's counts as filled."""
    try:
        content = json.loads(to_text(row["filled"]) or "")
    except json.JSONDecodeError:
        content = None
    fields, sku = len(TYPED_FIELDS), to_text(row["sku"]) or ""
    match content:
        case list() if len(content) == fields + 1:
            return content
        case list() if len(content) == _SKU:
            return [*content, sku, ""]
        case _:
            return [""] * (fields + 1)
