"""`python run.py pictures`: the demo's sheets as pictures for README and docs, step by step, made by LibreOffice.

Each picture is 1,600 pixels wide and shows some columns of a sheet, so that its text can be read on a page.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from addin.sheets.workbook import SPECS
from workbook_engine.workbook_file import WorkbookFile

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
WIDTH = 1600
"""Pixels."""
PAGE_MARGIN = (28.8, 36.0)
"""Points of the left and the upper edge (the sheets' page margins); a point is a 72nd of an inch."""
PRINTED = 734.4
"""Points that a printed page has between its margins: Letter, on its side."""
SETTLEMENT = "24150720916"
_COLUMN = re.compile(r'<col min="(\d+)" max="(\d+)"([^>]*)/>')


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the page whose text begins with a title, and the part of it that is shown, in points."""

    name: str
    sheet: str
    begins: str
    height: float
    columns: tuple[str, ...] = ()
    """The headers that are shown, the first column among them, which holds the title; all of them if left out."""
    width: float = PRINTED


_STATUS = ("Store", "Settlement ID", "Period", "Total", "Currency", "COGS", "Coverage %", "Settlement Export Status")
_RESOLVE = ("SKU", "Order ID", "Cause", "Units", "Net", "Currency", "Cost", "Proposal")
_ITEMS = ("Month", "Store", "Item", "Units sold", "Net sales", "Fees", "COGS", "!", "Profit", "Margin")
_SETTLEMENTS, _MISSING = "Settlements: select", "Missing costs"
BEFORE_SAVING = (
    Picture("setup", "Setup", "Cogsheet: the true cost", 200, width=592),
    Picture("settlements", "Settlements", _SETTLEMENTS, 86, _STATUS),
    Picture(
        "transactions",
        "Transactions",
        "Transactions of the chosen",
        190,
        ("Store", "Order ID", "SKU", "Units", "Net", "Unit cost", "!", "COGS", "Cost source"),
    ),
    Picture("resolve", "Resolve", _MISSING, 190, _RESOLVE),
)
AFTERWARDS = (
    Picture("saved", "Resolve", _MISSING, 160, (*_RESOLVE[:-1], "Status")),
    Picture("profit-and-loss", "P&L summary", "Profit and loss by month", 205, width=468),
    Picture("items", "P&L", "Profit and loss per item", 200, _ITEMS),
    Picture(
        "cogs",
        f"COGS {SETTLEMENT}",
        "Cost of goods sold",
        230,
        ("Settlement ID", "Store", "Marketplace", "Posted", "Type", "Order ID", "SKU", "Units", "Unit cost", "COGS"),
    ),
    Picture("exported", "Settlements", _SETTLEMENTS, 86, _STATUS),
    Picture("journal", "Journal", "Entries as they were", 180, ("Entry", "Line", "Date", "Account", "Debit", "Credit")),
)


def main() -> int:
    """Make the demo in a temporary folder, go through the day with it, and take the pictures of each step."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = folder / "demo" / "Books.xlsm"
        _cogsheet("demo", "--folder", str(book.parent))
        _take(BEFORE_SAVING, book, folder)
        _cogsheet("save", str(book), "--accept-proposals")
        _cogsheet("cogs", str(book), SETTLEMENT)
        _cogsheet("pnl", str(book))
        _cogsheet("export", str(book), SETTLEMENT, "--format", "quickbooks", "--entries", "settlement")
        _take(AFTERWARDS, book, folder)
    return 0


def _cogsheet(*words: str) -> None:
    _run([sys.executable, "-m", "addin", *words], allowed=(0, 1))


def _take(pictures: tuple[Picture, ...], book: Path, folder: Path) -> None:
    """Print a copy of the workbook that shows the wanted columns, and cut the pictures out."""
    copy = folder / f"{pictures[0].name}.xlsm"
    shutil.copyfile(book, copy)
    _hide(pictures, copy)
    office = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    _run([*office, "--outdir", str(folder), str(copy)])
    IMAGES.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        _cut(copy.with_suffix(".pdf"), picture, folder)


def _hide(pictures: tuple[Picture, ...], path: Path) -> None:
    file = WorkbookFile(path)
    parts = {sheet.name: sheet.part for sheet in file.sheets}
    for picture in pictures:
        if picture.columns:
            part = parts[picture.sheet]
            file.package.write(part, without(file.package.text(part), _hidden(picture)).encode())
            whole = printed_whole(file.package.text(file.workbook.part), picture.sheet)
            file.package.write(file.workbook.part, whole.encode())
    file.package.save()


def _hidden(picture: Picture) -> set[int]:
    sheet = "COGS template" if picture.sheet.startswith("COGS ") else picture.sheet
    (spec,) = (spec for spec in SPECS if spec.sheet == sheet)
    headers = [column.header for column in spec.columns]
    if unknown := set(picture.columns) - set(headers):
        raise ValueError(f"sheet {sheet} has no {', '.join(sorted(unknown))}")
    return {number for number, header in enumerate(headers, start=1) if header not in picture.columns}


def without(sheet: str, hidden: set[int]) -> str:
    """Return a sheet's part in which the columns of these numbers are hidden."""
    return _COLUMN.sub(lambda found: "".join(_columns(found, hidden)), sheet)


def printed_whole(workbook: str, sheet: str) -> str:
    """Return the workbook's part in which a sheet is printed with all of its columns."""
    name = re.escape(escape(sheet))
    return re.sub(rf'<definedName name="_xlnm.Print_Area"[^>]*>\'?{name}\'?![^<]*</definedName>', "", workbook)


def _columns(found: re.Match[str], hidden: set[int]) -> Iterator[str]:
    for number in range(int(found[1]), int(found[2]) + 1):
        mark = ' hidden="1"' if number in hidden and " hidden=" not in found[3] else ""
        yield f'<col min="{number}" max="{number}"{found[3]}{mark}/>'


def _cut(pdf: Path, picture: Picture, folder: Path) -> None:
    page = str(_page_of(pdf, picture.begins))
    scale = WIDTH / picture.width
    left, top = (round(edge * scale) for edge in PAGE_MARGIN)
    target = folder / picture.name
    area = ["-x", str(left), "-y", str(top), "-W", str(WIDTH), "-H", str(round(picture.height * scale))]
    how = ["-png", "-singlefile", "-r", f"{72 * scale:.3f}", "-f", page, "-l", page, *area]
    _run(["pdftoppm", *how, str(pdf), str(target)])
    shutil.copyfile(target.with_suffix(".png"), IMAGES / f"{picture.name}.png")
    print(f"wrote {IMAGES / picture.name}.png")


def _page_of(pdf: Path, begins: str) -> int:
    def is_title(line: str) -> bool:
        return line.startswith(begins)

    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, encoding="utf-8", check=True).stdout
    pages = [page.splitlines() for page in text.split("\f")]
    # The last one: LibreOffice prints the hidden sheet that COGS tabs are copied from before its copies.
    return max(number for number, page in enumerate(pages, start=1) if any(map(is_title, page)))


def _run(command: list[str], allowed: tuple[int, ...] = (0,)) -> None:
    status = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode
    if status not in allowed:
        raise subprocess.CalledProcessError(status, command)


if __name__ == "__main__":
    sys.exit(main())
