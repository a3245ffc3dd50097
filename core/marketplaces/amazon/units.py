"""Units in Amazon's settlement reports: their sign (sale +, goods back -), and those of multi-channel orders."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.marketplaces.settlements.transactions import Units, counted_units
from core.marketplaces.words.wording import folded
from core.model import Event, QuantitySource, StockEffect, is_multi_channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from core.marketplaces.settlements.file_lines import FileLine
    from core.model import Reading

_COMES_BACK = frozenset({Event.REFUND, Event.DISPUTE, Event.REIMBURSEMENT_REVERSAL})
_FEE_PER_UNIT = "fbaperunitfulfillmentfee"


def signed_units(event: Event, quantity: int | None) -> int | None:
    """Return a quantity as Amazon states it with the sign of what happens to the goods.

    Amazon states refunds and taken-back reimbursements as positive numbers; a loss in the warehouse is + because its
    units leave the stock.
    """
    if quantity is None:
        return None
    return -abs(quantity) if event in _COMES_BACK else quantity


def is_per_unit(fee: str) -> bool:
    """Tell whether a fee of an item is taken per unit: it stands once per item, as Principal does elsewhere."""
    return folded(fee) == _FEE_PER_UNIT


def units_with_fees(lines: Sequence[FileLine]) -> Units:
    """Return the units of a transaction in which lines repeat them.

    A multi-channel order (`Non-Amazon US`) has fees and no price. Its units are then those of its fees per unit, which
    stand once per item as Principal does elsewhere; they are marked as derived. Without such a fee nobody knows them.
    """
    counted = counted_units(lines)
    if lines[0].event is not Event.SALE or counted.quantity != 0 or not is_sent_for_others(lines):
        return counted
    return units_of_fees(lines)


def units_of_fees(lines: Iterable[FileLine]) -> Units:
    """Return the units that fees per unit repeat, each once.

    They are unknown without such a fee, and where one is given back: -3.00 and +3.00 for 2 units are not 4 of them, and
    nobody knows whether the goods left.
    """
    repeated = [(line.repeated_units, line.amount) for line in lines if line.repeated_units is not None]
    if not repeated or any(amount > 0 for _, amount in repeated):
        return Units(None, QuantitySource.UNKNOWN)
    return Units(sum(units for units, _ in repeated), QuantitySource.DERIVED)


def is_sent_for_others(lines: Sequence[FileLine]) -> bool:
    """Tell whether a transaction is of an order that another store sold."""
    return any(is_multi_channel(line.marketplace) for line in lines)


def with_fees_of_shipments(reading: Reading) -> Reading:
    """Return a reading in which fees for a shipment ask for no units where other rows of the order name its goods."""
    settlements = (replace(one, transactions=_beside_goods(one.transactions)) for one in reading.settlements)
    return replace(reading, settlements=tuple(settlements))


def _beside_goods(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the transactions of a settlement in which no fee of a multi-channel order's shipment asks for units.

    Amazon takes 7.88 for the transport of a parcel on a row of its own, without SKU and item: the rows of the items
    beside it say what was in it. Where no other row of the order names goods, the units stay unknown.
    """
    sent = (rows["event"] == Event.SALE.value).fillna(value=False).astype(bool) & rows["order_id"].notna()
    sent &= rows["marketplace"].isin([name for name in rows["marketplace"].dropna().unique() if is_multi_channel(name)])
    of_parcel = sent & (rows["quantity_source"] == QuantitySource.UNKNOWN.value).fillna(value=False).astype(bool)
    of_parcel &= rows["sku"].isna() & rows["order_item_id"].isna()
    if not of_parcel.any():
        return rows
    of_parcel &= rows["order_id"].isin(rows.loc[sent & rows["sku"].notna(), "order_id"])
    told = rows.copy()
    told.loc[of_parcel, "quantity"] = 0
    told.loc[of_parcel, "quantity_source"] = QuantitySource.REPORTED.value
    told.loc[of_parcel, "stock_effect"] = StockEffect.NONE.value
    return told
