"""The demo business's chart of accounts: every line type has a code, so that its entries can be imported into Xero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.journal.accounts import AccountRow
from core.line_types import PER_STORE, LineType

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODES = {
    LineType.SALES: "200",
    LineType.REFUNDS: "205",
    LineType.SHIPPING: "210",
    LineType.PROMOTIONS: "215",
    LineType.REIMBURSEMENTS: "260",
    LineType.ADJUSTMENTS: "265",
    LineType.COGS_SALES: "310",
    LineType.COGS_REFUNDS: "310",
    LineType.LOSSES: "315",
    LineType.ADVERTISING: "400",
    LineType.REFERRAL_FEES: "410",
    LineType.FULFILMENT_FEES: "415",
    LineType.OTHER_FEES: "420",
    LineType.PREPAID_TAX: "620",
    LineType.INVENTORY_OUT: "630",
    LineType.INVENTORY_IN: "630",
    LineType.INVENTORY_LOST: "630",
    LineType.TAX_COLLECTED: "820",
    LineType.TAX_WITHHELD: "820",
}
_FIRST_OF_STORES = 640
"""Each store and currency has codes of its own from here on."""


def demo_accounts(stores: Iterable[tuple[str, str]]) -> tuple[AccountRow, ...]:
    """Return the demo's rows of sheet Accounts.

    Args:
        stores: Store and currency of its settlements.
    """
    usual = [AccountRow(line_type=line_type, number=code) for line_type, code in _CODES.items()]
    own = [(line_type, pair) for pair in sorted(set(stores)) for line_type in PER_STORE]
    return (
        *usual,
        *(
            AccountRow(line_type=line_type, store=store, currency=currency, number=str(number))
            for number, (line_type, (store, currency)) in enumerate(own, start=_FIRST_OF_STORES)
        ),
    )
