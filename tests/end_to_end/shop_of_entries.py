"""A shop whose entries are written to files, by commands."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from core.books.database import Database
from core.journal.accounts import AccountRow
from core.line_types import LineType
from tests.core.books.shops import Shop, lost, refund, sale
from tests.end_to_end.demo_book import run

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@contextmanager
def shop_of_two_stores(folder: Path) -> Iterator[Shop]:
    """Open a shop with two stores that have a settlement 1 each, and its workbook beside the database."""
    made = Shop.open(folder, "US", "CA")
    made.choose(*CODES)
    made.bring_in("1", sale("111-1", "CUP", 2), refund("111-1", "CUP"), lost("CUP", 3), store="US")
    made.bring_in("1", sale("222-1", "CUP"), store="CA")
    made.finale_says(ORDERS, CUP="7.00")
    path = str(folder / "books.sqlite")
    made.database.close()
    assert 0 == run("new", str(folder / "Books.xlsm"), "--join", "--company", "Acme", "--database", path).status
    with Database.open(path) as database:
        yield Shop(database)
