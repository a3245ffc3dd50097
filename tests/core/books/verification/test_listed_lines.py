"""What sheet Resolve lists of kept lines is what the books ask; Verify names a line that is left out."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.costed_lines.stored_lines import keep
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.part_of_books import load_around
from core.books.settings.type_choices import change_types
from core.books.settings.unknown_types import listed_types
from core.books.true_ups.resolve_after_export import asked_lines
from core.books.verification.listed_lines import listed_tie_outs
from core.frame_columns import records
from core.journal.entry import EntryKind
from core.model import Event
from tests.core.books.shops import WHO, Shop, lost, sale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOST = "Reimbursements for lost or damaged goods"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop.open(tmp_path)
    yield made
    made.database.close()


def answered(shop: Shop, row: dict[str, str], said: str) -> list[str]:
    """Export the COGS of a sale beside a word that moved nothing; say what it is; return what is asked, kept anew."""
    shop.bring_in("1", sale("111-1", "MUG", 3), row)
    shop.finale_says({("111-1", "MUG"): "5.00"})
    books = shop.books
    asked = [row for row in records(asked_lines(books)) if row["event"] == Event.OTHER]
    answers = [Answer(row["key"], row["version"], None, Decimal(0), zero_ok=True) for row in asked]
    save_answers(shop.database, books, answers, settlement_ids=None, accept_proposals=True, **WHO)
    shop.export("1", kinds=(EntryKind.COGS,))
    (listed,) = listed_types(shop.books)
    change_types(shop.database, {("Amazon", listed.word): said}, **WHO)
    keep(shop.database, load_books(shop.database))
    return [row["event"] for row in records(asked_lines(shop.books))]


SWAP = {**sale("111-2", "MUG", 2), "transaction-type": "Swap-out"}
LOSS = {**lost("MUG", 2), "amount-type": "other-transaction", "amount-description": "ODD"}
WITHOUT_SKU = {**LOSS, "sku": "", "quantity-purchased": ""}


@pytest.mark.long
@pytest.mark.parametrize(
    ("row", "said", "event"),
    [(SWAP, "Sales", "sale"), (LOSS, LOST, "reimbursement"), (WITHOUT_SKU, LOST, "reimbursement")],
)
def test_no_part_of_the_books_leaves_out_what_was_said_late(
    shop: Shop, row: dict[str, str], said: str, event: str
) -> None:
    """The line is kept as it went out, without a question; so Resolve is filled from all lines."""
    asked = answered(shop, row, said)

    assert [event] == asked
    assert load_around(shop.database, (), asking={("US", "1")}) is None
    assert [] == listed_tie_outs(shop.database, shop.books)


@pytest.mark.long
@pytest.mark.parametrize("said", ["Storage", "Advertising", "Tips"])
def test_a_word_about_money_lets_lines_be_read_by_themselves(shop: Shop, said: str) -> None:
    """It was said after the COGS entry went out and asks nothing of any line."""
    asked = answered(shop, WITHOUT_SKU, said)

    assert [] == asked
    assert load_around(shop.database, (), asking={("US", "1")}) is not None
    assert [True] == [one.ok for one in listed_tie_outs(shop.database, shop.books)]


def test_verify_names_a_line_that_is_not_listed(shop: Shop) -> None:
    """What is kept says that nothing is asked; the books ask for the cost of a sale."""
    shop.bring_in("1", sale("111-1", "MUG"))
    before = shop.books
    shop.finale_says({("111-1", "MUG"): "5.00"})
    keep(shop.database, shop.books)

    (told,) = listed_tie_outs(shop.database, before)

    assert not told.ok
    assert f"line {before.lines['key'].iloc[0]} of US/1" in told.sentence
