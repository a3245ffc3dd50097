"""Services that fail: said in words, what came stays, and the next attempt ends with the books of a quiet day."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from functools import cache, partial
from random import Random
from typing import TYPE_CHECKING, Any

import httpx

from core.books.database import Database
from core.books.importing.importing import import_file
from core.books.importing.pulling import ConnectedStore, pull_stores
from core.books.loading import load_books
from core.books.settlements.booked_settlement import OriginalFile
from core.books.syncing.syncing import sync_costs
from core.errors import CogsheetError
from core.finale.inventory import connect_finale
from core.frame_columns import records
from core.http.credentials import Secret
from core.log import REDACTION
from core.marketplaces import read_file
from core.marketplaces.pulling.connector import Link
from core.marketplaces.pulling.connectors import CONNECTORS
from core.model import Marketplace
from core.progress import silent
from sandbox.business.hard import hard_business
from sandbox.server import DEMO_ACCOUNT, KEY, SECRET, STORES, create_app
from sandbox.settlement_files.amazon_v2 import settlement_files
from tests.core.finale.finale_account import StillTime
from tests.core.marketplaces.pulled_store import NOON, small
from tests.core.marketplaces.pulled_stores import SECRETS, SETTINGS
from tests.new_books import new_books
from tests.reliability.rows import Place, Row
from tests.reliability.stored_rows import Rows, difference, stored_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from core.errors import InventoryError, ServiceError
    from core.finale.inventory import FinaleInventory
    from sandbox.marketplaces.access import StoreAccess

ADDRESS = "http://127.0.0.1:1"
WAITS = ("", "0", "3600", "-5", "nan", "1e999", "soon", "Wed, 99 Nov 2026", "9" * 40)
Answer = httpx.Response


def times_out(_answer: Answer, _before: Answer | None, dice: Random) -> Answer:
    raise dice.choice((httpx.ReadTimeout, httpx.ConnectTimeout, httpx.WriteTimeout, httpx.PoolTimeout))("slow")


def breaks(_answer: Answer, _before: Answer | None, dice: Random) -> Answer:
    raise dice.choice((httpx.ReadError, httpx.ConnectError, httpx.RemoteProtocolError, httpx.WriteError))("gone")


def fails(_answer: Answer, _before: Answer | None, dice: Random) -> Answer:
    page = dice.choice((b"", b"<html>Bad gateway</html>", b'{"error": 1}', b'{"errors": [{"message": "x"}]}', b"[]"))
    return Answer(dice.choice((500, 501, 502, 503, 504, 599)), content=page)


def closes(_answer: Answer, _before: Answer | None, dice: Random) -> Answer:
    names = ("retry-after", "x-ratelimit-reset", "x-next-replenishment-time", "x-amzn-ratelimit-limit")
    return Answer(429, headers={dice.choice(names): dice.choice(WAITS)}, content=dice.choice((b"", b"{}", b"slower")))


def is_cut(answer: Answer, _before: Answer | None, dice: Random) -> Answer:
    return _with(answer, answer.content[: dice.randrange(len(answer.content) or 1)])


def is_garbage(answer: Answer, _before: Answer | None, dice: Random) -> Answer:
    pages = (b"", b"null", b"[]", b"{}", b"0", b'"x"', b"<html>Log in</html>", b"\xff\xfe\0", b"[" * 100_000, b"NaN")
    return _with(answer, dice.choice((*pages, dice.randbytes(200), b'{"data": null}', b'{"data": {"x": 1}}')))


def has_wrong_types(answer: Answer, _before: Answer | None, dice: Random) -> Answer:
    """Put something of another type in place of one value."""
    try:
        content = json.loads(answer.content)
    except ValueError:
        return is_garbage(answer, None, dice)
    return _with(answer, json.dumps(_retyped(content, dice)).encode())


def _retyped(content: Any, dice: Random) -> Any:
    if isinstance(content, dict | list) and content and dice.random() < 0.95:
        places: Any = list(content) if isinstance(content, dict) else range(len(content))
        at = dice.choice(places)
        content[at] = _retyped(content[at], dice)
        return content
    return dice.choice((None, True, [], {}, [[]], {"x": []}, "", "x", "\0", "\ud800", "9" * 50, -1, 1e308, [None]))


def says_what_was_asked(answer: Answer, _before: Answer | None, dice: Random) -> Answer:
    """Repeat the question with its headers, as servers do in their pages for developers."""
    asked = answer.request
    page = {"url": str(asked.url), "headers": dict(asked.headers), "body": asked.read().decode("utf-8", "replace")}
    text = dice.choice((str, json.dumps))(page)
    content = dice.choice((text, json.dumps({"errors": [{"message": text}]}), json.dumps({"error": text})))
    return Answer(dice.choice((200, 400, 401, 403, 422, 500)), content=content.encode())


def repeats(answer: Answer, before: Answer | None, _dice: Random) -> Answer:
    return answer if before is None else _with(before, before.content)


def _with(answer: Answer, content: bytes) -> Answer:
    kept = {name: value for name, value in answer.headers.items() if name not in ("content-length", "content-encoding")}
    return Answer(answer.status_code, headers=kept, content=content)


WRONG_TYPES = "values of a wrong type"
FAULTS: dict[str, Callable[[Answer, Answer | None, Random], Answer]] = {
    "answers that do not come in time": times_out,
    "connections that break": breaks,
    "answers of 500 and more": fails,
    "answers of 429, with any wait": closes,
    "answers that are cut off": is_cut,
    "answers that are something else": is_garbage,
    WRONG_TYPES: has_wrong_types,
    "pages that come again": repeats,
    "answers that say what was asked, with the key": says_what_was_asked,
}


@dataclass
class Faulty(httpx.BaseTransport):
    """Passes requests on, and spoils the answers to some of them, one after the other."""

    inner: httpx.BaseTransport
    dice: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - dice
    spoil: Callable[[Answer, Answer | None, Random], Answer] | None = None
    first: int = 1
    times: int = 0
    asked: int = 0
    keys: set[str] = field(default_factory=set)
    """What the questions were opened with."""
    before: dict[str, Answer] = field(default_factory=dict)
    """The last answer to each question, whichever of its pages it was."""

    def handle_request(self, request: httpx.Request) -> Answer:
        """Answer a request."""
        self.asked += 1
        answer = self.inner.handle_request(request)
        answer.read()
        answer.request = request
        self.keys |= {value.split()[-1] for name, value in request.headers.items() if name in _KEYS}
        asked = question(request)
        before = self.before.get(asked)
        self.before[asked] = answer
        if self.spoil and self.first <= self.asked < self.first + self.times:
            return self.spoil(answer, before, self.dice)
        return _with(answer, answer.content)


_KEYS = {"authorization", "x-amz-access-token", "x-shopify-access-token", "wm_sec.access_token"}
"""The headers that hold keys."""
_PAGES = {"after", "cursor", "first", "nexttoken", "nextcursor", "offset", "page", "pagetoken"}
"""What questions call the page that they want."""


def question(request: httpx.Request) -> str:
    """Return what is asked for, without the page of it."""
    try:
        asked = json.loads(request.read() or b"{}")
    except ValueError:
        asked = {}
    said = {**asked.get("variables", {}), **dict(request.url.params)} if isinstance(asked, dict) else {}
    kept = {name: value for name, value in said.items() if name.lower() not in _PAGES}
    return f"{request.url.path} {asked.get('query')} {sorted(map(str, kept.items()))}"


def spoiled(inner: httpx.BaseTransport, fault: str, dice: Random, requests: int) -> Faulty:
    """Return a network with a fault in one answer, some, or all that follow."""
    return Faulty(inner, dice, FAULTS[fault], dice.randint(1, requests), dice.choice((1, 1, 2, 5, 10_000)))


# --- Finale


def finale_by(wire: httpx.BaseTransport, time: StillTime) -> FinaleInventory:
    secrets = Secret(KEY), Secret(SECRET)
    return connect_finale(DEMO_ACCOUNT, *secrets, ADDRESS, transport=wire, clock=time.now, sleep=time.sleep)


def assert_no_secret(failure: object, secrets: Iterable[str]) -> None:
    """Hold that what is printed of a failure gives no key away."""
    told = REDACTION.redact(str(failure))
    assert not [one for one in secrets if one in told], f"a key is told: {told}"


def synced(database: Database, finale: FinaleInventory, time: StillTime) -> InventoryError | ServiceError | None:
    """Sync everything; return what stopped it."""
    books = load_books(database)
    result = sync_costs(database, finale, books, books.settlements, who="M. Lee", clock=time.now, progress=silent)
    return result.failure


def answers(database: Database) -> list[dict[str, object]]:
    """Return what each line costs, and why."""
    unsaid = {"cost_as_of", "proposal_as_of"}
    return [{k: v for k, v in row.items() if k not in unsaid} for row in records(load_books(database).lines)]


@cache
def quiet_finale(made: Path) -> tuple[Path, int, list[dict[str, object]]]:
    """Return books without costs, how many requests a sync makes, and what each line costs after it."""
    folder = made / "finale"
    folder.mkdir()
    with new_books(folder / "books.sqlite", "Faults", "USD", NOON) as database:
        for file in settlement_files(hard_business()):
            original = OriginalFile(file.name, file.content)
            import_file(database, read_file(file.content), original, store="Amazon US", who="M. Lee", now=NOON)
    shutil.copy(folder / "books.sqlite", folder / "synced.sqlite")
    time = StillTime()
    wire = Faulty(httpx.WSGITransport(app=_app(time)))
    with Database.open(folder / "synced.sqlite") as database:
        assert synced(database, finale_by(wire, time), time) is None
        return folder / "books.sqlite", wire.asked, answers(database)


def _app(time: StillTime) -> Any:
    return create_app(hard_business(), now=lambda: time.now().timestamp(), sleep=time.sleep)


def sync_through(fault: str, dice: Random, place: Place) -> None:
    """Sync while it fails, and again once it does not: no line costs another thing than on a quiet day."""
    books, requests, wanted = quiet_finale(place.made)
    shutil.copy(books, place.folder / "books.sqlite")
    time = StillTime()
    wire = spoiled(httpx.WSGITransport(app=_app(time)), fault, dice, requests)
    with Database.open(place.folder / "books.sqlite") as database:
        try:
            failure = synced(database, finale_by(wire, time), time)
        except CogsheetError as error:
            failure = error  # type: ignore[assignment]
        assert_no_secret(failure, {KEY, SECRET, *wire.keys})
        wire.spoil = None
        load_books(database)
        again = synced(database, finale_by(wire, time), time)
        assert again is None, f"{failure} / {again}"
        differing = [(one, other) for one, other in zip(wanted, answers(database), strict=True) if one != other]
        assert not differing, f"{failure}: {differing[0]}"


# --- marketplaces

PULLED = {"amazon": Marketplace.AMAZON, "walmart": Marketplace.WALMART}
PULLED |= {"shopify": Marketplace.SHOPIFY, "ebay": Marketplace.EBAY}
_NUMBERED = frozenset({"id", "batch", "settlement", "document_id", "ended_batch"})


@dataclass
class Store:
    """A store in the sandbox, and the network to it."""

    name: str
    time: StillTime = field(default_factory=lambda: StillTime(NOON))
    wire: Faulty = field(init=False)

    def __post_init__(self) -> None:
        app = create_app(small(), now=lambda: self.time.now().timestamp(), sleep=self.time.sleep)
        self.wire = Faulty(httpx.WSGITransport(app=app))

    @property
    def access(self) -> StoreAccess:
        """What opens it."""
        return next(one for one in (store(ADDRESS) for store in STORES) if one.url == f"{ADDRESS}/{self.name}")

    @property
    def secrets(self) -> Mapping[str, str]:
        """Its keys, which nobody may be told."""
        return SECRETS.get(self.name, self.access.secrets)

    def pull(self, database: Database) -> CogsheetError | None:
        """Pull it as the button does; return what stopped it."""
        kind = next(kind for kind in CONNECTORS if kind.marketplace is PULLED[self.name])
        settings, secrets = SETTINGS.get(self.name, self.access.settings), self.secrets
        link = Link(self.access.url, self.wire, self.time.now, self.time.sleep)
        connector = kind.connect(settings, lambda name: Secret(secrets[name]), link)
        stores = [ConnectedStore(self.name, connector)]
        (pulled,) = pull_stores(database, stores, who="M. Lee", clock=self.time.now, progress=silent)
        return pulled.failure


@cache
def quiet_store(name: str, made: Path) -> tuple[int, Rows]:
    """Return how many requests a pull makes, and what the books hold after it."""
    store = Store(name)
    with new_books(made / f"{name}.sqlite", "Faults", "USD", NOON) as database:
        assert store.pull(database) is None
        return store.wire.asked, _held(database)


def _held(database: Database) -> Rows:
    rows = stored_rows(database, _NUMBERED)
    return {name: rows[name] for name in ("settlement", "transaction", "goods_back", "order_units", "original_file")}


def pull_through(name: str, fault: str, dice: Random, place: Place) -> None:
    """Pull while it fails, and again once it does not: the books hold what they hold on a quiet day."""
    requests, wanted = quiet_store(name, place.made)
    store = Store(name)
    quiet = store.wire
    with new_books(place.folder / "books.sqlite", "Faults", "USD", NOON) as database:
        store.wire = spoiled(quiet.inner, fault, dice, requests)
        try:
            failure = store.pull(database)
        except CogsheetError as error:
            failure = error
        assert_no_secret(failure, {*store.secrets.values(), *store.wire.keys})
        load_books(database)
        store.wire, store.time.at = quiet, NOON
        again = store.pull(database)
        assert again is None, f"{failure} / {again}"
        held = _held(database)
        if fault == WRONG_TYPES:  # another text of an order cannot be told from the right one; another amount can
            assert_money_is_right(database, wanted)
        else:
            assert wanted == held, f"{failure}: {difference(wanted, held)}"


def assert_money_is_right(database: Database, wanted: Rows) -> None:
    """Hold that no settlement is said to tie out with another sum than on a quiet day."""
    sums = {row[7] for row in wanted["settlement"]}
    for one in load_books(database).settlements:
        told = one.total is None or not one.ties_out
        assert told or str(int(one.sum * 1_000_000)) in sums, f"{one.name} ties out with {one.sum}"


ROWS = (
    *(Row("Network", f"Finale: {fault}", partial(sync_through, fault), 100, 1) for fault in FAULTS),
    *(
        Row("Network", f"{name.capitalize()}: {fault}", partial(pull_through, name, fault), 100, 1)
        for name in PULLED
        for fault in FAULTS
    ),
)
