"""Shopify's Admin API over the business's shop, under `/shopify`: access tokens, GraphQL, and its points."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request
from graphql import GraphQLError, execute, parse, validate

from sandbox.business.demo_shopify import STORE
from sandbox.business.shops import Shop, shop_of
from sandbox.marketplaces.access import StoreAccess, Tokens
from sandbox.marketplaces.shopify_records import ShopRecords
from sandbox.marketplaces.shopify_schema import LARGEST_PAGE, SCHEMA, cost_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask.typing import ResponseReturnValue
    from graphql import DocumentNode

    from sandbox.business import Business
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
