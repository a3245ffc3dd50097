"""Finale's GraphQL as the sandbox speaks it (docs/facts/finale-api.md, GraphQL)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sandbox.business.catalogue import DEAR, NEVER_RECEIVED
from sandbox.finale.formatting import shown
from sandbox.oracle import expected_unit_cost
from sandbox.server import DEMO_ACCOUNT, KEY, SECRET, serve

if TYPE_CHECKING:
    from sandbox.business import Business
    from tests.sandbox.conftest import Ask, Asker

PROBE = """{ sh: __type(name: "stockHistory") { fields { name type { name kind } args { name } } }
  ii: __type(name: "invoiceItem") { fields { name } }
  q: __schema { queryType { fields { name args { name type { name kind ofType { name } } } } } } }"""


def pages_of(ask: Ask, connection: str, arguments: str, fields: str) -> list[Any]:
    """Return all nodes of a connection, fetched page by page."""
    nodes, after = [], ""
    while True:
        answer_parts = f"pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {fields} }} }}"
        answer = ask.graphql(f"{{ it: {connection}({arguments}{after}) {{ {answer_parts} }} }}")["data"]["it"]
        nodes += [edge["node"] for edge in answer["edges"]]
        if not answer["pageInfo"]["hasNextPage"]:
            return nodes
        after = f', after: "{answer["pageInfo"]["endCursor"]}"'


def test_the_schema_can_be_probed(ask: Ask) -> None:
    """Introspection names the fields of the stock history, the arguments of the connections, and what is absent."""
    answer = ask.graphql(PROBE)["data"]

    fields = {field["name"]: field for field in answer["sh"]["fields"]}
    assert {"transactionCostPerUnit", "averageCostPerUnit", "product", "shipment"} <= set(fields)
    assert ["formatter"] == [argument["name"] for argument in fields["quantity"]["args"]]
    assert answer["ii"] is None
    arguments = {field["name"]: {one["name"] for one in field["args"]} for field in answer["q"]["queryType"]["fields"]}
    assert {"transactionType", "recordDate", "first", "after", "sort"} <= arguments["stockHistoryViewConnection"]
    assert {"type", "status", "product", "orderDate", "search"} <= arguments["orderViewConnection"]


def test_the_ledger_gives_every_cost_of_the_demo(ask: Ask, demo: Business) -> None:
    """Read page by page and grouped by order and product, it says what the oracle says."""
    nodes = pages_of(
        ask,
        "stockHistoryViewConnection",
        'first: 150, transactionType: "Sale shipment", recordDate: {begin: "2026-08-01", end: "2026-09-30"}',
        'quantity(formatter: "none") cost: transactionCostPerUnit(formatter: "none") product { productId } '
        "shipment { order { orderId } }",
    )
    costs = {(n["shipment"]["order"]["orderId"], n["product"]["productId"]): n["cost"] for n in nodes}

    assert len(costs) > 400
    for (order_id, product_id), cost in costs.items():
        known = Decimal(cost) if cost and Decimal(cost) else None
        assert known == expected_unit_cost(demo, order_id, product_id)


def test_pages_together_are_the_whole(ask: Ask, demo: Business) -> None:
    """No row is lost or repeated at a page's edge, whatever the page's size."""
    numbers = pages_of(ask, "stockHistoryViewConnection", "first: 97", "transactionDescription recordDate")

    assert len(demo.ledger) == len(numbers)
    backwards = ask.nodes("stockHistoryViewConnection", "last: 1", "transactionDescription")
    assert demo.ledger[-1].description == backwards[0]["transactionDescription"]


def test_values_are_shown_as_on_the_screen_or_raw(ask: Ask) -> None:
    """Thousands separators and four decimals, or all six decimals with formatter none."""
    fields = 'averageCost raw: averageCost(formatter: "none") itemCost stockOnHand'
    node = ask.nodes("productViewConnection", f'productId: "{DEAR}"', fields)[0]

    assert re.fullmatch(r"1,\d{3}\.\d{4}", node["averageCost"])
    assert re.fullmatch(r"1\d{3}\.\d{4,6}", node["raw"])
    assert ("1,043.50", "--") == (node["itemCost"], node["stockOnHand"])


def test_what_is_not_there_is_two_dashes_or_null(ask: Ask) -> None:
    """A product without an average shows `--`, and null when asked raw."""
    fields = 'averageCost raw: averageCost(formatter: "none")'

    assert [{"averageCost": "--", "raw": None}] == ask.nodes(
        "productViewConnection", f'productId: "{NEVER_RECEIVED}"', fields
    )


@pytest.mark.parametrize(
    ("value", "displayed", "stored"),
    [
        (Decimal("1074.181429"), "1,074.1814", "1074.181429"),
        (Decimal("4.16665"), "4.1667", "4.16665"),
        (Decimal(6), "6.0000", "6.0000"),
        (Decimal(-17), "-17.0000", "-17.0000"),
        (1234, "1,234", "1234"),
        (None, "--", None),
        (Decimal(0), "0.0000", "0.0000"),
    ],
)
def test_formats(value: Decimal | int | None, displayed: str, stored: str | None) -> None:
    """Each kind of value has its two forms."""
    assert (displayed, stored) == (shown(value), shown(value, "none"))


def test_dates_are_understood_in_both_forms(ask: Ask) -> None:
    """ISO and M/D/YYYY select the same rows, and dates are shown M/D/YYYY."""
    iso = ask.nodes("orderViewConnection", 'orderDate: {begin: "2026-08-05", end: "2026-08-05"}', "orderId orderDate")
    american = ask.nodes("orderViewConnection", 'orderDate: {begin: "8/5/2026", end: "8/5/2026"}', "orderId orderDate")

    assert iso == american
    assert {"8/5/2026"} == {node["orderDate"] for node in iso}


def test_a_search_also_finds_near_misses(ask: Ask, demo: Business) -> None:
    """Full text finds the order itself and the one whose notes speak of it."""
    replacement = next(order for order in demo.orders if order.notes.startswith("Replacement"))
    original = replacement.notes.split()[-1]
    query = "query ($id: String) { orderViewConnection(search: $id) { edges { node { orderId } } } }"
    answer = ask.graphql(query, id=original)["data"]["orderViewConnection"]["edges"]

    assert {original, replacement.order_id} == {edge["node"]["orderId"] for edge in answer}


def test_aliases_ask_for_many_at_once(ask: Ask, demo: Business) -> None:
    """Twenty products come in one answer, each under its alias."""
    ids = [product.product_id for product in demo.products[:20]]
    parts = [
        f'p{number}: productViewConnection(first: 1, productId: "{product_id}") {{ edges {{ node {{ productId }} }} }}'
        for number, product_id in enumerate(ids)
    ]
    answer = ask.graphql(f"{{ {' '.join(parts)} }}")["data"]

    assert ids == [answer[f"p{number}"]["edges"][0]["node"]["productId"] for number in range(20)]


def test_an_order_shows_its_lines_and_shipments(ask: Ask, demo: Business) -> None:
    """Lines are a connection, shipments a plain list; a split order has two of them."""
    split = next(s.order_id for s in demo.shipments if s.number == 2)
    fields = (
        "itemList(first: 5) { edges { node { product { productId } quantity } } } shipmentList { shipmentId status }"
    )
    node = next(iter(ask.nodes("orderViewConnection", f'first: 1, search: "{split}"', fields)))

    assert [{"node": {"product": {"productId": "BIO-S039570363 US"}, "quantity": "4"}}] == node["itemList"]["edges"]
    assert [f"{split}-1", f"{split}-2"] == [shipment["shipmentId"] for shipment in node["shipmentList"]]


def test_an_unshipped_order_says_so(ask: Ask, demo: Business) -> None:
    """It is committed, and its shipment has no date."""
    waiting = next(order for order in demo.orders if order.status == "Committed")
    fields = "status shipmentList { status shipDate }"
    node = next(iter(ask.nodes("orderViewConnection", f'search: "{waiting.order_id}"', fields)))

    assert {"status": "Committed", "shipmentList": [{"status": "Editable", "shipDate": "--"}]} == node


def test_types_and_states_are_understood_as_codes_and_words(ask: Ask, demo: Business) -> None:
    """SALES_ORDER and Sale mean the same; purchase orders are orders too."""
    for word in ("PURCHASE_ORDER", "Purchase"):
        assert len(demo.purchases) == len(ask.nodes("orderViewConnection", f'type: ["{word}"]', "orderId"))


def test_orders_can_be_sorted(ask: Ask, demo: Business) -> None:
    """Descending by date, the newest comes first."""
    last = max(order.ordered_at for order in demo.orders)
    newest = ask.nodes("orderViewConnection", 'first: 1, sort: [{field: "orderDate", mode: "desc"}]', "orderDate")

    assert [{"orderDate": f"{last.month}/{last.day}/{last.year}"}] == newest


def test_the_ledger_can_be_asked_by_product(ask: Ask, demo: Business) -> None:
    """Filters take the product's URL, which is not its id."""
    url = ask.nodes("productViewConnection", 'productId: "00123"', "productUrl")[0]["productUrl"]
    rows = ask.nodes("stockHistoryViewConnection", f'product: ["{url}"]', "product { productId }")

    assert f"/{DEMO_ACCOUNT}/api/product/100001" == url
    assert sum(row.product_id == "00123" for row in demo.ledger) == len(rows)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "{ orderViewConnection { edges { node { price } } } }",
            'Cannot query field "price" on type "order".',
        ),
        (
            '{ orderViewConnection(statusId: "x") { strategy } }',
            'Unknown argument "statusId" on field "QueryRoot.orderViewConnection".',
        ),
        ("{ orderViewConnection(", "Syntax Error: Expected Name, found <EOF>."),
        ('{ orderViewConnection(orderDate: {begin: "soon"}) { strategy } }', 'Invalid date "soon".'),
    ],
)
def test_errors_come_inside_200_in_the_words_of_graphql_js(ask: Ask, query: str, message: str) -> None:
    """Unknown fields, unknown arguments and bad values are errors in the answer."""
    response = ask.post(query)

    assert 200 == response.status_code
    assert message == response.json()["errors"][0]["message"].split(" Did you mean")[0]


def test_packs_can_be_looked_up(hard: Business, asker: Asker) -> None:
    """Product lookups carry the product and the packing."""
    fields = "productLookupId packing product { productId }"

    assert [
        {"productLookupId": "CUP-6PK", "packing": "6", "product": {"productId": "CUP"}},
        {"productLookupId": "CUP-TRI", "packing": "3/1", "product": {"productId": "CUP"}},
    ] == asker(hard).nodes("productLookupViewConnection", "first: 2", fields)


def test_kits_show_their_parts(hard: Business, asker: Asker) -> None:
    """The bill of materials is a JSON text."""
    node = asker(hard).nodes("productViewConnection", 'productId: "BREAKFAST"', "productBomList")[0]

    assert '[{"productId": "CUP", "quantity": 2}, {"productId": "BOWL", "quantity": 1}]' == node["productBomList"]


def test_an_expanded_kit_is_not_on_its_order(hard: Business, asker: Asker) -> None:
    """The order holds the parts only; a built kit is there itself."""
    ask = asker(hard)
    fields = "itemList { edges { node { product { productId } quantity } } }"

    def goods(name: str) -> list[tuple[str, str]]:
        edges = ask.nodes("orderViewConnection", f'search: "{name}"', f"privateNotes {fields}")
        items = next(node for node in edges if node["privateNotes"] == name)["itemList"]["edges"]
        return [(item["node"]["product"]["productId"], item["node"]["quantity"]) for item in items]

    assert [("CUP", "5"), ("BOWL", "2"), ("BOX", "2")] == goods("several kits")
    assert [("GIFT", "2")] == goods("built kit")


def test_accounts_have_fields_of_their_own(ask: Ask, asker: Asker, demo: Business) -> None:
    """The schema of another account has other dynamic fields."""
    query = '{ __type(name: "product") { fields { name } } }'

    def dynamic(answer: Any) -> set[str]:
        names = {field["name"] for field in answer["data"]["__type"]["fields"]}
        return {name for name in names if name.startswith(("stockColumn", "user"))}

    other = asker(demo, account="riverside")
    answer = other.client.post("/riverside/api/graphql", json={"query": query}).json()
    assert {"stockColumnQuantityOnHandUnitsRiversideapifacility10000", "userUser10000"} == dynamic(answer)
    assert dynamic(ask.graphql(query)) != dynamic(answer)


def test_it_listens_on_a_real_socket(demo: Business) -> None:
    """Over TCP it answers the same, and stops listening at the end of the block."""
    with serve(demo) as address, httpx.Client(base_url=address.url, auth=(address.key, address.secret)) as client:
        answer = client.post(f"/{address.account}/api/graphql", json={"query": "{ __typename }"})

    assert {"data": {"__typename": "QueryRoot"}} == answer.json()
    assert (DEMO_ACCOUNT, KEY, SECRET) == (address.account, address.key, address.secret)
    assert SECRET not in repr(address)
    with pytest.raises(httpx.ConnectError), httpx.Client() as late:
        late.get(address.url)
