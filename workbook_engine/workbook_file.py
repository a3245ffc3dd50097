"""A whole workbook file: one save for all that changed, and everything follows what moved, changed or was renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook_engine import formulas, stale_values
from workbook_engine.following import follow
from workbook_engine.package import OFFICE_RELATIONS, SPREADSHEET_TYPE
from workbook_engine.sheet_part import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
            stale_values.forget(self)

    def change_formulas(self, change: Callable[[str, str], str]) -> None:
        """Apply a function to every formula, as `Workbook.change_formulas` says."""
        self.forget_stale_values()
        formulas.change_all(self, change)
