"""Units of an exported reimbursement that the report says otherwise are proposed, each pair whole."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settlements.booked_settlement import OriginalFile
from core.books.settlements.removing import remove_settlements
from core.books.true_ups import true_up_history, true_ups
from core.books.true_ups.cost_comparison import differences
from core.frame_columns import records
from core.model import CostStatus
from tests.core.books.documents.reported_reimbursements import LOST, NOW, PAID, bring_in, lines, report, with_costs
from tests.core.books.listed_documents import v2_content
from tests.core.books.reopening_one import reopen
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


LATER = {"posted-date": "2026-08-14", "posted-date-time": "2026-08-14 10:00:00 UTC"}
INBOUND = PAID | {"amount-description": "MISSING_FROM_INBOUND"}
INBOUND_FOUND = PAID | LATER | {"amount-description": "MISSING_FROM_INBOUND_CLAWBACK", "amount": "-15.00"}


def export(database: Database, *settlement_ids: str) -> None:
    for one in load_books(database).named(settlement_ids):
        export_settlement(database, load_books(database), one, ExportOptions(), who="M. Lee", now=NOW)


def proposed(database: Database) -> dict[str, Decimal]:
    """Return the difference that is proposed for each exported line, by its word."""
    books = load_books(database)
    words = dict(zip(books.lines["key"], books.lines["raw_description"], strict=True))
    return {words[row["key"]]: row["difference"] for row in records(differences(books))}


@pytest.mark.long
def test_what_was_found_of_fewer_lost_units_is_proposed_with_the_loss(database: Database) -> None:
    """2 lost and 2 found, and a report says that 1 of them was never lost: -7.00 and +7.00, decided together."""
    bring_in(database, OriginalFile("1.txt", v2_content("1", INBOUND, INBOUND_FOUND, total="0.00")))
    with_costs(database)
    export(database, "1")
    lost = LOST.replace("Lost_Warehouse", "Lost_Inbound")
    bring_in(database, report(lost.format(cash=1, stock=1)))
    true_ups.propose_true_ups(database, load_books(database), who="M. Lee", now=NOW)
    with database.reading() as connection:
        pending = true_up_history.pending(connection)
    together = true_ups.with_mirrors(load_books(database), pending, [int(pending["id"].iloc[0])])

    assert {"MISSING_FROM_INBOUND": -7, "MISSING_FROM_INBOUND_CLAWBACK": 7} == proposed(database)
    assert (2, 0) == (len(together), together["difference"].sum())


WORDS_OF_A_PAIR = ("WAREHOUSE_LOST", "COMPENSATED_CLAWBACK")


@pytest.mark.long
def test_the_report_says_what_an_outdated_answer_said(database: Database) -> None:
    """2 lost, 2 taken back as accepted: the report says that 1 was paid, and that money alone was taken back: 7.00.

    Reopened, the report decides, and nothing is asked: 1 unit was prefilled.
    """
    back = PAID | LATER | {"amount-description": "COMPENSATED_CLAWBACK", "amount": "-15.00"}
    bring_in(database, OriginalFile("1.txt", v2_content("1", PAID, back, total="0.00")))
    with_costs(database)
    books = load_books(database)
    key = next(row["key"] for row in records(books.lines) if row["cost_status"] == CostStatus.MISSING)
    answer = Answer(key, version=0, cost=Decimal(7), proposal=Decimal(7), units_back=2)
    save_answers(database, books, [answer], settlement_ids=None, accept_proposals=True, who="M. Lee", now=NOW)
    export(database, "1")
    taken_back = "2026-08-14T08:00:00+00:00\t5002\t\tReimbursement_Reversal\tMUG\tUSD\t-7.50\t-15.00\t-2\t0\t\t5001"
    bring_in(database, report(LOST.format(cash=1, stock=1), taken_back))

    assert {"WAREHOUSE_LOST": -7, "COMPENSATED_CLAWBACK": 14} == proposed(database)
    reopen(database, load_books(database).named(["1"])[0], "a report came", lock_date=None, who="M. Lee", now=NOW)

    assert [("costed", 1, 7), ("not applicable", 0, 0)] == [lines(database)[name] for name in WORDS_OF_A_PAIR]


@pytest.mark.long
@pytest.mark.parametrize(
    ("original", "taken_back"),
    [
        (INBOUND, INBOUND_FOUND),
        (PAID, PAID | LATER | {"quantity-purchased": "-2", "amount": "-15.00"}),
        (
            {"quantity-purchased": "2", "amount": "20.00"},
            LATER | {"order-id": "111-0", "transaction-type": "Refund", "adjustment-id": "A1", "amount": "-20.00"},
        ),
    ],
)
def test_what_is_left_of_an_original_that_comes_again_with_fewer_units(
    database: Database, original: dict[str, str], taken_back: dict[str, str]
) -> None:
    """2 at 7.00 were taken back and exported; their loss or sale is imported again with 1 unit: 7.00 are proposed."""
    units = {"quantity-purchased": "2"} | {name: cell for name, cell in taken_back.items() if name[0] == "q"}
    amounts = [one["amount"] for one in (original, taken_back)]
    bring_in(database, OriginalFile("1.txt", v2_content("1", original, total=amounts[0])))
    bring_in(database, OriginalFile("2.txt", v2_content("2", taken_back | units, total=amounts[1])))
    with_costs(database)
    export(database, "2")
    (first,) = load_books(database).named(["1"])
    remove_settlements(database, load_books(database), [first], who="M. Lee", now=NOW)
    fewer = original | {"quantity-purchased": "1", "amount": f"{Decimal(amounts[0]) / 2}"}
    bring_in(database, OriginalFile("1.txt", v2_content("1", fewer, total=fewer["amount"])))

    assert [7] == list(proposed(database).values())
