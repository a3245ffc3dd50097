"""Random payouts by every route that their marketplace has: the same types, units, costs and entries in the end.

What a route's source really lacks (a Shopify export knows no SKUs, an eBay refund row no item) is unknown there and
asked, never zero; once the record has come, nothing of the view is left.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from core.frame_columns import records
from core.model import CostStatus, Event
from sandbox.business.random_business import random_business
from sandbox.settlement_files import amazon_unified, amazon_v1, amazon_v2, amazon_xml
from tests.core.marketplaces.amazon.test_amazon_formats_agree import by_item
from tests.core.marketplaces.amazon.test_amazon_formats_agree import settlements as amazon_settlements
from tests.core.marketplaces.settlements.routes_to_payouts import (
    FEW,
    MANY,
    SEEDS,
    SKUS,
    booked,
    dollars,
    sums,
    the_settlement,
)
from tests.core.marketplaces.shopify_documents import Back, Good, Paid, ShopOrder, charge, money, payout, refund
from tests.examples import examples

if TYPE_CHECKING:
    from core.books.books import Books


def shopify_payout(seed: int) -> tuple[bytes, bytes, set[str]]:
    """Return a payout of Shopify that chance makes up: pulled, downloaded, and its orders."""
    dice = Random(seed)  # noqa: S311  # a payout for tests
    orders: list[ShopOrder] = []
    movements: list[dict[str, Any]] = []
    for number in range(dice.randint(1, 4)):
        goods = tuple(
            Good(f"{number}{place}", sku, dice.randint(1, 3), str(dollars(dice) + 1))
            for place, sku in enumerate(dice.sample(SKUS, dice.randint(1, 2)))
        )
        paid = Paid(f"1{number}", str(sum(Decimal(good.price) for good in goods)), "2026-08-03")
        first, word = goods[0], dice.choice(["RETURN", "NO_RESTOCK", ""])
        back = Back(f"5{number}", "2026-08-05", ((first.item, first.units, word, first.price),), first.price)
        order = ShopOrder(f"#10{number:02d}", goods, (paid,), (back,) if word else ())
        orders.append(order)
        movements += [charge(order, paid), *([refund(order, back)] if word else [])]
    for number, (kind, sign) in enumerate(SHOPIFY_MOVES.items()):
        if dice.random() < 0.5:  # half of them
            movements.append(shopify_move(kind, dollars(dice) * sign, number, dice))
    return payout("9001", "2026-08-09", orders, *movements), export_of(movements), {order.name for order in orders}


SHOPIFY_MOVES = {
    "RESERVED_FUNDS": -1,
    "RESERVED_FUNDS_REVERSAL": 1,
    "CHARGEBACK_FEE": -1,
    "DISPUTE_WITHDRAWAL": -1,
    "SHOP_CASH_CAMPAIGN_BILLING_DEBIT": -1,
    "SHIPPING_LABEL": -1,
    "LENDING_CAPITAL_REMITTANCE": -1,
    "CUSTOMS_DUTY": -1,
    "ADJUSTMENT": 1,
}


def shopify_move(kind: str, amount: Decimal, number: int, dice: Random) -> dict[str, Any]:
    """Return a movement that is about no order."""
    fee = dice.choice([Decimal(0), Decimal("0.30")])
    node = {"id": f"gid://shopify/B/9{number}", "type": kind, "transactionDate": "2026-08-06T12:00:00Z"}
    return node | {"amount": money(str(amount)), "fee": money(str(fee)), "net": money(str(amount - fee))}


def export_of(movements: list[dict[str, Any]]) -> bytes:
    """Return movements as the downloaded export has them, each word in a spelling of its own."""
    text = io.StringIO()
    names = ["Transaction Date", "Type", "Order", "Payout Date", "Payout ID", "Amount", "Fee", "Net", "Currency"]
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    paid = {"Payout Date": "2026-08-09", "Payout ID": "9001", "Currency": "USD"}
    for one in movements:
        amounts = {name.title(): one[name]["amount"] for name in ("amount", "fee", "net")}
        about = {"Type": one["type"].lower(), "Order": one.get("associatedOrder", {}).get("name", "")}
        moment = one["transactionDate"].replace("T", " ").replace("Z", " +0000")
        writer.writerow({"Transaction Date": moment, **about, **paid, **amounts})
    total = -sum((Decimal(one["net"]["amount"]) for one in movements), Decimal(0))
    writer.writerow(
        {**paid, "Transaction Date": "2026-08-09 00:00:00 +0000", "Type": "payout", "Amount": total, "Net": total}
    )
    return text.getvalue().encode()


@MANY
@given(seed=SEEDS)
def test_shopifys_export_and_pulled_payout_agree(seed: int) -> None:
    """Event by event and column by column; the units that the export lacks are unknown, never zero."""
    pulled, export, _ = shopify_payout(seed)
    one, other = the_settlement(pulled), the_settlement(export)

    assert sums(one) == sums(other)
    about_goods = [row for row in records(other.transactions) if row["event"] in (Event.SALE, Event.REFUND)]
    assert {None} == {row["quantity"] for row in about_goods}


@pytest.mark.long
@FEW
def test_shopifys_export_and_pulled_payout_make_the_same_books(seed: int) -> None:
    """The same accounts; what the export does not know is missing until the record has come."""
    pulled, export, orders = shopify_payout(seed)
    (record, record_entry), (view, view_entry) = booked(orders, pulled), booked(orders, export)
    both, both_entry = booked(orders, export, pulled)
    assert record_entry == view_entry == both_entry
    assert records(record.lines) == records(both.lines)
    sales = view.lines[view.lines["event"] == Event.SALE]
    assert {CostStatus.MISSING.value} == set(sales["cost_status"])


@settings(max_examples=examples(4), deadline=None)
@given(seed=SEEDS)
def test_amazons_unified_report_agrees_with_its_settlements(seed: int) -> None:
    """Money and units of every item of a random business, as far as the report has been released."""
    business = random_business(Random(seed))  # noqa: S311  # a business for tests
    unified = [one for one in amazon_settlements(amazon_unified, business) if one.lines]
    names = {one.settlement_id for one in unified}
    files = [one for one in amazon_settlements(amazon_v2, business) if one.settlement_id in names]

    assert by_item(files) == by_item(unified)


def goods_booked(books: Books) -> dict[tuple[str, str, str], tuple[Decimal, int]]:
    """Return COGS and the number of lines without a cost, by event, order and SKU."""
    found: defaultdict[tuple[str, str, str], tuple[Decimal, int]] = defaultdict(lambda: (Decimal(0), 0))
    for row in records(books.lines[books.lines["sku"].notna()]):
        cogs, missing = found[row["event"], row["order_id"], row["sku"]]
        is_missing = row["cost_status"] == CostStatus.MISSING
        found[row["event"], row["order_id"], row["sku"]] = cogs + (row["cogs"] or 0), missing + is_missing
    return dict(found)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_amazons_four_formats_make_the_same_books(seed: int) -> None:
    """COGS of every item, and every account; a refund whose units V1 and XML do not tell is asked there.

    Reserves stand in settlements alone, so the unified report's clearing account is without them.
    """
    business = random_business(Random(seed))  # noqa: S311  # a business for tests
    files = {one: [file.content for file in one.settlement_files(business)] for one in AMAZON}
    rows = [row for made in amazon_settlements(amazon_v2, business) for row in records(made.transactions)]
    orders = sorted({row["order_id"] for row in rows if row["order_id"]})
    skus = sorted({row["sku"] for row in rows if row["sku"]})
    books = {one: booked(orders, *contents, skus=skus) for one, contents in files.items()}
    of_v2, entry_of_v2 = books[amazon_v2]
    without = [name for name in entry_of_v2 if "Clearing" in name or "Reserve" in name]

    for one, (told, entry) in books.items():
        goods, theirs = goods_booked(of_v2), goods_booked(told)
        asked = {place for place, (_, missing) in theirs.items() if missing > goods[place][1]}
        assert one is amazon_v2 or {event for event, _, _ in asked} <= {Event.REFUND}, "only refunds lack their units"
        assert {place: told for place, told in goods.items() if place not in asked} == {
            place: told for place, told in theirs.items() if place not in asked
        }
        left_out = without if one is amazon_unified else []
        assert {name: amount for name, amount in entry_of_v2.items() if name not in left_out} == {
            name: amount for name, amount in entry.items() if name not in left_out
        }


AMAZON = (amazon_v2, amazon_v1, amazon_xml, amazon_unified)
