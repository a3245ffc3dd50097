"""Orders that go on after their first payout: each unit is expensed once, whatever documents tell of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from core.books.costed_lines.recosting import after_save
from core.books.entries import locks
from core.books.loading import load_books
from core.books.true_ups.cost_comparison import differences
from core.model import Cause, CostStatus
from tests.core.books.documents.pulled_orders import (
    AUGUST,
    EDITED,
    FIRST,
    NOW,
    ORDER,
    SECOND,
    SEPTEMBER,
    SHIPPED,
    A,
    B,
    both,
    bring_in,
    cogs,
    export,
    in_parts,
    kept_as_costed,
    raised,
    save,
    sync,
)
from tests.core.marketplaces.shopify_documents import Back, Good, Paid, ShopOrder, charge, month, payout, refund
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from core.books.books import Books
    from core.books.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with kept_as_costed(tmp_path) as opened:
        yield opened


def carrying(books: Books) -> list[tuple[str, str, int]]:
    """Return settlement, SKU and units of every sale that carries some."""
    sales = books.lines[(books.lines["event"] == "sale") & (books.lines["quantity"] != 0).fillna(value=True)]
    return sorted(zip(sales["settlement_id"], sales["sku"], sales["quantity"].astype(object), strict=True))


def exchange(amount: str) -> list[bytes]:
    """Return the payouts of A swapped for B, which costs that much more (−: less)."""
    more = (Paid("12", amount, "2026-09-03"),) if Decimal(amount) > 0 else ()
    less = str(-Decimal(amount)) if Decimal(amount) < 0 else "0"
    back = Back("5", "2026-09-03", (("1", 1, "RETURN", "20.00"),), less)
    swapped = ShopOrder("#1001", (A, replace(B, price=str(20 + Decimal(amount)))), (FIRST, *more), (back,))
    goods = month("2026-09", swapped)
    movements = [charge(swapped, each) for each in more] + ([refund(swapped, back)] if Decimal(less) else [])
    later = [payout("901", "2026-09-06", [swapped], *movements)] if movements else []
    return [AUGUST, *later, *([goods] if not Decimal(less) else [])]


def returned() -> list[bytes]:
    """Return the payouts of an order to which B was added, and from which B came back."""
    back = Back("5", "2026-10-02", (("2", 1, "RETURN", "15.00"),), "15.00")
    after = replace(EDITED, back=(back,))
    return [AUGUST, SEPTEMBER, payout("1001", "2026-10-05", [after], refund(after, back))]


def deposit() -> list[bytes]:
    """Return a deposit on A, and its balance months later, when A has left."""
    down, rest = Paid("11", "6.00", "2026-08-03"), Paid("12", "14.00", "2026-11-03")
    before = ShopOrder("#1001", (replace(A, gone=0, open_units=1),), (down,), changed="2026-08-03")
    after = ShopOrder("#1001", (replace(A, gone=1, open_units=0),), (down, rest), changed="2026-11-02")
    return both(before, after)


def deposit_replaced() -> list[bytes]:
    """Return a deposit that was an item of its own, to which the order's edit added the goods."""
    down = Good("9", "", 1, "20.00")
    before = replace(ORDER, goods=(down,))
    return both(before, replace(before, goods=(down, replace(A, price="15.00")), paid=(FIRST, SECOND)))


def cancelled(*, parcels: bool) -> list[bytes]:
    """Return an order of A and B whose B was cancelled before it left."""
    back = Back("5", "2026-08-05", (("2", 1, "CANCEL", "15.00"),), "15.00")
    told = (replace(A, gone=1, open_units=0), replace(B, gone=0, open_units=0)) if parcels else (A, B)
    paid = Paid("11", "35.00", "2026-08-03")
    order = ShopOrder("#1001", told, (paid,), (back,))
    return [payout("801", "2026-08-06", [order], charge(order, paid), refund(order, back))]


def removed() -> list[bytes]:
    """Return an order from which an edit takes B after the first payout, before it left and without restocking."""
    paid = Paid("11", "35.00", "2026-08-03")
    told = (replace(A, gone=0, open_units=1), replace(B, gone=0, open_units=1))
    back = Back("5", "2026-09-03", (("2", 1, "NO_RESTOCK", "15.00"),), "15.00")
    before = ShopOrder("#1001", told, (paid,), changed="2026-08-03")
    gone = (replace(told[0], gone=1, open_units=0), replace(told[1], open_units=0))
    after = replace(before, goods=gone, back=(back,), changed="2026-09-03")
    return [
        payout("801", "2026-08-06", [before], charge(before, paid)),
        payout("901", "2026-09-06", [after], refund(after, back)),
    ]


def twice_in_one_payout() -> list[bytes]:
    """Return both payments of an edited order in one payout."""
    return [payout("901", "2026-09-06", [EDITED], charge(EDITED, FIRST), charge(EDITED, SECOND))]


def free_gift() -> list[bytes]:
    """Return an order whose B, worth nothing, an edit added; a second capture tells of it."""
    return both(ORDER, replace(EDITED, goods=(A, replace(B, price="0"))))


STORIES: dict[str, tuple[Callable[[], list[bytes]], Sequence[tuple[str, int]], int]] = {
    "an item added by an order edit": (lambda: [AUGUST, SEPTEMBER], SHIPPED, 17),
    "the added item returned": (returned, SHIPPED, 10),
    "an exchange for something dearer": (lambda: exchange("5.00"), SHIPPED, 7),
    "an exchange at the same price": (lambda: exchange("0"), SHIPPED, 7),
    "an exchange for something cheaper": (lambda: exchange("-4.00"), SHIPPED, 7),
    "a deposit and its balance": (deposit, [("A", 1)], 10),
    "the deposit's payout not in the books": (lambda: deposit()[1:], [("A", 1)], 10),
    "fulfilled in parts": (in_parts, [("A", 3)], 30),
    "cancelled before it left": (lambda: cancelled(parcels=True), [("A", 1)], 10),
    "cancelled before it left, parcels not told": (lambda: cancelled(parcels=False), [("A", 1)], 10),
    "removed by an order edit": (removed, [("A", 1)], 10),
    "more units of the same item": (raised, [("A", 3)], 30),
    "two payments in one payout": (twice_in_one_payout, SHIPPED, 17),
    "a gift added by an order edit": (free_gift, SHIPPED, 17),
}


@pytest.mark.long
@pytest.mark.parametrize("story", STORIES)
def test_every_unit_is_expensed_once_in_whatever_order_documents_come(story: str, tmp_path: Path) -> None:
    """The sums and the line of each unit are the same for every order of import."""
    documents, shipped, expected = STORIES[story]
    answers = []
    for number, contents in enumerate(permutations(documents())):
        with new_books(tmp_path / f"{number}.sqlite", "Acme", "USD", NOW) as database:
            bring_in(database, *contents)
            sync(database, *shipped)
            books = load_books(database)
            answers.append((cogs(books), carrying(books)))

    assert expected == answers[0][0]
    assert [answers[0]] * len(answers) == answers


@pytest.mark.long
def test_goods_that_an_edit_puts_in_place_of_a_deposit_have_their_cost(database: Database) -> None:
    """The deposit's own item has no SKU and is asked; the goods are costed all the same."""
    bring_in(database, *deposit_replaced())
    sync(database, ("A", 1))
    lines = load_books(database).lines

    assert [Cause.SKU_NOT_MAPPED] == lines["cause"].dropna().tolist()
    assert 10 == sum(lines["cogs"].dropna().tolist(), Decimal(0))


@pytest.mark.long
def test_units_stand_where_they_belong(database: Database) -> None:
    """What a document told by its day stands on its line; what came later on the later line."""
    bring_in(database, *in_parts())
    sync(database, ("A", 3))

    assert [("801", "A", 1), ("901", "A", 2)] == carrying(load_books(database))


@pytest.mark.long
@pytest.mark.parametrize(
    "story", ["an item added by an order edit", "more units of the same item", "an exchange for something dearer"]
)
def test_what_was_exported_stands_and_the_rest_comes_with_the_new_document(database: Database, story: str) -> None:
    """No true-up, no line that differs from its lock; the exported unit is not counted again."""
    documents, shipped, expected = STORIES[story]
    first, *later = documents()
    bring_in(database, first)
    sync(database, ("A", 1))
    export(database, "801")
    bring_in(database, *later)
    sync(database, *shipped)
    books = load_books(database)

    assert expected == cogs(books)
    assert differences(books).empty
    assert_kept(database, books)


@pytest.mark.long
def test_an_exported_unit_that_never_left_comes_back_with_its_refund(database: Database) -> None:
    """Expensed and locked in August; the refund of September says that it was cancelled: its cost is taken back."""
    bring_in(database, removed()[0])
    sync(database, *SHIPPED)
    export(database, "801")
    bring_in(database, removed()[1])
    sync(database, ("A", 1))
    books = load_books(database)

    assert 10 == cogs(books)
    assert_kept(database, books)


@pytest.mark.long
def test_an_exported_line_keeps_its_units_when_older_documents_arrive(database: Database) -> None:
    """September went out first, with all the units its document told of; August brings money and no unit."""
    bring_in(database, in_parts()[1])
    sync(database, ("A", 3))
    export(database, "901")
    bring_in(database, in_parts()[0])
    books = load_books(database)

    assert [("901", "A", 3)] == carrying(books)
    assert 30 == cogs(books)
    assert_kept(database, books)


@pytest.mark.long
def test_other_units_shipped_are_asked_and_the_answer_holds_after_export(database: Database) -> None:
    """The deposit's document tells that nothing left; Finale shipped one. Nobody guesses, and the answer stays."""
    bring_in(database, deposit()[0])
    sync(database, ("A", 1))
    books = load_books(database)
    (line,) = books.lines.to_dict("records")

    assert (CostStatus.MISSING, Cause.UNITS_DISAGREE) == (line["cost_status"], line["cause"])
    assert "Finale shipped 1" in line["cost_note"]

    save(database, line["key"], units_back=1)
    after = after_save(database, books)
    assert 10 == cogs(after) == cogs(load_books(database))
    export(database, "801")
    assert_kept(database, load_books(database))


def test_fewer_units_shipped_than_fulfilled_are_asked(database: Database) -> None:
    """Shopify says that three left, Finale knows of two."""
    bring_in(database, *in_parts())
    sync(database, ("A", 2))
    books = load_books(database)

    assert [Cause.UNITS_DISAGREE] == books.lines["cause"].dropna().tolist()


def assert_kept(database: Database, books: Books) -> None:
    """No locked line differs from its lock."""
    with database.reading() as connection:
        for one in books.settlements:
            if locks.find(connection, one) is not None:
                assert not locks.verify(connection, one, books.lines_of(one))
