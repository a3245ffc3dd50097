"""Undo by command: a save that the workbook does not show yet is shown first; another person's is said to be one."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import item, v2
from tests.end_to_end.two_workbooks import copy_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story


@pytest.mark.long
def test_a_save_of_another_workbook_is_shown_before_it_is_undone(story: Story, tmp_path: Path) -> None:
    """Saved from a copy of the workbook: this one knows nothing of it. The first undo shows it, the second does it."""
    story.bring(v2(tmp_path, [item("Order", "U-1", "40.00", units="2", day="2026-09-02")], "1"))
    other = copy_of(story, "Other.xlsm")
    other.answer(({"SKU": "A"}, {"Cost": 5}))
    first = story.deed("undo", status=2)
    assert "Nothing was undone: the last save is now batch 2, save by " in first.output
    assert 2 in [row["Batch"] for row in story.book.table("Change history").rows]
    assert "Batch 2 is undone: 1 line as before." in story.deed("undo").output


@pytest.mark.long
def test_another_persons_save_is_undone_with_a_word(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal says whose it is, and names the option."""
    story.bring(v2(tmp_path, [item("Order", "U-1", "40.00", units="2", day="2026-09-02")], "1"))
    story.answer(({"SKU": "A"}, {"Cost": 5}))
    me = getpass.getuser()
    monkeypatch.setattr(getpass, "getuser", lambda: "A. Meyer")
    for words in (("undo",), ("undo", "2")):
        refused = story.deed(*words, status=2)
        assert f"save by {me}, " in refused.error
        assert "--of-another" in refused.error
    assert "Batch 2 is undone" in story.deed("undo", "--of-another").output
