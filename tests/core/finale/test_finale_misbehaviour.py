"""Everything that goes wrong on the way: what is repeated, what is kept, what the user reads and what nobody reads."""

from __future__ import annotations

import json
import logging
import traceback
from collections import Counter
from dataclasses import replace
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import httpx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import CogsheetError, InventoryError
from core.finale.account_settings import FinaleSettings
from core.finale.errors import FinaleKeyError, FinaleRefusalError, FinaleShapeError
from core.finale.system import CostPage, CostRequest
from core.frame_columns import records
from core.progress import silent
from sandbox.business.hard import hard_business
from sandbox.business.random_business import random_business
from sandbox.business.sized import sized_business
from sandbox.finale.report_urls import PRODUCT_COLUMNS, STOCK_HISTORY_COLUMNS, report_url
from sandbox.misbehaviour import Fault
from tests.core.finale.finale_account import DemoAccount, costs_of, differences, everything, true_costs
from tests.examples import examples

if TYPE_CHECKING:
    from sandbox.business import Business
    from tests.core.finale.finale_account import Costs

hard = cache(hard_business)
sized = cache(lambda: sized_business(orders=130, products=40, old_refunds=12))

WORDS = {
    "401": "did not accept the key and secret for account 'demo'.*press Connect",
    "402": "the plan of account 'demo' does not include its API",
    "429": "allows no further requests for about .* min.*try again after that",
    "429-retry-after": "allows no further requests for about 60 min",
    "500-html": "Finale Inventory failed .*try again later",
    "503": "Finale Inventory failed .*try again later",
    "empty-body": "sent an empty answer.*what was fetched before is kept",
    "truncated-json": "an answer that breaks off.*what was fetched before is kept",
    "error-inside-200": "says: Internal error: please contact support.*Press Check",
    "html-200": "a web page instead of data.*what was fetched before is kept",
    "dropped-connection": "cannot be reached .*Check the internet connection",
}
LASTING = {"429-retry-after": Fault(seconds=3600)}


@pytest.mark.few(1)
@pytest.mark.parametrize("misbehaviour", WORDS)
def test_a_service_that_fails_for_good_says_so_in_plain_words(misbehaviour: str) -> None:
    """Each failure ends in one error of the inventory system that says what happened and what to do."""
    fault = LASTING.get(misbehaviour, Fault())

    with pytest.raises(InventoryError, match=WORDS[misbehaviour]):
        DemoAccount(hard(), faults={misbehaviour: fault}).finale.check()
    with pytest.raises(InventoryError, match=WORDS[misbehaviour]):
        DemoAccount(hard(), faults={misbehaviour: replace(fault, after=1)}).pages()


def test_an_error_in_place_of_the_schema_is_not_a_hidden_schema() -> None:
    """What goes wrong once during the probe does not change for a day how the account is asked."""
    account = DemoAccount(hard(), faults={"error-inside-200": Fault(times=1)})

    with pytest.raises(FinaleRefusalError, match="Internal error"):
        account.finale.check()
    assert () == account.finale.check().remarks


@pytest.mark.few(1)
@pytest.mark.parametrize("misbehaviour", ["429", "429-retry-after", "500-html", "503", "dropped-connection", "slow"])
def test_a_service_that_fails_for_a_while_is_waited_for(misbehaviour: str) -> None:
    """Two failures in the middle of a sync are not noticed, and every cost is right."""
    account = DemoAccount(hard(), faults={misbehaviour: Fault(after=3, times=2)})

    assert {} == differences(true_costs(hard()), account.costs())
    assert len(account.time.slept) >= 2


@pytest.mark.parametrize(
    "odd",
    [
        {"edges": [{"node": {"product": "odd"}}]},
        {"edges": [{"node": "odd"}]},
        {"edges": ["odd"]},
        {"edges": {"node": None}},
        ["odd"],
    ],
    ids=["product", "node", "edge", "edges", "connection"],
)
def test_values_of_other_types_are_said_in_words(monkeypatch: pytest.MonkeyPatch, odd: object) -> None:
    """They ended in a traceback, or counted as orders that Finale lacks; the pages before them are kept."""
    account = DemoAccount(hard_business())
    pages = account.finale.costs(everything(account.business), silent)
    first = next(pages)
    rightly = httpx.WSGITransport.handle_request

    def oddly(wire: httpx.WSGITransport, request: httpx.Request) -> httpx.Response:
        answer = rightly(wire, request)
        return httpx.Response(200, json={"data": dict.fromkeys(json.loads(answer.read())["data"], odd)})

    monkeypatch.setattr(httpx.WSGITransport, "handle_request", oddly)

    with pytest.raises(FinaleShapeError, match="another shape than it documents"):
        list(pages)
    assert len(first.observations) + len(first.mappings)


def test_a_wrong_key_is_tried_once() -> None:
    """A refused key is not tried again: accounts are locked that way."""
    account = DemoAccount(hard(), secret="wrong")  # noqa: S106 - that is the test

    with pytest.raises(FinaleKeyError):
        account.finale.check()

    assert 1 == account.requests()["total"]


def test_a_wrong_account_is_named() -> None:
    """The account of the message is the one that was asked for."""
    with pytest.raises(FinaleKeyError, match=r"account 'other'.*account's name"):
        DemoAccount(hard(), account="https://app.finaleinventory.com/other/sc2").finale.check()


def rest_of(request: CostRequest, pages: list[CostPage]) -> CostRequest:
    """Return what is still to be asked after some pages: the orders that no page speaks of."""
    told = {row["order_id"] for page in pages for row in records(page.observations)}
    return CostRequest(
        tuple(order for order in request.orders if order.order_id not in told), request.skus, request.dated_skus
    )


@pytest.mark.long
@settings(max_examples=examples(5), deadline=None)
@given(st.integers(0, 14), st.sampled_from(["500-html", "truncated-json", "401", "dropped-connection"]))
def test_an_interrupted_sync_goes_on_where_it_was(answers: int, misbehaviour: str) -> None:
    """Stopped after any number of answers, the pages so far are good, and asking for the rest completes them."""
    account = DemoAccount(sized(), faults={misbehaviour: Fault(after=answers)})
    request = everything(sized())
    pages: list[CostPage] = []
    try:
        for page in account.finale.costs(request, silent):
            pages.append(page)  # noqa: PERF402 - what came before the error is wanted
    except InventoryError:
        account.switch(clear=[misbehaviour])
        pages += account.finale.costs(rest_of(request, pages), silent)

    assert {} == differences(true_costs(sized()), costs_of(request, pages))


@pytest.mark.long
def test_a_long_sync_gives_costs_before_its_end() -> None:
    """What has been fetched is given page by page, so that little is lost."""
    business = sized_business(orders=400, products=60, old_refunds=0)
    pages = DemoAccount(business, "small-pages").pages()

    given_orders = [page.observations["order_id"].nunique() for page in pages]
    assert len([count for count in given_orders if count]) > 8
    assert max(given_orders) < len(business.orders) / 4
    assert {} == differences(true_costs(business), costs_of(everything(business), pages))


FINALE = "https://app.finaleinventory.com"
REPORTS = FinaleSettings(
    cost_report=report_url(FINALE, "demo", "stockHistory", STOCK_HISTORY_COLUMNS, report_format="csv"),
    average_report=report_url(FINALE, "demo", "product", PRODUCT_COLUMNS, report_format="csv"),
)
NO_COSTS = {"", "Cost blank", "Cost zero"}


def _told_otherwise(business: Business, expected: Costs, actual: Costs) -> dict[tuple[str, str], object]:
    """Return what differs; an order in parts of which one cost is blank and another zero lacks its cost by either."""
    in_parts = {order for order, count in Counter(one.order_id for one in business.shipments).items() if count > 1}
    either = {(None, "Cost blank"), (None, "Cost zero")}
    found = differences(expected, actual)
    return {key: pair for key, pair in found.items() if key[0] not in in_parts or set(pair) != either}


@pytest.mark.long
@settings(max_examples=examples(300), deadline=None)
@given(st.integers(0, 10**6))
def test_many_random_businesses_cost_what_they_say(seed: int) -> None:
    """Purchases, builds, kits, packs, negative stock, late bills and returns: by order, by report, and by averages."""
    business = random_business(Random(seed))  # noqa: S311 - a business for tests
    truth = true_costs(business)
    assert {} == _told_otherwise(business, truth, DemoAccount(business).costs())
    assert {} == _told_otherwise(business, truth, DemoAccount(business, settings=REPORTS).costs())
    averages = DemoAccount(business, "no-cost-fields").costs()
    assert {None} == {cost for cost, _ in averages.values()}
    assert {} == {
        key: (cause, averages[key][1])
        for key, (_, cause) in truth.items()
        if cause != averages[key][1] and not {cause, averages[key][1]} <= NO_COSTS
    }


@pytest.mark.few(1)
@pytest.mark.parametrize("misbehaviour", [*WORDS, "", "introspection-off"])
def test_a_secret_is_in_no_log_and_no_error(misbehaviour: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong, a marked secret is in no log line of the lowest level, no error and no representation."""
    caplog.set_level(logging.DEBUG)
    marked = "SECRET-MARKED-4711"
    faults = {misbehaviour: Fault(after=2)} if misbehaviour else {}
    account = DemoAccount(hard(), faults=faults, secret=marked, account_secret=marked, settings=REPORTS)
    shown = [repr(account.finale), repr(account.finale.schema)]
    try:
        shown.append(repr(pd.concat([page.observations for page in account.finale.costs(everything(hard()), silent)])))
    except CogsheetError as error:
        shown += [repr(error), *traceback.format_exception(error)]

    text = " ".join(shown) + caplog.text + " ".join(str(vars(record)) for record in caplog.records)
    assert [] == [mark for mark in (marked, "U0VDUkVULU1BUktFRC00NzEx", "c2FuZGJveC1rZXk6") if mark in text]
