"""What can be told of a line by the goods of its words alone: whether it may be about money only, or is a removal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.model import Goods

if TYPE_CHECKING:
    from core.costing.lines import Line

NAMES_GOODS = frozenset({Goods.UNCLEAR, Goods.NOT_ITEMIZED})
"""Words that are about goods for sure only where their line names a SKU and units."""

_TWO_KINDS = frozenset({Goods.FOUND, Goods.RETURN_PAID, Goods.RETURN_PAID_UNCLEAR})
"""Goods of words that take back units as well as cash alone."""


def may_be_money_only(line: Line) -> bool:
    """Tell whether a reversal may take back money alone: its word is used both for units found and for cash."""
    is_undeclared = line.is_declared and line.goods in NAMES_GOODS
    return is_undeclared or (line.order_id is None and line.goods in _TWO_KINDS)


def means_its_order_alone(line: Line) -> bool:
    """Tell whether a reversal that names an order can only mean a reimbursement of that order."""
    return line.order_id is not None and (line.goods in _TWO_KINDS or line.goods in NAMES_GOODS)


def is_removal(line: Line) -> bool:
    """Tell whether a line is about goods on their way out of the marketplace's warehouse, back to the seller."""
    return line.goods is Goods.LOST_ON_REMOVAL


def is_inbound(line: Line) -> bool:
    """Tell whether a line is a loss on the way in; of what the first reader stored, parts of its words say so."""
    if line.is_declared or line.goods is not Goods.LOST:
        return line.goods is Goods.LOST_INBOUND
    return "INBOUND" in f"{line.raw_type or ''} {line.raw_description or ''}".upper()


def says_no_kind_of_loss(line: Line) -> bool:
    """Tell whether the word of a reversal may take back any reimbursement, or says nothing of it."""
    return line.goods in _TWO_KINDS or line.goods in NAMES_GOODS


def has_reason_of(reversal: Line, line: Line) -> bool:
    """Tell whether a line is taken back under its own reason, however the words are spaced and punctuated."""
    return reversal.goods is line.goods and _reason(reversal) == _reason(line)


def _reason(line: Line) -> str:
    return "".join(filter(str.isalnum, (line.raw_description or line.raw_type or "").lower()))
