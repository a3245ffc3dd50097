"""A file's name says which file it is: who sees only the names knows where to look."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
FLOORS = (
    "addin/commands/dialogues",
    "addin/commands/registry",
    "addin/commands",
    "addin/sheets",
    "addin",
    "core",
    "sandbox",
    "workbook_engine",
    "workbooks",
)
"""On each a subject has one file: what its button asks, how it is declared, what it does, its sheet, its rules."""
SHARED = {"__init__", "__main__", "errors", "frames"}
"""Every package may have them: errors, one class per cause; and frames, what turns frames into its own values."""
PER_MARKETPLACE = {"connector", "words"}
"""Each folder of a marketplace has them; the connector that all have in common is beside."""


def floor_of(path: str) -> str:
    """Return the floor that a file stands on."""
    return next(floor for floor in FLOORS if path.startswith(f"{floor}/"))


def _is_each_ones(path: PurePosixPath) -> bool:
    return path.stem in SHARED or (path.stem in PER_MARKETPLACE and path.parts[:2] == ("core", "marketplaces"))


def equal_names(paths: Iterable[str]) -> list[list[str]]:
    """Return the files of one floor that have one name."""
    named: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path in map(PurePosixPath, sorted(paths)):
        if not _is_each_ones(path):
            named[floor_of(str(path)), path.stem].append(str(path))
    return [files for files in named.values() if len(files) > 1]


def test_no_two_files_of_a_floor_have_one_name() -> None:
    """The less central one is named by what sets it apart."""
    folders = ("addin", "core", "sandbox", "workbook_engine", "workbooks")

    assert [] == equal_names(
        path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob("*.py")
    )


@pytest.mark.parametrize(
    "name", ["core/{}/ties.py", "addin/takeaway/{}/look.py", "sandbox/{}/books.py", "addin/sheets/{}/rates.py"]
)
def test_two_files_of_one_name_are_seen(name: str) -> None:
    """In any two folders of a floor; a command, its sheet and its rules may have the name of their subject."""
    both = [name.format("one"), name.format("two")]
    subject = ["addin/commands/close/undo.py", "addin/sheets/close/undo.py", "core/books/undo.py"]
    markets = ["core/marketplaces/ebay/words.py", "core/marketplaces/amazon/words.py", "core/books/errors.py"]

    assert [both] == equal_names([*both, *subject, *markets, "core/errors.py"])
