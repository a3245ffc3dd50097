"""eBay's report in French says what the English one says; its words that were not seen are asked."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from core.frame_columns import TRANSACTION_COLUMNS, records
from core.marketplaces import read_file
from core.marketplaces.ebay import report_by_columns, transaction_report
from core.marketplaces.reading.contents import open_contents
from core.model import Event
from tests.core.marketplaces.ebay_documents import refund, report, single, whole
from tests.core.marketplaces.same_readings import assert_same, outcome

NAMES = {
    "Transaction creation date": "Date de création de la transaction",
    "Type": "Type",
    "Order number": "Numéro de commande",
    "Net amount": "Montant net",
    "Payout currency": "Devise du versement",
    "Payout date": "Date du versement",
    "Payout ID": "Numéro du versement",
    "Item ID": "Numéro de l'objet",
    "Transaction ID": "Numéro de la transaction",
    "Item title": "Titre de l'objet",
    "Custom label": "Libellé personnalisé",
    "Quantity": "Quantité",
    "Item subtotal": "Sous-total de l'objet",
    "Shipping and handling": "Livraison et expédition",
    "Seller collected tax": "Taxe collectée par le vendeur",
    "eBay collected tax": "Taxe collectée par eBay",
    "Final Value Fee - fixed": "Commission sur le prix final - fixe",
    "Final Value Fee - variable": "Commission sur le prix final - variable",
    "Regulatory operating fee": "Frais d'exploitation réglementaires",
    "International fee": "Frais de transactions internationales",
    "Gross transaction amount": "Montant brut de la transaction",
    "Transaction currency": "Devise de la transaction",
    "Exchange rate": "Taux de change",
    "Reference ID": "Numéro de référence",
    "Description": "Description",
}
"""As a real report of July 2026 has them (docs/facts/settlement-formats.md)."""
TYPES = {"Order": "Commande", "Refund": "Remboursement"}
DATES = {"Aug 31, 2026": "31 août 2026", "Sep 2, 2026": "2 sept. 2026"}
MONEY = {name for name in NAMES if name.startswith(("Net", "Item sub", "Ship", "Seller c", "eBay c", "Final", "Gross"))}
HEAD = '"--,--,--,--,--"\n"Remarques"\n"Vendeur";"x"\n"Date de début";"01/08/2026 00:00:00 AM CEST"\n'


def in_french(content: bytes, types: dict[str, str] = TYPES) -> bytes:
    """Return an English report as eBay writes it for a seller in France."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(NAMES.values())
    for row in csv.DictReader(io.StringIO(content.decode())):
        cells = {**row, "Type": types.get(row["Type"], row["Type"])}
        cells |= {name: cell.replace(".", ",") for name, cell in row.items() if name in MONEY}
        writer.writerow([DATES.get(cells[name], cells[name]) for name in NAMES])
    return f"\ufeff{HEAD}{text.getvalue()}".encode()


REPORTS = {
    "an order": report(single("89.60", "1", "MUG", "100", "-10.40")),
    "an order and its refund": report(
        single("89.60", "1", "MUG", "100", "-10.40"), refund("-89.60", "-100", "10.40", **{"Item title": "Mug"})
    ),
    "an order without its items": report(whole("134.20", "150")),
}


@pytest.mark.parametrize("name", REPORTS)
def test_the_french_report_says_what_the_english_one_says(name: str) -> None:
    """Money, goods, moments and payouts; only its words stay its own."""
    own = ("group_key", "raw_type")
    english, french = REPORTS[name], in_french(REPORTS[name])
    told = [read_file(content, "report.csv") for content in (english, french)]
    rows = [records(one.settlements[0].transactions[[n for n in TRANSACTION_COLUMNS if n not in own]]) for one in told]

    assert rows[0] == rows[1]
    assert [one.settlements[0].settlement_id for one in told] == ["7600000001"] * 2
    assert told[0].unknown_types == told[1].unknown_types
    contents = open_contents(french, "report.csv")
    assert_same(outcome(report_by_columns.read, contents), outcome(transaction_report.read, contents))


@pytest.mark.parametrize("word", ["Ajustement", "Versement", "Autres frais"])
def test_a_french_type_that_was_not_seen_is_asked(word: str) -> None:
    """No word is guessed: what only its translation tells keeps back the entry until somebody says what it is."""
    content = report(single("89.60", "1", "MUG", "100", "-10.40"), whole("-10.01", "-10.01", "") | {"Type": word})
    read = read_file(in_french(content), "report.csv")
    (asked,) = [row for row in records(read.settlements[0].transactions) if row["event"] == Event.OTHER]

    assert (word,) == read.unknown_types
    assert Decimal("-10.01") == asked["net"]
