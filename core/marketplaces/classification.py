"""What the bookkeeper says an unknown type is, applied to transactions wherever they come from (design §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.model import TRANSACTION_COLUMNS, Event, StockEffect, frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

STOCK_EFFECTS = {
    Event.SALE: StockEffect.OUT,
    Event.REFUND: StockEffect.UNKNOWN,
    Event.REIMBURSEMENT: StockEffect.OUT,
    Event.REIMBURSEMENT_REVERSAL: StockEffect.IN,
    Event.LIQUIDATION: StockEffect.OUT,
    Event.ADJUSTMENT: StockEffect.UNKNOWN,
    Event.OTHER: StockEffect.UNKNOWN,
}
"""What an event does to the stock where nothing more is known of it; every other event does nothing."""

_COMES_BACK = (Event.REFUND, Event.REIMBURSEMENT_REVERSAL)
_FEES = (Event.FEE, Event.ADVERTISING)
_SAYS_NOTHING = frozenset({"other-transaction", "other", "others"})


def word_of(raw_type: str, raw_description: str | None) -> str:
    """Return the words of an unknown transaction as `inspect` and Setup list them."""
    general = " ".join(raw_type.casefold().split()) in _SAYS_NOTHING
    return f"{raw_type.strip()} / {(raw_description or '').strip()}" if general else raw_type.strip()


def classified(transactions: pd.DataFrame, choices: Mapping[str, Event]) -> pd.DataFrame:
    """Return transactions with unknown types made what the bookkeeper chose.

    Only transactions whose event is `other` change; their amount stays the same to the cent.

    Args:
        transactions: `core.model.TRANSACTION_COLUMNS`.
        choices: Event by the word that is listed.
    """
    if not choices or not (transactions["event"] == Event.OTHER.value).any():
        return transactions
    records = transactions.astype(object).to_dict("records")
    changed = [_classified({str(name): value for name, value in record.items()}, choices) for record in records]
    return frame(TRANSACTION_COLUMNS, changed).set_index(transactions.index)


def _classified(record: dict[str, object], choices: Mapping[str, Event]) -> dict[str, object]:
    description = record["raw_description"]
    word = word_of(str(record["raw_type"]), description if isinstance(description, str) else None)
    event = choices.get(word)
    if record["event"] != Event.OTHER.value or event is None:
        return record
    quantity = record["quantity"]
    if isinstance(quantity, int) and event in _COMES_BACK:
        quantity = -abs(quantity)
    moves_goods = quantity != 0
    stock_effect = STOCK_EFFECTS.get(event, StockEffect.NONE) if moves_goods else StockEffect.NONE
    fee = {"other": 0, "other_fee": _plus(record["other_fee"], record["other"])} if event in _FEES else {}
    return {**record, "event": event.value, "quantity": quantity, "stock_effect": stock_effect.value, **fee}


def _plus(first: object, second: object) -> object:
    return first + second  # type: ignore[operator]  # decimals of a MONEY column
