"""The files for QuickBooks Online and Xero, by their published import rules."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.journal.accounts import Accounts
from core.journal.entry import Entry, EntryKey, EntryKind, EntryLine
from core.journal.files import (
    AccountNameError,
    BankAccountError,
    CodeMissingError,
    EntryTooLongError,
    ForeignEntryError,
    Ledger,
    ledger_files,
    refuse_unimportable,
)
from core.line_types import LineType


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
    assert first["Journal No"] == second["Journal No"]
    assert "Cogsheet Amazon US 1 2026-08 settlement r1: Sales" == first["Description"]


def test_a_journal_number_is_short_and_tells_every_revision_apart() -> None:
    """QuickBooks takes 21 signs; store, settlement, month, kind and revision each make another one."""
    key = EntryKey("A store with a long name", "23874397121", "2026-08", EntryKind.SETTLEMENT)
    others = [
        replace(key, store="Another"),
        replace(key, settlement_id="2"),
        replace(key, month="2026-09"),
        replace(key, kind=EntryKind.COGS),
        replace(key, revision=2),
    ]

    assert 6 == len({one.number for one in (key, *others)})
    assert 21 >= max(len(one.number) for one in (key, *others))
    assert key.number == replace(key).number


def test_quickbooks_reads_a_sub_account_without_blanks_at_its_colon() -> None:
    """Also where the bookkeeper typed one; an own row of the header names every required column."""
    typed = replace(entry(1, "-10.00").lines[0], account="Income : Marketplace: Sales")
    balance = replace(typed, account="Clearing", amount=-typed.amount)
    (file,) = ledger_files([replace(entry(1), lines=(typed, balance))], Ledger.QUICKBOOKS, "journal")

    assert "Income:Marketplace:Sales" == rows(file.content)[0]["Account Name"]
    assert {"Journal No", "Journal Date", "Account Name", "Description", "Debits", "Credits"} <= set(
        rows(file.content)[0]
    )


@pytest.mark.parametrize("name", ["x" * 101, 'Sales "net"', "=cmd()", "+1", "@Sales", "-Fees"])
def test_quickbooks_refuses_a_name_that_it_cannot_have(name: str) -> None:
    """Before anything is stored."""
    made = entry(1, "-10.00")
    wrong = replace(made, lines=(replace(made.lines[0], account=name), made.lines[1]))

    with pytest.raises(AccountNameError, match="sheet Accounts"):
        refuse_unimportable([wrong], Ledger.QUICKBOOKS, "USD")


def test_the_usual_names_are_names_that_quickbooks_can_have() -> None:
    """A sub-account has no blank at its colon."""
    for line_type in LineType:
        name = Accounts().of(line_type, store="Amazon US", currency="USD").name
        assert len(name) <= 100
        assert '"' not in name
        assert ": " not in name


def coded(*codes: str, currency: str = "USD", is_bank: bool = False) -> Entry:
    """Return an entry whose lines post to accounts with these codes; the last may be a bank account."""
    made = entry(1, *["-10.00"] * (len(codes) - 1))
    lines = [replace(line, number=code, is_bank=False) for line, code in zip(made.lines, codes, strict=True)]
    return replace(made, currency=currency, lines=(*lines[:-1], replace(lines[-1], is_bank=is_bank)))


def test_xero_refuses_what_its_import_would_refuse() -> None:
    """A bank account, a foreign currency, an account without code or with one too long; each in words."""
    refuse_unimportable([coded("200", "855")], Ledger.XERO, "USD")

    with pytest.raises(BankAccountError, match=r"Amazon US Clearing USD.*bank account"):
        refuse_unimportable([coded("200", "090", is_bank=True)], Ledger.XERO, "USD")
    with pytest.raises(ForeignEntryError, match=r"CAD.*USD"):
        refuse_unimportable([coded("200", "855", currency="CAD")], Ledger.XERO, "USD")
    for code in ("", "12345678901"):
        with pytest.raises(CodeMissingError, match="Income:Sales"):
            refuse_unimportable([coded(code, "855")], Ledger.XERO, "USD")


def test_a_bank_account_as_clearing_is_no_matter_to_quickbooks() -> None:
    """Its journals may post to one."""
    refuse_unimportable([coded("200", "090", is_bank=True)], Ledger.QUICKBOOKS, "USD")


@pytest.mark.parametrize("ledger", [Ledger.QUICKBOOKS, Ledger.XERO])
def test_what_finale_posts_is_in_no_file(ledger: Ledger) -> None:
    """Nor is anything of it looked at."""
    made = coded("", "", is_bank=True)
    finale = replace(made, key=replace(made.key, kind=EntryKind.FINALE))

    refuse_unimportable([finale], ledger, "USD")
    assert [] == [row for file in ledger_files([finale], ledger, "journal") for row in rows(file.content)]


def test_xero_has_signed_amounts_and_a_tax_rate_on_every_line() -> None:
    """Debit is positive; the narration groups the rows and carries the key."""
    made = coded("200", "855")
    lines = (replace(made.lines[0], tax_code="GST Free Income"), replace(made.lines[1], tax_code="BAS Excluded"))
    (file,) = ledger_files([replace(made, lines=lines)], Ledger.XERO, "journal")
    first, second = rows(file.content)

    assert ("31/08/2026", "-10.00", "GST Free Income") == (first["*Date"], first["*Amount"], first["*TaxRate"])
    assert ("10.00", "BAS Excluded") == (second["*Amount"], second["*TaxRate"])
    assert ["200", "855"] == [first["*AccountCode"], second["*AccountCode"]]
    assert "Cogsheet Amazon US 1 2026-08 settlement r1" == first["*Narration"] == second["*Narration"]


def test_an_entry_longer_than_a_file_is_refused_by_name() -> None:
    """It cannot be cut in two: neither half would balance."""
    long = entry(1, *["1.00"] * 300)

    with pytest.raises(EntryTooLongError, match="Amazon US 1"):
        ledger_files([long], Ledger.XERO, "journal")
    with pytest.raises(EntryTooLongError, match="Amazon US 1"):
        refuse_unimportable([long], Ledger.XERO, "USD")
    refuse_unimportable([long], Ledger.EXCEL, "USD")


@pytest.mark.parametrize(("ledger", "most"), [(Ledger.QUICKBOOKS, 1000), (Ledger.XERO, 300)])
def test_a_file_is_filled_to_its_limit_and_not_beyond(ledger: Ledger, most: int) -> None:
    """QuickBooks imports 1,000 lines at a time, Xero 300; the first line more begins another file."""
    whole = entry(1, *["1.00"] * (most - 1))
    half, more = (entry(number, *["1.00"] * (most // 2 - 1)) for number in (2, 3))
    longer = entry(4, *["1.00"] * (most // 2))

    def lengths(*entries: Entry) -> list[int]:
        return [len(rows(file.content)) for file in ledger_files(entries, ledger, "journal")]

    assert [most] == lengths(whole) == lengths(half, more)
    assert [most // 2, most // 2 + 1] == lengths(half, longer)
    assert [most, 2] == lengths(whole, entry(5, "1.00"))
    for refused in (ledger_files, refuse_unimportable):
        with pytest.raises(EntryTooLongError, match="Amazon US 6"):
            refused([entry(6, *["1.00"] * most)], ledger, "USD")


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
