"""Which cost a line gets, and why. Pure: values in, values out (docs/design/costing.md, Which cost a line gets).

`cost` answers for all lines; `closure` says which lines must be costed again when some change.
"""

from __future__ import annotations

from core.costing.costing import RULES_VERSION, cost, with_typed_units, without_order
from core.costing.costs.prefilled_costs import last_costs_used
from core.costing.inputs import (
    ASKED_UNITS_COLUMNS,
    LAST_USED_COLUMNS,
    OPENING_COLUMNS,
    PAID_WITHOUT_UNITS,
    REIMBURSED_COLUMNS,
    RETURNED_COLUMNS,
    SETTLEMENT_COLUMNS,
    TRUED_UP_COLUMNS,
    CostCurrencyError,
    CostingInput,
    CostingPolicies,
    DuplicateLineError,
)
from core.costing.ledger import sold_in_shipments
from core.costing.lines import with_typed_skus
from core.costing.lines_to_recost import closure
from core.costing.units.reimbursed_units import with_report

__all__ = [
    "ASKED_UNITS_COLUMNS",
    "LAST_USED_COLUMNS",
    "OPENING_COLUMNS",
    "PAID_WITHOUT_UNITS",
    "REIMBURSED_COLUMNS",
    "RETURNED_COLUMNS",
    "RULES_VERSION",
    "SETTLEMENT_COLUMNS",
    "TRUED_UP_COLUMNS",
    "CostCurrencyError",
    "CostingInput",
    "CostingPolicies",
    "DuplicateLineError",
    "closure",
    "cost",
    "last_costs_used",
    "sold_in_shipments",
    "with_report",
    "with_typed_skus",
    "with_typed_units",
    "without_order",
]
