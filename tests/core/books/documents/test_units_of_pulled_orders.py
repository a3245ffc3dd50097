"""Orders that go on after their first payout: each unit is expensed once, whatever documents tell of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select

from core.books.batches import BatchKind, new
from core.books.books import with_settings
from core.books.costed_lines.recosting import after_save
from core.books.costed_lines.stored_lines import keep
from core.books.database import Database, marketplace_tables
from core.books.entries import locks
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.answers import Answer
from core.books.overrides.saving import plan_answers, save_answers
from core.books.overrides.stored_overrides import ANSWER_COLUMNS
from core.books.settings import sku_mapping, stored_settings
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import observations
from core.books.true_ups.cost_comparison import differences
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame
from core.marketplaces import read_file
from core.model import Cause, CostStatus
from core.settings import POLICIES_NAME, Policies
from tests.core.books.bookkeeper import assert_kept_as_costed
from tests.core.marketplaces.shopify_documents import Back, Good, Paid, ShopOrder, charge, month, payout, refund
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from core.books.books import Books

NOW = datetime(2026, 12, 1, tzinfo=UTC)
COSTS = {"A": Decimal(10), "B": Decimal(7)}
A, B = Good("1", "A", 1, "20.00"), Good("2", "B", 1, "15.00")
FIRST, SECOND = Paid("11", "20.00", "2026-08-03"), Paid("12", "15.00", "2026-09-03")
ORDER = ShopOrder("#1001", (A,), (FIRST,))
"""One unit of A, paid in August."""
EDITED = replace(ORDER, goods=(A, B), paid=(FIRST, SECOND))
"""The same order after B was added and paid in September."""
AUGUST = payout("801", "2026-08-06", [ORDER], charge(ORDER, FIRST))
SEPTEMBER = payout("901", "2026-09-06", [EDITED], charge(EDITED, SECOND))
SHIPPED = (("A", 1), ("B", 1))


def both(first: ShopOrder, later: ShopOrder) -> list[bytes]:
    """Return the payout of an order's first payment as it was then, and that of its second as it is later."""
    return [
        payout("801", "2026-08-06", [first], charge(first, first.paid[0])),
        payout("901", "2026-09-06", [later], charge(later, later.paid[1])),
    ]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened
        books = load_books(opened, anew=True)
        keep(opened, books)
        assert assert_kept_as_costed(opened, books), "what the books show otherwise than it is stored is kept as well"


def bring_in(database: Database, *contents: bytes) -> None:
    for number, content in enumerate(contents):
        file = OriginalFile(f"{number}.json", content)
        import_file(database, read_file(content, file.name), file, store=None, who="M. Lee", now=NOW)


def sync(database: Database, *shipped: tuple[str, int], order: str = "#1001") -> None:
    """Let Finale know the SKUs, and what it shipped on an order."""
    cost = {"kind": "order", "order_id": order, "currency": "USD", "fetched_at": NOW}
    rows = [cost | {"product_id": sku, "unit_cost": COSTS[sku], "units": units} for sku, units in shipped]
    known = [{"sku": sku, "product_id": sku, "units": 1} for sku in COSTS]
    with database.writing() as connection:
        batch = new(connection, BatchKind.SYNC, "M. Lee", NOW)
        observations.add(connection, frame(OBSERVATION_COLUMNS, rows), batch, NOW)
        sku_mapping.add(connection, frame(MAPPING_COLUMNS, known), batch, NOW)


def export(database: Database, settlement_id: str) -> None:
    books = load_books(database)
    (one,) = (each for each in books.settlements if each.settlement_id == settlement_id)
    export_settlement(database, books, one, ExportOptions(accept_suspect=True), who="M. Lee", now=NOW)


def save(database: Database, key: str, **answer: object) -> None:
    row = {"key": key, "shown_version": 0, "currency": "USD", **answer}
    with database.writing() as connection:
        batch = new(connection, BatchKind.SAVE, "M. Lee", NOW)
        stored_overrides.save(connection, frame(ANSWER_COLUMNS, [row]), batch, who="M. Lee", now=NOW)


def cogs(books: Books) -> Decimal:
    """Return COGS of all lines; each must have its cost."""
    assert not (books.lines["cost_status"] == CostStatus.MISSING).any(), books.lines["cost_note"].tolist()
    return sum(books.lines["cogs"].tolist(), Decimal(0))


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


def in_parts() -> list[bytes]:
    """Return three units of A, captured as they leave: one in August, two in September."""
    three = Good("1", "A", 3, "60.00", gone=1, open_units=2)
    first, rest = Paid("11", "20.00", "2026-08-03"), Paid("12", "40.00", "2026-09-03")
    before = ShopOrder("#1001", (three,), (first,), changed="2026-08-03")
    after = replace(before, goods=(replace(three, gone=3, open_units=0),), paid=(first, rest), changed="2026-09-03")
    return both(before, after)


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


def raised() -> list[bytes]:
    """Return an order whose one unit of A became three after the first payout."""
    return both(
        ORDER, replace(ORDER, goods=(Good("1", "A", 3, "60.00"),), paid=(FIRST, Paid("12", "40", "2026-09-03")))
    )


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


@pytest.mark.long
def test_a_line_confirmed_as_zero_does_not_swallow_the_goods(database: Database) -> None:
    """A deposit whose document did not tell parcels was answered with zero and exported: the balance asks."""
    down, rest = Paid("11", "6.00", "2026-08-03"), Paid("12", "14.00", "2026-11-03")
    first, second = both(replace(ORDER, paid=(down,)), replace(ORDER, paid=(down, rest)))
    bring_in(database, first)
    (key,) = load_books(database).lines["key"]
    save(database, key, zero_confirmed=True, unit_cost=Decimal(0))
    export(database, "801")
    bring_in(database, second)
    sync(database, ("A", 1))
    books = load_books(database)
    (asked,) = books.lines[books.lines["cost_status"] == CostStatus.MISSING].to_dict("records")

    assert ("901", Cause.UNITS_DISAGREE) == (asked["settlement_id"], asked["cause"])
    assert "confirmed at cost 0" in asked["cost_note"]
    save(database, asked["key"], units_back=1)
    assert 10 == cogs(load_books(database))


def zero() -> tuple[list[bytes], int, dict[str, Any]]:
    """Return payouts of an order in two parts, what left of it, and zero for the first part."""
    down, rest = Paid("11", "6.00", "2026-08-03"), Paid("12", "14.00", "2026-11-03")
    return both(replace(ORDER, paid=(down,)), replace(ORDER, paid=(down, rest))), 1, {"zero_ok": True}


def typed_cost() -> tuple[list[bytes], int, dict[str, Any]]:
    """Return the same with a cost for the first part, which keeps its unit."""
    return *zero()[:2], {"cost": Decimal("9.50")}


def typed_units() -> tuple[list[bytes], int, dict[str, Any]]:
    """Return three units of which Finale shipped two, and the answer to the line that asks."""
    return in_parts(), 2, {"units_back": 1, "stock_edited": True}


@pytest.mark.long
@pytest.mark.parametrize("answered", [zero, typed_cost, typed_units])
def test_a_preview_counts_the_units_as_the_books_will(database: Database, answered: Callable[[], Any]) -> None:
    """Zero for the first payment of an order moves its units to the second: what is announced is what is booked."""
    documents, shipped, given = answered()
    bring_in(database, *documents)
    sync(database, ("A", shipped))
    books = load_books(database)
    asking = books.lines[(books.lines["cause"] == Cause.UNITS_DISAGREE).fillna(value=False).astype(bool)]
    row = (asking if answered is typed_units else books.lines).iloc[0]
    answers = [Answer(str(row["key"]), 0, **{"cost": None, "proposal": None, **given})]
    options: dict[str, Any] = {"settlement_ids": None, "accept_proposals": False, "who": "M. Lee", "now": NOW}
    planned = plan_answers(books, answers, **options).after
    save_answers(database, books, answers, accept_suspect=True, **options)

    booked = load_books(database)
    assert same(planned, booked)
    assert same(after_save(database, books), booked)
    if answered is zero:
        asks = (booked.lines["cause"] == Cause.UNITS_DISAGREE).fillna(value=False)
        assert ["901"] == booked.lines.loc[asks.astype(bool), "settlement_id"].tolist(), "the second payment asks now"


def same(one: Books, other: Books) -> bool:
    """Tell whether two states of the books have the same lines and costs."""
    names = ["key", "quantity", "stock_effect", "unit_cost", "cogs", "cost_status", "cause", "cost_note"]
    return bool(one.lines[names].equals(other.lines[names]))


@pytest.mark.long
@pytest.mark.parametrize("start", [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)])
def test_a_preview_of_books_start_counts_as_the_books_will(database: Database, start: date) -> None:
    """Whether an order was first paid before books start decides whether its units are asked."""
    bring_in(database, raised()[1])
    sync(database, ("A", 3))
    books = load_books(database)
    policies = books.policies.model_copy(update={"books_start": start})
    planned = with_settings(books, policies, books.zones)
    with database.writing() as connection:
        stored_settings.put(connection, POLICIES_NAME, policies, who="M. Lee", now=NOW)

    assert same(planned, load_books(database))
    asks = (planned.lines["cause"] == Cause.UNITS_DISAGREE).fillna(value=False).any()
    assert bool(asks) is (start == date(2026, 9, 1))


def test_an_order_first_paid_before_books_start_is_asked(database: Database) -> None:
    """Its units may have been expensed in the books before these."""
    with database.writing() as connection:
        policies = Policies(books_start=date(2026, 9, 1))
        stored_settings.put(connection, POLICIES_NAME, policies, who="M. Lee", now=NOW)
    bring_in(database, raised()[1])
    sync(database, ("A", 3))
    books = load_books(database)

    assert [Cause.UNITS_DISAGREE] == books.lines["cause"].dropna().tolist()
    assert "before books start" in books.lines["cost_note"].iloc[0]


@pytest.mark.long
def test_units_beside_a_downloaded_export_are_asked_until_its_payout_is_pulled(database: Database) -> None:
    """The export has no SKUs: whether its line counts the units, nobody can know. The record settles it."""
    csv = (
        b"Transaction Date,Type,Order,Payout Date,Payout ID,Amount,Fee,Net,Currency\n"
        b"2026-08-03 12:00:00 +0000,charge,#1001,2026-08-06,801,20.00,0.00,20.00,USD\n"
    )
    bring_in(database, csv, SEPTEMBER)
    sync(database, *SHIPPED)
    books = load_books(database)
    asked = books.lines[(books.lines["settlement_id"] == "901") & (books.lines["cost_status"] == CostStatus.MISSING)]

    assert {Cause.UNITS_DISAGREE} == set(asked["cause"])
    bring_in(database, AUGUST)
    assert 17 == cogs(load_books(database))


def test_documents_of_older_books_take_part_when_another_one_comes(database: Database) -> None:
    """The books did not keep what August's document says of units; September's brings it from the kept bytes."""
    bring_in(database, AUGUST)
    with database.writing() as connection:
        connection.execute(delete(marketplace_tables.order_units))
    bring_in(database, SEPTEMBER)
    sync(database, *SHIPPED)
    with database.reading() as connection:
        documents = connection.scalars(select(marketplace_tables.order_units.c.sha256).distinct()).all()

    assert 17 == cogs(load_books(database))
    assert 2 == len(documents)


def assert_kept(database: Database, books: Books) -> None:
    """No locked line differs from its lock."""
    with database.reading() as connection:
        for one in books.settlements:
            if locks.find(connection, one) is not None:
                assert not locks.verify(connection, one, books.lines_of(one))
