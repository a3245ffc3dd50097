"""A whole workbook file: its parts, read when first asked for, and one save for all that changed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from workbook_engine import stale_values
from workbook_engine.cell_codec import CellReader, CellWriter
from workbook_engine.cell_values import read_text_runs
from workbook_engine.package import OFFICE_RELATIONS, SPREADSHEET_TYPE, Package
from workbook_engine.sheet_part import SheetPart
from workbook_engine.sheet_rows import plain_markup
from workbook_engine.stale_values import Changes
from workbook_engine.styles import MINIMAL, Styles
from workbook_engine.workbook_part import WorkbookPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from workbook_engine.references import Move
    from workbook_engine.table_part import TablePart


class WorkbookFile:
    """One opened workbook file."""

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

    def save(self, path: Path | None = None) -> None:
        """Write everything that changed.

        Raises:
            OpenElsewhereError: If another program has the file open.
            ExternallyChangedError: If it was changed since it was opened.
        """
        self.forget_stale_values()
        changed = [sheet for sheet in self.sheets if sheet.changed]
        for sheet in self.sheets:
            sheet.store()
        if changed or self.formulas_changed:
            self.workbook.calculate_on_load()
        if self.formulas_changed:
            self._remove_calculation_order()
        self._store_styles()
        self.workbook.store()
        self.package.save(path)

    def _store_styles(self) -> None:
        part = self.workbook.related("styles")
        if "styles" in self.__dict__ and self.styles.changed:
            if part is None:
                part = self._add_styles_part()
            self.package.write(part, self.styles.to_bytes())
            self.styles.changed = False

    def _add_styles_part(self) -> str:
        part = "xl/styles.xml"
        part = part if part not in self.package else self.package.new_name("xl/styles{}.xml")
        self.package.relate(self.workbook.part, f"{OFFICE_RELATIONS}/styles", part)
        self.package.add_content_type(part, f"{SPREADSHEET_TYPE}.styles+xml")
        return part

    def _remove_calculation_order(self) -> None:
        for relation in self.package.relations(self.workbook.part):
            if relation.kind == "calcChain":
                self.package.unrelate(self.workbook.part, relation.id)
                self.package.remove(relation.target)
        self.formulas_changed = False

    # changes that touch formulas everywhere

    def settle(self) -> None:
        """Let everything follow the moves of cells; whoever reads or writes a formula, rule, link or name calls it."""
        if self.moves:
            from workbook_engine.moves import follow  # noqa: PLC0415 - it needs this module

            moves, self.moves = self.moves, []
            follow(self, moves)

    def forget_stale_values(self) -> None:
        """Drop stored values of formulas that no longer hold; done before anything gets another name, too."""
        self.settle()
        if self.changes:
            stale_values.forget(self)

    def change_formulas(self, change: Callable[[str, str], str]) -> None:
        """Apply a function to every formula: of cells, tables, rules, links, names and charts.

        Args:
            change: Takes a formula (without `=`) and the name of the sheet it stands on in lower case (empty where it
                stands on none), and returns the new formula.
        """
        from workbook_engine import formulas  # noqa: PLC0415 - it needs this module

        self.forget_stale_values()
        formulas.change_all(self, change)


def _read_strings(text: str) -> list[str]:
    body = plain_markup(text[text.index("<sst") :])
    return [read_text_runs(item) for item in _items(body)]


def _items(body: str) -> Iterator[str]:
    for piece in body.split("<si")[1:]:
        yield piece.partition("</si")[0]
