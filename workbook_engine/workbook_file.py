"""A whole workbook file: one save, everything follows what moved, and values that are no longer true are dropped."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from workbook_engine import formulas
from workbook_engine.addresses import Area, Use, parse_area
from workbook_engine.cell_values import without_value
from workbook_engine.following import follow
from workbook_engine.formula_text import Reference, split_formula
from workbook_engine.parts.package import OFFICE_RELATIONS, SPREADSHEET_TYPE
from workbook_engine.parts.sheet_part import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workbook_engine.parts.sheet_part import SheetPart
    from workbook_engine.parts.table_part import TablePart

_MOST_ROUNDS = 50
_UNCERTAIN = re.compile(r"\b(?:INDIRECT|OFFSET|NOW|TODAY|RAND|RANDBETWEEN|RANDARRAY|CELL|INFO)\(", re.IGNORECASE)
_STRUCTURED = re.compile(r"([^\W\d][\w.]*)(\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\])")
_COLUMN = re.compile(r"\[((?:[^\[\]'#]|'.)(?:[^\[\]']|'.)*)\]")
_WORD = re.compile(r"[^\W\d][\w.]*")
_TEXT = re.compile(r'"(?:[^"]|"")*"')


class _Table(NamedTuple):
    """A table as formulas name it, looked at once for all of them."""

    sheet: str
    name: str
    area: Area
    headers: list[str]
    seen: dict[str, tuple[Area, bool]]
    """What was already found out: brackets -> their columns, and whether they mean the formula's own row."""

    @classmethod
    def of(cls, sheet: str, table: TablePart) -> _Table:
        headers = [table.header(column).lower() for column in table.columns]
        return cls(sheet, table.name.lower(), table.area, headers, {})

    def cells(self, brackets: str, row: int) -> Use:
        """Return the cells that a reference such as `[Units]` or `[@Units]` means on a row."""
        if brackets not in self.seen:
            self.seen[brackets] = (self._columns(brackets), "#This Row" in brackets or brackets.startswith("[@"))
        area, own_row = self.seen[brackets]
        if own_row:
            return Use(self.sheet, area._replace(top=row, bottom=row), single=True)
        return Use(self.sheet, area, table=self.name)

    def _columns(self, brackets: str) -> Area:
        wanted = {re.sub(r"'(.)", r"\1", name).lower() for name in _COLUMN.findall(brackets)}
        places = [self.area.left + self.headers.index(name) for name in wanted if name in self.headers]
        return self.area._replace(left=min(places), right=max(places)) if places else self.area


class _Formula(NamedTuple):
    sheet: SheetPart
    area: Area
    """Its own cell, or all cells of an array formula."""
    uses: list[Use] | None
    """What it depends on; `None` where that cannot be told."""


def forget(book: Workbook) -> None:
    """Drop the stored value of every formula that depends on a changed cell, directly or through others."""
    touched = book.changes.take()
    remaining = _all_formulas(book)
    for _ in range(_MOST_ROUNDS):
        unchanged = []
        for formula in remaining:
            if formula.uses is None or any(touched.meets(use) for use in formula.uses):
                touched.add(formula.sheet.name.lower(), formula.area)
                _drop(formula)
            else:
                unchanged.append(formula)
        if len(unchanged) == len(remaining):
            return
        remaining = unchanged
    for formula in remaining:
        _drop(formula)


def _all_formulas(book: Workbook) -> list[_Formula]:
    tables = {table.name.lower(): _Table.of(sheet.name.lower(), table) for sheet, table in book.tables}
    names = {name.get("name").lower(): name.text for name in book.workbook.names}
    with_formula = []
    for sheet in book.sheets:
        if not sheet.has_formulas:
            continue
        own = sheet.name.lower()
        for row, column, _, formula in formulas.whole_formulas(sheet):
            spread = parse_area(formula.area) if formula.kind == "array" else None
            area = spread or Area(row, column, row, column)
            with_formula.append(_Formula(sheet, area, _used(formula.text, own, row, tables, names)))
    return with_formula


def _used(text: str, own: str, row: int, tables: dict[str, _Table], names: dict[str, str]) -> list[Use] | None:
    references, structured, words, uncertain = _parts(text)
    if uncertain:
        return None
    used = [Use(reference.sheet or own, reference.area, single=reference.single) for reference in references]
    for name, brackets in structured:
        if name.lower() in tables:
            used.append(tables[name.lower()].cells(brackets, row))
    for word in words:
        if word in names:
            inner = _used(names[word], own, row, tables, {name: t for name, t in names.items() if name != word})
            if inner is None:
                return None
            used += inner
        elif word in tables:
            used.append(Use(tables[word].sheet, tables[word].area, table=word))
    return used


@lru_cache(maxsize=20000)
def _parts(text: str) -> tuple[tuple[Reference, ...], tuple[tuple[str, str], ...], tuple[str, ...], bool]:
    """Cut a formula into its references, table references, other words, and whether nothing is certain about it."""
    pieces = split_formula(text)
    references = tuple(piece for piece in pieces if isinstance(piece, Reference))
    rest = _TEXT.sub("", " ".join(piece for piece in pieces if isinstance(piece, str)))
    structured = tuple((match[1], match[2]) for match in _STRUCTURED.finditer(rest))
    words = tuple({word.lower() for word in _WORD.findall(_STRUCTURED.sub(" ", rest))})
    several = any(":" in reference.prefix for reference in references)
    return references, structured, words, several or _UNCERTAIN.search(rest) is not None


def _drop(formula: _Formula) -> None:
    sheet, area = formula.sheet, formula.area
    for row in range(area.top, area.bottom + 1):
        here = sheet.rows.rows.get(row)
        cells = here.cells() if here is not None else {}
        for column in range(area.left, area.right + 1):
            cell = cells.get(column)
            emptied = without_value(cell) if cell is not None else None
            if emptied != cell and emptied is not None:
                sheet.rows.edit(row)[column] = emptied
                sheet.touch()


class WorkbookFile(Workbook):
    """One opened workbook file."""

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

    def settle(self) -> None:
        """Let formulas, rules, links, notes and names follow the moves of cells."""
        if self.moves:
            moves, self.moves = self.moves, []
            follow(self, moves)

    def forget_stale_values(self) -> None:
        """Drop stored values of formulas that no longer hold."""
        self.settle()
        if self.changes:
            forget(self)

    def change_formulas(self, change: Callable[[str, str], str]) -> None:
        """Apply a function to every formula, as `Workbook.change_formulas` says."""
        self.forget_stale_values()
        formulas.change_all(self, change)
