"""Ids that a spreadsheet program turned into a rounded number (`1.19111E+14`); their digits are lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.model import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.marketplaces.reading.file_tables import Table

_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d\d", re.IGNORECASE)


def is_damaged(text: str) -> bool:
    """Tell whether an id has the form that spreadsheet programs give to long numbers."""
    return _ROUNDED.fullmatch(text.strip()) is not None


def damaged_ids(table: Table, columns: Iterable[str]) -> list[Problem]:
    """Return a warning for each damaged id in columns that the books can do without."""
    return [
        Problem(
            Severity.WARNING,
            f"The id '{text}' was rounded by a spreadsheet program; its digits are lost. Nothing here depends on it, "
            "but download the file again to get it right.",
            str(place),
        )
        for text, place in table.distinct(columns).items()
        if is_damaged(text)
    ]
