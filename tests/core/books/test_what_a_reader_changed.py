"""What stems from a newer reading of the kept files says so; what was answered, or cost otherwise, since does not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from core.books.importing import current_transactions
from core.books.settings.type_choices import change_types
from core.books.true_ups import true_up_history, true_ups
from core.frame_columns import records
from tests.core.books.importing.test_reader_upgrade import database, old
from tests.core.books.importing.upgraded_books import CODES, FEES, KEPT, WHO, books_of

if TYPE_CHECKING:
    from core.books.database import Database
    from core.books.importing.current_transactions import ReaderDifferences

__all__ = ["database", "old"]


def anew(of: Database) -> ReaderDifferences:
    """Return what newer readers say otherwise of the exported settlements."""
    with of.reading() as connection:
        return current_transactions.reader_differences(connection, books_of(of).settlements)


def pending(of: Database) -> pd.DataFrame:
    """Propose, and return what is proposed."""
    true_ups.propose_true_ups(of, books_of(of), **WHO)
    with of.reading() as connection:
        return true_up_history.pending(connection)


def test_every_true_up_of_a_new_reading_has_its_reader(database: Database) -> None:
    """Two lost units that an older reader did not count, and a kept mug that it counted as come back."""
    some = pending(database)
    found = true_ups.by_reader(books_of(database), some, anew(database).lines)

    assert dict.fromkeys(some["id"], "reader 3") == found
    assert {CODES, FEES, KEPT} == {"/".join(name) for name in anew(database).settlements}


@pytest.mark.long
@pytest.mark.parametrize(
    ("event", "cause", "expected"),
    [("sale", "cost", {}), ("sale", "units", {9: "reader 3"}), ("refund", "cost", {9: "reader 3"})],
)
def test_a_cost_that_changed_beside_it_is_none_of_it(
    database: Database, event: str, cause: str, expected: dict[int, str]
) -> None:
    """The bill of a sale whose refund is read otherwise is a bill; its units hang on the reading."""
    some, books = pending(database), books_of(database)
    own = books.lines[(books.lines["settlement_id"] == KEPT.split("/")[1]) & (books.lines["event"] == event)]
    refund = books.lines[books.lines["event"] == "refund"]
    sold = own[own["order_id"].isin(list(refund["order_id"]))]["key"].iloc[0]
    one = some.tail(1).assign(id=9, key=sold, cause=cause)
    both = pd.concat([some[some["key"] != sold], one], ignore_index=True)
    found = true_ups.by_reader(books, both, anew(database).lines)

    assert expected == {number: reader for number, reader in found.items() if number == 9}


def test_books_that_no_reader_has_read_anew_name_none(old: Database) -> None:
    """What is answered, or comes with later files, is no change of a rule."""
    assert ({}, {}) == (dict(anew(old).lines), dict(anew(old).settlements))


@pytest.mark.long
def test_a_word_that_is_answered_since_is_no_change_of_a_rule(database: Database) -> None:
    """The answer moves money of a settlement; what the reader says of it stays what it was."""
    before = anew(database)
    change_types(database, {("Amazon", "other-transaction / SellerFulfilledPrime"): "Advertising"}, **WHO)
    after = anew(database)

    assert (dict(before.lines), before.settlements) == (dict(after.lines), after.settlements)
    assert Decimal(7) in {row["difference"] for row in records(pending(database))}
