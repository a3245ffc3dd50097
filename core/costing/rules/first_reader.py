"""What rows that the first reader stored say of their goods: it kept their words, not what these mean.

Exported lines of those days are locked, so they are judged as they were then: by parts of words, and by the stock
effect that the first reader stored. What is read today names its goods (`core.model.Goods`, docs/design/words.md).
"""

from __future__ import annotations

from core.model import Event, Goods, StockEffect

_CUSTOMERS = (
    *("CS_ERROR", "CUSTOMER_RETURN", "CUSTOMER RETURN", "CUSTOMER_SERVICE", "CUSTOMER SERVICE ISSUE"),
    *("RETURN_REIMBURSEMENT", "CRETURN_WRONG_ITEM"),
)
_REIMBURSED: tuple[tuple[tuple[str, ...], Goods], ...] = (
    (("REVERSAL_REIMBURSEMENT",), Goods.RETURN_PAID),
    (("COMPENSATED_CLAWBACK", "REIMBURSEMENT_REVERSAL"), Goods.FOUND),
    (("CLAWBACK",), Goods.LOSS_REVERSED),
    (("INCORRECT_FEES", "SAFE-T", "GOODWILL"), Goods.NONE),
    (("FREE_REPLACEMENT",), Goods.REPLACED),
    (("RE_EVALUATION",), Goods.PAID_AGAIN),
    (("CS_ERROR_NON_ITEMIZED",), Goods.NOT_ITEMIZED),
    (_CUSTOMERS, Goods.RETURN_PAID),
)
"""Parts of Amazon's words; the first that a line holds wins."""
_BY_EFFECT = {
    StockEffect.OUT: Goods.LOST,
    StockEffect.IN: Goods.LOSS_REVERSED,
    StockEffect.NONE: Goods.NONE,
    StockEffect.UNKNOWN: Goods.UNCLEAR,
}
_BY_EVENT = {
    Event.REFUND: Goods.REFUNDED,
    Event.DISPUTE: Goods.REFUNDED,
    Event.FEE: Goods.NONE,
    Event.ADVERTISING: Goods.NONE,
    Event.TAX_ONLY: Goods.NONE,
    Event.BALANCE: Goods.NONE,
    Event.PAYOUT: Goods.NONE,
}


def goods_by_words(event: str | None, words: str, effect: str | None) -> Goods:
    """Return what a row of the first reader says of its goods.

    Args:
        event: One of `Event`.
        words: The marketplace's type and description, upper case.
        effect: One of `StockEffect`.
    """
    if "TBYB TRIAL SHIPMENT" in words:
        return Goods.NONE
    if event in _BY_EVENT:
        return _BY_EVENT[Event(event)]
    of_event = _TOLD_FURTHER.get(event or "", _adjusted)
    return of_event(event, words, effect)


def _sold(event: str | None, words: str, effect: str | None) -> Goods:  # noqa: ARG001 - one of a table
    return Goods.NONE if effect == StockEffect.NONE else Goods.SOLD


def _taken_back(event: str | None, words: str, effect: str | None) -> Goods:  # noqa: ARG001 - one of a table
    return Goods.FOUND if _holds(words, _REIMBURSED[0][0] + _REIMBURSED[1][0]) else Goods.LOSS_REVERSED


def _liquidated(event: str | None, words: str, effect: str | None) -> Goods:  # noqa: ARG001 - one of a table
    if "ADJUSTMENT" in words or effect == StockEffect.NONE:
        return Goods.NONE
    return Goods.LOSS_REVERSED if effect == StockEffect.IN else Goods.LIQUIDATED


def _reimbursed(event: str | None, words: str, effect: str | None) -> Goods:  # noqa: ARG001 - one of a table
    told = next((goods for known, goods in _REIMBURSED if _holds(words, known)), None)
    if told is not None:
        return told
    return Goods.NONE if effect == StockEffect.IN else _by_effect(words, effect)


def _adjusted(event: str | None, words: str, effect: str | None) -> Goods:
    """Read an adjustment; a row of a type that nobody had classified only where its stock effect was known."""
    if event == Event.OTHER and effect not in {StockEffect.OUT, StockEffect.IN}:
        return Goods.NONE
    return Goods.RETURN_PAID if effect == StockEffect.OUT and _holds(words, _CUSTOMERS) else _by_effect(words, effect)


def _by_effect(words: str, effect: str | None) -> Goods:
    goods = _BY_EFFECT[StockEffect(effect or StockEffect.UNKNOWN)]
    return Goods.LOST_ON_REMOVAL if goods is Goods.LOST and "REMOVAL" in words else goods


def _holds(words: str, parts: tuple[str, ...]) -> bool:
    return any(part in words for part in parts)


_TOLD_FURTHER = {
    Event.SALE.value: _sold,
    Event.LIQUIDATION.value: _liquidated,
    Event.REIMBURSEMENT_REVERSAL.value: _taken_back,
    Event.REIMBURSEMENT.value: _reimbursed,
}
