"""Random V2 flat files: many settlements and words, repeated rows, unknown columns, several notations and encodings.

Now and then a file has a cell, row or column that must be refused; most can be read.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.core.marketplaces.amazon_files import V2_COLUMNS

if TYPE_CHECKING:
    from random import Random

    from tests.core.marketplaces.amazon_files import Cells

_WORDS = [
    *[("Order", "ItemPrice", word) for word in ("Principal", "Tax", "Shipping", " principal ", "Never Seen")],
    *[("Order", "ItemFees", word) for word in ("Commission", "FBAPerUnitFulfillmentFee", "Odd Fee", "Goodwill")],
    *[("Refund", "ItemPrice", word) for word in ("Principal", "Tax", "")],
    *[("Order", "Promotion", "Shipping"), ("order ", "ItemPrice", "Principal"), ("Order", "Strange", "Principal")],
    *[("Order", "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal"), ("Order", "Points", "Points")],
    *[("Order", "ItemWithheldTax", "LowValueGoodsTax-Shipping"), ("Order", "FBA Fees", "Something")],
    *[("Chargeback Refund", "ItemPrice", "Principal"), ("Liquidations", "ItemPrice", "Principal")],
    *[
        ("other-transaction", "other-transaction", word)
        for word in ("Storage Fee", "Subscription Fee", "Goods | seized")
    ],
    *[("other-transaction", "FBA Inventory Reimbursement", word) for word in ("WAREHOUSE_LOST", "NEVER_SEEN")],
    *[("other-transaction", "FBA Inventory Reimbursement", word) for word in ("COMPENSATED_CLAWBACK", "REVERSAL\\X")],
    *[("ServiceFee", "Cost of Advertising", "TransactionTotalAmount"), ("Never Seen", "ItemPrice", "Principal")],
    *[("Never Seen", "", ""), ("", "", "Micro Deposit"), ("other-transaction", "other-transaction", "Transfer")],
    *[("other-transaction", "other-transaction", "Previous Reserve Amount Balance"), ("TBYB Trial Shipment", "", "")],
]
_DATES = {
    "iso": ["2026-06-17 08:14:22 UTC", "2026-06-18 23:59:59 UTC", "2026-06-18T00:00:00+00:00", "2026-06-17 08:14:22"],
    "points": ["17.06.2026 08:14:22 UTC", "18.06.2026 00:00:00 UTC", "Jun 19, 2026 1:02 PM PDT"],
    "slashes": ["06/17/2026 08:14:22 UTC", "06/18/2026", "06/09/2026 10:00"],
    "other slashes": ["17/06/2026 08:14:22", "09/06/2026", "18/06/2026 01:00"],
}
_PERIODS = {
    "slashes": ("06/16/2026", "06/30/2026", "07/02/2026"),
    "other slashes": ("16/06/2026", "30/06/2026", "02/07/2026"),
}
_ISO_PERIOD = ("2026-06-16 00:00:00 UTC", "2026-06-30 00:00:00 UTC", "2026-07-02 00:00:00 UTC")
_ODD_CELLS = [
    *[("amount", "12.3.4"), ("amount", "ten"), ("amount", ""), ("amount", "1.2345678"), ("amount", "999999999999.99")],
    *[("posted-date-time", "yesterday"), ("posted-date-time", "2026-02-30 00:00:00 UTC"), ("currency", "dollars")],
    *[("settlement-id", "99999999999"), ("settlement-id", "1.19111E+14"), ("quantity-purchased", "1.5")],
    *[("sku", "x" * 33_000), ("total-amount", "nothing"), ("settlement-id", ""), ("order-id", "settlement-id")],
]
_USUAL_CELLS = [
    *[("order-id", "1.19111E+14"), ("currency", "EUR"), ("currency", "usd"), ("posted-date-time", "")],
    *[("sku", " A "), ("sku", "  "), ("order-id", " 111-1 "), ("posted-date-time", "1989-12-31"), ("sku", "A|\\B")],
    *[("posted-date", "19.06.2026"), ("merchant-order-id", "zz"), ("fulfillment-id", "MFN"), ("adjustment-id", "A9")],
]
_CHOICES: dict[str, list[str]] = {
    "order-id": ["111-1", "111-2", "111-3", ""],
    "merchant-order-id": ["M1", "M2", ""],
    "adjustment-id": ["", "", "A1"],
    "shipment-id": ["", "S1"],
    "marketplace-name": ["Amazon.com", "Amazon.ca", "Non-Amazon US", "", "amazon.com"],
    "fulfillment-id": ["AFN", ""],
    "order-item-code": ["", "I1", "I2"],
    "sku": ["00123", "A |\\ B", "Ω", "ß", ""],
    "quantity-purchased": ["", "1", "2", "3", "-1", "0", "2.0"],
    "currency": ["", "", "", "USD"],
}


def random_file(random: Random) -> bytes:
    """Return a file; the same for the same state of `random`."""
    notation = random.choice(list(_DATES))
    settlements = [f"1111111111{number}" for number in range(random.randint(1, 3))]
    rows = [row for one in settlements for row in _settlement(random, one, notation)]
    if random.random() < 0.3:
        random.shuffle(rows)
    columns = [*V2_COLUMNS]
    for name, texts in _unknown_columns(random):
        columns.insert(random.randint(0, len(columns)), name)
        for row in rows:
            row[name] = random.choice(texts)
    if random.random() < 0.2:
        random.shuffle(columns)
    if random.random() < 0.2:
        columns.remove("posted-date")
    return _written(random, columns, rows)


def _unknown_columns(random: Random) -> list[tuple[str, list[str]]]:
    every = [
        ("vat-rate", ["20%", "19%"]),
        ("other-amount", ["", "1.50", "0"]),
        ("remark", ["a", "b "]),
        ("zero", ["0"]),
    ]
    return [one for one in every if random.random() < 0.2]


def _settlement(random: Random, settlement_id: str, notation: str) -> list[Cells]:
    lines = [_line(random, settlement_id, notation) for _ in range(random.randint(0, 25))]
    lines += [dict(random.choice(lines)) for _ in range(random.randint(0, 6)) if lines]
    total = sum((_value(line["amount"]) for line in lines), Decimal(0)) + (random.random() < 0.2)
    for line in lines:
        for odds, cells in ((0.05, _USUAL_CELLS), (0.002, _ODD_CELLS)):
            if random.random() < odds:
                name, text = random.choice(cells)
                line[name] = text
    names = ("settlement-start-date", "settlement-end-date", "deposit-date")
    dates = dict(zip(names, _PERIODS.get(notation, _ISO_PERIOD), strict=True))
    summary = {"settlement-id": settlement_id, **dates, "total-amount": f"{total}", "currency": "USD"}
    return [summary, *lines]


def _value(text: str) -> Decimal:
    return Decimal(text)


def _line(random: Random, settlement_id: str, notation: str) -> Cells:
    kind, amount_type, description = random.choice(_WORDS)
    places = random.choice((0, 1, 2, 2, 2, 4, 6))
    return {
        **{name: random.choice(texts) for name, texts in _CHOICES.items()},
        "settlement-id": settlement_id,
        "transaction-type": kind,
        "amount-type": amount_type,
        "amount-description": description,
        "amount": f"{Decimal(random.choice((0, 1, -1, 5, random.randint(-99999, 99999)))):.{places}f}",
        "posted-date-time": random.choice(_DATES[notation]),
    }


def _written(random: Random, columns: list[str], rows: list[Cells]) -> bytes:
    delimiter = random.choice("\t\t\t\t,;")
    quoted = delimiter != "\t" or random.random() < 0.1
    commas = random.random() < 0.2
    lines = [columns, *([_cell(row.get(name, ""), name, commas=commas) for name in columns] for row in rows)]
    texts = [
        delimiter.join(f'"{cell.replace(chr(34), 2 * chr(34))}"' if quoted else cell for cell in line) for line in lines
    ]
    if delimiter == "\t" and not quoted and random.random() < 0.15:
        texts = [text.rstrip("\t ") for text in texts]
    if random.random() < 0.1:
        texts.insert(random.randint(0, len(texts)), random.choice(("", "\t" * 23, "  ", texts[0], delimiter * 23)))
    if random.random() < 0.03:
        texts[-1] = texts[-1][: len(texts[-1]) // 2]
    end = random.choice(("\n", "\n", "\r\n", "\r"))
    text = end.join(texts) + random.choice((end, end, ""))
    text = random.choice(("", "", "", "Exported by somebody\n\n")) + text
    return text.encode(random.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le")))


def _cell(text: str, name: str, *, commas: bool) -> str:
    return text.replace(".", ",") if commas and name in ("amount", "total-amount", "other-amount") else text
