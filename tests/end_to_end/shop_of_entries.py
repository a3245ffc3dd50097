"""A shop whose entries are written to files, by commands."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

from core.journal.accounts import AccountRow
from core.line_types import LineType

ORDERS = {("111-1", "CUP"): "5.00", ("222-1", "CUP"): "5.00"}
CODES = tuple(AccountRow(line_type=line_type, number=str(100 + n)) for n, line_type in enumerate(LineType))


def rows_of(*files: str) -> list[dict[str, str]]:
    return [row for file in files for row in csv.DictReader(io.StringIO(Path(file).read_text(encoding="utf-8")))]


def balances(*files: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows_of(*files):
        amount = Decimal(row["Debits"] or 0) - Decimal(row["Credits"] or 0)
        sums[row["Account Name"]] = sums.get(row["Account Name"], Decimal(0)) + amount
    return {account: amount for account, amount in sums.items() if amount}
