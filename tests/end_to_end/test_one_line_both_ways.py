"""The worked line of docs/architecture.md is what the program makes of it; `--regenerate` writes it anew."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from addin.machine import cost_file
from addin.sheets.costs import resolve
from addin.sheets.settlements import transactions
from addin.sheets.workbook import read_books_name
from addin.udfs import FINALE_COST, Ready, answers
from core.books.entries.exporting import export_settlement
from core.books.importing.importing import import_file
from core.books.overrides.resolve_outcomes import decide
from core.books.overrides.saving import save_answers
from core.company_databases import machine_folder
from core.costing import cost
from core.journal.cogs_entry import cogs_entries
from core.marketplaces import read_file
from tests.end_to_end.stories import item, v2
from workbook_engine import workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.end_to_end.demo_book import DemoBook
    from tests.end_to_end.stories import Story

DOCUMENT = Path(__file__).parents[2] / "docs" / "architecture.md"
BEGIN, END = (
    "<!-- one line: tests/end_to_end/test_one_line_both_ways.py, --regenerate -->\n",
    "<!-- end of one line -->",
)
SETTLEMENT, ORDER, SKU = "24000000099", "111-1", "MUG"
TYPED = "4.17"

Row = tuple[str, str, str]


@pytest.mark.long
def test_the_worked_line_is_what_the_program_makes_of_it(story: Story, tmp_path: Path, *, regenerate: bool) -> None:
    """A row of a file becomes a transaction and a cell; a typed cost becomes an override and a journal line."""
    price = item("Order", ORDER, "60.00", units="3", sku=SKU)
    fee = {**price, "amount-type": "ItemFees", "amount-description": "Commission", "amount": "-9.00"}
    file = v2(tmp_path, [price, fee], SETTLEMENT)
    there = [*_in(story, file), *_costed(story, "before"), *_asked(story)]
    story.answer(({"SKU": SKU}, {"Cost": float(TYPED)}), accept=False)
    back = [*_saved(story), *_costed(story, "after"), *_in_a_cell(story.book), *_exported(story)]
    drawn = _table([*there, *back])
    before, stated, after = re.split(f"{BEGIN}|{END}", DOCUMENT.read_text(encoding="utf-8"))
    if regenerate:
        stated = f"\n{drawn}\n\n"
        DOCUMENT.write_text(f"{before}{BEGIN}{stated}{END}{after}", encoding="utf-8")

    assert drawn == stated.strip()
    assert "12.51" in drawn  # 3 units of 4.17


def _table(rows: list[Row]) -> str:
    lines = [("where", "what is there", "made by"), ("---", "---", "---"), *rows]
    return "\n".join(f"| {where} | {what} | {by} |" for where, what, by in lines)


def _name(*made_by: Callable[..., object]) -> str:
    return ", ".join(f"`{one.__module__}.{one.__name__}`" for one in made_by)


def _in(story: Story, file: Path) -> list[Row]:
    header, *_, price, fee = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    wanted = (
        "transaction-type",
        "order-id",
        "amount-type",
        "amount-description",
        "amount",
        "sku",
        "quantity-purchased",
    )
    rows = " and ".join("`" + " · ".join(row[header.index(name)] for name in wanted) + "`" for row in (price, fee))
    (line,) = read_file(file.read_bytes(), file.name).settlements[0].transactions.to_dict("records")
    story.bring(file)
    stored = (
        f"{line['event']}, {line['sku']}, {line['quantity']} units, principal {line['principal']:.2f}, referral fee "
    )
    return [
        ("two rows of a V2 file", rows, "Amazon"),
        (
            "one transaction",
            f"{stored}{line['referral_fee']:.2f}, net {line['net']:.2f}",
            _name(read_file, import_file),
        ),
    ]


def _costed(story: Story, when: str) -> list[Row]:
    (line,) = story.lines()
    cells = ("Unit cost", "!", "COGS", "Cost source", "Margin")
    shown = ", ".join(f"*{name}* {_cell(line[name])}" for name in cells)
    made = _name(cost, transactions.fill_transactions) if when == "before" else _name(cost)
    return [(f"sheet Transactions, {when}", shown, made)]


def _asked(story: Story) -> list[Row]:
    (row,) = story.asked()
    shown = f"*Cause* {row['Cause']}, *Cost* {_cell(row['Cost'])}: {TYPED} is typed into it"
    return [("sheet Resolve", shown, _name(resolve.fill_resolve))]


def _saved(story: Story) -> list[Row]:
    (row,) = (row for row in story.book.table("Change history").rows if row["What"] == "save")
    shown = f"batch {row['Batch']}, order {row['Order ID']}, SKU {row['SKU']}: *Saved cost* {row['Saved cost']}"
    return [("an override, on sheet Change history", shown, _name(resolve.read_answers, decide, save_answers))]


def _in_a_cell(book: DemoBook) -> list[Row]:
    with workbook(book.path) as opened:
        costs = cost_file.CostFiles(machine_folder()).snapshot(read_books_name(opened).database_id)
    ready = Ready.of(costs, lambda answer: float(answer.unit_cost or 0))
    values, _ = answers([[SKU]], [[ORDER]], ready)
    return [(f'`=FINALE_COST("{SKU}", "{ORDER}")`', _cell(values[0][0]), _name(cost_file.publish, FINALE_COST))]


def _exported(story: Story) -> list[Row]:
    story.export(SETTLEMENT)
    (first, second) = (row for row in story.book.table("Journal").rows if row["Kind"] == "COGS")
    shown = f"{first['Date']}: debit {first['Account']} {_money(first['Debit'])}, credit {second['Account']} "
    return [("the COGS entry", f"{shown}{_money(second['Credit'])}", _name(cogs_entries, export_settlement))]


def _cell(value: Any) -> str:
    return "blank" if value is None else str(value)


def _money(value: Any) -> str:
    return f"{Decimal(str(value)):.2f}"
