"""The list of sheets in docs/architecture.md is that of the template; `--regenerate` writes it anew."""

from __future__ import annotations

import re
from pathlib import Path

from addin.sheets.workbook import SPECS

DOCUMENT = Path(__file__).parents[3] / "docs" / "architecture.md"
BEGIN, END = (
    "<!-- sheets: tests/addin/sheets/test_sheets_in_architecture.py, --regenerate -->\n",
    "<!-- end of sheets -->",
)


def test_the_sheets_are_those_of_the_template(*, regenerate: bool) -> None:
    """Each with its table, what it is for, and the columns that a person types into."""
    before, stated, after = re.split(f"{BEGIN}|{END}", DOCUMENT.read_text(encoding="utf-8"))
    rows = [("sheet", "table", "for", "typed by a person"), ("---",) * 4]
    for spec in SPECS:
        typed = ", ".join(f"*{column.header}*" for column in spec.columns if column.editable)
        rows.append((spec.sheet, f"`{spec.table}`", spec.title, typed))
    listed = "\n".join("| " + " | ".join(row) + " |" for row in rows).replace("|  |", "| |")
    if regenerate:
        stated = f"\n{listed}\n\n"
        DOCUMENT.write_text(f"{before}{BEGIN}{stated}{END}{after}", encoding="utf-8")

    assert listed == stated.strip()
