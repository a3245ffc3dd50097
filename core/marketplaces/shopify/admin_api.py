"""Shopify's Admin GraphQL API: its questions, asked one at a time within its limit, orders fetched, its errors.

Every question has a cost in points, and the shop a bucket of points that fills so many a second. What is left is told
with each answer; an empty bucket is an error inside a 200 (`THROTTLED`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from core.errors import BadAnswerError, CogsheetError, RateLimitedError, ServiceError
from core.http.pages import PagesRead
from core.http.responses import message_in, next_cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from core.http.client import HttpClient
    from core.http.limits import Sleep
    from core.http.responses import ServiceResponse
    from core.marketplaces.pulling.tokens import AccessTokens

VERSION: Final = "2026-10"
"""Of the API; Shopify answers with a version for a year."""

_MONEY = "{ shopMoney { amount currencyCode } }"
_PAGE = "pageInfo { hasNextPage endCursor }"
_PAYOUT = "id legacyResourceId status issuedAt transactionType net { amount currencyCode }"
_PAYMENT = f"id kind status gateway test processedAt amountSet {_MONEY}"
_ITEM = (
    f"id sku name quantity unfulfilledQuantity isGiftCard originalTotalSet {_MONEY} "
    f"discountAllocations {{ allocatedAmountSet {_MONEY} }} taxLines {{ priceSet {_MONEY} }}"
)
_REFUNDED = f"lineItem {{ id sku }} quantity restockType subtotalSet {_MONEY} totalTaxSet {_MONEY}"
_REFUND = (
    f"id createdAt refundLineItems(first: $back) {{ nodes {{ {_REFUNDED} }} {_PAGE} }} "
    f"transactions(first: 5) {{ nodes {{ {_PAYMENT} }} }}"
)
_PACKED = "lineItem { id } quantity"
_PARCEL = f"id status fulfillmentLineItems(first: $packed) {{ nodes {{ {_PACKED} }} {_PAGE} }}"
_ORDER = (
    f"id name createdAt processedAt updatedAt cancelledAt taxesIncluded totalPriceSet {_MONEY} "
    f"totalShippingPriceSet {_MONEY} "
    f"lineItems(first: $items) {{ nodes {{ {_ITEM} }} {_PAGE} }} "
    f"transactions(first: $payments) {{ {_PAYMENT} }} refunds(first: $refunds) {{ {_REFUND} }} "
    f"fulfillments(first: $parcels) {{ {_PARCEL} }}"
)

PAYOUTS = f"""query Payouts($first: Int!, $after: String, $query: String) {{
  shopifyPaymentsAccount {{
    payouts(first: $first, after: $after, query: $query, sortKey: ISSUED_AT) {{ nodes {{ {_PAYOUT} }} {_PAGE} }}
  }}
}}"""

PAYOUT = f"query Payout($id: ID!) {{ node(id: $id) {{ ... on ShopifyPaymentsPayout {{ {_PAYOUT} }} }} }}"

TRANSACTIONS = f"""query Transactions($first: Int!, $after: String, $query: String) {{
  shopifyPaymentsAccount {{
    balanceTransactions(first: $first, after: $after, query: $query, sortKey: PROCESSED_AT) {{
      nodes {{
        id type test transactionDate sourceId sourceType sourceOrderTransactionId adjustmentReason
        amount {{ amount currencyCode }} fee {{ amount currencyCode }} net {{ amount currencyCode }}
        associatedOrder {{ id name }} associatedPayout {{ id status }}
      }}
      {_PAGE}
    }}
  }}
}}"""

ORDERS = f"""query Orders(
  $ids: [ID!]!, $items: Int!, $payments: Int!, $refunds: Int!, $back: Int!, $parcels: Int!, $packed: Int!
) {{
  nodes(ids: $ids) {{ ... on Order {{ {_ORDER} }} }}
}}"""

ORDERS_OF_MONTH = f"""query OrdersOfMonth($first: Int!, $after: String, $query: String) {{
  orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT) {{
    nodes {{ id paymentGatewayNames refunds(first: 1) {{ id }} }} {_PAGE}
  }}
}}"""

MORE_ITEMS = f"""query MoreItems($id: ID!, $after: String!) {{
  node(id: $id) {{ ... on Order {{ lineItems(first: 50, after: $after) {{ nodes {{ {_ITEM} }} {_PAGE} }} }} }}
}}"""

MORE_REFUNDED = f"""query MoreRefunded($id: ID!, $after: String!) {{
  node(id: $id) {{
    ... on Refund {{ refundLineItems(first: 50, after: $after) {{ nodes {{ {_REFUNDED} }} {_PAGE} }} }}
  }}
}}"""

MORE_PACKED = f"""query MorePacked($id: ID!, $after: String!) {{
  node(id: $id) {{
    ... on Fulfillment {{ fulfillmentLineItems(first: 50, after: $after) {{ nodes {{ {_PACKED} }} {_PAGE} }} }}
  }}
}}"""


SERVICE = "Shopify"
SCOPES = "read_orders, read_all_orders and read_shopify_payments_payouts"


class ShopNameError(CogsheetError):
    """The shop's name cannot be made out."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"'{text}' does not name a Shopify shop. Write it as yourshop.myshopify.com; it stands in the address of "
            "the shop's admin."
        )


class AccessDeniedError(ServiceError):
    """The app may not read what is needed."""

    def __init__(self, said: str) -> None:
        super().__init__(
            SERVICE,
            f"{SERVICE} does not let the app read what is needed ({said.rstrip('.')}). Give the app the access scopes "
            f"{SCOPES}, install it again, and pull again.",
        )


class QuestionTooDearError(ServiceError):
    """One question costs more than Shopify allows for one; it is asked in smaller pieces."""

    def __init__(self, said: str) -> None:
        super().__init__(SERVICE, f"{SERVICE} finds a question too large ({said.rstrip('.')}).")


class ShopifyRefusalError(ServiceError):
    """Shopify says in words that it did not answer."""

    def __init__(self, said: str) -> None:
        super().__init__(
            SERVICE,
            f"{SERVICE} did not answer and says: {said.rstrip('.')}. What was pulled before is kept; pull again later.",
        )


PATH = f"admin/api/{VERSION}/graphql.json"
_MOST_THROTTLED = 8
_LONGEST_WAIT = 120.0
_LEAST_WAIT = 1.0
_ERRORS: dict[str, Callable[[str], Exception]] = {
    "ACCESS_DENIED": AccessDeniedError,
    "MAX_COST_EXCEEDED": QuestionTooDearError,
}


class ShopifyClient:
    """One shop."""

    def __init__(self, http: HttpClient, token: AccessTokens | None, *, sleep: Sleep) -> None:
        self._http = http
        self._token = token
        self._sleep = sleep
        self._costs: dict[str, float] = {}
        self._left: tuple[float, float] | None = None

    def ask(self, query: str, /, **variables: object) -> Mapping[str, Any]:
        """Return the `data` of the answer to a question.

        Raises:
            ServiceError: If Shopify cannot be reached, does not accept the token or refuses the question.
        """
        seconds = 0.0
        for _ in range(_MOST_THROTTLED):
            self._wait_before(query)
            answer = self._post(query, variables)
            body = answer.json()
            seconds = self._note(query, body)
            errors = body.get("errors") if isinstance(body, dict) else None
            if errors and "THROTTLED" in _codes(errors):
                if seconds > _LONGEST_WAIT:
                    break
                self._sleep(max(_LEAST_WAIT, seconds))
                continue
            return _data(body, answer)
        raise RateLimitedError(SERVICE, seconds)

    def pages(self, query: str, /, *path: str, **variables: object) -> Iterator[list[dict[str, Any]]]:
        """Yield the nodes of a connection, page by page.

        Args:
            query: Takes `$after`.
            path: Where the connection stands in the answer; nothing where one of its parents is null.
            variables: Of the query.

        Raises:
            ServiceError: If a page cannot be fetched, or the cursor does not move on.
        """
        after: str | None = None
        read = _pages_read(f"POST /{PATH}")
        while True:
            connection: Any = self.ask(query, after=after, **variables)
            for name in path:
                connection = connection.get(name) if isinstance(connection, dict) else None
            after = next_cursor(connection)
            yield read.new(_nodes_of(connection), after)
            if after is None:
                return

    def _post(self, query: str, variables: Mapping[str, object]) -> ServiceResponse:
        def send() -> ServiceResponse:
            return self._http.send("POST", PATH, json={"query": query, "variables": dict(variables)})

        return self._token.asking(send) if self._token else send()

    def _wait_before(self, query: str) -> None:
        """Wait until there are enough points for a question that was asked before."""
        if self._left is None:
            return
        available, rate = self._left
        lacking = self._costs.get(query, 0.0) - available
        if lacking > 0 and rate > 0:
            self._sleep(min(_LONGEST_WAIT, lacking / rate))

    def _note(self, query: str, body: object) -> float:
        """Keep what the answer says about cost, and return how long until the question can be asked."""
        cost = _part(_part(body, "extensions"), "cost")
        status = _part(cost, "throttleStatus")
        available, granted = _number(status.get("currentlyAvailable")), _number(status.get("restoreRate"))
        wanted = _number(cost.get("requestedQueryCost"))
        if not status:
            return _LEAST_WAIT
        self._costs[query], self._left = wanted, (available, granted)
        return (wanted - available) / granted if granted > 0 else _LEAST_WAIT


def _data(body: object, answer: ServiceResponse) -> Mapping[str, Any]:
    errors = body.get("errors") if isinstance(body, dict) else None
    if errors:
        refusal = message_in(errors) or "no reason"
        raise next((_ERRORS[code](refusal) for code in _codes(errors) if code in _ERRORS), ShopifyRefusalError(refusal))
    if isinstance(body, dict) and isinstance(body.get("data"), dict):
        data: Mapping[str, Any] = body["data"]
        return data
    raise BadAnswerError(SERVICE, answer.where, "an answer without data")


def _codes(errors: object) -> Sequence[str]:
    listed = errors if isinstance(errors, list) else []
    return [str(_part(each, "extensions").get("code")) for each in listed]


def _part(body: object, name: str) -> Mapping[str, Any]:
    part = body.get(name) if isinstance(body, dict) else None
    return part if isinstance(part, dict) else {}


def _number(value: object) -> float:
    """Return points as Shopify writes them; 0 where it writes none."""
    try:
        return float(str(value))
    except ValueError:
        return 0.0


AT_ONCE = 3
_USUAL = {"items": 10, "payments": 10, "refunds": 3, "back": 5, "parcels": 2, "packed": 5}
_MANY = {"items": 1, "payments": 60, "refunds": 25, "back": 1, "parcels": 25, "packed": 1}
_LISTS = (("transactions", "payments"), ("refunds", "refunds"), ("fulfillments", "parcels"))
"""What has no further pages: field, and the variable that says how many of it are given."""


def orders(client: ShopifyClient, ids: Sequence[str], at_once: int = AT_ONCE) -> Iterator[dict[str, Any]]:
    """Yield orders by their ids, in that order; one that Shopify does not give is left out.

    Raises:
        ServiceError: If one cannot be fetched.
    """
    for start in range(0, len(ids), at_once):
        for node in _together(client, ids[start : start + at_once]):
            yield _complete(client, node)


def _together(client: ShopifyClient, ids: Sequence[str]) -> list[dict[str, Any]]:
    try:
        nodes = client.ask(ORDERS, ids=list(ids), **_USUAL).get("nodes") or ()
    except QuestionTooDearError:
        if len(ids) == 1:
            raise
        half = len(ids) // 2
        return [*_together(client, ids[:half]), *_together(client, ids[half:])]
    return [node for node in nodes if node]


def _complete(client: ShopifyClient, node: dict[str, Any]) -> dict[str, Any]:
    """Add what did not fit into the first answer, page by page."""
    if _is_cut(node, _USUAL):
        nodes = client.ask(ORDERS, ids=[node["id"]], **_MANY).get("nodes") or ()
        node = next((each for each in nodes if each), node)
        if _is_cut(node, _MANY):
            too_many = "an order with too many payments, refunds or parcels"
            raise BadAnswerError(SERVICE, f"order {node.get('name')}", too_many)
    _add_pages(client, MORE_ITEMS, node, "lineItems")
    for refund in node.get("refunds") or ():
        _add_pages(client, MORE_REFUNDED, refund, "refundLineItems")
    for parcel in node.get("fulfillments") or ():
        _add_pages(client, MORE_PACKED, parcel, "fulfillmentLineItems")
    return node


def _is_cut(node: Mapping[str, Any], asked: Mapping[str, int]) -> bool:
    return any(len(node.get(name) or ()) >= asked[variable] for name, variable in _LISTS)


def _add_pages(client: ShopifyClient, query: str, of: dict[str, Any], name: str) -> None:
    connection = of.get(name) or {}
    after = next_cursor(connection)
    read = _pages_read(f"{name} of {of['id']}")
    nodes = read.new(_nodes_of(connection), after)
    while after is not None:
        more = (client.ask(query, id=of["id"], after=after).get("node") or {}).get(name) or {}
        after = next_cursor(more)
        nodes += read.new(_nodes_of(more), after)
        connection["nodes"] = nodes
    connection.pop("pageInfo", None)  # how it was cut into pages is no part of the answer


def _nodes_of(connection: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever stands there
    """Return the nodes of a list; one that is null, or a node that is, has none.

    Raises:
        TypeError: If it is no list of nodes: what cannot be read is not what the shop lacks.
    """
    nodes = (connection or {}).get("nodes") or []
    if not isinstance(nodes, list) or not all(isinstance(node, dict | None) for node in nodes):
        raise TypeError(f"no list of nodes: {str(nodes)[:100]}")
    return [node for node in nodes if node]


def _pages_read(where: str) -> PagesRead[dict[str, Any]]:
    return PagesRead(lambda: BadAnswerError(SERVICE, where, "pages that do not move on"), lambda node: node.get("id"))
