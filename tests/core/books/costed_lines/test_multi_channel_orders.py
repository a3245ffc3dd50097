"""A multi-channel order is costed once: in the store that sold it, found by the seller's own order number."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.recosting import after_save
from core.books.entries.exporting import ExportOptions, export_settlement
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.books.true_ups import cost_comparison, true_up_history, true_ups
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.journal.accounts import Accounts
from core.marketplaces import read_file
from core.model import Cause, CostStatus, ObservationKind
from tests.core.books.listed_documents import v2_content
from tests.core.books.shops import WHO, Shop, lost, refund, sale
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.books.database import Database

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SHIPPED = {
    "order-id": "S01-1",
    "marketplace-name": "Non-Amazon US",
    "amount-type": "ItemFees",
    "amount-description": "FBAPerUnitFulfillmentFee",
    "amount": "-4.00",
}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("merchant_order", "expected"), [("#1044", CostStatus.NOT_APPLICABLE), ("#1045", CostStatus.MISSING)]
)
@pytest.mark.parametrize("selling_store_first", [True, False])
def test_amazons_line_carries_the_cost_only_where_the_selling_store_is_elsewhere(
    tmp_path: Path, merchant_order: str, expected: CostStatus, *, selling_store_first: bool
) -> None:
    """The number that the shop gave the order is in Amazon's file; `#1044` and `1044` are the same order."""
    shipped = v2_content("1", {**SHIPPED, "merchant-order-id": merchant_order}, total="-4.00")
    sold = v2_content("2", {"order-id": "1044"}, total="10.00")
    files = [("Amazon US", shipped), ("Shop", sold)]
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        for store, content in reversed(files) if selling_store_first else files:
            file = OriginalFile("file", content)
            import_file(database, read_file(content), file, store=store, who="M. Lee", now=NOW)
        lines = load_books(database).lines

    status = dict(zip(lines["store"], lines["cost_status"], strict=True))
    assert {"Amazon US": expected, "Shop": CostStatus.MISSING} == status
    assert merchant_order == lines.loc[lines["store"] == "Amazon US", "merchant_order_id"].iloc[0]


@pytest.mark.long
def test_a_cost_that_moves_to_the_selling_store_after_the_export_is_taken_back(tmp_path: Path) -> None:
    """Amazon's line was exported with the cost; when the shop's payout arrives, the difference is proposed and posted.

    The line moves no goods any more, so it has no unit cost and no currency of its own: the proposal needs neither.
    """
    shipped = v2_content("1", {**SHIPPED, "merchant-order-id": "#1044"}, total="-4.00")
    sold = v2_content("2", {"order-id": "1044"}, total="10.00")
    who = {"who": "M. Lee", "now": NOW}
    with new_books(tmp_path / "books.sqlite", "Acme", "EUR", NOW) as database:
        import_file(database, read_file(shipped), OriginalFile("file", shipped), store="Amazon US", **who)  # type: ignore[arg-type]
        line = load_books(database).lines["key"].iloc[0]
        answer = Answer(line, 0, Decimal("4.00"), None)
        save_answers(database, load_books(database), [answer], settlement_ids=None, accept_proposals=True, **who)  # type: ignore[arg-type]
        books = load_books(database)
        export_settlement(database, books, books.settlements[0], ExportOptions(accept_suspect=True), **who)  # type: ignore[arg-type]
        import_file(database, read_file(sold), OriginalFile("file", sold), store="Shop", **who)  # type: ignore[arg-type]

        for _ in range(2):
            true_ups.propose_true_ups(database, load_books(database), **who)  # type: ignore[arg-type]
        with database.reading() as connection:
            (proposal,) = records(true_up_history.pending(connection))
        books = load_books(database)
        true_ups.accept_true_ups(database, books, [proposal["id"]], accounts=Accounts(), lock_date=None, **who)  # type: ignore[arg-type]

        assert (Decimal("-4.00"), "EUR", None) == (proposal["difference"], proposal["currency"], proposal["unit_cost"])
        assert cost_comparison.differences(load_books(database)).empty, "what was taken back is not proposed again"


Products = dict[str, list[tuple[str | None, int]]]
"""Per SKU the products that it stands for, with their units; none where Finale does not know it."""


def finale_says(database: Database, products: Products) -> None:
    """Let Finale map SKUs, and say that each product cost 5.00 on Amazon's order and on the shop's."""
    known = [
        {"sku": sku, "product_id": product, "units": units, "rule": "lookup", "fetched_at": NOW}
        for sku, its in products.items()
        for product, units in its
    ]
    named = sorted({product for its in products.values() for product, _ in its if product})
    facts = [
        {"kind": ObservationKind.ORDER, "order_id": order, "product_id": product, "unit_cost": Decimal(5)}
        | {"units": 1, "record_date": "2026-08-04", "currency": "USD", "fetched_at": NOW}
        for order in ("S01-1", "1044")
        for product in named
    ]
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        sku_mapping.add(connection, frame(MAPPING_COLUMNS, known), batch, NOW)
        stored_observations.add(connection, frame(OBSERVATION_COLUMNS, facts), batch, NOW)


def one_order(database: Database, amazon: str, *shop: str) -> None:
    """Import an order that Amazon shipped as one SKU and a shop sold as one or several."""
    shipped = v2_content("1", {**SHIPPED, "sku": amazon, "merchant-order-id": "#1044"}, total="-4.00")
    sales = [{"order-id": "1044", "sku": sku, "order-item-code": f"item {number}"} for number, sku in enumerate(shop)]
    sold = v2_content("2", *sales, total=f"{10 * len(shop)}.00")
    for store, content in (("Amazon US", shipped), ("Shop", sold)):
        file = OriginalFile("file", content)
        import_file(database, read_file(content), file, store=store, who="M. Lee", now=NOW)


MUG: Products = {"MUG-FBA": [("mug", 1)], "mug-blue": [("mug", 1)]}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("amazon", "shop", "products", "status", "cogs"),
    [
        ("MUG-FBA", ["mug-blue"], MUG, CostStatus.NOT_APPLICABLE, "5.00"),
        ("SIX-FBA", ["mug-blue"], {"SIX-FBA": [("mug", 6)], **MUG}, CostStatus.NOT_APPLICABLE, "5.00"),
        (
            "SET",
            ["mug-blue", "cup"],
            {**MUG, "cup": [("cup", 1)], "SET": [("mug", 1), ("cup", 1)]},
            "not applicable",
            10,
        ),
        ("cup", ["SET"], {"cup": [("cup", 1)], "SET": [("mug", 1), ("cup", 1)]}, CostStatus.NOT_APPLICABLE, "10.00"),
        ("MUG-FBA", ["MUG-FBA"], {}, CostStatus.NOT_APPLICABLE, "0"),
        ("cup", ["mug-blue"], {**MUG, "cup": [("cup", 1)]}, CostStatus.COSTED, "10.00"),
        ("SET", ["mug-blue"], {**MUG, "SET": [("mug", 1), ("cup", 1)]}, CostStatus.MISSING, "5.00"),
        ("MUG-FBA", ["mug-blue"], {"MUG-FBA": [("mug", 1)], "mug-blue": [(None, 1)]}, CostStatus.MISSING, "0"),
        ("MUG-FBA", ["mug-blue"], {"MUG-FBA": [(None, 1)], "mug-blue": [("mug", 1)]}, CostStatus.MISSING, "5.00"),
    ],
)
def test_goods_are_the_same_where_their_products_are(
    tmp_path: Path, amazon: str, shop: list[str], products: Products, status: str, cogs: str
) -> None:
    """However two stores name a product, an order of it is costed once; what is not sure of it is asked."""
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        one_order(database, amazon, *shop)
        finale_says(database, products)
        lines = load_books(database).lines

    (amazons,) = records(lines[lines["store"] == "Amazon US"])
    assert status == amazons["cost_status"]
    assert Decimal(cogs) == sum((row["cogs"] for row in records(lines) if row["cogs"] is not None), Decimal(0))
    if status == CostStatus.MISSING:
        assert (Cause.GOODS_UNCLEAR, Decimal(0)) == (amazons["cause"], amazons["proposed_cost"])


@pytest.mark.long
def test_a_mapping_that_comes_later_takes_the_second_cost_back(tmp_path: Path) -> None:
    """Both names were exported when nobody knew that they are one product: the difference is proposed."""
    apart: Products = {"MUG-FBA": [("mug", 1)], "mug-blue": [("mug old", 1)]}
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        one_order(database, "MUG-FBA", "mug-blue")
        finale_says(database, apart)
        for number in (0, 1):
            books = load_books(database)
            options = ExportOptions(accept_suspect=True)
            export_settlement(database, books, books.settlements[number], options, who="M. Lee", now=NOW)
        before = cost_comparison.differences(load_books(database))
        finale_says(database, MUG)
        (found,) = records(cost_comparison.differences(load_books(database)))

    assert before.empty
    assert Decimal("-5.00") == found["difference"]


@pytest.mark.long
def test_an_answer_to_one_name_is_costed_with_the_other(tmp_path: Path) -> None:
    """What a save costs anew is what a full costing says, with two names of one product as well."""
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        one_order(database, "MUG-FBA", "mug-blue")
        finale_says(database, MUG)
        before = load_books(database)
        key = str(before.lines.loc[before.lines["store"] == "Shop", "key"].iloc[0])
        answer = Answer(key, 0, Decimal("4.25"), None)
        save_answers(database, before, [answer], settlement_ids=None, accept_proposals=False, who="M. Lee", now=NOW)
        after = after_save(database, before)

        assert records(load_books(database).lines) == records(after.lines)
        assert [Decimal(0), Decimal("4.25")] == sorted(after.lines["cogs"])


RETURNED = (
    "return-date\torder-id\tsku\tasin\tfnsku\tproduct-name\tquantity\tfulfillment-center-id\tdetailed-disposition\t"
    "reason\tstatus\tlicense-plate-number\tcustomer-comments\n"
    "2026-09-01T08:00:00+00:00\t111-1\tMUG\tB0\tX0\tMug\t1\tPHX7\tSELLABLE\tUNWANTED\t\tL1\t\n"
)


def not_returned(folder: Path) -> Shop:
    shop = Shop.open(folder)
    shop.set(refunded_goods="Not returned")
    return shop


def replaced(order: str) -> dict[str, str]:
    row = lost("MUG", words="FREE_REPLACEMENT_REFUND_ITEMS", day="2026-08-20")
    return {**row, "order-id": order}


def shipped_for_a_shop(folder: Path) -> tuple[Shop, Callable[[], None]]:
    """Amazon ships 2 of a shop's order; the shop's own payout comes later: its line carries the cost."""
    shop = Shop.open(folder, "US", "Shop")
    amazon = {**sale("S01-1", "MUG", 2), **SHIPPED, "merchant-order-id": "#1044", "quantity-purchased": "2"}
    shop.bring_in("1", amazon)
    shop.finale_says({("S01-1", "MUG"): "5.00", ("1044", "MUG"): "5.00"})
    return shop, lambda: shop.bring_in("2", sale("1044", "MUG", 2), store="Shop")


def said_to_be_back(folder: Path) -> tuple[Shop, Callable[[], None]]:
    """A refund whose goods did not come back by policy; Amazon's report of returns says that they did."""
    shop = not_returned(folder)
    shop.bring_in("1", sale("111-1", "MUG"), refund("111-1", "MUG"))
    shop.finale_says({("111-1", "MUG"): "5.00"})
    return shop, lambda: report(shop)


def report(shop: Shop) -> None:
    file = OriginalFile("returns.txt", RETURNED.encode())
    import_file(shop.database, read_file(file.content, file.name), file, store="US", **WHO)


def replacement_of_its_own(folder: Path) -> tuple[Shop, Callable[[], None]]:
    """A reimbursed replacement was costed; the replacement's own line comes later."""
    shop = Shop.open(folder)
    shop.bring_in("1", sale("111-1", "MUG"), replaced("111-1"))
    shop.finale_says({("111-1", "MUG"): "5.00"})
    line = next(row for row in records(shop.books.lines) if row["event"] == "reimbursement")
    answer = Answer(str(line["key"]), 0, Decimal(5), line["proposed_cost"])
    save_answers(shop.database, shop.books, [answer], settlement_ids=None, accept_proposals=True, **WHO)
    own = {**sale("111-1", "MUG", day="2026-08-18"), "amount": "0.00", "order-item-code": "other", "shipment-id": "R"}
    return shop, lambda: shop.bring_in("2", own)


def late_original(folder: Path) -> tuple[Shop, Callable[[], None]]:
    """A return is paid for; that its refund had restocked the goods is known only later: they leave again."""
    shop = not_returned(folder)
    shop.bring_in("2", {**lost("MUG", words="CS_ERROR_ITEMS", day="2026-09-10"), "order-id": "111-1"})

    def come() -> None:
        shop.bring_in("1", sale("111-1", "MUG"), refund("111-1", "MUG"))
        report(shop)
        shop.finale_says({("111-1", "MUG"): "5.00"})

    return shop, come


@pytest.mark.long
@pytest.mark.parametrize(
    ("story", "difference"),
    [
        (shipped_for_a_shop, "-10.00"),
        (said_to_be_back, "-5.00"),
        (replacement_of_its_own, "-5.00"),
        (late_original, "5.00"),
    ],
)
def test_what_is_proposed_of_a_line_without_a_cost_of_its_own(
    tmp_path: Path, story: Callable[[Path], tuple[Shop, Callable[[], None]]], difference: str
) -> None:
    """A line that moves no goods any more, or moved none then, lacks cost, currency or units: none is needed."""
    shop, comes = story(tmp_path)
    out = shop.books.settlements[0]
    shop.export(out.settlement_id)
    comes()
    proposed = [row for row in shop.proposed() if row["settlement_id"] == out.settlement_id]
    again = [row for row in shop.proposed() if row["settlement_id"] == out.settlement_id]
    shop.accept()
    expense = [cost for name, cost in shop.posted("true-up").items() if name != "Inventory Asset"]

    assert [(Decimal(difference), "USD")] == [(row["difference"], row["currency"]) for row in proposed]
    assert [row["id"] for row in proposed] == [row["id"] for row in again]
    assert [difference] == expense
    assert [] == shop.proposed()
