"""From lines by columns to transactions: the same frames as `settlements.transactions`, for all groups at once.

Group keys are factorised, sums are sums of whole millionths. What depends on the order of equal rows, what states units
in undeclared words, and typed amounts are looked at one by one, but only where a file has them.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.frame_columns import AMOUNT_COLUMNS, RAW_LINE_COLUMNS, TRANSACTION_COLUMNS, frame
from core.marketplaces.columns.column_groups import _LEADING, Groups
from core.marketplaces.columns.column_lines import ColumnLines, content_order, texts_of_rows
from core.marketplaces.reading.columns import Coded, first_rows, joint
from core.marketplaces.settlements.transactions import GOODS
from core.model import GOODS_EFFECTS, Event, Goods, QuantitySource, StockEffect, is_multi_channel
from core.money import LINE_PLACES, from_millionths
from core.typed_amounts import TypedAmount, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.line_types import LineType

REPORTED, DERIVED, FROM_ORDER, UNKNOWN, NONE = range(5)
"""How the units of a transaction are known, as numbers; the words are those of `core.model.QuantitySource`."""
_SOURCES = [
    *(QuantitySource.REPORTED.value, QuantitySource.DERIVED.value, QuantitySource.FROM_ORDER.value),
    *(QuantitySource.UNKNOWN.value, None),
]
_NAMED = ("merchant_order_id", "marketplace", "fulfilment")


def counted_units(groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return the units of each transaction; see `core.marketplaces.settlements.transactions.counted_units`."""
    lines = groups.lines
    carries = lines.values_of(lambda line: line.carries_units, bool)
    silent = lines.values_of(lambda line: line.carries_units and line.units is None, bool)
    units = groups.sum(np.where(carries, lines.values_of(lambda line: line.units or 0, np.int64), 0))
    about_goods = lines.values_of(lambda line: line.event in GOODS, bool)[groups.lead]
    source = np.where(about_goods, np.where(groups.any(silent), UNKNOWN, REPORTED), NONE)
    return units, source


def units_with_fees_by_columns(groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return the units, for multi-channel orders without any those that their fees repeat (Amazon V2 and XML)."""
    lines = groups.lines
    units, source = counted_units(groups)
    elsewhere = groups.any(lines.field("marketplace").spread(is_multi_channel, bool))
    sales = lines.values_of(lambda line: line.event is Event.SALE, bool)[groups.lead]
    open_ones = elsewhere & sales & (source == REPORTED) & (units == 0)
    of_fees = lines.values_of(lambda line: line.repeated_units is not None, bool)
    repeats = groups.any(of_fees) & ~groups.any(of_fees & _given_back(lines))
    repeated = groups.sum(lines.values_of(lambda line: line.repeated_units or 0, np.int64))
    source = np.where(open_ones, np.where(repeats, DERIVED, UNKNOWN), source)
    return np.where(open_ones & repeats, repeated, units), source


def units_of_fees(groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return the units of each row; of a multi-channel order's fees those that they repeat (Amazon's date ranges)."""
    lines = groups.lines
    units, source = counted_units(groups)
    repeats = lines.values_of(lambda line: line.repeated_units is not None, bool)[groups.lead]
    repeated = lines.values_of(lambda line: line.repeated_units or 0, np.int64)[groups.lead]
    known = np.where(_given_back(lines)[groups.lead], UNKNOWN, DERIVED)
    return np.where(repeats, repeated, units), np.where(repeats, known, source)


def _given_back(lines: ColumnLines) -> np.ndarray:
    """Tell which lines are fees that were given back: of these nobody knows whether the goods left."""
    return np.asarray(lines.amount > 0)


def units_that_are_stated(groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return the units of the lines that state them, else of the prices that repeat them (Amazon V1, row by row)."""
    lines = groups.lines
    if not len(groups):
        return counted_units(groups)
    carries = lines.values_of(lambda line: line.carries_units, bool)
    stated = lines.values_of(lambda line: line.units is not None, bool)
    units = groups.sum(np.where(carries & stated, lines.values_of(lambda line: line.units or 0, np.int64), 0))
    about_goods = lines.values_of(lambda line: line.event in GOODS, bool)
    places = np.where(stated[groups.rows], np.arange(len(groups.rows)), len(groups.rows))
    first = np.minimum.reduceat(places, groups.start)
    any_stated = first < len(groups.rows)
    deciding = np.where(any_stated, groups.rows[np.minimum(first, len(groups.rows) - 1)], groups.lead)
    repeats = lines.values_of(lambda line: line.repeated_units is not None, bool)
    repeated = lines.values_of(lambda line: line.repeated_units or 0, np.int64)
    shown = groups.any(carries) & ~any_stated
    priced = shown & groups.any(carries & repeats)
    source = np.where(about_goods[deciding], np.where(shown & ~priced, UNKNOWN, REPORTED), NONE)
    units = np.where(priced, groups.sum(np.where(carries, repeated, 0)), units)
    sales = lines.values_of(lambda line: line.event is Event.SALE, bool)[groups.lead]
    elsewhere = groups.any(lines.field("marketplace").spread(is_multi_channel, bool))
    open_ones = sales & elsewhere & ~shown & ~any_stated
    derived = open_ones & groups.any(repeats) & ~groups.any(repeats & _given_back(lines))
    source = np.where(open_ones, np.where(derived, DERIVED, UNKNOWN), source)
    return np.where(derived, groups.sum(repeated), units), source


def units_of_orders(groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return that the units are those of the order, and none where only money moved (Shopify)."""
    lines = groups.lines
    sold = lines.values_of(lambda line: line.event in (Event.SALE, Event.REFUND), bool)[groups.lead]
    disputed = lines.values_of(lambda line: line.event is Event.DISPUTE, bool)[groups.lead]
    money_alone = lines.values_of(lambda line: line.stock_effect is StockEffect.NONE, bool)[groups.lead]
    source = np.where(sold & money_alone, FROM_ORDER, np.where(sold | disputed, UNKNOWN, NONE))
    return np.zeros(len(groups), np.int64), source


def units_of_rows(groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return the units of each row; those of disputes and of silent unknown types are not known (eBay)."""
    lines = groups.lines
    units, source = counted_units(groups)
    silent = lines.values_of(
        lambda line: line.event is Event.DISPUTE or (line.event is Event.OTHER and not line.carries_units), bool
    )
    return units, np.where(silent[groups.lead], UNKNOWN, source)


def transactions_by_settlement(
    groups: Groups, settlements: Sequence[str], units: Callable[[Groups], tuple[np.ndarray, np.ndarray]]
) -> dict[str, pd.DataFrame]:
    """Return `core.model.TRANSACTION_COLUMNS` without key and store, by settlement, each in order of posting."""
    place = {settlement: at for at, settlement in enumerate(settlements)}
    of = groups.lines.settlements.spread(lambda one: place.get(one, -1), np.int64)[groups.lead]
    named = {
        "posted_at": _posted(groups),
        "group_key": groups.key_text,
        "ordinal": pa.array(groups.ordinal, pa.int64()),
    }
    order = pc.sort_indices(
        pa.table({"settlement": of, **named}),
        sort_keys=[(name, "ascending") for name in ("settlement", *named)],
    )
    columns = {name: column.take(order) for name, column in {**named, **_columns(groups, units)}.items()}
    whole = pa.table({**columns, **_leading_texts(groups, groups.lead[order.to_numpy()])})
    at = np.searchsorted(of[order.to_numpy()], np.arange(len(settlements) + 1))
    return {
        settlement: _frame(whole.slice(at[number], at[number + 1] - at[number]), TRANSACTION_COLUMNS)
        for number, settlement in enumerate(settlements)
    }


def _frame(table: pa.Table, types: dict[str, pd.ArrowDtype]) -> pd.DataFrame:
    if not len(table):
        return frame(types)
    known = set(table.column_names)
    columns = (
        table[name].cast(dtype.pyarrow_dtype) if name in known else pa.nulls(len(table), dtype.pyarrow_dtype)
        for name, dtype in types.items()
    )
    arrays = map(pd.arrays.ArrowExtensionArray, columns)
    return pd.DataFrame(dict(zip(types, arrays, strict=True)), copy=False)


def _columns(groups: Groups, units: Callable[[Groups], tuple[np.ndarray, np.ndarray]]) -> dict[str, pa.Array]:
    lines, lead = groups.lines, groups.lead
    quantity, source = units(groups)
    goods = lines.values_of(lambda line: line.goods.value, object)[lead]
    effect = lines.values_of(lambda line: line.stock_effect.value, object)[lead]
    effect = np.where((source < UNKNOWN) & (quantity == 0), StockEffect.NONE.value, effect)
    quantity, source, goods, effect = _asked(groups, quantity, source, goods, effect)
    return {
        **{name: _named(groups, lines.field(name)) for name in _NAMED},
        "quantity": pa.array(quantity, pa.int64(), mask=source >= UNKNOWN),
        "quantity_source": pa.array(_SOURCES, pa.string()).take(pa.array(source)),
        "stock_effect": pa.array(effect, pa.string()),
        **{name: _part(groups, name) for name in AMOUNT_COLUMNS},
        "net": from_millionths(groups.sum(lines.amount)),
        "lines": pa.array(groups.size, pa.int64()),
        "goods": pa.array(goods, pa.string()),
        "typed": _typed(groups),
        "tax_code": _tax_codes(groups),
    }


def _posted(groups: Groups) -> pa.Array:
    moments = groups.lines.moments
    return pa.array(moments.values, pa.timestamp("us", tz="UTC")).take(pa.array(moments.codes[groups.lead]))


def _leading_texts(groups: Groups, lead: np.ndarray) -> dict[str, pa.Array]:
    """Return what the leading line of each transaction says, in the order of these lines: every text is copied once."""
    lines = groups.lines
    words = {
        "event": lines.words_of(lambda line: line.event.value),
        "raw_description": lines.words_of(lambda line: line.raw_description),
        "settlement_id": lines.settlements,
        "currency": lines.currencies,
        **{name: lines.field(name) for name in _LEADING},
    }
    return {
        "raw_type": _verbatim(lines, lead),
        **{name: _or_none(texts_of_rows(of, lead)) for name, of in words.items()},
    }


def _verbatim(lines: ColumnLines, rows: np.ndarray) -> pa.Array:
    codes, texts = lines.table.columns[lines.declaration.raw_type]
    return texts.take(pa.array(codes[rows]))


def _or_none(texts: pa.Array) -> pa.Array:
    blank = pc.equal(texts, "")
    return pc.if_else(blank, pa.scalar(None, pa.string()), texts) if pc.any(blank).as_py() else texts


def _part(groups: Groups, column: str) -> pa.Array:
    added = groups.lines.part(column)
    return from_millionths(np.zeros(len(groups), np.int64) if added is None else groups.sum(added))


def _named(groups: Groups, texts: Coded[str]) -> pa.Array:
    """Return what some of the lines of each transaction say: the first in order of the alphabet."""
    if _agree(groups, texts.codes):
        return _or_none(texts_of_rows(texts, groups.lead))
    ranks = np.full(len(texts.values), len(texts.values), np.int64)  # a blank one says nothing
    known = sorted((text, at) for at, text in enumerate(texts.values) if text)
    ranks[[at for _, at in known]] = np.arange(len(known))
    least = np.minimum.reduceat(ranks[texts.codes][groups.rows], groups.start)
    names = pa.array([*(text for text, _ in known), None], pa.string())
    return names.take(pa.array(np.minimum(least, len(known))))


def _agree(groups: Groups, codes: np.ndarray) -> bool:
    """Tell whether the lines of each transaction say the same."""
    return bool((codes[groups.rows] == np.repeat(codes[groups.lead], groups.size)).all())


def _asked(
    groups: Groups, quantity: np.ndarray, source: np.ndarray, goods: np.ndarray, effect: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Let transactions ask whose units only undeclared words state; see `settlements.transactions`."""
    lines, lead = groups.lines, groups.lead
    stated = lines.values_of(lambda line: line.stated_units or 0, np.int64)
    if not stated.any():
        return quantity, source, goods, effect
    events = lines.shapes.spread(lambda shape: list(Event).index(shape.line.event), np.int64)
    kinds = np.where(events == list(Event).index(Event.OTHER), lines.table.columns[lines.declaration.raw_type][0], -1)
    sku = lines.field("sku")
    of_goods = joint([lines.settlements.codes, events, kinds + 1, lines.field("order_id").codes, sku.codes])[lead]
    known = np.unique(of_goods[((source < UNKNOWN) & (quantity != 0)) | (source == UNKNOWN)])
    asks = groups.any(stated != 0) & sku.spread(bool, bool)[lead] & ~np.isin(of_goods, known)
    spans = zip(groups.start[asks].tolist(), groups.size[asks].tolist(), strict=True)
    members = (content_order(lines, groups.rows[at : at + size], np.zeros(size, np.int64)) for at, size in spans)
    most = np.array([max((int(one) for one in stated[rows] if one), key=abs) for rows in members], np.int64)
    quantity, source = quantity.copy(), source.copy()
    quantity[asks], source[asks] = most, REPORTED
    effects = np.where(asks, GOODS_EFFECTS[Goods.UNCLEAR].value, effect)
    return quantity, source, np.where(asks, Goods.UNCLEAR.value, goods), effects


_Kind = tuple[str, str, "LineType | None"]
"""Word, amount column and line type of a typed amount."""


class _Shares(NamedTuple):
    """Typed amounts of transactions: of which, what they are about, and how much, in millionths."""

    transactions: np.ndarray
    kinds: np.ndarray
    amounts: np.ndarray

    def only(self, flags: np.ndarray) -> _Shares:
        """Return some of them."""
        return _Shares(self.transactions[flags], self.kinds[flags], self.amounts[flags])


def _typed(groups: Groups) -> pa.Array:
    """Return the typed amounts of each transaction as text; equal ones that stand alone are written once."""
    kinds: dict[_Kind, int] = {}
    most = max((len(shape.typed) for shape in groups.lines.shapes.values), default=0)
    texts = np.full(len(groups), None, object)
    if most:
        several = [_typed_sums(groups, at, kinds) for at in range(most)]
        shares = _Shares(
            np.concatenate([one.transactions for one in several]),
            np.concatenate([one.kinds for one in several]),
            np.concatenate([one.amounts for one in several]),
        )
        alone = np.bincount(shares.transactions, minlength=len(groups))[shares.transactions] == 1
        _write_single(shares.only(alone), list(kinds), texts)
        _write_several(shares.only(~alone), list(kinds), texts)
    return pa.array(texts, pa.string())


def _write_single(shares: _Shares, kinds: list[_Kind], texts: np.ndarray) -> None:
    if len(shares.transactions):
        codes = joint([shares.kinds, pd.factorize(shares.amounts)[0]])
        pairs = ((shares.kinds[row], shares.amounts[row]) for row in first_rows(codes))
        different = np.array([to_text([_typed_amount(kinds[kind], int(amount))]) for kind, amount in pairs], object)
        texts[shares.transactions] = different[codes]


def _write_several(shares: _Shares, kinds: list[_Kind], texts: np.ndarray) -> None:
    parts: dict[int, list[TypedAmount]] = defaultdict(list)
    for transaction, kind, amount in zip(*(each.tolist() for each in shares), strict=True):
        parts[transaction].append(_typed_amount(kinds[kind], amount))
    for transaction, amounts in parts.items():
        texts[transaction] = to_text(amounts)


def _typed_amount(kind: _Kind, millionths: int) -> TypedAmount:
    word, column, line_type = kind
    return TypedAmount(word, column, line_type, Decimal(millionths).scaleb(-LINE_PLACES))


def _typed_sums(groups: Groups, at: int, kinds: dict[_Kind, int]) -> _Shares:
    """Return the sums of what the lines' typed shares at a place are, by transaction and kind."""
    lines = groups.lines
    own = [shape.typed[at] if at < len(shape.typed) else None for shape in lines.shapes.values]
    numbers = [kinds.setdefault((one.word, one.column, one.line_type), len(kinds)) if one else -1 for one in own]
    kind = np.array(numbers, np.int64)[lines.shapes.codes]
    rows = np.flatnonzero(kind >= 0)
    codes, first = pd.factorize(groups.of_line[rows] * (len(kinds) + 1) + kind[rows])
    sums = np.zeros(len(first), np.int64)
    np.add.at(sums, codes, lines.typed_amounts(at)[rows])
    return _Shares(first // (len(kinds) + 1), first % (len(kinds) + 1), sums)


def _tax_codes(groups: Groups) -> pa.Array:
    lines = groups.lines
    if all(shape.line.tax_rate is None for shape in lines.shapes.values):
        return pa.nulls(len(groups), pa.string())
    rates = lines.values_of(lambda line: "" if line.tax_rate is None else f"{line.tax_rate.normalize():f}%", object)
    codes, different = pd.factorize(rates)
    return _named(groups, Coded(codes, list(different)))


def raw_lines_of(groups: Groups) -> pd.DataFrame:
    """Return `core.frame_columns.RAW_LINE_COLUMNS`, in the order of the file; see `settlements.transactions`."""
    lines = groups.lines
    every = np.arange(len(lines))
    carries = lines.values_of(lambda line: line.carries_units and line.units is not None, bool)
    units = lines.values_of(lambda line: line.units or 0, np.int64)
    columns = lines.values_of(lambda line: line.parts[0][0] if len(line.parts) == 1 else None, object)
    descriptions = pa.array(lines.values_of(lambda line: line.raw_description, object), pa.string())
    posted = pa.array(lines.moments.values, pa.timestamp("us", tz="UTC"))
    series = {
        "line_no": pa.array(lines.table.numbers(every), pa.int64()),
        "settlement_id": _or_none(texts_of_rows(lines.settlements, every)),
        "group_key": groups.key_text.take(pa.array(groups.of_line)),
        "event": pa.array(lines.values_of(lambda line: line.event.value, object), pa.string()),
        "raw_type": _verbatim(lines, every),
        "raw_description": _or_none(descriptions),
        "order_id": _or_none(texts_of_rows(lines.field("order_id"), every)),
        "sku": _or_none(texts_of_rows(lines.field("sku"), every)),
        "amount": from_millionths(lines.amount),
        "amount_column": pa.array(columns, pa.string()),
        "quantity": pa.array(units, pa.int64(), mask=~carries),
        "posted_at": posted.take(pa.array(lines.moments.codes)),
    }
    return _frame(pa.table(series), RAW_LINE_COLUMNS)
