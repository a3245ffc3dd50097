"""What costing is given, the books as frames and the company's policies, and what stops it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from core.errors import CogsheetError
from core.frame_columns import FLAG, TEXT, WHOLE, Columns
from core.model import Disposition
from core.money import MONEY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

    import pandas as pd

OPENING_COLUMNS: Columns = {
    "sku": TEXT,
    "unit_cost": MONEY,  # per unit of the SKU, home currency
    "as_of": TEXT,  # ISO date; missing = of old
}
"""Costs of goods shipped before *Finale start*, typed in once on Setup."""

SETTLEMENT_COLUMNS: Columns = {
    "store": TEXT,
    "settlement_id": TEXT,
    "history": FLAG,  # ends before books start: gives costs to refunds, is never listed itself
}
"""What costing must know of each settlement."""

TRUED_UP_COLUMNS: Columns = {
    "key": TEXT,
    "unit_cost": MONEY,
    "cost_quantity": WHOLE,
    "disposition": TEXT,
}
"""What locked lines count as for the lines that refer to them, after the true-ups accepted for them.

See docs/design/costing.md, Which cost a line gets.
"""

RETURNED_COLUMNS: Columns = {
    "key": TEXT,
    "disposition": TEXT,  # Disposition; empty: reported in a word that is not known, so it is asked
    "units_back": WHOLE,  # back in sellable stock
    "units_unsellable": WHOLE,
    "words": TEXT,  # what the marketplace said
    "units_open": WHOLE,  # of which nothing is reported, so that the policy decides; missing = none
}
"""What marketplaces report of the goods of refunds, by the refund's line key (docs/design/costing.md)."""

PAID_WITHOUT_UNITS = "It is paid for, but states no units above 0: enter how many in column Units back."
"""The reason in ASKED_UNITS_COLUMNS of a line that moves money for goods of a SKU and states 0 units of them."""

REIMBURSED_COLUMNS: Columns = {
    "key": TEXT,
    "number": TEXT,  # of the reimbursement
    "event": TEXT,  # Event of the reason; missing where nobody has declared it
    "goods": TEXT,  # Goods of the reason
    "words": TEXT,  # the reason, in the marketplace's words
    "order_id": TEXT,
    "sku": TEXT,
    "taken_back": FLAG,
    "units_cash": WHOLE,
    "units_inventory": WHOLE,  # replaced from like stock; of one taken back: back in stock
    "original": TEXT,  # the number of the reimbursement that is taken back
}
"""What Amazon's Reimbursements report says of reimbursements, by the key of the settlement's line."""

ASKED_UNITS_COLUMNS: Columns = {
    "key": TEXT,
    "units": WHOLE,  # >= 0, what the documents of the order tell
    "reason": TEXT,  # why that is not sure, in one sentence, with what to enter
}
"""Sales whose units are not sure, although their order tells them; nobody has answered yet."""

LAST_USED_COLUMNS: Columns = {
    "sku": TEXT,
    "unit_cost": MONEY,
    "as_of": TEXT,  # ISO date of the line that used it
}
"""The last cost used per SKU, see `last_costs_used`."""


@dataclass(frozen=True, slots=True)
class CostingInput:
    """The books, as far as costs depend on them. Frames that are `None` count as empty.

    Transactions are all lines of the company, or a set that `closure` returned: then the answer for those lines is
    the same.
    """

    transactions: pd.DataFrame
    """TRANSACTION_COLUMNS with keys and stores."""
    observations: pd.DataFrame
    """OBSERVATION_COLUMNS, the latest in force. Several rows of one order and product are its several shipments."""
    mappings: pd.DataFrame
    """MAPPING_COLUMNS, the latest answer per SKU; several rows of one SKU are the parts of a kit."""
    overrides: pd.DataFrame | None = None
    """OVERRIDE_COLUMNS; where a line has several versions the highest is in force."""
    locked_lines: pd.DataFrame | None = None
    """COSTED_COLUMNS of the lines of exported settlements, as they were locked."""
    exported_lines: pd.DataFrame | None = None
    """COSTED_COLUMNS of exported lines, where they are costed as if they were free: an order whose shipments cannot be
    told apart keeps what its exported lines took. `None`: those that are locked."""
    trued_up: pd.DataFrame | None = None
    """TRUED_UP_COLUMNS; missing = as locked."""
    opening: pd.DataFrame | None = None
    """OPENING_COLUMNS."""
    settlements: pd.DataFrame | None = None
    """SETTLEMENT_COLUMNS."""
    returned: pd.DataFrame | None = None
    """RETURNED_COLUMNS; a refund that is not in it follows the policy."""
    reimbursed: pd.DataFrame | None = None
    """REIMBURSED_COLUMNS; a reimbursement that is not in it is judged by its own words."""
    asked_units: pd.DataFrame | None = None
    """ASKED_UNITS_COLUMNS; the transactions of these lines have no quantity."""
    last_used: pd.DataFrame | None = None
    """LAST_USED_COLUMNS; `None`: taken from the lines given. Needed when only part of the books is costed."""
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)
    """The time zone of each store, which says on which day a line counts; UTC where none is given."""


@dataclass(frozen=True, slots=True)
class CostingPolicies:
    """How the company wants its doubtful cases treated."""

    home_currency: str
    """Currency of every cost."""
    refund_returned: Disposition = Disposition.RESTOCKED
    """What is assumed of a refund until the marketplace reports it or somebody says otherwise."""
    adjustment_average: Literal["use", "ask"] = "use"
    """Whether an adjustment without an order takes Finale's average of its date by itself."""
    refund_units: Literal["derive", "ask"] = "derive"
    """Whether a refund without units that is the exact share of its original takes the units of that share."""
    losses_elsewhere: bool = False
    """Whether the inventory system posts losses itself, so that one on the way in may be an expense already."""
    finale_start: date | None = None
    """Lines posted before this day may take opening costs."""
    books_start: date | None = None
    """Lines posted before this day give costs to refunds and are never listed themselves."""
    earlier: tuple[tuple[str, CostingPolicies], ...] = ()
    """What held before: ISO day and the policies of every line before that day, the earliest day first."""

    def on(self, day: str | None) -> CostingPolicies:
        """Return the policies that hold for a line of a day; for a line without a day those of today."""
        return next((then for before, then in self.earlier if day is not None and day < before), self)


class DuplicateLineError(CogsheetError):
    """Two transactions have one line key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Two lines in the books have the same key {key}; nothing was costed. Run Verify.")


class CostCurrencyError(CogsheetError):
    """Costs arrived in another currency than the company's."""

    def __init__(self, currency: str, home: str, product: str | None) -> None:
        super().__init__(
            f"Finale's cost of product {product} is in {currency}, the company's home currency is {home}; nothing was"
            f" costed. Another program wrote one of them: restore a backup, or make new books in {currency} and import"
            " the files there."
        )
