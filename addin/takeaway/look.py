"""How everything that is written looks, the template too: one accent colour, quiet greys, and the formats of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.sheets.tables.sheet_specs import NUMBER_FORMATS, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

ACCENT = "#17616B"
INK = "#1F2A30"
QUIET = "#66737A"
HAIRLINE = "#DDE3E6"
GOOD = "#1E7B4F"
WARN = "#B45F06"
BAD = "#B3261E"
BAD_TINT = "#FBE9E7"

NUMBERS = frozenset({Kind.WHOLE, Kind.MONEY, Kind.UNIT_COST, Kind.PERCENT, Kind.RATE})
NARROW = 6
"""Columns narrower than this hold one character, which stands in the middle."""


class Look:
    """The formats of one workbook, each made once."""

    always: Mapping[str, object] = {"valign": "vcenter"}
    """What every format has unless it says otherwise."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def format(self, **properties: object) -> Format:
        """Return the format with these properties (XlsxWriter's names)."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format({**self.always, **properties})
        return self._made[key]

    def title(self) -> Format:
        """Return the format of a sheet's first line."""
        return self.format(bold=True, font_size=16, font_color=ACCENT, valign="vcenter")

    def quiet(self) -> Format:
        """Return the format of a sentence that explains."""
        return self.format(font_color=QUIET)

    def header(self, kind: Kind, *, narrow: bool = False, filtered: bool = False) -> Format:
        """Return the format of a column's header, aligned with what stands below it."""
        properties: dict[str, object] = {"align": "center" if narrow else "left"}
        if kind in NUMBERS and not narrow:
            # Indented by the width of Excel's filter button, which stands at the right.
            properties = {"align": "right", "indent": 2 if filtered else 0}
        return self.format(bold=True, font_color="#FFFFFF", bg_color=ACCENT, text_wrap=True, **properties)

    def cell(self, kind: Kind, *, narrow: bool = False, **more: object) -> Format:
        """Return the format of a value."""
        return self.format(**self._of(kind, narrow=narrow) | more)

    def _of(self, kind: Kind, *, narrow: bool) -> dict[str, object]:
        properties: dict[str, object] = {"num_format": NUMBER_FORMATS[kind], "font_color": INK}
        if kind not in NUMBERS:
            properties["align"] = "center" if narrow else "left"
        return properties

    def row(self, kind: Kind, *, narrow: bool = False, **more: object) -> Format:
        """Return the format of a value in a table: a hairline below each row."""
        return self.format(**self._of(kind, narrow=narrow) | {"bottom": 1, "bottom_color": HAIRLINE} | more)

    def total(self, kind: Kind, **more: object) -> Format:
        """Return the format of a sum below a block."""
        return self.format(**self._of(kind, narrow=False), bold=True, top=1, top_color=ACCENT, **more)
