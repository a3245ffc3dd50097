"""Line keys: the stable name of a transaction, the same whatever the order of rows in the file.

See docs/design/books.md, Transactions and line keys.
"""

from __future__ import annotations

import hashlib

import pandas as pd

from core.marketplaces.transactions import group_key
from core.model import TEXT

READER_VERSION = 2
"""Stored with every settlement. A change of what is read raises it: settlements of an older version that are not
exported are then read anew from their kept originals, and exported ones are compared with what is read now.

1: the first reader. 2: declared words say what happened to goods and what money is about; refunds of Walmart that
differ in their description stay apart.
"""


def line_key(store: str, settlement_id: str, key: str, ordinal: int) -> str:
    """Return the key of one transaction: 32 hexadecimal digits.

    Args:
        store: The seller's account.
        settlement_id: Of the settlement.
        key: The group key, as one text.
        ordinal: Among equal group keys, in order of content.
    """
    content = group_key((store, settlement_id, key, str(ordinal)))
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def with_line_keys(store: str, transactions: pd.DataFrame) -> pd.DataFrame:
    """Return transactions with `store` and `key` filled.

    Args:
        store: The store they belong to.
        transactions: `core.model.TRANSACTION_COLUMNS`, of one settlement or several.
    """
    parts = zip(
        transactions["settlement_id"].array,
        transactions["group_key"].array,
        transactions["ordinal"].array,
        strict=True,
    )
    keys = [line_key(store, _text(settlement_id), _text(key), ordinal) for settlement_id, key, ordinal in parts]
    return transactions.assign(
        key=pd.Series(keys, index=transactions.index, dtype=TEXT),
        store=pd.Series([store] * len(keys), index=transactions.index, dtype=TEXT),
    )


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA else str(value)
