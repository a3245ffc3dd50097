"""Columns that nobody declared: money only where every row's own sum proves it, else named and not used."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.frame_columns import AMOUNT_COLUMNS
from core.marketplaces import FORMATS, read_file
from core.marketplaces.columns.undeclared_columns import proved
from core.marketplaces.ebay import transaction_report
from core.marketplaces.ebay.report_columns import COMPONENTS, vat_rate
from core.marketplaces.reading.contents import Contents, open_contents
from core.marketplaces.reading.file_tables import columns_named
from core.marketplaces.shopify import payments_columns, payments_csv
from core.model import Reading, Severity
from core.typed_amounts import from_text
from tests.core.marketplaces.amazon_files import V2_COLUMNS, flat_file, line, summary
from tests.core.marketplaces.settlement_writers import WRITERS, Sold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.marketplaces.formats import Format

SOLD = [Sold("111-1", "A", 2, Decimal("10.00"), Decimal("-1.00")), Sold("111-2", "B", 1, Decimal(5), Decimal(-1))]


def amounts(reading: Reading) -> dict[str, Decimal]:
    """Return what is in each amount column of the file, those without anything left out."""
    frames = [reading.unsettled, *(settlement.transactions for settlement in reading.settlements)]
    frames = [frame[frame["event"] != "payout"] for frame in frames]
    sums = {
        column: sum((value for frame in frames for value in frame[column]), Decimal(0)) for column in AMOUNT_COLUMNS
    }
    return {column: value for column, value in sums.items() if value}


def with_column(form: str, name: str, *cells: str, before: str = "") -> Reading:
    """Read a file of a format that has one more column: the cells of its rows in turn, the last again and again."""
    lines = WRITERS[form](SOLD).content().decode().replace("\r\n", "\n").rstrip("\n").split("\n")
    mark = "\t" if form.endswith("_flat") else ","
    at = next(n for n, text in enumerate(lines) if text.count(mark) > 5)
    column = lines[at].split(mark).index(before) if before else 0
    added = []
    for number, text in enumerate(lines[at + 1 :]):
        parts = text.replace("Jun 17, 2026", "Jun 17 2026").replace('"', "").split(mark)
        parts.insert(column, cells[min(number, len(cells) - 1)])
        added.append(mark.join(parts))
    header = lines[at].split(mark)
    header.insert(column, name)
    return read_file("\n".join([*lines[:at], mark.join(header), *added, ""]).encode(), "f")


BETWEEN = [
    ("amazon_unified_csv", "fba fees"),
    ("ebay_transaction_report", "Gross transaction amount"),
    ("shopify_payments_csv", "Net"),
    ("walmart_recon_v1", "Amount Type"),
    ("amazon_v2_flat", "quantity-purchased"),
    ("amazon_v1_flat", "other-amount"),
]


@pytest.mark.few(1)
@pytest.mark.parametrize(("form", "before"), BETWEEN)
@pytest.mark.parametrize(
    ("name", "cell"), [("Rate of something", "20"), ("Taux", "20%"), ("future-fee-amount", "-3.25"), ("Unit", "7.5")]
)
def test_numbers_between_two_amounts_are_no_money(form: str, before: str, name: str, cell: str) -> None:
    """Each reader names the column and reads everything else as without it."""
    plain, more = read_file(WRITERS[form](SOLD).content()), with_column(form, name, cell, before=before)

    assert amounts(plain) == amounts(more)
    assert [found.sum for found in plain.settlements] == [found.sum for found in more.settlements]
    (note,) = [problem for problem in more.problems if name in problem.message]
    assert (Severity.NOTE, True) == (note.severity, "is not known and was not used" in note.message)


@pytest.mark.few(1)
@pytest.mark.parametrize("cell", ["", "0", "0.00", "some text", "B0ABC", "2026-06-17"])
@pytest.mark.parametrize(("form", "before"), BETWEEN)
def test_columns_without_numbers_are_not_named(form: str, before: str, cell: str) -> None:
    """What holds no number is not asked about."""
    assert read_file(WRITERS[form](SOLD).content()).problems == with_column(form, "Memo", cell, before=before).problems


UNIFIED = """All amounts in USD
date/time,settlement id,type,order id,sku,quantity,product sales,new fee,rate,selling fees,fba fees,\
other transaction fees,other,total
"Jun 17, 2026 8:14:22 AM UTC",11,Order,1,A,1,10.00,{0},20,-1.00,0,0,0,{1}
"Jun 18, 2026 8:14:22 AM UTC",11,Order,2,A,1,20.00,{2},20,-2.00,0,0,0,{3}
"""


@pytest.mark.parametrize(
    ("cells", "other", "ties"),
    [
        (("-0.50", "8.50", "-1.00", "17.00"), Decimal("-1.50"), True),
        (("", "9.00", "-1.00", "17.00"), Decimal("-1.00"), True),
        (("-0.50", "9.00", "-1.00", "18.00"), None, True),
        (("-0.50", "8.50", "-1.00", "18.00"), Decimal("-0.50"), False),
        (("0.50", "8.50", "1.00", "17.00"), Decimal("-1.50"), True),
        (("", "9.00", "1.00", "17.00"), Decimal("-1.00"), True),
        (("0.50", "8.50", "-1.00", "19.00"), Decimal("0.50"), True),
        (("0.50", "8.50", "1.00", "19.00"), Decimal("0.50"), False),
    ],
)
def test_unified_report_proves_a_column_by_every_row(
    cells: tuple[str, ...], other: Decimal | None, *, ties: bool
) -> None:
    """All rows need it, or it is not used; a rate beside it is not; a row without proof is an error."""
    reading = read_file(UNIFIED.format(*cells).encode())

    assert other == amounts(reading).get("other")
    assert ties is reading.settlements[0].ties_out
    words = {('"new fee"', "it counts as Other"), ('"rate"', "was not used")} if other and ties else set()
    assert all(any(name in p.message and word in p.message for p in reading.problems) for name, word in words)


EBAY = (
    "Transaction creation date,Type,Order number,Net amount,Payout currency,Payout date,Payout ID,Item ID,"
    "Transaction ID,Custom label,Quantity,Item subtotal,Shipping and handling,Seller specified VAT rate,"
    "Final Value Fee - fixed,"
    "{name},Charity donation,Gross transaction amount\n"
    '"Jun 17, 2026",Order,1,{net},GBP,--,11,1,T1,A,1,20,3,{rate},-3.25,{cell},{donation},23\n'
)


def ebay(name: str = "Memo", cell: str = "--", rate: str = "--", donation: str = "--", net: str = "19.75") -> Reading:
    """Read an eBay report of one order."""
    return read_file(EBAY.format(name=name, cell=cell, rate=rate, donation=donation, net=net).encode(), "f")


@pytest.mark.parametrize(
    ("text", "mark", "rate"),
    [
        ("20", ".", "20"),
        ("20%", ".", "20"),
        ("5.5 %", ".", "5.5"),
        ("5,5", ",", "5.5"),
        ("0", ".", "0"),
        ("", ".", None),
        ("0.2", ".", None),
        ("standard", ".", None),
        ("5,5", ".", None),
    ],
)
def test_rate_in_per_cent(text: str, mark: str, rate: str | None) -> None:
    """A number with or without the sign; what may mean two things tells nothing."""
    assert (None if rate is None else Decimal(rate)) == vat_rate(text, mark)


@pytest.mark.parametrize("rate", ["20", "20%", "20 %", "20.0", "0", "5.5%"])
def test_ebay_vat_rate_is_no_fee(rate: str) -> None:
    """Net sales are gross, the fee is the fee, and nothing is left over; the rate itself is kept."""
    reading = ebay(rate=rate)

    assert {"principal": 20, "shipping": 3, "referral_fee": Decimal("-3.25")} == amounts(reading)
    assert () == reading.problems


@pytest.mark.parametrize("rate", ["standard", "0.2", "1,000", "-20", "120%"])
def test_ebay_vat_rate_that_is_none(rate: str) -> None:
    """Money is read all the same; the cell is named."""
    reading = ebay(rate=f'"{rate}"')

    assert {"principal": 20, "shipping": 3, "referral_fee": Decimal("-3.25")} == amounts(reading)
    assert [f"'{rate}' is not a VAT rate in percent (20 or 20%); the row has none."] == [
        problem.message for problem in reading.problems
    ]
    assert "f, line 2, column Seller specified VAT rate" == reading.problems[0].where


def test_ebay_donation_is_no_fee() -> None:
    """It is declared, and other money than fees."""
    reading = ebay(donation="-1.00", net="18.75")

    assert {"principal": 20, "shipping": 3, "referral_fee": Decimal("-3.25"), "other": -1} == amounts(reading)
    assert () == reading.problems


@pytest.mark.parametrize(
    ("name", "cell", "net", "other"),
    [
        ("Withheld tax (to be deducted)", "2.00", "17.75", Decimal(-2)),
        ("New fee", "-2.00", "17.75", Decimal(-2)),  # proved: gross less all fees is the net amount
        ("Unit price", "20", "19.75", None),
        ("Seller VAT rate", "20", "19.75", None),
        ("New fee", "-2.00", "19.75", None),
    ],
)
def test_ebay_column_beside_the_fees(name: str, cell: str, net: str, other: Decimal | None) -> None:
    """A fee that eBay adds one day counts as soon as the rows prove it; nothing else does."""
    reading = ebay(name=name, cell=cell, net=net)

    assert other == amounts(reading).get("other")
    assert [("it counts as Other" in p.message) for p in reading.problems] == [other is not None]
    assert [("that is taken from it" in p.message) for p in reading.problems] == [(other == -2 and cell == "2.00")]


def test_ebay_fee_of_an_order_with_items() -> None:
    """The proof takes the order's row together with the rows of its items."""
    header = EBAY.split("\n", maxsplit=1)[0].format(name="New fee")
    start = '"Jun 17, 2026",Order,1'
    text = (
        f"{header}\n{start},17.75,GBP,--,11,--,--,--,--,--,--,--,--,--,--,23\n"
        f"{start},--,--,--,11,1,T1,A,1,10,3,--,-2.25,-1.50,--,--\n{start},--,--,--,11,2,T2,B,1,10,--,--,-1,-0.50,--,--\n"
    )
    reading = read_file(text.encode())

    assert {"principal": 20, "shipping": 3, "referral_fee": Decimal("-3.25"), "other": -2} == amounts(reading)


SHOPIFY = "Transaction Date,Type,Order,Payout Date,Payout ID,Amount,Fee,Net,Currency"


def shopify(names: str, rows: Sequence[str], *, by_columns: bool) -> Reading:
    """Read a Shopify export of charges that has further columns; a row is type, amount, fee, net and their cells."""
    texts = []
    for number, row in enumerate(rows, start=1):
        kind, amount, fee, net, *cells = row.split(",")
        start = f"2026-06-29 10:15:0{number} -0400,{kind},#{number},2026-07-01,910001"
        texts.append(",".join([start, amount, fee, net, "USD", *cells]))
    form = payments_columns.FORMAT if by_columns else payments_csv.FORMAT
    return form.read(Contents("f", "\n".join([f"{SHOPIFY},{names}", *texts, ""]).encode()))


@pytest.mark.parametrize("by_columns", [False, True])
@pytest.mark.parametrize(
    ("names", "rows", "other", "asked"),
    [
        ("Adjustment", ["charge,100.00,3.00,96.00,-1.00", "charge,50.00,1.50,46.50,-2.00"], -3, {"Adjustment"}),
        ("Levy", ["charge,100.00,3.00,96.00,-1.00", "refund,-50.00,0,-50.00,"], -1, {"Levy"}),
        ("Levy,Tip", ["charge,9.00,1.00,9.00,-1.00,2.00", "charge,5.00,0,4.00,-1.00,0"], 0, {"Levy", "Tip"}),
        ("Points", ["charge,100.00,3.00,97.00,7", "charge,50.00,1.50,48.50,9"], 0, set()),
        ("Tax kept", ["charge,100.00,3.00,96.00,1.00", "refund,-50.00,0,-49.50,-0.50"], Decimal("-0.50"), {"Tax kept"}),
        ("Levy,Tip", ["charge,9.00,1.00,9.00,1.00,2.00", "charge,5.00,0,4.00,1.00,0"], 0, {"Levy", "Tip"}),
        ("Sum,A,B", ["charge,9.00,0,6.00,3.00,-1.00,-2.00", "charge,9.00,0,8.00,1.00,,-1.00"], -4, {"A", "B"}),
    ],
)
def test_shopify_column_that_every_row_proves(
    names: str, rows: list[str], other: int, asked: set[str], *, by_columns: bool
) -> None:
    """It left an error on each row, and a settlement that nothing lets out; it is money that is asked by its name."""
    reading = shopify(names, rows, by_columns=by_columns)
    (settlement,) = reading.settlements

    assert other == amounts(reading).get("other", 0)
    assert not [one for one in settlement.problems if one.severity is Severity.ERROR]
    assert asked == {
        part.word for text in settlement.transactions["typed"] for part in from_text(text) if not part.line_type
    }
    assert bool(asked) == any("it counts as Other" in one.message for one in reading.problems)


@pytest.mark.parametrize("by_columns", [False, True])
@pytest.mark.parametrize(
    ("names", "rows", "errors"),
    [
        ("Adjustment", ["charge,100.00,3.00,96.00,-1.00", "charge,50.00,1.50,46.50,-1.00"], 2),
        ("A,B", ["charge,100.00,3.00,96.00,-1.00,-1.00", "charge,50.00,1.50,46.50,-2.00,-2.00"], 2),
        ("A,B", ["charge,100.00,3.00,96.00,1.00,1.00", "charge,50.00,1.50,46.50,2.00,2.00"], 2),
        ("Tax", ["charge,100.00,3.00,96.00,1.00", "charge,50.00,1.50,50.50,2.00"], 2),
        ("Note", ["charge,100.00,3.00,96.00,x", "charge,50.00,1.50,48.50,y"], 1),
    ],
)
def test_shopify_net_that_no_column_explains_is_an_error(
    names: str, rows: list[str], errors: int, *, by_columns: bool
) -> None:
    """A column that explains some rows, or two that explain them equally well, prove nothing."""
    (settlement,) = shopify(names, rows, by_columns=by_columns).settlements

    assert errors == len([one for one in settlement.problems if one.severity is Severity.ERROR])


def test_every_component_of_ebay_is_declared_as_an_amount() -> None:
    """The table of money and the table of columns are about the same columns."""
    declared = {column.name for column in transaction_report.LAYOUT.columns if column.kind.name == "AMOUNT"}

    assert set(COMPONENTS) < declared
    assert set(COMPONENTS.values()) <= set(AMOUNT_COLUMNS)


@pytest.mark.parametrize(
    ("lacking", "columns", "expected"),
    [
        ([0, 0], {"a": [1, 2]}, ()),
        ([-1, -2], {"a": [1, 2]}, ("-a",)),
        ([-1, 2], {"a": [1, -2]}, ("-a",)),
        ([-1, 2], {"a": [1, 2]}, ()),
        ([1, -2], {"a": [2, 0], "b": [1, 2]}, ("a", "-b")),
        ([1, 2], {"a": [1, 2], "b": [-1, -2]}, ("a",)),
        ([-1, -2], {"a": [1, 2], "b": [1, 2]}, ()),
        ([-3, -1], {"a": [3, 1], "b": [-1, -1], "c": [-2, 0]}, ("b", "c")),
        ([1, 2], {"a": [1, 2]}, ("a",)),
        ([1, 2], {"a": [1, 1]}, ()),
        ([1, 2], {"a": [1, 1], "b": [0, 1]}, ("a", "b")),
        ([1, 2], {"a": [1, 2], "b": [5, 5]}, ("a",)),
        ([1, 2], {"a": [1, 2], "b": [1, 2]}, ()),
        ([1, 0], {"a": [1, 0], "b": [1, 1], "c": [0, -1]}, ("a",)),
        ([], {"a": []}, ()),
    ],
)
def test_proof(lacking: list[int], columns: dict[str, list[int]], expected: tuple[str, ...]) -> None:
    """The fewest columns that explain every row, added before taken from it; two equal explanations are none."""
    found = proved(
        [Decimal(value) for value in lacking], {name: [Decimal(v) for v in values] for name, values in columns.items()}
    )

    assert expected == (*found.added, *(f"-{name}" for name in found.subtracted))


def test_v2_amount_columns_that_amazon_does_not_have() -> None:
    """Beside `amount` nothing of a V2 file is money; the note says what the column sums to."""
    cells = {"amount-in-usd": "12.50"}
    content = flat_file([summary("10"), {**line("10"), **cells}], columns=[*V2_COLUMNS, "amount-in-usd"])

    (note,) = read_file(content, "f").problems
    assert 'Column "amount-in-usd" is not known and was not used; its numbers sum to 12.50.' == note.message
    assert "f, line 1, column amount-in-usd" == note.where


def test_ebay_uk_cases(shared_cases: Path) -> None:
    """The two reports that were read as 20.00 of fees, and refused."""
    for name in ("ebay_uk_vat_rate_number.csv", "ebay_uk_vat_rate_percent.csv"):
        reading = read_file((shared_cases / name).read_bytes(), name)
        assert {"principal": 20, "shipping": 3, "referral_fee": Decimal("-3.25")} == amounts(reading)
        assert ((Decimal("19.75"), True), ()) == (
            (reading.settlements[0].sum, reading.settlements[0].ties_out),
            reading.problems,
        )


@pytest.mark.parametrize("form", [form for form in FORMATS if form.layout], ids=lambda form: form.name)
def test_no_name_is_declared_for_two_columns(form: Format) -> None:
    """A name that meant two columns would silently be the later one; each is found under each of its names."""
    columns = form.layout.columns if form.layout else ()
    names = [(name, column) for column in columns for name in (column.name, *column.aliases)]

    assert len(names) == len({name.casefold() for name, _ in names})
    for name, column in names:
        text = f"{name}\t\n" if column.needed else f"{name}\t{columns[0].name}\n"
        assert column.name in columns_named(form.layout, open_contents(text.encode()))  # type: ignore[arg-type]  # it has one
