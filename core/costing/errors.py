"""What stops a costing; missing costs do not, they are answers."""

from __future__ import annotations

from core.errors import CogsheetError


class DuplicateLineError(CogsheetError):
    """Two transactions have one line key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Two lines in the books have the same key {key}; nothing was costed. Run Verify.")


class CostCurrencyError(CogsheetError):
    """Costs arrived in another currency than the company's."""

    def __init__(self, currency: str, home: str, product: str | None) -> None:
        super().__init__(
            f"Finale's cost of product {product} is in {currency}, the company's home currency is {home}; nothing was"
            " costed. Correct the home currency on Setup, or connect the Finale account that belongs to this company."
        )
