"""Import and inspect say the same of a file: what was left out, period and total, unknown types, what comes next."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from addin.commands.sentences import figures_in_words
from addin.commands.settlements.import_messages import entries, file_entry, sentences
from addin.commands.settlements.inspection import inspection_page
from core.books.importing.importing import import_file
from core.books.settlements.booked_settlement import OriginalFile
from core.marketplaces import read_file
from core.marketplaces.inspection import inspection
from tests.core.books.exports_of_payouts import Row, ebay_export
from tests.core.marketplaces.amazon_files import bare_line, flat_file, line, summary
from tests.core.marketplaces.settlement_writers import WRITERS, Sold
from tests.end_to_end.demo_book import run
from tests.new_books import new_books

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SOLD = [Sold("111-1", "A", 2, Decimal("10.00"), Decimal("-1.00")), Sold("111-2", "B", 1, Decimal(5), Decimal(-1))]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Make a workbook with empty books."""
    path = tmp_path / "Books.xlsm"
    assert run("new", str(path), "--company", f"Company of {tmp_path.name}").status == 0
    return path


def imported(book: Path, content: bytes, name: str = "June.txt") -> str:
    """Import a file of that content; return what was said."""
    file = book.parent / name
    file.write_bytes(content)
    ran = run("import", str(book), str(file))
    return ran.output + ran.error


def unified(*statuses: str) -> bytes:
    """Write a date-range report with one order per status."""
    head, *rows = WRITERS["amazon_unified_csv"](SOLD[:1] * len(statuses)).content().decode().strip().split("\n")
    header, *orders = rows
    lines = [f"{row},{status}" for row, status in zip(orders, statuses, strict=True)]
    return "\n".join([head, f"{header},transaction status", *lines, ""]).encode()


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (unified("Released", "Deferred", "Deferred"), "note: 2 of 3 rows are deferred: in no paid settlement yet"),
        (unified("Released"), "2026-06-17 – 2026-06-17, 1 row, together USD 9.00; the file states no total to tie"),
        (
            WRITERS["shopify_payments_csv"](SOLD).content().replace(b",11,5,", b",,5,"),
            "note: 1 of 2 rows is in no payout",
        ),
        (flat_file([summary("5"), line("5")]), "2026-06-16 – 2026-06-30, 1 row; its total USD 5.00 is the sum of its"),
        (flat_file([summary("6"), line("5")]), "1 row; its total USD 6.00 but its rows sum to 5.00."),
        (
            flat_file([summary("5"), bare_line("5", transaction_type="Glitter")]),
            "Unknown types: Glitter / Principal (1 line). Say what they are on sheet",
        ),
        (flat_file([summary("5"), line("5", sku="A\x1f")]), "note: 1 control character was left out (line 3)"),
        (
            flat_file([summary("5"), line("5", order_item_code="1.5E+13")]),
            "column order-item-code: The id '1.5E+13' was rounded",
        ),
    ],
)
def test_words(book: Path, content: bytes, words: str) -> None:
    """Nothing vanishes without a word."""
    said = imported(book, content)

    assert words in said
    assert "Next: `cogsheet sync " in said


def _ebay(*payouts: str) -> bytes:
    rows = (Row("2026-06-29", f"#{n}", "97.00", payout=payout) for n, payout in enumerate(payouts))
    return ebay_export("June.txt", *rows).content


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("content", "lines", "left_out"),
    [
        (unified("Released", "Deferred", "Deferred"), [1], (2, {"USD": "18.00"})),
        (unified("Released", "Deferred", "Released"), [2], (1, {"USD": "9.00"})),
        (unified("Deferred"), [], (1, {"USD": "9.00"})),
        (_ebay("9", "--", "8", "--"), [1, 1], (2, {"USD": "194.00"})),
        (
            WRITERS["shopify_payments_csv"](SOLD).content().replace(b",11,5,", b",,5,"),
            [2],
            (1, {"USD": "4.00"}),
        ),
        (flat_file([summary("5"), line("5")]), [1], (0, None)),
        (flat_file([summary("6"), line("5")]), [1], (0, None)),
    ],
)
def test_the_same_figures(tmp_path: Path, content: bytes, lines: list[int], left_out: object) -> None:
    """Period, lines, total and sum of each settlement, and what is in none: from one function, in data and in words."""
    file, reading = OriginalFile("June.txt", content), read_file(content, "June.txt")
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        done = import_file(database, reading, file, store=None, who="M. Lee", now=NOW)
    looked: dict[str, Any] = inspection(reading)
    shown = inspection_page(file.name, looked)
    names = ("period_start", "period_end", "currency", "lines", "total", "sum", "ties_out", "transactions")

    assert lines == [one["lines"] for one in looked["settlements"]]
    assert [[one[name] for name in names] for one in entries(done)] == [
        [one[name] for name in names] for one in looked["settlements"]
    ]
    assert [left_out] * 2 == [(of.get("left_out", 0), of.get("left_out_sums")) for of in (looked, file_entry(done))]
    for words in (figures_in_words(one) for one in looked["settlements"]):
        assert words in shown
        assert f"  {words}" in "\n".join(sentences(done)).split("\n")


@pytest.mark.long
def test_file_of_which_nothing_is_paid(book: Path) -> None:
    """It would else be imported in silence."""
    said = imported(book, unified("Deferred", "Deferred"))

    assert "June.txt: none of it is in a paid settlement yet, so nothing went into the books." in said
    assert "2 of 2 rows are deferred" in said
    assert "Next:" not in said


@pytest.mark.long
def test_second_import(book: Path) -> None:
    """What is in the books already asks for nothing, and is still described."""
    content = flat_file([summary("5"), line("5")])
    imported(book, content)
    said = imported(book, content)

    assert "was imported already" in said
    assert "its total USD 5.00 is the sum of its rows" in said
    assert "Next:" not in said


@pytest.mark.long
def test_figures_for_programs(book: Path) -> None:
    """The JSON of import holds the figures of inspect."""
    file = book.parent / "June.csv"
    file.write_bytes(unified("Released", "Deferred"))
    (settlement,) = (ran := run("import", str(book), str(file), "--json")).data["settlements"]
    seen = json.loads(run("inspect", str(file), "--json").output)

    (own,) = seen["settlements"]
    assert {name: own[name] for name in ("period_start", "period_end", "currency", "lines", "total", "ties_out")} == {
        name: settlement[name] for name in ("period_start", "period_end", "currency", "lines", "total", "ties_out")
    }
    assert Decimal(own["sum"]) == Decimal(settlement["sum"])
    (of_file,) = ran.data["files"]
    assert (1, seen["problems"], []) == (of_file["left_out"], of_file["problems"], of_file["unknown_types"])


def test_page_of_inspect(tmp_path: Path) -> None:
    """Unknown units and a missing total are words, not zeros and a yes."""
    file = tmp_path / "June.csv"
    file.write_bytes(WRITERS["shopify_payments_csv"](SOLD[:1]).content().replace(b"payout", b"reserve"))
    page = run("inspect", str(file)).output

    assert "Units sold, refunded  unknown, 0" in page
    assert "nothing to tie to: the file states no total" in page
    file.write_bytes(flat_file([summary("4"), line("5"), line("-1", transaction_type="Refund", quantity_purchased="")]))
    assert "Units sold, refunded  1, unknown" in run("inspect", str(file)).output
    both = [line("0", transaction_type="Refund", adjustment_id="A"), line("5")]
    file.write_bytes(flat_file([summary("4"), *both, line("-1", transaction_type="Refund", quantity_purchased="")]))
    assert "Units sold, refunded  1, 1 and those of 1 refund, unknown" in run("inspect", str(file)).output


UNIFIED = """All amounts in USD
date/time,settlement id,type,order id,sku,quantity,product sales,handling levy,selling fees,fba fees,\
other transaction fees,other,total
"Jun 17, 2026 8:14:22 AM UTC",11,Order,111-1,A,1,10.00,{0},-1.00,0,0,0,{1}
"Jun 18, 2026 8:14:22 AM UTC",11,Order,111-2,A,1,20.00,{2},-2.00,0,0,0,{3}
"""
SHOPIFY = """Transaction Date,Type,Order,Payout Status,Payout Date,Payout ID,Amount,Fee,Net,Checkout,Currency
2026-06-17 10:00:00 -0400,charge,#1,paid,2026-06-20,11,50.00,1.00,{0},#1,USD
2026-06-18 10:00:00 -0400,{2},#2,paid,2026-06-20,11,50.00,1.00,{1},#2,USD
"""
OWN_REPORT = "import the settlement's own report (Flat File V2)"


@pytest.mark.long
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (UNIFIED.format("", "8.00", "", "18.00"), ["line 3, column total", "order 111-1", "sum to 9.00", OWN_REPORT]),
        (UNIFIED.format("", "9.00", "", "18.50"), ["line 4, column total", "order 111-2", "sum to 18.00", OWN_REPORT]),
        (
            UNIFIED.format("-0.50", "9.00", "-0.50", "17.50"),
            [
                "line 4, column total",
                '-0.50 is what column "handling levy"',
                "in the total of some rows only",
                OWN_REPORT,
            ],
        ),
        (SHOPIFY.format("48.00", "49.00", "charge"), ["line 2, column Net", "order #1", "is 49.00", "net 48.00"]),
        (SHOPIFY.format("49.00", "51.00", "refund"), ["line 3, column Net", "order #2", "net 51.00"]),
    ],
)
def test_a_row_that_contradicts_itself_is_told_by_every_command(book: Path, content: str, words: list[str]) -> None:
    """No total of the settlement shows it: import, verify and the profit and loss say it, and no day is missing."""
    told = imported(book, content.encode(), "June.csv")
    verified, pnl = run("verify", str(book)), run("pnl", str(book))
    export = run("export", str(book), "11", "--format", "quickbooks", "--accept-provisional")

    assert [word for word in words if word not in told] == []
    assert [word for word in words if word not in verified.output] == []
    assert (verified.status, pnl.status) == (1, 1)
    assert "does not tie out, so the figures may be wrong" in pnl.output
    assert "an error other than its sum" in export.error
    assert "incomplete" not in export.error


@pytest.mark.long
def test_rows_that_make_their_totals_are_told_nowhere(book: Path) -> None:
    """The same rows, each with the total that its parts make."""
    imported(book, UNIFIED.format("", "9.00", "", "18.00").encode(), "June.csv")

    assert run("verify", str(book)).status == 0
    assert "tie out" not in run("pnl", str(book)).output
