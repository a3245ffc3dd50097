"""The connectors of Shopify and eBay against the sandbox over HTTP: misbehaviours, paging, interruptions, secrets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from core.errors import RateLimitedError, ServiceError
from core.http.credentials import Secret
from core.marketplaces.ebay.connector import EBAY_CONNECTOR, SCOPES
from core.marketplaces.pulling.connector import Link
from core.marketplaces.pulling.connectors import CONNECTORS
from core.marketplaces.pulling.pulled_files import PullStartError, pull_start
from core.marketplaces.pulling.tokens import PermissionEndedError
from core.marketplaces.shopify.admin_api import ShopNameError
from core.marketplaces.shopify.connector import connect
from sandbox.marketplaces.shopify_api import ACCESS_TOKEN
from sandbox.misbehaviour import ON_ANSWER
from tests.core.marketplaces.pulled_stores import SECRETS, TODAY, Pulled, Service, service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _pytest.mark import ParameterSet

STORES = ("shopify", "ebay")
PASSING = (
    "401",
    "429",
    "429-retry-after",
    "500-html",
    "503",
    "slow",
    "dropped-connection",
    "shopify-throttled",
    "token-expires",
    "small-pages",
)
"""What one waits out, or asks again about, when it happens once."""
MIDDLE = {"shopify": 14, "ebay": 6}
"""Requests after which one payout has come and another is under way."""
STOPPING = tuple(name for name in ON_ANSWER if name not in PASSING)
"""What cannot be used, and must not be taken for an answer."""


def everyday(names: Iterable[str], *few: str) -> list[ParameterSet]:
    """Return switches as parameters, all but a few of them for the long run only."""
    return [pytest.param(name, marks=() if name in few else pytest.mark.long) for name in names]


@pytest.fixture(scope="module")
def started() -> Iterator[Service]:
    """Serve one sandbox for all tests of this module."""
    with service() as running:
        yield running


@pytest.fixture
def sandbox(started: Service) -> Service:
    """Return the sandbox as new."""
    started.reset()
    return started


@pytest.fixture(scope="module")
def undisturbed(started: Service) -> dict[str, Pulled]:
    """Return what a pull without any trouble brings, by store."""
    started.reset()
    found = {store: Pulled() for store in STORES}
    for store, pulled in found.items():
        pulled.pull(started.connector(store))
    return found


def test_each_store_brings_its_paid_payouts_the_oldest_first(undisturbed: dict[str, Pulled]) -> None:
    """What is scheduled or under way waits; Shopify's months come after its payouts, the running one unfinished."""
    assert [
        "140769394954",
        "140769411338",
        "140769427722",
        "not in payouts 2026-08",
        "not in payouts 2026-09 so far",
    ] == undisturbed["shopify"].fetched
    assert ["7593167856", "7593190412"] == undisturbed["ebay"].fetched


@pytest.mark.parametrize("store", STORES)
def test_a_second_pull_brings_nothing_but_what_may_change(
    sandbox: Service, undisturbed: dict[str, Pulled], store: str
) -> None:
    """What is known and final is not fetched again."""
    again = Pulled(final=set(undisturbed[store].final))
    again.pull(sandbox.connector(store))

    assert {"shopify": ["not in payouts 2026-09 so far"], "ebay": []}[store] == again.fetched


@pytest.mark.few(1)
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("name", PASSING)
def test_what_passes_changes_nothing(sandbox: Service, undisturbed: dict[str, Pulled], store: str, name: str) -> None:
    """A pause, a lost connection, an expired token or small pages in the middle: the same bytes come."""
    sandbox.switch(set={name: {"after": 4, "times": 1} if name != "small-pages" else {}})
    pulled = Pulled()
    pulled.pull(sandbox.connector(store))

    assert undisturbed[store].contents == pulled.contents


@pytest.mark.long
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("name", everyday(STOPPING, "empty-body", "error-inside-200"))
def test_what_cannot_be_used_stops_the_pull_and_loses_nothing(
    sandbox: Service, undisturbed: dict[str, Pulled], store: str, name: str
) -> None:
    """What came before is kept and not fetched again, the rest comes with the next pull."""
    pulled = Pulled()
    for after in (0, 3, MIDDLE[store]):
        sandbox.switch(set={name: {"after": after, "times": 1}})
        with pytest.raises(ServiceError) as caught:
            pulled.pull(sandbox.connector(store))
        assert str(caught.value).startswith({"shopify": "Shopify", "ebay": "eBay"}[store])
    assert pulled.contents
    pulled.pull(sandbox.connector(store))

    assert undisturbed[store].contents == pulled.contents
    assert len(set(pulled.fetched)) == len(pulled.fetched)


@pytest.mark.few(1)
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("name", everyday(("401", "429", "503", "dropped-connection"), "401", "503"))
def test_what_does_not_pass_is_said_and_loses_nothing(
    sandbox: Service, undisturbed: dict[str, Pulled], store: str, name: str
) -> None:
    """A service that stays away stops the pull with an error that says what is kept."""
    pulled = Pulled()
    sandbox.switch(set={name: {"after": 7}})
    with pytest.raises(ServiceError):
        pulled.pull(sandbox.connector(store))
    sandbox.switch(clear=[name])
    pulled.pull(sandbox.connector(store))

    assert undisturbed[store].contents == pulled.contents
    assert len(set(pulled.fetched)) == len(pulled.fetched)


@pytest.mark.long
@pytest.mark.parametrize("store", STORES)
def test_a_token_that_expires_in_the_middle_is_renewed_once(sandbox: Service, store: str) -> None:
    """One refusal, one new token, and the pull goes on."""
    sandbox.switch(set={"token-expires": {"after": 2, "times": 1}})
    Pulled().pull(sandbox.connector(store))
    asked = [line.split()[1] for line in sandbox.seen()["log"]]

    assert 1 == sandbox.seen()["statuses"]["401"]
    assert 2 == sum(path.endswith(("access_token", "oauth2/token")) for path in asked)


@pytest.mark.parametrize("store", STORES)
def test_a_token_is_renewed_before_its_time_is_up(sandbox: Service, store: str) -> None:
    """A connector that is kept for days never shows an old token."""
    connector = sandbox.connector(store)
    list(connector.documents(()))
    sandbox.time.sleep(86400)
    list(connector.documents(()))

    assert "401" not in sandbox.seen()["statuses"]


@pytest.mark.parametrize(
    ("store", "secret"), [("shopify", "secret"), ("ebay", "client secret"), ("ebay", "refresh token")]
)
def test_a_permission_that_was_taken_back_is_said(sandbox: Service, store: str, secret: str) -> None:
    """The bookkeeper reads what to do, and no secret."""
    with pytest.raises(PermissionEndedError, match="Press Connect") as caught:
        list(sandbox.connector(store, **{secret: "no-longer-good"}).documents(()))

    assert "no-longer-good" not in str(caught.value)


def test_an_older_apps_token_opens_the_shop_as_it_is(sandbox: Service, undisturbed: dict[str, Pulled]) -> None:
    """A token `shpat_...` is sent itself; no other is fetched."""
    pulled = Pulled()
    pulled.pull(sandbox.connector("shopify", secret=ACCESS_TOKEN))

    assert undisturbed["shopify"].contents == pulled.contents
    assert not any("access_token" in line for line in sandbox.seen()["log"])


@pytest.mark.long
def test_points_that_are_used_up_are_waited_for(sandbox: Service) -> None:
    """Shopify's refusal inside a 200 says how long to wait; asked too often it is an error that says so."""
    sandbox.switch(set={"shopify-throttled": {"times": 3}})
    Pulled().pull(sandbox.connector("shopify"))
    assert sum(sandbox.time.slept) >= 3

    sandbox.switch(set=["shopify-throttled"])
    with pytest.raises(RateLimitedError):
        list(sandbox.connector("shopify").documents(()))


@pytest.mark.few(1)
@pytest.mark.parametrize("store", STORES)
def test_no_secret_is_logged_or_said(sandbox: Service, store: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither keys nor tokens stand in a log record or an error, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    said = []
    for name in ("401", "500-html", "error-inside-200", "token-expires"):
        sandbox.switch(set={name: {"after": 3, "times": 9}})
        try:
            Pulled().pull(sandbox.connector(store))
        except ServiceError as error:
            said.append(f"{error} {error!r} {error.__cause__!r}")
        sandbox.reset()
    text = "\n".join([*said, *(record.getMessage() for record in caplog.records if record.name != "sandbox")])

    assert said
    assert not [secret for secret in (*SECRETS[store].values(), "sandbox-token") if secret in text]


def test_a_start_that_is_no_day_is_refused() -> None:
    """Written as 2026-01-31, or blank for the last 90 days."""
    assert "2026-06-12" == f"{pull_start({}, TODAY):%Y-%m-%d}"
    assert "2026-01-31" == f"{pull_start({'pull from': ' 2026-01-31 '}, TODAY):%Y-%m-%d}"
    with pytest.raises(PullStartError, match="31/01/2026"):
        pull_start({"pull from": "31/01/2026"}, TODAY)


def test_a_shop_that_cannot_be_made_out_is_refused() -> None:
    """Nothing is asked of anyone."""

    def never(_name: str) -> Secret:
        raise AssertionError

    with pytest.raises(ShopNameError, match="linden & ridge"):
        connect({"shop": "linden & ridge"}, never, Link())


def test_what_is_asked_for_a_store_is_explained() -> None:
    """Every setting and secret says where it is found."""
    asked = [text for kind in CONNECTORS for text in (*kind.settings.values(), *kind.secrets.values())]

    assert all(len(text) > 20 for text in asked)


def test_an_ebay_store_with_an_impossible_first_day_is_refused() -> None:
    """Before anything is asked of eBay; what its token must be allowed to do stands beside the question for it."""
    with pytest.raises(PullStartError, match="31/01/2026"):
        EBAY_CONNECTOR.connect({"client id": "app", "pull from": "31/01/2026"}, Secret, Link())
    assert all(scope in EBAY_CONNECTOR.secrets["refresh token"] for scope in SCOPES)
