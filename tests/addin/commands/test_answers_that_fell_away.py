"""What is said of answers whose lines ask something else now: where each is proposed, if it is anywhere."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from addin.commands.costs.returning_answers import with_proposals
from addin.commands.desk_opening import on_file
from addin.commands.outcome import Outcome
from addin.commands.settlements import importing
from core.books.database import Database
from core.books.entries.posted_elsewhere import post_elsewhere
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings.type_choices import change_types
from core.books.settlements.settlement_lines import line_name
from core.books.settlements.status import missing_lines
from core.books.true_ups.resolve_after_export import asked_lines
from core.costing.costs.suspects import SuspectCost, named_costs
from core.frame_columns import records
from core.journal.entry import EntryKind
from tests.core.books.overrides.test_moved_answers import record, type_cost, view
from tests.core.books.shops import WHO, Shop, sale

if TYPE_CHECKING:
    from pathlib import Path

DONE = Outcome("Done.")


def answered(folder: Path, *costs: str) -> Shop:
    """Return books of sales under a word that nobody knows, each of two units and answered with a cost."""
    shop = Shop.open(folder)
    orders = [f"111-{number}" for number, _ in enumerate(costs, start=1)]
    shop.bring_in("1", *({**sale(order, "MUG", 2), "transaction-type": "Strange Sale"} for order in orders))
    lines = sorted(records(missing_lines(shop.books.lines)), key=lambda row: row["order_id"])
    answers = [
        Answer(row["key"], 0, Decimal(cost), Decimal(0), zero_ok=not Decimal(cost))
        for row, cost in zip(lines, costs, strict=True)
    ]
    save_answers(shop.database, shop.books, answers, settlement_ids=None, accept_proposals=True, **WHO)
    return shop


def told(shop: Shop, said: str) -> Outcome:
    """Say what the word is, and return what is told of the answers."""
    change_types(shop.database, {("Amazon", "Strange Sale / ItemPrice / Principal"): said}, **WHO)
    change_types(shop.database, {("Amazon", "Strange Sale"): said}, **WHO)
    return with_proposals(DONE, shop.books, set(shop.books.lines["key"]))


@pytest.mark.long
@pytest.mark.parametrize("said", ["Sales", "Liquidations", "Refunds"])
def test_an_exported_line_that_is_not_asked_is_not_said_to_be_proposed(tmp_path: Path, said: str) -> None:
    """What another program posted is asked nothing, whatever its words are said to be since: it stays as it is."""
    shop = answered(tmp_path, "5.00", "0")
    post_elsewhere(shop.database, shop.books, [shop.settlement("1")], "by the accountant", **WHO)
    outcome = told(shop, said)

    assert "the lines are exported and stay as they are: order 111-1, SKU MUG; order 111-2" in outcome.message
    assert ["111-1", "111-2"] == [one["order"] for one in outcome.data["answers_left"]]  # type: ignore[attr-defined]
    assert (False, False) == ("Resolve" in outcome.message, outcome.needs_attention)


@pytest.mark.long
@pytest.mark.parametrize("said", ["Sales", "Liquidations", "Refunds", "Adjustments", "Other"])
def test_what_is_said_to_be_proposed_is_what_resolve_asks(tmp_path: Path, said: str) -> None:
    """Of two exported lines, one with a cost: those that ask since are proposed, the others stay.

    What is said to be money alone leaves the question about goods as it was, and the answers to it hold.
    """
    shop = answered(tmp_path, "5.00", "0")
    shop.export("1", kinds=(EntryKind.COGS,))
    outcome = told(shop, said)
    listed = {row["order_id"] for row in records(asked_lines(shop.books))}
    proposed, left = (outcome.data.get(name, []) for name in ("answers_proposed", "answers_left"))

    assert listed == {one["order"] for one in proposed}  # type: ignore[attr-defined]
    others = set() if said in ("Adjustments", "Other") else {"111-1", "111-2"} - listed
    assert others == {one["order"] for one in left}  # type: ignore[attr-defined]


@pytest.mark.long
@pytest.mark.parametrize("said", ["Sales", "Liquidations", "Refunds"])
def test_open_lines_are_proposed(tmp_path: Path, said: str) -> None:
    """Resolve lists both."""
    outcome = told(answered(tmp_path, "5.00", "4.00"), said)

    assert "2 saved answers are only proposed on sheet Resolve" in outcome.message
    assert (True, False) == (outcome.needs_attention, "answers_left" in outcome.data)


@pytest.mark.long
def test_lines_before_the_books_start_are_not_asked(tmp_path: Path) -> None:
    """Their answers set nothing any more, and nobody is sent to Resolve."""
    shop = answered(tmp_path, "5.00")
    shop.set(books_start="2027-01-01")
    outcome = told(shop, "Sales")

    assert "no longer applies, because its line needs no answer now: order 111-1, SKU MUG." in outcome.message
    assert not outcome.needs_attention


@pytest.mark.long
@pytest.mark.parametrize(
    ("later", "asks"),
    [
        (record(2).content, True),  # other units
        (record(1).content.replace(b"MUG", b"MUG-FBA"), True),  # another SKU
        (record(1).content, False),  # the answer holds
    ],
)
def test_an_import_that_makes_an_answer_a_proposal_needs_attention(
    new_books: Path, later: bytes, *, asks: bool
) -> None:
    """As removing the settlement and importing it again does; the exit status is 1."""
    first, second = new_books.parent / "range.csv", new_books.parent / "1.txt"
    first.write_bytes(view(1).content)
    second.write_bytes(later)
    on_file(new_books, partial(importing.import_files, files=[first]))
    with Database.open(new_books.parent / "acme.sqlite") as database:
        type_cost(database, "111-0", "20.00")
    outcome = on_file(new_books, partial(importing.import_files, files=[second]))

    assert int(asks) == outcome.exit_status
    assert asks == ("sets nothing now" in outcome.message)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ({"order_id": "111-1", "sku": "MUG"}, "order 111-1, SKU MUG (US)"),
        ({"order_id": "111-1", "sku": None}, "order 111-1 (US)"),
        ({"order_id": None, "sku": "MUG"}, "sale without order, SKU MUG in settlement 1 (US)"),
    ],
)
def test_a_line_is_named_with_its_store_where_there_are_several(line: dict[str, str | None], name: str) -> None:
    """Two stores may have one order id."""
    of = {"store": "US", "settlement_id": "1", "event": "sale", **line}

    assert name == line_name(of, of_several=True)
    assert name.removesuffix(" (US)") == line_name(of, of_several=False)


@pytest.mark.long
def test_messages_name_the_store_once_there_is_another(tmp_path: Path) -> None:
    """What fell away in the answers of one store, and a cost that looks wrong."""
    shop = answered(tmp_path, "5.00")
    shop.bring_in("2", sale("111-1", "MUG", 2), store="DE")
    outcome = told(shop, "Sales")
    odd = SuspectCost("111-1", "MUG", Decimal(99), Decimal(5), "Odd", store="DE")

    assert "asks something else now: order 111-1, SKU MUG (US)." in outcome.message
    assert "order 111-1 (DE), SKU MUG: cost 99, average 5" == named_costs([odd], of_several=True)
    assert "order 111-1, SKU MUG: cost 99, average 5" == named_costs([odd])
