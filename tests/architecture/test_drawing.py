"""The drawing of the house in docs/architecture.md is that of today's imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.architecture.drawing import DOCUMENT, circles, draw, floors, imports, with_drawing

if TYPE_CHECKING:
    from pathlib import Path

PARTS = (
    "core/__init__",
    "core/model",
    "core/books/__init__",
    "core/books/rates",
    "addin/ribbon",
    "addin/sheets/__init__",
)


def test_the_drawing_is_that_of_todays_imports() -> None:
    """Where this fails, `python run.py drawing` draws it anew; read the difference before you commit it."""
    document = DOCUMENT.read_text(encoding="utf-8")

    assert with_drawing(document, draw(imports())) == document


def test_each_part_stands_above_all_that_it_imports(tmp_path: Path) -> None:
    """The floor of a part is told by its imports alone, those inside of functions and for types included."""
    _house(
        tmp_path,
        {"core/books/rates": "from core.model import Money", "addin/ribbon": "def run():\n    import addin.sheets"},
    )
    before = floors(imports(tmp_path))
    _house(tmp_path, {"core/model": "if TYPE_CHECKING:\n    from addin.sheets import Cell"})

    assert [["addin/sheets", "core/model.py"], ["addin/ribbon.py", "core/books"]] == before
    assert [["addin/sheets"], ["addin/ribbon.py", "core/model.py"], ["core/books"]] == floors(imports(tmp_path))


def test_parts_that_import_one_another_are_named(tmp_path: Path) -> None:
    """A circle shares a floor, and the drawing says so."""
    circle = {"core/books/rates": "import core.model", "core/model": "from core.books import rates"}
    _house(tmp_path, {**circle, "addin/ribbon": "import core.books.rates"})
    house = imports(tmp_path)

    assert [["addin/sheets", "core/books", "core/model.py"], ["addin/ribbon.py"]] == floors(house)
    assert [["core/books", "core/model.py"]] == circles(house, floors(house)[0])
    assert "(core/books, core/model.py import one another)" in draw(house, tmp_path)


def _house(root: Path, contents: dict[str, str]) -> None:
    for part in {*PARTS, *contents}:
        path = root / f"{part}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        if part in contents or not path.exists():
            path.write_text(f'"""What {part} is."""\n{contents.get(part, "")}\n', encoding="utf-8")
