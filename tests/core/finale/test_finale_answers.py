"""Finale's answers are checked, not believed: here its filters and its search do nothing at all."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from core.finale.account_settings import FinaleSettings
from core.finale.errors import FinaleRefusalError
from core.finale.graphql_schema import assumed
from core.finale.inventory import FinaleInventory, connect_finale
from core.finale.order_finder import Match
from core.finale.orders import read_order
from core.finale.system import CostPage, CostRequest, OrderRequest
from core.finale.wanted_orders import WantedOrder
from core.frame_columns import records
from core.http.credentials import Secret
from core.model import Cause, ObservationKind
from core.progress import silent
from tests.core.finale.finale_account import NOON, StillTime

ORDER = "111-1234567-0000001"
Nodes = dict[str, list[dict[str, Any]]]


def items(**units: str) -> dict[str, Any]:
    """Return an order's lines."""
    nodes = ({"product": {"productId": product_id}, "quantity": count} for product_id, count in units.items())
    return {"edges": [{"node": node} for node in nodes]}


def order(order_id: str, **units: str) -> dict[str, Any]:
    """Return an order that left on the third of September."""
    shipment = {"shipmentId": f"{order_id}-1", "status": "Shipped", "shipDate": "9/3/2026"}
    return {"orderId": order_id, "status": "Completed", "itemList": items(**units), "shipmentList": [shipment]}


def movement(order_id: str, product_id: str, quantity: str, cost: str, kind: str = "Sale shipment") -> dict[str, Any]:
    """Return a movement of the third of September."""
    return {
        "transactionType": kind,
        "transactionUpdateType": f"{kind} shipped",
        "recordDate": "9/3/2026",
        "quantity": quantity,
        "transactionCostPerUnit": cost,
        "averageCostPerUnit": cost,
        "product": {"productId": product_id},
        "shipment": {"shipmentId": f"{order_id}-1", "order": {"orderId": order_id}},
    }


def product(product_id: str, average: str | None = None, *parts: tuple[str, int]) -> dict[str, Any]:
    """Return a product."""
    bom = json.dumps([{"productId": part, "quantity": units} for part, units in parts])
    return {"productId": product_id, "averageCost": average, "productBomList": bom, "description": product_id.title()}


def account(
    nodes: Nodes,
    page_info: dict[str, object] | None = None,
    settings: FinaleSettings = FinaleSettings(),  # noqa: B008 - frozen
) -> FinaleInventory:
    """Return an account that answers every question about a type with all its nodes, whatever was asked for.

    Only an order whose node says `"found by"` is found by that text alone.
    """

    def answer(request: httpx.Request) -> httpx.Response:
        query = json.loads(request.content)["query"]
        asked = re.findall(r"(\w+): (\w+)ViewConnection\(([^)]*)\)", query)
        data = {
            alias: {
                "pageInfo": page_info or {},
                "edges": [{"node": n} for n in nodes.get(kind, []) if n.get("found by", "") in arguments],
            }
            for alias, kind, arguments in asked
        }
        return httpx.Response(200, json={"data": data})

    time = StillTime()
    return connect_finale(
        "demo",
        Secret("key"),
        Secret("secret"),
        settings=settings,
        schema=assumed(NOON, {}),
        transport=httpx.MockTransport(answer),
        clock=time.now,
        sleep=time.sleep,
    )


def sync(nodes: Nodes, *skus: str, order_id: str = ORDER) -> list[CostPage]:
    """Return the pages of a sync of one order."""
    request = CostRequest((OrderRequest(order_id, skus, date(2026, 9, 5)),), skus)
    return list(account(nodes).costs(request, silent))


def mappings(pages: list[CostPage]) -> list[tuple[object, object, object]]:
    """Return SKU, product and units of every mapping."""
    return [(row["sku"], row["product_id"], row["units"]) for page in pages for row in records(page.mappings)]


def costs(pages: list[CostPage]) -> list[tuple[object, object, object, object]]:
    """Return product, units, cost and cause of every observation of an order."""
    rows = [row for page in pages for row in records(page.observations) if row["kind"] == ObservationKind.ORDER]
    return [(row["product_id"], row["units"], row["unit_cost"], row["cause"]) for row in rows]


def test_a_product_of_nearly_the_same_id_is_another_product() -> None:
    """A filter that does not mind case answers `abc-1` for `ABC-1`; it is proposed and not taken."""
    pages = sync({"product": [product("abc-1", "2")]}, "ABC-1")

    assert [] == [row for page in pages for row in records(page.observations) if row["kind"] == ObservationKind.AVERAGE]
    rules = [row["rule"] for page in pages for row in records(page.mappings)]
    assert ([("ABC-1", None, None)], ["not known in Finale; nearest: abc-1"]) == (mappings(pages), rules)


def test_an_order_that_a_search_happens_to_find_is_another_order() -> None:
    """Full text finds orders that mention a number; only the one of that number is meant."""
    nodes = {"order": [order("111-1234567-0000002", ABC="1")], "product": [product("ABC")]}

    assert [(None, None, None, Cause.ORDER_NOT_FOUND)] == costs(sync(nodes, "ABC"))


def test_movements_of_other_kinds_and_orders_are_left_out() -> None:
    """Returns of the order, purchases and other orders' sales do not touch its cost."""
    ledger = [
        movement(ORDER, "ABC", "-2", "6.0000"),
        movement("111-1234567-0000002", "ABC", "-9", "9.0000"),
        movement(ORDER, "ABC", "1", "1.0000", kind="Return shipment"),
        movement("PO-1", "ABC", "50", "5.0000", kind="Purchase shipment"),
    ]
    nodes = {"order": [order(ORDER, ABC="2")], "product": [product("ABC")], "stockHistory": ledger}

    assert [("ABC", 2, Decimal("6.000000"), None)] == costs(sync(nodes, "ABC"))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ({"CUP": "2", "BOWL": "1"}, [("KIT", "CUP", 2), ("KIT", "BOWL", 1)]),
        ({"KIT": "1"}, [("KIT", "KIT", 1)]),
        ({"KIT": "1", "CUP": "2", "BOWL": "1"}, [("KIT", "KIT", 1)]),
        ({"CLAY": "4", "BOWL": "1"}, [("KIT", "BOWL", 1), ("KIT", "CLAY", 4)]),
        ({"BOWL": "1"}, [("KIT", "KIT", 1)]),
    ],
)
@pytest.mark.parametrize("average", ["9.0000", None])
def test_orders_show_whether_a_kit_is_sold_whole_or_in_parts(
    lines: dict[str, str], expected: list[tuple[str, str, int]], average: str | None
) -> None:
    """What stands on the orders decides, down to the parts of parts; without any, a kit that is built is sold whole."""
    products = [
        product("KIT", average, ("CUP", 2), ("BOWL", 1)),
        product("CUP", "3", ("CLAY", 2)),
        product("BOWL", "3"),
        product("CLAY", "1"),
    ]
    nodes = {"order": [order(ORDER, **lines)], "product": products}
    if average is None and lines == {"BOWL": "1"}:
        expected = [("KIT", "CUP", 2), ("KIT", "BOWL", 1)]

    assert sorted(expected) == sorted(mappings(sync(nodes, "KIT")))


def test_what_has_left_without_any_movement_has_a_blank_cost() -> None:
    """An order that is completed, of which the stock history knows nothing, is not said to be unshipped."""
    nodes = {"order": [order(ORDER, ABC="2")], "product": [product("ABC")]}

    assert [("ABC", 2, None, Cause.COST_BLANK)] == costs(sync(nodes, "ABC"))


def test_an_order_in_several_parts_is_one_order() -> None:
    """An order that Finale split into two has the shipments of both."""
    ledger = [movement(f"{ORDER}-1", "ABC", "-2", "6.0000"), movement(f"{ORDER}-2", "ABC", "-1", "7.5000")]
    orders = [order(f"{ORDER}-1", ABC="2"), order(f"{ORDER}-2", ABC="1")]
    nodes = {"order": orders, "product": [product("ABC")], "stockHistory": ledger}

    shipments = [("ABC", 2, Decimal("6.000000"), None), ("ABC", 1, Decimal("7.500000"), None)]
    assert shipments == costs(sync(nodes, "ABC"))


def test_pages_that_do_not_move_on_are_an_error() -> None:
    """A cursor that comes twice would page for ever."""
    finale = account({"product": [product("ABC")]}, {"hasNextPage": True, "endCursor": "same"})

    with pytest.raises(FinaleRefusalError, match="pages of products do not move on"):
        list(finale.costs(CostRequest((), (), catalogue=True), silent))


def test_a_number_that_is_hidden_in_a_word_is_searched_with_its_prefix() -> None:
    """Full text that knows whole words alone does not find `US1001` by `1001`; Setup knows the prefix."""
    hidden = {**order("US1001", ABC="2"), "found by": '"US1001"'}
    nodes = {"order": [hidden], "product": [product("ABC")], "stockHistory": [movement("US1001", "ABC", "-2", "6")]}
    request = CostRequest((OrderRequest("1001", ("ABC",), date(2026, 9, 5)),), ("ABC",))

    without = list(account(nodes).costs(request, silent))
    told = list(account(nodes, settings=FinaleSettings(order_prefixes=("CA", "US"))).costs(request, silent))

    assert [(None, None, None, Cause.ORDER_NOT_FOUND)] == costs(without)
    assert [("ABC", 2, Decimal("6.000000"), None)] == costs(told)


@pytest.mark.parametrize(
    ("shipments", "reached", "certain"),
    [
        (["9/10/2026"], date(2026, 9, 9), False),
        (["9/10/2026"], date(2026, 9, 8), True),
        (["9/10/2026", "9/4/2026"], date(2026, 9, 6), False),
    ],
)
def test_a_cost_is_given_when_nothing_can_change_it(shipments: list[str], reached: date, *, certain: bool) -> None:
    """Pages come from the end: an order waits until they are a few days before the first of its parts left."""
    node = {**order(ORDER), "shipmentList": [{"status": "Shipped", "shipDate": day} for day in shipments]}
    wanted = WantedOrder(OrderRequest(ORDER, (), date(2026, 9, 5)), Match((read_order(node),), "exact"))

    assert certain == wanted.certain_by(reached)
