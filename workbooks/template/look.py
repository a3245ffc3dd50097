"""How the workbook looks: one accent colour, quiet greys, and the formats made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables.sheet_specs import NUMBER_FORMATS, Kind

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

    from addin.sheets.tables.sheet_specs import Column

ACCENT = "#17616B"
ACCENT_LIGHTER = "#2F8591"
"""Header of columns that the user may edit."""
ACCENT_TINT = "#E3F0F1"
"""Ground of cells that the user may edit."""
INK = "#1F2A30"
QUIET = "#66737A"
HAIRLINE = "#DDE3E6"
STRIPE = "#F7F9FA"
GOOD = "#1E7B4F"
WARN = "#B45F06"
BAD = "#B3261E"
BAD_TINT = "#FBE9E7"
WARN_TINT = "#FDF1E0"

TABLE_STYLE = "Cogsheet"
"""Our own table style, in the file itself; `package.add_table_style` writes it."""

_NUMBERS = {Kind.WHOLE, Kind.MONEY, Kind.UNIT_COST, Kind.PERCENT, Kind.RATE}


class Look:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def format(self, **properties: object) -> Format:
        """Return the format with these properties (XlsxWriter's names)."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]

    def title(self) -> Format:
        """Return the format of A1."""
        return self.format(bold=True, font_size=16, font_color=ACCENT, valign="vcenter")

    def message(self) -> Format:
        """Return the format of the message line, A2."""
        return self.format(font_color=QUIET, valign="vcenter")

    def header(self, column: Column) -> Format:
        """Return the format of a column's header; what the user may edit is marked there too."""
        properties: dict[str, object] = {"bg_color": ACCENT_LIGHTER if column.editable else ACCENT}
        if column.kind in _NUMBERS:
            # Indented by the width of Excel's filter button, which stands at the right.
            properties |= {"align": "right", "indent": 2}
        elif column.width < _NARROW:
            properties["align"] = "center"
        return self.format(
            bold=True, font_color="#FFFFFF", valign="vcenter", text_wrap=True, num_format="@", **properties
        )

    def column(self, column: Column) -> Format:
        """Return the format of a whole column, which every new row takes."""
        properties: dict[str, object] = {"num_format": NUMBER_FORMATS[column.kind], "valign": "vcenter"}
        if column.kind not in _NUMBERS:
            properties["align"] = "center" if column.width < _NARROW else "left"
        if column.kind is Kind.LINK:
            properties["font_color"] = ACCENT_LIGHTER
        return self.format(**properties)

    def label(self) -> Format:
        """Return the format of a label beside a value."""
        return self.format(font_color=QUIET, align="left", num_format="@")

    def value(self, number_format: str = "@") -> Format:
        """Return the format of the value beside a label."""
        return self.format(num_format=number_format, align="left", font_color=INK)


_NARROW = 6
"""Columns narrower than this hold one character, which stands in the middle."""
