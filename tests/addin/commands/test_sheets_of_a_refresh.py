"""Which sheets a refresh fills is said in one place, and it fills those."""

import ast
import inspect

from addin.commands import refresh
from addin.sheets.reports.cogs import COGS_SPEC
from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC
from addin.sheets.tables.sheet_specs import TableSpec
from addin.sheets.workbook import FILLED_AT_REFRESH, SPECS

WHERE_OPEN = {TRANSACTIONS_SPEC.sheet, COGS_SPEC.sheet}
"""Sheets that a refresh fills only where settlements are open on them."""


def test_a_refresh_fills_the_sheets_that_are_said_to_show_the_books() -> None:
    """Were one missing from the list, its rows could be deleted and no button would bring them back."""
    calls = {
        node.func.value.id
        for function in (refresh.show, refresh.show_setup, refresh.show_true_ups)
        for node in ast.walk(ast.parse(inspect.getsource(function)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.attr.startswith(("fill_", "refresh_"))
    }
    filled = {
        spec.sheet for name in calls for spec in vars(getattr(refresh, name)).values() if isinstance(spec, TableSpec)
    }

    assert [spec.sheet for spec in SPECS if spec.sheet in filled - WHERE_OPEN] == [
        spec.sheet for spec in FILLED_AT_REFRESH
    ]
