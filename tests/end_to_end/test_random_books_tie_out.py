"""Businesses of chance, from their files to exported entries: every tie-out is equal to the cent."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from core.books.entries import stored_entries
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings.account_choices import change_accounts
from core.books.settings.policies import change_policies
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing.syncing import sync_costs
from core.books.verification.verification import tie_outs
from core.finale.inventory import connect_finale
from core.frame_columns import records
from core.http.credentials import Secret
from core.journal.entry import POSTED_BY_FINALE, EntryKind
from core.line_types import LOSS_TYPES, LineType
from core.marketplaces import read_file
from core.model import Cause, CostStatus, Event
from core.money import cents, total
from core.progress import silent
from core.reports.profit_and_loss import PnlQuestion, profit_and_loss, totals
from sandbox.business import hard_business, random_business, sized_business
from sandbox.server import serve
from sandbox.settlement_files.amazon_v2 import settlement_files
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.books.books import Books
    from core.books.database import Database
    from core.books.verification.tie_outs import TieOut
    from sandbox.business import Business

NOW = datetime(2026, 12, 1, tzinfo=UTC)
BOTH = (EntryKind.SETTLEMENT, EntryKind.COGS)
ROUNDS = 4
_ABOUT_UNITS = (Cause.UNITS_UNKNOWN, Cause.UNITS_DISAGREE, Cause.GOODS_UNCLEAR)


@contextmanager
def resolved_books(business: Business) -> Iterator[Database]:
    """Import a business's files, sync with its Finale over HTTP, and answer for every missing cost."""
    with (
        TemporaryDirectory() as folder,
        new_books(Path(folder) / "books.sqlite", "Random", "USD", NOW) as database,
    ):
        for file in settlement_files(business):
            original = OriginalFile(file.name, file.content)
            import_file(database, read_file(file.content), original, store="Amazon US", who="test", now=NOW)
        with (
            serve(business) as address,
            connect_finale(address.account, Secret(address.key), Secret(address.secret), address.url) as system,
        ):
            books = load_books(database)
            sync_costs(database, system, books, books.settlements, who="test", clock=lambda: NOW, progress=silent)
        answer_all(database)
        yield database


def answer_all(database: Database) -> None:
    """Answer for every missing cost; an answer may bring up a question about a return of the same order."""
    for _ in range(ROUNDS):
        books = load_books(database)
        missing = records(books.lines[books.lines["cost_status"] == CostStatus.MISSING])
        if not missing:
            return
        answer(database, books, missing)


def answer(database: Database, books: Books, missing: list[dict[str, Any]]) -> None:
    answers = [
        Answer(
            row["key"],
            int(row["version"]),
            None if row["cause"] in _ABOUT_UNITS else row["proposed_cost"] or Decimal("7.123456"),
            None,
            units_back=0 if row["cause"] in _ABOUT_UNITS else None,
            stock_edited=row["cause"] in _ABOUT_UNITS,
        )
        for row in missing
    ]
    save_answers(database, books, answers, settlement_ids=None, accept_proposals=True, who="test", now=NOW)


def every_tie_out(database: Database) -> list[TieOut]:
    books = load_books(database)
    return [one for settlement in books.settlements for one in tie_outs(database, books, settlement, ExportOptions())]


def wrong(found: list[TieOut]) -> list[str]:
    return [f"{one.name}: {one.left} and {one.right}" for one in found if not one.ok]


def export_all(database: Database) -> None:
    options = ExportOptions(kinds=BOTH, accept_suspect=True)
    for settlement in load_books(database).settlements:
        export_settlement(database, load_books(database), settlement, options, who="test", now=NOW)


def choose(database: Database, rng: Random) -> None:
    """Choose accounts and who posts what by chance."""
    who = {name: rng.choice(["Finale", "Cogsheet"]) for name in ("cogs_posted_by", "losses_posted_by")}
    change_policies(database, who, who="test", now=NOW)
    skus = sorted(load_books(database).lines["sku"].dropna().unique())
    fields = ("store", "currency", "item_group", "name", "number", "tax_code", "bank")
    rows = [
        {
            **dict.fromkeys(fields, ""),
            "line_type": line_type,
            "item_group": rng.choice(skus).replace(",", " "),
            "name": f"Own {line_type}",
        }
        for line_type in ("Sales", "Cost of goods sold", "Inventory sold", "Referral fees")
        if rng.random() < 0.5
    ]
    change_accounts(database, rows, who="test", now=NOW)


def check(business: Business, rng: Random) -> None:
    """Hold every tie-out before and after the export, and the whole journal against all lines."""
    with resolved_books(business) as database:
        choose(database, rng)
        before = every_tie_out(database)
        export_all(database)
        after = every_tie_out(database)
        books = load_books(database)
        with database.reading() as connection:
            journal = stored_entries.journal(connection)

    assert [] == wrong(before) == wrong(after)
    assert len(after) > len(before) >= 5 * len(books.settlements)
    assert Decimal(0) == total(journal["amount"])
    assert {Decimal(0)} == {total(lines["amount"]) for _, lines in journal.groupby("entry")}
    clearing = total(journal.loc[journal["memo"] == str(LineType.CLEARING), "amount"])
    counted = books.lines[books.lines["event"] != Event.PAYOUT]
    figures = totals(profit_and_loss(counted, PnlQuestion("USD"), zones={}))
    assert total(one.total for one in books.settlements) == clearing == total(counted["net"])
    assert clearing == sum(figures[name] for name in ("profit", "cogs", "tax", "balance"))
    assert figures["cogs"] == sum(cents(total(books.lines_of(settlement)["cogs"])) for settlement in books.settlements)
    finale = journal["kind"].isin([str(kind) for kind in POSTED_BY_FINALE])
    posted = {str(one) for one in books.policies.finale_posts}
    costs = {str(one) for one in (LineType.COGS_SALES, LineType.COGS_REFUNDS, *LOSS_TYPES)}
    assert set(journal.loc[finale, "memo"]) & costs <= posted
    assert not set(journal.loc[~finale, "memo"]) & posted


@pytest.mark.long
def test_the_hard_business_ties_out() -> None:
    """Packs, kits, split shipments, negative stock and odd ids."""
    check(hard_business(), Random(1))  # noqa: S311 - figures of chance, no secret


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_businesses_of_chance_tie_out(seed: int) -> None:
    """Many of them, each with accounts and posters of chance."""
    check(random_business(Random(seed)), Random(seed))  # noqa: S311 - figures of chance, no secret


@pytest.mark.long
def test_a_big_business_ties_out() -> None:
    """A thousand orders."""
    check(sized_business(orders=1000, products=80, old_refunds=50), Random(2))  # noqa: S311 - figures of chance, no secret
