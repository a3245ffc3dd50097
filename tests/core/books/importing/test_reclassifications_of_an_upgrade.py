"""Money that a newer reader reads otherwise is proposed as a reclassification, and posted class by class."""

# ruff: noqa: S608 - SQL statements, of our own words alone

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from core.books.database import Database
from core.books.entries import stored_entries
from core.books.entries.exporting import ExportOptions
from core.books.importing.reader_upgrade import read_anew
from core.books.settings.type_choices import change_types
from core.books.true_ups import corrections, reclassifications
from core.books.true_ups.reclassifications import NoReclassificationError, NoReclassificationReasonError
from core.books.verification.verification import tie_outs
from core.frame_columns import records
from core.journal.accounts import AccountRow, Accounts
from core.line_types import LineType
from core.reports.pnl_parts import PARTS
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss
from tests.core.books.importing.upgraded_books import CODES, FEES, OLD, WHO, books_of, journal
from tests.core.books.reopening_one import reopen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "books.sqlite"
    shutil.copy(OLD, path)
    with Database.open(path) as database:
        yield database


@pytest.fixture
def database(old: Database) -> Database:
    read_anew(old, **WHO)
    return old


def test_money_that_is_read_otherwise_is_proposed_as_a_reclassification(database: Database) -> None:
    books = books_of(database)
    (one,) = reclassifications.pending_reclassifications(database, books)
    assert (one.settlement.name, str(one)) == (
        CODES,
        "Other Income:Marketplace Adjustments +80.00, Other Income:Reimbursements -80.00",
    )
    made = reclassifications.accept_reclassification(database, books, [one.number], lock_date=date(2026, 10, 31), **WHO)
    assert [entry.day for entry in made] == [date(2026, 11, 1)], "the first day that is not closed"
    assert reclassifications.pending_reclassifications(database, books_of(database)) == []
    settled = journal(database, "settlement", "reclassification")
    assert settled["Other Income:Reimbursements"] == Decimal(-80)


def by_month(database: Database) -> dict[tuple[str, str], Decimal]:
    """What the profit and loss has of each part in each month."""
    books = books_of(database)
    question = PnlQuestion("USD", by_month=True, by_item=False, by_store=False)
    found = profit_and_loss(books.lines, question, zones=books.zones, corrections=corrections.corrections(books))
    return {(row["month"], part): row[part] for row in records(found) for part in PARTS if row["month"] and row[part]}


def wrong(database: Database, name: str) -> list[str]:
    books = books_of(database)
    found = tie_outs(database, books, books.named([name])[0], ExportOptions())
    return [one.sentence for one in found if not one.ok]


def accept_money(database: Database) -> None:
    books = books_of(database)
    numbers = [one.number for one in reclassifications.pending_reclassifications(database, books)]
    reclassifications.accept_reclassification(database, books, numbers, lock_date=date(2026, 10, 31), **WHO)


@pytest.mark.long
def test_what_is_reclassified_counts_in_the_profit_and_loss_of_its_month(database: Database) -> None:
    """80.00 went out as other income in July: July keeps them, November moves them to the reimbursements."""
    before = by_month(database)
    accept_money(database)
    moved = {key: amount for key, amount in by_month(database).items() if before.get(key) != amount}
    assert moved == {
        ("2026-11", "other_income"): Decimal("-80.00"),
        ("2026-11", "reimbursements"): Decimal("80.00"),
    }
    assert [] == wrong(database, CODES)


@pytest.mark.long
def test_answered_words_move_class_by_class_as_the_journal_does(database: Database) -> None:
    """Twenty-one fees and more leave the other income, each part as its account."""
    words = {
        "Account level inventory fee": "Storage",
        "BalanceAdjustment": "Reserve",
        "Non-subscription Fee Adjustment": "Sales",
        "SellerFulfilledPrime": "Advertising",
    }
    change_types(database, {("Amazon", f"other-transaction / {word}"): kind for word, kind in words.items()}, **WHO)
    before = by_month(database)
    accept_money(database)
    after = by_month(database)
    assert after["2026-11", "other_income"] == Decimal("-80.00") + Decimal("24.00") - Decimal("3.00")
    assert {part for month, part in after if month == "2026-11"} >= {"fees", "reimbursements", "other_income"}
    assert sum(amount for (month, _), amount in after.items() if month == "2026-11") == 0
    assert {key: amount for key, amount in after.items() if key[0] != "2026-11"} == before
    assert [] == wrong(database, FEES)


@pytest.mark.long
def test_what_moves_within_one_class_is_no_row_of_the_profit_and_loss(database: Database) -> None:
    """From Storage to Subscription, both fees: the journal has it, the P&L has nothing to show."""
    accept_money(database)
    books = books_of(database)
    (key,) = books.reclassifications
    lines = (("Storage", "Storage Fees", Decimal(-3)), ("Subscription", "Subscription Fees", Decimal(3)))
    within = replace(books, reclassifications={key: replace(books.reclassifications[key], lines=lines)})
    assert corrections.reclassified_money(within).empty
    assert len(corrections.reclassified_money(books)) == 1


@pytest.mark.long
def test_a_reopened_settlement_has_no_reclassification_any_more(database: Database) -> None:
    """It is taken back with the entry that it corrected, and the lines say it themselves."""
    accept_money(database)
    books = books_of(database)
    reopen(database, books.named([CODES])[0], "wrong bill", lock_date=None, **WHO)
    assert not {month for month, _ in by_month(database)} & {"2026-10", "2026-11"}


REIMBURSED = "memo = 'Reimbursements' AND entry = (SELECT max(id) FROM entry WHERE kind = 'reclassification')"


@pytest.mark.long
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE entry_line SET amount = 2*amount WHERE entry IN (SELECT id FROM entry WHERE key LIKE '%reclass%')",
            "reclassifications of 2026-11, P&L and journal, reimbursements: 80.00 and 160.00 differ",
        ),
        (
            f"UPDATE entry_line SET memo = 'Sales' WHERE {REIMBURSED}",
            "reclassifications of 2026-11, P&L and journal, sales: 0.00 and 80.00 differ",
        ),
        (f"UPDATE entry_line SET account = 'Office' WHERE {REIMBURSED}", "line “Reimbursements” to Office"),
        (
            "UPDATE entry SET entry_date = '2026-12-01' WHERE kind = 'reclassification'",
            "reclassifications of 2026-12, P&L and journal",
        ),
        (
            "DELETE FROM entry_line WHERE entry = (SELECT max(id) FROM entry WHERE kind = 'reclassification')",
            "P&L and journal, reimbursements: 80.00 and 0.00 differ",
        ),
        (
            "UPDATE setting SET value = replace(value, '-80', '-70') WHERE key = 'accepted reclassifications'",
            "P&L and journal, reimbursements: 70.00 and 80.00 differ",
        ),
    ],
)
def test_verify_names_a_reclassification_that_was_altered(database: Database, statement: str, words: str) -> None:
    """By month and class, or by line and account."""
    accept_money(database)
    with database.writing() as connection:
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        assert connection.execute(text(statement)).rowcount >= 1
    found = wrong(database, CODES)
    assert any(words in sentence for sentence in found), found


@pytest.mark.long
def test_an_account_that_was_renamed_since_moves_nothing(database: Database) -> None:
    books = books_of(database)
    row = AccountRow(line_type=LineType.ADJUSTMENTS, name="Adjustments of Amazon")
    renamed = Accounts((row,))
    (plain,) = reclassifications.pending_reclassifications(database, books)
    with database.reading() as connection:
        posted = stored_entries.of_settlement(connection, plain.settlement.id)
    one = reclassifications.reclassification(replace(books, accounts=renamed), plain.settlement, posted)
    assert [str(line.account) for line in one.lines if line.amount > 0] == ["Other Income:Marketplace Adjustments"]


@pytest.mark.long
def test_a_dismissed_reclassification_stays_dismissed_until_it_is_taken_up(database: Database) -> None:
    books = books_of(database)
    (one,) = reclassifications.pending_reclassifications(database, books)
    with pytest.raises(NoReclassificationReasonError):
        reclassifications.dismiss_reclassification(database, books, [one.number], " ", **WHO)
    reclassifications.dismiss_reclassification(database, books, [one.number], "the year is audited", **WHO)
    assert reclassifications.pending_reclassifications(database, books) == []
    with pytest.raises(NoReclassificationError):
        reclassifications.accept_reclassification(database, books, [one.number], lock_date=None, **WHO)
    reclassifications.take_up_reclassification(database, books, [one.number], "the auditor wants it", **WHO)
    assert [str(again) for again in reclassifications.pending_reclassifications(database, books)] == [str(one)]
