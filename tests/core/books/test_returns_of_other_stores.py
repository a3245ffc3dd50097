"""Amazon's returns report about an order that it only shipped reaches the refund of the store that sold it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.marketplaces import read_file
from core.model import ObservationKind
from tests.core.books.listed_documents import v2_content
from tests.core.marketplaces.documents.test_returned_goods import COLUMNS
from tests.new_books import new_books

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SHIPPED = {
    "order-id": "S01-1",
    "merchant-order-id": "#1044",
    "marketplace-name": "Non-Amazon US",
    "amount-type": "ItemFees",
    "amount-description": "FBAPerUnitFulfillmentFee",
    "amount": "-4.00",
}
GIVEN_BACK = {"transaction-type": "Refund", "adjustment-id": "A1", "amount": "-10.00"}
WORDS = "The marketplace reported: 1 {word}."


def report(order: str, word: str, sku: str = "MUG") -> bytes:
    """Return a returns report with one unit of an order."""
    row = f"2026-08-10T08:00:00+00:00\t{order}\t{sku}\tB0\tX0\tMug\t1\tPHX7\t{word}\tUNWANTED\t\tLPN1\t\n"
    return f"{COLUMNS}\n{row}".encode()


def refund_of(
    folder: Path, returns: bytes, *, shop_sku: str = "MUG", mapping: dict[str, str], orders: tuple[str, ...] = ("1044",)
) -> dict[str, dict[str, object]]:
    """Return the shop's refund of each order: what was sold at 4.00 was given back, and Amazon had shipped it."""
    parts = [{**one, "order-id": order, "sku": shop_sku} for order in orders for one in ({}, GIVEN_BACK)]
    sold = v2_content("2", *parts, total="0.00")
    with new_books(folder / "books.sqlite", "Acme", "USD", NOW) as database:
        files = (("Amazon US", v2_content("1", SHIPPED, total="-4.00")), ("Shop", sold), ("Amazon US", returns))
        for store, content in files:
            file = OriginalFile("file", content)
            import_file(database, read_file(content), file, store=store, who="M. Lee", now=NOW)
        with database.writing() as connection:
            batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
            cost = {"kind": ObservationKind.ORDER, "unit_cost": Decimal(4), "units": 1, "currency": "USD"}
            costs = [cost | {"order_id": order, "product_id": "MUG", "fetched_at": NOW} for order in orders]
            stored_observations.add(connection, frame(OBSERVATION_COLUMNS, costs), batch, NOW)
            mapped = [{"sku": sku, "product_id": product, "units": 1} for sku, product in mapping.items()]
            sku_mapping.add(connection, frame(MAPPING_COLUMNS, mapped), batch, NOW)
        lines = load_books(database).lines
    return {row["order_id"]: row for row in records(lines[lines["event"] == "refund"])}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("word", "shop_sku", "mapping", "expected"),
    [
        ("CUSTOMER_DAMAGED", "MUG", {"MUG": "MUG"}, ("Unsellable", 0)),
        ("SELLABLE", "MUG", {"MUG": "MUG"}, ("Restocked", -4)),
        ("DEFECTIVE", "MUG-SHOP", {"MUG": "MUG", "MUG-SHOP": "MUG"}, ("Unsellable", 0)),
        ("DEFECTIVE", "CUP", {"MUG": "MUG", "CUP": "CUP"}, ("Restocked", -4)),
    ],
    ids=["damaged", "sellable", "another name of the product", "another product"],
)
def test_the_report_reaches_the_refund_of_the_store_that_sold_the_order(
    tmp_path: Path, word: str, shop_sku: str, mapping: dict[str, str], expected: tuple[str, int | None]
) -> None:
    """By order and product: 1 unit came back damaged, and 4.00 stays an expense; it was restocked by the policy."""
    line = refund_of(tmp_path, report("S01-1", word), shop_sku=shop_sku, mapping=mapping)["1044"]
    told = WORDS.format(word=word)

    assert expected == (line["disposition"], line["cogs"])
    assert (told in str(line["cost_note"])) is (shop_sku != "CUP")


def test_a_refund_of_which_the_products_are_not_known_is_asked(tmp_path: Path) -> None:
    """Nobody knows whether the shop's CUP is Amazon's MUG: the refund waits, and says why."""
    line = refund_of(tmp_path, report("S01-1", "DEFECTIVE"), shop_sku="CUP", mapping={"MUG": "MUG"})["1044"]

    assert "missing" == line["cost_status"]
    assert "1 DEFECTIVE" in str(line["cost_note"])


def test_the_refund_of_another_order_is_left_to_the_policy(tmp_path: Path) -> None:
    """The report names the order that Amazon shipped, which is 1044: 1045 was given back without a word."""
    told = refund_of(tmp_path, report("S01-1", "DEFECTIVE"), mapping={"MUG": "MUG"}, orders=("1044", "1045"))

    assert {"1044": 0, "1045": -4} == {order: line["cogs"] for order, line in told.items()}
