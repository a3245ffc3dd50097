"""Shopify's Admin API over the business's shop, under `/shopify`: access tokens, GraphQL, and its points."""

from __future__ import annotations

import base64
import re
from collections import Counter
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request
from graphql import DocumentNode, GraphQLError, execute, parse, validate

from sandbox.business.demo_shopify import STORE
from sandbox.business.shops import (
    GoodsBack,
    Movement,
    Payment,
    Payout,
    Return,
    Shop,
    price_back,
    shop_of,
    tax_back,
    total_of,
)
from sandbox.marketplaces.access import StoreAccess, Tokens
from sandbox.marketplaces.shopify_schema import LARGEST_PAGE, SCHEMA, cost_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from sandbox.business import Business
    from sandbox.business.records import Order, OrderLine, Shipment
    from sandbox.misbehaviour import Misbehaviour

CLIENT_ID = "sandbox-shopify-app"
CLIENT_SECRET = "sandbox-shopify-secret"  # noqa: S105  # opens nothing but the sandbox
ACCESS_TOKEN = "shpat_sandbox_shopify_token"  # noqa: S105  # opens nothing but the sandbox
PULL_FROM = "2026-08-01"
"""Before the first payout of the demo business."""
MOST_POINTS, POINTS_PER_SECOND, DEAREST = 2000.0, 100.0, 1000
_DAY = 86399
_FEW = 3
_WRONG_KEY = "[API] Invalid API key or access token (unrecognized login or wrong password)"


class Points:
    """The bucket that questions are paid from."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._left = MOST_POINTS
        self._at = now()

    def status(self) -> dict[str, float]:
        """Return what is left, as Shopify tells it."""
        now = self._now()
        self._left = min(MOST_POINTS, self._left + max(0.0, now - self._at) * POINTS_PER_SECOND)
        self._at = now
        return {"maximumAvailable": MOST_POINTS, "currentlyAvailable": self._left, "restoreRate": POINTS_PER_SECOND}

    def take(self, points: float) -> bool:
        """Pay for a question; tell whether there was enough for it."""
        enough = self.status()["currentlyAvailable"] >= points
        self._left -= points if enough else 0
        return enough

    def give_back(self, points: float) -> None:
        """Give back what a question was thought to cost and did not."""
        self._left += points


def shopify_access(url: str) -> StoreAccess:
    """Return what opens the shop, at the address of a sandbox."""
    settings = {"shop": "linden", "client id": CLIENT_ID, "pull from": PULL_FROM}
    return StoreAccess(STORE, "Shopify", f"{url}/shopify", settings, {"secret": CLIENT_SECRET})


def shopify_pages(business: Business, switches: Misbehaviour, now: Callable[[], float]) -> Blueprint:
    """Return the pages of the business's shop; one without a shop has an empty one."""
    pages = Blueprint("shopify", __name__, url_prefix="/shopify")
    tokens, points = Tokens("shpca-sandbox-token-", _DAY, switches, now), Points(now)

    @cache
    def shop() -> ShopRecords:
        shop = shop_of(business, "Shopify") or Shop("Shopify", "Shopify", business.currency)
        return ShopRecords(shop, lambda: _FEW if "small-pages" in switches else LARGEST_PAGE)

    @pages.post("/admin/oauth/access_token")
    def access_token() -> ResponseReturnValue:
        form = request.form
        given = (form.get("grant_type"), form.get("client_id"), form.get("client_secret"))
        if given != ("client_credentials", CLIENT_ID, CLIENT_SECRET):
            return jsonify(error="invalid_client", error_description="Client authentication failed"), 401
        return jsonify(access_token=tokens.new(), scope="read_orders,read_all_orders", expires_in=tokens.lifetime)

    @pages.post("/admin/api/<version>/graphql.json")
    def graphql(version: str) -> ResponseReturnValue:  # noqa: ARG001  # any version will do
        given = request.headers.get("X-Shopify-Access-Token", "")
        if given != ACCESS_TOKEN and tokens.refusal(given):
            return jsonify(errors=_WRONG_KEY), 401
        asked = request.get_json(silent=True) or {}
        throttled = switches.strikes("shopify-throttled")
        return jsonify(
            _answer(shop(), asked.get("query", ""), asked.get("variables") or {}, points, throttled=throttled)
        )

    return pages


def _answer(
    shop: ShopRecords, query: str, variables: Mapping[str, Any], points: Points, *, throttled: bool
) -> dict[str, Any]:
    try:
        document = _understood(query)
    except GraphQLError as error:
        return {"errors": [dict(error.formatted)]}
    cost = cost_of(document, variables)
    if cost > DEAREST:
        return _refused(
            f"Query cost is {cost}, which exceeds the single query max cost limit ({DEAREST}).", "MAX_COST_EXCEEDED"
        )
    if throttled or not points.take(cost):
        return _refused("Throttled", "THROTTLED") | _cost(cost, None, points)
    result = execute(SCHEMA, document, root_value=shop.root(), variable_values=dict(variables))
    answer = dict(result.formatted)  # type: ignore[union-attr]  # no resolver is asynchronous
    actual = min(cost, _objects(answer.get("data")))
    points.give_back(cost - actual)
    return answer | _cost(cost, actual, points)


def _objects(value: object) -> int:
    """Return how many objects an answer has: what it costs in the end."""
    if isinstance(value, dict):
        return 1 + sum(map(_objects, value.values()))
    return sum(map(_objects, value)) if isinstance(value, list) else 0


@cache
def _understood(query: str) -> DocumentNode:
    """Return a question that fits the schema; the same few are asked again and again."""
    document = parse(query)
    for error in validate(SCHEMA, document):
        raise error
    return document


def _refused(message: str, code: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def _cost(requested: int, actual: int | None, points: Points) -> dict[str, Any]:
    told = {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": points.status()}
    return {"extensions": {"cost": told}}


Record = dict[str, Any]
_CONDITION = re.compile(r"(\w+):(>=|<|)'?([^' ]+)'?")
ZERO = Decimal(0)


class ShopRecords:
    """The root of the answers over one store."""

    def __init__(self, shop: Shop, largest_page: Callable[[], int] = lambda: LARGEST_PAGE) -> None:
        self._channel = shop
        self._largest_page = largest_page
        self._order_records = [self._order(number, order) for number, order in enumerate(shop.orders)]
        self._by_name = {record["name"]: record for record in self._order_records}
        self._payouts = [self._payout(payout) for payout in shop.payouts]
        self._transactions = [self._transaction(movement) for movement in shop.movements]
        self._transactions += [self._transfer(payout) for payout in shop.payouts if payout.status == "PAID"]
        inner = [one for record in self._order_records for one in (*record["_refunds"], *record["_parcels"])]
        self._nodes = {record["id"]: record for record in (*self._order_records, *self._payouts, *inner)}

    def root(self) -> Record:
        """Return the root value of a question."""
        return {
            "shopifyPaymentsAccount": {
                "payouts": self._listed(self._payouts),
                "balanceTransactions": self._listed(self._transactions),
            },
            "orders": self._listed(self._order_records),
            "node": lambda _info, **asked: self._nodes.get(asked["id"]),
            "nodes": lambda _info, ids: [self._nodes.get(each) for each in ids],
        }

    def _listed(self, rows: Sequence[Record]) -> Callable[..., Record]:
        def resolve(
            _info: object, first: int | None = None, after: str | None = None, query: str = "", **_: object
        ) -> Record:
            wanted = _CONDITION.findall(query or "")
            return self._page([row for row in rows if all(_fits(row, *one) for one in wanted)], first, after)

        return resolve

    def _page(self, rows: Sequence[Record], first: int | None, after: str | None) -> Record:
        start = int(base64.b64decode(after).decode().removeprefix("at:")) if after else 0
        end = start + min(first or LARGEST_PAGE, self._largest_page())
        return {
            "nodes": rows[start:end],
            "pageInfo": {
                "hasNextPage": end < len(rows),
                "hasPreviousPage": start > 0,
                "startCursor": None,
                "endCursor": base64.b64encode(f"at:{end}".encode()).decode() if rows[start:end] else None,
            },
        }

    def _payout(self, payout: Payout) -> Record:
        return {
            "__typename": "ShopifyPaymentsPayout",
            "id": f"gid://shopify/ShopifyPaymentsPayout/{payout.payout_id}",
            "legacyResourceId": payout.payout_id,
            "status": payout.status,
            "issuedAt": _moment(payout.paid_at),
            "transactionType": "DEPOSIT",
            "net": self._money(self._channel.paid(payout.payout_id)),
            "issued_at": payout.paid_at,
        }

    def _transaction(self, movement: Movement) -> Record:
        order = self._by_name.get(movement.order_id)
        status = next((p.status for p in self._channel.payouts if p.payout_id == movement.payout_id), "PENDING")
        return {
            "id": f"gid://shopify/ShopifyPaymentsBalanceTransaction/{movement.movement_id}",
            "type": movement.kind,
            "test": False,
            "transactionDate": _moment(movement.at),
            "sourceId": movement.payment_id or movement.movement_id,
            "sourceType": movement.kind.split("_")[0],
            "sourceOrderTransactionId": movement.payment_id or None,
            "adjustmentReason": None,
            "amount": self._money(movement.amount),
            "fee": self._money(movement.fee),
            "net": self._money(movement.net),
            "associatedOrder": {"id": order["id"], "name": order["name"]} if order else None,
            "associatedPayout": {"id": f"gid://shopify/ShopifyPaymentsPayout/{movement.payout_id}", "status": status},
            "payments_transfer_id": movement.payout_id,
        }

    def _transfer(self, payout: Payout) -> Record:
        paid = self._channel.paid(payout.payout_id)
        return {
            "id": f"gid://shopify/ShopifyPaymentsBalanceTransaction/9{payout.payout_id}",
            "type": "TRANSFER",
            "test": False,
            "transactionDate": _moment(payout.paid_at),
            "sourceId": payout.payout_id,
            "sourceType": "TRANSFER",
            "amount": self._money(-paid),
            "fee": self._money(ZERO),
            "net": self._money(-paid),
            "associatedPayout": {"id": f"gid://shopify/ShopifyPaymentsPayout/{payout.payout_id}", "status": "PAID"},
            "payments_transfer_id": payout.payout_id,
        }

    def _order(self, number: int, order: Order) -> Record:
        payments = [payment for payment in self._channel.payments if payment.order_id == order.order_id]
        returns = [one for one in self._channel.returns if one.order_id == order.order_id]
        shipments = [shipment for shipment in self._channel.shipments if shipment.order_id == order.order_id]
        gone = Counter({n: 0 for n, _ in enumerate(order.lines)})
        for shipment in shipments:
            gone.update({packed.line: packed.units for packed in shipment.items})
        items = [self._line_item(line, gone[number]) for number, line in enumerate(order.lines)]
        parcels = [self._parcel(order, shipment, items) for shipment in shipments]
        refunds = [self._refund(order, one, items, payments) for one in returns]
        moments = [order.ordered_at, *(payment.at for payment in payments), *(one.at for one in returns)]
        return {
            "__typename": "Order",
            "id": f"gid://shopify/Order/{5_800_000_001 + number}",
            "name": order.order_id,
            "createdAt": _moment(order.ordered_at),
            "processedAt": _moment(order.ordered_at),
            "updatedAt": _moment(max(moments)),
            "cancelledAt": None,
            "taxesIncluded": False,
            "paymentGatewayNames": list(dict.fromkeys(payment.gateway for payment in payments)),
            "totalPriceSet": self._bag(total_of(order)),
            "totalShippingPriceSet": self._bag(sum((line.shipping for line in order.lines), ZERO)),
            "lineItems": lambda _info, first=None, after=None: self._page(items, first, after),
            "transactions": lambda _info, first=None: [self._payment(each) for each in payments][:first],
            "refunds": lambda _info, first=None: refunds[:first],
            "fulfillments": lambda _info, first=None: parcels[:first],
            "_refunds": refunds,
            "_parcels": parcels,
            "created_at": order.ordered_at,
            "updated_at": max(moments),
        }

    def _parcel(self, order: Order, shipment: Shipment, items: Sequence[Record]) -> Record:
        digits = "".join(filter(str.isdigit, order.order_id))
        number = f"gid://shopify/Fulfillment/{digits}{shipment.number:03d}"
        packed = [
            {"id": f"{number}/{one.line}", "lineItem": items[one.line], "quantity": one.units} for one in shipment.items
        ]
        return {
            "__typename": "Fulfillment",
            "id": number,
            "status": "SUCCESS",
            "createdAt": _moment(shipment.shipped_at),
            "fulfillmentLineItems": lambda _info, first=None, after=None: self._page(packed, first, after),
        }

    def _line_item(self, line: OrderLine, gone: int) -> Record:
        is_gift_card = line.sku in self._channel.gift_cards
        return {
            "id": f"gid://shopify/LineItem/{line.item_code}",
            "sku": "" if is_gift_card else line.sku,
            "name": "Gift card" if is_gift_card else f"{line.sku} for sale",
            "quantity": line.units,
            "unfulfilledQuantity": max(0, line.units - gone),
            "isGiftCard": is_gift_card,
            "originalTotalSet": self._bag(line.unit_price * line.units),
            "discountAllocations": [{"allocatedAmountSet": self._bag(line.promotion)}] if line.promotion else [],
            "taxLines": [{"title": "State tax", "priceSet": self._bag(line.tax)}] if line.tax else [],
        }

    def _payment(self, payment: Payment) -> Record:
        return {
            "id": f"gid://shopify/OrderTransaction/{payment.payment_id}",
            "kind": payment.kind,
            "status": "SUCCESS",
            "gateway": payment.gateway,
            "test": False,
            "processedAt": _moment(payment.at),
            "amountSet": self._bag(payment.amount),
        }

    def _refund(self, order: Order, one: Return, items: Sequence[Record], payments: Iterable[Payment]) -> Record:
        back = [self._refunded(order.lines[item.line], item, items[item.line]) for item in one.items]
        paid = [self._payment(payment) for payment in payments if payment.refund_id == one.refund_id]
        return {
            "__typename": "Refund",
            "id": f"gid://shopify/Refund/{one.refund_id}",
            "createdAt": _moment(one.at),
            "refundLineItems": lambda _info, first=None, after=None: self._page(back, first, after),
            "transactions": lambda _info, first=None, after=None: self._page(paid, first, after),
        }

    def _refunded(self, line: OrderLine, item: GoodsBack, line_item: Record) -> Record:
        return {
            "lineItem": line_item,
            "quantity": item.units,
            "restockType": item.restock_type,
            "subtotalSet": self._bag(price_back(line, item.units)),
            "totalTaxSet": self._bag(tax_back(line, item.units)),
        }

    def _bag(self, amount: Decimal) -> Record:
        money = self._money(amount)
        return {"shopMoney": money, "presentmentMoney": money}

    def _money(self, amount: Decimal) -> Record:
        """Write an amount as Shopify does: `41.9`, `0.0`."""
        whole, _, decimals = f"{amount:.2f}".partition(".")
        return {"amount": f"{whole}.{decimals.rstrip('0') or '0'}", "currencyCode": self._channel.currency}


def _fits(row: Record, name: str, sign: str, value: str) -> bool:
    found = row.get(name)
    if isinstance(found, datetime):
        limit = datetime.fromisoformat(value)
        return found >= limit if sign == ">=" else found < limit
    return found is None or str(found) == value


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
