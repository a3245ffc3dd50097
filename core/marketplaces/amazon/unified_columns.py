"""Columns of the unified transaction CSV in the languages of its marketplaces.

English (US, CA, UK, AU, IN), German, French (also Canada's), Italian and Spanish (also Mexico's).
"""

from __future__ import annotations

from core.line_types import LineType
from core.marketplaces.reading.tables import Column, Kind
from core.marketplaces.words import AmountMeaning


def _column(name: str, kind: Kind = Kind.TEXT, *, needed: bool = False, also: str = "") -> Column:
    return Column(name, kind, needed=needed, aliases=tuple(also.split("|")) if also else ())


COLUMNS = (
    _column("date/time", Kind.MOMENT, needed=True, also="datum/uhrzeit|date/heure|data/ora|fecha y hora|fecha/hora"),
    _column(
        "settlement id",
        needed=True,
        also="abrechnungsnummer|numéro de versement|identifiant du paiement|id de règlement|numero pagamento"
        "|identificador de pago|id. de liquidación",
    ),
    _column("type", needed=True, also="typ|tipo"),
    _column(
        "order id",
        needed=True,
        also="bestellnummer|numéro de la commande|numéro de commande|id de commande|numero ordine|número de pedido"
        "|id. del pedido",
    ),
    _column("sku", needed=True),
    _column("description", also="beschreibung|descrizione|descripción"),
    _column("quantity", Kind.WHOLE, needed=True, also="menge|quantité|quantità|cantidad"),
    _column("marketplace", also="site de vente|web de amazon"),
    _column("account type"),
    _column(
        "fulfillment",
        also="fulfilment|versand|traitement|expédition|gestione|gestión logística|cumplimiento",
    ),
    _column(
        "order city",
        Kind.PERSONAL,
        also="ort der bestellung|ville d'où provient la commande|ville de la commande|città di provenienza dell'ordine"
        "|ciudad de procedencia del pedido|ciudad del pedido",
    ),
    _column(
        "order state",
        Kind.PERSONAL,
        also="bundesland|région d'où provient la commande|état de la commande|provincia di provenienza dell'ordine"
        "|comunidad autónoma de procedencia del pedido|estado del pedido",
    ),
    _column(
        "order postal",
        Kind.PERSONAL,
        also="postleitzahl|code postal de la commande|commande postale|cap dell'ordine"
        "|código postal de procedencia del pedido|código postal del pedido",
    ),
    _column(
        "tax collection model",
        also="steuererhebungsmodell|modèle de perception des taxes|modello di riscossione delle imposte"
        "|formulario de recaudación de impuestos|modelo de recaudación de impuestos",
    ),
    _column(
        "product sales",
        Kind.AMOUNT,
        needed=True,
        also="umsätze|ventes de produits|vendite|ventas de productos",
    ),
    _column(
        "product sales tax",
        Kind.AMOUNT,
        also="produktumsatzsteuer|taxes sur la vente des produits|imposta sulle vendite dei prodotti"
        "|impuesto de ventas de productos",
    ),
    _column(
        "shipping credits",
        Kind.AMOUNT,
        also="postage credits|gutschrift für versandkosten|crédits d'expédition|accrediti per le spedizioni"
        "|abonos de envío|créditos de envío",
    ),
    _column(
        "shipping credits tax",
        Kind.AMOUNT,
        also="postage credits tax|steuer auf versandgutschrift|taxe sur les crédits d'expédition"
        "|imposta accrediti per le spedizioni|impuestos por abonos de envío|impuesto de abono de envío",
    ),
    _column(
        "gift wrap credits",
        Kind.AMOUNT,
        also="giftwrap credits|gutschrift für geschenkverpackung|crédits sur l'emballage cadeau"
        "|crédits d'emballage-cadeau|accrediti per confezioni regalo|abonos de envoltorio para regalo"
        "|créditos por envoltorio de regalo",
    ),
    _column(
        "giftwrap credits tax",
        Kind.AMOUNT,
        also="gift wrap credits tax|steuer auf geschenkverpackungsgutschriften|taxes sur les crédits cadeaux"
        "|imposta sui crediti confezione regalo|impuestos por abonos de envoltorio para regalo"
        "|impuesto de créditos de envoltura",
    ),
    _column("regulatory fee", Kind.AMOUNT, also="tarifa reglamentaria"),
    _column("tax on regulatory fee", Kind.AMOUNT, also="impuesto sobre tarifa reglamentaria"),
    _column(
        "promotional rebates",
        Kind.AMOUNT,
        also="rabatte aus werbeaktionen|rabais promotionnels|total des réductions|sconti promozionali"
        "|devoluciones promocionales|descuentos promocionales",
    ),
    _column(
        "promotional rebates tax",
        Kind.AMOUNT,
        also="steuer auf aktionsrabatte|taxes sur les remises promotionnelles|imposta sugli sconti promozionali"
        "|impuestos de descuentos por promociones|impuesto de reembolsos promocionales",
    ),
    _column("sales tax collected", Kind.AMOUNT, also="taxe de ventes prélevée"),
    _column("low value goods", Kind.AMOUNT),
    _column(
        "marketplace withheld tax",
        Kind.AMOUNT,
        also="einbehaltene steuer auf marketplace|taxes retenues sur le site de vente|trattenuta iva del marketplace"
        "|impuesto retenido en el sitio web|impuesto de retenciones en la plataforma|marketplace facilitator tax"
        "|taxe marketplace facilitator",
    ),
    _column("total sales tax liable(gst before adjusting tcs)", Kind.AMOUNT),
    _column("tcs-cgst", Kind.AMOUNT),
    _column("tcs-sgst", Kind.AMOUNT),
    _column("tcs-igst", Kind.AMOUNT),
    _column("tds (section 194-o)", Kind.AMOUNT),
    _column(
        "selling fees",
        Kind.AMOUNT,
        needed=True,
        also="verkaufsgebühren|frais de vente|commissioni di vendita|tarifas de venta",
    ),
    _column(
        "fba fees",
        Kind.AMOUNT,
        needed=True,
        also="fulfilment by amazon fees|fulfillment by amazon fees|gebühren zu versand durch amazon"
        "|frais expédié par amazon|frais pour le service expédié par amazon|costi del servizio logistica di amazon"
        "|tarifas de logística de amazon|tarifas fba",
    ),
    _column(
        "other transaction fees",
        Kind.AMOUNT,
        needed=True,
        also="andere transaktionsgebühren|autres frais de transaction|altri costi relativi alle transazioni"
        "|tarifas de otras transacciones|tarifas de otra transacción",
    ),
    _column("other", Kind.AMOUNT, needed=True, also="andere|autre|autres|altro|otro"),
    _column("total", Kind.AMOUNT, needed=True, also="gesamt|totale"),
    _column(
        "transaction status",
        also="transaktionsstatus|statut de la transaction|stato della transazione|estado de la transacción",
    ),
    _column(
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
(`core.marketplaces.undeclared_columns.proved`), and then adds to `other`.
"""
