"""Take over what was edited on the sheets of settings, before a button does its work: one line per sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    for take in _TAKERS:
        take(book, database, who, now)


def _policies(book: xw.Book, database: Database, who: str, now: datetime) -> None:
    change_policies(database, setup.edited_policies(book), who=who, now=now)


def _mappings(book: xw.Book, database: Database, who: str, now: datetime) -> None:
    change_mappings(database, sku_mapping.edited_mappings(book), who=who, now=now)


def _finale_account(book: xw.Book, database: Database, who: str, now: datetime) -> None:
    change_account(database, setup_finale.edited_settings(book), who=who, now=now)


def _accounts(book: xw.Book, database: Database, who: str, now: datetime) -> None:
    change_accounts(database, accounts.edited_accounts(book), who=who, now=now)


def _types(book: xw.Book, database: Database, who: str, now: datetime) -> None:
    change_types(database, types.edited_types(book), who=who, now=now)


def _opening_costs(book: xw.Book, database: Database, who: str, now: datetime) -> None:
    change_opening_costs(database, opening_costs.edited(book), who=who, now=now)


def _time_zones(book: xw.Book, database: Database, who: str, now: datetime) -> None:
    change_time_zones(database, stores.edited_time_zones(book), who=who, now=now)


def _rates(book: xw.Book, database: Database, who: str, now: datetime) -> None:
    save_typed_rates(database, rates.edited_rates(book), who=who, now=now)


_TAKERS: tuple[Callable[[xw.Book, Database, str, datetime], None], ...] = (
    _policies,
    _mappings,
    _finale_account,
    _accounts,
    _types,
    _opening_costs,
    _time_zones,
    _rates,
)
"""What each sheet of settings does with its edits."""
