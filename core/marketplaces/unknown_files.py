"""What to say about a file that no format recognises."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from core.marketplaces.errors import LocalisedHeaderError, UnknownFormatError
from core.marketplaces.places import Place
from core.marketplaces.tables import beginning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.errors import UnreadableFileError
    from core.marketplaces.contents import Contents
    from core.marketplaces.tables import RawRow

_COLUMNS_OF_A_REPORT = 20  # Amazon's narrowest has 24
_SETTLEMENT_ID = re.compile(r"\d{9,}")


def explain(contents: Contents, titles: Sequence[str]) -> UnreadableFileError:
    """Return the error that fits: a report in a language nobody declared, or no settlement file at all."""
    header = _foreign_header(contents)
    if header:
        return LocalisedHeaderError(Place(contents.name, header.number), header.cells[0])
    first = next((number for number, line in enumerate(contents.lines, start=1) if line.strip()), 1)
    return UnknownFormatError(Place(contents.name, first), contents.lines[first - 1].strip(), titles)


def _foreign_header(contents: Contents) -> RawRow | None:
    """Return a row of words over a row of the same width that holds a settlement id."""
    for delimiter, quoted in (("\t", False), (",", True), (";", True)):
        rows = beginning(contents, delimiter, quoted=quoted)
        for above, below in pairwise(row for row in rows if any(map(str.strip, row.cells))):
            if len(above.cells) == len(below.cells) >= _COLUMNS_OF_A_REPORT and _is_header(above, below):
                return above
    return None


def _is_header(above: RawRow, below: RawRow) -> bool:
    words = not any(character.isdigit() for cell in above.cells[:2] for character in cell)
    return words and any(_SETTLEMENT_ID.fullmatch(cell.strip()) for cell in below.cells[:2])
