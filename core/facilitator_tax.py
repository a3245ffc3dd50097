"""Whose tax the tax of an order is: the seller's own, or the marketplace's, which keeps what it pays itself. Pure.

A marketplace that pays the tax itself lists it twice, as collected from the buyer and as withheld from the seller; the
two come to zero. They post to an account of their own that is expected to be zero, and never to the seller's own Sales
Tax Payable, where a rest would be owed to nobody. What is withheld of an order that shows no tax at all was part of the
price (GST on low value imports): it goes against the sale.

Worked example, Australia: a buyer pays 19.67; Amazon lists Principal 19.67, no Tax, and LowValueGoodsTax −1.79: sales
17.88. Another pays the same; Amazon lists Principal 17.88, Tax 1.79, LowValueGoodsTax −1.79: sales 17.88 as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.frame_columns import TEXT
from core.line_types import LineType, TaxKind
from core.model import Event
from core.money import MONEY, total
from core.time import SettlementName
from core.typed_amounts import names_type, sum_of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

TAX_KIND = "tax_kind"
"""The column of costed lines that says it; missing on rows that the first reader stored, which stay as they were."""


NO_ORDER = "without order"


class OpenTax(NamedTuple):
    """An order whose tax for the marketplace to pay does not come to zero."""

    store: str
    order_id: str
    """Of a line without one: `without order`, and the marketplace's words."""
    currency: str
    rest: Decimal
    """Collected less withheld, refunds included; − is what the marketplace kept back too much."""


_GIVEN_BACK = (Event.REFUND.value, Event.DISPUTE.value)


PostedTax = Mapping[SettlementName, Mapping[str, str]]
"""The settlements whose settlement entry is out, each with the kinds, by line key, that lines of other settlements
decided when it went out."""


def with_tax_kinds(lines: pd.DataFrame, posted: PostedTax | None = None) -> pd.DataFrame:
    """Return lines with the column `tax_kind`.

    An order is the marketplace's where any of its lines has tax withheld; its sales and its refunds are looked at
    apart, each for whether they show a tax. What is out stays as it went out, whatever a later settlement says of its
    orders: that is a reclassification.

    Worked example: 2.40 of tax is exported as the seller's own, to Sales Tax Payable. The next settlement withholds
    2.40 of the same order: its own line is the marketplace's, and moving the 2.40 that went out is proposed.

    Args:
        lines: TRANSACTION_COLUMNS of the whole company.
        posted: What is out; nothing is where it is left out.
    """
    kept = {key: kind for kinds_of in (posted or {}).values() for key, kind in kinds_of.items()}
    if not kept and not has_tax(lines).any():
        return lines.assign(**{TAX_KIND: _own(lines).mask(lines["goods"].isna(), pd.NA)})
    kinds = _kinds(lines, _orders(lines))
    names = zip(lines["store"], lines["settlement_id"], strict=True)
    is_out = pd.Series([name in posted for name in names] if posted else False, lines.index, dtype=bool)
    if is_out.any():
        then = _alone(lines[is_out])
        then = then.mask(lines.loc[is_out, "key"].isin(list(kept)), lines.loc[is_out, "key"].map(kept))
        kinds = kinds.mask(is_out, then.reindex(lines.index))
    return lines.assign(**{TAX_KIND: kinds.mask(lines["goods"].isna(), pd.NA).astype(TEXT)})


def decided_elsewhere(lines: pd.DataFrame) -> dict[str, str]:
    """Return the kinds, by line key, that the lines of a settlement have only because of other settlements. Pure.

    Args:
        lines: All lines of one settlement, with `tax_kind`.
    """
    differs = (lines[TAX_KIND] != _alone(lines)).fillna(value=False).astype(bool)
    return dict(zip(lines.loc[differs, "key"], lines.loc[differs, TAX_KIND], strict=True))


def _alone(lines: pd.DataFrame) -> pd.Series:
    """Return the kinds of lines as their settlement alone says them."""
    return _kinds(lines, lines["settlement_id"].fillna("") + "|" + _orders(lines))


def _kinds(lines: pd.DataFrame, orders: pd.Series) -> pd.Series:
    """Return the kind of each line's tax, by the names of what counts as one order."""
    withheld, taxed = _is_there(_withheld(lines)), _is_there(lines["tax"])
    kinds = _own(lines)
    if (withheld | taxed).any():
        sides = orders + lines["event"].isin(_GIVEN_BACK).map({True: " back", False: ""})
        facilitated = orders.isin(set(orders[withheld]))
        shows_tax = sides.isin(set(sides[taxed]))
        kinds = kinds.mask(facilitated & shows_tax, TaxKind.FACILITATOR.value)
        kinds = kinds.mask(withheld & ~shows_tax, TaxKind.IN_PRICE.value)
    return kinds


def _own(lines: pd.DataFrame) -> pd.Series:
    return pd.Series(TaxKind.OWN.value, index=lines.index, dtype=TEXT)


def open_tax(lines: pd.DataFrame) -> list[OpenTax]:
    """Return the orders whose tax for the marketplace to pay does not come to zero, by store and order.

    Args:
        lines: TRANSACTION_COLUMNS with `tax_kind`, of the whole company.
    """
    own = lines[(lines[TAX_KIND] == TaxKind.FACILITATOR.value).fillna(value=False).astype(bool)]
    return list(_rests(own))


def _rests(lines: pd.DataFrame) -> Iterator[OpenTax]:
    """Yield the rest of each order; a line without one is an order of its own, so that no two rests hide each other.

    +2.00 kept back too little on one line without an order and −2.00 too much on another are two rests, not none.
    """
    known = lines.assign(one_order=_orders(lines))
    for (store, _, currency), rows in known.groupby(["store", "one_order", "currency"], sort=True):
        rest = total(rows["tax"]) + total(_withheld(rows))
        if rest:
            yield OpenTax(str(store), _name(rows.iloc[0]), str(currency), rest)


def _name(line: pd.Series) -> str:
    """Name the order of a line; one without by the marketplace's words."""
    if pd.notna(line["order_id"]):
        return str(line["order_id"])
    words = " / ".join(str(line[name]) for name in ("raw_type", "raw_description") if pd.notna(line[name]))
    return f"{NO_ORDER} ({words})" if words else NO_ORDER


def has_tax(lines: pd.DataFrame) -> pd.Series:
    """Tell of each line whether tax was collected or withheld."""
    return _is_there(_withheld(lines)) | _is_there(lines["tax"])


def _withheld(lines: pd.DataFrame) -> pd.Series:
    """Return the tax withheld that meets tax collected: not the seller's own prepaid tax (TCS, TDS)."""
    if not names_type(lines, LineType.PREPAID_TAX).any():
        return lines["tax_withheld"]
    return lines["tax_withheld"] - sum_of_type(lines, LineType.PREPAID_TAX)


def _is_there(amounts: pd.Series) -> pd.Series:
    is_other = pc.not_equal(pa.array(amounts.array, MONEY.pyarrow_dtype), Decimal(0)).fill_null(False)  # noqa: FBT003 - a value
    return pd.Series(is_other.to_numpy(zero_copy_only=False), amounts.index, dtype=bool)


def _orders(lines: pd.DataFrame) -> pd.Series:
    """Name the order of each line; a line without one is an order of its own."""
    return lines["store"].fillna("") + "|" + lines["order_id"].fillna(lines["key"]).fillna("")
