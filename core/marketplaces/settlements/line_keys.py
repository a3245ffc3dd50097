"""Line keys: the stable name of a transaction, the same whatever the order of rows in the file.

See docs/design/books.md, Transactions and line keys.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.frame_columns import TEXT
from core.marketplaces.settlements.transactions import escaped, group_key

READER_VERSION = 3
"""Stored with every settlement. A change of what is read raises it: settlements of an older version that are not
exported are then read anew from their kept originals, and exported ones are compared with what is read now.

1: the first reader. 2: declared words say what happened to goods and what money is about; refunds of Walmart that
differ in their description stay apart. 3: files of one payout are united by what their words mean; every fee for the
disposal of a return is kept; a fraction of a unit is read; eBay's fees in the order's currency are converted, and an
item is in the payout of its order's row; a row of the date range report is known by its own date, not its release;
other fees alone of a multi-channel order ask for its units, and so does a fee per unit that is given back.
"""


def with_line_keys(store: str, transactions: pd.DataFrame) -> pd.DataFrame:
    """Return transactions with `store` and `key` filled.

    Args:
        store: The store they belong to.
        transactions: `core.model.TRANSACTION_COLUMNS`, of one settlement or several.
    """
    texts = [pa.array(transactions[name]) for name in ("settlement_id", "group_key", "ordinal")]
    parts = [pc.fill_null(text.cast(pa.string()), "") for text in texts]
    contents = pc.binary_join_element_wise(group_key([store]), *map(escaped, parts), "|").cast(pa.binary())
    stores = pa.repeat(pa.scalar(store, pa.string()), len(transactions))
    return transactions.assign(
        key=pd.Series(pd.arrays.ArrowExtensionArray(_hashes(contents)), index=transactions.index, dtype=TEXT),
        store=pd.Series(pd.arrays.ArrowExtensionArray(stores), index=transactions.index, dtype=TEXT),
    )


_SIZE = 16
_BATCH = 1 << 16
"""Texts that are Python's own at a time."""


def _hashes(contents: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a hash of each text, in hexadecimal digits."""
    batches = (contents.slice(at, _BATCH).to_pylist() for at in range(0, len(contents), _BATCH))
    hashed, size = hashlib.blake2b, _SIZE  # half a million names are looked up once, not each time
    return pa.chunked_array(
        [_digits([hashed(text, digest_size=size).digest() for text in batch]) for batch in batches], pa.string()
    )


def _digits(hashes: list[bytes]) -> pa.StringArray:
    ends = np.arange(len(hashes) + 1, dtype=np.int32) * (2 * _SIZE)
    digits = b"".join(hashes).hex().encode()
    return pa.StringArray.from_buffers(len(hashes), pa.py_buffer(ends), pa.py_buffer(digits))
