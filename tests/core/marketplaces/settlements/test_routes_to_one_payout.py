"""Random payouts by every route that their marketplace has: the same types, units, costs and entries in the end.

What a route's source really lacks (a Shopify export knows no SKUs, an eBay refund row no item) is unknown there and
asked, never zero; once the record has come, nothing of the view is left.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.books.batches import BatchKind, new
from core.books.entries.exporting import ExportOptions, make_entries
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import observations
from core.frame_columns import AMOUNT_COLUMNS, MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.journal.entry import EntryKind
from core.marketplaces import read_file
from core.model import CostStatus, Event
from core.typed_amounts import from_text
from sandbox.business.random_business import random_business
from sandbox.settlement_files import amazon_unified, amazon_v1, amazon_v2, amazon_xml
from tests.core.marketplaces.amazon.test_amazon_formats_agree import by_item
from tests.core.marketplaces.amazon.test_amazon_formats_agree import settlements as amazon_settlements
from tests.core.marketplaces.shopify_documents import Back, Good, Paid, ShopOrder, charge, money, payout, refund
from tests.examples import examples
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.books.books import Books
    from core.model import Settlement

NOW = datetime(2026, 9, 1, tzinfo=UTC)
CENT = Decimal("0.01")
FIXED = Decimal("0.40")
"""eBay's fee of an order, whatever it comes to."""
SKUS = ("MUG", "CUP", "JAR")
SEEDS = st.integers(0, 10**6)
MANY = settings(max_examples=examples(60), deadline=None)
FEW = pytest.mark.parametrize("seed", range(4))


def dollars(dice: Random, most: int = 9_000) -> Decimal:
    return Decimal(dice.randint(1, most)) / 100


def in_cents(amount: Decimal) -> Decimal:
    """Round as invoices do; Python's own `quantize` would make 4.44 of a fee of 3.50 at 1.27, which is 4.445."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def the_settlement(content: bytes) -> Settlement:
    (found,) = read_file(content, "payout").settlements
    assert found.ties_out, found.problems
    return found


def sums(settlement: Settlement) -> dict[tuple[str, str], Decimal]:
    """Return what each event adds to each amount column; payouts aside."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in records(settlement.transactions):
        for column in AMOUNT_COLUMNS:
            if row["event"] != Event.PAYOUT:
                found[row["event"], column] += row[column]
    return {place: amount for place, amount in found.items() if amount}


def by_line_type(settlement: Settlement) -> dict[tuple[str, str, str], Decimal]:
    """Return what stands within the amount columns of orders as something of its own, by event, column and line type.

    Charges are left out: what eBay's report calls a subscription is only one of its other fees in the API.
    """
    found: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in records(settlement.transactions):
        for one in from_text(row["typed"]):
            found[row["event"], one.column, str(one.line_type)] += one.amount if row["event"] != Event.FEE else 0
    return {place: amount for place, amount in found.items() if amount}


def units(settlement: Settlement) -> Counter[tuple[str, str, str]]:
    """Return the units of sales by order and SKU; every one must be known."""
    found: Counter[tuple[str, str, str]] = Counter()
    for row in records(settlement.transactions):
        if row["event"] == Event.SALE and row["sku"]:
            found[row["event"], row["order_id"], row["sku"]] += row["quantity"]
    return found


def booked(orders: Iterable[str], *contents: bytes, skus: Sequence[str] = SKUS) -> tuple[Books, dict[str, Decimal]]:
    """Return the books after importing documents one after the other, and the settlement entries by account."""
    cost = {"kind": "order", "currency": "USD", "fetched_at": NOW}
    costs = [cost | {"order_id": one, "product_id": sku, "unit_cost": Decimal(5)} for one in orders for sku in skus]
    known = [{"sku": sku, "product_id": sku, "units": 1} for sku in skus]
    with TemporaryDirectory() as folder:
        database = new_books(Path(folder) / "books.sqlite", "Acme", "USD", NOW)
        with database:
            for number, content in enumerate(contents):
                file = OriginalFile(str(number), content)
                import_file(database, read_file(content, file.name), file, store=None, who="M. Lee", now=NOW)
            with database.writing() as connection:
                batch = new(connection, BatchKind.SYNC, "M. Lee", NOW)
                observations.add(connection, frame(OBSERVATION_COLUMNS, costs), batch, NOW)
                sku_mapping.add(connection, frame(MAPPING_COLUMNS, known), batch, NOW)
            books = load_books(database)
    posted: defaultdict[str, Decimal] = defaultdict(Decimal)
    for settlement in books.settlements:
        for entry in make_entries(books, settlement, EntryKind.SETTLEMENT, ExportOptions()):
            for line in entry.lines:
                posted[line.account] += line.amount
    return books, dict(posted)


EBAY_COLUMNS = (
    "Transaction creation date,Type,Order number,Net amount,Payout currency,Payout date,Payout ID,Item ID,"
    "Transaction ID,Custom label,Quantity,Item subtotal,Shipping and handling,Final Value Fee - variable,"
    "International fee,Gross transaction amount,Transaction currency,Exchange rate,Reference ID,Description"
)


class EbayPayout:
    """A payout of eBay that chance makes up, as its report and as its API tell it."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311  # a payout for tests
        self.rows: list[dict[str, object]] = []
        self.transactions: list[dict[str, Any]] = []
        self.orders: list[dict[str, Any]] = []
        self.of_several: set[str] = set()
        self.converts = seed % 5 == 0
        for number in range(self.dice.randint(1, 5)):
            self.sell(f"10-{number:05d}-00001")
        for kind, word, fee_type, description in (
            ("NON_SALE_CHARGE", "Other fee", "PREMIUM_AD_FEES", "Promoted Listings - Priority fee"),
            ("NON_SALE_CHARGE", "Other fee", "STORE_SUBSCRIPTION_FEE", "Store subscription fee"),
            ("SHIPPING_LABEL", "Shipping label", "", "--"),
            ("CREDIT", "Credit", "", "Goodwill"),
            ("TRANSFER", "Transfer", "", "Reimbursement of a refund"),
        ):
            if self.dice.random() < 0.6:  # most of them
                amount = dollars(self.dice) * (1 if kind == "CREDIT" else -1)
                self.book(kind, amount, fee_type=fee_type)
                self.row(word, amount, gross=amount, description=description)

    def sell(self, order: str) -> None:
        """Sell one or several items, some of them abroad; now and then something is given back or disputed."""
        dice = self.dice
        rate = dice.choice([Decimal(1), Decimal(1), Decimal("1.27"), Decimal("0.92")])
        currency = "USD" if rate == 1 else "GBP"
        items = []
        for number, sku in enumerate(dice.sample(SKUS, dice.choice([1, 1, 2, 3]))):
            price, postage = dollars(dice) + 1, dice.choice([Decimal(0), Decimal("4.90")])
            fees = [("Final Value Fee - variable", "FINAL_VALUE_FEE", in_cents(price * Decimal("0.13")))]
            fees += [("International fee", "INTERNATIONAL_FEE", Decimal("0.35"))] if dice.random() < 0.5 else []
            fees += [("Regulatory operating fee", "REGULATORY_OPERATING_FEE", Decimal("0.11"))] * (dice.random() < 0.3)
            fees += [("Final Value Fee - fixed", "FINAL_VALUE_FEE_FIXED_PER_ORDER", FIXED)] * (number == 0)
            fees += [("Charity donation", "CHARITY_DONATION", Decimal("1.05"))] * (dice.random() < 0.2)
            items.append((f"{order}-{number}", sku, dice.randint(1, 4), price, postage, fees))
        gross = sum((price + postage for _, _, _, price, postage, _ in items), Decimal(0))
        charges = sum((fee for item in items for _, _, fee in item[5]), Decimal(0))
        net = in_cents((gross - charges) * rate)
        taken = [[(name, self.charged(fee, currency, rate)) for _, name, fee in item[5]] for item in items]
        self._report_sale(order, items, net, gross, currency, rate)
        self.orders.append({"orderId": order, "lineItems": [_ebay_item(item, currency) for item in items]})
        self.book("SALE", net, order=order, items=list(zip(items, taken, strict=True)), currency=currency, rate=rate)
        if len(items) > 1:
            self.of_several.add(order)
        self._give_back(order, items, currency, rate)

    def charged(self, fee: Decimal, currency: str, rate: Decimal) -> dict[str, str]:
        """Return a fee as the API tells it: in the order's currency, in some payouts converted."""
        return usd(in_cents(fee * rate)) if self.converts else money_of(fee, currency)

    def _report_sale(
        self, order: str, items: list[Any], net: Decimal, gross: Decimal, currency: str, rate: Decimal
    ) -> None:
        whole = {"Net amount": net, "Gross transaction amount": gross, "Payout currency": "USD"}
        foreign = {"Transaction currency": currency, "Exchange rate": rate if rate != 1 else "--"}
        rows: list[dict[str, object]] = [
            {
                "Item ID": f"15{item}",
                "Transaction ID": item,
                "Custom label": sku,
                "Quantity": count,
                "Item subtotal": price,
                "Shipping and handling": postage or "--",
                **{name: -fee for name, _, fee in fees},
            }
            for item, sku, count, price, postage, fees in items
        ]
        if len(rows) > 1 and self.dice.random() < 0.3:  # the fixed fee may stand with the order
            whole["Final Value Fee - fixed"] = rows[0].pop("Final Value Fee - fixed")
        rows = [{**rows[0], **whole}] if len(rows) == 1 else [whole, *rows]
        self.rows += [{"Type": "Order", "Order number": order, **foreign, **row} for row in rows]

    def _give_back(self, order: str, items: list[Any], currency: str, rate: Decimal) -> None:
        item, _, count, price, _, _ = self.dice.choice(items)
        chance = self.dice.random()
        if chance < 0.2:  # some give all of it back, postage too
            given = [(item[0], item[3] + item[4]) for item in (items[:1] if self.converts else items)]
            self._refund(order, given, currency, rate)
        elif chance < 0.4:  # as many a part of an item
            self._refund(order, [(item, in_cents(price * self.dice.randint(1, count) / count))], currency, rate)
        elif chance < 0.6:  # some
            amount = -dollars(self.dice)
            self.row("Payment dispute", amount, gross=amount, order=order, description="Not received")
            self.book("DISPUTE", amount, order=order)

    def _refund(self, order: str, items: list[tuple[str, Decimal]], currency: str, rate: Decimal) -> None:
        """Give amounts of items back, with their fee; the report says neither items nor units."""
        fees = {item: in_cents(amount * Decimal("0.13")) for item, amount in items}
        whole, back = sum((amount for _, amount in items), Decimal(0)), sum(fees.values(), Decimal(0))
        net = -in_cents((whole - back) * rate)
        foreign = {"Transaction currency": currency, "Exchange rate": rate if rate != 1 else "--"}
        self.row("Refund", net, gross=-whole, order=order, **{"Final Value Fee - variable": back, **foreign})
        nodes = []
        for item, amount in items:
            told = {"feeType": "FINAL_VALUE_FEE", "amount": self.charged(fees[item], currency, rate)}
            basis = money_of(amount, currency)
            nodes.append({"lineItemId": item, "feeBasisAmount": basis, "marketplaceFees": [told]})
        self.book("REFUND", net, order=order, nodes=nodes, currency=currency, rate=rate)

    def row(self, word: str, net: Decimal, *, gross: Decimal, order: str = "--", **more: object) -> None:
        """Write a row of the report that is no sale."""
        described = {"Description": more.pop("description", "--")}
        fixed = {"Type": word, "Order number": order, "Net amount": net, "Gross transaction amount": gross}
        self.rows.append({"Payout currency": "USD", "Transaction currency": "USD", **fixed, **described, **more})

    def book(
        self,
        kind: str,
        net: Decimal,
        *,
        order: str = "",
        fee_type: str = "",
        items: list[Any] | None = None,
        nodes: list[dict[str, Any]] | None = None,
        currency: str = "USD",
        rate: Decimal = Decimal(1),
    ) -> None:
        """Book a transaction of the API; the basis of a sale's fees has the tax that eBay collects in it."""
        sold = [
            {
                "lineItemId": item[0],
                "feeBasisAmount": money_of(in_cents((item[3] + item[4]) * Decimal("1.2")), currency),
                "marketplaceFees": [{"feeType": name, "amount": fee} for name, fee in taken],
            }
            for item, taken in items or ()
        ]
        self.transactions.append(
            {
                "transactionId": str(len(self.transactions) + 1),
                "transactionType": kind,
                "transactionDate": "2026-08-06T00:00:00.000Z",
                "orderId": order,
                "feeType": fee_type,
                "amount": usd(abs(net)) | ({"exchangeRate": str(rate)} if currency != "USD" else {}),
                "bookingEntry": "DEBIT" if net < 0 else "CREDIT",
                "orderLineItems": nodes or sold,
            }
        )

    @property
    def total(self) -> Decimal:
        """What the bank receives."""
        signs = {"CREDIT": 1, "DEBIT": -1}
        parts = (Decimal(one["amount"]["value"]) * signs[one["bookingEntry"]] for one in self.transactions)
        return sum(parts, Decimal(0))

    def report(self, lacking: float = 0.0, *, with_payout: bool = True) -> bytes:
        """Return the downloaded report.

        Args:
            lacking: Which share of the rows of items of orders of several is not in it.
            with_payout: Whether the payout's own row is.
        """
        names = [*EBAY_COLUMNS.split(","), "Final Value Fee - fixed", "Regulatory operating fee", "Charity donation"]
        text = io.StringIO()
        writer = csv.DictWriter(text, names, restval="--", lineterminator="\n")
        writer.writeheader()
        paid = {"Payout date": "Aug 9, 2026", "Payout ID": "7001", "Transaction creation date": "Aug 6, 2026"}
        for number, row in enumerate(self.rows):
            if row["Type"] == "Order" and "Net amount" not in row and self.dice.random() < lacking:
                continue
            writer.writerow({**paid, "Reference ID": number if row["Type"] != "Order" else "--", **row})
        whole = {"Type": "Payout", "Net amount": -self.total, "Payout currency": "USD"}
        if with_payout:
            writer.writerow({**paid, **whole, "Gross transaction amount": -self.total})
        return text.getvalue().encode()

    def pulled(self) -> bytes:
        """Return the pulled payout."""
        head = {"payoutId": "7001", "payoutDate": "2026-08-09T00:00:00.000Z", "amount": usd(self.total)}
        document = {"format": "ebay_payout_api", "payout": head, "transactions": self.transactions}
        return json.dumps({**document, "orders": self.orders}).encode()


def money_of(amount: Decimal, currency: str) -> dict[str, str]:
    return {"value": str(amount), "currency": currency}


def usd(amount: Decimal) -> dict[str, str]:
    return money_of(amount, "USD")


def _ebay_item(item: Any, currency: str) -> dict[str, Any]:  # a tuple of many things
    code, sku, count, price, postage, _ = item
    return {
        "lineItemId": code,
        "sku": sku,
        "quantity": count,
        "lineItemCost": money_of(price, currency),
        "deliveryCost": {"shippingCost": money_of(postage, currency)},
    }


@MANY
@given(seed=SEEDS)
def test_ebays_report_and_pulled_payout_agree(seed: int) -> None:
    """Abroad too: price, postage and each fee to the cent, and units."""
    made = EbayPayout(seed)
    report, pulled = the_settlement(made.report()), the_settlement(made.pulled())

    assert sums(pulled) == sums(report)
    assert units(pulled) == units(report)
    assert by_line_type(pulled) == by_line_type(report)
    assert pulled.total == report.total == made.total


@pytest.mark.long
@FEW
def test_ebays_report_and_pulled_payout_make_the_same_books(seed: int) -> None:
    """COGS and every account; an order of several items whose refund names none is asked in the report alone."""
    made = EbayPayout(seed)
    orders = {one["orderId"] for one in made.orders}
    (record, record_entry), (view, view_entry) = booked(orders, made.pulled()), booked(orders, made.report())
    both, both_entry = booked(orders, made.report(), made.pulled())
    assert record_entry == view_entry == both_entry
    assert records(record.lines) == records(both.lines)
    asked = view.lines[view.lines["cost_status"] == CostStatus.MISSING]
    told = record.lines[~record.lines["order_id"].isin(list(asked["order_id"].dropna()))]
    also = view.lines[~view.lines["order_id"].isin(list(asked["order_id"].dropna()))]
    assert set(asked["order_id"]) <= made.of_several | set(
        record.lines.loc[record.lines["cost_status"] == CostStatus.MISSING, "order_id"]
    )
    assert sum(told["cogs"].tolist(), Decimal(0)) == sum(also["cogs"].tolist(), Decimal(0))


ABROAD = (
    '"Aug 6, 2026",Order,10-1,{net},USD,"Aug 9, 2026",7001,151,1,MUG,2,40.00,--,-5.20,--,40.00,GBP,{rate},--,--',
    '"Aug 7, 2026",Refund,10-1,{back},USD,"Aug 9, 2026",7001,--,--,--,--,--,--,2.60,--,-20.00,GBP,{rate},R1,--',
)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("rate", "net", "back"), [("1.25", "43.50", "-21.75"), ("0.8", "43.50", "-21.75"), ("--", "43.50", "-21.75")]
)
def test_a_refund_abroad_is_the_share_of_its_sale(rate: str, net: str, back: str) -> None:
    """One of two units, 40.00 pounds at 1.25, came back: COGS 5.00, whichever way round the rate is written, or not."""
    rows = (row.format(rate=rate, net=net, back=back) for row in ABROAD)
    books, entry = booked({"10-1"}, "\n".join((EBAY_COLUMNS, *rows, "")).encode())
    sale, refunded = records(books.lines.sort_values("posted_at"))

    assert (Decimal(50), Decimal("-6.50")) == (sale["principal"], sale["referral_fee"])
    assert (Decimal(-25), Decimal("3.25")) == (refunded["principal"], refunded["referral_fee"])
    assert [Decimal(10), Decimal(-5)] == [sale["cogs"], refunded["cogs"]]
    assert Decimal("21.75") in entry.values()


def test_a_row_whose_rate_does_not_fit_is_said() -> None:
    """The net amount counts; that items or rows may be missing is a warning."""
    rows = (row.format(rate="1.25", net="33.50", back="-21.75") for row in ABROAD)
    reading = read_file("\n".join((EBAY_COLUMNS, *rows, "")).encode(), "report.csv")

    assert ["report.csv, line 2, column Net amount"] == [problem.where for problem in reading.problems]
    assert "At the exchange rate 1.25" in reading.problems[0].message


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
@pytest.mark.parametrize("with_payout", [False, True])
@FEW
def test_ebays_reports_that_lack_rows_of_items_come_to_the_whole_one(seed: int, *, with_payout: bool) -> None:
    """Two parts and the whole report, or the whole report and a part, are the whole report, and so is the record."""
    made = EbayPayout(seed)
    orders = {one["orderId"] for one in made.orders}
    parts = [made.report(lacking, with_payout=with_payout) for lacking in (1, 0.5)]
    whole = made.report(with_payout=with_payout)
    alone, entry = booked(orders, whole)

    for documents in ((*parts, whole), (whole, *parts)):
        books, also = booked(orders, *documents)
        assert records(books.lines) == records(alone.lines)
        assert entry == also
    assert records(booked(orders, *parts, made.pulled())[0].lines) == records(booked(orders, made.pulled())[0].lines)


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
