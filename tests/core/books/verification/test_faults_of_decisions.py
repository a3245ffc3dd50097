"""A fault of what somebody decided is named, though its seal agrees."""

# ruff: noqa: S608 - SQL statements, of our own words alone

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from core.books.database import Database
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.true_ups.true_ups import take_up_true_ups
from core.books.verification.altered_rows import find_altered
from tests.core.books.shops import WHO, Shop, sale
from tests.core.books.verification.healthy_books import (
    later_cost,
    make_healthy,
    wrong,
)
from tests.core.books.verification.planted_faults import planted, sealed_again

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make books with every kind of entry: exported, corrected, posted by Finale, reopened, accrued, and one open."""
    return make_healthy(tmp_path_factory.mktemp("healthy"))


def decided(healthy: Path, folder: Path) -> Path:
    """Add what was posted elsewhere, dismissed, taken up and withdrawn, and lock it, to a copy of the books."""
    shutil.copy(healthy, folder / "decided.sqlite")
    with Database.open(folder / "decided.sqlite") as database:
        shop = Shop(database)
        later_cost(shop)
        first, *_ = shop.dismiss()
        take_up_true_ups(database, shop.books, [first], "a new bill came", **WHO)
        shop.proposed()
        shop.finale_says({(f"111-{number}", "CUP"): "3.20" for number in range(1, 5)}, JAR="6.00")
        shop.proposed()
        shop.bring_in("23", sale("111-9", "CUP", day="2026-09-06"))
        post_elsewhere(database, shop.books, [shop.settlement("23")], "by another program", **WHO)
    return folder / "decided.sqlite"


DISMISSED = "id IN (SELECT true_up FROM true_up_decision WHERE decision = 'dismissed')"
WITHDRAWN = "id IN (SELECT true_up FROM true_up_decision WHERE decision = 'withdrawn')"
COLUMNS = '"lock", batch, key, cause, unit_cost, cost_quantity, disposition, cogs, difference, currency'
OF_DECISIONS = {
    "reason of a lock": (
        "UPDATE 'lock' SET reason = 'posted elsewhere' WHERE id = 1",
        "US/1: lock r1, reason: the books have “posted elsewhere”, recomputed it is “exported”",
    ),
    "reason of a reopened lock": (
        "UPDATE 'lock' SET reason = 'posted elsewhere' WHERE id = 2",
        "US/2: lock r1, reason",
    ),
    "reason of what was posted elsewhere": (
        "UPDATE 'lock' SET reason = 'exported' WHERE reason = 'posted elsewhere'",
        "US/23: lock r1, reason: the books have “exported”, recomputed it is “posted elsewhere”",
    ),
    "posted elsewhere called exported": (
        "UPDATE settlement SET cogs_entry = 'exported' WHERE settlement_id = '23'",
        "US/23: status of the COGS entry: the books have “exported”, recomputed it is “posted elsewhere”",
    ),
    "dismissal called withdrawn": (
        "UPDATE true_up_decision SET decision = 'withdrawn' WHERE decision = 'dismissed'",
        "withdrawn in batch 22: the books have “true-up dismissed”, recomputed it is “true-up proposed”",
    ),
    "dismissal without a reason": (
        "UPDATE true_up_decision SET reason = '' WHERE decision = 'dismissed'",
        "reason: the books have nothing, recomputed it is “a reason”",
    ),
    "withdrawal with a reason": (
        "UPDATE true_up_decision SET reason = 'wrong' WHERE decision = 'withdrawn'",
        "reason: the books have “wrong”, recomputed it is nothing",
    ),
    "dismissal with an entry": (
        "UPDATE true_up_decision SET entry = 3 WHERE decision = 'dismissed'",
        "entry that posts it: the books have “US 1 2026-09 true-up r10”, recomputed it is nothing",
    ),
    "batch of a dismissal": (
        "UPDATE true_up_decision SET batch = 7 WHERE decision = 'dismissed'",
        "dismissed in batch 7: the books have “export US/1”, recomputed it is “true-up dismissed”",
    ),
    "batch in which one was taken up": ("UPDATE taken_up SET batch = 16", "taken up in batch 16"),
    "COGS of a dismissed one": (
        "UPDATE true_up SET cogs = cogs + 1000000, unit_cost = NULL WHERE " + DISMISSED,
        "US/1, order 111-1, SKU CUP: true-up 8: -1.10 and -0.10 differ",
    ),
    "COGS of a withdrawn one with its difference": (
        "UPDATE true_up SET cogs = cogs + 1000000, difference = difference + 1000000 WHERE " + WITHDRAWN,
        "COGS and units x unit cost",
    ),
    "units of a dismissed one": (
        "UPDATE true_up SET cost_quantity = 0 WHERE cost_quantity <> 0 AND " + DISMISSED,
        "COGS and units x unit cost",
    ),
    "currency of a dismissed one": (
        "UPDATE true_up SET currency = 'EUR' WHERE " + DISMISSED,
        "currency: the books have “EUR”, recomputed it is “USD”",
    ),
    "line of a dismissed one": (
        "UPDATE true_up SET key = 'x' WHERE " + DISMISSED,
        "line: the books have “x”, recomputed it is “a line of the settlement”",
    ),
    "copy of a proposal": (
        f"INSERT INTO true_up ({COLUMNS}) SELECT {COLUMNS} FROM true_up WHERE id = 8",
        "was decided",
    ),
    "SKU of an accepted one that moves nothing": (
        "UPDATE true_up SET sku_was = 'MUG' WHERE id = 1",
        "true-up 1, SKU it was: the books have “MUG”, recomputed it is nothing",
    ),
    "type of an accepted one that moves nothing": (
        "UPDATE true_up SET event_now = 'sale' WHERE id = 1",
        "true-up 1, type it now: the books have “sale”, recomputed it is nothing",
    ),
    "type of an accepted one from which nothing moves": (
        "UPDATE true_up SET event_was = 'sale', sku_was = 'CUP' WHERE id = 1",
        "true-up 1, type it was: the books have “sale”, recomputed it is nothing",
    ),
    "type of a dismissed one that moves nothing": (
        "UPDATE true_up SET event_now = 'sale' WHERE " + DISMISSED,
        "type it now: the books have “sale”, recomputed it is nothing",
    ),
    "taken up without a dismissal": ("UPDATE taken_up SET true_up = 1 WHERE true_up = 8", "true-up 1, taken up again"),
}
FREE_TEXTS = {
    ("true_up_decision", "reason"): "why somebody dismissed a true-up",
    ("taken_up", "reason"): "why somebody took one up again",
}
"""What a person wrote and nothing says a second time: only its seal tells that another program altered it."""


@pytest.mark.long
@pytest.mark.parametrize("fault", OF_DECISIONS)
def test_a_fault_of_a_decision_is_named_though_its_seal_agrees(healthy: Path, tmp_path: Path, fault: str) -> None:
    """Locks, reopenings and decisions follow from the batches and entries that they came with."""
    statement, words = OF_DECISIONS[fault]
    with sealed_again(planted(decided(healthy, tmp_path), tmp_path, statement)) as database:
        assert [] == find_altered(database)
        found = wrong(database)

    assert any(words in sentence for sentence in found), found


@pytest.mark.long
def test_only_free_texts_are_held_by_their_seals_alone(healthy: Path, tmp_path: Path) -> None:
    """Books that nobody altered say nothing, and of a text that a person wrote the seal says what it was."""
    books = decided(healthy, tmp_path)
    with Database.open(books) as database:
        assert [] == wrong(database)
    for table, column in FREE_TEXTS:
        altered = planted(books, tmp_path, f"UPDATE {table} SET {column} = 'another' WHERE {column} <> ''")
        with Database.open(altered) as database:
            assert [] == wrong(database)
            assert any("“another”" in tie.sentence for row in find_altered(database) for tie in row.tie_outs)
