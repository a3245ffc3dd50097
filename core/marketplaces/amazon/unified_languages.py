"""Columns, types, descriptions and statuses of the unified transaction CSV, in its languages (docs/design/words.md).

English (US, CA, UK, AU, IN), German, French (also Canada's), Italian and Spanish (also Mexico's).
"""

from __future__ import annotations

from functools import lru_cache

from core.line_types import LineType
from core.marketplaces.amazon import words
from core.marketplaces.reading.file_tables import Kind, translated
from core.marketplaces.words.meanings import UNKNOWN, WITHOUT_RETURN, AmountMeaning, Meaning
from core.marketplaces.words.wording import folded
from core.model import Event, Goods

COLUMNS = (
    translated("date/time", Kind.MOMENT, needed=True, also="datum/uhrzeit|date/heure|data/ora|fecha y hora|fecha/hora"),
    translated(
        "settlement id",
        needed=True,
        also="abrechnungsnummer|numéro de versement|identifiant du paiement|id de règlement|numero pagamento"
        "|identificador de pago|id. de liquidación",
    ),
    translated("type", needed=True, also="typ|tipo"),
    translated(
        "order id",
        needed=True,
        also="bestellnummer|numéro de la commande|numéro de commande|id de commande|numero ordine|número de pedido"
        "|id. del pedido",
    ),
    translated("sku", needed=True),
    translated("description", also="beschreibung|descrizione|descripción"),
    translated("quantity", Kind.WHOLE, needed=True, also="menge|quantité|quantità|cantidad"),
    translated("marketplace", also="site de vente|web de amazon"),
    translated("account type"),
    translated(
        "fulfillment",
        also="fulfilment|versand|traitement|expédition|gestione|gestión logística|cumplimiento",
    ),
    translated(
        "order city",
        Kind.PERSONAL,
        also="ort der bestellung|ville d'où provient la commande|ville de la commande|città di provenienza dell'ordine"
        "|ciudad de procedencia del pedido|ciudad del pedido",
    ),
    translated(
        "order state",
        Kind.PERSONAL,
        also="bundesland|région d'où provient la commande|état de la commande|provincia di provenienza dell'ordine"
        "|comunidad autónoma de procedencia del pedido|estado del pedido",
    ),
    translated(
        "order postal",
        Kind.PERSONAL,
        also="postleitzahl|code postal de la commande|commande postale|cap dell'ordine"
        "|código postal de procedencia del pedido|código postal del pedido",
    ),
    translated(
        "tax collection model",
        also="steuererhebungsmodell|modèle de perception des taxes|modello di riscossione delle imposte"
        "|formulario de recaudación de impuestos|modelo de recaudación de impuestos",
    ),
    translated(
        "product sales",
        Kind.AMOUNT,
        needed=True,
        also="umsätze|ventes de produits|vendite|ventas de productos",
    ),
    translated(
        "product sales tax",
        Kind.AMOUNT,
        also="produktumsatzsteuer|taxes sur la vente des produits|imposta sulle vendite dei prodotti"
        "|impuesto de ventas de productos",
    ),
    translated(
        "shipping credits",
        Kind.AMOUNT,
        also="postage credits|gutschrift für versandkosten|crédits d'expédition|accrediti per le spedizioni"
        "|abonos de envío|créditos de envío",
    ),
    translated(
        "shipping credits tax",
        Kind.AMOUNT,
        also="postage credits tax|steuer auf versandgutschrift|taxe sur les crédits d'expédition"
        "|imposta accrediti per le spedizioni|impuestos por abonos de envío|impuesto de abono de envío",
    ),
    translated(
        "gift wrap credits",
        Kind.AMOUNT,
        also="giftwrap credits|gutschrift für geschenkverpackung|crédits sur l'emballage cadeau"
        "|crédits d'emballage-cadeau|accrediti per confezioni regalo|abonos de envoltorio para regalo"
        "|créditos por envoltorio de regalo",
    ),
    translated(
        "giftwrap credits tax",
        Kind.AMOUNT,
        also="gift wrap credits tax|steuer auf geschenkverpackungsgutschriften|taxes sur les crédits cadeaux"
        "|imposta sui crediti confezione regalo|impuestos por abonos de envoltorio para regalo"
        "|impuesto de créditos de envoltura",
    ),
    translated("regulatory fee", Kind.AMOUNT, also="tarifa reglamentaria"),
    translated("tax on regulatory fee", Kind.AMOUNT, also="impuesto sobre tarifa reglamentaria"),
    translated(
        "promotional rebates",
        Kind.AMOUNT,
        also="rabatte aus werbeaktionen|rabais promotionnels|total des réductions|sconti promozionali"
        "|devoluciones promocionales|descuentos promocionales",
    ),
    translated(
        "promotional rebates tax",
        Kind.AMOUNT,
        also="steuer auf aktionsrabatte|taxes sur les remises promotionnelles|imposta sugli sconti promozionali"
        "|impuestos de descuentos por promociones|impuesto de reembolsos promocionales",
    ),
    translated("sales tax collected", Kind.AMOUNT, also="taxe de ventes prélevée"),
    translated("low value goods", Kind.AMOUNT),
    translated(
        "marketplace withheld tax",
        Kind.AMOUNT,
        also="einbehaltene steuer auf marketplace|taxes retenues sur le site de vente|trattenuta iva del marketplace"
        "|impuesto retenido en el sitio web|impuesto de retenciones en la plataforma|marketplace facilitator tax"
        "|taxe marketplace facilitator",
    ),
    translated("total sales tax liable(gst before adjusting tcs)", Kind.AMOUNT),
    translated("tcs-cgst", Kind.AMOUNT),
    translated("tcs-sgst", Kind.AMOUNT),
    translated("tcs-igst", Kind.AMOUNT),
    translated("tds (section 194-o)", Kind.AMOUNT),
    translated(
        "selling fees",
        Kind.AMOUNT,
        needed=True,
        also="verkaufsgebühren|frais de vente|commissioni di vendita|tarifas de venta",
    ),
    translated(
        "fba fees",
        Kind.AMOUNT,
        needed=True,
        also="fulfilment by amazon fees|fulfillment by amazon fees|gebühren zu versand durch amazon"
        "|frais expédié par amazon|frais pour le service expédié par amazon|costi del servizio logistica di amazon"
        "|tarifas de logística de amazon|tarifas fba",
    ),
    translated(
        "other transaction fees",
        Kind.AMOUNT,
        needed=True,
        also="andere transaktionsgebühren|autres frais de transaction|altri costi relativi alle transazioni"
        "|tarifas de otras transacciones|tarifas de otra transacción",
    ),
    translated("other", Kind.AMOUNT, needed=True, also="andere|autre|autres|altro|otro"),
    translated("total", Kind.AMOUNT, needed=True, also="gesamt|totale"),
    translated(
        "transaction status",
        also="transaktionsstatus|statut de la transaction|stato della transazione|estado de la transacción",
    ),
    translated(
        "transaction release date",
        Kind.MOMENT,
        also="freigabedatum der transaktion|date de sortie de la transaction|date de délivrance de la transaction"
        "|data di rilascio della transazione|fecha de liberación de la transacción",
    ),
)

COMPONENTS = {
    "product sales": AmountMeaning("principal"),
    "product sales tax": AmountMeaning("tax"),
    "shipping credits": AmountMeaning("shipping"),
    "shipping credits tax": AmountMeaning("tax"),
    "gift wrap credits": AmountMeaning("giftwrap"),
    "giftwrap credits tax": AmountMeaning("tax"),
    "regulatory fee": AmountMeaning("other_fee", LineType.REGULATORY_FEES),
    "tax on regulatory fee": AmountMeaning("other_fee", LineType.TAX_ON_FEES),
    "promotional rebates": AmountMeaning("promotion"),
    "promotional rebates tax": AmountMeaning("tax"),
    "sales tax collected": AmountMeaning("tax"),
    "low value goods": AmountMeaning("tax_withheld", LineType.LOW_VALUE_GOODS_TAX),
    "marketplace withheld tax": AmountMeaning("tax_withheld"),
    "total sales tax liable(gst before adjusting tcs)": AmountMeaning("tax"),
    "tcs-cgst": AmountMeaning("tax_withheld", LineType.PREPAID_TAX),
    "tcs-sgst": AmountMeaning("tax_withheld", LineType.PREPAID_TAX),
    "tcs-igst": AmountMeaning("tax_withheld", LineType.PREPAID_TAX),
    "tds (section 194-o)": AmountMeaning("tax_withheld", LineType.PREPAID_TAX),
    "selling fees": AmountMeaning("referral_fee"),
    "fba fees": AmountMeaning("fulfilment_fee"),
    "other transaction fees": AmountMeaning("other_fee"),
    "other": AmountMeaning("other"),
}
"""The columns whose sum is a row's total, and which amount column each adds to.

A column that is not here is none of them: it counts only where every row's own sum proves it
(`core.marketplaces.columns.undeclared_columns.proved`), and then adds to `other`.
"""


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
    """Return what a row is; `core.marketplaces.words.meanings.UNKNOWN` where its words are not declared."""
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
