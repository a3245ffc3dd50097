"""Values brought back by command and by a mark on sheet Change history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import table

if TYPE_CHECKING:
    from tests.end_to_end.demo_book import DemoBook

pytestmark = pytest.mark.long


def save_first(demo: DemoBook, cost: float) -> None:
    """Type a cost into the first row of Resolve and save it."""
    book = demo.open()
    table(book, "Resolve").cell(0, "Cost").value = cost
    book.save(demo.path)
    assert 1 == len(demo.run("save", "--json").data["saved"])


def test_a_value_marked_on_change_history_is_brought_back(demo: DemoBook) -> None:
    """The mark names the value, the command restores it as a batch of its own, and the mark is gone."""
    save_first(demo, 4.25)
    save_first(demo, 5.5)
    book = demo.open()
    history = table(book, "Change history")
    row = next(number for number, one in enumerate(history.rows) if one["Saved cost"] == 4.25)
    history.cell(row, "Restore").value = "yes"
    book.save(demo.path)
    batch = str(history.rows[row]["Batch"])

    by_mark = demo.run("restore", "--json")
    nothing = demo.run("restore")
    by_number = demo.run("restore", batch, "--json")

    shown = demo.table("Change history").rows
    assert (1, 1) == (len(by_mark.data["restored"]), len(by_number.data["restored"]))
    assert "Nothing is marked" in nothing.output
    assert [4.25, 4.25] == [one["Saved cost"] for one in shown if one["What"] == "restore"]
    assert not any(one["Restore"] for one in shown)
    assert 2 == demo.run("restore", "1").status
    assert "0 accepted averages replaced" in demo.run("accept").output
