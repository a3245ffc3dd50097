"""The policies of one company: kept in its database, shown and edited on sheet Setup."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.journal.accounts import USUAL_TAX_CODE
from core.journal.files import Ledger  # noqa: TC001 - pydantic reads it at run time
from core.line_types import LOSS_TYPES, LineType
from core.model import Disposition, Marketplace


class AverageOnDate(StrEnum):
    """What to do with an adjustment that names no order."""

    USE = "use"
    ASK = "ask"


class Poster(StrEnum):
    """Who posts something to the accounting system."""

    COGSHEET = "Cogsheet"
    FINALE = "Finale"


class StoredOriginals(StrEnum):
    """How the files that settlements came from are kept."""

    FULL = "full"
    SCRUBBED = "scrubbed"


class RefundUnits(StrEnum):
    """What to do with a refund without units that is the exact share of its original."""

    DERIVE = "derive"
    ASK = "ask"


class DecimalMark(StrEnum):
    """What parts whole units from cents where somebody types a number as text."""

    POINT = "."
    COMMA = ","

    @classmethod
    def of(cls, text: str) -> DecimalMark | None:
        """Return the one that was typed; nothing of any other text, which is refused where it is stored."""
        return cls(text) if text in list(cls) else None

    @property
    def of_thousands(self) -> str:
        """What parts thousands there."""
        return "," if self is DecimalMark.POINT else "."


class EarlierPolicy(BaseModel):
    """What a policy was for the lines before a day."""

    model_config = ConfigDict(frozen=True)

    name: str
    before: date
    value: str


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
        None,
        title="Finale start",
        description="Goods shipped before this day whose cost Finale does not have take the opening cost of their SKU.",
    )
    lock_date: date | None = Field(
        None, title="Lock date", description="Closed up to this day: no new entry is dated on or before it."
    )
    look_back_days: int = Field(
        90,
        ge=0,
        title="Look back",
        description="How many days before the newest settlement a sync still checks exported settlements.",
    )
    cogs_posted_by: Poster = Field(
        Poster.COGSHEET,
        title="COGS posted by",
        description="Cogsheet or Finale: who posts the cost of goods sold and returned. Finale's is not exported.",
    )
    losses_posted_by: Poster = Field(
        Poster.COGSHEET,
        title="Stock losses posted by",
        description="Cogsheet or Finale: who posts the cost of lost and damaged goods. Finale's is not exported.",
    )
    accounting_system: Ledger | None = Field(
        None,
        title="Accounting system",
        description="quickbooks, xero or excel (a plain workbook): what entries are written for. Export asks first.",
    )
    usual_tax_code: str = Field(
        USUAL_TAX_CODE,
        title="Usual tax rate",
        description="Xero's tax rate, by its full name, of lines for which sheet Accounts names none.",
    )
    store_originals: StoredOriginals = Field(
        StoredOriginals.FULL,
        title="Stored originals",
        description="full: imported files are kept as they came; scrubbed: without names, cities and postal codes.",
    )
    refund_units: RefundUnits = Field(
        RefundUnits.DERIVE,
        title="Refunds without units",
        description="derive: take the units whose exact price was refunded; ask: list them on Resolve.",
    )
    materiality: Decimal = Field(
        Decimal(0),
        ge=0,
        title="Materiality limit",
        description="True-ups of a settlement that together come to less, in home currency, are called immaterial.",
    )

    decimal_mark: DecimalMark | None = Field(
        None,
        title="Decimal mark",
        description="Of numbers typed as text. A comma: 4,50 and 1.234,50 are read. A point: 4.50 and 1,234.50. Empty: "
        "those with a point that say one number.",
    )

    earlier: tuple[EarlierPolicy, ...] = ()
    """What the policies of `DATED` were for earlier lines, the earliest day first; shown beside each on sheet Setup."""

    def before(self, name: str) -> tuple[EarlierPolicy, ...]:
        """Return what one policy was earlier, the earliest day first."""
        return tuple(one for one in self.earlier if one.name == name)

    def value_on(self, name: str, day: date) -> str:
        """Return what a policy is for the lines of a day."""
        return next((one.value for one in self.before(name) if day < one.before), str(getattr(self, name)))

    def former_policies(self) -> list[tuple[date, Policies]]:
        """Return each day on which a policy changed with the policies of every line before it, the earliest first."""
        days = sorted({one.before for one in self.earlier})
        return [(day, self._held(day - timedelta(days=1))) for day in days]

    def _held(self, day: date) -> Policies:
        names = {one.name for one in self.earlier}
        values = {name: self.value_on(name, day) for name in names}
        return Policies.model_validate(self.model_dump() | values | {"earlier": ()})

    @property
    def finale_posts(self) -> frozenset[LineType]:
        """The kinds of cost that Finale posts itself."""
        goods = (LineType.COGS_SALES, LineType.COGS_REFUNDS) if self.cogs_posted_by is Poster.FINALE else ()
        losses = LOSS_TYPES if self.losses_posted_by is Poster.FINALE else ()
        return frozenset((*goods, *losses))

    @property
    def cogs_posters(self) -> str:
        """Who posts COGS and losses, in a few words."""
        if self.cogs_posted_by is self.losses_posted_by:
            return str(self.cogs_posted_by)
        return f"{self.cogs_posted_by}; losses by {self.losses_posted_by}"

    @field_validator("usual_tax_code", mode="before")
    @classmethod
    def _usual(cls, value: object) -> object:
        """Take the usual one where the cell was emptied."""
        return USUAL_TAX_CODE if value is None else value


POLICY_FIELDS = {name: field for name, field in Policies.model_fields.items() if field.title}
"""The policies that sheet Setup shows, by name."""
DATED = ("refunded_goods", "adjustment_average", "refund_units")
"""Policies that decide what a line costs: each holds from a day, and the lines before it follow the earlier one."""


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
POLICIES_NAME = "policies"
"""Under which name the database keeps them."""


class StoreConnection(BaseModel):
    """How a store's marketplace is asked for its documents; never its keys."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    marketplace: Marketplace
    settings: dict[str, str] = Field(default_factory=dict)
    """By the names of the connector's kind."""


STORES_NAME = "stores"
"""Under which name the database keeps them: by the store's name."""
