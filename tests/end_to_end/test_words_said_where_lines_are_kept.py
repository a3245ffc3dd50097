"""Words that are said after the COGS entry went out are asked of every button, also of those that read kept lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.stories import item, paid, v2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.end_to_end.stories import Story

NUMBER = "24000000099"
LOST = "Reimbursements for lost or damaged goods"
SWAP = item("Swap-out", "111-2", "30.00", units="2", day="05")
LOSS = {**paid("ODD_WORD", "12.00", units="", sku=""), "amount-type": "other-transaction"}
FOUND = {**paid("ODD_WORD", "12.00", units="2"), "amount-type": "other-transaction"}


def said_late(story: Story, folder: Path, row: Mapping[str, str], said: str, applying: tuple[str, ...]) -> Any:
    """Export the COGS entry of a sale of 15.00 beside a word; say what it is; return what Resolve lists twice after."""
    story.bring(v2(folder, [item("Order", "111-1", "60.00", units="3", day="05"), row]))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    story.deed("export", NUMBER, "--format", "quickbooks", "--entries", "cogs")
    word = next(row["Type"] for row in story.book.table("Transaction types").rows if row["Type"])
    story.type("Transaction types", {"Type": word}, {"Line type": said})
    story.book.run(*applying)
    told = [story.book.run("resolve").output for _ in range(2)]
    return told, story.asked()


@pytest.mark.long
@pytest.mark.parametrize(
    ("row", "said", "applying", "typed", "change"),
    [
        (SWAP, "Sales", ("pnl",), {"Cost": 5}, 10),
        (SWAP, "Sales", ("trueups",), {"Cost": 4}, 8),
        (FOUND, LOST, ("fill", NUMBER), {"Cost": 3}, 6),
        (LOSS, LOST, ("save",), {"SKU": "A", "Units back": 1, "Cost": 5}, 5),
        (LOSS, LOST, ("cogs", NUMBER), {"SKU": "A", "Units back": 2, "Cost": 5}, 10),
        (
            LOSS,
            "Liquidations",
            ("export", NUMBER, "--format", "quickbooks"),
            {"SKU": "A", "Units back": 1, "Cost": 2},
            2,
        ),
        (SWAP, "Sales", ("verify",), {"Cost": 5}, 10),
    ],
)
def test_what_was_said_is_asked_whichever_button_took_it(
    story: Story,
    tmp_path: Path,
    row: Mapping[str, str],
    said: str,
    applying: tuple[str, ...],
    typed: Mapping[str, object],
    change: int,
) -> None:
    """2 units left with a word that is said to be a sale: one line is listed, and its answer is a true-up."""
    told, asked = said_late(story, tmp_path, row, said, applying)
    kind = {"Type": asked[0]["Type"]} if asked else {}
    story.answer((kind, typed), accept=False)
    proposed = [row["Difference"] for row in story.pending()]
    story.ties()
    left = story.asked()
    story.decide("accept")

    assert [True, True] == ["1 line without cost on sheet Resolve" in one for one in told]
    assert ([change], []) == (proposed, left)
    assert [] == [*story.asked(), *story.pending()]
    story.ties()
