"""How the template looks beside `addin.takeaway.look`: what people may edit, and the formats of labels and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables.sheet_specs import NUMBER_FORMATS, Kind
from addin.takeaway.look import ACCENT, INK, NARROW, NUMBERS, QUIET, Look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.format import Format

    from addin.sheets.tables.sheet_specs import Column

ACCENT_LIGHTER = "#2F8591"
"""Header of columns that the user may edit."""
ACCENT_TINT = "#E3F0F1"
"""Ground of cells that the user may edit."""
STRIPE = "#F7F9FA"
WARN_TINT = "#FDF1E0"

TABLE_STYLE = "Cogsheet"
"""Our own table style, in the file itself; `workbook_zip.add_table_style` writes it."""


class TemplateLook(Look):
    """The formats of the template; what a person takes away has only those of `Look`."""

    always: Mapping[str, object] = {}

    def message(self) -> Format:
        """Return the format of the message line, A2."""
        return self.format(font_color=QUIET, valign="vcenter")

    def column_header(self, column: Column) -> Format:
        """Return the format of a column's header; what the user may edit is marked there too."""
        properties: dict[str, object] = {"bg_color": ACCENT_LIGHTER if column.editable else ACCENT}
        if column.kind in NUMBERS:
            # Indented by the width of Excel's filter button, which stands at the right.
            properties |= {"align": "right", "indent": 2}
        elif column.width < NARROW:
            properties["align"] = "center"
        return self.format(
            bold=True, font_color="#FFFFFF", valign="vcenter", text_wrap=True, num_format="@", **properties
        )

    def column(self, column: Column) -> Format:
        """Return the format of a whole column, which every new row takes."""
        properties: dict[str, object] = {"num_format": NUMBER_FORMATS[column.kind], "valign": "vcenter"}
        if column.kind not in NUMBERS:
            properties["align"] = "center" if column.width < NARROW else "left"
        if column.kind is Kind.LINK:
            properties["font_color"] = ACCENT_LIGHTER
        if column.wraps:
            properties["text_wrap"] = True
        return self.format(**properties)

    def label(self) -> Format:
        """Return the format of a label beside a value."""
        return self.format(font_color=QUIET, align="left", num_format="@")

    def value(self, number_format: str = "@") -> Format:
        """Return the format of the value beside a label."""
        return self.format(num_format=number_format, align="left", font_color=INK)
