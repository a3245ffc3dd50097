"""What needs a person, in order, with its money: the figures of the sheets that it leads to."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.stored_lines import keep
from core.books.loading import load_books
from core.books.part_of_books import load_around
from core.books.settlements.remarks import MISSING, short_remarks
from core.books.settlements.status import NOT_TYING, READY, Stake, moved_stakes
from core.books.settlements.to_do import FailedConnection, Need, ToDo, Waiting, to_do
from core.books.true_ups import true_up_history
from core.books.true_ups.resolve_after_export import asked_lines
from core.frame_columns import records
from core.journal.entry import EntryKind
from core.money import total
from tests.core.books.costed_lines.caught_up_books import Stored, a_company, answers, say, store, stored_books
from tests.core.books.shops import Shop, sale
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.books.books import Books


def of(found: Iterable[ToDo], need: Need) -> list[ToDo]:
    return [one for one in found if one.need is need]


def listed(shop: Shop) -> list[tuple[str, str, str, str, Decimal | None]]:
    """Return what a shop's bookkeeper has to do: what, of which settlement, how much, and its money."""
    with shop.database.reading() as connection:
        pending = true_up_history.pending(connection)
    found = to_do(shop.books, pending)
    return [(one.need, one.store, one.settlement_id, one.amount, one.money) for one in found]


@pytest.mark.long
def test_a_settlement_goes_from_missing_costs_to_nothing(tmp_path: Path) -> None:
    """Each thing once, in order: costs, then the export of both entries or of one, then a true-up of what is out."""
    shop = Shop.open(tmp_path)
    assert [] == listed(shop)
    shop.bring_in("1", sale("111-1", "MUG", 2), sale("111-2", "MUG"))
    assert [(Need.MISSING_COSTS, "", "", "2 lines", Decimal(30))] == listed(shop)
    shop.finale_says({("111-1", "MUG"): "4.00", ("111-2", "MUG"): "4.00"})
    assert [(Need.READY, "US", "1", "1 settlement", Decimal(30))] == listed(shop)
    shop.export("1", kinds=(EntryKind.SETTLEMENT,))
    assert [(Need.COGS_READY, "US", "1", "1 settlement", Decimal(12))] == listed(shop)
    shop.export("1")
    assert [] == listed(shop)
    shop.finale_says({("111-1", "MUG"): "5.00"})
    shop.proposed()
    assert [(Need.TRUE_UPS, "", "", "1 line", Decimal(2))] == listed(shop)


def test_a_gap_between_two_settlements_is_told_of_the_one_behind_it(tmp_path: Path) -> None:
    """Two ready ones of a store are one row, without the id of either."""
    shop = Shop.open(tmp_path)
    for number in ("1", "3"):
        shop.bring_in(number, sale(f"111-{number}", "MUG"))
    shop.finale_says({("111-1", "MUG"): "4.00", ("111-3", "MUG"): "4.00"})
    ready, gap = listed(shop)
    assert (Need.READY, "US", "", "2 settlements", Decimal(20)) == ready
    assert (Need.MISSING_SETTLEMENT, "US", "3", "before this one", None) == gap


def test_what_others_say_stands_in_its_place(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    shop.bring_in("1", sale("111-1", "MUG"))
    with shop.database.reading() as connection:
        pending = true_up_history.pending(connection)
    moved, failed = [Waiting(2, Decimal(3), "EUR")], [FailedConnection("US", "The key was refused.")]
    found = to_do(shop.books, pending, moved, failed)
    assert [Need.MISSING_COSTS, Need.RECLASSIFICATIONS, Need.CONNECTION] == [one.need for one in found]
    assert [("2 settlements", Decimal(3), "EUR"), ("", None, "")] == [
        (one.amount, one.money, one.currency) for one in found[1:]
    ]


def test_what_is_at_stake_moves_on_exactly() -> None:
    """A currency of which no line is left is gone, whatever its lines came to."""
    dollars, euros = Stake(2, Decimal("5.01")), Stake(1, Decimal(0))
    stake = moved_stakes({"USD": dollars}, {"EUR": euros, "USD": Stake(1, Decimal(-1))})
    assert {"EUR": euros, "USD": Stake(3, Decimal("4.01"))} == stake
    assert {"USD": dollars} == moved_stakes(stake, {"EUR": euros, "USD": Stake(1, Decimal(-1))}, -1)


@pytest.mark.long
@hypothesis_settings(max_examples=examples(5), deadline=None, suppress_health_check=list(HealthCheck))
@given(books=stored_books(), data=st.data())
def test_the_figures_are_those_of_the_sheets_and_of_what_is_kept(books: Stored, data: st.DataObject) -> None:
    """After answers to random lines, without a line loaded as with all of them costed from nothing."""
    with tempfile.TemporaryDirectory() as folder, a_company(Path(folder)) as database:
        store(database, books)
        keep(database, load_books(database))
        say(database, data.draw(answers([row["key"] for row in books.rows.lines])))
        catch_up(database)
        whole, kept = load_books(database, anew=True), load_around(database, ())
        with database.reading() as connection:
            pending = true_up_history.pending(connection)
    found = to_do(whole, pending)
    assert kept is None or found == to_do(kept, pending)
    assert_as_the_sheets_have_it(found, whole)


def assert_as_the_sheets_have_it(found: list[ToDo], books: Books) -> None:
    """Compare with what Resolve lists, and with status, deposit and remarks on Settlements."""
    nets: dict[str, list[Decimal]] = defaultdict(list)
    for row in records(asked_lines(books)):
        nets[row["currency"]].append(abs(row["net"]))
    costs = {one.currency: (one.amount.split()[0], one.money) for one in of(found, Need.MISSING_COSTS)}
    assert {name: (f"{len(some):,}", total(some)) for name, some in nets.items()} == costs
    status = {(one.store, one.settlement_id): (books.state(one).status, one.deposit) for one in books.settlements}
    ready = total(deposit for words, deposit in status.values() if words == READY)
    assert ready == total(one.money for one in of(found, Need.READY) if one.money is not None)
    untied = {name for name, (words, _) in status.items() if NOT_TYING in words}
    assert untied == {(one.store, one.settlement_id) for one in of(found, Need.NOT_TYING)}
    gaps = {name for name, words in short_remarks(books).items() if MISSING in words}
    assert gaps == {(one.store, one.settlement_id) for one in of(found, Need.MISSING_SETTLEMENT)}
