"""What the user may set for one Finale account, its name included; all of it can be left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.finale.errors import FinaleAccountError

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
    """The account's own GraphQL names by role, see `graphql_schema.ROLES`."""
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


BASE_URL = "https://app.finaleinventory.com"


def account_name(text: str) -> str:
    """Return the account's path component from what the user pasted: a whole address or the name alone.

    Raises:
        FinaleAccountError: If it holds none (docs/facts/finale-api.md, Address and key).

    Examples:
        >>> account_name("https://app.finaleinventory.com/Acme/sc2/?order/list")
        'acme'
    """
    pasted = text.strip()
    if "/" in pasted or "." in pasted:
        path = urlsplit(pasted if "://" in pasted else f"https://{pasted.lstrip('/')}").path
        pasted = path.strip("/").split("/")[0]
    if not re.fullmatch(r"[A-Za-z0-9_-]+", pasted):
        raise FinaleAccountError(text.strip())
    return pasted.lower()
