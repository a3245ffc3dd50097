"""Whether refunded goods came back: Amazon's returns report, Shopify's restock type."""

from __future__ import annotations

import pytest

from core.frame_columns import records
from core.marketplaces import errors, read_file
from core.marketplaces.amazon import customer_returns
from core.marketplaces.documents.returns import (
    ReportedReturn,
    ReturnedGoods,
    returned_by_line,
    returns_frame,
    united_returns,
)
from core.marketplaces.reading.contents import open_contents
from core.marketplaces.settlements.line_keys import with_line_keys
from core.marketplaces.shopify.order_lines import disposition
from core.model import Disposition, Event, Goods
from tests.core.marketplaces import shopify_documents
from tests.core.marketplaces.amazon_files import flat_file, line, summary

COLUMNS = (
    "return-date\torder-id\tsku\tasin\tfnsku\tproduct-name\tquantity\tfulfillment-center-id\tdetailed-disposition\t"
    "reason\tstatus\tlicense-plate-number\tcustomer-comments"
)
REPORT = f"""{COLUMNS}
2026-06-20T08:00:00+00:00\t111-1\tMUG _1\tB0\tX0\tMug\t2\tPHX7\tSELLABLE\tUNWANTED\t\tLPN1\tNice, but no
2026-06-21T08:00:00+00:00\t111-1\tMUG _1\tB0\tX0\tMug\t1\tPHX7\tCUSTOMER_DAMAGED\tBROKEN\t\tLPN2\t
"""


def read_returns(content: bytes, name: str = "returns.txt") -> list[ReportedReturn]:
    """Return what a returns report says, row by row."""
    return united_returns([read_file(content, name).returns])


def test_report_is_read() -> None:
    """Sellable units are restocked, all others are not; SKUs stay verbatim."""
    first, second = read_returns(REPORT.encode(), "returns.txt")

    assert ("111-1", "MUG _1", 2, Disposition.RESTOCKED, "SELLABLE") == (
        first.order_id,
        first.sku,
        first.units,
        first.disposition,
        first.raw,
    )
    assert (1, Disposition.UNSELLABLE) == (second.units, second.disposition)
    assert "2026-06-20T08:00:00+00:00" == (first.returned_at and first.returned_at.isoformat())


def test_report_as_csv() -> None:
    """The download from Seller Central is separated by commas."""
    text = REPORT.replace("Nice, but no", '"Nice, but no"').replace("\t", ",")

    assert read_returns(REPORT.encode()) == read_returns(text.encode())


def test_report_with_a_bad_quantity() -> None:
    """The cell is named."""
    with pytest.raises(errors.BadCellError, match=r"returns\.txt, line 3, column quantity: 'x'"):
        read_returns(REPORT.replace("\t1\tPHX7", "\tx\tPHX7").encode(), "returns.txt")


def refunds(*lines: dict[str, str]) -> dict[str, ReturnedGoods]:
    """Return what the report says about refunds of the order that it is about, by adjustment id."""
    (settlement,) = read_file(flat_file([summary("0"), *lines])).settlements
    transactions = with_line_keys("Store", settlement.transactions)
    names = dict(zip(transactions["key"], transactions["adjustment_id"], strict=True))
    return {names[key]: found for key, found in returned_by_line(transactions, read_returns(REPORT.encode())).items()}


def refund(adjustment_id: str, quantity: str, **cells: str) -> dict[str, str]:
    """Return the Principal row of a refund."""
    kind = {"transaction_type": "Refund", "order_id": "111-1", "sku": "MUG _1"}
    return line("-5", **{**kind, "adjustment_id": adjustment_id, "quantity_purchased": quantity, **cells})


def test_refund_takes_the_returns_of_its_order_and_sku() -> None:
    """Two of three units came back fit for sale."""
    both = ReturnedGoods(Disposition.RESTOCKED, 2, 1, "2 SELLABLE, 1 CUSTOMER_DAMAGED")
    assert {"A": both} == refunds(refund("A", "3"))


def test_refunds_share_the_returns_in_order_of_posting() -> None:
    """The first refund takes the first return."""
    later = refund("B", "1", posted_date_time="2026-06-25 00:00:00 UTC")

    first, second = (
        ReturnedGoods(Disposition.RESTOCKED, 2, 0, "2 SELLABLE"),
        ReturnedGoods(Disposition.UNSELLABLE, 0, 1, "1 CUSTOMER_DAMAGED"),
    )
    assert {"A": first, "B": second} == refunds(later, refund("A", "2"))


def test_refund_of_unknown_units_takes_what_is_left() -> None:
    """The report says how many units there were."""
    both = ReturnedGoods(Disposition.RESTOCKED, 2, 1, "2 SELLABLE, 1 CUSTOMER_DAMAGED")
    assert {"A": both} == refunds(refund("A", ""))


def test_refund_without_a_return_is_not_answered() -> None:
    """Another SKU, or a second refund of the same goods: nothing was reported about it."""
    assert {"A"} == set(
        refunds(refund("A", "3"), refund("B", "1", posted_date_time="2026-06-25"), refund("C", "1", sku="X"))
    )


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("RETURN", Disposition.RESTOCKED),
        ("return", Disposition.RESTOCKED),
        ("CANCEL", Disposition.RESTOCKED),
        ("LEGACY_RESTOCK", Disposition.RESTOCKED),
        ("NO_RESTOCK", Disposition.NOT_RETURNED),
        ("SOMETHING", None),
    ],
)
def test_restock_types(word: str, expected: Disposition | None) -> None:
    """Shopify says whether goods came back; an unknown word says nothing."""
    assert expected is disposition(word)


@pytest.mark.parametrize(
    ("word", "goods"),
    [
        ("RETURN", Goods.REFUNDED),
        ("no_restock", Goods.REFUNDED),
        ("", Goods.REFUNDED),
        ("DONATED", Goods.REFUND_UNCLEAR),
        ("RESTOCK_LATER", Goods.REFUND_UNCLEAR),
        ("Gespendet", Goods.REFUND_UNCLEAR),
    ],
)
def test_a_restock_type_that_nobody_declared_is_asked(word: str, goods: Goods) -> None:
    """It fell to the policy, which restocked a mug that was given away (-5.00)."""
    paid = shopify_documents.Paid("11", "20.00", "2026-09-01")
    back = shopify_documents.Back("5", "2026-09-03", (("1", 1, word, "20.00"),), "20.00")
    order = shopify_documents.ShopOrder("#1", (shopify_documents.Good("1", "MUG", 1, "20.00", 1, 0),), (paid,), (back,))
    content = shopify_documents.payout(
        "901", "2026-09-04", [order], shopify_documents.charge(order, paid), shopify_documents.refund(order, back)
    )
    (row,) = [
        row for row in records(read_file(content).settlements[0].transactions) if row["event"] == Event.REFUND.value
    ]

    assert (goods, -1) == (row["goods"], row["quantity"])


def test_reports_whose_periods_overlap() -> None:
    """The same row in two reports is one return, the same row twice in one report is two."""
    once = ReportedReturn("1", "A", 1, Disposition.RESTOCKED, "SELLABLE")
    other = ReportedReturn("1", "A", 1, Disposition.UNSELLABLE, "DEFECTIVE", reference="LPN1")
    may, june = returns_frame([once, once]), returns_frame([once, other])

    assert [once, once, other] == united_returns([may, june]) == united_returns([may, june, may])
    assert [] == united_returns([])


@pytest.mark.parametrize("lost", ["2026-06-29", "2026-06-29T10:15:00", ""])
def test_a_unit_with_its_own_number_is_one_whatever_became_of_its_date(lost: str) -> None:
    """One unit of two came back; a report that went through a spreadsheet program does not bring a second one."""
    head = "return-date\torder-id\tsku\tquantity\tdetailed-disposition\tlicense-plate-number\n"
    rows = [f"{date}\t111-1\tMUG\t1\tSELLABLE\tLPN1\n" for date in ("2026-06-29T10:15:00-04:00", lost)]
    told, plain = (read_file((head + row).encode(), "r.txt").returns for row in rows)
    other = read_file((head + rows[0].replace("LPN1", "LPN2")).encode(), "r.txt").returns

    assert 1 == len(united_returns([told, plain]))
    assert united_returns([told, plain]) == united_returns([plain, told])
    assert [2, 2] == [len(united_returns([told, other])), len(united_returns([told, plain, other]))]


TIMED, PLAIN = "2026-06-29T10:15:00-04:00", "2026-06-29"


@pytest.mark.parametrize(
    ("reports", "units"),
    [
        ([[TIMED], [PLAIN]], 1),
        ([[TIMED], [PLAIN], [TIMED]], 1),
        ([["2026-06-29T23:40:00-04:00"], [PLAIN]], 1),
        ([["2026-06-29T00:20:00+10:00"], [PLAIN]], 1),
        ([[TIMED], [""]], 1),
        ([[TIMED, "2026-06-30T23:40:00-04:00"], ["2026-06-30", PLAIN]], 2),
        ([[TIMED], ["2026-06-29T14:40:00-04:00"]], 2),
        ([[TIMED, TIMED], [PLAIN]], 2),
        ([[TIMED], [PLAIN, PLAIN]], 2),
        ([[TIMED], ["2026-07-02"]], 2),
        ([[PLAIN], ["2026-06-30"]], 2),
        ([[PLAIN], ["2026-06-29T14:40:00-04:00"], [TIMED]], 2),
        ([[TIMED], ["2026-06-29T10:15:00"]], 1),
        ([["2026-06-29T10:15:00+00:00"], ["2026-06-29 10:15"]], 1),
        ([["2026-06-29 22:15:33 AEST"], ["2026-06-29 10:15:33 PM"]], 1),
        ([["2026-06-29T20:00:00-04:00"], ["2026-06-29T20:00:00"]], 1),
        ([["2026-06-29T10:15:33-04:00"], ["2026-06-29T10:15"]], 1),
        ([["2026-06-29T10:15:33-04:00"], ["2026-06-29T10:15-04:00"], ["06/29/2026 10:15"], [PLAIN]], 1),
        ([[TIMED, "2026-06-29T14:15:00-04:00"], ["2026-06-29T14:15:00", "2026-06-29T10:15:00"]], 2),
        ([[TIMED], ["2026-06-29T14:15:00"], ["2026-06-29T14:15:00-04:00"]], 2),
        ([[TIMED], ["2026-06-29T10:15:00-07:00"]], 2),
        ([[TIMED], ["2026-06-29T11:15:00"]], 2),
        ([["2026-06-29T10:15:33-04:00"], ["2026-06-29T10:15:34"]], 2),
        ([[TIMED], ["2026-06-29T10:15:00", "2026-06-29T10:15:00"]], 2),
    ],
)
def test_a_unit_without_a_number_is_one_where_its_date_lost_a_part(reports: list[list[str]], units: int) -> None:
    """What lost its zone, seconds or time in one report is one return; two moments, or rows of one report, are two."""
    head = "return-date\torder-id\tsku\tquantity\tdetailed-disposition\n"
    texts = [head + "".join(f"{date}\t111-1\tMUG\t1\tSELLABLE\n" for date in dates) for dates in reports]
    read = [read_file(text.encode(), "r.txt").returns for text in texts]
    found = united_returns(read)

    assert units == len(found)
    assert sorted(map(str, found)) == sorted(map(str, united_returns(read[::-1])))


def test_a_report_is_read_as_a_file_without_settlements() -> None:
    """It is recognised by its content, like a settlement file, and its rows lose nothing."""
    reading = read_file(REPORT.encode(), "any name.txt")

    assert ("amazon_customer_returns", ()) == (reading.format, reading.settlements)
    assert read_returns(REPORT.encode()) == united_returns([reading.returns])


@pytest.mark.parametrize(
    ("state", "status", "expected", "raw"),
    [
        ("SELLABLE", "Unit returned to inventory", Disposition.RESTOCKED, "SELLABLE"),
        ("SELLABLE", "reimbursed", Disposition.RESTOCKED, "SELLABLE"),
        ("SELLABLE", "Unit lost in transit", None, "SELLABLE (Unit lost in transit)"),
        ("sellable", "Disposed of", None, "sellable (Disposed of)"),
        ("SELLABLE", "Einheit verloren", None, "SELLABLE (Einheit verloren)"),
        ("DEFECTIVE", "Unit lost in transit", Disposition.UNSELLABLE, "DEFECTIVE"),
    ],
)
def test_what_became_of_a_sellable_unit_decides_too(
    state: str, status: str, expected: Disposition | None, raw: str
) -> None:
    """A unit that was lost after it arrived was restocked (-5.00): what nobody has declared is asked, and said."""
    row = f"2026-06-20T08:00:00+00:00\t111-1\tMUG\tB0\tX0\tMug\t1\tPHX7\t{state}\tUNWANTED\t{status}\tLPN1\t\n"
    content = f"{COLUMNS}\n{row}".encode()

    (found,) = read_returns(content)
    assert (expected, raw) == (found.disposition, found.raw)
    warned = [problem.where for problem in read_file(content, "r.txt").problems]
    assert (["r.txt, line 2, column status"] if expected is None else []) == warned


def test_a_unit_whose_status_has_gone_on_in_a_later_report_came_back_once() -> None:
    """One unit, on its way in the first report and in stock in the second, is one unit in stock."""
    rows = [
        f"{COLUMNS}\n2026-06-20T08:00:00+00:00\t111-1\tMUG\tB0\tX0\tMug\t1\tPHX7\tSELLABLE\tX\t{status}\t{number}\t\n"
        for status, number in (("On its way", "LPN1"), ("Unit returned to inventory", "LPN1"), ("On its way", "LPN2"))
    ]
    found = united_returns(read_file(row.encode(), "r.txt").returns for row in rows)

    assert [("LPN1", Disposition.RESTOCKED), ("LPN2", None)] == [(one.reference, one.disposition) for one in found]


@pytest.mark.parametrize("word", ["OPENED", "Sellable?", "WHDS_SELLABLE"])
def test_state_that_amazon_does_not_document(word: str) -> None:
    """It is said, with its line; a blank one is refused."""
    (warning,) = read_file(REPORT.replace("CUSTOMER_DAMAGED", word).encode(), "r.txt").problems

    assert warning.message.startswith(f"'{word}' is not a state of returned goods that Cogsheet knows")
    assert "r.txt, line 3, column detailed-disposition" == warning.where
    with pytest.raises(errors.BadCellError, match=r"r\.txt, line 3, column detailed-disposition: a blank cell"):
        read_file(REPORT.replace("CUSTOMER_DAMAGED", "").encode(), "r.txt")


def test_goods_that_something_else_became_of_decide_nothing() -> None:
    """Fit for sale, but not in stock again: the row is kept with both words, and the word is told once."""
    text = REPORT.replace("UNWANTED\t\tLPN1", "UNWANTED\tUnit lost\tLPN1")
    reading = customer_returns.read(open_contents(text.encode(), "returns.txt"))
    told = united_returns([reading.returns])

    assert [(None, "SELLABLE (Unit lost)"), (Disposition.UNSELLABLE, "CUSTOMER_DAMAGED")] == [
        (one.disposition, one.raw) for one in told
    ]
    assert ["'Unit lost' is not a state of returned goods"] == [one.message[:44] for one in reading.problems]
