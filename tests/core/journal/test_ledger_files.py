"""The files for QuickBooks Online and Xero, by their published import rules."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.journal.entry import Entry, EntryKey, EntryKind, EntryLine
from core.journal.files import EntryTooLongError, Ledger, TaxRates, ledger_files
from core.journal.line_types import LineType


def entry(number: int, *amounts: str) -> Entry:
    booked = [EntryLine(LineType.SALES, "Income:Sales", Decimal(amount)) for amount in amounts]
    rest = -sum((one.amount for one in booked), Decimal(0))
    lines = (*booked, EntryLine(LineType.CLEARING, "Amazon US Clearing USD", rest))
    return Entry(EntryKey("Amazon US", str(number), "2026-08", EntryKind.SETTLEMENT), date(2026, 8, 31), "USD", lines)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_quickbooks_has_one_side_per_row_and_american_dates() -> None:
    """The other side is blank; the number groups the rows of an entry and carries its key."""
    (file,) = ledger_files([entry(1, "-10.00")], Ledger.QUICKBOOKS, "journal")
    first, second = rows(file.content)

    assert ("08/31/2026", "", "10.00", "Income:Sales") == (
        first["Journal Date"],
        first["Debits"],
        first["Credits"],
        first["Account Name"],
    )
    assert ("10.00", "") == (second["Debits"], second["Credits"])
    assert "Amazon US 1 2026-08 settlement r1" == first["Journal No"] == second["Journal No"]


def test_xero_has_signed_amounts_and_a_tax_rate_on_every_line() -> None:
    """Debit is positive; the narration groups the rows and carries the key."""
    rates = TaxRates(by_account={"Income:Sales": "GST Free Income"})
    (file,) = ledger_files([entry(1, "-10.00")], Ledger.XERO, "journal", tax_rates=rates)
    first, second = rows(file.content)

    assert ("31/08/2026", "-10.00", "GST Free Income") == (first["*Date"], first["*Amount"], first["*TaxRate"])
    assert ("10.00", "Tax Exempt (0%)") == (second["*Amount"], second["*TaxRate"])
    assert "Cogsheet Amazon US 1 2026-08 settlement r1" == first["*Narration"] == second["*Narration"]


def test_an_entry_longer_than_a_file_is_refused_by_name() -> None:
    """It cannot be cut in two: neither half would balance."""
    with pytest.raises(EntryTooLongError, match="Amazon US 1"):
        ledger_files([entry(1, *["1.00"] * 300)], Ledger.XERO, "journal")


ENTRIES = st.lists(st.lists(st.decimals(-999, 999, places=2).map(str), min_size=1, max_size=120), max_size=12).map(
    lambda all_amounts: [entry(number, *amounts) for number, amounts in enumerate(all_amounts)]
)


@given(ENTRIES, st.sampled_from([(Ledger.QUICKBOOKS, 1000), (Ledger.XERO, 300)]))
def test_no_file_passes_its_limit_and_every_entry_in_it_balances(
    entries: list[Entry], ledger: tuple[Ledger, int]
) -> None:
    """Entries are never cut; nothing is left out."""
    files = ledger_files(entries, ledger[0], "journal")

    balance: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for number, file in enumerate(files):
        content = rows(file.content)
        assert len(content) <= ledger[1]
        for row in content:
            name = row.get("Journal No") or row["*Narration"]
            signed = row.get("*Amount") or str(Decimal(row["Debits"] or 0) - Decimal(row["Credits"] or 0))
            balance[number, name] += Decimal(signed)
            datetime.strptime(row.get("Journal Date") or row["*Date"], "%m/%d/%Y" if "Debits" in row else "%d/%m/%Y")  # noqa: DTZ007 - a plain date
    assert all(amount == 0 for amount in balance.values())
    with_amounts = [one for one in entries if any(line.amount for line in one.lines)]
    assert len(with_amounts) == len(balance)
