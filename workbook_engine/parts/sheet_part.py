"""The parts of a workbook and of each of its sheets: the rows, and everything around them as raw XML."""

from __future__ import annotations

import abc
from functools import cached_property
from typing import TYPE_CHECKING

from workbook_engine.addresses import Area, Changes, area_name, parse_area
from workbook_engine.cell_values import has_kind, read_text_runs, style_of
from workbook_engine.errors import NotAWorkbookError
from workbook_engine.parts.cell_codec import CellReader, CellWriter
from workbook_engine.parts.grid import ColumnSettings, SheetRows
from workbook_engine.parts.package import Package
from workbook_engine.parts.packing import PackedPiece, unpack_piece
from workbook_engine.parts.row import plain_markup
from workbook_engine.parts.styles import MINIMAL, Styles
from workbook_engine.parts.table_part import TablePart
from workbook_engine.parts.workbook_part import WorkbookPart
from workbook_engine.parts.xml_text import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from workbook_engine.addresses import Move
    from workbook_engine.cell_values import CellValue
    from workbook_engine.parts.xml_text import Element

_SHEET_DATA = "<sheetData"
_ROWS_AT_ONCE = 500
_PUT_AT_ONCE = 4_000
"""So many rows are kept one by one at the most before they are compressed."""
ORDER = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection"),
    *("protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells"),
    *("phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins"),
    *("pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors"),
    *("smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls"),
    *("webPublishItems", "tableParts", "extLst"),
)
"""Children of a worksheet in the order the schema wants (ECMA-376 part 1, 18.3.1.99)."""


class Workbook(abc.ABC):
    """The parts of a workbook, and what its sheets owe one another: what must follow before a formula is read.

    How it follows is known one floor higher, by `workbook_engine.workbook_file.WorkbookFile`.
    """

    def __init__(self, path: Path) -> None:
        self.package = Package(path)
        self.workbook = WorkbookPart(self.package)
        self.moves: list[tuple[SheetPart, Move]] = []
        """Moves of cells that formulas, rules, links and notes have not followed yet."""
        self.changes = Changes()
        """Cells whose change stored values of formulas do not know yet."""
        self.formulas_changed = False
        """Whether the order of calculation in the file no longer holds."""
        targets = {relation.id: relation for relation in self.package.relations(self.workbook.part)}
        related = ((element, targets.get(self.workbook.relation_id(element))) for element in self.workbook.sheets)
        self.sheets = [
            SheetPart(self, relation.target, element)
            for element, relation in related
            if relation is not None and relation.kind == "worksheet"
        ]

    @cached_property
    def styles(self) -> Styles:
        """The cell styles."""
        part = self.workbook.related("styles")
        return Styles(self.package.text(part) if part is not None else MINIMAL)

    @cached_property
    def strings(self) -> list[str]:
        """The shared texts; they are only read, new texts stand in their cells."""
        part = self.workbook.related("sharedStrings")
        return _read_strings(self.package.text(part)) if part is not None else []

    @cached_property
    def reader(self) -> CellReader:
        """Reads cells."""
        return CellReader(self.styles, self.strings, date1904=self.workbook.date1904)

    @cached_property
    def writer(self) -> CellWriter:
        """Writes cells."""
        return CellWriter(self.styles, date1904=self.workbook.date1904)

    @property
    def tables(self) -> Iterator[tuple[SheetPart, TablePart]]:
        """Every table with its sheet."""
        for sheet in self.sheets:
            for table in sheet.tables:
                yield sheet, table

    @abc.abstractmethod
    def settle(self) -> None:
        """Let everything follow the moves of cells; whoever reads or writes a formula, rule, link or name calls it."""

    @abc.abstractmethod
    def forget_stale_values(self) -> None:
        """Drop stored values of formulas that no longer hold; done before anything gets another name, too."""

    @abc.abstractmethod
    def change_formulas(self, change: Callable[[str, str], str]) -> None:
        """Apply a function to every formula: of cells, tables, rules, links, names and charts.

        Args:
            change: Takes a formula (without `=`) and the name of the sheet it stands on in lower case (empty where it
                stands on none), and returns the new formula.
        """


class SheetPart:
    """The cells, settings and tables of one worksheet."""

    def __init__(self, book: Workbook, part: str, element: Element) -> None:
        self.book = book
        self.part = part
        self.element = element
        """What the workbook part says of the sheet: name, number, whether it is hidden."""
        self.changed = False
        self.has_shared = False
        self.has_arrays = False

    @cached_property
    def _text(self) -> tuple[str, str, str]:
        text = self.book.package.text(self.part)
        start = text.find(_SHEET_DATA)
        if start < 0:
            raise NotAWorkbookError(self.book.package.path, f"its sheet {self.name} has no part for cells")
        inside = text.index(">", start) + 1
        if text[inside - 2] == "/":
            return text[:start], "", text[inside:]
        stop = text.rindex("</sheetData")
        return text[:start], text[inside:stop], text[text.index(">", stop) + 1 :]

    @cached_property
    def _document(self) -> Document:
        before, _, after = self._text
        return Document(f"{before}<sheetData/>{after}")

    @cached_property
    def root(self) -> Element:
        """The sheet without its rows."""
        return self._document.root

    @cached_property
    def columns(self) -> ColumnSettings:
        """Widths and styles of whole columns."""
        return ColumnSettings(self.root)

    @cached_property
    def tables(self) -> list[TablePart]:
        """The tables on the sheet, in the order in which it lists them."""
        related = self.book.package.relations(self.part)
        targets = {relation.id: relation.target for relation in related if relation.kind == "table"}
        listed = [element.get(name) for element in self.elements("tablePart") for name in element.attributes]
        parts = [TablePart(self.book.package, targets[name]) for name in listed if name in targets]
        for table in parts:
            if table.is_empty and any(value is not None for value in self.read(table.body)[0]):
                table.is_empty = False  # another program typed into the blank row and did not say so
        return parts

    @cached_property
    def merged(self) -> list[Area]:
        """The merged cells; kept in step with moves at once, before their elements are."""
        areas = (parse_area(element.get("ref")) for element in self.elements("mergeCell"))
        return [area for area in areas if area is not None]

    @cached_property
    def rows(self) -> SheetRows:
        """The rows, cut apart when first asked for."""
        text = self._text[1]
        self.has_shared = has_kind(text, "shared")
        self.has_arrays = has_kind(text, "array")
        rows = SheetRows(text)
        self._text = (self._text[0], "", self._text[2])
        return rows

    @property
    def name(self) -> str:
        """The sheet's name."""
        return self.element.get("name")

    @property
    def has_formulas(self) -> bool:
        """Whether any cell may hold a formula; quick even where the rows were never looked at."""
        if "rows" not in self.__dict__:
            return "<f" in self._text[1]
        return self.rows.has_formulas

    def store(self) -> None:
        """Hand the changed part and its tables to the package."""
        for table in self.__dict__.get("tables", []):
            table.store()
        if not self.changed:
            return
        self.book.package.write_chunks(self.part, self._chunks())
        self.changed = False

    def to_text(self) -> str:
        """Write the whole part as it stands."""
        chunks = (unpack_piece(one) if isinstance(one, PackedPiece) else one for one in self._chunks())
        return b"".join(chunks).decode()

    def _chunks(self) -> Iterator[bytes | PackedPiece]:
        self._set_dimension()
        before, _, after = self._document.to_text().partition("<sheetData/>")
        texts = [f"{before}<sheetData>"]
        for piece in self.rows.pieces():
            packed = isinstance(piece, PackedPiece)
            if packed or len(texts) == _ROWS_AT_ONCE:
                yield "".join(texts).encode()
                texts.clear()
            if isinstance(piece, PackedPiece):
                yield piece
            else:
                texts.append(piece)
        yield "".join([*texts, f"</sheetData>{after}"]).encode()

    def _set_dimension(self) -> None:
        dimension = self.root.find("dimension")
        if dimension is not None:
            dimension.set("ref", area_name(self.used()))

    def used(self) -> Area:
        """Return the used range as Excel counts it: formatted empty cells belong to it."""
        return self.rows.used() or Area(1, 1, 1, 1)

    # cells

    def style_at(self, row: int, column: int) -> int:
        """Return the style of a cell, whether it is its own, its row's or its column's."""
        cell = self.rows.cell(row, column)
        return style_of(cell) if cell is not None else self.inherited_style(row, column)

    def inherited_style(self, row: int, column: int) -> int:
        """Return the style that a cell without one of its own has."""
        if self.rows.row_attribute(row, "customFormat") in {"1", "true"}:
            return int(self.rows.row_attribute(row, "s") or 0)
        return self.columns.style(column)

    def read(self, area: Area, *, plain: bool = False) -> list[list[CellValue]]:
        """Return the values of an area as COM's Value hands them out, or its Value2 (`plain`)."""
        if self.book.changes and self._has_formulas_in(area):
            self.book.forget_stale_values()
        value = self.book.reader.plain_value if plain else self.book.reader.value
        rows, wanted = self.rows.rows, range(area.left, area.right + 1)
        result: list[list[CellValue]] = []
        number = area.top
        try:
            for number in range(area.top, area.bottom + 1):
                row = rows.get(number)
                cells = row.cells() if row is not None else {}
                result.append([value(cells[column]) if column in cells else None for column in wanted])
        except ValueError as error:
            reason = f"row {number} of sheet {self.name} holds something that is not a value ({error})"
            raise NotAWorkbookError(self.book.package.path, reason) from error
        return result

    def _has_formulas_in(self, area: Area) -> bool:
        rows = self.rows.rows
        if not self.rows.has_formulas:
            return False
        every = (rows.get(number) for number in range(area.top, area.bottom + 1))
        return any(row is not None and row.formulas for row in every)

    def row_styles(self, number: int, area: Area) -> list[int]:
        """Return the styles of the cells of one row of an area, their own or inherited."""
        row = self.rows.rows.get(number)
        cells = row.cells() if row is not None else {}
        inherited = self._inherited_styles(number)
        return [
            style_of(cells[column]) if column in cells else inherited(column)
            for column in range(area.left, area.right + 1)
        ]

    def _inherited_styles(self, number: int) -> Callable[[int], int]:
        if "customFormat" in self.rows.attributes.get(number, ""):
            return lambda column: self.inherited_style(number, column)
        styles = self.columns.styles()
        return lambda column: styles.get(column, 0)

    def put(self, area: Area, cells: Sequence[Sequence[str | None]]) -> None:
        """Put finished cells in their places (`None`: no cell there); rows that stay as they are are not touched."""
        if self.book.moves and any(cell is not None and "<f" in cell for line in cells for cell in line):
            self.book.settle()
        for start in range(0, len(cells), _PUT_AT_ONCE):
            some = cells[start : start + _PUT_AT_ONCE]
            self._put(area._replace(top=area.top + start, bottom=area.top + start + len(some) - 1), some)

    def _put(self, area: Area, cells: Sequence[Sequence[str | None]]) -> None:
        rows = self.rows
        for number, line in enumerate(cells, area.top):
            row = rows.rows.get(number)
            present = row.cells() if row is not None else {}
            if all(present.get(column) == cell for column, cell in enumerate(line, area.left)):
                continue
            here = rows.edit(number)
            if None not in line:
                here.update(zip(range(area.left, area.right + 1), line, strict=True))  # type: ignore[arg-type] # none is None
                formulas = any("<f" in cell for cell in line if cell is not None)
                self._note_put(number, area, formulas=formulas)
                continue
            formulas = False
            for column, cell in enumerate(line, area.left):
                if cell is None:
                    here.pop(column, None)
                else:
                    here[column] = cell
                    formulas = formulas or "<f" in cell
            self._note_put(number, area, formulas=formulas)
        rows.pack(area.top, area.bottom)

    def _note_put(self, number: int, area: Area, *, formulas: bool) -> None:
        if formulas:
            self.rows.note_formula(number)
        self.book.changes.note(self.name, area._replace(top=number, bottom=number))
        self.touch()

    def touch(self) -> None:
        """Remember that the sheet was changed."""
        self.changed = True

    @property
    def is_protected(self) -> bool:
        """Whether locked cells may not be changed."""
        protection = self.root.find("sheetProtection")
        return protection is not None and protection.get("sheet") in {"1", "true"}

    # rows

    def row_hidden(self, number: int) -> bool:
        """Return whether a row is hidden, by hand or by a filter."""
        return self.rows.row_attribute(number, "hidden") in {"1", "true"}

    def row_height(self, number: int) -> float:
        """Return the height of a row in points."""
        settings = self.root.find("sheetFormatPr")
        default = settings.get("defaultRowHeight", "15") if settings is not None else "15"
        return float(self.rows.row_attribute(number, "ht") or default)

    def table_at(self, row: int, column: int) -> TablePart | None:
        """Return the table that holds a cell."""
        cell = Area(row, column, row, column)
        return next((table for table in self.tables if table.area.meets(cell)), None)

    def elements(self, *names: str) -> list[Element]:
        """Return the elements around the rows that carry one of the local names."""
        return [element for element in self.root.walk() if element.local in names]


def _read_strings(text: str) -> list[str]:
    body = plain_markup(text[text.index("<sst") :])
    return [read_text_runs(item) for item in _items(body)]


def _items(body: str) -> Iterator[str]:
    for piece in body.split("<si")[1:]:
        yield piece.partition("</si")[0]
