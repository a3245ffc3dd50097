"""Take over what was edited on the sheets of settings, before a button does its work: one line per sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from addin.finale import change_account
from addin.sheets import accounts, opening_costs, rates, setup, setup_finale, sku_mapping, stores, types
from core.settlements.accounts import change_accounts
from core.settlements.opening import change_opening_costs
from core.settlements.policies import change_policies
from core.settlements.sku_mapping import change_mappings
from core.settlements.time_zones import change_time_zones
from core.settlements.type_choices import change_types
from core.settlements.typed_rates import save_typed_rates

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import xlwings as xw

    from core.database import Database


def take_over_edits(book: xw.Book, database: Database, who: str, now: datetime) -> None:
    """Store every edited setting, sheet by sheet.

    Raises:
        CogsheetError: If a value cannot be taken; the message says which, and nothing of that sheet was stored.
    """
    for edited, change in _SHEETS:
        change(database, edited(book), who=who, now=now)


_SHEETS: tuple[tuple[Callable[[xw.Book], Any], Callable[..., object]], ...] = (
    (setup.edited_policies, change_policies),
    (sku_mapping.edited_mappings, change_mappings),
    (setup_finale.edited_settings, change_account),
    (accounts.edited_accounts, change_accounts),
    (types.edited_types, change_types),
    (opening_costs.edited, change_opening_costs),
    (stores.edited_time_zones, change_time_zones),
    (rates.edited_rates, save_typed_rates),
)
"""What was edited on each sheet of settings, and what stores it."""
