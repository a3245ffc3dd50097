"""What is known of an account's GraphQL schema: asked by one probe, and which of its names are used."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LEDGER = "stockHistory"
PRODUCT = "product"
ORDER = "order"
ORDER_ITEM = "orderItem"
SHIPMENT = "shipment"
LOOKUP = "productLookup"
TYPES = (LEDGER, PRODUCT, ORDER, ORDER_ITEM, SHIPMENT, LOOKUP)


def connection(type_name: str) -> str:
    """Return the name of a type's view connection."""
    return f"{type_name}ViewConnection"


ROLES: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "movement cost": (
        LEDGER,
        ("transactionCostPerUnit", "costPerUnit", "unitCost"),
        r"^transaction.*cost.*unit|^(?!.*(average|total|landed|last)).*(cost.*unit|unit.*cost)",
    ),
    "movement average": (LEDGER, ("averageCostPerUnit", "averageCost"), r"^(average|avg).*cost"),
    "stock after": (LEDGER, ("quantityBalance", "valuationBalance"), r"^(quantity|units|stock|valuation).*balance"),
    "product average": (PRODUCT, ("averageCost", "averageCostPerUnit"), r"^(average|avg).*cost"),
    "bill of materials": (PRODUCT, ("productBomList", "bomList"), r"bom|billofmaterials"),
    "lookup text": (
        LOOKUP,
        ("productLookupId", "lookupId", "scanKey", "productLookup", "lookup"),
        r"^(product)?lookup(id|text|value|key)?$|scankey",
    ),
    "lookup packing": (LOOKUP, ("packing", "normalizedPackingString", "stdPacking"), r"packing"),
}
"""What is looked for: the type it stands on, the names it may have in order of trust, and a pattern for others."""
_ASSUMED_FIELDS: Mapping[str, tuple[str, ...]] = {
    LEDGER: (
        "transactionType",
        "transactionUpdateType",
        "transactionDescription",
        "stockType",
        "quantity",
        "unitsIn",
        "unitsOut",
        "recordDate",
        "transactionCostPerUnit",
        "costPerUnit",
        "unitCost",
        "averageCostPerUnit",
        "averageCost",
        "valuationBalance",
        "product",
        "shipment",
        "order",
    ),
    PRODUCT: (
        "productId",
        "productUrl",
        "description",
        "status",
        "averageCost",
        "averageCostPerUnit",
        "productBomList",
    ),
    ORDER: (
        "orderId",
        "orderUrl",
        "status",
        "saleSource",
        "orderDate",
        "shipDate",
        "customerPo",
        "itemList",
        "shipmentList",
    ),
    ORDER_ITEM: ("product", "quantity"),
    SHIPMENT: ("shipmentId", "shipmentUrl", "status", "shipDate", "order"),
    LOOKUP: ("productLookupId", "product", "packing", "status"),
}
_ASSUMED_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    LEDGER: ("first", "after", "sort", "transactionType", "recordDate"),
    PRODUCT: ("first", "after", "sort", "productId", "search"),
    ORDER: ("first", "after", "sort", "type", "orderDate", "search"),
    LOOKUP: ("first", "after", "search"),
}
_JSON_VERSION = 1


@dataclass(frozen=True, slots=True)
class Schema:
    """What is known of one account's schema; a value that can be kept for a day (`to_json`)."""

    probed_at: datetime
    introspected: bool
    fields: Mapping[str, tuple[str, ...]]
    """Names of each type that may be asked for; an object that turns out a scalar is not among them."""
    arguments: Mapping[str, tuple[str, ...]]
    """Names of arguments of each type's connection; a connection that is absent is absent here."""
    formatter: bool = True
    """Whether raw values can be asked for."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """The user's own names by role, before all others."""
    dropped: tuple[str, ...] = ()
    """What was refused, as `type_name.name`."""

    def has(self, type_name: str, name: str) -> bool:
        """Return whether a field may be asked for."""
        return name in self.fields.get(type_name, ())

    def takes(self, type_name: str, argument: str) -> bool:
        """Return whether the type's connection takes an argument."""
        return argument in self.arguments.get(type_name, ())

    def name_of(self, role: str) -> str | None:
        """Return the account's name for one of `ROLES`; `None` if it has none."""
        type_name, candidates, pattern = ROLES[role]
        names = self.fields.get(type_name, ())
        wanted = (self.chosen[role], *candidates) if role in self.chosen else candidates
        by_list = next((name for name in wanted if name in names), None)
        by_pattern = (name for name in names if re.search(pattern, name, re.IGNORECASE))
        return by_list or next(by_pattern, None)

    def only(self, type_name: str, *names: str) -> list[str]:
        """Return those of the names that the type has."""
        return [name for name in names if self.has(type_name, name)]

    def to_json(self) -> dict[str, Any]:
        """Return JSON values that `from_json` reads."""
        return {
            "version": _JSON_VERSION,
            "probed_at": self.probed_at.isoformat(),
            "introspected": self.introspected,
            "fields": {name: list(names) for name, names in self.fields.items()},
            "arguments": {name: list(names) for name, names in self.arguments.items()},
            "formatter": self.formatter,
            "chosen": dict(self.chosen),
            "dropped": list(self.dropped),
        }

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> Schema | None:
        """Read what `to_json` returned; `None` if another version of Cogsheet wrote it."""
        if known.get("version") != _JSON_VERSION:
            return None
        return cls(
            datetime.fromisoformat(known["probed_at"]),
            known["introspected"],
            {name: tuple(names) for name, names in known["fields"].items()},
            {name: tuple(names) for name, names in known["arguments"].items()},
            known["formatter"],
            known["chosen"],
            tuple(known["dropped"]),
        )


def assumed(now: datetime, chosen: Mapping[str, str]) -> Schema:
    """Return what is taken for granted of an account that does not tell its schema."""
    fields = dict(_ASSUMED_FIELDS)
    for role, name in chosen.items():
        type_name = ROLES[role][0]
        fields[type_name] = (name, *fields[type_name])
    return Schema(now, introspected=False, fields=fields, arguments=_ASSUMED_ARGUMENTS, chosen=chosen)


_NO_FIELD = re.compile(r"""Cannot query field ["'](?P<field>\w+)["'] on type ["'](?P<type>\w+)["']""")
_NO_ARGUMENT = re.compile(
    r"""Unknown argument ["'](?P<argument>\w+)["'] on field ["'](?:(?P<type>\w+)\.)?(?P<field>\w+)["']"""
    r"""(?: of type ["'](?P<of>\w+)["'])?"""
)
_NOT_AS_THOUGHT = re.compile(
    r"""Field ["'](?P<field>\w+)["'] (?:of type ["']\w+["'] must have|must not have) a selection"""
)


def without_refused(schema: Schema, messages: Iterable[str]) -> Schema:
    """Return the schema without what the messages of a refused query name (docs/facts/finale-api.md, In general)."""
    for message in messages:
        if match := _NO_FIELD.search(message):
            schema = _without_field(schema, match["type"], match["field"])
            schema = _with_suggested(schema, match["type"], message[match.end() :])
        elif match := _NO_ARGUMENT.search(message):
            schema = _without_argument(schema, match["argument"], match["field"])
        elif match := _NOT_AS_THOUGHT.search(message):
            for type_name in TYPES:
                schema = _without_field(schema, type_name, match["field"])
    return schema


def _with_suggested(schema: Schema, type_name: str, rest: str) -> Schema:
    """Return the schema with the names that a message proposes (`Did you mean "..."?`) and that are looked for."""
    patterns = [pattern for kind, _, pattern in ROLES.values() if kind == type_name]
    known = (*schema.fields.get(type_name, ()), *schema.dropped)
    names = [
        name
        for name in re.findall(r"""["'](\w+)["']""", rest)
        if name not in known
        and f"{type_name}.{name}" not in known
        and any(re.search(pattern, name, re.IGNORECASE) for pattern in patterns)
    ]
    return (
        replace(schema, fields={**schema.fields, type_name: (*schema.fields[type_name], *names)}) if names else schema
    )


def _without_field(schema: Schema, type_name: str, name: str) -> Schema:
    if name.endswith("ViewConnection"):
        missing = name.removesuffix("ViewConnection")
        arguments = {kind: names for kind, names in schema.arguments.items() if kind != missing}
        return replace(schema, arguments=arguments, dropped=(*schema.dropped, name))
    if not schema.has(type_name, name):
        return schema
    fields = {**schema.fields, type_name: tuple(n for n in schema.fields[type_name] if n != name)}
    return replace(schema, fields=fields, dropped=(*schema.dropped, f"{type_name}.{name}"))


def _without_argument(schema: Schema, argument: str, field_name: str) -> Schema:
    if argument == "formatter":
        return replace(schema, formatter=False)
    type_name = field_name.removesuffix("ViewConnection")
    if not schema.takes(type_name, argument):
        return schema
    arguments = {**schema.arguments, type_name: tuple(a for a in schema.arguments[type_name] if a != argument)}
    return replace(schema, arguments=arguments, dropped=(*schema.dropped, f"{field_name}({argument})"))


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


def _fields(name: str, answer: Mapping[str, Any] | None, guess: Schema, chosen: Mapping[str, str]) -> tuple[str, ...]:
    if not answer or not answer.get("fields"):
        return guess.fields[name]
    wanted = set(guess.fields[name]) | set(chosen.values())
    patterns = [pattern for kind, _, pattern in ROLES.values() if kind == name]
    return tuple(
        field["name"]
        for field in answer["fields"]
        if (field["name"] in wanted or _matches(patterns, field["name"])) and _has_the_right_kind(field)
    )


def _matches(patterns: Iterable[str], name: str) -> bool:
    return any(re.search(pattern, name, re.IGNORECASE) for pattern in patterns)


def _has_the_right_kind(field: Mapping[str, Any]) -> bool:
    kind = field.get("type") or {}
    kinds = {kind.get("kind"), (kind.get("ofType") or {}).get("kind")} - {None}
    return field["name"] not in _MUST_BE_OBJECTS or not kinds or "OBJECT" in kinds
