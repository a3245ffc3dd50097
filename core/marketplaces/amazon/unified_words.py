"""Types, descriptions and statuses of the unified transaction CSV, in its languages (docs/design/words.md)."""

from __future__ import annotations

from functools import lru_cache

from core.line_types import LineType
from core.marketplaces.amazon import words
from core.marketplaces.wording import folded
from core.marketplaces.words import UNKNOWN, WITHOUT_RETURN, Meaning
from core.model import Event, Goods


def _folded(words_of_one_meaning: str) -> frozenset[str]:
    return frozenset(map(folded, words_of_one_meaning.split("|")))


_ENGLISH = {
    "order": "bestellung|commande|ordine|pedido",
    "refund": "erstattung|remboursement|rimborso|reembolso",
    "adjustment": "anpassung|ajustement|modifica|rettifica|ajuste",
    "service fee": "servicegebühr|frais de service|commissione di servizio|tarifa de prestación de servicio",
    "transfer": "übertrag|transfert|transférer|trasferimento|transferir|transferencia",
    "debt": "verbindlichkeit|solde négatif|saldo negativo|saldo descubierto",
    "fba inventory fee": "versand durch amazon lagergebühr|frais de stock expédié par amazon"
    "|costo di stoccaggio logistica di amazon|tarifas de inventario de logística de amazon",
    "fba transaction fees": "fba transaction fee|transaktionsgebühren für versand durch amazon"
    "|frais de transaction expédié par amazon|commissioni per le transazioni di logistica di amazon"
    "|tarifas de transacción de logística de amazon",
    "fba customer return fee": "gebühren für kundenrücksendungen mit versand durch amazon|frais de retour client fba"
    "|tariffa di stoccaggio logistica di amazon",
    "lightning deal fee": "blitzangebotsgebühr|tarif de la vente flash|tariffa dell'offerta lampo"
    "|tarifa de oferta flash",
    "fee adjustment": "gebührenanpassung|ajuste de tarifa|ajustement des frais|rettifica delle commissioni",
    "amazon fees": "gebühren von amazon|frais amazon|commissioni amazon|tarifas de amazon",
    "order_retrocharge": "bestellung_wiedereinzug",
    "refund_retrocharge": "erstattung_wiedereinzug",
    "chargeback refund": "erstattung durch rückbuchung",
    "a-to-z guarantee claim": "a-z-garantieantrag|réclamation dans le cadre de la garantie a à z",
    "liquidations": "liquidation|liquidationen",
    "liquidations adjustments": "liquidationsanpassungen",
    "delivery services": "lieferdienste|services de livraison|servizi di consegna|servicios de entrega",
}
FOREIGN_TYPES = {folded(foreign): english for english, foreigns in _ENGLISH.items() for foreign in foreigns.split("|")}

_DEBT = folded("Debt")
_OF_THIS_FORMAT = {folded("Transfer"): words.PAYOUT, _DEBT: words.BALANCES[folded("Debt Adjustment")]}
"""Types that mean something of their own here: a transfer is the payout to the bank."""

_INVENTORY_FEES = frozenset(
    map(folded, ("FBA Inventory Fee", "FBA Inventory Fee - Correction", "FBA Inventory Fee - Reversal"))
)
_IN_SETTLEMENTS = {_DEBT: "Debt Adjustment", **dict.fromkeys(_INVENTORY_FEES, "FBA Inventory Fee")}
"""How the records call types of this format, whose descriptions are declared there."""
_FOREIGN_DETAILS = {
    folded(foreign): english
    for english, foreigns in {
        "Cost of Advertising": "Werbekosten|Prix de la publicité|Costo della pubblicità|Gastos de publicidad",
        "FBA Inventory Reimbursement - Lost:Warehouse": "Erstattung Lagerbestand - Im Lager verloren",
        "FBA Inventory Reimbursement": "Erstattung Lagerbestand",
        "FBA storage fee": "Lagergebühr|Frais de stockage|Tariffa di stoccaggio|Tarifa de almacenamiento",
    }.items()
    for foreign in foreigns.split("|")
}
_REIMBURSED = folded("Erstattung Lagerbestand")
"""How reimbursements begin: one whose reason is not above is one all the same, and its goods are asked."""

_REFUND = folded("Refund")
_KEPT = _folded(WITHOUT_RETURN)
"""Descriptions of refunds that say that the buyer keeps the goods; any other is the title of the item."""

_RELEASED = _folded(
    "released|veröffentlicht|freigegeben|publié|publiée|libéré|libérée|rilasciato|rilasciata|pubblicato|liberado|liberada"
    "|lanzado|publicado"
)
_DEFERRED = _folded(
    "deferred|aufgeschoben|zurückgestellt|verzögert|différé|différée|reporté|reportée|differito|differita|diferido"
    "|diferida|aplazado|aplazada"
)


@lru_cache(maxsize=4096)
def meaning(transaction_type: str, description: str) -> Meaning:
    """Return what a row is; `core.marketplaces.words.UNKNOWN` where its words are not declared."""
    kind = type_in_english(transaction_type)
    if folded(kind) in _OF_THIS_FORMAT:
        return _OF_THIS_FORMAT[folded(kind)]
    if folded(kind) in _INVENTORY_FEES:
        return _inventory_fee(description)
    if folded(kind) == _REFUND and folded(description) in _KEPT:
        return Meaning(Event.REFUND, Goods.KEPT)
    return words.meaning(kind, in_english(description))


def is_declared(kind: str, description: str) -> bool:
    """Tell whether a row's description is declared to the end, or its type is one of orders."""
    own = type_in_english(kind)
    return words.is_declared(_IN_SETTLEMENTS.get(folded(own), own), in_english(description))


def _inventory_fee(description: str) -> Meaning:
    """Return what a fee for inventory is for: its type says only that it is one, so an undeclared one is asked."""
    told = words.meaning("other", in_english(description))
    if told.event is Event.FEE:
        return told
    return UNKNOWN if description.strip() else Meaning(Event.FEE, Goods.NONE, LineType.STORAGE)


def type_in_english(transaction_type: str) -> str:
    """Return a row's type by its English name, as far as it is declared."""
    return FOREIGN_TYPES.get(folded(transaction_type), transaction_type)


def in_english(description: str) -> str:
    """Return the description as the English report has it, as far as its words are declared."""
    detail = folded(description)
    if detail in _FOREIGN_DETAILS:
        return _FOREIGN_DETAILS[detail]
    return "FBA Inventory Reimbursement" if detail.startswith(_REIMBURSED) else description


def is_deferred(status: str, release_date: str) -> bool:
    """Tell whether a row belongs to no paid settlement yet.

    A status in a language that is not known decides nothing; a deferred row is then the one without a release date.
    """
    word = folded(status)
    if word in _RELEASED:
        return False
    if word in _DEFERRED:
        return True
    return bool(word) and not release_date.strip()
