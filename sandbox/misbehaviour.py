"""How the sandbox goes wrong on purpose: a switch for everything the real service is known or feared to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sandbox.finale.graphql_schema import Drift

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MISBEHAVIOURS: dict[str, str] = {
    "401": "Every request is answered 401, as after the key was revoked.",
    "402": "Every request is answered 402: the plan has no API.",
    "429": "Requests are answered 429 without Retry-After; X-RateLimit-Reset says when to come back.",
    "429-retry-after": "Requests are answered 429 with Retry-After in seconds.",
    "500-html": "Requests are answered 500 with an HTML page.",
    "503": "Requests are answered 503 with plain text.",
    "empty-body": "Requests are answered 200 with nothing in the body.",
    "truncated-json": "Requests are answered 200 with the first half of the JSON.",
    "error-inside-200": "Requests are answered 200 with an error message instead of the data.",
    "html-200": "Requests are answered 200 with an HTML page, as a login page would be.",
    "slow": "Answers take some seconds (see `seconds`).",
    "dropped-connection": "The connection ends before the answer.",
    "renamed-fields": "The cost fields of the stock history have other names that still say what they are.",
    "unknown-cost-fields": "The cost fields of the stock history have names nobody could guess.",
    "no-cost-fields": "The stock history has no cost fields at all.",
    "no-average-cost": "Products have no average cost.",
    "introspection-off": "Queries for __schema and __type are refused.",
    "formatter-refused": "No field takes the argument formatter; only display strings are given.",
    "raw-numbers": "Raw values (formatter none) are JSON numbers instead of text.",
    "no-order-link": "Stock history rows do not lead to their shipment and order.",
    "arguments-changed": "The arguments transactionType and recordDate of the stock history are called otherwise.",
    "no-search": "Orders and products cannot be searched.",
    "small-pages": "No page holds more than 50 rows, whatever is asked for.",
    "late-costs-repaired": "What had left at cost 0 or blank now shows the average of today, as if the bill had come.",
    "orders-vanished": "Every tenth order is gone from Finale.",
    "token-expires": "Marketplaces refuse an access token before its time.",
    "authorisation-withdrawn": "Marketplaces refuse the login for good, as after the seller withdrew it.",
    "address-expired": "Amazon's address of a document has run out before it is fetched.",
    "offered-twice": "Each settlement is offered twice: at Amazon under two report ids.",
    "report-in-progress": "The marketplace is still making its newest settlement report.",
    "marketplace-limits": "Marketplaces keep their own limits on requests.",
    "shopify-throttled": "Shopify answers THROTTLED inside a 200: the points for questions are used up.",
}
"""Name of each switch, and one sentence for the help text."""

_DRIFTS: dict[str, Drift] = {
    "renamed-fields": Drift(
        renamed=(
            ("stockHistory.transactionCostPerUnit", "stockHistory.transactionLandedCostPerUnit"),
            ("stockHistory.averageCostPerUnit", "stockHistory.averageCost"),
        )
    ),
    "unknown-cost-fields": Drift(
        renamed=(
            ("stockHistory.transactionCostPerUnit", "stockHistory.movementPrice"),
            ("stockHistory.averageCostPerUnit", "stockHistory.meanPrice"),
        )
    ),
    "no-cost-fields": Drift(
        removed=(
            "stockHistory.transactionCostPerUnit",
            "stockHistory.averageCostPerUnit",
            "stockHistory.valuationBalance",
        )
    ),
    "no-average-cost": Drift(removed=("product.averageCost",)),
    "introspection-off": Drift(introspection=False),
    "formatter-refused": Drift(formatter=False),
    "no-order-link": Drift(removed=("stockHistory.shipment",)),
    "arguments-changed": Drift(
        renamed=(
            ("stockHistoryViewConnection(transactionType)", "stockHistoryViewConnection(type)"),
            ("stockHistoryViewConnection(recordDate)", "stockHistoryViewConnection(date)"),
        )
    ),
    "no-search": Drift(removed=("orderViewConnection(search)", "productViewConnection(search)")),
}
VARIANTS = ("late-costs-repaired", "orders-vanished")
"""Those that change the books themselves."""

OF_MARKETPLACES = (
    "token-expires",
    "authorisation-withdrawn",
    "address-expired",
    "offered-twice",
    "report-in-progress",
    "marketplace-limits",
    "shopify-throttled",
)
"""Those that only the marketplaces' pages know."""

_OF_THE_ACCOUNT = (*_DRIFTS, *VARIANTS, *OF_MARKETPLACES, "raw-numbers", "small-pages")
ON_ANSWER = tuple(name for name in MISBEHAVIOURS if name not in _OF_THE_ACCOUNT)
"""Those that spoil single answers; the others change the account."""

KINDS = ("graphql", "get", "collection", "report", "token", "document")


@dataclass(frozen=True, slots=True)
class Fault:
    """How one switch is set."""

    after: int = 0
    """Requests that are still answered well."""
    times: int | None = None
    """Requests that go wrong then; `None`: all of them."""
    on: tuple[str, ...] = ()
    """Only requests of these `KINDS`; empty: of all."""
    seconds: float = 1.0
    """How long `slow` takes, and after how long the two `429` say to come back."""


class UnreadableFaultError(ValueError):
    """A switch was written in a way that cannot be read."""

    def __init__(self, text: str) -> None:
        super().__init__(f"Cannot read {text!r}; write for example 429:after=3,times=2,on=graphql,seconds=5.")


class UnknownMisbehaviourError(ValueError):
    """There is no such switch."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no misbehaviour {name!r}; there are: {', '.join(MISBEHAVIOURS)}.")


def read_switches(texts: Iterable[str]) -> dict[str, Fault]:
    """Read switches as a command line gives them.

    Args:
        texts: A name each, with settings behind a colon where they are wanted: `429:after=3,times=2,on=graphql`.

    Raises:
        UnknownMisbehaviourError: If there is no switch of that name.
        UnreadableFaultError: If the settings cannot be read.
    """
    return dict(_read_switch(text) for text in texts)


def _read_switch(text: str) -> tuple[str, Fault]:
    name, _, settings = text.partition(":")
    if name not in MISBEHAVIOURS:
        raise UnknownMisbehaviourError(name)
    fault = Fault()
    for setting in settings.split(",") if settings else ():
        key, _, value = setting.partition("=")
        if key not in _READ or (key == "on" and value not in KINDS):
            raise UnreadableFaultError(text)
        try:
            fault = _READ[key](fault, value)
        except ValueError as error:
            raise UnreadableFaultError(text) from error
    return name, fault


_READ: dict[str, Callable[[Fault, str], Fault]] = {
    "after": lambda fault, value: replace(fault, after=int(value)),
    "times": lambda fault, value: replace(fault, times=int(value)),
    "on": lambda fault, value: replace(fault, on=(*fault.on, value)),
    "seconds": lambda fault, value: replace(fault, seconds=float(value)),
}


class Misbehaviour:
    """The switches that are set, and how much of each is used up."""

    def __init__(self, switched_on: Iterable[str] | Mapping[str, Fault] = ()) -> None:
        self._faults: dict[str, Fault] = {}
        faults = switched_on if isinstance(switched_on, Mapping) else dict.fromkeys(switched_on, Fault())
        for name, fault in faults.items():
            self.set(name, fault)

    def set(self, name: str, fault: Fault | None = None) -> None:
        """Switch one on.

        Raises:
            UnknownMisbehaviourError: If there is no such switch.
        """
        if name not in MISBEHAVIOURS:
            raise UnknownMisbehaviourError(name)
        self._faults[name] = fault or Fault()

    def clear(self, names: Iterable[str] = tuple(MISBEHAVIOURS)) -> None:
        """Switch some off, or all."""
        for name in names:
            self._faults.pop(name, None)

    def __contains__(self, name: str) -> bool:
        return name in self._faults

    def __iter__(self) -> Iterator[str]:
        return iter(self._faults)

    def next_fault(self, kind: str) -> tuple[str, Fault] | None:
        """Return what goes wrong with the request that has just come, and count it."""
        struck = None
        for name in [name for name in ON_ANSWER if name in self._faults]:
            fault = self._faults[name]
            if fault.on and kind not in fault.on:
                continue
            if fault.after > 0:
                self._faults[name] = replace(fault, after=fault.after - 1)
            elif struck is None:
                struck = name, fault
                self._use_up(name, fault)
        return struck

    def strikes(self, name: str) -> bool:
        """Tell whether a switch of the marketplaces strikes this time, and count it."""
        fault = self._faults.get(name)
        if fault is None:
            return False
        if fault.after > 0:
            self._faults[name] = replace(fault, after=fault.after - 1)
            return False
        self._use_up(name, fault)
        return True

    def _use_up(self, name: str, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._faults[name]
        else:
            self._faults[name] = replace(fault, times=fault.times - 1)

    @property
    def variants(self) -> frozenset[str]:
        """The switches that change the books."""
        return frozenset(name for name in VARIANTS if name in self._faults)

    @property
    def drift(self) -> Drift:
        """How the schema differs from the usual one."""
        drifts = [_DRIFTS[name] for name in _DRIFTS if name in self._faults]
        return Drift(
            introspection=all(drift.introspection for drift in drifts),
            formatter=all(drift.formatter for drift in drifts),
            renamed=tuple(pair for drift in drifts for pair in drift.renamed),
            removed=tuple(name for drift in drifts for name in drift.removed),
            raw_numbers="raw-numbers" in self._faults,
            largest_page=50 if "small-pages" in self._faults else None,
        )
