"""Random eBay reports of orders of several items: rows missing, doubled, of several payouts, in other currencies."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.core.marketplaces.ebay_documents import PAID, report

if TYPE_CHECKING:
    from random import Random

    from tests.core.marketplaces.ebay_documents import Row

_DAYS = ("Aug 31, 2026", "Aug 30, 2026", " Aug 31, 2026")
_FEES = ("Final Value Fee - fixed", "Final Value Fee - variable", "Regulatory operating fee", "Charity donation")
_PRICES = ("Item subtotal", "Shipping and handling", "Seller collected tax")


def random_report(random: Random) -> bytes:
    """Return a report of some orders, the same for the same state; most of it fits together."""
    orders = (_order(random, random.choice((number, number, number, 0))) for number in range(random.randint(1, 9)))
    rows: list[Row] = [{"Type": "Payout", **PAID, "Net amount": "-1"}, *(row for order in orders for row in order)]
    if random.random() < 0.3:
        random.shuffle(rows)
    return _with_column(random, rows) if random.random() < 0.1 else report(*rows)


def _with_column(random: Random, rows: list[Row]) -> bytes:
    """Return the report with a column that nobody declared, which may be proved to be money."""
    lines = report(*rows).decode().splitlines()
    cells = ["VAT on fees", *(random.choice(("0", "0.5")) for _ in rows)]
    return "".join(f"{line},{cell}\n" for line, cell in zip(lines, cells, strict=True)).encode()


def _order(random: Random, number: int) -> list[Row]:
    items = [_item(random, number, code) for code in range(random.choice((0, 1, 1, 2, 2, 3, 5)))]
    told = {"Order number": f"11-{number:05}", "Transaction creation date": random.choice((*_DAYS[:1] * 8, *_DAYS))}
    payout: Row = {**PAID, "Payout ID": random.choice((PAID["Payout ID"],) * 6 + ("7600000002", "--", ""))}
    kind = random.choice(("Order",) * 14 + ("Refund", "Claim", "Other fee", "Bestellung", "Odd"))
    whole = {"Type": kind, **told, **payout, **_sums(random, items), **_currencies(random)}
    rows: list[Row] = [{"Type": kind, **told, **_payout_of_item(random, payout), **item} for item in items]
    if len(items) == 1 and random.random() < 0.6:
        return [{**rows[0], **whole}]
    if items and random.random() < 0.12:
        del rows[random.randrange(len(rows))]
    wholes = [whole] * random.choice((1,) * 12 + (0, 2))
    if len(wholes) > 1:
        wholes[1] = {**whole, "Payout ID": "7600000003", "Gross transaction amount": "1"}
    return [*wholes, *rows]


def _item(random: Random, number: int, code: int) -> Row:
    told: Row = {"Item ID": f"10{code}", "Transaction ID": f"{number}{code}", "Custom label": f"SKU-{code % 3}"}
    prices = {name: _amount(random, 1) for name in _PRICES[: random.choice((1, 1, 2, 3))]}
    fees = {name: _amount(random, -1) for name in _FEES[: random.choice((0, 1, 2, 2, 3, 4))]}
    return {**told, "Quantity": random.choice(("1", "1", "2", "--")), **prices, **fees}


def _amount(random: Random, sign: int) -> str:
    if random.random() < 0.06:
        return random.choice(("--", "0", "0.00", ""))
    return str(sign * Decimal(random.randint(1, 4000)).scaleb(-random.choice((0, 1, 2, 2, 2))))


def _sums(random: Random, items: list[Row]) -> Row:
    def total(names: tuple[str, ...]) -> Decimal:
        amounts = (str(item.get(name, "0")) for item in items for name in names)
        return sum((Decimal(amount) for amount in amounts if amount not in ("--", "")), Decimal(0))

    odd = Decimal(random.choice((0,) * 8 + (1, -3)))
    gross = random.choice((str(total(_PRICES)),) * 10 + ("--", "5"))
    found: Row = {"Net amount": str(total(_PRICES) + total(_FEES) + odd), "Gross transaction amount": gross}
    if random.random() < 0.05:
        found[random.choice(_FEES)] = "-0.40"
    return found


def _currencies(random: Random) -> Row:
    if random.random() < 0.9:
        return {"Transaction currency": random.choice(("USD", "USD", "--"))}
    return {"Transaction currency": "GBP", "Exchange rate": random.choice(("1.31869", "0.75833", "--", "about"))}


def _payout_of_item(random: Random, payout: Row) -> Row:
    if random.random() < 0.7:
        return {}
    other: list[Row] = [{"Payout ID": payout["Payout ID"]}, {"Payout ID": "7600000003"}, {**PAID}]
    return random.choice([payout, *other])
