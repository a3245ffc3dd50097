"""A final document comes after a provisional export: what is proposed of it says so, and so does sheet Settlements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import item, left, v2
from tests.end_to_end.test_after_a_provisional_export import (
    BOUGHT,
    UNIFIED,
    Documents,
    brought,
    deferred_row,
    download_and_pull,
    running_month,
    unified,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.end_to_end.stories import FinaleOnLine, Story

CAME = "a document came after the export"


def remarks(story: Story) -> list[str]:
    """Return what stands beside the only settlement."""
    (row,) = story.book.table("Settlements").rows
    return str(row["Remarks"] or "").split("; ")


def report_and_record(folder: Path) -> Documents:
    """A date range report of one order, and the settlement report, that has another one too."""
    view = (UNIFIED + unified("111-1", "A", 1, "20.00", "Released")).encode()
    items = [item("Order", order, amount, units="1", sku=sku, day="04") for order, amount, sku in ORDERS]
    final = v2(folder, items).read_bytes()
    gone = (left("111-1", "2026-09-03"),)
    return "24000000099", view, final, gone, (*gone, left("111-2", "2026-09-04", sku="B"))


ORDERS = (("111-1", "20.00", "A"), ("111-2", "30.00", "B"))


@pytest.mark.long
@pytest.mark.parametrize(
    ("documents", "typed", "is_final"),
    [
        (report_and_record, {}, True),
        (lambda _: running_month(), {}, True),
        (lambda _: download_and_pull(), {"#31": 1, "#32": 1}, True),
        (lambda _: deferred_row(), {}, False),
    ],
    ids=["a report and the record", "a month that still ran", "a download and its pulled payout", "a further report"],
)
def test_a_document_is_called_a_document(
    story: Story,
    finale: FinaleOnLine,
    tmp_path: Path,
    documents: Callable[[Path], Documents],
    typed: dict[str, int],
    *,
    is_final: bool,
) -> None:
    """No file is read differently and nothing was answered; with the final one nothing is provisional any more."""
    settlement, first, final, gone, all_gone = documents(tmp_path)
    brought(story, tmp_path, "first", first)
    finale.sync(story, *BOUGHT, *gone)
    for order, units in typed.items():
        story.answer(({"Order ID": order}, {"Units back": units, "Cost": 5 if order == "#31" else 7}))
    before = remarks(story)
    story.deed("export", settlement, "--format", "quickbooks", "--accept-provisional")
    brought(story, tmp_path, "final", final)
    finale.sync(story, *BOUGHT, *all_gone)
    said = {(row["Type"] == "Reclassification", row["What changed"].partition(":")[0]) for row in story.pending()}
    story.decide("accept")
    after = remarks(story)

    assert any(one.startswith("Provisional") for one in before)
    assert {(True, CAME), (False, CAME)} == said
    assert (["Its own report came after the export"] == after) == is_final
    assert any(one.startswith("Provisional") for one in after) != is_final
    story.ties()
