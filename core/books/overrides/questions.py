"""The question that a saved answer answers; to another one it is only a proposal. Pure.

An answer is an answer to its question: what the line was when it was saved, how many units it was about, and of which
SKU. It keeps that question. Where the line asks something else since, the answer sets nothing any more: the line asks
anew, with what was saved beside it as a proposal. So it does not matter by which way the question changed (a word that
somebody declared, a better reader, another document) nor by which way the answer came (a save, an undo, a restored
value, a settlement that was removed and imported again).

Worked example: "Money only" was accepted for 2 units under a word that nobody had declared. The word is then said to be
Sales: the 2 units were sold and cost something, so the line waits on Resolve, where 0 is proposed with the reason.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.books.settlements.settlement_lines import money_in_words
from core.costing.rules.first_reader import goods_by_words
from core.frame_columns import OVERRIDE_COLUMNS, frame, records
from core.marketplaces.words.meanings import MONEY_ALONE
from core.model import Event, Goods, Proposal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

Row = dict[str, Any]
ASKED = ("asked_event", "asked_goods", "asked_units", "asked_sku")
"""The columns of an override that hold its question."""
_SAYS = ("unit_cost", "disposition", "units_back", "sku")


def says_something(override: Mapping[str, Any]) -> bool:
    """Tell whether a saved answer holds anything; one that was taken back does not."""
    return bool(override["zero_confirmed"]) or any(override[name] is not None for name in _SAYS)


def question_of(line: Mapping[str, Any]) -> Row:
    """Return what a transaction asks (`ASKED`), as it is read and classified."""
    goods = line["goods"] or _goods_of_first_reader(line)
    return dict(zip(ASKED, (line["event"], str(goods), line["quantity"], line["sku"]), strict=True))


def _goods_of_first_reader(line: Mapping[str, Any]) -> Goods:
    words = f"{line['raw_type'] or ''} {line['raw_description'] or ''}".upper()
    return goods_by_words(line["event"], words, line["stock_effect"])


_OF_MONEY = frozenset(map(str, (Event.OTHER, Event.REIMBURSEMENT, *MONEY_ALONE)))


def same_meaning(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two questions are about a line that is the same thing, and whose goods do the same.

    Whether goods moved that no word speaks of is one question, whatever kind of money the line is said to be.
    """
    both = (one, other)
    if all(asked["asked_goods"] == Goods.UNCLEAR.value and asked["asked_event"] in _OF_MONEY for asked in both):
        return True
    return (one["asked_event"], one["asked_goods"]) == (other["asked_event"], other["asked_goods"])


def same_units_and_sku(saved: Mapping[str, Any], question: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Tell whether a line has the units and the SKU that an answer was given for; what was typed counts as known.

    Where neither line states units, what was typed of the units alone is said of both: 1 came back of a refund whose
    row names no SKU, and the payout names its mug and states no units either.

    Args:
        saved: The answer.
        question: The question that it was given to.
        now: The question of the line.
    """
    sku = question["asked_sku"] if question["asked_sku"] is not None else saved["sku"]
    if sku is not None and now["asked_sku"] not in (None, sku):
        return False
    units = question["asked_units"] if question["asked_units"] is not None else saved["units_back"]
    if now["asked_units"] is None:
        return question["asked_units"] is None and is_of_units_alone(saved)
    return units is not None and abs(units) == abs(now["asked_units"])


def is_of_units_alone(saved: Mapping[str, Any]) -> bool:
    """Tell whether an answer says how many units moved, or what became of them, and leaves their cost open."""
    is_cost = saved["unit_cost"] is not None or bool(saved["zero_confirmed"])
    return not is_cost and (saved["units_back"] is not None or saved["disposition"] is not None)


def is_same_question(saved: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Tell whether a line still asks what a saved answer answers.

    One that an earlier version stored says not what it was asked: it holds.

    Args:
        saved: The answer, with its question.
        now: The question of the line.
    """
    if saved["asked_event"] is None:
        return True
    if not same_meaning(saved, now):
        return False
    return _unsigned(saved) == _unsigned(now) or same_units_and_sku(saved, saved, now)


def _unsigned(question: Mapping[str, Any]) -> tuple[int | None, str | None]:
    """Return the units, without sign, and the SKU that a question is about."""
    units = question["asked_units"]
    return None if units is None else abs(units), question["asked_sku"]


def overrides_for_questions(
    overrides: pd.DataFrame, lines: pd.DataFrame, standing: Collection[str] = ()
) -> pd.DataFrame:
    """Return the overrides as they hold for the lines: an answer to another question is only a proposal.

    Args:
        overrides: OVERRIDE_COLUMNS, of each line the newest version.
        lines: TRANSACTION_COLUMNS as they are read and classified, before any document counts their units.
        standing: Keys of lines that stand as they were answered, because they are exported.
    """
    answers = [row for row in records(overrides) if row["asked_event"] is not None and row["key"] not in standing]
    answered = {row["key"]: row for row in answers if says_something(row)}
    if not answered:
        return overrides
    asking = {row["key"]: row for row in records(lines[lines["key"].isin(list(answered))])}
    changed = {
        key: as_proposal(saved, saved, question_of(asking[key]))
        for key, saved in answered.items()
        if key in asking and not is_same_question(saved, question_of(asking[key]))
    }
    if not changed:
        return overrides
    return frame(OVERRIDE_COLUMNS, [changed.get(row["key"], row) for row in records(overrides)])


def is_proposal(override: Mapping[str, Any]) -> bool:
    """Tell whether an override sets nothing, and only proposes what was saved for another question."""
    is_bare = override["kind"] is None and not says_something(override)
    return is_bare and override["shown_kind"] == Proposal.TYPED_ELSEWHERE


def as_proposal(saved: Mapping[str, Any], question: Mapping[str, Any], now: Mapping[str, Any]) -> Row:
    """Return an answer that sets nothing, and says what was saved for which question.

    Args:
        saved: The answer.
        question: The question that it was given to (`ASKED`).
        now: The question of the line.
    """
    nothing = {**dict.fromkeys((*_SAYS, "kind")), "zero_confirmed": False}
    return {
        **saved,
        **nothing,
        "note": in_words(saved, question, now),
        "shown_cost": Decimal(0) if saved["zero_confirmed"] else saved["unit_cost"],
        "shown_kind": Proposal.TYPED_ELSEWHERE.value,
    }


def in_words(saved: Mapping[str, Any], question: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say what was saved, and what for, where the line asks something else now."""
    if not same_meaning(question, now):
        return (
            f"Saved when the line was {_meaning(question)}: {_answer(saved)}, for {_units(question['asked_units'])}; "
            f"it is {_meaning(now)} now"
        )
    named = "" if question["asked_sku"] in (None, now["asked_sku"]) else f" of {question['asked_sku']}"
    return (
        f"Typed for the line that an earlier file had here: {_answer(saved)}, for {_units(question['asked_units'])}"
        f"{named}; this line has {_units(now['asked_units'])}"
    )


def _meaning(question: Mapping[str, Any]) -> str:
    """Name a meaning: `sale (goods sold)`, `of an unknown type (goods unclear)`."""
    event = "of an unknown type" if question["asked_event"] == Event.OTHER else f"“{question['asked_event']}”"
    return f"{event} (goods: {question['asked_goods']})"


def _answer(saved: Mapping[str, Any]) -> str:
    what = "zero confirmed" if saved["zero_confirmed"] else "no cost"
    unit_cost, currency = saved["unit_cost"], saved["currency"] or ""
    cost = what if unit_cost is None else f"{money_in_words(unit_cost)} {currency}".strip()
    stock = "" if saved["disposition"] is None else f", {saved['disposition']}"
    back = "" if saved["units_back"] is None else f", {_units(saved['units_back'])}"
    sku = "" if saved["sku"] is None else f", SKU {saved['sku']}"
    return f"{cost}{stock}{back}{sku}"


def _units(count: int | None) -> str:
    if count is None:
        return "unknown units"
    return "one unit" if abs(count) == 1 else f"{abs(count)} units"
