"""Reports that overlap bring nothing back twice, whatever became of their dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import item, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

HEAD = "return-date\torder-id\tsku\tquantity\tdetailed-disposition\n"


@pytest.mark.long
@pytest.mark.parametrize(
    ("dates", "cogs"),
    [
        (("2026-09-10T10:15:00-04:00", "2026-09-10"), [10, -5]),
        (("2026-09-10", "2026-09-10T22:15:00-04:00"), [10, -5]),
        (("2026-09-10T10:15:00-04:00", "2026-09-10T14:40:00-04:00"), [10, -10]),
        (("2026-09-10", "2026-09-12"), [10, -10]),
        (("2026-09-10T10:15:00-04:00", "2026-09-10T10:15:00"), [10, -5]),
        (("2026-09-10T10:15", "2026-09-10T10:15:33-07:00"), [10, -5]),
        (("2026-09-10T10:15:00-04:00", "2026-09-10T10:15:00-07:00"), [10, -10]),
    ],
)
def test_a_return_that_lost_a_part_of_its_date_in_one_of_two_reports_came_back_once(
    story: Story, tmp_path: Path, dates: tuple[str, str], cogs: list[int]
) -> None:
    """2 of 5.00 are refunded, and two reports name a return: the same one, or two."""
    story.bring(v2(tmp_path, [item("Order", "1", "40.00", units="2"), item("Refund", "1", "-40.00", units="2")]))
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    for date in dates:
        report = tmp_path / f"returns to {date[8:].replace(':', '')}.txt"
        report.write_text(f"{HEAD}{date}\t1\tA\t1\tSELLABLE\n", encoding="utf-8")
        story.bring(report)

    assert cogs == sorted((row["COGS"] for row in story.lines()), reverse=True)
