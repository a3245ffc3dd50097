"""Columns of eBay's transaction report, and which of them are money.

The report of the UK and the EU has the columns of the American one and *Seller specified VAT rate*, a rate between
taxes and fees. In German it is called `Transaktionsbericht`: semicolons, a decimal comma, German names for columns and
types; the French one is alike. What the columns are called in Italian and Spanish is not established: such a report is
told by its form and refused with what to set (`core.marketplaces.reading.unknown_files`).
"""

from __future__ import annotations

import re
from decimal import Decimal

from core.marketplaces.reading.file_tables import Kind, translated

ORDER, ORDERED = "Order number", "Transaction creation date"
"""The columns that say together of which order a row is: rows of one order number on two days are two orders."""
PAYOUT, ITEM = "Payout ID", "Item ID"
"""The payout that a row is of, blank in real rows of items; the item, blank in the row of an order as a whole."""
NET_AMOUNT, GROSS_AMOUNT = "Net amount", "Gross transaction amount"
"""What a row puts into the payout, blank in the row of an item whose order has a row of its own; and before fees."""
TITLE = "Item title"
IDS = (ORDER, ITEM, "Transaction ID", "Custom label")
"""Columns that a spreadsheet program may have turned into rounded numbers."""


COLUMNS = (
    translated(
        ORDERED, Kind.MOMENT, needed=True, also="Datum der Transaktionserstellung|Date de création de la transaction"
    ),
    translated("Type", needed=True, also="Typ"),
    translated(ORDER, needed=True, also="Bestellnummer|Numéro de commande"),
    translated("Legacy order ID", also="Alte Bestellnummer|Ancien numéro de commande"),
    translated("Buyer username", Kind.PERSONAL, also="Nutzername des Käufers|Pseudo de l'acheteur"),
    translated("Buyer name", Kind.PERSONAL, also="Name des Käufers|Nom de l'acheteur"),
    translated("Ship to city", Kind.PERSONAL, also="Versandziel - Ort|Ville de livraison"),
    translated(
        "Ship to province/region/state",
        Kind.PERSONAL,
        also="Ship to county|Versandziel - Bundesland/Provinz|Province/région/État de livraison",
    ),
    translated("Ship to zip", Kind.PERSONAL, also="Ship to postcode|Versandziel - PLZ|Code postal de livraison"),
    translated("Ship to country", Kind.PERSONAL, also="Versandziel - Land|Pays de livraison"),
    translated(NET_AMOUNT, Kind.AMOUNT, needed=True, also="Betrag abzügl. Kosten|Montant net"),
    translated("Payout currency", needed=True, also="Auszahlungswährung|Devise du versement"),
    translated("Payout date", Kind.MOMENT, also="Auszahlungsdatum|Date du versement"),
    translated(PAYOUT, needed=True, also="Auszahlung Nr.|Numéro du versement"),
    translated("Split payout ID"),
    translated("Payout method", also="Auszahlungsmethode|Mode de versement"),
    translated("Payout status", also="Auszahlungsstatus|Statut du versement"),
    translated("Reason for hold", also="Grund für Einbehaltung|Motif du blocage"),
    translated(ITEM, needed=True, also="Artikelnummer|Numéro de l'objet"),
    translated("Transaction ID", needed=True, also="Transaktionsnummer|Numéro de la transaction"),
    translated(TITLE, also="Angebotstitel|Titre de l'objet"),
    translated("Custom label", needed=True, also="Bestandseinheit|Libellé personnalisé"),
    translated("Quantity", Kind.WHOLE, needed=True, also="Stückzahl|Quantité"),
    translated("Item subtotal", Kind.AMOUNT, needed=True, also="Zwischensumme Artikel|Sous-total de l'objet"),
    translated(
        "Shipping and handling",
        Kind.AMOUNT,
        needed=True,
        also="Postage and packaging|Verpackung und Versand|Livraison et expédition",
    ),
    translated(
        "Seller collected tax", Kind.AMOUNT, also="Vom Verkäufer eingezogene Steuer|Taxe collectée par le vendeur"
    ),
    translated(
        "eBay collected tax",
        Kind.AMOUNT,
        also="Von eBay eingezogene Steuer|Von eBay eingezogene Steuern|Taxe collectée par eBay",
    ),
    translated(
        "Seller specified VAT rate", also="Vom Verkäufer angegebener MwSt.-Satz|Taux de TVA indiqué par le vendeur"
    ),
    translated(
        "Final Value Fee - fixed",
        Kind.AMOUNT,
        also="Fixer Anteil der Verkaufsprovision|Commission sur le prix final - fixe",
    ),
    translated(
        "Final Value Fee - variable",
        Kind.AMOUNT,
        also="Variabler Anteil der Verkaufsprovision|Commission sur le prix final - variable",
    ),
    translated("Regulatory operating fee", Kind.AMOUNT, also="Betriebskosten|Frais d'exploitation réglementaires"),
    translated(
        'Very high "item not as described" fee',
        Kind.AMOUNT,
        also="Gebühr für sehr hohe Quote an „nicht wie beschriebenen Artikeln“"
        "|Frais pour taux très élevé d'objets non conformes à la description",
    ),
    translated(
        "Below standard performance fee",
        Kind.AMOUNT,
        also="Gebühr für unterdurchschnittlichen Servicestatus|Frais pour Performance insuffisante",
    ),
    translated("International fee", Kind.AMOUNT, also="Internationale Gebühr|Frais de transactions internationales"),
    translated("Charity donation", Kind.AMOUNT),
    translated("Deposit processing fee", Kind.AMOUNT),
    translated(
        GROSS_AMOUNT, Kind.AMOUNT, needed=True, also="Transaktionsbetrag (inkl. Kosten)|Montant brut de la transaction"
    ),
    translated("Transaction currency", also="Transaktionswährung|Devise de la transaction"),
    translated("Exchange rate", also="Wechselkurs|Taux de change"),
    translated("Reference ID", also="Referenznummer|Numéro de référence"),
    translated("Description", also="Beschreibung"),
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
prove it (`core.marketplaces.columns.undeclared_columns.proved`), and then adds to `other`.
"""

GROSS = ("principal", "shipping", "tax")

FOREIGN_TYPES = {
    "bestellung": "Order",
    "rückerstattung": "Refund",
    "andere gebühr": "Other fee",
    "auszahlung": "Payout",
    "einbehalten": "Hold",
    "belastung": "Charge",
    "commande": "Order",
    "remboursement": "Refund",
}
"""Types of the German and the French report; of the French one no more were seen, and others are asked."""


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
