"""A paid sale, refund or loss whose marketplace states 0 units of it, or a part of one, or none at all, is asked."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings.type_choices import change_types
from core.books.settlements.booked_settlement import OriginalFile
from core.frame_columns import records
from core.marketplaces import read_file
from core.model import Cause, CostStatus
from tests.core.books.shops import NOW, WHO, lost, refund, sale, settlement_file
from tests.core.marketplaces.amazon_files import line
from tests.core.marketplaces.settlement_writers import WITHOUT_ITEMS, WRITERS, Sold
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database

NOTHING = Sold("111-1", "A", 0, Decimal("10.00"), Decimal("-1.00"))
OF_UNITS = (Cause.UNITS_UNKNOWN, Cause.UNITS_DISAGREE)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as opened:
        yield opened


def asked(database: Database, file: OriginalFile) -> list[tuple[str, str | None]]:
    """Import a file, and return event and cause of each line that is not costed."""
    import_file(database, read_file(file.content, file.name), file, store=None, **WHO)
    lines = records(load_books(database).lines)
    return [(row["event"], row["cause"]) for row in lines if row["cost_status"] == CostStatus.MISSING]


@pytest.mark.few(1)
@pytest.mark.parametrize("form", [name for name in WRITERS if name not in WITHOUT_ITEMS and "api" not in name])
@pytest.mark.parametrize("stated", ["0", "1.5"])
def test_a_paid_sale_of_no_units_is_asked(database: Database, form: str, stated: str) -> None:
    """10.00 for 0 units, or for one and a half: nobody can say how many went, by whatever reader."""
    content = WRITERS[form]([NOTHING, Sold("111-2", "B", 4321, Decimal("10.00"), Decimal(-1))]).content()
    found = asked(database, OriginalFile("June.txt", content.replace(b"4321", stated.encode())))

    assert ["sale", "sale"] == [event for event, _ in found]
    assert {cause for _, cause in found} <= {str(one) for one in OF_UNITS}


@pytest.mark.few(2)
@pytest.mark.parametrize("form", [name for name in WRITERS if "api" not in name])
@pytest.mark.parametrize("stated", ["", "0"])
def test_a_paid_sale_that_names_neither_sku_nor_units_is_asked(database: Database, form: str, stated: str) -> None:
    """10.00 for goods of an order is no money alone: the date range report and 0 units of no SKU were."""
    content = WRITERS[form]([Sold("111-1", "", 4321, Decimal("10.00"), Decimal(-1))]).content()
    found = asked(database, OriginalFile("June.txt", content.replace(b"4321", stated.encode())))

    assert [("sale", True)] == [(event, cause in OF_UNITS) for event, cause in found]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("row", "event"),
    [
        ({**refund("111-1", "CUP", 0), "amount": "-10.00"}, "refund"),
        (lost("CUP", 0), "reimbursement"),
        (lost("CUP", 0, words="WAREHOUSE_DAMAGE"), "reimbursement"),
        (lost("CUP", 0, words="REMOVAL_ORDER_LOST"), "reimbursement"),
    ],
)
def test_a_refund_or_a_loss_of_no_units_is_asked(database: Database, row: dict[str, str], event: str) -> None:
    """The price of a unit is given back, or a unit is paid for: of how many is asked."""
    found = asked(database, settlement_file("1", sale("111-1", "CUP"), row))

    assert [(event, Cause.UNITS_UNKNOWN)] == [pair for pair in found if pair[0] != "sale"]


@pytest.mark.long
def test_a_word_said_to_be_sales_asks_for_the_units_that_it_does_not_state(database: Database) -> None:
    """As other sales do."""
    words = {"transaction_type": "other-transaction", "amount_type": "other-transaction", "amount_description": "ODD"}
    file = settlement_file("1", line("12.00", **words, sku="CUP", quantity_purchased="0"))
    change_types(database, {("Amazon", "other-transaction / ODD"): "Sales"}, **WHO)

    assert [("sale", Cause.UNITS_UNKNOWN)] == asked(database, file)


@pytest.mark.parametrize("row", [refund("111-1", "CUP", 0), sale("111-1", "CUP", 0)])
def test_postage_alone_moves_no_goods(database: Database, row: dict[str, str]) -> None:
    """A row of an order without any of its price asks nothing."""
    found = asked(database, settlement_file("1", {**row, "amount-description": "Shipping", "amount": "-3.00"}))

    assert [] == found


@pytest.mark.long
def test_the_units_that_are_entered_are_costed(database: Database) -> None:
    """A sale of 0 units for 10.00 was one of 2 at 4.00: 8.00."""
    asked(database, settlement_file("1", {**sale("111-1", "CUP", 1), "quantity-purchased": "0"}))
    books = load_books(database)
    answer = Answer(books.lines["key"].iloc[0], 0, Decimal(4), None, units_back=2, stock_edited=True)
    save_answers(database, books, [answer], settlement_ids=None, accept_proposals=False, **WHO)

    assert [Decimal(8)] == [row["cogs"] for row in records(load_books(database).lines)]
