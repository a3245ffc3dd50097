"""Types, descriptions and statuses of the unified transaction CSV, in its languages (settlements.md §1.4)."""

from __future__ import annotations

from functools import lru_cache

from core.marketplaces.amazon import vocabulary
from core.marketplaces.amazon.vocabulary import Meaning, plain
from core.model import Event

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
_MEANT = {foreign: english for english, words in _ENGLISH.items() for foreign in words.split("|")}

_OF_THIS_FORMAT = {
    "transfer": vocabulary.PAYOUT,
    "debt": vocabulary.BALANCE,
    "fba inventory fee": vocabulary.FEE,
    "fba transaction fees": vocabulary.FEE,
    "fba inventory fee - correction": vocabulary.FEE,
    "fba inventory fee - reversal": vocabulary.FEE,
    "safe-t reimbursement": vocabulary.MONEY_ONLY,
    "tax withholding": vocabulary.BALANCE,
}
_ADVERTISING = (
    "cost of advertising",
    "werbekosten",
    "prix de la publicité",
    "costo della pubblicità",
    "gastos de publi",
)

_LOSSES = ("lost", "damaged", "verloren", "beschädigt", "perdu", "endommag", "smarrit", "perso", "danneggiat")
_LOSSES_TOO = ("perdid", "extravi", "dañad")
_TAKEN_BACK = ("clawback", "reversal", "rückbuchung")
_REIMBURSEMENT = ("reimbursement", "erstattung", "remboursement", "rimborso", "reembolso")

_RELEASED = (
    "released|veröffentlicht|freigegeben|publié|publiée|libéré|libérée|rilasciato|rilasciata|pubblicato|liberado|liberada"
    "|lanzado|publicado"
)
_DEFERRED = (
    "deferred|aufgeschoben|zurückgestellt|verzögert|différé|différée|reporté|reportée|differito|differita|diferido"
    "|diferida|aplazado|aplazada"
)


@lru_cache(maxsize=4096)
def meaning(transaction_type: str, description: str) -> Meaning:
    """Return what a row is; `vocabulary.UNKNOWN` where its type is in no vocabulary."""
    kind = plain(transaction_type).replace("\u2019", "'")
    kind = _MEANT.get(kind, kind)
    found = _OF_THIS_FORMAT.get(kind) or vocabulary.TYPES.get(kind, vocabulary.UNKNOWN)
    if found is vocabulary.FEE and plain(description).startswith(_ADVERTISING):
        return vocabulary.ADVERTISING
    return _adjustment(plain(description)) if found is vocabulary.ADJUSTMENT else found


def is_deferred(status: str, release_date: str) -> bool:
    """Tell whether a row belongs to no paid settlement yet.

    A status in a language that is not known decides nothing; a deferred row is then the one without a release date.
    """
    word = plain(status)
    if word in _RELEASED.split("|"):
        return False
    if word in _DEFERRED.split("|"):
        return True
    return bool(word) and not release_date.strip()


def _adjustment(description: str) -> Meaning:
    """Return what an adjustment is by its description (`FBA Inventory Reimbursement - Lost:Warehouse`)."""
    if not any(word in description for word in _REIMBURSEMENT):
        return vocabulary.ADJUSTMENT
    if any(word in description for word in _TAKEN_BACK):
        return vocabulary.FOUND_AGAIN
    if any(word in description for word in _LOSSES + _LOSSES_TOO):
        return vocabulary.LOSS
    return Meaning(Event.REIMBURSEMENT, vocabulary.ADJUSTMENT.stock_effect)
