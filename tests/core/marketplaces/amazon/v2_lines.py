"""What is read of a V2 flat file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.marketplaces import read_file
from tests.core.marketplaces.amazon_files import flat_file, summary

if TYPE_CHECKING:
    import pandas as pd

    from core.model import Settlement


def only(content: bytes) -> Settlement:
    """Return the one settlement of a file."""
    (settlement,) = read_file(content, "v2.txt").settlements
    return settlement


def only_transaction(*lines: dict[str, str]) -> pd.Series:
    """Return the one transaction that these rows are."""
    (_, transaction), *others = only(flat_file([summary("0"), *lines])).transactions.iterrows()
    assert others == []
    return transaction
