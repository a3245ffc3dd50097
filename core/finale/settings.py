"""What the user may set for one Finale account; all of it can be left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Mode(StrEnum):
    """How costs are fetched (docs/facts/finale-api.md, How costs are asked for)."""

    AUTOMATIC = "automatic"
    """By the report if one is given, else by order."""
    ORDERS = "orders"
    """Mode G: costs per order from the stock history; current averages where the account shows no more."""
    REPORT = "report"
    """Mode R: from the user's own saved reports."""
    AVERAGES = "averages"
    """Mode P: current averages only, as proposals."""


@dataclass(frozen=True, slots=True)
class FinaleSettings:
    """What the user has set for one account."""

    currency: str = "USD"
    """Home currency: the one Finale keeps its costs in."""
    mode: Mode = Mode.AUTOMATIC
    order_prefixes: tuple[str, ...] = ()
    """What Finale's order ids have before the marketplace's."""
    field_names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The account's own GraphQL names by role, see `schema.ROLES`."""
    cost_report: str = ""
    """Address of the saved report of costs per order."""
    average_report: str = ""
    """Address of the saved report of average costs or of the inventory valuation."""
    column_names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The reports' own column titles by role, see `reports.COST_COLUMNS` and `reports.AVERAGE_COLUMNS`."""

    @property
    def mode_in_force(self) -> Mode:
        """The mode that `AUTOMATIC` comes to."""
        if self.mode != Mode.AUTOMATIC:
            return self.mode
        return Mode.REPORT if self.cost_report else Mode.ORDERS
