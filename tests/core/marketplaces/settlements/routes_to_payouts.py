"""Random payouts, and what is read and booked of them by whatever route."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from core.books.batches import BatchKind, new
from core.books.entries.exporting import ExportOptions, make_entries
from core.books.importing.importing import import_file
from core.books.loading import load_books
from core.books.settings import sku_mapping
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing import stored_observations
from core.frame_columns import AMOUNT_COLUMNS, MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.journal.entry import EntryKind
from core.marketplaces import read_file
from core.model import Event
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
                stored_observations.add(connection, frame(OBSERVATION_COLUMNS, costs), batch, NOW)
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
        self.orders.append({"orderId": order, "lineItems": [ebay_item(item, currency) for item in items]})
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


def ebay_item(item: Any, currency: str) -> dict[str, Any]:  # a tuple of many things
    code, sku, count, price, postage, _ = item
    return {
        "lineItemId": code,
        "sku": sku,
        "quantity": count,
        "lineItemCost": money_of(price, currency),
        "deliveryCost": {"shippingCost": money_of(postage, currency)},
    }
