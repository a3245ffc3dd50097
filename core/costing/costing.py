"""The way from the books to the table of costed lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from core.costing.costs.finale_costs import Average, midnight, products_of, read_mapping
from core.costing.costs.plain_lines import plain_lines
from core.costing.costs.precedence import is_without_order, takes_average
from core.costing.costs.prefilled_costs import UNITS, MissingCost, UsedCost, last_used, prefilled_cost, read_last_used
from core.costing.frames import table
from core.costing.ledger import open_ledger
from core.costing.line_outcomes import answer_lines
from core.costing.lines import as_proposals, read_lines
from core.costing.notes import note
from core.costing.rules.rules import Rule, judge
from core.costing.units.reimbursed_units import with_sentence
from core.frame_columns import COSTED_COLUMNS
from core.model import ASKS_GOODS, Cause, CostSource, CostStatus
from core.money import is_too_large

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from decimal import Decimal

    import pandas as pd

    from core.costing.costs.precedence import Sources
    from core.costing.costs.prefilled_costs import ProposedCost
    from core.costing.inputs import CostingInput, CostingPolicies
    from core.costing.ledger import CostLedger
    from core.costing.line_outcomes import LineOutcome
    from core.costing.lines import LineLock, Override

RULES_VERSION = 3
"""Of what lines come out with. To be raised with every change of it between two releases; a release tells by itself."""


_FEW = 500
"""Lines that are costed one by one as quickly as by columns."""


def cost(books: CostingInput, policies: CostingPolicies) -> pd.DataFrame:
    """Say which cost every line gets, and why (docs/design/costing.md, Which cost a line gets).

    Args:
        books: All lines of the company, or those of a `closure`, with everything their costs depend on.
        policies: How doubtful cases are treated.

    Returns:
        COSTED_COLUMNS, one row per transaction, in the order and with the index given. COGS is in home currency, + is
        expense; it is missing where the cost is, and 0 where no goods moved.

    Raises:
        DuplicateLineError: If two transactions have one key.
        CostCurrencyError: If a cost is in another currency than the company's.
    """
    by_columns = cost_by_columns if len(books.transactions) > _FEW else cost_one_by_one
    return by_columns(books, policies)


def cost_by_columns(books: CostingInput, policies: CostingPolicies) -> pd.DataFrame:
    """Return the same as `cost_one_by_one`: plain lines by columns, all others one by one."""
    plain = plain_lines(books, policies)
    if plain is None:
        return cost_one_by_one(books, policies)
    return plain.beside(cost_one_by_one(plain.rest, policies, plain.used_costs), books.transactions.index)


def cost_one_by_one(books: CostingInput, policies: CostingPolicies, used: Sequence[UsedCost] = ()) -> pd.DataFrame:
    """Return what `cost` does, line by line: the rules themselves.

    Args:
        books: As `cost` takes them.
        policies: How doubtful cases are treated.
        used: The last costs of lines that are costed elsewhere.
    """
    ledger = open_ledger(books, policies)
    answered = answer_lines(ledger)
    outdated = set(_told_since(ledger, answered))
    if outdated:
        books = replace(books, overrides=as_proposals(books.overrides, outdated))
        ledger = open_ledger(books, policies)
        answered = answer_lines(ledger)
    last = _last_used(books, answered, used)
    rows = (_row(line, ledger, last) for line in answered)
    return table(COSTED_COLUMNS, rows, index=books.transactions.index)


def _told_since(ledger: CostLedger, answered: Sequence[LineOutcome]) -> Iterator[str]:
    """Name the lines that are asked although a proposal of theirs was accepted, and of which a report says what moved.

    Amazon's Reimbursements report says that 1 of 2 lost units was paid, and that what was taken back was money: the 2
    units that were accepted as found are not there, so that it decides, as it does where nobody has answered.
    """
    known = ledger.known_lines
    for one in answered:
        saved, told = known.overrides.get(one.line.key), known.report.get(one.line.key)
        is_accepted = saved is not None and saved.is_accepted and one.line.key not in known.locks
        if is_accepted and told is not None and told.is_known and one.outcome.cause in ASKS_GOODS:
            yield one.line.key


def without_order(transactions: pd.DataFrame, mappings: pd.DataFrame | None = None) -> set[str]:
    """Return the lines whose cost is an average of their day: goods moved, and no customer's order stands behind them.

    Args:
        transactions: TRANSACTION_COLUMNS of all lines of the company; a loss that names an order is about that order
            only where a sale of it is among them.
        mappings: MAPPING_COLUMNS: which products SKUs stand for.

    Returns:
        Line keys.
    """
    lines = read_lines(transactions)
    mapping = {} if mappings is None else read_mapping(mappings)
    judged = zip(lines, judge(lines, partial(products_of, mapping)), strict=True)
    return {
        line.key
        for line, judgement in judged
        if line.sku is not None and judgement.rule is not Rule.NOTHING and is_without_order(line, judgement.rule)
    }


def with_typed_units(transactions: pd.DataFrame, without_sku: Collection[str] = ()) -> set[str]:
    """Return the lines of which typed units count though they state their own: refunds, lost returns and reversals.

    A reversal that names no SKU itself may turn out to be a loss, whose own units count.

    Args:
        transactions: TRANSACTION_COLUMNS of the lines in question, with all others of their orders.
        without_sku: Keys of lines that name no SKU themselves; one that was typed stands in the transactions.

    Returns:
        Line keys.
    """
    lines = read_lines(transactions)
    judged = zip(lines, judge(lines), strict=True)
    return {
        line.key
        for line, judgement in judged
        if judgement.rule in {Rule.REFUND, Rule.RETURN_LOST}
        or (judgement.rule is Rule.REVERSAL and line.key not in without_sku)
    }


def _last_used(books: CostingInput, answered: Sequence[LineOutcome], used: Sequence[UsedCost]) -> dict[str, Average]:
    """Return the last cost used per SKU: as given, else as these lines and those costed elsewhere show."""
    if books.last_used is not None:
        costs: Mapping[str, tuple[Decimal, str | None]] = read_last_used(books.last_used)
    else:
        own = (
            UsedCost(one.line.when, one.line.sku, one.line.day, one.outcome.unit_cost, one.outcome.source)
            for one in answered
        )
        costs = last_used(chain(used, own))
    return {sku: Average(cost, midnight(day) if day else _LONG_AGO) for sku, (cost, day) in costs.items()}


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _row(answered: LineOutcome, ledger: CostLedger, last: Mapping[str, Average]) -> tuple[object, ...]:
    """Return a line's COSTED_COLUMNS in their order."""
    line, outcome, sources = answered.line, answered.outcome, ledger.sources
    moves_goods = answered.rule is not Rule.NOTHING
    saved, lock = ledger.known_lines.overrides.get(line.key), ledger.known_lines.locks.get(line.key)
    product_id, description = _product(line.sku, lock, sources)
    finale_cost = _finale_cost(answered, sources) if moves_goods else None
    proposed = _proposed(answered, ledger, last, saved) if lock is None else None
    return (
        line.key,
        outcome.status,
        outcome.cause,
        outcome.unit_cost,
        sources.policies.home_currency if moves_goods else None,
        outcome.quantity,
        outcome.cogs,
        outcome.source,
        outcome.as_of,
        with_sentence(
            note(answered, ledger, finale_cost),
            ledger.known_lines.decided_reimbursements.get(line.key) if lock is None else None,
        ),
        outcome.original,
        proposed.unit_cost if proposed else None,
        proposed.proposal if proposed else None,
        proposed.as_of if proposed else None,
        finale_cost,
        outcome.suspect,
        outcome.disposition,
        product_id,
        description,
        saved.version if saved else 0,
    )


def _product(sku: str | None, lock: LineLock | None, sources: Sources) -> tuple[str | None, str | None]:
    """Return the product beside a cost and what it is called: a locked line keeps those that it was costed by."""
    if lock is not None:
        return lock.product_id, lock.description
    product = sources.finale.mapping.get(sku) if sku is not None else None
    return (product.name, product.description) if product else (None, None)


def _finale_cost(answered: LineOutcome, sources: Sources) -> Decimal | None:
    """Return what Finale says now, whatever cost the line has; nothing where it is more than books hold."""
    if answered.outcome.source is CostSource.ORDER:
        return answered.outcome.unit_cost
    said = _said_by_finale(answered, sources)
    return None if is_too_large(said) else said


def _said_by_finale(answered: LineOutcome, sources: Sources) -> Decimal | None:
    on_order = sources.order_costs.of_line(answered.line).unit_cost
    if on_order is not None or not takes_average(answered.line, answered.rule):
        return on_order
    average = sources.finale.average_for(answered.line)
    return average.unit_cost if average else None


def _proposed(
    answered: LineOutcome, ledger: CostLedger, last: Mapping[str, Average], override: Override | None
) -> ProposedCost | None:
    outcome, sources = answered.outcome, ledger.sources
    if outcome.status != CostStatus.MISSING or outcome.cause is None:
        return None
    original = answered.original.unit_cost if answered.original else None
    typed = override.shown_cost if override and override.is_typed_elsewhere else None
    believed = answered.believed_cost
    if outcome.cause in UNITS and outcome.quantity and answered.original is None and believed is None:
        believed = sources.order_costs.of_line(answered.line).unit_cost
    return prefilled_cost(
        MissingCost(
            answered.line,
            Cause(outcome.cause),
            outcome.quantity,
            original,
            sources.finale,
            last,
            believed,
            ledger.move(answered.line).goods_believed,
            answered.rule is not Rule.REVERSAL and is_without_order(answered.line, answered.rule),
            typed,
        )
    )
