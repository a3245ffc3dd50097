"""Pages of Finale's stock history that come again, whole or in part, never double what left."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from core.finale.errors import FinaleRefusalError
from core.finale.graphql_client import FinaleClient
from core.finale.graphql_schema import assumed
from core.finale.movements import movements_between, movements_in_spans
from core.http.client import HttpClient
from tests.core.finale.finale_account import NOON, StillTime

DAY = date(2026, 9, 3)
Page = tuple[list[dict[str, Any]], str | None]


def sale(product_id: str, units: int, value: str, order_id: str = "1") -> dict[str, Any]:
    """Return a sale of a product, after which its stock has such a value."""
    return {
        "transactionType": "Sale shipment",
        "recordDate": "9/3/2026",
        "quantity": str(-units),
        "transactionCostPerUnit": "5",
        "averageCostPerUnit": "5",
        "valuationBalance": value,
        "product": {"productId": product_id},
        "shipment": {"shipmentId": f"{order_id}-1", "order": {"orderId": order_id}},
    }


MUG, CUP, BOWL = sale("MUG", 1, "45"), sale("CUP", 2, "10"), sale("BOWL", 1, "5")


def client_of(*pages: Page) -> FinaleClient:
    """Return an account that answers the pages one after the other, whatever it is asked."""
    left = list(pages)

    def answer(request: httpx.Request) -> httpx.Response:
        nodes, cursor = left.pop(0)
        connection = {
            "pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor},
            "edges": [{"node": node} for node in nodes],
        }
        aliases = re.findall(r"(\w+): \w+ViewConnection", json.loads(request.content)["query"])
        return httpx.Response(200, json={"data": dict.fromkeys(aliases, connection)})

    time = StillTime()
    http = HttpClient("Finale Inventory", "https://example.com", transport=httpx.MockTransport(answer))
    return FinaleClient(http, "demo", clock=time.now, sleep=time.sleep, schema=assumed(NOON, {}))


@pytest.mark.parametrize(
    "again",
    [([MUG, CUP], "2"), ([MUG, CUP], None), ([BOWL], "1"), ([], "1")],
    ids=["the page, under another cursor", "the page, as the last one", "the cursor", "the cursor of an empty page"],
)
@pytest.mark.parametrize("in_spans", [False, True])
def test_a_page_that_comes_again_is_told_before_its_rows_count(again: Page, *, in_spans: bool) -> None:
    """What came before it is given, and nothing twice."""
    client = client_of(([MUG, CUP], "1"), again)
    pages = movements_in_spans(client, [(DAY, DAY)]) if in_spans else movements_between(client, DAY, DAY)

    assert ["MUG", "CUP"] == [row.product_id for row in next(pages)]
    with pytest.raises(FinaleRefusalError, match="pages of ledger do not move on"):
        next(pages)


@pytest.mark.parametrize(
    "pages",
    [
        [([MUG, CUP], "1"), ([CUP, BOWL], None)],
        [([MUG, CUP], "1"), ([MUG, CUP, BOWL], None)],
        [([MUG], "1"), ([CUP], "2"), ([CUP, BOWL], None)],
    ],
)
@pytest.mark.parametrize("in_spans", [False, True])
def test_rows_that_move_onto_the_next_page_count_once(pages: list[Page], *, in_spans: bool) -> None:
    """Somebody ships while the pages are read: the last rows of one page are the first of the next."""
    client = client_of(*pages)
    spans = [(DAY, DAY + timedelta(days=1))]
    read = movements_in_spans(client, spans) if in_spans else movements_between(client, *spans[0])

    rows = [row for page in read for row in page]
    assert {"MUG": Decimal(1), "CUP": Decimal(2), "BOWL": Decimal(1)} == {row.product_id: row.units for row in rows}
    assert 3 == len(rows)


def test_equal_rows_that_do_not_tell_the_stock_after_them_are_kept() -> None:
    """Two mugs of one order that left one by one may be written alike."""
    mug = sale("MUG", 1, "")
    (first, second) = movements_between(client_of(([CUP, mug], "1"), ([mug, BOWL], None)), DAY, DAY)

    assert ["CUP", "MUG", "MUG", "BOWL"] == [row.product_id for row in (*first, *second)]


def test_stock_that_is_back_where_it_was_is_no_row_of_before() -> None:
    """Out, back and out again: the first and the third row are alike, and both happened."""
    out, back = sale("MUG", 1, "45"), sale("MUG", -1, "50")
    (first, second) = movements_between(client_of(([CUP, out, back], "1"), ([out, back, BOWL], None)), DAY, DAY)

    assert 6 == len([*first, *second])
