"""An answer to a row of an eBay item goes on with its units, whichever report comes first, and the import says so."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.core.marketplaces.ebay_documents import paid_out, report, single

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

DEPOSIT = single("10", "1", "MUG", "10", "0", Transaction_creation_date="Aug 30, 2026")
BALANCE = single("17.60", "1", "MUG", "20", "-2.40", Transaction_creation_date="Sep 1, 2026")
GOES_ON = "1 saved answer goes on with the line that carries its units now: order 11-00000-00001, SKU MUG."
ASKED = (
    "1 saved answer is asked again on sheet Resolve, because documents state different units of its order: "
    "order 11-00000-00001, SKU MUG."
)


@pytest.mark.long
@pytest.mark.parametrize(
    ("units", "status", "said", "cogs"),
    [(1, 0, GOES_ON, 5), pytest.param(2, 1, ASKED, 0, marks=pytest.mark.long)],
    ids=["the same units", "other units"],
)
def test_a_further_report_leaves_no_answer_behind(
    story: Story, tmp_path: Path, units: int, status: int, said: str, cogs: int
) -> None:
    """5.00 was typed for September's balance of a mug; August's report has its deposit, which carries the unit."""
    (tmp_path / "september.csv").write_bytes(report(BALANCE, paid_out("27.60")))
    (tmp_path / "august.csv").write_bytes(report({**DEPOSIT, "Quantity": units}))
    story.book.run("import", str(tmp_path / "september.csv"))
    story.book.run("resolve")
    story.answer(({"SKU": "MUG"}, {"Cost": 5}), accept=False, odd=True)
    ran = story.book.run("import", str(tmp_path / "august.csv"))
    story.book.run("resolve")

    assert (status, True) == (ran.status, said in ran.output), ran.output
    assert Decimal(cogs) == story.cogs(SKU="MUG")
    assert (cogs == 0) == bool(story.asked())
    story.ties()
