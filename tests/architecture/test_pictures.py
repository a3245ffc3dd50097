"""The pictures of the documents: each is made by `python run.py pictures`, and each is used."""

from __future__ import annotations

import re
from pathlib import Path

from workbooks.pictures import AFTERWARDS, BEFORE_SAVING, WIDTH, _hidden, printed_whole, without

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
_SHOWN = re.compile(r"!\[[^\]]+\]\((?:docs/)?images/([\w-]+)\.png\)")
_COLUMNS = '<cols><col min="1" max="3" width="9"/><col min="4" max="4" width="2" hidden="1"/></cols>'


def width(file: Path) -> int:
    """Return how wide a PNG is, as it says itself."""
    return int.from_bytes(file.read_bytes()[16:20], "big")


def test_every_picture_is_made_by_the_command_and_shown() -> None:
    """None is left over, none is missing, and all are as wide as they can be read."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {name for page in pages for name in _SHOWN.findall(page.read_text(encoding="utf-8"))}
    made = {picture.name for picture in (*BEFORE_SAVING, *AFTERWARDS)}

    assert made == shown
    assert dict.fromkeys(made, WIDTH) == {file.stem: width(file) for file in IMAGES.iterdir()}


def test_a_picture_shows_columns_that_are_there() -> None:
    """The title stands in the first column, so that one is never hidden."""
    hidden = {picture.name: _hidden(picture) for picture in (*BEFORE_SAVING, *AFTERWARDS) if picture.columns}

    assert len(hidden) > 5
    assert [] == [name for name, numbers in hidden.items() if not numbers or 1 in numbers]


def test_only_the_named_columns_are_hidden() -> None:
    """A span is taken apart, what was hidden stays so, and only the sheet's own printed area goes."""
    single = ['<col min="1" max="1" width="9"/>', '<col min="2" max="2" width="9" hidden="1"/>']
    last = ['<col min="3" max="3" width="9"/>', '<col min="4" max="4" width="2" hidden="1"/>']
    names = [
        f'<definedName name="_xlnm.Print_Area" localSheetId="1">{area}</definedName>'
        for area in ("'P&amp;L'!$A:$T", "Resolve!$A:$S")
    ]

    assert f"<cols>{''.join([*single, *last])}</cols>" == without(_COLUMNS, {2, 4})
    assert names[1] == printed_whole("".join(names), "P&L")
