"""What the tests of the Finale client share: a sandbox account in process, and its costs by order and SKU."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import httpx
import pandas as pd

from core.finale.account_settings import FinaleSettings
from core.finale.inventory import FinaleInventory, connect_finale
from core.finale.system import CostPage, CostRequest, OrderRequest
from core.frame_columns import records
from core.http.credentials import Secret
from core.model import Cause, ObservationKind
from core.progress import silent
from sandbox.oracle import expected_answer
from sandbox.server import DEMO_ACCOUNT, KEY, SECRET, create_app

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Flask

    from core.finale.graphql_schema import Schema
    from sandbox.business import Business
    from sandbox.gatekeeper import Limits
    from sandbox.misbehaviour import Fault

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SHIPS_AFTER = timedelta(days=1)

Costs = dict[tuple[str, str], tuple[Decimal | None, str]]
"""Unit cost and cause by order and SKU."""


@dataclass
class StillTime:
    """A clock that only moves when someone sleeps."""

    at: datetime = NOON
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the present."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


class Refusing(httpx.BaseTransport):
    """Refuses every query with a certain field (`type.field`), as a schema without it would."""

    def __init__(self, inner: httpx.BaseTransport, refused: str) -> None:
        self._inner = inner
        self._type_name, _, self._field_name = refused.rpartition(".")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer in the words of graphql-js, or pass the request on; a dropped connection fails as on a socket."""
        if not self._field_name or self._field_name.encode() not in request.read():
            try:
                return self._inner.handle_request(request)
            except ConnectionResetError as error:
                raise httpx.RemoteProtocolError(str(error)) from error
        message = f'Cannot query field "{self._field_name}" on type "{self._type_name}".'
        return httpx.Response(200, json={"errors": [{"message": message}]})


class DemoAccount:
    """One business in a sandbox of its own, and a client connected to it in process."""

    def __init__(  # noqa: PLR0913 - every one is a case of some test
        self,
        business: Business,
        *misbehaviour: str,
        faults: Mapping[str, Fault] | None = None,
        settings: FinaleSettings = FinaleSettings(),  # noqa: B008 - frozen
        schema: Schema | None = None,
        secret: str = SECRET,
        account_secret: str = SECRET,
        account: str = DEMO_ACCOUNT,
        refused: str = "",
        limits: Limits | None = None,
    ) -> None:
        self.business = business
        self.refused = refused
        self.time = StillTime()
        self.app: Flask = create_app(
            business,
            misbehaviour=faults or misbehaviour,
            secret=account_secret,
            limits=limits,
            now=lambda: self.time.now().timestamp(),
            sleep=self.time.sleep,
        )
        self.finale = self.connect(settings=settings, schema=schema, secret=secret, account=account)

    def connect(
        self,
        *,
        settings: FinaleSettings = FinaleSettings(),  # noqa: B008 - frozen
        schema: Schema | None = None,
        secret: str = SECRET,
        account: str = DEMO_ACCOUNT,
    ) -> FinaleInventory:
        """Return another client of the same account."""
        return connect_finale(
            account,
            Secret(KEY),
            Secret(secret),
            "http://127.0.0.1:1",
            settings=settings,
            schema=schema,
            transport=Refusing(httpx.WSGITransport(app=self.app), self.refused),
            clock=self.time.now,
            sleep=self.time.sleep,
        )

    def switch(self, **switches: object) -> None:
        """Set misbehaviours while it runs."""
        assert self.app.test_client().post("/_control", json=switches).status_code == 200

    def requests(self) -> dict[str, int]:
        """Return how many requests of each kind have been asked."""
        seen = self.app.test_client().get("/_control/requests").get_json()
        return {kind: seen[kind] for kind in ("graphql", "get", "collection", "report", "total")}

    def statuses(self) -> dict[str, int]:
        """Return how many answers there were of each status."""
        found: dict[str, int] = self.app.test_client().get("/_control/requests").get_json()["statuses"]
        return found

    def pages(self, request: CostRequest | None = None) -> list[CostPage]:
        """Return every page of a sync, by default of all orders."""
        return list(self.finale.costs(request or everything(self.business), silent))

    def observations(self, request: CostRequest | None = None) -> pd.DataFrame:
        """Return the observations of a sync."""
        return pd.concat([page.observations for page in self.pages(request)], ignore_index=True)

    def costs(self, request: CostRequest | None = None) -> Costs:
        """Return unit costs and causes of a sync by order and SKU."""
        return costs_of(request or everything(self.business), self.pages(request))


def everything(business: Business, *, dated: Iterable[tuple[str, date]] = ()) -> CostRequest:
    """Return the request for all orders of a business, as its settlements would ask."""
    orders = tuple(
        OrderRequest(order.order_id, tuple(line.sku for line in order.lines), (order.ordered_at + SHIPS_AFTER).date())
        for order in business.orders
    )
    return CostRequest(orders, tuple(sorted({sku for order in orders for sku in order.skus})), tuple(dated))


def only(business: Business, *order_ids: str) -> CostRequest:
    """Return the request for some orders."""
    orders = tuple(order for order in everything(business).orders if order.order_id in order_ids)
    return CostRequest(orders, tuple(sorted({sku for order in orders for sku in order.skus})))


def costs_of(request: CostRequest, pages: Iterable[CostPage]) -> Costs:
    """Put the pages together as costing does: a SKU costs what its products cost on the order."""
    observed: dict[tuple[str, str | None], dict[str, object]] = {}
    parts: dict[str, list[tuple[str, int]]] = {}
    for page in pages:
        # So are all rows of a product on an order: its shipments.
        shipped: dict[tuple[str, str | None], list[dict[str, object]]] = {}
        for row in records(page.observations):
            if row["kind"] == ObservationKind.ORDER:
                shipped.setdefault((str(row["order_id"]), row["product_id"]), []).append(row)
        observed |= {place: _together(rows) for place, rows in shipped.items()}
        # All rows of a SKU on one page are one answer, which replaces the one before.
        answers: dict[str, list[tuple[str, int]]] = {}
        for row in records(page.mappings):
            known = [(str(row["product_id"]), int(str(row["units"])))] if row["product_id"] is not None else []
            answers[str(row["sku"])] = answers.get(str(row["sku"]), []) + known
        parts |= answers
    return {
        (order.order_id, sku): _cost(order.order_id, parts.get(sku, []), observed)
        for order in request.orders
        for sku in order.skus
    }


def _cost(
    order_id: str, parts: list[tuple[str, int]], observed: Mapping[tuple[str, str | None], dict[str, object]]
) -> tuple[Decimal | None, str]:
    whole_order = str(observed.get((order_id, None), {}).get("cause", ""))
    if whole_order == Cause.ORDER_NOT_FOUND or (whole_order and parts):
        return None, whole_order
    if not parts:
        return None, "SKU not mapped"
    rows = [observed.get((order_id, product_id), _NOT_ON_ORDER) for product_id, _ in parts]
    missing = sorted(str(row["cause"]) for row in rows if row["unit_cost"] is None)
    if missing:
        return None, missing[0]
    costs = [units * Decimal(str(row["unit_cost"])) for (_, units), row in zip(parts, rows, strict=True)]
    return sum(costs, Decimal(0)), ""


def _together(shipments: list[dict[str, object]]) -> dict[str, object]:
    """Return one row of several shipments, weighted by units to six decimals; one without cost leaves all without."""
    without = [row for row in shipments if row["unit_cost"] is None]
    if without or len(shipments) == 1:
        return (without or shipments)[0]
    lots = [(Decimal(str(row["units"])), Decimal(str(row["unit_cost"]))) for row in shipments]
    worth = sum((units * cost for units, cost in lots), Decimal(0)) / sum(units for units, _ in lots)
    return {**shipments[0], "unit_cost": worth.quantize(Decimal("0.000001"), ROUND_HALF_UP)}


_NOT_ON_ORDER: dict[str, object] = {"unit_cost": None, "cause": "SKU not on the Finale order"}
_WORDS = {
    "": "",
    "order not in Finale": "Order not in Finale",
    "not shipped in Finale": "Not shipped in Finale",
    "SKU unknown to Finale": "SKU not mapped",
    "cost blank": "Cost blank",
    "cost zero": "Cost zero",
}


def true_costs(business: Business, request: CostRequest | None = None) -> Costs:
    """Return what the business itself says that each order's SKU cost."""
    found: Costs = {}
    for order in (request or everything(business)).orders:
        for sku in order.skus:
            answer = expected_answer(business, order.order_id, sku)
            cost = answer.unit_cost or None
            found[order.order_id, sku] = (cost, _WORDS[answer.why_not])
    return found


def differences(expected: Costs, actual: Costs) -> dict[tuple[str, str], tuple[object, object]]:
    """Return what differs, so that a failure reads well."""
    return {key: (expected[key], actual.get(key)) for key in expected if expected[key] != actual.get(key)}
