"""Requests that one sync sends to Finale Inventory: 1,000 orders, 80 SKUs and 50 refunds of old orders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.request import urlopen

from benchmarks.rows import counted
from core.finale.account_settings import FinaleSettings
from core.finale.inventory import connect_finale
from core.finale.system import CostRequest, OrderRequest
from core.http.credentials import Secret
from core.marketplaces import read_file
from core.progress import silent
from sandbox.business import sized_business
from sandbox.finale.report_urls import LAST_MONTH, PRODUCT_COLUMNS, STOCK_HISTORY_COLUMNS, report_url
from sandbox.server import serve
from sandbox.settlement_files.amazon_v2 import settlement_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from benchmarks.rows import Result
    from sandbox.business import Business
    from sandbox.server import SandboxAddress


def rows() -> Iterator[Result]:
    """Count the requests of either mode, as the sandbox saw them."""
    business = sized_business(orders=1000, products=80, old_refunds=50)
    request = cost_request(business)
    with serve(business) as address:
        yield counted("finale-requests-g", _requests(address, request, FinaleSettings()))
    with serve(business) as address:
        costs = report_url(
            address.url,
            address.account,
            "stockHistory",
            STOCK_HISTORY_COLUMNS,
            filters=[["stockHistoryRecordDate", LAST_MONTH, None]],
        )
        averages = report_url(address.url, address.account, "product", PRODUCT_COLUMNS)
        settings = FinaleSettings(cost_report=costs, average_report=averages)
        yield counted("finale-requests-r", _requests(address, request, settings))


def cost_request(business: Business) -> CostRequest:
    """Ask for every order and SKU of the business's settlement files."""
    orders: dict[str, tuple[set[str], date]] = {}
    for file in settlement_files(business):
        for settlement in read_file(file.content).settlements:
            lines = settlement.transactions.dropna(subset=["order_id", "sku"])
            for order_id, sku, posted in zip(lines["order_id"], lines["sku"], lines["posted_at"], strict=True):
                orders.setdefault(order_id, (set(), posted.date()))[0].add(sku)
    asked = tuple(OrderRequest(order_id, tuple(sorted(skus)), day) for order_id, (skus, day) in orders.items())
    return CostRequest(asked, tuple(sorted({sku for skus, _ in orders.values() for sku in skus})))


def _requests(address: SandboxAddress, request: CostRequest, settings: FinaleSettings) -> int:
    key, secret = Secret(address.key), Secret(address.secret)
    with connect_finale(address.account, key, secret, address.url, settings=settings) as system:
        found = sum(int(page.observations["unit_cost"].notna().sum()) for page in system.costs(request, silent))
    with urlopen(f"{address.url}/_control/requests") as answer:  # noqa: S310 - the sandbox on this machine
        total: int = json.load(answer)["total"]
    assert found >= len(request.orders), f"{found} costs of {len(request.orders)} orders"  # noqa: S101
    return total
