"""Book of record and view: which of two readings of one settlement the books believe (docs/design/books.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.marketplaces.formats import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.marketplaces.formats import Format


def standing(format_name: str, formats: Iterable[Format]) -> Standing:
    """Return whether what a format says closes the books or is a view that a record replaces.

    Args:
        format_name: `Reading.format`, or the format a settlement is stored under.
        formats: The known ones, `core.marketplaces.FORMATS`. What came from an API has another name and is a record.
    """
    return next((form.standing for form in formats if form.name == format_name), Standing.RECORD)
