"""Files of the other formats that cannot be read: one clear message each."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.marketplaces import errors, read_file
from core.marketplaces.settlements.tie_out import importable
from core.model import Severity
from tests.core.marketplaces.settlement_writers import WRITERS, Sold

if TYPE_CHECKING:
    from core.errors import UnreadableFileError

GOLDEN = Path(__file__).parents[3] / "golden" / "marketplaces"
PULLED = ("shopify_payments_api", "ebay_payout_api")
SOLD = [Sold("111-1", "00123", 2, Decimal("10.00"), Decimal("-1.00")), Sold("111-2", "A", 1, Decimal(5), Decimal(-1))]


def refusal(content: bytes, kind: type[UnreadableFileError]) -> str:
    """Return the message with which a file is refused."""
    with pytest.raises(kind) as caught:
        read_file(content, "June.csv")
    return str(caught.value)


def changed(form: str, old: str, new: str) -> bytes:
    """Return a sound file of a format with something replaced."""
    text = WRITERS[form](SOLD).content().decode()
    assert old in text
    return text.replace(old, new).encode()


@pytest.mark.parametrize(
    ("form", "old", "new", "kind", "message"),
    [
        ("amazon_v1_flat", "price-amount", "x", errors.MissingColumnError, "line 1: the header of this Amazon"),
        ("amazon_v1_flat", "\t10.00\t", "\tten\t", errors.BadCellError, "line 4, column price-amount: 'ten' is not"),
        ("amazon_unified_csv", "sku", "x", errors.MissingColumnError, "line 2: the header of this Amazon unified"),
        ("amazon_unified_csv", "All amounts in USD", "", errors.UnknownCurrencyError, "line 2: nothing above"),
        ("amazon_unified_csv", 'UTC",11,', 'UTC",,', errors.BadCellError, "line 3, column settlement id: a blank cell"),
        (
            "amazon_unified_csv",
            'UTC",11,',
            'UTC",2.65E+10,',
            errors.DamagedIdError,
            "line 3, column settlement id: the",
        ),
        ("amazon_unified_csv", "Jun 17, 2026 8:14", "Foo 17, 2026 8:14", errors.BadCellError, "line 3, column date"),
        ("amazon_unified_csv", ",9.00\n", ",nine\n", errors.BadCellError, "line 3, column total: 'nine' is not"),
        ("amazon_unified_csv", ",9.00\n", "\n", errors.TruncatedFileError, "line 3: this row has 12 columns"),
        ("walmart_recon_v1", "Partner Item Id", "x", errors.MissingColumnError, "line 1: the header of this Walmart"),
        ("walmart_recon_v1", "06/16/2026", "", errors.BadCellError, "line 2, column Period Start Date: a blank cell"),
        ("walmart_recon_v1", "13.00,USD", ",USD", errors.BadCellError, "line 2, column Total Payable: a blank cell"),
        ("walmart_recon_v1", "Purchase,111-1", "Purchase,1.1E+14", errors.DamagedIdError, "line 3, column Customer"),
        ("shopify_payments_csv", "Net", "x", errors.MissingColumnError, "line 1: the header of this Shopify"),
        ("shopify_payments_csv", ",USD,", ",,", errors.BadCellError, "line 2, column Currency: a blank cell"),
        ("shopify_payments_csv", ",11,", ",1.4E+11,", errors.DamagedIdError, "line 2, column Payout ID: the id"),
        ("ebay_transaction_report", "Net amount", "x", errors.MissingColumnError, "line 2: the header of this eBay"),
        ("ebay_transaction_report", ",11,", ",7.5E+10,", errors.DamagedIdError, "line 3, column Payout ID: the id"),
        ("ebay_transaction_report", "9.00,USD", "9;00,USD", errors.BadCellError, "line 3, column Net amount: '9;00'"),
        ("amazon_xml", "</SettlementReport>", "", errors.DamagedXmlError, "line 5: the file is damaged or was cut"),
        ("amazon_xml", "TotalAmount", "Total", errors.MissingSummaryError, "column SettlementData/TotalAmount"),
        ("amazon_xml", "<AmazonSettlementID>11<", "<AmazonSettlementID><", errors.BadCellError, "a settlement id"),
        ("amazon_xml", '<TotalAmount currency="USD">', "<TotalAmount>", errors.BadCellError, "is not a currency"),
        ("amazon_xml", ">10.00<", ">ten<", errors.BadCellError, "line 3, column Amount: 'ten' is not an amount"),
        ("amazon_xml", ">10.00<", "><", errors.BadCellError, "line 3, column Amount: a blank cell is not an amount"),
        ("amazon_xml", ">2<", ">two<", errors.BadCellError, "line 3, column Quantity: 'two' is not a whole number"),
        ("amazon_xml", "2026-06-17T", "17 June, ", errors.BadCellError, "line 3, column PostedDate: "),
    ],
)
def test_message(form: str, old: str, new: str, kind: type[UnreadableFileError], message: str) -> None:
    """The message says which file, line and column, and what is wrong with it."""
    said = refusal(changed(form, old, new), kind)

    assert said.startswith("June.csv, line ")
    assert message in said


@pytest.mark.parametrize("form", [form for form in WRITERS if form not in ("amazon_xml", *PULLED)])
def test_header_alone(form: str) -> None:
    """A file without any row holds no settlement."""
    assert "there is no settlement in this file" in refusal(
        WRITERS[form](SOLD).content(rows=[]), errors.NoSettlementError
    )


@pytest.mark.parametrize("form", PULLED)
def test_pulled_payout_without_transactions(form: str) -> None:
    """It is no file that somebody cut: the payout is there with its total, and does not tie out."""
    (settlement,) = read_file(WRITERS[form](SOLD).content(rows=[])).settlements

    assert (Decimal("13.00"), False) == (settlement.total, settlement.ties_out)


def test_quote_that_never_closes() -> None:
    """A cut-off quoted cell swallows what follows; the row is named."""
    content = changed("amazon_unified_csv", "Title", '"Title')

    assert "June.csv, line 3: this row has" in refusal(content, errors.TruncatedFileError)


def test_unified_file_in_an_unknown_language() -> None:
    """A language that is not declared is told from a file of another kind."""
    header = ",".join(f"kolumn {chr(97 + n)}" for n in range(24))
    row = ",".join(["2 juni 2026", "26501622601", *["0"] * 22])

    assert "June.csv, line 2: this looks like a settlement report whose" in refusal(
        f"Alla belopp i SEK\n{header}\n{row}\n".encode(), errors.LocalisedHeaderError
    )


def test_two_walmart_periods_in_one_file() -> None:
    """Two reports pasted together are refused."""
    content = WRITERS["walmart_recon_v1"](SOLD).content()
    second = content.decode().splitlines()[1].replace("06/30/2026", "07/14/2026")

    assert "line 7, column Total Payable: settlement 20260616-20260630 has a second" in refusal(
        content + f"{second}\n".encode(), errors.ConflictingSummaryError
    )


def test_walmart_zip_is_read() -> None:
    """Walmart offers its report zipped; the csv, the tsv and the zip hold the same."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.csv", (GOLDEN / "walmart-v1.csv").read_bytes())

    readings = [
        read_file(content)
        for content in (
            packed.getvalue(),
            (GOLDEN / "walmart-v1.csv").read_bytes(),
            (GOLDEN / "walmart-v1.tsv").read_bytes(),
        )
    ]

    assert [True] * 3 == [importable(reading) for reading in readings]
    assert all(
        readings[0].settlements[0].transactions.equals(reading.settlements[0].transactions) for reading in readings[1:]
    )


def test_walmart_report_without_summary_does_not_tie_out() -> None:
    """Nothing says what the lines must sum to."""
    written = WRITERS["walmart_recon_v1"](SOLD)
    (settlement,) = read_file(written.content(written.rows[1:])).settlements

    assert ("20260617-20260617", None, False) == (settlement.settlement_id, settlement.total, settlement.ties_out)


@pytest.mark.parametrize(
    ("site", "currency"), [("amazon.com", "USD"), ("Amazon.co.uk", "GBP"), ("amazon.de", "EUR"), ("amazon.in", "INR")]
)
def test_unified_currency_of_the_site(site: str, currency: str) -> None:
    """Without a line that names it the currency is that of the marketplace."""
    content = changed("amazon_unified_csv", "All amounts in USD\n", "").decode()
    with_site = content.replace("description", "marketplace").replace("Title", site)

    assert [currency] == [settlement.currency for settlement in read_file(with_site.encode()).settlements]


def test_unified_slash_dates() -> None:
    """A day above twelve tells the order of day and month; where none does nothing is guessed."""
    told = changed("amazon_unified_csv", '"Jun 17, 2026 8:14:22 AM UTC"', "27/06/2026 10:00:00")
    open_question = changed("amazon_unified_csv", '"Jun 17, 2026 8:14:22 AM UTC"', "07/06/2026 10:00:00")

    assert ["2026-06-27"] == [f"{settlement.period_start:%Y-%m-%d}" for settlement in read_file(told).settlements]
    assert "line 3, column date/time: '07/06/2026 10:00:00' may be" in refusal(
        open_question, errors.AmbiguousDatesError
    )


def test_rows_that_add_up_decide_an_open_decimal_mark() -> None:
    """Without a total the sum of each row's components tells whether 1,000 is a thousand."""
    content = changed("amazon_unified_csv", "2,10.00,-1.00,0,0,0,9.00", '2,"1,500",-600,0,0,0,900')
    whole = content.replace(b"5,-1,0,0,0,4", b'"1,200",-200,0,0,0,"1,000"')

    assert [Decimal(1900)] == [settlement.sum for settlement in read_file(whole).settlements]


def test_a_payout_without_its_sales_is_kept_and_does_not_tie_out() -> None:
    """What a payout paid for is in another file where nothing but its own row is here: none of it is lost."""
    written = WRITERS["shopify_payments_csv"](SOLD)
    (settlement,) = read_file(written.content(written.rows[-1:])).settlements

    assert ["payout"] == settlement.transactions["event"].tolist()
    assert settlement.total != settlement.sum
    assert any(problem.severity is Severity.ERROR for problem in settlement.problems)


def test_decimal_point_is_fixed_in_xml() -> None:
    """A comma in an XML amount is no thousands mark of another country but an error in the file."""
    assert "'10,00' is not an amount" in refusal(changed("amazon_xml", ">10.00<", ">10,00<"), errors.BadCellError)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('"0.81"', '"-0.81"', r"taxLines\[0\].priceSet: '-0.81' is not an amount of zero or more"),
        ('"amountSet"', '"amount"', r"transactions\[0\].amountSet: a blank cell is not filled, and it must be"),
    ],
)
def test_an_order_of_shopify_that_nothing_can_be_shared_out_by(old: str, new: str, where: str) -> None:
    """A tax below zero, and a payment without an amount, ended in a traceback once they were imported."""
    content = (GOLDEN / "shopify-not-in-payouts.bundle").read_bytes()
    with pytest.raises(errors.BadCellError, match=where):
        read_file(content.replace(old.encode(), new.encode()), "June.bundle")
