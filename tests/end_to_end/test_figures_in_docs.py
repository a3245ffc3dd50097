"""The figures of the demo in the bookkeeper's documents are what the program shows, and their walks can be walked."""

from __future__ import annotations

import re
import shlex
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import run

if TYPE_CHECKING:
    from tests.end_to_end.demo_book import DemoBook

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_MADE = re.compile(r"<!-- of the demo: .*? -->\n(?P<table>.*?)<!-- end of the demo's -->", re.DOTALL)
_TYPES = {
    "orders": "sale", "refunds": "refund", "an A-to-z claim": "dispute", "advertising": "advertising",
    "paid for goods lost": "reimbursement",
}  # fmt: skip
_WORDS = {
    "held back from": "Previous Reserve Amount Balance", "held back for": "Current Reserve Amount",
    "storage": "Storage Fee", "subscription": "Subscription Fee",
}  # fmt: skip


def stated(name: str) -> list[list[str]]:
    """Return the rows of the table of a document that is made of the demo."""
    found = _MADE.search((DOCS / name).read_text(encoding="utf-8"))
    assert found is not None
    rows = [line for line in found["table"].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_a_settlement_is_made_of_what_the_document_says(demo: DemoBook) -> None:
    """Each row of the table is the sum of its lines, and all of them the deposit."""
    counts: defaultdict[str, int] = defaultdict(int)
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in demo.table("Transactions").rows:
        for name in (row["Type"], row["Marketplace's word"].split(" / ")[-1], "**deposit**"):
            counts[name] += 1
            sums[name] += Decimal(str(row["Net"]))
    rows = stated("settlements.md")
    named = {what: next(name for begin, name in _NAMES.items() if what.startswith(begin)) for what, _, _ in rows}

    assert len(rows) == len(named) == 10
    assert [[what, str(counts[named[what]]), number(sums[named[what]])] for what, _, _ in rows] == [
        [what, lines, amount.strip("*")] for what, lines, amount in rows
    ]


_NAMES = {**_TYPES, **_WORDS, "**deposit**": "**deposit**"}


def number(value: Decimal) -> str:
    return f"{value:,.2f}".replace("-", "−")


def test_costs_are_those_of_the_document(demo: DemoBook) -> None:
    """Order, SKU, units, unit cost, COGS and source of each line."""
    shown = {
        (str(row["Order ID"] or "none"), str(row["SKU"])): [
            *(str(row[name] or "") for name in ("Units", "Unit cost", "COGS", "Cost source"))
        ]
        for row in demo.table("Transactions").rows
    }
    rows = stated("costs.md")

    assert len(rows) == 5
    assert [row[2:] for row in rows] == [shown[row[0], row[1]] for row in rows]


def test_a_file_of_ones_own_goes_the_way_of_its_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command is done, and the lines of the file wait on Resolve."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "tests" / "golden" / "marketplaces" / "amazon-unified-canada.csv", "YOURFILE.txt")
    text = (DOCS / "own-file.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ran = [run(*shlex.split(line)[2:]) for line in "".join(blocks).splitlines()]

    assert len(ran) == 7
    assert [] == [one.error for one in ran if one.status == 2]
    assert "My store" in ran[3].output
