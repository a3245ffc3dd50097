"""The home currency, which can be corrected until the first cost is in the books: from then on amounts are in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import closing_tables, tables
from core.books.database.repeating import repeated
from core.currencies import checked_currency
from core.errors import CogsheetError
from core.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd
    from sqlalchemy import ColumnElement

    from core.books.database import Connection, Database


class HomeCurrencyFixedError(CogsheetError):
    """Costs in the home currency are in the books already."""

    def __init__(self, currency: str, typed: str, found: str) -> None:
        super().__init__(
            f"Sheet Setup: Home currency stays {currency}, because the books hold {found} in it, and amounts are never "
            f"turned into another currency. Nothing was changed: write {currency} there. If {typed} is right, make new "
            f"books in {typed} (command `cogsheet new`) and import the files there."
        )


class HomeCurrencyChangedError(CogsheetError):
    """The home currency was corrected while costs in the one before were on their way."""

    def __init__(self, currency: str, home: str) -> None:
        super().__init__(
            f"Costs in {currency} were not stored: the home currency of the books was corrected to {home} while this "
            f"was being done. What was stored before is kept. Do it again."
        )


_NEWEST = select(func.max(closing_tables.opening_cost.c.id)).group_by(closing_tables.opening_cost.c.sku)
"""The opening cost of each SKU as it is now, or that it was taken back; only this is ever counted or brought back."""
_COSTS: tuple[tuple[str, ColumnElement[bool]], ...] = (
    ("cost of Finale", tables.observation.c.unit_cost.is_not(None)),
    ("saved answer", tables.override.c.currency.is_not(None)),
    (
        "opening cost",
        closing_tables.opening_cost.c.unit_cost.is_not(None) & closing_tables.opening_cost.c.id.in_(_NEWEST),
    ),
    ("exported line", closing_tables.locked_line.c.lock.is_not(None)),
)
"""What is in home currency, as a bookkeeper calls it, and how its rows are told."""


def _costs_in(connection: Connection) -> str:
    """Name the first costs that the books hold, with their number; nothing where they hold none."""
    for name, told in _COSTS:
        count = connection.scalar(select(func.count()).where(told))
        if count:
            return counted(count, name)
    return ""


def refuse_other_currency(connection: Connection, costs: pd.DataFrame) -> None:
    """Stop where costs that are to be stored are in another currency than the books are now.

    Args:
        connection: Of `Database.writing`, so that nobody corrects it meanwhile.
        costs: With their `unit_cost` and `currency`.

    Raises:
        HomeCurrencyChangedError: If any is.
    """
    used = set(costs.loc[costs["unit_cost"].notna(), "currency"].dropna())
    home = connection.execute(select(tables.company.c.home_currency)).scalar_one() if used else ""
    for other in sorted(used - {home}):
        raise HomeCurrencyChangedError(other, home)


@repeated
def change_home_currency(database: Database, typed: Mapping[str, str], *, who: str, now: datetime) -> None:
    """Store another home currency, as a batch of its own.

    Args:
        database: The books; what they say of their company is the new currency from then on.
        typed: What was typed, by the setting's name.
        who: Who typed it.
        now: When.

    Raises:
        NotACurrencyError: If it is none.
        HomeCurrencyFixedError: If a cost is in the books.
    """
    for code in map(checked_currency, typed.values()):
        with database.writing() as connection:
            before = connection.execute(select(tables.company.c.home_currency)).scalar_one()
            if before != code:
                if found := _costs_in(connection):
                    raise HomeCurrencyFixedError(before, code, found)
                connection.execute(update(tables.company).values(home_currency=code))
                batches.new(connection, BatchKind.SETUP, who, now, note=f"Home currency: {before}, now {code}")
        database.company = replace(database.company, home_currency=code)
