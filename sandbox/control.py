"""The control endpoint for tests: sets misbehaviours, tells what has been asked. Needs no key; loopback only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from sandbox.misbehaviour import MISBEHAVIOURS, Fault, Misbehaviour, UnknownMisbehaviourError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from sandbox.limits import Meter
    from sandbox.requests_seen import RequestsSeen


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
