"""The figures of docs/scale.md: what they are counted from."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from benchmarks import scale
from core.books.database import Database
from core.books.database.company import new_company

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.long
def test_of_people_who_save_at_once_nobody_loses_anything(tmp_path: Path) -> None:
    """One stores the shared line, the others are told, and all other lines are there: as the page says."""
    place = scale.Place("SQLite", str(tmp_path / "books.sqlite"), time.process_time)
    Database.create(place.address, new_company("Scale", "USD", scale.NOW)).close()

    (size,) = scale.sizes(place, (2,))
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in scale.users(place)]

    assert size.startswith("| SQLite | 2 | 760 |")
    told = {people: people - 1 for people in scale.USERS}
    assert [
        [str(people), str(people * scale.SAVES), str(people * scale.SAVES - told[people]), str(told[people]), "0", "0"]
        for people in scale.USERS
    ] == [row[1:-1] for row in rows]
