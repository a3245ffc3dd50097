"""Which Finale order a marketplace's order is: exact, then by rules, each of which is written beside the cost."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.finale.orders import FinaleOrder

EXACT = "exact"
HASH = "without #"
PREFIX = "prefix"
SUFFIX = "suffix -n"
CUSTOMER_PO = "customer PO"
_ORDER_OF_TRUST = (EXACT, HASH, PREFIX, SUFFIX, CUSTOMER_PO)

_SUFFIX = re.compile(r"[-/]\d{1,2}$")
_STORE_PREFIX = re.compile(r"^(#?[A-Za-z][A-Za-z0-9]{0,11}[-_:# ]+)(.{10,})$")


@dataclass(frozen=True, slots=True)
class Match:
    """The Finale orders that one marketplace order became; several where it was split."""

    orders: tuple[FinaleOrder, ...]
    """Empty where several different ones fit and none is taken."""
    rule: str


def match_orders(
    wanted: Iterable[str], orders: Iterable[FinaleOrder], prefixes: Sequence[str] = ()
) -> dict[str, Match]:
    """Match marketplace order ids to Finale orders.

    Args:
        wanted: Ids as the marketplace writes them.
        orders: What Finale gave, in any order, also such that nobody asked for.
        prefixes: What the account puts before the marketplace's ids, as typed in Setup. Without it a prefix is only
            recognised before ids of ten characters and more, where chance can be ruled out.

    Returns:
        A match for each id that fits any order. The first rule that fits holds: exact, `#`, prefix, suffix `-n` of a
        split order, customer PO. An order that was cancelled is left out where another one fits.
    """
    index: dict[str, dict[str, list[tuple[str, FinaleOrder]]]] = {rule: defaultdict(list) for rule in _ORDER_OF_TRUST}
    for order in {order.order_id: order for order in orders}.values():
        for rule, key, how in _keys(order, prefixes):
            index[rule][key].append((how, order))
    found = {}
    for wanted_id in wanted:
        key = wanted_id.strip()
        hits = next(
            (index[rule][_bare(key, rule)] for rule in _ORDER_OF_TRUST if _bare(key, rule) in index[rule]), None
        )
        if key.strip("#") and hits:
            found[wanted_id] = _match(hits)
    return found


def names_of(order: FinaleOrder, prefixes: Sequence[str] = ()) -> set[str]:
    """Return every id under which a marketplace may know an order, by the rules of `match_orders`."""
    return {key for _, key, _ in _keys(order, prefixes)}


def _bare(wanted: str, rule: str) -> str:
    return wanted if rule == EXACT else wanted.lstrip("#")


def _keys(order: FinaleOrder, prefixes: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    exact = order.order_id.strip()
    bare = exact.lstrip("#")
    yield EXACT, exact, EXACT
    yield HASH, bare, HASH
    bodies = [(bare, "")]
    for prefix, body in _without_prefix(exact, prefixes):
        yield PREFIX, body, f"{PREFIX} {prefix}"
        bodies.append((body, f"{PREFIX} {prefix}, "))
    for body, how in bodies:
        if _SUFFIX.search(body):
            yield SUFFIX, _SUFFIX.sub("", body), f"{how}{SUFFIX}"
    if order.customer_po:
        yield CUSTOMER_PO, order.customer_po.strip().lstrip("#"), CUSTOMER_PO


def _without_prefix(order_id: str, prefixes: Sequence[str]) -> Iterator[tuple[str, str]]:
    typed_in = next((prefix for prefix in prefixes if prefix and order_id.startswith(prefix)), None)
    if typed_in:
        yield typed_in, order_id.removeprefix(typed_in).lstrip("#")
    elif guessed := _STORE_PREFIX.match(order_id):
        yield guessed[1], guessed[2]


def _match(hits: Sequence[tuple[str, FinaleOrder]]) -> Match:
    rules = {how for how, _ in hits}
    orders = tuple(sorted((order for _, order in hits), key=lambda order: order.order_id))
    if len(rules) > 1:
        return Match((), f"several orders fit: {', '.join(order.order_id for order in orders)}")
    live = tuple(order for order in orders if not order.cancelled)
    return Match(live or orders, rules.pop())
