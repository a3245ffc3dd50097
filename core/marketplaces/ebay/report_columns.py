"""Columns of eBay's transaction report, and which of them are money.

The report of the UK and the EU has the columns of the American one and *Seller specified VAT rate*, a rate between
taxes and fees. In German it is called `Transaktionsbericht`: semicolons, a decimal comma, German names for columns and
types. What the columns are called in French, Italian and Spanish is not established: such a report is told by its form
and refused with what to set (`core.marketplaces.reading.unknown_files`).
"""

from __future__ import annotations

import re
from decimal import Decimal

from core.marketplaces.reading.tables import Column, Kind

ORDER, ORDERED = "Order number", "Transaction creation date"
"""The columns that say together of which order a row is: rows of one order number on two days are two orders."""
PAYOUT, ITEM = "Payout ID", "Item ID"
"""The payout that a row is of, blank in real rows of items; the item, blank in the row of an order as a whole."""
NET_AMOUNT, GROSS_AMOUNT = "Net amount", "Gross transaction amount"
"""What a row puts into the payout, blank in the row of an item whose order has a row of its own; and before fees."""
TITLE = "Item title"
IDS = (ORDER, ITEM, "Transaction ID", "Custom label")
"""Columns that a spreadsheet program may have turned into rounded numbers."""


def _column(name: str, kind: Kind = Kind.TEXT, *, needed: bool = False, also: str = "") -> Column:
    return Column(name, kind, needed=needed, aliases=tuple(also.split("|")) if also else ())


COLUMNS = (
    _column(ORDERED, Kind.MOMENT, needed=True, also="Datum der Transaktionserstellung"),
    _column("Type", needed=True, also="Typ"),
    _column(ORDER, needed=True, also="Bestellnummer"),
    _column("Legacy order ID", also="Alte Bestellnummer"),
    _column("Buyer username", Kind.PERSONAL, also="Nutzername des Käufers"),
    _column("Buyer name", Kind.PERSONAL, also="Name des Käufers"),
    _column("Ship to city", Kind.PERSONAL, also="Versandziel - Ort"),
    _column("Ship to province/region/state", Kind.PERSONAL, also="Ship to county|Versandziel - Bundesland/Provinz"),
    _column("Ship to zip", Kind.PERSONAL, also="Ship to postcode|Versandziel - PLZ"),
    _column("Ship to country", Kind.PERSONAL, also="Versandziel - Land"),
    _column(NET_AMOUNT, Kind.AMOUNT, needed=True, also="Betrag abzügl. Kosten"),
    _column("Payout currency", needed=True, also="Auszahlungswährung"),
    _column("Payout date", Kind.MOMENT, also="Auszahlungsdatum"),
    _column(PAYOUT, needed=True, also="Auszahlung Nr."),
    _column("Split payout ID"),
    _column("Payout method", also="Auszahlungsmethode"),
    _column("Payout status", also="Auszahlungsstatus"),
    _column("Reason for hold", also="Grund für Einbehaltung"),
    _column(ITEM, needed=True, also="Artikelnummer"),
    _column("Transaction ID", needed=True, also="Transaktionsnummer"),
    _column(TITLE, also="Angebotstitel"),
    _column("Custom label", needed=True, also="Bestandseinheit"),
    _column("Quantity", Kind.WHOLE, needed=True, also="Stückzahl"),
    _column("Item subtotal", Kind.AMOUNT, needed=True, also="Zwischensumme Artikel"),
    _column("Shipping and handling", Kind.AMOUNT, needed=True, also="Postage and packaging|Verpackung und Versand"),
    _column("Seller collected tax", Kind.AMOUNT, also="Vom Verkäufer eingezogene Steuer"),
    _column("eBay collected tax", Kind.AMOUNT, also="Von eBay eingezogene Steuer|Von eBay eingezogene Steuern"),
    _column("Seller specified VAT rate", also="Vom Verkäufer angegebener MwSt.-Satz"),
    _column("Final Value Fee - fixed", Kind.AMOUNT, also="Fixer Anteil der Verkaufsprovision"),
    _column("Final Value Fee - variable", Kind.AMOUNT, also="Variabler Anteil der Verkaufsprovision"),
    _column("Regulatory operating fee", Kind.AMOUNT, also="Betriebskosten"),
    _column(
        'Very high "item not as described" fee',
        Kind.AMOUNT,
        also="Gebühr für sehr hohe Quote an „nicht wie beschriebenen Artikeln“",
    ),
    _column("Below standard performance fee", Kind.AMOUNT, also="Gebühr für unterdurchschnittlichen Servicestatus"),
    _column("International fee", Kind.AMOUNT, also="Internationale Gebühr"),
    _column("Charity donation", Kind.AMOUNT),
    _column("Deposit processing fee", Kind.AMOUNT),
    _column(GROSS_AMOUNT, Kind.AMOUNT, needed=True, also="Transaktionsbetrag (inkl. Kosten)"),
    _column("Transaction currency", also="Transaktionswährung"),
    _column("Exchange rate", also="Wechselkurs"),
    _column("Reference ID", also="Referenznummer"),
    _column("Description", also="Beschreibung"),
)

VAT_RATE = "Seller specified VAT rate"
DONATION = "Charity donation"

COMPONENTS = {
    "Item subtotal": "principal",
    "Shipping and handling": "shipping",
    "Seller collected tax": "tax",
    "Final Value Fee - fixed": "referral_fee",
    "Final Value Fee - variable": "referral_fee",
    "Regulatory operating fee": "other_fee",
    'Very high "item not as described" fee': "other_fee",
    "Below standard performance fee": "other_fee",
    "International fee": "referral_fee",
    DONATION: "other",
    "Deposit processing fee": "other_fee",
}
"""The columns that make a row's net amount, and which amount column each adds to; the first three are its gross.

Tax that eBay itself collects and pays is in neither. A column that is not here counts only where the rows' own sums
prove it (`core.marketplaces.undeclared_columns.proved`), and then adds to `other`.
"""

GROSS = ("principal", "shipping", "tax")

FOREIGN_TYPES = {
    "bestellung": "Order",
    "rückerstattung": "Refund",
    "andere gebühr": "Other fee",
    "auszahlung": "Payout",
    "einbehalten": "Hold",
    "belastung": "Charge",
}


def in_english(kind: str) -> str:
    """Return the type of a row by its English name; one that is not known stays as it is, and is asked."""
    return FOREIGN_TYPES.get(" ".join(kind.casefold().split()), kind)


def vat_rate(text: str, mark: str) -> Decimal | None:
    """Return a VAT rate in percent: `20`, `20%` and `5,5 %` are; `standard` and `0.2` tell none.

    eBay's rates are whole per cents or halves. Below one it cannot be told whether 0.2 means a fifth or two tenths of
    one per cent, which no country has.
    """
    plain = text.strip().removesuffix("%").strip()
    rate = (
        Decimal(plain.replace(mark, ".")) if re.fullmatch(rf"\d{{1,2}}(\{mark}\d{{1,4}})?", plain, re.ASCII) else None
    )
    return rate if rate == 0 or (rate is not None and rate >= 1) else None
