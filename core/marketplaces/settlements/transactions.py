"""From lines to transactions: what belongs together, how many units it has, which of two equal ones comes first."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pyarrow.compute as pc

from core.frame_columns import AMOUNT_COLUMNS, RAW_LINE_COLUMNS, TRANSACTION_COLUMNS, frame, is_one_of, records
from core.model import ABOUT_UNITS, GOODS_EFFECTS, Event, Goods, QuantitySource, StockEffect, is_multi_channel
from core.typed_amounts import TypedAmount, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    import pyarrow as pa

    from core.marketplaces.settlements.file_lines import FileLine

GOODS = frozenset(
    {
        Event.SALE,
        Event.REFUND,
        Event.DISPUTE,
        Event.REIMBURSEMENT,
        Event.REIMBURSEMENT_REVERSAL,
        Event.LIQUIDATION,
        Event.ADJUSTMENT,
        Event.OTHER,
    }
)
"""Events that may be about goods; all others have no units, whatever their rows repeat."""


class Units(NamedTuple):
    """How many units a transaction has, and how that is known; both `None` where units have no meaning."""

    quantity: int | None
    source: QuantitySource | None


_NO_UNITS = Units(None, None)
_UNKNOWN = Units(None, QuantitySource.UNKNOWN)


def counted_units(lines: Sequence[FileLine]) -> Units:
    """Return the sum over the lines that carry units; one that should say how many and does not makes it unknown.

    A transaction of goods without any such line (only fees, only postage) is about no unit at all.
    """
    if lines[0].event not in GOODS:
        return _NO_UNITS
    counts = [line.units for line in lines if line.carries_units]
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        return _UNKNOWN
    return Units(sum(known), QuantitySource.REPORTED)


def group_key(parts: Iterable[str]) -> str:
    """Return a group key as one text; two different keys never give the same text."""
    return "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)


def escaped(texts: pa.Array) -> pa.Array:
    """Return the parts of many group keys as they stand in their texts; see `group_key`."""
    for sign in ("\\", "|"):
        if pc.any(pc.match_substring(texts, sign)).as_py():
            texts = pc.replace_substring(texts, sign, f"\\{sign}")
    return texts


def transactions(
    lines: Iterable[FileLine], units: Callable[[Sequence[FileLine]], Units] = counted_units
) -> pd.DataFrame:
    """Group lines into transactions, the same in whatever order the lines come.

    Args:
        lines: Of one settlement.
        units: How the format tells the units of a group.

    Returns:
        `core.model.TRANSACTION_COLUMNS` without key and store, in order of posting.
    """
    groups: dict[tuple[str, ...], list[FileLine]] = defaultdict(list)
    for line in lines:
        groups[line.group].append(line)
    pairs = [pair for group, members in groups.items() for pair in _rows(group_key(group), members, units)]
    known = {_goods(row) for row, _ in pairs if row["quantity"] or row["quantity_source"] == QuantitySource.UNKNOWN}
    rows = [row if _goods(row) in known else row | _asked(row, members) for row, members in pairs]
    rows.sort(key=_order)
    return frame(TRANSACTION_COLUMNS, rows)


def _goods(row: dict[str, object]) -> tuple[object, ...]:
    """Return which goods a transaction is about: two types that nobody knows are two things that may have happened."""
    kind = row["raw_type"] if row["event"] == Event.OTHER.value else ""
    return row["event"], kind, row["order_id"], row["sku"]


def _asked(row: dict[str, object], members: Sequence[FileLine]) -> dict[str, object]:
    """Return the units that a transaction asks about, because only undeclared words state them; nothing else does.

    An order whose only row is 15.00 of a word nobody knows, with 2 units of a SKU, may have sold 2 units: they are
    neither counted nor left out without asking. Beside a declared price the row states them again, and asks nothing.
    """
    stated = [line.stated_units for line in members if line.stated_units]
    if not stated or row["sku"] is None:
        return {}
    return {
        "quantity": max(stated, key=abs),
        "quantity_source": QuantitySource.REPORTED.value,
        "goods": Goods.UNCLEAR.value,
        "stock_effect": GOODS_EFFECTS[Goods.UNCLEAR].value,
    }


def without_price(rows: pd.DataFrame) -> pd.Series:
    """Tell which sales name no item and state units without a price, so that other rows may have stated them before.

    They are the fee for sending a multi-channel order, and orders without any amount (replacements).

    Args:
        rows: `core.model.TRANSACTION_COLUMNS`.
    """
    derived = rows["quantity_source"] == QuantitySource.DERIVED.value
    free = pd.concat([rows[name] == 0 for name in AMOUNT_COLUMNS], axis=1).all(axis=1)
    stated = (rows["event"] == Event.SALE.value) & rows["order_item_id"].isna() & (rows["quantity"] != 0)
    return (stated & (derived | free)).fillna(value=False).astype(bool)


def with_questions_on_repeats(rows: pd.DataFrame) -> pd.DataFrame:
    """Return transactions in which units are asked that a row without a price may or may not have besides another one.

    The fee for sending 2 units may be for the same 2 as the fee before it, or for a second parcel: nothing in the file
    tells. The first one counts, and for the others no goods are proposed. Where an order that another store sold has
    other fees alone, nobody knows its units: the first of them asks.

    Args:
        rows: `core.model.TRANSACTION_COLUMNS`, in order of posting.
    """
    own = without_price(rows)
    if not own.any():
        return _with_fees_asked(rows)
    sold = (rows["event"] == Event.SALE.value) & (rows["quantity"] != 0)
    priced = sold.fillna(value=False).astype(bool) & ~own
    goods = pd.concat([rows[priced], rows[own]])[["settlement_id", "order_id", "sku"]]
    again = goods.index[goods.duplicated()].intersection(rows.index[own])
    told = rows.copy()
    for indexes, means in ((rows.index[own], Goods.SOLD), (again, Goods.UNCLEAR)):
        told.loc[indexes, "goods"] = means.value
        told.loc[indexes, "stock_effect"] = GOODS_EFFECTS[means].value
    return _with_fees_asked(told)


def _with_fees_asked(rows: pd.DataFrame) -> pd.DataFrame:
    """Return transactions in which an order that another store sold, and that has other fees alone, asks for its units.

    A fee that names an SKU asks where no other row of its order is about units of that; one that names none, where no
    row of its order does.
    """
    fees = _other_fees_of_sent(rows)
    if not fees.any():
        return rows
    names = ["settlement_id", "order_id", "sku"]
    sold = (rows["event"] == Event.SALE.value) & (rows["quantity"].isna() | (rows["quantity"] != 0)) & ~fees
    named = {place for row in records(rows.loc[sold.fillna(value=False).astype(bool), names]) for place in _places(row)}
    asked = []
    own = rows[fees].sort_values("sku", kind="stable", na_position="last")
    for index, row in zip(own.index, records(own[names]), strict=True):
        own_place, *others = _places(row)
        if row["order_id"] is None or own_place not in named:
            asked.append(index)
        named |= {own_place, *others}
    told = rows.copy()
    names = ["quantity", "quantity_source", "stock_effect"]
    told.loc[own.index, names] = 0, QuantitySource.REPORTED.value, StockEffect.NONE.value
    told.loc[asked, names] = None, QuantitySource.UNKNOWN.value, GOODS_EFFECTS[Goods.SOLD].value
    return told


def _other_fees_of_sent(rows: pd.DataFrame) -> pd.Series:
    """Tell which transactions of orders that another store sold have neither a price nor the fee for sending them."""
    sites = [name for name in rows["marketplace"].dropna().unique() if is_multi_channel(name)]
    sent = rows["marketplace"].isin(sites) & (rows["event"] == Event.SALE.value) & rows["order_item_id"].isna()
    silent = (rows["quantity"] == 0) | (rows["quantity_source"] == QuantitySource.UNKNOWN.value)
    alone = (rows["goods"] == Goods.SOLD.value) & (rows["principal"] == 0) & (rows["fulfilment_fee"] == 0)
    return (sent & silent & alone).fillna(value=False).astype(bool)


def _places(row: dict[str, object]) -> tuple[tuple[object, ...], ...]:
    """Return what a row names, its SKU in its order first, and its order."""
    order = (row["settlement_id"], row["order_id"])
    return (*order, row["sku"]), (*order, None)


_OF_THE_PRICE = [str(one) for one in (Goods.SOLD, Goods.REFUNDED, Goods.REFUND_UNCLEAR, Goods.REFUND_UNDONE)]
_PAID_BY_THE_UNIT = [str(one) for one in sorted(ABOUT_UNITS - {Goods.PAID_AGAIN, Goods.PAYMENT_LOST})]


def paid_without_units(rows: pd.DataFrame) -> pd.Series:
    """Tell which transactions move money for goods and state 0 units: 20.00 for 0 mugs, or for 0 units of an order.

    Nobody can say how many units moved. A row of an order that holds none of its price, such as a refund of postage,
    moves no goods.

    Args:
        rows: `core.model.TRANSACTION_COLUMNS`.
    """
    stated = (rows["quantity"] == 0).fillna(value=False) & is_one_of(rows["quantity_source"], QuantitySource.REPORTED)
    if not stated.any():
        return stated.astype(bool)
    priced = rows["goods"].isin(_OF_THE_PRICE) & (rows["principal"] != 0)
    priced &= rows["sku"].notna() | rows["order_id"].notna()
    paid = rows["goods"].isin(_PAID_BY_THE_UNIT) & (rows["net"] != 0) & rows["sku"].notna()
    return (stated & (priced | paid)).fillna(value=False).astype(bool)


def raw_lines(lines: Iterable[FileLine]) -> pd.DataFrame:
    """Return the lines as `core.frame_columns.RAW_LINE_COLUMNS`, in the order of the file.

    `amount_column` is missing where a line adds to several; `quantity` where it carries none or says none.
    """
    rows = list(lines)
    keys = {group: group_key(group) for group in {line.group for line in rows}}
    columns = {
        "line_no": [line.number for line in rows],
        "settlement_id": [line.settlement_id or None for line in rows],
        "group_key": [keys[line.group] for line in rows],
        "event": [line.event.value for line in rows],
        "raw_type": [line.raw_type for line in rows],
        "raw_description": [line.raw_description or None for line in rows],
        "order_id": [line.order_id or None for line in rows],
        "sku": [line.sku or None for line in rows],
        "amount": [line.amount for line in rows],
        "amount_column": [line.parts[0][0] if len(line.parts) == 1 else None for line in rows],
        "quantity": [line.units if line.carries_units else None for line in rows],
        "posted_at": [line.posted_at for line in rows],
    }
    return pd.DataFrame({name: pd.Series(columns[name], dtype=dtype) for name, dtype in RAW_LINE_COLUMNS.items()})


def _rows(
    key: str, members: list[FileLine], units: Callable[[Sequence[FileLine]], Units]
) -> list[tuple[dict[str, object], list[FileLine]]]:
    """Return the transactions of a group, each with its lines."""
    members.sort(key=lambda line: (line.amount, line.content))  # the amount first: it is the same in any notation
    apart = [[line] for line in members] if members[0].single else _by_currency(members)
    return [(_row(key, ordinal, group, units(group)), group) for ordinal, group in enumerate(apart)]


def _by_currency(members: Sequence[FileLine]) -> list[list[FileLine]]:
    """Return the lines of each currency: no transaction adds two."""
    of = {line.currency: [one for one in members if one.currency == line.currency] for line in members}
    return [of[currency] for currency in sorted(of)]


def _row(key: str, ordinal: int, group: list[FileLine], units: Units) -> dict[str, object]:
    first = group[0]
    amounts = dict.fromkeys(AMOUNT_COLUMNS, Decimal(0))
    for line in group:
        for column, amount in line.parts:
            amounts[column] += amount
    return {
        "group_key": key,
        "ordinal": ordinal,
        "settlement_id": first.settlement_id or None,
        "event": first.event.value,
        "raw_type": first.raw_type,
        "raw_description": first.raw_description or None,
        "order_id": first.order_id or None,
        "order_item_id": first.order_item_id or None,
        "shipment_id": first.shipment_id or None,
        "adjustment_id": first.adjustment_id or None,
        "merchant_order_id": _named(line.merchant_order_id for line in group),
        "sku": first.sku or None,
        "marketplace": _named(line.marketplace for line in group),
        "fulfilment": _named(line.fulfilment for line in group),
        "posted_at": min((line.posted_at for line in group if line.posted_at), default=None),
        "quantity": units.quantity,
        "quantity_source": units.source.value if units.source else None,
        "stock_effect": (StockEffect.NONE if units.quantity == 0 else first.stock_effect).value,
        "currency": first.currency or None,
        **amounts,
        "net": sum((line.amount for line in group), Decimal(0)),
        "lines": len(group),
        "goods": first.goods.value,
        "typed": to_text(
            TypedAmount(part.word, part.column, part.line_type, part.amount) for line in group for part in line.typed
        ),
        "tax_code": _named(f"{line.tax_rate.normalize():f}%" for line in group if line.tax_rate is not None),
    }


def _named(values: Iterable[str]) -> str | None:
    """Return what some of the lines say, the same in any order of lines."""
    return min((value for value in values if value), default=None)


def _order(row: dict[str, object]) -> tuple[bool, datetime | None, str, int]:
    posted = row["posted_at"]
    return posted is None, posted, row["group_key"], row["ordinal"]  # type: ignore[return-value]  # a row's own types
