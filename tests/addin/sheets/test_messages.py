"""Sheet Messages keeps what the last presses said, in full; a box shows the head of what is long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from addin.sheets.setup.messages import (
    DONE,
    KEPT,
    MESSAGES_SPEC,
    STOPPED,
    Message,
    add_message,
    head_of,
    spoken_of,
)
from addin.sheets.tables import tables
from addin.sheets.workbook import SPECS
from core.log import REDACTION
from workbook_engine import workbook

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
LONG = "\n".join(f"Line {number} of sheet Settlements says what is the matter." for number in range(40))


def test_the_newest_fifty_stand_there_the_newest_first(new_books: Path) -> None:
    """In full, with a link to the sheet that each speaks of, and without a key that somebody typed."""
    REDACTION.hide("geheim-4712")
    with workbook(new_books) as book:
        for number in range(KEPT + 2):
            add_message(book, Message(NOW + timedelta(minutes=number), "Sync", DONE, f"Press {number}."))
        add_message(book, Message(NOW + timedelta(days=1), "Connect…", STOPPED, f"{LONG} geheim-4712"))
        table = tables.find(book, MESSAGES_SPEC)
        rows = tables.read(table, MESSAGES_SPEC)
        link, height = table.column_cells("link", 0, 1).formula, table.column_cells("key", 0, 1).row_height
        assert "#'Settlements'!A1" in str(link)
        assert height is not None and height > 400  # noqa: PT018 - the first for the type
        assert "Sheet Messages has all of it." == head_of(book, LONG).split("\n")[-1]
    assert [f"Press {number}." for number in range(KEPT + 1, 2, -1)] == [row["message"] for row in rows[1:]]
    assert (KEPT, STOPPED, True) == (len(rows), rows[0]["ended"], str(rows[0]["message"]).startswith(LONG))
    assert "geheim" not in str(rows[0]["message"])


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("Saved 2 costs.", "Saved 2 costs."),
        ("a\n" * 30, "a\n" * 12 + "…\nSheet Messages has all of it."),
        ("word " * 300, "word " * 139 + "word …\n…\nSheet Messages has all of it."),
    ],
)
def test_a_box_shows_whole_lines_and_whole_words(new_books: Path, text: str, head: str) -> None:
    with workbook(new_books) as book:
        assert head == head_of(book, text)


@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec.visible], ids=lambda spec: spec.sheet)
def test_every_sheet_is_known_by_its_name(spec: object) -> None:
    """Whatever begins like it: Cost true-ups are no Costs. Messages do not lead to themselves."""
    sheet = spec.sheet  # type: ignore[attr-defined]  # a TableSpec
    wanted = "" if sheet == MESSAGES_SPEC.sheet else sheet
    assert wanted == spoken_of(f"Nothing was changed. Look at sheet {sheet}, then press again.")
