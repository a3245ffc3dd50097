"""Amounts by item group. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from core.money import total

if TYPE_CHECKING:
    from decimal import Decimal

    from core.journal.accounts import Accounts
    from core.line_types import LineType


def amounts_by_group(lines: pd.DataFrame, column: str, line_type: LineType, accounts: Accounts) -> dict[str, Decimal]:
    """Return the exact sum of a column per item group that posts this line type to an account of its own.

    Args:
        lines: Transactions.
        column: A money column of theirs.
        line_type: What the column's amounts are.
        accounts: Which groups there are.

    Returns:
        Item group -> sum, with the column's currency and sign; what belongs to no group stands under the empty text.
    """
    if not accounts.has_groups(line_type):
        return {"": total(lines[column])}
    groups = {sku: accounts.group_of(line_type, sku) for sku in lines["sku"].dropna().unique()}
    # Not `map`: where no line names a SKU, it makes numbers of the missing ones.
    named = pd.Series([groups.get(sku, "") for sku in lines["sku"]], lines.index, dtype=object)
    return {str(group): total(rows[column]) for group, rows in lines.groupby(named, sort=True)}
