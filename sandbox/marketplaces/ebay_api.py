"""eBay's APIs over the business's store, under `/ebay`: OAuth, Finances (payouts, transactions), Fulfillment."""

from __future__ import annotations

import hmac
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from sandbox.business.demo_ebay import STORE
from sandbox.business.shops import Shop, shop_of
from sandbox.marketplaces.access import StoreAccess, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from flask.typing import ResponseReturnValue

    from sandbox.business import Business
    from sandbox.business.records import Order, OrderLine
    from sandbox.business.shops import ItemFees, Movement, Payout
    from sandbox.misbehaviour import Misbehaviour

CLIENT_ID = "sandbox-ebay-app"
CLIENT_SECRET = "sandbox-ebay-secret"  # noqa: S105  # opens nothing but the sandbox
REFRESH_TOKEN = "v^1.1#sandbox-ebay-refresh"  # noqa: S105  # opens nothing but the sandbox
PULL_FROM = "2026-08-01"
"""Before the first payout of the demo business."""
_TWO_HOURS = 7200
_LARGEST_PAGE = 1000
_FEW = 3
_RANGE = re.compile(r"payoutDate:\[(.+?)\.\.[^\]]*\]")
_PAYOUT = re.compile(r"payoutId:\{(\w+)\}")


class Door:
    """What stands before eBay's lists: the token, and paging."""

    def __init__(self, switches: Misbehaviour, now: Callable[[], float]) -> None:
        self.tokens = Tokens("v^1.1#access-sandbox-token-", _TWO_HOURS, switches, now)
        self._switches = switches

    def refused(self) -> ResponseReturnValue | None:
        """Return the refusal of a request without a good token."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self.tokens.refusal(given):
            return None
        return jsonify(errors=[{"errorId": 1001, "domain": "OAuth", "message": "Invalid access token"}]), 401

    def listed(self, name: str, rows: Sequence[dict[str, Any]]) -> ResponseReturnValue:
        """Return the page of a list that was asked for; 204 where there is nothing at all."""
        refusal = self.refused()
        if refusal is not None:
            return refusal
        if not rows:
            return Response(status=204)
        limit = min(int(request.args.get("limit", 20)), _FEW if "small-pages" in self._switches else _LARGEST_PAGE)
        offset = int(request.args.get("offset", 0))
        page = rows[offset : offset + limit]
        return jsonify({"href": request.path, "limit": limit, "offset": offset, "total": len(rows), name: page})


def ebay_access(url: str) -> StoreAccess:
    """Return what opens the store, at the address of a sandbox."""
    settings = {"client id": CLIENT_ID, "pull from": PULL_FROM}
    secrets = {"client secret": CLIENT_SECRET, "refresh token": REFRESH_TOKEN}
    return StoreAccess(STORE, "eBay", f"{url}/ebay", settings, secrets)


def ebay_pages(business: Business, switches: Misbehaviour, now: Callable[[], float]) -> Blueprint:
    """Return the pages of the business's eBay store; one without a store has an empty one."""
    pages = Blueprint("ebay", __name__, url_prefix="/ebay")
    door = Door(switches, now)
    store = shop_of(business, "eBay") or Shop("eBay", "eBay", business.currency)
    _add_token(pages, door)
    _add_finances(pages, door, store)

    @pages.get("/sell/fulfillment/v1/order")
    def orders() -> ResponseReturnValue:
        wanted = request.args.get("orderIds", "").split(",")
        return door.listed("orders", [_order(store, each) for each in store.orders if each.order_id in wanted])

    return pages


def _add_token(pages: Blueprint, door: Door) -> None:
    @pages.post("/identity/v1/oauth2/token")
    def token() -> ResponseReturnValue:
        given = request.authorization
        key = (given.username, given.password) if given else (None, None)
        if key != (CLIENT_ID, CLIENT_SECRET):
            return jsonify(error="invalid_client", error_description="client authentication failed"), 401
        if not hmac.compare_digest(request.form.get("refresh_token", ""), REFRESH_TOKEN):
            return jsonify(error="invalid_grant", error_description="the refresh token is invalid or has expired"), 400
        body = {
            "access_token": door.tokens.new(),
            "expires_in": door.tokens.lifetime,
            "token_type": "User Access Token",
        }
        return jsonify(body)


def _add_finances(pages: Blueprint, door: Door, store: Shop) -> None:
    @pages.get("/sell/finances/v1/payout")
    def payouts() -> ResponseReturnValue:
        found = _RANGE.search(request.args.get("filter", ""))
        since = datetime.fromisoformat(found[1]) if found else None
        rows = [_payout(store, each) for each in store.payouts if since is None or each.paid_at >= since]
        return door.listed("payouts", rows)

    @pages.get("/sell/finances/v1/payout/<number>")
    def payout(number: str) -> ResponseReturnValue:
        found = next((_payout(store, each) for each in store.payouts if each.payout_id == number), None)
        missing = jsonify(errors=[{"errorId": 135001, "message": "The specified payout ID was not found."}]), 404
        return door.refused() or (missing if found is None else jsonify(found))

    @pages.get("/sell/finances/v1/transaction")
    def transactions() -> ResponseReturnValue:
        found = _PAYOUT.search(request.args.get("filter", ""))
        rows = [_transaction(store, each) for each in store.movements if found is None or each.payout_id == found[1]]
        return door.listed("transactions", rows)


def _payout(store: Shop, payout: Payout) -> dict[str, Any]:
    return {
        "payoutId": payout.payout_id,
        "payoutStatus": payout.status,
        "payoutStatusDescription": "Funds sent",
        "amount": _money(store, store.paid(payout.payout_id)),
        "payoutDate": _moment(payout.paid_at),
        "transactionCount": len(store.movements_of(payout.payout_id)),
        "payoutInstrument": {"instrumentType": "BANK", "nickname": "Robin's account", "accountLastFourDigits": "1234"},
    }


def _transaction(store: Shop, movement: Movement) -> dict[str, Any]:
    told: dict[str, Any] = {
        "transactionId": movement.movement_id,
        "transactionType": movement.kind,
        "transactionStatus": "PAYOUT" if movement.payout_id else "FUNDS_ON_HOLD",
        "transactionDate": _moment(movement.at),
        "amount": _money(store, abs(movement.net)),
        "bookingEntry": "CREDIT" if movement.net >= 0 else "DEBIT",
        "payoutId": movement.payout_id or None,
    }
    if movement.order_id:
        told |= {"orderId": movement.order_id, "buyer": {"username": "buyer-1"}}
    if movement.items:
        told |= {
            "totalFeeBasisAmount": _money(store, abs(movement.amount)),
            "totalFeeAmount": _money(store, abs(movement.fee)),
            "orderLineItems": [_fees(store, movement, item) for item in movement.items],
        }
    if movement.kind == "NON_SALE_CHARGE":
        told["feeType"] = movement.note
    elif movement.note:
        told["transactionMemo"] = movement.note
    return told


def _fees(store: Shop, movement: Movement, item: ItemFees) -> dict[str, Any]:
    return {
        "lineItemId": store.order(movement.order_id).lines[item.line].item_code,
        "feeBasisAmount": _money(store, item.basis),
        "marketplaceFees": [{"feeType": name, "amount": _money(store, amount)} for name, amount in item.fees],
    }


def _order(store: Shop, order: Order) -> dict[str, Any]:
    address = {"fullName": "Robin Example", "contactAddress": {"addressLine1": "1 Main St", "city": "Springfield"}}
    return {
        "orderId": order.order_id,
        "legacyOrderId": order.order_id,
        "creationDate": _moment(order.ordered_at),
        "orderPaymentStatus": "PAID",
        "buyer": {"username": "buyer-1", "taxAddress": {"city": "Springfield", "postalCode": "00000"}},
        "fulfillmentStartInstructions": [{"shippingStep": {"shipTo": address}}],
        "lineItems": [_line_item(store, line) for line in order.lines],
    }


def _line_item(store: Shop, line: OrderLine) -> dict[str, Any]:
    return {
        "lineItemId": line.item_code,
        "legacyItemId": f"15{line.item_code}",
        "sku": line.sku,
        "title": f"{line.sku} for sale",
        "quantity": line.units,
        "lineItemCost": _money(store, line.unit_price * line.units),
        "deliveryCost": {"shippingCost": _money(store, line.shipping)},
        "taxes": [],
    }


def _money(store: Shop, amount: Decimal) -> dict[str, str]:
    """Write an amount as eBay does: no more decimals than it needs."""
    return {"value": f"{amount:.2f}".rstrip("0").rstrip("."), "currency": store.currency}


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
