"""The transactions as they are read and classified today, those of exported settlements included.

An exported settlement has the rows and the answers that it went out with. What its files say by the readers of today
(`rereading`), and what was answered about its words since, is compared with it here, so that a difference is proposed
and never booked by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from core.database import later_readings
from core.settlements.type_choices import Held, with_choices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.database import Connection
    from core.database.settlements import BookedSettlement
    from core.database.stores import Store


def transactions_now(
    connection: Connection,
    stored: pd.DataFrame,
    held: pd.DataFrame,
    booked: Iterable[BookedSettlement],
    stores: Iterable[Store],
) -> pd.DataFrame:
    """Return the company's transactions as they are read and classified today (TRANSACTION_COLUMNS).

    Args:
        connection: Of `Database.reading`.
        stored: Those in the books.
        held: The same, classified as each settlement went out.
        booked: The settlements.
        stores: The stores.

    Returns:
        `held` itself where nothing differs.
    """
    booked = list(booked)
    later = later_readings.load(connection)
    names = set(zip(later["store"], later["settlement_id"], strict=True))
    replaced = [name in names for name in zip(stored["store"], stored["settlement_id"], strict=True)]
    rows = pd.concat([stored[~pd.Series(replaced, stored.index, dtype=bool)], later], ignore_index=True)
    now = with_choices(connection, rows if names else stored, booked, stores, held=Held.TODAY)
    return held if not names and now.equals(held) else now
