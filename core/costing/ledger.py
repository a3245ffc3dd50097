"""The books as costing holds them: every line with its rule, its original, its units, and what was saved and locked."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.costing.costs.finale_costs import read_finale
from core.costing.costs.order_costs import OrderCosts, only_skus
from core.costing.costs.precedence import LEAVES, Sources, read_opening
from core.costing.inputs import PAID_WITHOUT_UNITS
from core.costing.lines import asked_units, history, locks, overrides_in_force, read_lines, reported
from core.costing.rules.goods import GoodsLine, Move
from core.costing.rules.line_kinds import is_removal
from core.costing.rules.moves import FreeSale, moves
from core.costing.rules.rules import RULES, Judgement, Rule, judge
from core.costing.units.clawbacks import NO_GOODS, Candidate, find_reversed, may_be_reversed
from core.costing.units.originals import REFERRING, find_originals
from core.costing.units.pools import departures
from core.costing.units.reimbursed_units import reports_by_line, reports_in_force, with_report, with_unmoved_goods
from core.costing.units.shipments import costs_by_line, shipments_by_line
from core.costing.units.sold_goods import AsSold, sold_elsewhere
from core.costing.units.units_taken import Claim
from core.model import Cause, CostSource, is_multi_channel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from decimal import Decimal

    from core.costing.costs.finale_costs import Finale
    from core.costing.inputs import CostingInput, CostingPolicies
    from core.costing.lines import Line, LineLock, Override, ReturnReport
    from core.costing.units.clawbacks import ReversedUnits
    from core.costing.units.originals import Original
    from core.costing.units.pools import Expensed
    from core.costing.units.reimbursed_units import ReimbursementReport
    from core.model import SoldInShipments


@dataclass(frozen=True, slots=True)
class KnownLines:
    """What the books hold about lines, whatever they cost."""

    lines: Sequence[Line]
    judgements: Sequence[Judgement]
    """In the order of the lines."""
    overrides: Mapping[str, Override]
    """Overrides in force, by line key."""
    locks: Mapping[str, LineLock]
    """Locked lines, by line key."""
    exported_locks: Mapping[str, LineLock]
    """What exported lines took, by line key: the locked ones, and those that are costed as if they were free."""
    return_reports: Mapping[str, ReturnReport]
    """What marketplaces reported of refunds, by line key."""
    history: AbstractSet[tuple[str, str]]
    """Store and id of settlements before books start."""
    books_start: str | None = None
    """ISO date; a settlement across it is split."""
    unsure_units: Mapping[str, str] = field(default_factory=dict)
    """Why the units of a sale are not sure, by line key."""
    decided_reimbursements: Mapping[str, ReimbursementReport] = field(default_factory=dict)
    """What Amazon's Reimbursements report decides, by line key."""
    report: Mapping[str, ReimbursementReport] = field(default_factory=dict)
    """What it says, also of lines that somebody has answered: which reimbursement is which is no answer."""

    def of_rule(self, *rules: Rule) -> Iterator[Line]:
        """Return the lines under some rules."""
        return (line for line, judged in zip(self.lines, self.judgements, strict=True) if judged.rule in rules)

    def is_history(self, line: Line) -> bool:
        """Tell whether a line stands in a settlement before books start, or was posted before it."""
        if self.books_start is not None and line.day is not None and line.day < self.books_start:
            return True
        return bool(self.history) and (line.store, line.settlement_id) in self.history


@dataclass(frozen=True, slots=True)
class CostLedger:
    """The books, ready to be costed."""

    known_lines: KnownLines
    sources: Sources
    originals: Mapping[int, Original]
    """By the place of the line that refers to it."""
    goods: Mapping[int, Move]
    """What each line that is no plain sale does to stock, by its place."""
    reversed_lines: Mapping[int, tuple[ReversedUnits, ...]]
    """What each reversal takes back, by the reversal's place."""
    units_of_orders: Mapping[int, int | None]
    """Units that Finale's order gives to sales which say none, by their place."""

    def move(self, line: Line) -> Move:
        """Return what a line that may move goods does to stock."""
        if line.place in self.goods:
            return self.goods[line.place]
        units = _sale_units(line, self.known_lines, self.units_of_orders)
        reason = self.known_lines.unsure_units.get(line.key)
        return _unsure_move(reason) if units is None and reason is not None else _sale_move(units)


def open_ledger(books: CostingInput, policies: CostingPolicies) -> CostLedger:
    """Read the books, and settle everything about them that does not depend on a cost.

    Raises:
        DuplicateLineError: If two transactions have one key.
        CostCurrencyError: If a cost is in another currency than the company's.
    """
    finale = read_finale(books.observations, books.mappings, policies.home_currency)
    known_lines = _known_lines(books, policies, finale)
    order_costs = OrderCosts(finale, only_skus(_sold(known_lines)))
    sources = Sources(finale, order_costs, read_opening(books.opening), policies)
    accepted = list(_accepted_without_goods(known_lines))
    if accepted:
        known_lines = _as_asked_today(known_lines, accepted, sources)
    return _in_shipments(_settled(known_lines, sources))


def _in_shipments(ledger: CostLedger) -> CostLedger:
    """Give each line that takes units of an order the cost of its own shipments, where they differ."""
    of_orders = ledger.sources.order_costs
    by_line = costs_by_line(list(_claims(ledger)), of_orders, _expensed_before(ledger))
    return replace(ledger, sources=replace(ledger.sources, order_costs=replace(of_orders, by_line=by_line)))


def sold_in_shipments(books: CostingInput, policies: CostingPolicies) -> dict[str, SoldInShipments]:
    """Return in which shipments the units of lines left, by line key, where those of an order are to be told apart.

    Args:
        books: As `open_ledger` takes them.
        policies: How doubtful cases are treated.
    """
    ledger = open_ledger(books, policies)
    found = shipments_by_line(list(_claims(ledger)), ledger.sources.order_costs, _expensed_before(ledger))
    return {ledger.known_lines.lines[place].key: one for place, one in found.items()}


def _settled(known_lines: KnownLines, sources: Sources) -> CostLedger:
    """Settle what each line refers to, and what it does to stock."""
    order_costs, finale = sources.order_costs, sources.finale
    units_of_orders = _units_of_orders(known_lines, order_costs)
    sales = known_lines.of_rule(Rule.SALE)
    as_sold = _sold_elsewhere(known_lines, finale)
    referring = (
        as_sold[line.place].line if line.place in as_sold else line for line in known_lines.of_rule(*REFERRING)
    )
    originals = find_originals(referring, sales, lambda line: _sale_units(line, known_lines, units_of_orders))
    reversals = find_reversed(_candidates(known_lines))
    if any(one.sku is not None for one in known_lines.overrides.values()):
        known_lines = replace(known_lines, judgements=list(_with_typed_goods(known_lines, reversals)))
    lines_of_goods = _goods(known_lines, originals, order_costs, as_sold)
    goods = moves(lines_of_goods, reversals, sources.policies, _free(known_lines, finale))
    return CostLedger(known_lines, sources, originals, goods, reversals, units_of_orders)


def _accepted_without_goods(known_lines: KnownLines) -> Iterator[Line]:
    """Return the open lines whose proposed 0 was accepted because of other facts in the books.

    An unclear word proposes 0 by itself, so that nothing can take that reason away.
    """
    accepted = {key for key, saved in known_lines.overrides.items() if saved.accepts_no_goods}
    for line, judged in zip(known_lines.lines, known_lines.judgements, strict=True) if accepted else ():
        is_open = line.key in accepted and line.key not in known_lines.locks and not known_lines.is_history(line)
        if is_open and judged.rule not in {Rule.UNCLEAR, Rule.NOTHING}:
            yield line


REASON_GONE = (
    "0 was accepted when other lines or shipments in the books spoke for it, which they do no more: keep or correct it"
)


def _as_asked_today(known_lines: KnownLines, accepted: Sequence[Line], sources: Sources) -> KnownLines:
    """Return the lines with those accepted zeros as proposals for which the books do not speak any more.

    A line without a price may have been a replacement, so that 0 was accepted for its reimbursement; its settlement is
    removed: the unit is asked again. So is what the books would cost by themselves, a sale of a multi-channel order
    whose other store has gone.
    """
    saved = known_lines.overrides
    unanswered = {line.key: saved[line.key].as_proposal(None) for line in accepted}
    today = _settled(replace(known_lines, overrides={**saved, **unanswered}), sources)
    again: dict[str, Override] = {}
    for line in accepted:
        if not _proposes_no_goods(today, line):
            is_asked = line.place not in today.reversed_lines and today.move(line).cause is not None
            again[line.key] = saved[line.key].as_proposal(None if is_asked else REASON_GONE)
    return replace(known_lines, overrides={**saved, **again}) if again else known_lines


def _proposes_no_goods(ledger: CostLedger, line: Line) -> bool:
    """Tell whether no goods are proposed for a line that nobody has answered, or none move; what waits stays.

    What an original decides is not asked: it wins over an accepted zero.
    """
    if ledger.known_lines.judgements[line.place].rule is Rule.REVERSAL:
        return line.place not in ledger.reversed_lines
    move = ledger.move(line)
    if move.cause is Cause.GOODS_UNCLEAR:
        return not move.goods_believed
    return not move.quantity or (move.cause is None and line.place in ledger.originals)


def _known_lines(books: CostingInput, policies: CostingPolicies, finale: Finale) -> KnownLines:
    """Read what the books hold about lines; what Finale says only names the products of their SKUs."""
    locked, unsure_units = locks(books), asked_units(books.asked_units)
    doubtful = {key for key, reason in unsure_units.items() if reason == PAID_WITHOUT_UNITS}
    lines = [
        line._replace(says_no_units=True) if line.key in doubtful else line
        for line in read_lines(with_report(books), books.zones)
    ]
    overrides, report = overrides_in_force(books.overrides), reports_by_line(books.reimbursed)
    reimbursements = reports_in_force(report, overrides)
    return KnownLines(
        lines,
        with_unmoved_goods(lines, judge(lines, finale.products), reimbursements),
        overrides,
        locked,
        locked if books.exported_lines is None else locks(replace(books, locked_lines=books.exported_lines)),
        reported(books.returned),
        history(books.settlements),
        policies.books_start.isoformat() if policies.books_start else None,
        unsure_units,
        reimbursements,
        report,
    )


def _with_typed_goods(known_lines: KnownLines, reversals: Mapping[int, Sequence[ReversedUnits]]) -> Iterator[Judgement]:
    """Know a reversal by its sign alone, of which the SKU was typed and that reverses nothing in the books.

    A payment for damage that is negative takes back an earlier one, if there is one of that SKU; else it is a charge,
    and the units that were typed for it are lost. Words that speak of units found stay what they are.
    """
    for line, judged in zip(known_lines.lines, known_lines.judgements, strict=True):
        saved = known_lines.overrides.get(line.key)
        is_typed = saved is not None and saved.sku is not None and saved.sku == line.sku
        by_sign = judged.rule is Rule.REVERSAL and RULES[line.goods] is Rule.LOSS and line.order_id is None
        yield Judgement(Rule.LOSS) if is_typed and by_sign and line.place not in reversals else judged


def _free(known_lines: KnownLines, finale: Finale) -> dict[tuple[str | None, str | None], list[FreeSale]]:
    """Return the sales without a price, which may be replacements; nothing where none was reimbursed."""
    free: dict[tuple[str | None, str | None], list[FreeSale]] = defaultdict(list)
    wanted = {(line.store, line.sku) for line in known_lines.of_rule(Rule.REPLACEMENT)}
    for line in known_lines.of_rule(Rule.SALE) if wanted else ():
        if not line.principal and (line.store, line.sku) in wanted:
            units, day = said_units(line, known_lines) or 0, finale.shipping_day(line)
            free[line.store, line.sku].append(FreeSale(line, units, day))
    return free


def _sold(known_lines: KnownLines) -> Iterator[tuple[str, str, int]]:
    """Return order, SKU and units sold of every line that names goods on an order."""
    for line, judged in zip(known_lines.lines, known_lines.judgements, strict=True):
        if judged.rule is not Rule.NOTHING and line.order_id is not None and line.sku is not None:
            yield line.order_id, line.sku, (said_units(line, known_lines) or 0) if judged.rule is Rule.SALE else 0


def _claims(ledger: CostLedger) -> Iterator[Claim]:
    """Return the lines whose goods left on an order that Finale knows, with what exported ones took."""
    known_lines, on_orders = ledger.known_lines, ledger.sources.finale.on_orders
    for line, judged in zip(known_lines.lines, known_lines.judgements, strict=True):
        if judged.rule in LEAVES and line.order_id in on_orders:
            units = said_units(line, known_lines) if judged.rule is Rule.SALE else ledger.move(line).quantity
            if units is not None and units > 0:
                yield Claim(line, units, _taken(line, known_lines))


def _expensed_before(ledger: CostLedger) -> Expensed:
    """Return which units of orders left that no line takes, because they were expensed as unsellable before."""
    before: dict[tuple[str | None, str | None], Counter[str | None]] = defaultdict(Counter)
    for place, move in ledger.goods.items():
        line = ledger.known_lines.lines[place]
        for day, units in move.expensed:
            before[line.order_id, line.sku][day] += units
    return before


def _taken(line: Line, known_lines: KnownLines) -> Decimal | None:
    lock, saved = known_lines.exported_locks.get(line.key), known_lines.overrides.get(line.key)
    if lock is None or lock.source != CostSource.ORDER or (saved is not None and saved.unit_cost):
        return None
    return lock.cost_now or None


def said_units(line: Line, known_lines: KnownLines) -> int | None:
    """Return the units of a sale: as it was locked, else as reported, else as saved on Resolve."""
    lock = known_lines.locks.get(line.key)
    if lock is not None:
        return lock.quantity_now
    if line.quantity is not None:
        return line.quantity
    saved = known_lines.overrides.get(line.key)
    return saved.units if saved else None


def _units_of_orders(known_lines: KnownLines, order_costs: OrderCosts) -> dict[int, int | None]:
    """Return the units of sales that say none: those of Finale's order, if no other line of it sold the SKU."""
    sales = (line for line in known_lines.of_rule(Rule.SALE) if line.key not in known_lines.unsure_units)
    silent = [line for line in sales if said_units(line, known_lines) is None]
    if not silent:
        return {}
    count = Counter((line.order_id, line.sku) for line in known_lines.of_rule(Rule.SALE))
    alone = [line for line in silent if count[line.order_id, line.sku] == 1]
    return {line.place: order_costs.of(line.order_id, line.sku).units for line in alone}


def _sale_units(line: Line, known_lines: KnownLines, filled: Mapping[int, int | None]) -> int | None:
    units = said_units(line, known_lines)
    return filled.get(line.place) if units is None else units


def _sale_move(units: int | None) -> Move:
    if units is not None:
        return Move(units)
    return Move(
        None,
        "Neither the sale nor Finale's order states the units: enter how many were sold in column Units back.",
        cause=Cause.UNITS_UNKNOWN,
    )


def _unsure_move(reason: str) -> Move:
    return Move(None, reason, cause=Cause.UNITS_DISAGREE)


def _candidates(known_lines: KnownLines) -> Iterator[Candidate]:
    """Return the reversals and what they may mean; nothing where there is no reversal."""
    if any(judged.rule is Rule.REVERSAL for judged in known_lines.judgements):
        for line, judged in zip(known_lines.lines, known_lines.judgements, strict=True):
            if judged.rule is Rule.REVERSAL or may_be_reversed(line, judged.rule):
                row = known_lines.report.get(line.key)
                number, original = (row.number, row.original) if row is not None else (None, None)
                yield Candidate(line, judged.rule, _units_said(line, known_lines, judged.rule), number, original)


def _units_said(line: Line, known_lines: KnownLines, rule: Rule) -> int | None:
    """Return a line's units without sign: as the bookkeeper saved them, else as reported.

    A reversal that took back money alone, as saved, leaves the units lost: a later one may find them.
    """
    saved = known_lines.overrides.get(line.key)
    if rule is Rule.REVERSAL and saved is not None and (saved.is_zero or saved.disposition in NO_GOODS):
        return 0
    if saved is not None and saved.units is not None:
        return saved.units
    return None if line.quantity is None else abs(line.quantity)


def _sent_away(known_lines: KnownLines) -> Iterator[tuple[Line, int]]:
    """Return the liquidations and lost removals that name an order, with the units that they state."""
    for line, judged in zip(known_lines.lines, known_lines.judgements, strict=True):
        if judged.rule is Rule.LIQUIDATION or (judged.rule is Rule.LOSS and is_removal(line)):
            yield line, _units_said(line, known_lines, judged.rule) or 0


def _sold_elsewhere(known_lines: KnownLines, finale: Finale) -> dict[int, AsSold]:
    """Return the lines about returns of orders that another store sold, by their place."""
    returns = list(known_lines.of_rule(Rule.RETURN_LOST))
    traded = list(known_lines.of_rule(Rule.SALE, Rule.REFUND)) if returns else []
    shipped = (line for line in known_lines.lines if is_multi_channel(line.marketplace)) if returns else ()
    return sold_elsewhere(returns, traded, shipped, finale.parts)


def _goods(
    known_lines: KnownLines,
    originals: Mapping[int, Original],
    order_costs: OrderCosts,
    as_sold: Mapping[int, AsSold],
) -> Iterator[GoodsLine]:
    """Return every line that moves goods and is no plain sale."""
    left = departures(_sent_away(known_lines), order_costs.finale)
    for line, judged in zip(known_lines.lines, known_lines.judgements, strict=True):
        if judged.rule is not Rule.SALE and judged.rule is not Rule.NOTHING:
            alone = judged.rule is Rule.REFUND and line.place not in originals
            sold = as_sold.get(line.place, AsSold(line))
            yield GoodsLine(
                line=sold.line,
                rule=judged.rule,
                override=known_lines.overrides.get(line.key),
                lock=known_lines.locks.get(line.key),
                original=originals.get(line.place),
                report=known_lines.return_reports.get(line.key),
                shipped_units=order_costs.of_line(line).units if alone else None,
                departures=left.get(line.place, ()),
                has_replacement=judged.rule is Rule.REPLACEMENT and order_costs.of(line.order_id, line.sku).as_shipped,
                question=judged.reason or sold.question,
                is_history=known_lines.is_history(line),
            )
