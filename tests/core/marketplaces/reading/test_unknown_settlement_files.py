"""Files of no known format: what they are, what is missing in them, and what to download instead."""

from __future__ import annotations

import pytest

from core.marketplaces import FORMATS, errors, read_file
from core.marketplaces.reading.contents import open_contents
from core.marketplaces.reading.unknown_files import explain

EBAY_NAMES = [f"Colonne {chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(37)]
EBAY_ROW = ["5 août 2026", "Commande", "11-11111-11111", *["--"] * 33, "19,75"]


def refusal(text: str, kind: type[Exception]) -> str:
    """Return the message with which a file is refused."""
    with pytest.raises(kind) as caught:
        read_file(text.encode(), "June.csv")
    return str(caught.value)


@pytest.mark.parametrize(
    ("header", "what", "instead"),
    [
        (
            "Name,Email,Financial Status,Paid at,Fulfillment Status,Lineitem quantity,Lineitem name",
            "Shopify's export of orders",
            "What is needed is the Shopify Payments transactions export (CSV). In Shopify open Finances",
        ),
        (
            "Payout Date,Status,Charges,Refunds,Adjustments,Reserved Funds,Fees,Retried Amount,Total,Currency",
            "Shopify's list of payouts",
            "What is needed is the Shopify Payments",
        ),
        (
            "amazon-order-id\tmerchant-order-id\tpurchase-date\tlast-updated-date\torder-status\tsku",
            "Amazon's report of orders",
            "download the settlement as Flat File V2",
        ),
        (
            '"Sales Record Number","Order Number","Buyer Username","Buyer Name","Item Number","Item Title"',
            "eBay's report of orders",
            "What is needed is the eBay transaction report (CSV). In Seller Hub open Payments",
        ),
    ],
)
def test_another_report_of_the_marketplace(header: str, what: str, instead: str) -> None:
    """It is named, and so is the one that is needed."""
    message = refusal(f"\n{header}\n1\n", errors.OtherReportError)

    assert message.startswith(f"June.csv, line 2: this is {what}, which is not a settlement file. ")
    assert instead in message


@pytest.mark.parametrize("text", ["<!DOCTYPE html>\n<html><body>Sign in</body></html>", "\n<html>", "<!doctype HTML>"])
def test_web_page(text: str) -> None:
    """What a browser saves after the sign-in has expired."""
    assert "this is a web page, which is not a settlement file. Sign in" in refusal(text, errors.OtherReportError)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("before", ["", '"Rapport"\n\n"Vendeur";"x"\n\n'])
def test_ebay_in_a_language_that_is_not_declared(delimiter: str, before: str) -> None:
    """Its form tells it; no word is guessed."""
    rows = "\n".join(delimiter.join(f'"{cell}"' for cell in cells) for cells in (EBAY_NAMES, EBAY_ROW))
    message = refusal(f"{before}{rows}\n", errors.LocalisedHeaderError)

    assert f"line {before.count(chr(10)) + 1}: this looks like an eBay transaction report whose column names" in message
    assert "Set the language of eBay to English and download it again." in message


LANGUAGES = {
    "nl": ("Aanmaakdatum transactie", "Type", "Bestelnummer", "Nettobedrag", "7 aug 2026", "Uitbetaling"),
    "sv": ("Datum då transaktionen skapades", "Typ", "Ordernummer", "Nettobelopp", "7 aug. 2026", "Utbetalning"),
    "pl": ("Data utworzenia transakcji", "Typ", "Numer zamówienia", "Kwota netto", "7 sie 2026", "Wypłata"),
    "ja": ("取引作成日", "種類", "注文番号", "純額", "2026年8月7日", "支払い"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("amount", ["-19.75", "-19,75"])
def test_ebay_in_another_language_that_begins_with_a_payout(language: str, amount: str) -> None:
    """Reports begin with what came last, mostly the payout: its row names no order, and nearly nothing else."""
    day, kind = LANGUAGES[language][4:]
    names = [*LANGUAGES[language][:4], *(f"{LANGUAGES[language][3]} {number}" for number in range(32))]
    row = [day, kind, "--", amount, "EUR", day, "7590000001", *["--"] * 26, amount, "EUR", "--"]
    text = "\n".join(";".join(f'"{cell}"' for cell in cells) for cells in (names, row))
    message = refusal(f'"Rapport"\n\n{text}\n', errors.LocalisedHeaderError)

    assert "line 3: this looks like an eBay transaction report whose column names" in message
    assert names[0] in message
    assert "Set the language of eBay to English and download it again." in message


@pytest.mark.parametrize(
    "header",
    [
        "Data di creazione della transazione;Tipo;Numero ordine;Importo netto;Numero pagamento",
        "Fecha de creación de la transacción;Tipo;Número de pedido;Importe neto;Id. de pago",
    ],
)
def test_words_of_everybodys_files_make_no_format_the_nearest(header: str) -> None:
    """Type and order number are in all of them: no marketplace is named that it is not of."""
    message = refusal(f"{header}\nx;x;x;x;x\n", errors.UnknownFormatError)

    assert "closest to" not in message
    assert "set the language there to English first" in message


def test_nearest_format() -> None:
    """It is named with what is missing and where it is downloaded."""
    message = refusal("Transaction Date,Type,Order,Memo\n2026-06-17,charge,#1,x\n", errors.UnknownFormatError)

    assert (
        "It is closest to the Shopify Payments transactions export (CSV), but lacks the columns Amount, Fee" in message
    )
    assert message.endswith("In Shopify open Finances, Payouts, then Transactions, and export them.")


def test_many_missing_columns() -> None:
    """Five are named, the others counted."""
    message = refusal("settlement-id\ttotal-amount\tcurrency\n1\t2\tUSD\n", errors.UnknownFormatError)

    assert "but lacks the columns settlement-start-date, settlement-end-date, deposit-date, transaction-type" in message
    assert " more. In Seller Central open Payments" in message


@pytest.mark.parametrize("text", ["Dear Sir or Madam", "Date,Amount\n1,2\n", "%PDF-1.4", "{}", "type\nx"])
def test_nothing_near(text: str) -> None:
    """One column that many files have makes no format the nearest; all are named."""
    message = refusal(text, errors.UnknownFormatError)
    known = message.partition("Known files are: ")[2]
    brought = [form.title for form in FORMATS if not form.is_pulled and form.name != "walmart_recon_v0"]

    assert "Amazon settlement report (XML)" in known
    assert [] == [title for title in brought if title not in known]
    assert known.startswith("Amazon settlement report (V2 flat file), ")


def test_every_table_says_where_it_is_downloaded() -> None:
    """A format that may be the nearest has a sentence for it."""
    assert all(form.download.endswith(".") for form in FORMATS if form.layout is not None)


def test_only_formats_that_are_read_are_advised() -> None:
    """The nearest is sought among the formats that are given, and so are the titles that are named."""
    some = [form for form in FORMATS if form.name in ("amazon_v2_flat", "walmart_recon_v1")]
    near, nothing = (
        str(explain(open_contents(text, "x.csv"), some))
        for text in (b"Transaction Date,Type,Order,Memo\n2026-06-17,charge,#1,x\n", b"Dear Sir or Madam")
    )

    assert "Shopify" not in near
    assert f"Known files are: {some[0].title}, {some[1].title}. Download one of these" in nothing
