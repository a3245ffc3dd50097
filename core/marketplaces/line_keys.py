"""Line keys: the stable name of a transaction, the same whatever the order of rows in the file.

See docs/design/books.md, Transactions and line keys.
"""

from __future__ import annotations

import hashlib

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.frame_columns import TEXT
from core.marketplaces.transactions import escaped

READER_VERSION = 3
"""Stored with every settlement. A change of what is read raises it: settlements of an older version that are not
exported are then read anew from their kept originals, and exported ones are compared with what is read now.

1: the first reader. 2: declared words say what happened to goods and what money is about; refunds of Walmart that
differ in their description stay apart. 3: files of one payout are united by what their words mean; every fee for the
disposal of a return is kept; a fraction of a unit is read; eBay's fees in the order's currency are converted, and an
item is in the payout of its order's row.
"""


def with_line_keys(store: str, transactions: pd.DataFrame) -> pd.DataFrame:
    """Return transactions with `store` and `key` filled.

    Args:
        store: The store they belong to.
        transactions: `core.model.TRANSACTION_COLUMNS`, of one settlement or several.
    """
    texts = [pa.array(transactions[name]) for name in ("settlement_id", "group_key", "ordinal")]
    parts = [pc.fill_null(text.cast(pa.string()), "") for text in texts]
    contents = pc.binary_join_element_wise(escaped(pa.scalar(store)), *map(escaped, parts), "|").cast(pa.binary())
    keys = [hashlib.blake2b(content, digest_size=16).hexdigest() for content in contents.to_pylist()]
    return transactions.assign(
        key=pd.Series(keys, index=transactions.index, dtype=TEXT),
        store=pd.Series([store] * len(keys), index=transactions.index, dtype=TEXT),
    )
