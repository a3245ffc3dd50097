"""What was pulled from Shopify and eBay against what their sellers download, and against what the stores really did."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.books.database import Database
from core.books.database.company import new_company
from core.books.importing.importing import import_file
from core.books.settlements.booked_settlement import Import, OriginalFile
from core.frame_columns import records
from core.marketplaces import read_file, without_personal_data
from core.model import Event, Marketplace, StockEffect
from sandbox.business import demo_business
from sandbox.business.shops import with_shops
from sandbox.oracle import expected_unit_cost
from sandbox.settlement_files.ebay_report import report_file
from sandbox.settlement_files.shopify_payments import payments_file
from tests.core.marketplaces.pulled_stores import MARKETPLACES, Pulled, service, store_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.model import Settlement
    from sandbox.business.shops import Shop

FILES = {"shopify": payments_file, "ebay": report_file}
NOW = datetime(2026, 9, 10, tzinfo=UTC)
SHOP = store_of(Marketplace.SHOPIFY)


@pytest.fixture(scope="module")
def pulled() -> dict[str, Pulled]:
    """Return a pull of both stores."""
    found = {store: Pulled() for store in FILES}
    with service() as sandbox:
        for store, brought in found.items():
            brought.pull(sandbox.connector(store))
    return found


@pytest.fixture(scope="module")
def downloaded() -> dict[str, dict[str, Settlement]]:
    """Return the settlements of the files that the sellers download."""
    return {
        store: {each.settlement_id: each for each in read_file(FILES[store](shop).content).settlements}
        for store, shop in ((store, store_of(MARKETPLACES[store])) for store in FILES)
    }


def payouts(settlements: Mapping[str, Settlement]) -> dict[str, Settlement]:
    """Return the settlements that are payouts."""
    return {number: each for number, each in settlements.items() if number.isdigit()}


def rows(settlement: Settlement, *events: Event) -> list[dict[str, Any]]:
    """Return the transactions of some events, or of all but payouts."""
    found = records(settlement.transactions)
    return [row for row in found if row["event"] in events or (not events and row["event"] != Event.PAYOUT)]


def by_order(settlement: Settlement, *columns: str) -> dict[object, Decimal]:
    """Return the sum of some amount columns by order; what belongs to none under `None`."""
    sums: defaultdict[object, Decimal] = defaultdict(Decimal)
    for row in rows(settlement):
        sums[row["order_id"]] += sum((row[column] for column in columns), Decimal(0))
    return {order: amount for order, amount in sums.items() if amount}


def order_where(pick: Any) -> str:
    """Return the name of the shop's only order of a kind."""
    (found,) = {order.order_id for order in SHOP.orders if pick(order)}
    return found


@pytest.mark.long
@pytest.mark.parametrize("store", FILES)
def test_pulled_payouts_are_the_downloaded_ones(
    pulled: dict[str, Pulled], downloaded: dict[str, dict[str, Settlement]], store: str
) -> None:
    """Same settlement ids, totals, currencies, orders and net amounts, to the cent."""
    here, there = payouts(pulled[store].settlements()), downloaded[store]

    assert there.keys() == here.keys()
    for number, settlement in here.items():
        file = there[number]
        assert (file.total, file.currency, file.ties_out) == (
            settlement.total,
            settlement.currency,
            settlement.ties_out,
        )
        assert by_order(file, "net") == by_order(settlement, "net")


def test_shopify_fees_are_those_of_the_file(
    pulled: dict[str, Pulled], downloaded: dict[str, dict[str, Settlement]]
) -> None:
    """Each charge's fee is shared out over its items and still the same fee."""
    for number, settlement in payouts(pulled["shopify"].settlements()).items():
        assert by_order(downloaded["shopify"][number], "other_fee") == by_order(settlement, "other_fee")


def test_ebay_items_are_those_of_the_file(
    pulled: dict[str, Pulled], downloaded: dict[str, dict[str, Settlement]]
) -> None:
    """SKUs, units, prices, postage and fees are the same, also where the file rolls an order up in a row of its own."""

    def items(settlement: Settlement) -> Counter[tuple[Any, ...]]:
        columns = ("order_id", "sku", "quantity", "principal", "shipping", "referral_fee", "other_fee")
        return Counter(tuple(row[name] for name in columns) for row in rows(settlement, Event.SALE) if row["sku"])

    several = 0
    for number, settlement in payouts(pulled["ebay"].settlements()).items():
        assert items(downloaded["ebay"][number]) == items(settlement)
        several += sum(count > 1 for count in Counter(row["order_id"] for row in rows(settlement, Event.SALE)).values())
    assert several > 3


@pytest.mark.parametrize("store", FILES)
def test_units_are_those_that_were_sold_and_are_counted_once(pulled: dict[str, Pulled], store: str) -> None:
    """Whatever pays an order, and in how many settlements: each of its lines has the units that left."""
    shop = store_of(MARKETPLACES[store])
    counted: Counter[tuple[str, str]] = Counter()
    for settlement in pulled[store].settlements().values():
        for row in rows(settlement, Event.SALE):
            counted[row["order_id"], row["sku"]] += row["quantity"]
    sold: Counter[tuple[str, str]] = Counter()
    for order in shop.orders:
        for line in order.lines:
            sold[order.order_id, line.sku] += line.units

    assert {key: sold[key] for key, units in counted.items() if units} == {k: u for k, u in counted.items() if u}
    assert len([units for units in counted.values() if units]) > 25


@pytest.mark.parametrize("store", FILES)
def test_every_item_sold_has_its_cost_in_finale(pulled: dict[str, Pulled], store: str) -> None:
    """Order ids and SKUs of the pulled lines are those under which Finale knows what they cost."""
    business = with_shops(demo_business())
    sold = [row for each in pulled[store].settlements().values() for row in rows(each, Event.SALE) if row["quantity"]]

    assert all(expected_unit_cost(business, row["order_id"], row["sku"]) for row in sold)


def test_a_second_capture_brings_money_and_no_units(pulled: dict[str, Pulled]) -> None:
    """The order's units are in the payout of its first capture; both captures together are its price."""
    name = next(each.order_id for each in SHOP.payments if each.kind == "CAPTURE")
    captures = [
        (number, rows_of)
        for number, each in payouts(pulled["shopify"].settlements()).items()
        if (rows_of := [row for row in rows(each, Event.SALE) if row["order_id"] == name])
    ]
    (first, with_units), (second, without) = sorted(captures)
    lines = SHOP.order(name).lines
    price = sum((line.unit_price * line.units - line.promotion for line in lines), Decimal(0))

    assert first != second
    assert sorted(line.units for line in lines) == sorted(row["quantity"] for row in with_units)
    assert {(0, StockEffect.NONE.value)} == {(row["quantity"], row["stock_effect"]) for row in without}
    assert price == sum(row["principal"] for row in (*with_units, *without))


@pytest.mark.parametrize(
    ("word", "effect"),
    [
        ("RETURN", StockEffect.IN),
        ("CANCEL", StockEffect.IN),
        ("LEGACY_RESTOCK", StockEffect.IN),
        ("NO_RESTOCK", StockEffect.NONE),
    ],
)
def test_the_restock_type_decides_what_a_refund_does_to_the_stock(
    pulled: dict[str, Pulled], word: str, effect: StockEffect
) -> None:
    """Its units are those of the refund's items, and its amount their price and tax."""
    found = [
        row
        for each in pulled["shopify"].settlements().values()
        for row in rows(each, Event.REFUND)
        if row["raw_description"] == word
    ]

    assert found
    assert {effect.value} == {row["stock_effect"] for row in found}
    assert all(row["quantity"] < 0 for row in found)


def test_a_refund_without_items_is_about_no_goods(pulled: dict[str, Pulled]) -> None:
    """Money alone was given back, although it is exactly the price of one unit."""
    name = next(each.order_id for each in SHOP.returns if not each.items)
    (row,) = (
        row
        for each in pulled["shopify"].settlements().values()
        for row in rows(each, Event.REFUND)
        if row["order_id"] == name
    )

    assert (0, StockEffect.NONE.value, -SHOP.order(name).lines[0].unit_price) == (
        row["quantity"],
        row["stock_effect"],
        row["principal"],
    )


def test_gift_cards_are_owed_when_sold_and_paid_when_redeemed(pulled: dict[str, Pulled]) -> None:
    """No sale, no goods; what is redeemed leaves the balance again, and the goods bought with it are a sale."""
    balances = [
        (row["raw_description"], row["net"], row["stock_effect"], row["quantity"])
        for each in pulled["shopify"].settlements().values()
        for row in rows(each, Event.BALANCE)
        if (row["raw_description"] or "").startswith("Gift card")
    ]
    redeemed = [each.amount for each in SHOP.payments if each.gateway == "gift_card"]

    assert [("Gift card sold", Decimal(50), "none", None)] * 2 == [row for row in balances if row[1] > 0]
    assert sorted(-amount for amount in redeemed) == sorted(row[1] for row in balances if row[1] < 0)


def test_what_no_payout_shows_forms_a_settlement_per_month(pulled: dict[str, Pulled]) -> None:
    """PayPal, a free order and goods that came back without money: all of them by their month."""
    found = pulled["shopify"].settlements()
    august, september = found["Not in payouts 2026-08"], found["Not in payouts 2026-09"]
    paypal = next(each for each in SHOP.payments if each.gateway == "paypal")
    free = order_where(lambda order: order.lines[0].promotion_id == "Replacement")
    kinds = {row["raw_type"]: (row["order_id"], row["quantity"], row["net"]) for row in rows(august)}

    assert (paypal.order_id, 2, paypal.amount) == kinds["SALE paypal"]
    assert (free, 1, Decimal(0)) == kinds["FREE ORDER"]
    assert (-1, Decimal(0)) == kinds["REFUND"][1:]
    assert [(-1, StockEffect.IN.value)] == [(row["quantity"], row["stock_effect"]) for row in rows(september)]


@pytest.mark.long
@pytest.mark.parametrize("store", FILES)
def test_the_pulled_payout_is_the_record_and_the_download_a_view(
    pulled: dict[str, Pulled], store: str, tmp_path: Path
) -> None:
    """In either order the books end with one settlement per payout, read from what was pulled."""
    marketplace = MARKETPLACES[store]
    shop: Shop = store_of(marketplace)
    name = next(name for name in pulled[store].contents if "payout" in name and "Not" not in name)
    bundle = OriginalFile(name, pulled[store].contents[name])
    (number,) = (each.settlement_id for each in read_file(bundle.content).settlements)
    file = OriginalFile("download.csv", FILES[store](shop, [number]).content)

    def outcomes(folder: str, *files: OriginalFile) -> list[Import]:
        with new_books(tmp_path / folder) as books:
            found = (
                import_file(books, read_file(f.content, f.name), f, store=None, who="M. Lee", now=NOW).settlements
                for f in files
            )
            return [each.result for imported in found for each in imported]

    assert [Import.NEW, Import.SUPERSEDED, Import.ALREADY_IMPORTED] == outcomes("first", file, bundle, bundle)
    assert [Import.NEW, Import.NOT_NEEDED] == outcomes("second", bundle, file)


@pytest.mark.long
def test_the_running_month_is_replaced_until_it_is_over(tmp_path: Path) -> None:
    """As long as the month runs each pull supersedes the one before; what comes after its end is the record."""
    with service() as sandbox:
        first, later = Pulled(), Pulled()
        sandbox.time.at = datetime(2026, 8, 12, tzinfo=UTC)
        first.pull(sandbox.connector("shopify"))
        sandbox.time.at = NOW
        later.pull(sandbox.connector("shopify"))
    name = "Not in payouts 2026-08.json"
    contents = [first.contents[name], first.contents[name] + b"\n", later.contents[name]]

    with new_books(tmp_path) as books:
        found = [
            import_file(
                books, read_file(each, name), OriginalFile(name, each), store=None, who="M. Lee", now=NOW
            ).settlements
            for each in contents
        ]

    assert [Import.NEW, Import.SUPERSEDED, Import.SUPERSEDED] == [each.result for (each,) in found]


def test_personal_data_can_be_left_out_of_what_is_kept(pulled: dict[str, Pulled]) -> None:
    """Names and addresses come from eBay; without them a document reads the same. Shopify is not asked for any."""
    content = next(iter(pulled["ebay"].contents.values()))
    scrubbed = without_personal_data(content)

    assert b"Robin" in content
    assert not [word for word in (b"Robin", b"Springfield", b"buyer-1", b'1234"') if word in scrubbed]
    assert records(read_file(content).settlements[0].transactions) == records(
        read_file(scrubbed).settlements[0].transactions
    )
    assert not [word for each in pulled["shopify"].contents.values() for word in (b"Robin", b"address") if word in each]


def new_books(folder: Path) -> Database:
    """Open the books of a new company."""
    folder.mkdir(exist_ok=True)
    return Database.create(folder / "books.sqlite", new_company("Linden", "USD", NOW))


def test_an_order_paid_by_gift_card_and_card_has_its_units_with_the_card(pulled: dict[str, Pulled]) -> None:
    """The gift card was taken a minute before, but what Shopify pays out goes first on the same day."""
    paid = {each.order_id: each for each in SHOP.payments if each.gateway == "gift_card"}
    name = next(each.order_id for each in SHOP.payments if each.order_id in paid and each.gateway == "shopify_payments")
    found = {
        settlement_id: [row["quantity"] for row in rows(each, Event.SALE) if row["order_id"] == name]
        for settlement_id, each in pulled["shopify"].settlements().items()
    }

    assert {"Not in payouts 2026-08": [0], "140769427722": [2]} == {key: units for key, units in found.items() if units}
