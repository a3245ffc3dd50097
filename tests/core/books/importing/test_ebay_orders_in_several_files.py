"""An eBay order of which several documents tell is one order: reports that cut it differently, and pulled payouts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from core.books.batches import BatchKind, new
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings import sku_mapping
from core.books.settlements import settlement_lines
from core.books.settlements.booked_settlement import Import, OriginalFile
from core.books.syncing import stored_observations
from core.books.verification.verification import read_evidence, tie_outs
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.marketplaces import read_file
from core.model import CostStatus, Event
from core.typed_amounts import from_text
from tests.core.marketplaces.ebay_documents import (
    CUP,
    GBP,
    MUG,
    ORDER,
    PAID,
    TWO,
    Row,
    booked,
    charged,
    item,
    money,
    ordered,
    paid_out,
    pulled,
    report,
    single,
    whole,
)
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database
    from core.books.importing.importing import ImportedSettlement

NOW = datetime(2026, 9, 10, tzinfo=UTC)
WHO: dict[str, Any] = {"who": "M. Lee", "now": NOW}
POUNDS = whole("177.13", "160", **GBP, Exchange_rate="1.25")
JAR = item("3", "JAR", "110", "-12.30")
LID = item("4", "LID", "50", "-6")
HELD: dict[str | None, tuple[int | None, str]] = {"MUG": (1, "89.60"), "CUP": (1, "44.60")}
VIEWS = {"alone": [TWO], "mug": [TWO, MUG], "cup": [CUP, TWO], "all": [TWO, MUG, CUP]}
NOT_STORED = (Import.CONFLICT, Import.LOCKED)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def bring_in(database: Database, *rows: Row, content: bytes | None = None) -> ImportedSettlement:
    file = OriginalFile("report.csv", content or report(*rows))
    made = import_file(database, read_file(file.content, file.name), file, store=None, **WHO)
    (imported,) = made.settlements
    return imported


def lines(database: Database) -> list[dict[str, Any]]:
    with database.reading() as connection:
        return records(settlement_lines.stored_transactions(connection))


def held(database: Database) -> dict[str | None, tuple[int | None, str]]:
    """Return units and net amount by SKU; lines of nothing left out."""
    found = [row for row in lines(database) if row["event"] == Event.SALE and (row["net"] or row["quantity"] != 0)]
    return {row["sku"]: (row["quantity"], f"{row['net']:.2f}") for row in found}


def asked(database: Database) -> list[str]:
    return [one.word for row in lines(database) for one in from_text(row["typed"]) if one.line_type is None]


def what_verify_names(database: Database) -> list[str]:
    books = load_books(database)
    proof = read_evidence(database)
    found = [one for each in books.settlements for one in tie_outs(database, books, each, ExportOptions(), proof)]
    return [one.sentence for one in found if not one.ok]


@pytest.mark.long
@pytest.mark.parametrize("order", list(permutations(VIEWS)), ids="-".join)
def test_reports_that_hold_parts_of_an_order_are_united(database: Database, order: tuple[str, ...]) -> None:
    """134.20 counted as 178.80 once: what a row of an order leaves to its items is not another row."""
    results = {bring_in(database, *VIEWS[name]).result for name in order}

    assert results <= {Import.NEW, Import.UNITED, Import.ALREADY_IMPORTED}
    assert (HELD, [], 3) == (held(database), asked(database), len(lines(database)))
    assert [] == what_verify_names(database)


@pytest.mark.long
@pytest.mark.parametrize("first", ["alone", "mug", "cup"])
def test_the_report_with_the_payout_takes_the_place_of_a_part(database: Database, first: str) -> None:
    """Its total proves it."""
    bring_in(database, *VIEWS[first])
    bring_in(database, TWO, MUG, CUP, paid_out("134.20"))

    assert (HELD, []) == (held(database), asked(database))
    assert [] == what_verify_names(database)


@pytest.mark.long
@pytest.mark.parametrize("first", [[POUNDS], [POUNDS, JAR], [LID, POUNDS]])
def test_so_it_is_in_another_currency(database: Database, first: list[Row]) -> None:
    """The cent that rounding leaves is in the whole report's prices, whatever a part of it made of them."""
    bring_in(database, *first)
    bring_in(database, POUNDS, JAR, LID)

    assert {"JAR": (1, "122.13"), "LID": (1, "55.00")} == held(database)
    assert [] == what_verify_names(database)


@pytest.mark.long
def test_two_parts_leave_what_both_lack(database: Database) -> None:
    """A third item of 20.00 is in neither, so its units are asked."""
    three = whole("154.20", "170")
    bring_in(database, three, MUG)
    bring_in(database, three, CUP)

    rest: dict[str | None, tuple[int | None, str]] = {None: (None, "20.00")}
    assert HELD | rest == held(database)
    assert ["Net amount beyond its columns"] == asked(database)


def test_a_german_part_and_an_english_report_are_one_order(database: Database) -> None:
    """Rows keep the words, and with them the keys, of the report that brought them first."""
    names = {
        "Transaction creation date": "Datum der Transaktionserstellung",
        "Type": "Typ",
        "Order number": "Bestellnummer",
        "Net amount": "Betrag abzügl. Kosten",
    }
    german = report(TWO, MUG).decode().replace(",Order,", ",Bestellung,")
    for english, own in names.items():
        german = german.replace(english, own, 1)
    bring_in(database, content=german.encode())
    bring_in(database, TWO, MUG, CUP)

    assert HELD == held(database)
    assert {"MUG": "Bestellung", None: "Bestellung", "CUP": "Order"} == {
        row["sku"]: row["raw_type"] for row in lines(database)
    }


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "other",
    [
        [whole("130", "150"), MUG, CUP],  # another net amount
        [TWO, item("1", "MUG", "100", "-10.40", Quantity=2), CUP],  # other units
        [TWO, item("3", "JAR", "50", "-5.40"), CUP],  # another item
        [{**PAID, **MUG}, {**PAID, **CUP}],  # an order without its row: what the items are worth is not known
        [TWO, whole("20", "21"), MUG, CUP],  # two rows of the order
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_reports_that_contradict_each_other_are_a_conflict(
    database: Database, other: list[Row], *, turned: bool
) -> None:
    """Nothing is stored beside what is there."""
    first, second = (other, [TWO, MUG]) if turned else ([TWO, MUG], other)
    bring_in(database, *first)
    before = held(database)

    assert Import.CONFLICT is bring_in(database, *second).result
    assert before == held(database)


@pytest.mark.long
def test_answers_stay_with_their_items(database: Database) -> None:
    """A cost of the mug holds; what was typed for a cup as the rest of the order is the answer of the cup's own row."""
    bring_in(database, TWO, MUG)
    keys = {row["sku"]: row["key"] for row in lines(database)}
    answers = [
        Answer(keys["MUG"], 0, Decimal(5), None),
        Answer(keys[None], 0, Decimal(3), None, units_back=1, stock_edited=True, sku="CUP"),
    ]
    save_answers(database, load_books(database), answers, settlement_ids=None, accept_proposals=False, **WHO)
    before = {row["key"]: row["cogs"] for row in records(load_books(database).lines)}
    bring_in(database, TWO, MUG, CUP)
    after = {row["sku"]: row for row in records(load_books(database).lines)}

    assert {keys["MUG"]: Decimal(5), keys[None]: Decimal(3)} == before
    assert (Decimal(5), Decimal(0)) == (after["MUG"]["cogs"], after[None]["cogs"] if None in after else Decimal(0))
    assert Decimal(3) == after["CUP"]["cogs"]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_any_parts_in_any_order_never_count_an_order_twice(database: Database, seed: int) -> None:
    """Random parts of random orders: each order comes to its net amount, and no item to more than its own units."""
    dice = Random(seed)  # noqa: S311 - orders for a test
    orders: dict[str, tuple[Row, list[Row]]] = {}
    truth: dict[str, Decimal] = {}
    for number in range(3):
        name = f"12-{number:05}-00001"
        prices = [dice.randint(100, 900) for _ in range(dice.randint(2, 4))]
        items = [item(f"{number}{at}", f"S{number}{at}", f"{price}", "-1", name) for at, price in enumerate(prices)]
        truth[name] = Decimal(sum(prices) - len(prices))
        orders[name] = (whole(f"{truth[name]}.00", f"{sum(prices)}", name), items)
    for _ in range(5):
        views = [
            [own, *(one for one in items if dice.random() < 0.6)] for own, items in orders.values()
        ]  # most of them
        rows = [row for view in views for row in view]
        dice.shuffle(rows)
        assert bring_in(database, *rows).result not in NOT_STORED
    found = lines(database)
    for name, (_, items) in orders.items():
        known = [row for row in found if row["order_id"] == name and row["sku"]]
        (rest,) = (row for row in found if row["order_id"] == name and not row["sku"])
        assert all(row["quantity"] == 1 for row in known)
        assert truth[name] == sum(row["net"] for row in (rest, *known))
        assert (len(known) < len(items)) == (rest["quantity"] is None)


def cogs(database: Database, *files: bytes) -> list[tuple[str | None, int | None, Decimal | None]]:
    """Return SKU, units and COGS of each sale after documents came; every unit costs 5.00 in Finale."""
    for number, content in enumerate(files):
        file = OriginalFile(f"{number}", content)
        import_file(database, read_file(content, file.name), file, store=None, **WHO)
    same = {"kind": "order", "currency": "USD", "fetched_at": NOW, "order_id": ORDER, "unit_cost": Decimal(5)}
    with database.writing() as connection:
        batch = new(connection, BatchKind.SYNC, "M. Lee", NOW)
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, [{**same, "product_id": "MUG"}]), batch, NOW)
        known = frame(MAPPING_COLUMNS, [{"sku": "MUG", "product_id": "MUG", "units": 1}])
        sku_mapping.add(connection, known, batch, NOW)
    found = sorted(records(load_books(database).lines), key=lambda row: str(row["posted_at"]))
    return [(row["sku"], row["cost_quantity"], row["cogs"]) for row in found if row["event"] == Event.SALE]


def paid(number: str, day: str, amount: str, units: int) -> bytes:
    """Return a pulled payout that pays an amount for mugs, of which the order holds so many by then."""
    sale = booked("SALE", money(amount), charged("1", amount, money("0")), day=day)
    goods = ordered("1", "MUG", money(amount), units=units)
    return pulled(amount, sale, orders={ORDER: [goods]}, payout=number, day=day)


FIRST = paid("1", "2026-09-02", "20", 2)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("other", "units"),
    [
        (paid("2", "2026-09-20", "15", 2), [2, 0]),  # a balance after a deposit
        (paid("2", "2026-09-20", "15", 3), [2, 1]),  # a unit was added
        (paid("2", "2026-09-20", "15", 1), [1, 0]),  # one was taken away before it was paid
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_units_of_an_order_that_two_payouts_pay_count_once(
    database: Database, other: bytes, units: list[int], *, turned: bool
) -> None:
    """Each payout tells the whole order; its mugs of 5.00 were expensed with either."""
    files = (other, FIRST) if turned else (FIRST, other)

    assert [("MUG", number, Decimal(5 * number)) for number in units] == cogs(database, *files)


@pytest.mark.long
def test_units_that_a_report_brought_do_not_count_again_with_a_later_payout(database: Database) -> None:
    """The report of one payout, and the next one pulled."""
    row = single("20", "1", "MUG", "20", "--", Quantity=2) | {"Payout ID": "1"}

    assert [("MUG", 2, Decimal(10)), ("MUG", 0, Decimal(0))] == cogs(
        database, report(row), paid("2", "2026-09-20", "15", 2)
    )


def told(payout: str, net: str, units: int = 2, sku: str = "MUG", code: str = "1", **more: object) -> Row:
    """Return a report's row of one item of an order, paid by a payout."""
    row = single(net, code, sku, net, "--", Quantity=units, Transaction_creation_date=f"Sep {payout}, 2026")
    return row | {"Payout ID": payout, "Payout date": f"Sep {payout}, 2026"} | more


@pytest.mark.few(1)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("rows", "units"),
    [
        ([told("2", "20"), told("9", "15")], [2, 0]),  # a deposit and its balance
        ([told("2", "20", 1), told("9", "15", 1), told("16", "5", 1)], [1, 0, 0]),  # paid in three parts
        ([told("2", "20", 3), told("9", "15", 3, code="2")], [3, 3]),  # two items of the order
        ([told("2", "20"), told("9", "15") | {"Order number": "11-00000-00002"}], [2, 2]),  # two orders
    ],
)
def test_units_of_an_item_that_reports_of_two_payouts_state_count_once(
    database: Database, rows: list[Row], units: list[int], *, turned: bool
) -> None:
    """Nothing was pulled, and the inventory system need not know the order: 2 mugs in each report were 4."""
    files = [report(row) for row in (reversed(rows) if turned else rows)]

    assert units == [number for _, number, _ in cogs(database, *files)]
    assert asked(database) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "later", "suggested"),
    [
        (told("2", "20", 1), told("9", "15", 3), 2),  # added by then?
        (told("2", "20", 3), told("9", "15", 1), 0),
        (told("2", "20", 2), told("9", "15", 2, "CUP"), 0),  # or another item?
    ],
)
def test_reports_that_state_an_item_differently_are_asked(
    database: Database, first: Row, later: Row, suggested: int
) -> None:
    """The first row stands; how much of the later one is in it nobody says, and the answer counts."""
    (_, units, _), (_, open_units, cost) = cogs(database, report(first), report(later))
    books = load_books(database)
    (question,) = (row for row in records(books.lines) if row["cost_status"] == CostStatus.MISSING)

    assert (units, open_units, cost) == (first["Quantity"], None, None)
    assert f"{suggested} if each row states all" in str(question["cost_note"])
    answers = [Answer(question["key"], 0, Decimal(5), None, units_back=1, stock_edited=True)]
    save_answers(database, books, answers, settlement_ids=None, accept_proposals=False, **WHO)
    after = sorted(records(load_books(database).lines), key=lambda row: str(row["posted_at"]))
    assert [(first["Quantity"], 5 * int(str(first["Quantity"]))), (1, 5)] == [
        (row["cost_quantity"], row["cogs"]) for row in after
    ]


def test_rows_before_the_first_that_differs_are_clear(database: Database) -> None:
    """2, 2 and then 1: the second row adds none, and of the third it is asked."""
    found = cogs(database, *(report(told(*of)) for of in (("2", "20", 2), ("9", "15", 2), ("16", "5", 1))))

    assert [2, 0, None] == [units for _, units, _ in found]


@pytest.mark.long
def test_what_an_exported_report_counted_does_not_count_again(database: Database) -> None:
    """The first payout's entry went out with 2 mugs; the later report names the same item."""
    cogs(database, report(told("2", "20")))
    books = load_books(database)
    export_settlement(database, books, books.settlements[0], ExportOptions(accept_provisional=True), **WHO)
    bring_in(database, told("9", "15"))

    found = sorted(records(load_books(database).lines), key=lambda row: str(row["posted_at"]))
    assert [(2, Decimal(10)), (0, Decimal(0))] == [(row["cost_quantity"], row["cogs"]) for row in found]


def test_as_many_shipped_as_all_reports_state_are_asked(database: Database) -> None:
    """Two rows of 2 mugs and 4 shipped: no pack of two, but perhaps two purchases."""
    cogs(database, report(told("2", "20")), report(told("9", "15")))
    same = {"kind": "order", "currency": "USD", "fetched_at": NOW, "order_id": ORDER, "unit_cost": Decimal(5)}
    with database.writing() as connection:
        batch = new(connection, BatchKind.SYNC, "M. Lee", NOW)
        shipped = frame(OBSERVATION_COLUMNS, [{**same, "product_id": "MUG", "units": 4}])
        stored_observations.add(connection, shipped, batch, NOW)
    notes = [row["cost_note"] for row in records(load_books(database).lines) if row["cost_status"] == "missing"]

    assert ["tell of 2 units of MUG, Finale shipped 4" in str(note) for note in notes] == [True]
