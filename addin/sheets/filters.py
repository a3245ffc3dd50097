"""Tables that the user has filtered: the filter steps aside while rows are written.

Where a filter hides rows, Excel writes a block of values wrongly (every row that is left gets the first row of the
block; xlwings issue #747) and deletes no rows (office-js issue #994).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlwings.main import AutoFilter, AutoFilterCriteria, Table


@contextmanager
def unfiltered(table: Table) -> Iterator[None]:
    """Show all rows of a table while the `with` block lasts, then filter it again as it was.

    A filter by colour, icon or a date's group cannot be asked for and set again; such a filter is left off.
    """
    criteria = _criteria(table)
    for one in criteria:
        table.autofilter.clear(one.field)
    try:
        yield
    finally:
        for one in criteria:
            _apply(table.autofilter, one)


def _criteria(table: Table) -> list[AutoFilterCriteria]:
    """Return what a table is filtered by; the engine for files writes all rows whatever the filter."""
    if not hasattr(table.impl, "autofilter") or not table.show_autofilter:
        return []
    return [one for one in table.autofilter.criteria if one.type != "none"]


def _apply(autofilter: AutoFilter, one: AutoFilterCriteria) -> None:
    if one.type == "values" and one.values:
        autofilter.apply_values(one.field, one.values)
    elif one.type == "comparison" and one.operator is not None:
        autofilter.apply_comparison(one.field, one.operator, one.value1, one.value2)
    elif one.type in ("top_items", "bottom_items") and one.count is not None:
        (autofilter.apply_top_items if one.type == "top_items" else autofilter.apply_bottom_items)(one.field, one.count)
    elif one.type in ("top_percent", "bottom_percent") and one.percent is not None:
        apply = autofilter.apply_top_percent if one.type == "top_percent" else autofilter.apply_bottom_percent
        apply(one.field, one.percent)
