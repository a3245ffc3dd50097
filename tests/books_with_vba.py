"""Workbooks with VBA as openpyxl opens them, another program than ours."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import fromstring, tostring
from zipfile import ZipFile

from openpyxl import load_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "xl/worksheets/"
_NOT_LOOKED_AT = ("xl/drawings/", "xl/charts/", "xl/vbaProject", "customUI/", "docProps/")


def load_with_vba(source: Path | bytes, **options: bool) -> Workbook:
    """Open a workbook to look at, or to edit and save with its VBA.

    openpyxl copies the package into an archive that it opens for appending and never closes: where that is collected
    after its buffer, it cannot write its end, and says so in whichever test runs then. A save only reads from it.
    """
    content = source.read_bytes() if isinstance(source, Path) else source
    book = load_workbook(BytesIO(content), keep_vba=True, **options)
    if book.vba_archive is not None:
        book.vba_archive.close()
        book.vba_archive = ZipFile(BytesIO(content))
    return book


def load_sheet(source: Path, name: str) -> Worksheet:
    """Open one sheet of a workbook to look at; what nobody reads takes three quarters of the time."""
    with ZipFile(source) as package:
        part = f"xl/{_target_of(package, name)}"
        book = load_workbook(_with_sheet_alone(package, part))
    sheet: Worksheet = book[name]
    return sheet


def _target_of(package: ZipFile, name: str) -> str:
    sheets = fromstring(package.read("xl/workbook.xml")).iter(f"{{{_MAIN}}}sheet")  # noqa: S314 - our own file
    (number,) = (sheet.get(f"{{{_RELATIONS}}}id") for sheet in sheets if sheet.get("name") == name)
    relations = fromstring(package.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - our own file
    (target,) = (relation.get("Target", "") for relation in relations if relation.get("Id") == number)
    return target.removeprefix("/xl/")


def _with_sheet_alone(package: ZipFile, part: str) -> BytesIO:
    content = BytesIO()
    with ZipFile(content, "w") as alone:
        for name, text in _parts_to_look_at(package, part):
            alone.writestr(name, text)
    return content


def _parts_to_look_at(package: ZipFile, part: str) -> Iterator[tuple[str, bytes]]:
    """Yield the parts of a package, with other sheets than one blank and without what belongs to these."""
    relations = f"{_SHEETS}_rels/{part.removeprefix(_SHEETS)}.rels"
    for name in package.namelist():
        if name == relations:
            yield name, _without_drawings(package.read(name))
        elif name == part or not name.startswith((_SHEETS, *_NOT_LOOKED_AT)):
            yield name, package.read(name)
        elif name.startswith(_SHEETS) and name.endswith(".xml"):
            yield name, f'<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>'.encode()


def _without_drawings(relations: bytes) -> bytes:
    """Take the charts of a sheet out of its relations: nobody looks at them, and their parts are left out."""
    every = fromstring(relations)  # noqa: S314 - our own file
    for relation in list(every):
        if relation.get("Type", "").endswith("/drawing"):
            every.remove(relation)
    return tostring(every)
