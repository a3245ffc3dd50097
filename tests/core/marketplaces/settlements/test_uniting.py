"""Files of one payout united: pure, from readings alone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frame_columns import records
from core.marketplaces import FORMATS, read_file
from core.marketplaces.amazon import unified_languages
from core.marketplaces.compared_rows import compared_type
from core.marketplaces.ebay import report_columns
from core.marketplaces.formats import Extent
from core.marketplaces.settlements.uniting import SettlementPart, in_other_words, parts_of, united_settlement
from core.marketplaces.words.wording import folded
from tests.core.books.exports_of_payouts import Row, ebay_export
from tests.core.marketplaces.ebay_documents import GBP, PAYOUT, item, report, whole
from tests.examples import examples

DAYS = [f"2026-06-{day:02}" for day in range(1, 13)]
ROWS = st.lists(
    st.tuples(st.sampled_from(DAYS), st.sampled_from("123"), st.sampled_from(["1.00", "2.00"])).map(lambda r: Row(*r)),
    min_size=3,
    max_size=12,
)


def part(name: str, rows: list[Row]) -> SettlementPart:
    file = ebay_export(name, *rows)
    reading = read_file(file.content, file.name)
    return parts_of(reading, file.name, Extent.DAYS)["900001"]


@pytest.mark.long
@settings(max_examples=examples(12), deadline=None)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 12), min_size=2, max_size=2))
def test_ranges_of_days_that_cover_a_payout_are_the_payout(rows: list[Row], cuts: list[int]) -> None:
    """However a payout is cut into ranges of days, overlapping or not, its parts in any order are the whole again."""
    low, high = sorted(cuts)
    ranges = [(0, high), (low, 12), (low, high)]
    parts = [
        part(f"{first}.csv", own)
        for first, last in ranges
        if (own := [row for row in rows if row.day in DAYS[first : last + 1]])
    ]
    whole = united_settlement([part("whole.csv", rows), part("again.csv", rows)])

    for order in (parts, parts[::-1]):
        found = united_settlement(order)
        assert records(whole.transactions) == records(found.transactions)
        assert (whole.sum, whole.lines, whole.period_start, whole.period_end) == (
            *(found.sum, found.lines, found.period_start, found.period_end),
        )


@settings(max_examples=examples(8), deadline=None)
@given(
    prices=st.lists(st.integers(100, 900), min_size=2, max_size=4),
    views=st.lists(st.sets(st.integers(0, 3)), min_size=1, max_size=4),
    rate=st.sampled_from(["", "1.31869", "0.92"]),
)
def test_parts_of_an_order_of_several_items_are_one_order(prices: list[int], views: list[set[int]], rate: str) -> None:
    """Whatever reports hold of its items, it comes to its net amount, and what they all lack is asked."""
    net = f"{sum(prices) - len(prices)}.00" if not rate else f"{(sum(prices) - len(prices)) * Decimal(rate):.2f}"
    abroad = {**GBP, "Exchange rate": rate} if rate else {}
    own = whole(net, f"{sum(prices)}", **abroad)
    items = [item(f"{at}", f"S{at}", f"{price}", "-1") for at, price in enumerate(prices)]
    known = [{at for at in view if at < len(items)} for view in views]
    parts = [ebay_part(own, *(items[at] for at in sorted(view))) for view in known]
    for order in (parts, parts[::-1]):
        rows = {row["sku"]: row for row in records(united_settlement(order).transactions)}
        shown = set().union(*known)

        assert Decimal(net) == sum(row["net"] for row in rows.values())
        assert {f"S{at}" for at in shown} == set(rows) - {None}
        is_whole = rows[None]["quantity"] is not None
        assert is_whole <= (len(shown) == len(items))
        assert is_whole or rows[None]["net"] or len(shown) < len(items)
        assert is_whole or rate or len(shown) < len(items)


def ebay_part(*rows: dict[str, object]) -> SettlementPart:
    content = report(*rows)
    return parts_of(read_file(content, "a.csv"), "a.csv", Extent.DAYS)[PAYOUT]


def test_currencies_are_not_summed() -> None:
    """One payout in two currencies does not tie out, and both are named."""
    rows = [Row("2026-06-01", "1", "1.00")]
    file = ebay_export("b.csv", Row("2026-06-02", "2", "1.00"))
    other = parts_of(read_file(file.content.replace(b"USD", b"EUR"), file.name), file.name, Extent.DAYS)["900001"]
    found = united_settlement([part("a.csv", rows), other])

    assert not found.ties_out
    assert any("EUR" in problem.message and "USD" in problem.message for problem in found.problems)


def test_what_is_wrong_with_a_files_rows_stays_wrong() -> None:
    """Only that a part alone does not reach the total is forgotten when the parts together do."""
    paid = Row("2026-06-03", "", "-3.00", kind="payout")
    first, second = (
        part("a.csv", [Row("2026-06-01", "1", "1.00")]),
        part("b.csv", [Row("2026-06-02", "2", "2.00"), paid]),
    )
    found = united_settlement([first, second])

    assert (Decimal("3.00"), True, ()) == (found.total, found.ties_out, found.problems)
    assert not second.settlement.ties_out


def test_every_view_says_what_it_says_by_leaving_a_row_out() -> None:
    """Reports of a month or settlement are whole; exports are ranges of days, Amazon's by a date of its own."""
    extents = {form.name: form.extent for form in FORMATS if form.standing.name == "VIEW"}

    assert {
        "amazon_unified_csv": Extent.OTHER_DAYS,
        "ebay_transaction_report": Extent.DAYS,
        "shopify_not_in_payouts_so_far": Extent.WHOLE,
        "shopify_payments_csv": Extent.DAYS,
        "walmart_recon_v0": Extent.WHOLE,
    } == extents


def view(content: str) -> SettlementPart:
    reading = read_file(content.encode(), "a.csv")
    extent = next(form.extent for form in FORMATS if form.name == reading.format)
    (found,) = parts_of(reading, "a.csv", extent).values()
    return found


EBAY = (
    "Transaction creation date;Type;Order number;Net amount;Payout currency;Payout date;Payout ID;Item ID;"
    "Transaction ID;Custom label;Quantity;Item subtotal;Shipping and handling;Gross transaction amount;Description\n"
)
EBAY_DE = (
    "Datum der Transaktionserstellung;Typ;Bestellnummer;Betrag abzügl. Kosten;Auszahlungswährung;Auszahlungsdatum;"
    "Auszahlung Nr.;Artikelnummer;Transaktionsnummer;Bestandseinheit;Stückzahl;Zwischensumme Artikel;"
    "Verpackung und Versand;Transaktionsbetrag (inkl. Kosten);Beschreibung\n"
)
EBAY_FR = (
    "Date de création de la transaction;Type;Numéro de commande;Montant net;Devise du versement;Date du versement;"
    "Numéro du versement;Numéro de l'objet;Numéro de la transaction;Libellé personnalisé;Quantité;"
    "Sous-total de l'objet;Livraison et expédition;Montant brut de la transaction;Description\n"
)
UNIFIED = (
    "All amounts in EUR\ndate/time;settlement id;type;order id;sku;description;quantity;fulfillment;product sales;"
    "selling fees;fba fees;other transaction fees;other;total;transaction status;transaction release date\n"
)
UNIFIED_DE = (
    "Alle Beträge in EUR\nDatum/Uhrzeit;Abrechnungsnummer;Typ;Bestellnummer;SKU;Beschreibung;Menge;Versand;Umsätze;"
    "Verkaufsgebühren;Gebühren zu Versand durch Amazon;Andere Transaktionsgebühren;Andere;Gesamt;Transaktionsstatus;"
    "Freigabedatum der Transaktion\n"
)
SHOPIFY = "Transaction Date,Type,Order,Payout Status,Payout Date,Payout ID,Amount,Fee,Net,Checkout,Currency\n"


def ebay(what: str, rest: str) -> str:
    return f"{EBAY}Aug 5, 2026;{what};Aug 7, 2026;9;{rest}\n"


def ebay_de(what: str, rest: str) -> str:
    return f"{EBAY_DE}5. Aug. 2026;{what};7. Aug. 2026;9;{rest}\n"


def ebay_fr(what: str, rest: str) -> str:
    return f"{EBAY_FR}5 août 2026;{what};7 août 2026;9;{rest}\n"


def unified(what: str, status: str = "Released") -> str:
    return f"{UNIFIED}5 Aug 2026 10:00:00 UTC;9;{what};{status};\n"


def unified_de(what: str) -> str:
    return f"{UNIFIED_DE}05.08.2026 10:00:00 UTC;9;{what};Freigegeben;\n"


def shopify(kind: str, order: str = "") -> str:
    return f"{SHOPIFY}2026-06-29 10:15:00 +0000,{kind},{order},paid,2026-07-01,9,97.00,2.00,95.00,c,USD\n"


FEE = "--;--;--;--;--;--;-1.00"
TWO_SPELLINGS = {
    "ebay: order": (
        ebay("Order;1;20.00;EUR", "1;2;LAMP;1;20.00;0.00;20.00;--"),
        ebay_de("Bestellung;1;20,00;EUR", "1;2;LAMP;1;20,00;0,00;20,00;--"),
    ),
    "ebay: order in French": (
        ebay("Order;1;20.00;EUR", "1;2;LAMP;1;20.00;0.00;20.00;--"),
        ebay_fr("Commande;1;20,00;EUR", "1;2;LAMP;1;20,00;0,00;20,00;--"),
    ),
    "ebay: fee without number": (
        ebay("Other fee;--;-1.00;EUR", f"{FEE};Insertion fee"),
        ebay_de("Andere Gebühr;--;-1,00;EUR", f"{FEE.replace('.', ',')};INSERTION FEE"),
    ),
    "ebay: undeclared": (
        ebay("New word;--;-1.00;EUR", f"{FEE};--"),
        ebay("NEW_WORD;--;-1.00;EUR", f"{FEE};--"),
    ),
    "amazon: order": (
        unified("Order;1;LAMP;Lamp;1;Seller;20.00;-2.00;0;0;0;18.00"),
        unified_de("Bestellung;1;LAMP;Lampe;1;Verkäufer;20,00;-2,00;0;0;0;18,00"),
    ),
    "amazon: advertising": (
        unified("Service Fee;;;Cost of Advertising;;;0;0;0;-7.25;0;-7.25"),
        unified_de("Servicegebühr;;;Werbekosten;;;0;0;0;-7,25;0;-7,25"),
    ),
    "amazon: storage": (
        unified("FBA Inventory Fee;;;FBA storage fee;;;0;0;0;0;-7.25;-7.25"),
        unified_de("Versand durch Amazon Lagergebühr;;;Lagergebühr;;;0;0;0;0;-7,25;-7,25"),
    ),
    "shopify: sale": (shopify("charge", "#1"), shopify("Charge", "#1")),
    "shopify: label": (shopify("shipping_label"), shopify("Shipping label")),
    "shopify: asked": (shopify("adjustment"), shopify("ADJUSTMENT")),
}


@pytest.mark.few(1)
@pytest.mark.parametrize("name", TWO_SPELLINGS)
def test_a_row_in_two_spellings_is_one_row_with_the_key_that_it_had(name: str) -> None:
    """What a word is declared to mean is compared, or the word folded; the first file's words, and keys, stay."""
    first, second = map(view, TWO_SPELLINGS[name])

    for one, other in ((first, second), (second, first)):
        found = united_settlement([one, other])
        assert records(one.settlement.transactions) == records(found.transactions)
        assert [] == in_other_words(other, [one], found)


@pytest.mark.few(1)
@pytest.mark.parametrize("name", TWO_SPELLINGS)
def test_two_equal_rows_of_one_file_stay_two_beside_another_spelling(name: str) -> None:
    """Twice in one file is two, also where the other file spells the one row otherwise."""
    first, second = TWO_SPELLINGS[name]
    row = first.rsplit("\n", 2)[1]

    found = united_settlement([view(second), view(f"{first}{row}\n")])

    assert 2 == len({(row["group_key"], row["ordinal"]) for row in records(found.transactions)})


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (
            ebay("Other fee;--;-1.00;EUR", f"{FEE};Insertion fee"),
            ebay_de("Andere Gebühr;--;-1,00;EUR", f"{FEE.replace('.', ',')};Angebotsgebühr"),
            ("Other fee / Insertion fee", "Andere Gebühr / Angebotsgebühr"),
        ),
        (
            ebay("Shipping label;--;-1.00;EUR", f"{FEE};--"),
            ebay_de("Versandetikett;--;-1,00;EUR", f"{FEE.replace('.', ',')};--"),
            ("Shipping label", "Versandetikett"),
        ),
        (
            unified("Service Fee;;;Subscription;;;0;0;0;-7.25;0;-7.25"),
            unified_de("Servicegebühr;;;Abonnement;;;0;0;0;-7,25;0;-7,25"),
            ("Service Fee / Subscription", "Servicegebühr / Abonnement"),
        ),
        (shopify("charge", "#1"), shopify("Zahlung", "#1"), ("charge", "Zahlung")),
    ],
)
def test_rows_that_differ_in_words_alone_are_asked(first: str, second: str, words: tuple[str, str]) -> None:
    """A German word that nobody has declared is most likely the English file's: neither counted twice nor dropped."""
    one, other = view(first), view(second)

    assert [words] == in_other_words(other, [one], united_settlement([one, other]))


def test_a_total_that_is_reached_shows_that_two_rows_of_other_words_are_two() -> None:
    """Where the payout's own row proves both, nothing is asked."""
    one, fee = (view(ebay("Other fee;--;-1.00;EUR", f"{FEE};{name} fee")) for name in ("Insertion", "Subtitle"))
    paid = view(ebay("Payout;--;2.00;EUR", "--;--;--;--;--;--;2.00;--"))
    found = united_settlement([one, fee, paid])

    assert (Decimal("-2.00"), True) == (found.total, found.ties_out)
    assert [] == in_other_words(fee, [one, paid], found)


def test_no_word_means_one_thing_at_amazon_and_another_at_ebay() -> None:
    """Types of both are compared by one table, so that no word may be in both and mean two things."""
    amazon = {folded(word) for word in unified_languages.FOREIGN_TYPES}
    ebay = {folded(word): english for word, english in report_columns.FOREIGN_TYPES.items()}

    assert {word: compared_type(word) for word in amazon & ebay.keys()} == {
        word: folded(ebay[word]) for word in amazon & ebay.keys()
    }
