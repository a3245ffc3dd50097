"""The policies of one company: kept in its database, shown and edited on sheet Setup."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads it at run time
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from core.model import Disposition, Marketplace


class AverageOnDate(StrEnum):
    """What to do with an adjustment that names no order (design §4, step 5)."""

    USE = "use"
    ASK = "ask"


class Policies(BaseModel):
    """Everything about costing that the bookkeeper decides."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    refunded_goods: Disposition = Field(
        Disposition.RESTOCKED,
        title="Refunded goods",
        description="What happens to refunded goods unless a line says so.",
    )
    adjustment_average: AverageOnDate = Field(
        AverageOnDate.USE,
        title="Adjustments without order",
        description="use: take Finale's average on or before the date; ask: list them on Resolve.",
    )
    books_start: date | None = Field(
        None,
        title="Books start",
        description="Settlements that end before this day are History: neither counted nor posted.",
    )
    finale_start: date | None = Field(
        None, title="Finale start", description="Orders before this day take the opening costs instead of Finale's."
    )
    lock_date: date | None = Field(
        None, title="Lock date", description="Periods up to this day are closed: no entry is dated in them."
    )
    look_back_days: int = Field(
        90,
        ge=0,
        title="Look back",
        description="Days before the newest settlement's end in which a sync still asks for exported settlements; "
        "sync --full asks for all.",
    )


class FinaleAccount(BaseModel):
    """Which Finale account belongs to the books; never its key."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    account: str = ""
    mode: str = "automatic"
    order_prefixes: tuple[str, ...] = ()
    cost_report: str = ""
    average_report: str = ""
    field_names: dict[str, str] = Field(default_factory=dict)
    column_names: dict[str, str] = Field(default_factory=dict)


FINALE_NAME = "finale"
SETTINGS_NAME = "policies"
"""Under which name the database keeps them."""


class StoreConnection(BaseModel):
    """How a store's marketplace is asked for its documents; never its keys."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    marketplace: Marketplace
    settings: dict[str, str] = Field(default_factory=dict)
    """By the names of the connector's kind."""


STORES_NAME = "stores"
"""Under which name the database keeps them: by the store's name."""
