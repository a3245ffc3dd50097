"""An answer goes to another line only where that asks the same; else Resolve proposes it, and undo reaches both."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.overrides.undo import restore_values, undo_last
from core.books.settings.type_choices import change_types
from core.books.settings.unknown_types import listed_types
from core.books.settlements.booked_settlement import OriginalFile
from core.books.settlements.removing import remove_settlements
from core.books.settlements.status import line_counts, missing_lines
from core.books.true_ups.cost_comparison import differences
from core.books.true_ups.resolve_after_export import questions_since_export
from core.books.verification.verification import tie_outs
from core.frame_columns import records
from core.journal.entry import EntryKind
from core.marketplaces import read_file
from core.model import Proposal
from tests.core.books.exports_of_payouts import Row, ebay_export, shopify_export, unified_export
from tests.core.books.importing.test_importing import v2_file
from tests.core.books.listed_documents import v2_content
from tests.core.marketplaces.settlement_writers import Sold, shopify, shopify_api
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database
    from core.books.importing.importing import ImportedSettlement

NOW = datetime(2026, 9, 1, tzinfo=UTC)
WHO: dict[str, Any] = {"who": "M. Lee", "now": NOW}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def bring_in(database: Database, file: OriginalFile) -> ImportedSettlement:
    (imported,) = import_file(database, read_file(file.content, file.name), file, store=None, **WHO).settlements
    return imported


def lines_by(database: Database, name: str = "order_id") -> dict[Any, dict[str, Any]]:
    return {row[name]: row for row in records(load_books(database).lines)}


def type_cost(database: Database, order: str, cost: str, *, units: int | None = None) -> None:
    line = lines_by(database)[order]
    answer = Answer(line["key"], line["version"], Decimal(cost), None, units_back=units, stock_edited=units is not None)
    saving = save_answers(database, load_books(database), [answer], settlement_ids=None, accept_proposals=False, **WHO)
    assert ["save"] == [str(one.ruling) for one in saving.decisions]


def record(*units: int) -> OriginalFile:
    """Write a settlement report with one order per number of units."""
    file = v2_file("1", *["10.00"] * len(units), total=f"{10 * len(units)}.00")
    text = file.content.decode()
    for number, count in enumerate(units):
        head, middle, tail = text.partition(f"\t{number}\t\t\tMUG\t1\t")
        text = head + middle.replace("\tMUG\t1\t", f"\tMUG\t{count}\t") + tail
    return OriginalFile(file.name, text.encode())


def view(*units: int) -> OriginalFile:
    rows = [Row("2026-08-04", f"111-{n}", "10.00", payout="1", units=count) for n, count in enumerate(units)]
    return unified_export("range.csv", *rows)


def test_a_cost_for_one_unit_is_no_unit_cost_for_two(database: Database) -> None:
    """20.00 was typed for the CSV line of 1; the record has 2: proposed with what it was typed for, not booked."""
    bring_in(database, view(1))
    type_cost(database, "111-0", "20.00")
    told = bring_in(database, record(2))
    line = lines_by(database)["111-0"]

    assert (2, None, "missing") == (line["quantity"], line["unit_cost"], line["cost_status"])
    assert (Decimal(20), Proposal.TYPED_ELSEWHERE) == (line["proposed_cost"], line["proposal"])
    assert "20.00 USD, for one unit; this line has 2 units" in line["cost_note"]
    assert any("where Resolve lists the line, it is proposed" in problem.message for problem in told.problems)


@pytest.mark.few(1)
@pytest.mark.parametrize("name", ["MUG-FBA", "mug", "MUG 2"])
def test_an_answer_is_proposed_where_the_only_line_of_its_order_names_another_sku(
    database: Database, name: str
) -> None:
    """The list of transactions says MUG, the report says the same order's only line otherwise; nothing is lost."""
    bring_in(database, view(1, 1))
    type_cost(database, "111-1", "4.00")
    told = bring_in(database, OriginalFile("1.txt", record(1, 1).content.replace(b"MUG", name.encode())))
    line = lines_by(database)["111-1"]

    assert (name, "missing", None) == (line["sku"], line["cost_status"], line["unit_cost"])
    assert (Decimal(4), Proposal.TYPED_ELSEWHERE) == (line["proposed_cost"], line["proposal"])
    assert any("where Resolve lists the line, it is proposed" in problem.message for problem in told.problems)


@pytest.mark.long
@pytest.mark.parametrize(("typed", "moves"), [(None, False), (1, False), (2, True)])
def test_units_that_were_typed_with_the_cost_count_as_the_lines(
    database: Database, typed: int | None, *, moves: bool
) -> None:
    """Shopify's export says no units: what was typed for unknown units is proposed, what was typed for 2 moves."""
    sold = [Sold("#1", "MUG", 2, Decimal("20.00"), Decimal("-1.00"))]
    bring_in(database, OriginalFile("export.csv", shopify(sold).content()))
    type_cost(database, "#1", "3.00", units=typed)
    bring_in(database, OriginalFile("payout.json", shopify_api(sold).content()))
    line = lines_by(database)["#1"]

    assert (Decimal(3) if moves else None) == line["unit_cost"]
    assert (None if moves else Decimal(3)) == line["proposed_cost"]


@pytest.mark.long
def test_an_answer_with_the_same_units_moves_and_undo_takes_the_move_back(database: Database) -> None:
    """The record's line asks the same; the answer that was moved can be taken away from it like a save."""
    bring_in(database, view(2))
    type_cost(database, "111-0", "4.00")
    told = bring_in(database, record(2))
    moved = lines_by(database)["111-0"]["unit_cost"]
    undo_last(database, **WHO)

    assert (Decimal(4), []) == (moved, [p for p in told.problems if "moved" in p.message])
    assert lines_by(database)["111-0"]["unit_cost"] is None


@pytest.mark.long
def test_a_proposal_is_accepted_and_undone_like_any_other(database: Database) -> None:
    """Accepted it is the line's cost; after two undos nothing is left of it."""
    bring_in(database, view(1))
    type_cost(database, "111-0", "20.00")
    bring_in(database, record(2))
    line = lines_by(database)["111-0"]
    answer = Answer(line["key"], line["version"], Decimal(20), Decimal(20))
    save_answers(database, load_books(database), [answer], settlement_ids=None, accept_proposals=True, **WHO)
    accepted = lines_by(database)["111-0"]["unit_cost"]
    for _ in range(2):
        undo_last(database, **WHO)

    assert Decimal(20) == accepted
    assert lines_by(database)["111-0"]["proposed_cost"] is None


@pytest.mark.long
def test_a_corrected_record_keeps_answers_to_the_same_questions_only(database: Database) -> None:
    """The file that did not tie had 1 unit where the one that does has 3: same line, another question."""
    first, second = record(1, 1), record(1, 3)
    broken = OriginalFile("1.txt", first.content.replace(b"\t20.00\t", b"\t99.00\t"))
    bring_in(database, broken)
    for order in ("111-0", "111-1"):
        type_cost(database, order, "6.00")
    bring_in(database, second)
    lines = lines_by(database)

    assert [Decimal(6), None] == [lines[order]["unit_cost"] for order in ("111-0", "111-1")]
    assert Decimal(6) == lines["111-1"]["proposed_cost"]


@pytest.mark.long
def test_answers_that_still_hold_are_not_asked_again(database: Database) -> None:
    """A second export with further rows: the lines of the first are as they were, and nothing is said of them."""
    bring_in(database, shopify_export("a.csv", Row("2026-06-29", "#1", "97.00")))
    type_cost(database, "#1", "3.00", units=1)
    told = bring_in(database, shopify_export("b.csv", Row("2026-06-30", "#2", "48.50")))

    assert Decimal(3) == lines_by(database)["#1"]["unit_cost"]
    assert () == told.problems


@pytest.mark.long
def test_an_answer_stays_with_its_row_when_the_row_gets_another_key(database: Database) -> None:
    """A cheaper row of the same group comes first: both keys are given anew, and the answer goes with its row."""
    bring_in(database, ebay_export("a.csv", Row("2026-06-29", "1", "50.00"), Row("2026-06-30", "9", "1.00")))
    type_cost(database, "1", "3.00")
    before = lines_by(database, "net")[Decimal(50)]
    further = (Row("2026-06-29", "1", "20.00"), Row("2026-06-29", "1", "50.00"), Row("2026-06-28", "8", "1.00"))
    bring_in(database, ebay_export("b.csv", *further))
    lines = lines_by(database, "net")

    assert (0, 1) == (before["ordinal"], lines[Decimal(50)]["ordinal"])
    assert (Decimal(3), None) == (lines[Decimal(50)]["unit_cost"], lines[Decimal(20)]["unit_cost"])


@pytest.mark.long
def test_an_answer_does_not_wake_up_on_another_line(database: Database) -> None:
    """Removed and imported again with other units under the same key: what was saved is proposed, not booked."""
    bring_in(database, record(1))
    type_cost(database, "111-0", "20.00")
    books = load_books(database)
    remove_settlements(database, books, list(books.settlements), **WHO)
    bring_in(database, record(2))

    assert lines_by(database)["111-0"]["unit_cost"] is None
    assert Decimal(20) == lines_by(database)["111-0"]["proposed_cost"]


def unknown(units: str = "2", amount: str = "20.00") -> dict[str, str]:
    return {"transaction-type": "Strange Sale", "amount": amount, "quantity-purchased": units, "sku": "MUG"}


def bring_word(database: Database, units: str = "2", amount: str = "20.00") -> str:
    """Import a line of a word that nobody knows; return the word as it is listed."""
    content = v2_content("1", unknown(units, amount), total=amount)
    bring_in(database, OriginalFile("1.txt", content))
    (listed,) = listed_types(load_books(database))
    return listed.word


def answer_line(database: Database, **typed: Any) -> None:
    """Answer the only line that asks; without cells its proposal is accepted."""
    (line,) = records(missing_lines(load_books(database).lines))
    is_stock = "units_back" in typed or "disposition" in typed
    cost = {"cost": line["proposed_cost"]} if not typed else {}
    answer = Answer(
        line["key"],
        line["version"],
        **{"cost": None, **cost, **typed},
        proposal=line["proposed_cost"],
        stock_edited=is_stock,
        disposition_edited="disposition" in typed,
    )
    saving = save_answers(database, load_books(database), [answer], settlement_ids=None, accept_proposals=True, **WHO)
    assert ["save"] == [str(one.ruling) for one in saving.decisions], saving.decisions


def say(database: Database, word: str, choice: str) -> dict[str, Any]:
    """Say what the word is; return the line."""
    change_types(database, {("Amazon", word): choice}, **WHO)
    (line,) = records(load_books(database).lines)
    return line


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("typed", "choice", "proposed"),
    [
        ({}, "Sales", "0"),  # "Money only" was accepted
        ({"cost": Decimal(4)}, "Sales", "4"),
        ({"disposition": "Money only"}, "Sales", None),
        ({"zero_ok": True}, "Liquidations", "0"),
        ({}, "Reimbursements for lost or damaged goods", "0"),
        ({"cost": Decimal(3)}, "Refunds, goods kept by the buyer", "3"),
    ],
)
def test_an_answer_does_not_outlive_its_question(
    database: Database, typed: dict[str, Any], choice: str, proposed: str | None
) -> None:
    """Whether goods moved under an unknown word was asked; of what the word turns out to be it is asked anew."""
    word = bring_word(database)
    answer_line(database, **typed)
    before = line_counts(load_books(database).lines).missing
    line = say(database, word, choice)

    assert (0, "missing", None) == (before, line["cost_status"], line["cogs"])
    assert (None if proposed is None else Decimal(proposed)) == line["proposed_cost"]
    assert "Saved when the line was of an unknown type (goods: unclear)" in line["cost_note"]


@pytest.mark.long
@pytest.mark.parametrize("choice", ["Other fees", "Advertising", "Tips", "Loans", "Reimbursements"])
def test_a_word_about_money_leaves_the_answer_about_goods(database: Database, choice: str) -> None:
    """Resolve was asked whether the 2 units moved, and its answer stands; without one the question does."""
    word = bring_word(database)
    asked = say(database, word, choice)
    answer_line(database, cost=Decimal(4))
    answered = say(database, word, "")
    again = say(database, word, choice)

    assert ("missing", "Unclear whether goods moved", None) == (asked["cost_status"], asked["cause"], asked["cogs"])
    assert (Decimal(8), Decimal(8)) == (answered["cogs"], again["cogs"])


def test_an_answer_holds_again_with_its_question(database: Database) -> None:
    """The word is taken back: what was saved while nobody knew it is the answer again, and one given since is none."""
    word = bring_word(database)
    answer_line(database)
    say(database, word, "Sales")
    line = say(database, word, "")
    first = (line["cost_status"], line["cogs"])
    say(database, word, "Sales")
    answer_line(database, cost=Decimal(4))
    sold = say(database, word, "Sales")["cogs"]
    asked = say(database, word, "")

    assert ("zero confirmed", Decimal(0), Decimal(8)) == (*first, sold)
    assert ("missing", Decimal(4)) == (asked["cost_status"], asked["proposed_cost"])


@pytest.mark.long
def test_an_exported_line_is_asked_anew_and_the_answer_is_a_true_up(database: Database) -> None:
    """Exported with "Money only"; the word is then said to be Sales: the entry stays, and the old answer is no cost."""
    word = bring_word(database)
    answer_line(database)
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(kinds=(EntryKind.COGS,)), **WHO)
    line = say(database, word, "Sales")
    (asked,) = records(questions_since_export(load_books(database)))
    answer = Answer(asked["key"], asked["version"], Decimal(4), asked["proposed_cost"])
    save_answers(database, load_books(database), [answer], settlement_ids=None, accept_proposals=False, **WHO)
    books = load_books(database)

    assert (Decimal(0), "missing", Decimal(0)) == (line["cogs"], asked["cost_status"], asked["proposed_cost"])
    undone = undo_last(database, **WHO)
    after = load_books(database)
    found = [one for one in tie_outs(database, after, after.settlements[0], ExportOptions()) if not one.ok]

    assert [Decimal(8)] == list(differences(books)["difference"])
    assert [] == records(questions_since_export(books))
    assert (1, [line["key"]]) == (len(undone.keys), list(questions_since_export(after)["key"]))
    assert not [one for one in found if "locked" in one.name], "an answer that came after the lock alters none"


@pytest.mark.few(1)
@pytest.mark.parametrize(("first", "second"), [(1, 3), (2, 1), (1, 2)])
def test_undo_obeys_the_rule_too(database: Database, first: int, second: int) -> None:
    """Removed, imported with other units, and what became of it undone: what was saved stays a proposal."""
    bring_in(database, record(first))
    type_cost(database, "111-0", "7.00")
    books = load_books(database)
    remove_settlements(database, books, list(books.settlements), **WHO)
    bring_in(database, record(second))
    undo_last(database, **WHO)
    line = lines_by(database)["111-0"]

    assert ("missing", None, Decimal(7)) == (line["cost_status"], line["cogs"], line["proposed_cost"])


@pytest.mark.long
@pytest.mark.parametrize("second", [1, 3])
def test_a_restored_value_obeys_the_rule_too(database: Database, second: int) -> None:
    """The value of an earlier batch is brought back: it holds where the line has its units."""
    bring_in(database, record(1))
    type_cost(database, "111-0", "7.00")
    books = load_books(database)
    remove_settlements(database, books, list(books.settlements), **WHO)
    bring_in(database, record(second))
    (key,) = load_books(database).lines["key"]
    restore_values(database, [(2, key)], **WHO)
    line = lines_by(database)["111-0"]

    assert (Decimal(7) if second == 1 else None) == line["cogs"]
    assert (None if second == 1 else Decimal(7)) == line["proposed_cost"]


def refunded(units: int) -> OriginalFile:
    back = {
        "transaction-type": "Refund",
        "adjustment-id": "A",
        "order-id": "111-0",
        "order-item-code": "0",
        "amount": f"-{units}0.00",
        "quantity-purchased": f"{units}",
    }
    total = f"{30 - units * 10}.00"
    content = v2_content("1", {"amount": "30.00", "quantity-purchased": "3"}, back, total=total)
    return OriginalFile("1.txt", content)


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"units_back": 0}, "no cost, 0 units, for one unit"),
        ({"disposition": "Unsellable"}, "no cost, Unsellable, for one unit"),
        ({"disposition": "Not returned"}, "no cost, Not returned, for one unit"),
    ],
)
def test_what_happened_to_refunded_goods_is_asked_anew_of_other_units(
    database: Database, typed: dict[str, Any], named: str
) -> None:
    """Said of a refund of 1 unit; the file that takes its place refunds 2: policy does not settle that silently."""
    bring_in(database, refunded(1))
    answers = {row["event"]: row for row in records(load_books(database).lines)}
    told = {"units_back": None, "disposition": None, **typed}
    sale = Answer(answers["sale"]["key"], 0, Decimal(5), None)
    refund = Answer(answers["refund"]["key"], 0, None, None, stock_edited=True, disposition_edited=True, **told)
    save_answers(database, load_books(database), [sale, refund], settlement_ids=None, accept_proposals=False, **WHO)
    before = line_counts(load_books(database).lines).missing
    books = load_books(database)
    remove_settlements(database, books, list(books.settlements), **WHO)
    bring_in(database, refunded(2))
    lines = {row["event"]: row for row in records(load_books(database).lines)}

    assert (0, Decimal(15)) == (before, lines["sale"]["cogs"])
    assert ("missing", "Units unknown") == (lines["refund"]["cost_status"], lines["refund"]["cause"])
    assert named in lines["refund"]["cost_note"]
