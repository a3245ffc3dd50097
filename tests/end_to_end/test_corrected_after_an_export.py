"""A corrected file of a settlement that is exported is refused, and the remedy that is named works word by word."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import CASES, Story, item, needs_cases, v2

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def amazon(folder: Path) -> tuple[str, Path, Path, str]:
    """Return a settlement's id, its report, the corrected one, and what it comes to."""
    (folder / "b").mkdir()
    first = v2(folder, [item("Order", "111-1", "20.00", units="1"), item("Order", "111-2", "30.00", units="1")])
    second = v2(folder / "b", [item("Order", "111-1", "20.00", units="1"), item("Order", "111-2", "31.00", units="1")])
    return "24000000099", first, second, "51.00"


def ebay(folder: Path) -> tuple[str, Path, Path, str]:
    """Return the same of eBay: a fixed fee of one order is another."""
    text = (CASES / "ebay_1_august.csv").read_text(encoding="utf-8")
    files = [folder / "a.csv", folder / "b.csv"]
    files[0].write_text(text, encoding="utf-8")
    files[1].write_text(text.replace("89.60", "88.60").replace("-0.4,-10", "-1.4,-10"), encoding="utf-8")
    return "7600000001", files[0], files[1], "133.20"


def walmart(folder: Path) -> tuple[str, Path, Path, str]:
    """Return the same of Walmart: its total and one amount are 1.00 more."""
    lines = (CASES / "walmart_with_period.csv").read_text(encoding="utf-8").splitlines()
    files = [folder / "a.csv", folder / "b.csv"]
    files[0].write_text("\n".join(lines) + "\n", encoding="utf-8")
    place = lines[0].split(",").index("Amount")
    row = next(n for n, line in enumerate(lines) if n > 2 and line.split(",")[place] not in ("", "Amount"))
    cells = lines[row].split(",")
    cells[place] = f"{Decimal(cells[place]) + 1:.2f}"
    lines[row], lines[2] = ",".join(cells), lines[2].replace("5.00", "6.00")
    files[1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "20260418-20260501", files[0], files[1], "6.00"


@pytest.mark.long
@needs_cases
@pytest.mark.parametrize("written", [amazon, ebay, walmart])
def test_the_named_remedy_books_what_the_corrected_file_says(
    tmp_path: Path, story: Story, written: Callable[[Path], tuple[str, Path, Path, str]]
) -> None:
    """Reopened, removed where the words say so, and imported again, the settlement is that of the corrected file."""
    name, first, second, total = written(tmp_path)
    story.set(Accounting_system="quickbooks")
    story.deed("import", str(first))
    story.deed("export", name, "--format", "quickbooks", "--entries", "settlement", "--accept-provisional")
    refused = story.deed("import", str(second), status=1)
    said = " ".join((refused.output + refused.error).split())
    story.deed("reopen", name, "--imported", "--reason", "the marketplace corrected it")
    if "remove it" in said:
        story.deed("remove", name)
    story.deed("import", str(second))
    (row,) = story.book.table("Settlements").rows

    assert "reopen the settlement" in said, said
    assert "import" in said.split("reopen the settlement", 1)[1], said
    assert name == str(row["Settlement ID"])
    assert total in {f"{value:.2f}" for value in row.values() if isinstance(value, int | float)}, row
    story.deed("export", name, "--format", "quickbooks", "--entries", "settlement", "--accept-provisional")
