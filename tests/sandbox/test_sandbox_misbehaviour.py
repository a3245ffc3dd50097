"""Every switch does what its sentence says, for as long as it is told to; limits and keys hold."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest

from sandbox.business.catalogue import NEVER_RECEIVED, RECEIVED_LATE
from sandbox.finale.pages import Account
from sandbox.finale.report_urls import PRODUCT_COLUMNS, report_url
from sandbox.gatekeeper import Limits
from sandbox.misbehaviour import (
    MISBEHAVIOURS,
    ON_ANSWER,
    Fault,
    Misbehaviour,
    UnknownMisbehaviourError,
    UnreadableFaultError,
    read_switches,
)
from sandbox.oracle import expected_proposal
from sandbox.server import DEMO_ACCOUNT, KEY, SECRET, serve

if TYPE_CHECKING:
    from sandbox.business import Business
    from tests.sandbox.conftest import Ask, Asker

ALIVE = "{ __typename }"
LEDGER = "stockHistoryViewConnection"
COST = 'transactionCostPerUnit(formatter: "none")'


def message(ask: Ask, query: str) -> str:
    """Return the first error of an answer."""
    return str(ask.graphql(query)["errors"][0]["message"])


@pytest.mark.parametrize(
    ("name", "status"), [("401", 401), ("402", 402), ("429", 429), ("500-html", 500), ("503", 503)]
)
def test_statuses(asker: Asker, demo: Business, name: str, status: int) -> None:
    """The switch's status is answered to GraphQL and REST alike."""
    ask = asker(demo, misbehaviour=[name])

    assert [status, status] == [ask.post(ALIVE).status_code, ask.get("api/product/").status_code]


def test_429_says_when_to_come_back(asker: Asker, demo: Business) -> None:
    """By the reset header alone, or by Retry-After too."""
    plain = asker(demo, misbehaviour={"429": Fault(seconds=7)}, now=lambda: 1000.0).post(ALIVE)
    with_header = asker(demo, misbehaviour={"429-retry-after": Fault(seconds=7)}).post(ALIVE)

    assert ("0", "1007") == (plain.headers["X-RateLimit-Remaining"], plain.headers["X-RateLimit-Reset"])
    assert "Retry-After" not in plain.headers
    assert "7" == with_header.headers["Retry-After"]


@pytest.mark.parametrize(
    ("name", "body_begins"),
    [
        ("500-html", "<!DOCTYPE html>"),
        ("html-200", "<!DOCTYPE html>"),
        ("empty-body", ""),
        ("truncated-json", '{"data"'),
    ],
)
def test_bodies(asker: Asker, demo: Business, name: str, body_begins: str) -> None:
    """None of them is JSON."""
    response = asker(demo, misbehaviour=[name]).post(ALIVE)

    assert response.text.startswith(body_begins)
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_an_error_inside_200(asker: Asker, demo: Business) -> None:
    """GraphQL answers errors, REST an errorMessage, both with status 200."""
    ask = asker(demo, misbehaviour=["error-inside-200"])

    assert ["errors"] == list(ask.graphql(ALIVE))
    assert ["errorMessage"] == list(ask.get("api/product/").json())


def test_slow_waits(asker: Asker, demo: Business) -> None:
    """For as many seconds as it is told."""
    waited: list[float] = []
    asker(demo, misbehaviour={"slow": Fault(seconds=3)}, sleep=waited.append).post(ALIVE)

    assert [3] == waited


def test_a_connection_is_dropped_before_the_answer(demo: Business) -> None:
    """Over a real socket the client sees a protocol error, and the next request is answered."""
    with (
        serve(demo, misbehaviour={"dropped-connection": Fault(times=1)}) as address,
        httpx.Client(base_url=address.url, auth=(address.key, address.secret)) as client,
    ):
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):  # not a time-out
            client.post(f"/{DEMO_ACCOUNT}/api/graphql", json={"query": ALIVE})
        assert 200 == client.post(f"/{DEMO_ACCOUNT}/api/graphql", json={"query": ALIVE}).status_code


def test_renamed_fields_still_say_what_they_are(asker: Asker, demo: Business) -> None:
    """The old names are errors, the new ones answer the same."""
    ask = asker(demo, misbehaviour=["renamed-fields"])
    new = 'transactionLandedCostPerUnit(formatter: "none")'

    assert 'Cannot query field "transactionCostPerUnit" on type "stockHistory".' in message(
        ask, f"{{ {LEDGER} {{ edges {{ node {{ {COST} }} }} }} }}"
    )
    assert ask.nodes(LEDGER, "first: 5", f"it: {new}") == asker(demo).nodes(LEDGER, "first: 5", f"it: {COST}")


@pytest.mark.parametrize("name", ["unknown-cost-fields", "no-cost-fields"])
def test_cost_fields_can_be_hidden(asker: Asker, demo: Business, name: str) -> None:
    """No field of the stock history has a name that says cost."""
    answer = asker(demo, misbehaviour=[name]).graphql('{ __type(name: "stockHistory") { fields { name } } }')

    assert not [field for field in answer["data"]["__type"]["fields"] if "cost" in field["name"].casefold()]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("no-average-cost", "{ productViewConnection { edges { node { averageCost } } } }", 'field "averageCost"'),
        ("introspection-off", "{ __schema { queryType { name } } }", "introspection has been disabled"),
        ("formatter-refused", f"{{ {LEDGER} {{ edges {{ node {{ {COST} }} }} }} }}", 'Unknown argument "formatter"'),
        ("no-order-link", f"{{ {LEDGER} {{ edges {{ node {{ shipment {{ status }} }} }} }} }}", 'field "shipment"'),
        ("arguments-changed", f'{{ {LEDGER}(transactionType: "Build") {{ strategy }} }}', 'argument "transactionType"'),
        ("arguments-changed", f"{{ {LEDGER}(recordDate: {{}}) {{ strategy }} }}", 'argument "recordDate"'),
        ("no-search", '{ orderViewConnection(search: "x") { strategy } }', 'Unknown argument "search"'),
    ],
)
def test_schemas_drift(asker: Asker, demo: Business, name: str, query: str, words: str) -> None:
    """What worked is an error with the switch, and works without it."""
    assert words in message(asker(demo, misbehaviour=[name]), query)
    assert "errors" not in asker(demo).graphql(query)


def test_changed_arguments_work_under_their_new_names(asker: Asker, demo: Business) -> None:
    """They filter as before."""
    ask = asker(demo, misbehaviour=["arguments-changed"])

    assert {"Build"} >= {
        row["transactionType"] for row in ask.nodes(LEDGER, 'type: "Build", date: {}', "transactionType")
    }


def test_raw_numbers_are_numbers(asker: Asker, demo: Business) -> None:
    """The formatter none gives JSON numbers; what is shown stays text."""
    fields = 'averageCost(formatter: "none") shown: averageCost'
    node = asker(demo, misbehaviour=["raw-numbers"]).nodes("productViewConnection", 'productId: "00123"', fields)[0]

    assert float(demo.average_now("00123") or 0) == node["averageCost"]
    assert isinstance(node["shown"], str)


def test_small_pages_hold_fifty_rows(asker: Asker, demo: Business) -> None:
    """Whatever is asked for."""
    assert 50 == len(asker(demo, misbehaviour=["small-pages"]).nodes(LEDGER, "first: 500", "recordDate"))


def test_late_costs_can_be_repaired(ask: Ask, demo: Business) -> None:
    """Switched on between two looks, old shipments cost the average of today, where there is one."""
    fields = f"cost: {COST} product {{ productId }}"
    arguments = 'transactionType: "Sale shipment"'

    def costs() -> dict[str, str | None]:
        return {node["product"]["productId"]: node["cost"] for node in ask.nodes(LEDGER, arguments, fields)}

    before = costs()
    ask.control(set=["late-costs-repaired"])
    after = costs()

    changed = {name for name, cost in after.items() if cost != before[name]}
    assert {RECEIVED_LATE, "LATE-SCALE"} == changed
    assert expected_proposal(demo, RECEIVED_LATE) == Decimal(after[RECEIVED_LATE] or 0)
    assert "0.0000" == after[NEVER_RECEIVED]


def test_orders_can_vanish(ask: Ask, demo: Business) -> None:
    """Every tenth order is gone from Finale, and its movements with it."""
    gone = demo.orders[0].order_id
    ask.control(set=["orders-vanished"])

    assert 404 == ask.get(f"api/order/{gone}").status_code
    assert 200 == ask.get(f"api/order/{demo.orders[1].order_id}").status_code


def test_a_fault_begins_and_ends_when_told(ask: Ask) -> None:
    """Two good answers, three bad ones, then good ones again."""
    ask.control(set={"503": {"after": 2, "times": 3}})

    assert [200, 200, 503, 503, 503, 200] == [ask.post(ALIVE).status_code for _ in range(6)]


def test_a_fault_can_be_meant_for_one_kind_of_request(ask: Ask) -> None:
    """Only reports go wrong, the rest is answered."""
    ask.control(set={"empty-body": {"on": ["report"]}})
    report = ask.client.get(report_url("http://sandbox", DEMO_ACCOUNT, "product", PRODUCT_COLUMNS, stream=False))

    assert "" == report.text
    assert "errors" not in ask.graphql(ALIVE)


def test_switches_can_be_cleared_and_reset(ask: Ask) -> None:
    """One by one, or all together with the counts."""
    ask.control(set=["401", "500-html"])
    ask.control(clear=["401"])
    assert 500 == ask.post(ALIVE).status_code

    ask.client.post("/_control/reset")
    assert 200 == ask.post(ALIVE).status_code
    assert 1 == ask.client.get("/_control/requests").json()["total"]


def test_an_unknown_switch_is_refused_by_name(ask: Ask) -> None:
    """The answer lists what there is, and nothing is switched."""
    response = ask.control(set=["401", "teapot"])

    assert 400 == response.status_code
    assert "teapot" in response.json()["error"]
    assert 200 == ask.post(ALIVE).status_code
    with pytest.raises(UnknownMisbehaviourError):
        Misbehaviour(["teapot"])


def test_switches_are_read_from_a_command_line() -> None:
    """A name alone, or with settings behind a colon; `on` may be repeated."""
    read = read_switches(["401", "429:after=3,times=2,seconds=0.5,on=graphql,on=report"])

    assert {"401": Fault(), "429": Fault(3, 2, ("graphql", "report"), 0.5)} == read


@pytest.mark.parametrize("text", ["429:after", "429:after=soon", "429:on=mars", "429:before=1", "429:after=1;times=2"])
def test_unreadable_settings_are_refused_with_an_example(text: str) -> None:
    """The message shows what was written and how to write it."""
    with pytest.raises(UnreadableFaultError, match="for example") as caught:
        read_switches([text])

    assert text in str(caught.value)


def test_every_switch_has_a_sentence_for_the_help_text() -> None:
    """Each is one sentence, and those that spoil answers are among them."""
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in MISBEHAVIOURS.values())
    assert set(ON_ANSWER) <= set(MISBEHAVIOURS)


def test_requests_are_counted_by_kind(ask: Ask) -> None:
    """GraphQL, single records, collections and reports, each for itself; the control endpoint is not counted."""
    ask.post(ALIVE)
    ask.post(ALIVE)
    ask.get("api/product/")
    ask.get("api/product/100001")
    ask.client.get(report_url("http://sandbox", DEMO_ACCOUNT, "product", PRODUCT_COLUMNS, stream=False))
    counts = ask.client.get("/_control/requests").json()

    assert (2, 1, 1, 1, 5) == tuple(counts[kind] for kind in ("graphql", "get", "collection", "report", "total"))
    assert {"200": 5} == counts["statuses"]


@pytest.mark.parametrize(
    ("account", "auth"),
    [
        (DEMO_ACCOUNT, None),
        (DEMO_ACCOUNT, (KEY, "wrong")),
        (DEMO_ACCOUNT, ("wrong", SECRET)),
        (DEMO_ACCOUNT, (KEY, "")),
        ("elsewhere", (KEY, SECRET)),
    ],
)
def test_a_wrong_key_or_account_is_refused(
    asker: Asker, demo: Business, account: str, auth: tuple[str, str] | None
) -> None:
    """401 for every request without the right key of that account."""
    client = asker(demo).client
    client.auth = auth or httpx.Auth()

    assert 401 == client.post(f"/{account}/api/graphql", json={"query": ALIVE}).status_code
    assert 401 == client.get(f"/{account}/api/product/").status_code
    assert 401 == client.get(f"/{account}/doc/report/pivotTable/1/Report.json").status_code


def test_two_accounts_hold_two_businesses(asker: Asker, demo: Business, hard: Business) -> None:
    """Each account opens with its own key and shows its own products."""
    ask = asker(demo, others=[Account(hard, "riverside", "other-key", "other-secret")])
    response = ask.client.get("/riverside/api/product/", auth=("other-key", "other-secret"))

    assert "BREAKFAST" in response.json()["productId"]
    assert 401 == ask.client.get("/riverside/api/product/").status_code
    assert "BREAKFAST" not in ask.get("api/product/").json()["productId"]


def test_limits_are_counted_and_shown(asker: Asker, demo: Business) -> None:
    """The headers count down to nothing, then comes 429 until the minute is over."""
    moment = [600.0]
    ask = asker(demo, limits=Limits(posts_per_minute=2), now=lambda: moment[0])
    answers = [ask.post(ALIVE) for _ in range(3)]

    assert [200, 200, 429] == [answer.status_code for answer in answers]
    assert [("2", "1", "660"), ("2", "0", "660"), ("2", "0", "660")] == [
        tuple(answer.headers[f"X-RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")) for answer in answers
    ]
    moment[0] = 660.0
    assert 200 == ask.post(ALIVE).status_code


@pytest.mark.long
def test_collections_and_reports_have_an_hourly_limit(asker: Asker, demo: Business) -> None:
    """It is apart from the limit of GETs, and single records are not charged to it."""
    ask = asker(demo, limits=Limits(collections_per_hour=1), now=lambda: 0.0)

    assert 200 == ask.get("api/facility/").status_code
    assert 200 == ask.get("api/product/100001").status_code
    refused = ask.get("api/facility/")
    assert (429, "3600") == (refused.status_code, refused.headers["X-RateLimit-Reset"])
