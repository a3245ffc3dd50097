"""The sandbox as a WSGI application, and on a real loopback socket.

`create_app` can be asked in process; `serve` gives it an address of its own for as long as a `with` block lasts.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.ecb import ecb_pages
from sandbox.finale.pages import Account, fields_of_its_own, finale_pages
from sandbox.gatekeeper import Gatekeeper, Limits, Meter, RequestsSeen, drop_connections
from sandbox.marketplaces.amazon_api import amazon_access, amazon_pages
from sandbox.marketplaces.ebay_api import ebay_access, ebay_pages
from sandbox.marketplaces.shopify_api import shopify_access, shopify_pages
from sandbox.marketplaces.walmart_api import walmart_access, walmart_pages
from sandbox.misbehaviour import MISBEHAVIOURS, Fault, Misbehaviour, UnknownMisbehaviourError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from wsgiref.types import WSGIEnvironment

    from flask.typing import ResponseReturnValue

    from sandbox.business import Business
    from sandbox.marketplaces.access import StoreAccess

_log = logging.getLogger("sandbox")
DEMO_ACCOUNT = "demo"
KEY = "sandbox-key"
SECRET = "sandbox-secret"  # noqa: S105  # opens nothing but the sandbox
LOOPBACK = "127.0.0.1"
_POLL_SECONDS = 0.02
"""How soon the end of the block is noticed."""


@dataclass(frozen=True, slots=True)
class SandboxAddress:
    """Where a sandbox listens, and what opens it."""

    url: str
    """`http://127.0.0.1:PORT`, without a slash at the end."""
    account: str
    key: str
    secret: str = field(repr=False)
    stores: tuple[StoreAccess, ...] = ()
    """The stores on marketplaces, and what opens each."""


STORES = (amazon_access, walmart_access, shopify_access, ebay_access)
"""One line per marketplace: from the address of a sandbox to what opens its store."""


def create_app(  # noqa: PLR0913  # every one of them is a seam for a test
    business: Business,
    *,
    misbehaviour: Iterable[str] | Mapping[str, Fault] = (),
    account: str = DEMO_ACCOUNT,
    key: str = KEY,
    secret: str = SECRET,
    others: Iterable[Account] = (),
    limits: Limits | None = None,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Flask:
    """Return the sandbox as a WSGI application.

    Args:
        business: Whose books it serves.
        misbehaviour: Switches that are on from the start (`sandbox.misbehaviour.MISBEHAVIOURS`).
        account: Finale's account path.
        key: Of the API.
        secret: Of the API.
        others: Further accounts, each with its own books, key and fields.
        limits: Requests per minute and hour; Finale's own by default.
        now: Unix seconds.
        sleep: What `slow` waits with.
    """
    switches = Misbehaviour(misbehaviour)
    seen, meter = RequestsSeen(), Meter(limits or Limits(), now)
    app = Flask(__name__)
    app.config["PROPAGATE_EXCEPTIONS"] = True  # a fault of the sandbox itself must not look like one of its switches
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of the default provider
    accounts = (Account(business, account, key, secret, fields_of_its_own(account)), *others)
    gatekeeper = Gatekeeper(accounts, switches, meter, seen, sleep)
    gatekeeper.stand_before(app)
    app.register_blueprint(control_pages(switches, meter, seen))
    app.register_blueprint(ecb_pages(now))
    for one in accounts:
        app.register_blueprint(finale_pages(one, switches, now))
    app.register_blueprint(amazon_pages(business, switches, now))
    app.register_blueprint(walmart_pages(business, switches, now))
    app.register_blueprint(shopify_pages(business, switches, now))
    app.register_blueprint(ebay_pages(business, switches, now))
    app.wsgi_app = drop_connections(app.wsgi_app)  # type: ignore[assignment, method-assign]  # Flask's own way to wrap
    return app


class _QuietHandler(WSGIRequestHandler):
    """Logs requests to the logger `sandbox` instead of the terminal."""

    def make_environ(self) -> WSGIEnvironment:
        """Let headers through whose names have underscores, as all of Walmart's do; werkzeug drops them."""
        environ = super().make_environ()
        environ |= {f"HTTP_{name.upper()}": value for name, value in self.headers.items() if "_" in name}
        return environ

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # werkzeug's name
        _log.debug("%s %s", type, message % args)


@contextmanager
def serve(
    business: Business,
    *,
    port: int = 0,
    account: str = DEMO_ACCOUNT,
    key: str = KEY,
    secret: str = SECRET,
    **differences: object,
) -> Iterator[SandboxAddress]:
    """Serve the sandbox on a loopback socket until the block ends.

    Args:
        business: Whose books it serves.
        port: 0 takes a free one.
        account: Finale's account path.
        key: Of the API.
        secret: Of the API.
        differences: Whatever else `create_app` takes.

    Raises:
        OSError: If the port is taken.
    """
    app = create_app(business, account=account, key=key, secret=secret, **differences)  # type: ignore[arg-type]  # by name
    server = make_server(LOOPBACK, port, app, threaded=True, request_handler=_QuietHandler)
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name="sandbox", daemon=True)
    thread.start()
    try:
        url = f"http://{LOOPBACK}:{server.server_port}"
        yield SandboxAddress(url, account, key, secret, tuple(store(url) for store in STORES))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def control_pages(switches: Misbehaviour, meter: Meter, seen: RequestsSeen) -> Blueprint:
    """Return the pages under `/_control`."""
    pages = Blueprint("control", __name__, url_prefix="/_control")

    @pages.get("")
    def which() -> ResponseReturnValue:
        return jsonify(on=list(switches), known=MISBEHAVIOURS)

    @pages.post("")
    def switch() -> ResponseReturnValue:
        """Take `{"set": {"429": {"after": 3, "times": 2}}, "clear": ["slow"]}`; `set` may be a list of names too."""
        wanted = request.get_json()
        try:
            faults = {name: _fault(settings) for name, settings in _named(wanted.get("set", {})).items()}
            Misbehaviour(faults)  # refuses unknown names before anything is switched
            switches.clear(wanted.get("clear", ()))
            for name, fault in faults.items():
                switches.set(name, fault)
        except (UnknownMisbehaviourError, TypeError) as error:
            return jsonify(error=str(error)), 400
        return which()

    @pages.get("/requests")
    def requests_seen() -> ResponseReturnValue:
        return jsonify(seen.as_json())

    @pages.post("/reset")
    def reset() -> ResponseReturnValue:
        switches.clear()
        meter.forget()
        seen.forget()
        return which()

    return pages


def _named(wanted: dict[str, Any] | list[str]) -> dict[str, Any]:
    return wanted if isinstance(wanted, dict) else {name: {} for name in wanted}


def _fault(settings: dict[str, Any] | None) -> Fault:
    given = dict(settings or {})
    if "on" in given:
        given["on"] = tuple(given["on"])
    return Fault(**given)
