"""The worksheet functions without Python: 10,000 cells in LibreOffice, and how often the index is built."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from tests.addin.template.conftest import LIBREOFFICE_PYTHON, LibreOffice, OpenWorkbook
from workbooks.template import build

CELLS = 10_000
FIRST_ROW = 5
STAND_INS = Path(__file__).parents[1] / "tests" / "addin" / "template" / "stand_ins"


def measure() -> list[tuple[str, str]]:
    """Fill sheet Costs, ask for every SKU, and recalculate all of it once more."""
    if not shutil.which("soffice") or not LIBREOFFICE_PYTHON.exists():
        return [("not measured", "LibreOffice Calc with its Python is not installed")]
    with tempfile.TemporaryDirectory() as folder:
        office = LibreOffice(Path(folder) / "office")
        try:
            return _measured(office, Path(folder) / "Books.xlsm")
        finally:
            office.close()


def _measured(office: LibreOffice, path: Path) -> list[tuple[str, str]]:
    path.write_bytes(build({file.stem: file.read_text("utf-8") for file in sorted(STAND_INS.iterdir())}))
    book = OpenWorkbook(office, path)
    last = FIRST_ROW + CELLS - 1
    book.ask("put_block", "Costs", f"A{FIRST_ROW}:A{last}", [[f"SKU-{number:05}"] for number in range(CELLS)])
    book.ask("put_block", "Costs", f"D{FIRST_ROW}:D{last}", [[number / 100] for number in range(CELLS)])
    first = _seconds(book, "fill_formula", "Costs", f"K{FIRST_ROW}:K{last}", f"=FINALE_COST(A{FIRST_ROW})")
    builds = book.vba("CostIndex.Builds")
    book.vba("CostIndex.Forget")
    again = _seconds(book, "recalculate")
    book.ask("array_formula", "Costs", f"M{FIRST_ROW}:M{last}", f"=FINALE_COST(A{FIRST_ROW}:A{last})")
    block = _seconds(book, "recalculate")
    return [
        (f"{CELLS:,} cells with one SKU each, first calculation", f"{first:7.2f} s"),
        ("index built during that", f"{builds:>7} time"),
        (f"{CELLS:,} cells, calculated again, index built again", f"{again:7.2f} s"),
        (f"the same, and one block of {CELLS:,} besides", f"{block:7.2f} s"),
    ]


def _seconds(book: OpenWorkbook, name: str, *arguments: object) -> float:
    begin = time.perf_counter()
    book.ask(name, *arguments)
    return time.perf_counter() - begin
