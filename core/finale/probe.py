"""The schema probe: one request that asks an account which names its schema has (docs/facts/finale-api.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from core.finale.schema import ROLES, TYPES, Schema, assumed, connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_KIND = "type{name kind ofType{name kind}}"
PROBE = (
    "{ "
    + " ".join(f'{name}: __type(name:"{name}"){{fields{{name {_KIND}}}}}' for name in TYPES)
    + " q: __schema{queryType{fields{name args{name}}}} }"
)
"""The query; its answer goes to `read_probe`."""

_MUST_BE_OBJECTS = {"product", "shipment", "order", "itemList"}


def read_probe(answer: Mapping[str, Any], now: datetime, chosen: Mapping[str, str]) -> Schema:
    """Return the schema that an answer to `PROBE` tells; what it leaves open is assumed.

    Args:
        answer: The `data` of the answer.
        now: When it came.
        chosen: The user's own names by role.
    """
    guess = assumed(now, chosen)
    connections = _connections(answer)
    if not connections:
        return guess
    fields = {name: _fields(name, answer.get(name), guess, chosen) for name in TYPES}
    arguments = {name: connections[connection(name)] for name in TYPES if connection(name) in connections}
    return Schema(now, introspected=True, fields=fields, arguments=arguments, chosen=chosen)


def _connections(answer: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    query_type = (answer.get("q") or {}).get("queryType") or {}
    return {
        field["name"]: tuple(argument["name"] for argument in field.get("args") or ())
        for field in query_type.get("fields") or ()
    }


def _fields(name: str, told: Mapping[str, Any] | None, guess: Schema, chosen: Mapping[str, str]) -> tuple[str, ...]:
    if not told or not told.get("fields"):
        return guess.fields[name]
    wanted = set(guess.fields[name]) | set(chosen.values())
    patterns = [pattern for kind, _, pattern in ROLES.values() if kind == name]
    return tuple(
        field["name"]
        for field in told["fields"]
        if (field["name"] in wanted or _matches(patterns, field["name"])) and _has_the_right_kind(field)
    )


def _matches(patterns: Iterable[str], name: str) -> bool:
    return any(re.search(pattern, name, re.IGNORECASE) for pattern in patterns)


def _has_the_right_kind(field: Mapping[str, Any]) -> bool:
    kind = field.get("type") or {}
    kinds = {kind.get("kind"), (kind.get("ofType") or {}).get("kind")} - {None}
    return field["name"] not in _MUST_BE_OBJECTS or not kinds or "OBJECT" in kinds
