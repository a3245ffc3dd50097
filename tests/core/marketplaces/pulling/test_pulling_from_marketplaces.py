"""Pulling from Amazon and Walmart, over HTTP, whatever goes wrong: the whole of a settlement, or an error in words."""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import CogsheetError, RateLimitedError, ServiceError
from core.http.credentials import Secret
from core.marketplaces import read_file
from core.marketplaces.pulling.connector import Link
from core.model import Marketplace
from sandbox.misbehaviour import ON_ANSWER, Fault
from sandbox.server import serve
from tests.core.marketplaces.pulled_store import ADDRESS, PULLED, PulledStore, by_hand, demo, kind_of, small
from tests.examples import examples

if TYPE_CHECKING:
    from core.marketplaces.pulling.connector import Document

of_each = pytest.mark.parametrize("marketplace", PULLED)
PASSING = ("429", "429-retry-after", "500-html", "503", "dropped-connection", "slow")


def as_far_as_it_comes(store: PulledStore) -> tuple[list[bytes], ServiceError | None]:
    """Pull everything, and return what came and the error that ended it, if one did."""
    found: list[bytes] = []
    try:
        for document in store.connector.documents(()):
            found.append(store.connector.fetch(document))  # noqa: PERF401  # what came before the error is wanted
    except ServiceError as error:
        return found, error
    return found, None


@of_each
def test_what_is_pulled_is_what_is_downloaded_by_hand(marketplace: Marketplace) -> None:
    """Byte for byte the same files, unpacked: the same transactions, the oldest settlement first."""
    assert by_hand(marketplace, demo()) == PulledStore(marketplace, business=demo()).pull()


@of_each
def test_pulled_settlements_read_like_files(marketplace: Marketplace) -> None:
    """Every one ties out and belongs to the marketplace."""
    readings = [read_file(content) for content in PulledStore(marketplace, business=demo()).pull()]

    assert {marketplace} == {reading.marketplace for reading in readings}
    assert all(settlement.ties_out for reading in readings for settlement in reading.settlements)


@pytest.mark.few(1)
@of_each
def test_a_store_is_pulled_over_a_real_socket(marketplace: Marketplace) -> None:
    """With the address and the keys that the sandbox gives, as the demo does it."""
    kind = kind_of(marketplace)
    with serve(small()) as address:
        store = next(store for store in address.stores if store.url.endswith(f"/{marketplace.value.casefold()}"))
        assert set(kind.settings) == set(store.settings)
        assert set(kind.secrets) == set(store.secrets)
        connector = kind.connect(store.settings, lambda name: Secret(store.secrets[name]), Link(store.url))
        found = [connector.fetch(document) for document in connector.documents(())]

    assert by_hand(marketplace) == found


@pytest.mark.few(8)
@of_each
@pytest.mark.parametrize("misbehaviour", ON_ANSWER)
@pytest.mark.parametrize("after", [0, 1, 3])
def test_nothing_that_goes_wrong_for_good_is_taken_for_a_settlement(
    marketplace: Marketplace, misbehaviour: str, after: int
) -> None:
    """What came before the error is whole, the error names the marketplace, and nothing is silently missing."""
    store = PulledStore(marketplace, faults={misbehaviour: Fault(after=after)})
    found, error = as_far_as_it_comes(store)

    assert by_hand(marketplace)[: len(found)] == found
    if error is None:
        assert len(by_hand(marketplace)) == len(found)
        assert misbehaviour == "slow" or after >= len(store.asked())
    else:
        assert (marketplace.value, True) == (error.service, str(error).startswith(marketplace.value))


@pytest.mark.few(6)
@of_each
@pytest.mark.parametrize("misbehaviour", PASSING)
@pytest.mark.parametrize("after", [0, 2])
def test_a_service_that_fails_for_a_while_is_not_noticed(
    marketplace: Marketplace, misbehaviour: str, after: int
) -> None:
    """Two failures in a row are waited out, at the login and in the middle."""
    store = PulledStore(marketplace, faults={misbehaviour: Fault(after=after, times=2)})

    assert by_hand(marketplace) == store.pull()
    assert store.time.slept


@pytest.mark.few(1)
@of_each
@pytest.mark.parametrize("misbehaviour", ["truncated-json", "empty-body", "error-inside-200", "html-200"])
def test_a_file_that_breaks_off_once_is_fetched_again(marketplace: Marketplace, misbehaviour: str) -> None:
    """A document that is cut off or something else, packed or not, is never the settlement."""
    for after in range(len(by_hand(marketplace))):
        store = PulledStore(marketplace, faults={misbehaviour: Fault(after=after, times=1, on=("document",))})
        found, error = as_far_as_it_comes(store)

        assert by_hand(marketplace)[: len(found)] == found
        assert len(found) == len(by_hand(marketplace)) or "None of it was used" in str(error)


@pytest.mark.few(1)
@of_each
@pytest.mark.parametrize("after", range(4))
def test_a_token_that_ends_in_the_middle_is_renewed(marketplace: Marketplace, after: int) -> None:
    """The pull goes on with a new one, and nothing comes twice."""
    store = PulledStore(marketplace, faults={"token-expires": Fault(after=after, times=1)})

    assert by_hand(marketplace) == store.pull()


@of_each
def test_a_token_is_renewed_before_it_ends(marketplace: Marketplace) -> None:
    """One login serves a pull; when its time is over another is made without a refusal."""
    store = PulledStore(marketplace)
    documents = list(store.connector.documents(()))
    store.connector.fetch(documents[0])
    store.time.at += timedelta(hours=1, seconds=-30)
    store.connector.fetch(documents[1])

    logins = [line for line in store.asked() if "/token" in line]
    assert 2 == len(logins)
    assert all(line.endswith(" 200") for line in store.asked())


@of_each
def test_a_login_that_is_refused_for_good_is_asked_once_more_and_told(marketplace: Marketplace) -> None:
    """The message says where the new key is found; the marketplace is not hammered."""
    store = PulledStore(marketplace, "authorisation-withdrawn")
    words = {Marketplace.AMAZON: "refresh token", Marketplace.WALMART: "open API Keys"}[marketplace]

    with pytest.raises(ServiceError, match=words):
        list(store.connector.documents(()))

    assert 1 == len(store.asked())


@of_each
def test_a_withdrawn_authorisation_is_met_in_the_middle(marketplace: Marketplace) -> None:
    """The settlement before it is whole; the next one ends in words about the key."""
    store = PulledStore(marketplace)
    documents = list(store.connector.documents(()))
    first = store.connector.fetch(documents[0])
    store.switch(set=["authorisation-withdrawn", "token-expires"])

    with pytest.raises(ServiceError, match="press Connect"):
        store.connector.fetch(documents[1])
    assert by_hand(marketplace)[0] == first


@of_each
def test_what_is_known_is_not_fetched_again(marketplace: Marketplace) -> None:
    """A later pull asks for the list and nothing else."""
    store = PulledStore(marketplace)
    known = [document.id for document in store.connector.documents(())]

    assert [] == list(store.connect().documents(known))
    assert len(known) == len(set(known)) == len(by_hand(marketplace))


@of_each
def test_a_report_in_the_making_comes_with_a_later_pull(marketplace: Marketplace) -> None:
    """It is not offered as long as it is not done, and is then the only new one."""
    store = PulledStore(marketplace, "report-in-progress")
    known = [document.id for document in store.connector.documents(())]
    store.switch(clear=["report-in-progress"])
    connector = store.connect()
    later = list(connector.documents(known))

    assert len(by_hand(marketplace)) - 1 == len(known)
    assert [by_hand(marketplace)[-1]] == [connector.fetch(document) for document in later]


@of_each
def test_a_marketplaces_own_limits_are_kept(marketplace: Marketplace) -> None:
    """Eighteen documents are spaced out so that none is refused; the waits are made, not shown as errors."""
    store = PulledStore(marketplace, "marketplace-limits")
    documents = list(store.connector.documents(()))
    for number in range(18):
        store.connector.fetch(documents[number % len(documents)])

    assert [] == [line for line in store.asked() if line.endswith(" 429")]
    assert store.time.slept


@of_each
def test_limits_that_another_pull_has_used_up_are_waited_for(marketplace: Marketplace) -> None:
    """A second connector knows nothing of the first one's requests and is refused: it waits, or says for how long."""
    store = PulledStore(marketplace, "marketplace-limits")
    for _ in range(5):
        store.connector = store.connect()
        found, error = as_far_as_it_comes(store)

        assert by_hand(marketplace)[: len(found)] == found
        assert len(found) == len(by_hand(marketplace)) or isinstance(error, RateLimitedError)


@of_each
@example(stops=[1, 0, 2], misbehaviour="dropped-connection")
@settings(max_examples=examples(6))
@given(
    stops=st.lists(st.integers(0, 9), max_size=4),
    misbehaviour=st.sampled_from(["500-html", "truncated-json", "401", "dropped-connection", "429"]),
)
def test_an_interrupted_pull_loses_and_repeats_nothing(
    marketplace: Marketplace, stops: list[int], misbehaviour: str
) -> None:
    """Stopped after any number of answers, any number of times: what is still missing comes, and that alone."""
    store = PulledStore(marketplace)
    pulled: dict[str, bytes] = {}

    def go_on() -> None:
        connector = store.connect()
        for document in connector.documents(tuple(pulled)):
            assert document.id not in pulled
            pulled[document.id] = connector.fetch(document)

    for answers in stops:
        store.switch(set={misbehaviour: {"after": answers}})
        try:
            go_on()
        except ServiceError:
            continue
        finally:
            store.switch(clear=[misbehaviour])
    go_on()

    assert by_hand(marketplace) == list(pulled.values())


@of_each
def test_a_document_is_fetched_by_a_connector_that_did_not_list_it(marketplace: Marketplace) -> None:
    """A pull that goes on in another process knows the ids alone."""
    store = PulledStore(marketplace)
    documents: list[Document] = list(store.connector.documents(()))

    assert by_hand(marketplace) == [store.connect().fetch(document) for document in documents]


@pytest.mark.few(6)
@of_each
@pytest.mark.parametrize("misbehaviour", ["", *ON_ANSWER, "authorisation-withdrawn", "address-expired"])
def test_no_secret_leaves_the_connector(
    marketplace: Marketplace, misbehaviour: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Keys, tokens and signatures are in no log line of the lowest level, no error and no representation."""
    caplog.set_level(logging.DEBUG)
    faults = {misbehaviour: Fault(after=2)} if misbehaviour else {}
    store = PulledStore(marketplace, faults=faults)
    shown = [repr(store.connector)]
    try:
        shown += [repr(document) for document in store.connector.documents(())]
        store.pull()
    except CogsheetError as error:
        shown += [repr(error), str(error), *traceback.format_exception(error)]

    text = " ".join(shown) + caplog.text + " ".join(str(vars(record)) for record in caplog.records)
    marked = [*store.access.secrets.values(), "Atza|sandbox-access", "eyJraWQiOiJzYW5kYm94", "X-Amz-Signature="]
    ours = [line for line in marked if line in text]
    assert [] == ours


@of_each
def test_a_key_goes_to_its_own_marketplace_alone(marketplace: Marketplace) -> None:
    """Only the login gets the secrets, only the API the token."""
    store = PulledStore(marketplace)
    store.pull()

    for request in store.wire.requests:
        login = request.url.path.endswith("/token")
        sent = " ".join(f"{value}" for value in request.headers.values()) + request.content.decode()
        assert login or not any(secret in sent for secret in store.secrets.values())
        assert str(request.url).startswith(ADDRESS)
