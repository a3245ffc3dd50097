"""What the books hold for exported lines, and what the same lines would cost today. Pure (docs/design/books.md).

The locked figures stay. Every locked line is costed once more as if it were free, in the lines that its settlement's
files give today; where the answer differs from what the books hold for the line (the locked COGS, or the last true-up
accepted for it) the exact difference is found, refunds of such lines included.

Worked example: 2 mugs were locked at 4.00 (COGS 8.00) and one refunded (-4.00). Finale now says 4.50: +1.00 and -0.50.
Once the two are accepted and the bill is corrected to 4.75, it is +0.50 and -0.25: compared with 4.50, not with 4.00.

Cost that would stand on other accounts moves there, also where it comes to the same. Worked example: a word went out as
sales, 2 units at 4.00; it is answered as lost goods since, 2 at 4.00 too. The difference is 0.00, and 8.00 move from
Cost of Goods Sold to Damaged and Lost Inventory.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from core.books.costed_lines.line_costs import costed_lines, costing_policies
from core.books.settlements.booked_settlement import EntryStatus
from core.books.true_ups.true_up_history import FOUND_COLUMNS, SAYS
from core.costing import with_typed_skus
from core.costing.units.reimbursed_units import reports_by_line, reports_in_force
from core.frame_columns import TEXT, frame, records
from core.journal.cogs_entry import CostLine, CostPosting, cost_accounts
from core.model import ASKS_GOODS, COST_KNOWN, CostSource, CostStatus, OverrideKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from core.books.books import Books

Row = dict[str, Any]
READING = "reading"
"""What has changed where a line came or went with another reading of its settlement's files."""
ACCOUNT = "account"
"""What has changed where a line's cost is the same and belongs elsewhere."""
_NOTHING: Row = {"unit_cost": None, "cost_quantity": None, "disposition": None, "cogs": None}


class Comparison(NamedTuple):
    """What locked lines would cost today beside what the books hold for them."""

    found: pd.DataFrame
    """FOUND_COLUMNS of those that would cost something else, but for what was dismissed."""
    now: Mapping[str, Row]
    """Every line as it costs today, those too whose difference was dismissed."""
    held: Sequence[Row]
    """`held_lines`."""


def differences(books: Books) -> pd.DataFrame:
    """Return every locked line that would cost something else now (FOUND_COLUMNS), see `compared`. Pure."""
    return compared(books).found


def compared(books: Books) -> Comparison:
    """Compare every locked line with what it would cost now. Pure.

    What its settlement's files say today counts, and what was answered about their words since: a line that is none any
    more gives its cost back, one that was not known costs what it costs. A line whose cost is not known any more
    proposes nothing: what was locked was known. One whose difference was dismissed stays as it is held, for itself and
    for the lines that take its cost, until it would cost something else; so does for ever what was posted elsewhere or
    lies before books start.
    """
    if books.costing_input.locked_lines is None or books.costing_input.locked_lines.empty:
        return Comparison(frame(FOUND_COLUMNS), {}, ())
    first = _differences(books, books.never_posted)
    dismissed = frozenset(_dismissed(books, first.found))
    if not dismissed:
        return first
    found = _differences(books, books.never_posted | dismissed)
    return found._replace(now={**found.now, **{key: first.now[key] for key in dismissed & first.now.keys()}})


def _differences(books: Books, standing: AbstractSet[str]) -> Comparison:
    """Cost all locked lines but the standing ones as if they were free, and compare."""
    now = {row["key"]: row for row in records(costed_now(books, standing))}
    held = held_lines(books)
    pairs = _compared(books, now, {row["key"]: row for row in held})
    home, posted = books.company.home_currency, posted_lines(books)
    rows = [
        _found(new, old, home) | _move(books, new, old, posted.get(old["key"], {}))
        for new, old in pairs
        if old["key"] not in standing
    ]
    found = frame(FOUND_COLUMNS, [row for row in rows if row["difference"] or "event_now" in row])
    return Comparison(found, now, held)


def posted_lines(books: Books) -> dict[str, Row]:
    """Return store, SKU and what tells the kind of cost, as the cost of each line stands in the journal, by its key."""
    return {row["key"]: row for row in records(every_line(books), ["key", "store", *CostLine._fields, "sku"])}


def is_elsewhere(books: Books, posted: Row, now: Row) -> bool:
    """Tell whether the cost of a line would stand on other accounts today, or be posted by somebody else.

    As long as it is the same event, it stays the kind of loss that it was posted as.
    """
    finale = books.policies.finale_posts
    posting = CostPosting(posted["store"], books.company.home_currency, books.accounts, finale)
    if (posted["event"], posted["sku"]) == (now["event"], now["sku"]):
        return False
    new = posted if posted["event"] == now["event"] else now
    accounts = (
        cost_accounts(_cost_line(one), sku, posting) for one, sku in ((posted, posted["sku"]), (new, now["sku"]))
    )
    return next(accounts) != next(accounts)


def _cost_line(row: Row) -> CostLine:
    return CostLine(*(row[name] for name in CostLine._fields))


def _move(books: Books, now: Row, row: Row, posted: Row) -> Row:
    """Return as what the cost of a line stands and is to stand, and why; nothing where it stays on its accounts.

    What comes without cost before, or has none any more, moves nothing: it is posted once, or taken back where it was.
    """
    if not (
        amount_or_zero(now["cogs"]) and amount_or_zero(row["cogs"]) and posted and is_elsewhere(books, posted, now)
    ):
        return {}
    moved = {f"{name}_{when}": one[name] for when, one in (("was", posted), ("now", now)) for name in ("event", "sku")}
    return moved if amount_or_zero(now["cogs"]) != amount_or_zero(row["cogs"]) else {"cause": ACCOUNT, **moved}


def costed_now(books: Books, standing: AbstractSet[str]) -> pd.DataFrame:
    """Return every line as it costs today (`lines_now`).

    An accepted answer is given up for what is known better since: an estimate for the real cost, or units that are not
    there any more for what Amazon's Reimbursements report says of them. It counts again where its line would be asked.
    """
    lines = lines_now(books, standing)
    now = {row["key"]: row for row in records(lines)}
    answers, left = books.overrides_now, _without_estimates(books)
    estimates = set(answers["key"]) - set(left["key"])
    needed = {key for key in estimates if key in now and now[key]["cause"] in ASKS_GOODS}
    outdated = set(_outdated(books, now))
    if not needed | outdated:
        return lines
    return lines_now(books, standing, answers[~answers["key"].isin([*(estimates - needed), *outdated])])


def _outdated(books: Books, now: Mapping[str, Row]) -> Iterator[str]:
    """Name the locked lines whose accepted units are others today, and of which Amazon's report says what they were."""
    answers = books.overrides_now
    accepted = set(answers.loc[(answers["kind"] == OverrideKind.ACCEPTED_AVERAGE).fillna(value=False), "key"])
    reported = reports_in_force(reports_by_line(books.known_now.reimbursed), {})
    for row in held_lines(books) if accepted & reported.keys() else ():
        key = row["key"]
        if key in accepted and key in reported and key in now and now[key]["cost_quantity"] != row["cost_quantity"]:
            yield key


def lines_now(books: Books, standing: AbstractSet[str], answers: pd.DataFrame | None = None) -> pd.DataFrame:
    """Cost every line there is today, those of locked settlements but the standing ones as if they were free.

    Args:
        books: The books.
        standing: Keys of the lines that stay as they are held.
        answers: OVERRIDE_COLUMNS; all but outdated estimates if not given.
    """
    locked = books.costing_input.locked_lines
    held = None if locked is None else locked[locked["key"].isin(list(standing))]
    used = _without_estimates(books) if answers is None else answers
    free = replace(books.known_now, locked_lines=held, exported_lines=locked, overrides=used)
    return costed_lines(free, costing_policies(books.policies, books.company))


def _compared(books: Books, now: Mapping[str, Row], booked_rows: Mapping[str, Row]) -> Iterator[tuple[Row, Row]]:
    """Yield each line that is held, or would be, as it costs now and as it is held.

    Of a line that would be asked whether as many units moved as it is held with, the fewer ones that would be prefilled
    are proposed, so that no half of a pair is: 2 lost at 7.00 and 2 found again, and a report says that 1 was lost. Of
    the loss 7.00 are taken back, and with it 7.00 of what was found. One that is asked on Resolve since waits for its
    answer (`Books.late_questions`).

    Where a line that came with another reading has no cost yet, nothing that goes or comes of the same order, or of
    the same SKU where no order is named, is proposed: half of a change would distort it. What another order brought is
    proposed meanwhile: the money of a refund is, so a month would have it without the goods that came back.
    """
    asked = books.late_questions
    pairs = (
        (now[key] if key in asked else _with_fewer(now[key], row), row)
        for key, row in booked_rows.items()
        if key in now
    )
    yield from ((new, row) for new, row in pairs if new["cost_status"] in COST_KNOWN)
    came = lines_that_came(books)
    come = [row for key, row in now.items() if key in came and key not in booked_rows]
    waiting = [row for row in come if row["cost_status"] not in COST_KNOWN]
    yield from ((row, {"key": row["key"], **_NOTHING}) for row in come if not _waits(row, waiting))
    names = ["key", "store", "settlement_id", "order_id", "sku"]
    every = pd.concat([books.lines[names], _came_and_went(books)[names]], ignore_index=True)
    for row in records(every[every["key"].isin(list(booked_rows.keys() - now.keys()))]):
        if not _waits(row, waiting):
            yield {"key": row["key"], **_NOTHING}, booked_rows[row["key"]]


def _waits(row: Row, for_cost: Iterable[Row]) -> bool:
    """Tell whether a line belongs to one that has no cost yet: they may be the same goods, read otherwise."""
    return any(_is_of_the_same(row, other) for other in for_cost)


def _is_of_the_same(row: Row, other: Row) -> bool:
    if (row["store"], row["settlement_id"]) != (other["store"], other["settlement_id"]):
        return False
    if row["order_id"] and other["order_id"]:
        return bool(row["order_id"] == other["order_id"])
    return not (row["sku"] and other["sku"]) or bool(row["sku"] == other["sku"])


def _with_fewer(now: Row, held: Row) -> Row:
    """Return a line with the units and the cost that are proposed for it, if it asks and they are fewer than it has."""
    cost, units, before = now["proposed_cost"], now["cost_quantity"], held["cost_quantity"]
    if now["cause"] not in ASKS_GOODS or None in (cost, units, before) or not amount_or_zero(held["cogs"]):
        return now
    units = units if cost else 0
    if abs(units) >= abs(before) or units * before < 0:
        return now
    status = CostStatus.COSTED if units else CostStatus.NOT_APPLICABLE
    return now | {
        "cost_status": status,
        "cost_quantity": units,
        "unit_cost": cost if units else None,
        "cogs": units * cost,
    }


def lines_that_came(books: Books) -> AbstractSet[str]:
    """Return the keys of lines that locked settlements have by today's reading and did not go out with. Pure."""
    if books.as_read is None:
        return frozenset()
    locked = {one.name for one in books.settlements if one.cogs_entry is EntryStatus.EXPORTED}
    known = set(books.lines["key"])
    rows = books.counted(books.as_read.transactions)
    names = zip(rows["key"], rows["store"], rows["settlement_id"], strict=True)
    return {key for key, store, number in names if key not in known and f"{store}/{number}" in locked}


def every_line(books: Books) -> pd.DataFrame:
    """Return the lines that true-ups may be about: those of the books, and those that came with another reading.

    A line that cost nothing and costs something by today's reading shows as what it is today: its cost posts as that.
    A word went out as Other fees, at 0.00, and is answered as Sales since: its 8.00 are cost of goods sold, no loss.
    What was posted shows as what it was posted as, until it costs nothing any more.

    Returns:
        TRANSACTION_COLUMNS and COSTED_COLUMNS; what is shown by today's reading has no cost.
    """
    answers = books.overrides_now
    gone = with_typed_skus(_came_and_went(books), answers)
    if books.as_read is None:
        lines = with_typed_skus(books.lines, answers)
        return _as_posted(books, pd.concat([lines, gone], ignore_index=True) if len(gone) else lines)
    rows, came = with_typed_skus(books.as_read.transactions, answers), lines_that_came(books)
    costing = {key for key, cogs in zip(books.lines["key"], books.lines["cogs"], strict=True) if amount_or_zero(cogs)}
    names = zip(rows["store"], rows["settlement_id"], strict=True)
    read_otherwise = pd.Series([name in books.read_otherwise for name in names], rows.index, dtype=bool)
    shown = rows[read_otherwise & rows["key"].isin(list(came | set(books.lines["key"]) - costing))]
    kept = books.lines[~books.lines["key"].isin(list(shown["key"]))]
    return _as_posted(books, pd.concat([with_typed_skus(kept, answers), shown, gone], ignore_index=True))


def _came_and_went(books: Books) -> pd.DataFrame:
    """Return the lines that came after the export and were trued up, and that today's reading lacks."""
    there = {*books.lines["key"], *(() if books.as_read is None else books.as_read.transactions["key"])}
    return books.trued_up_lines[~books.trued_up_lines["key"].isin(list(there))]


def _as_posted(books: Books, lines: pd.DataFrame) -> pd.DataFrame:
    """Return lines with the event as which their true-ups stand in the journal."""
    events: dict[str, str | None] = {}
    skus: dict[str, str | None] = {}
    for row in records(books.posted_true_ups):
        key = row["key"]
        if row["event_now"] is not None:
            skus[key] = row["sku_now"]
        elif row["cogs"] == row["difference"]:  # nothing was held before it, so that nothing had moved
            skus.pop(key, None)
        events[key] = books.posted_as.get(row["id"]) if amount_or_zero(row["cogs"]) else None
    of_line = zip(lines["key"], lines["event"], lines["sku"], strict=True)
    now = [
        (events.get(key) or event, skus[key] if events.get(key) and key in skus else sku) for key, event, sku in of_line
    ]
    event, sku = (pd.Series([one[place] for one in now], lines.index, dtype=TEXT) for place in (0, 1))
    return lines.assign(event=event, sku=sku)


def in_places(corrections: pd.DataFrame) -> pd.DataFrame:
    """Return corrections as they are posted: cost that moves leaves where it stands, and comes where it belongs. Pure.

    2 at 4.00 that move from sales to losses are −8.00 of a sale and +8.00 of a loss; at 4.50 since, −8.00 and +9.00.

    Args:
        corrections: FOUND_COLUMNS, and event and SKU as what the cost of each line stands.
    """
    moving = corrections["event_now"].notna()
    if not moving.any():
        return corrections
    moved = corrections[moving]
    left = moved.assign(event=moved["event_was"], sku=moved["sku_was"], difference=moved["difference"] - moved["cogs"])
    come = moved.assign(event=moved["event_now"], sku=moved["sku_now"], difference=moved["cogs"])
    return pd.concat([corrections[~moving], left, come], ignore_index=True)


def _dismissed(books: Books, rows: pd.DataFrame) -> Iterator[str]:
    """Name the lines whose difference is the one that was dismissed."""
    figures = {row["key"]: [row[name] for name in SAYS] for row in records(books.dismissed_true_ups)}
    for row in records(rows):
        if figures.get(row["key"]) == [row[name] for name in SAYS]:
            yield row["key"]


def _without_estimates(books: Books) -> pd.DataFrame:
    """Return the overrides less the accepted averages of locked lines whose real cost has arrived since.

    Those of open lines hold until the bookkeeper replaces them.
    """
    arrived = books.lines[books.lines["finale_cost"].notna() & (books.lines["cost_source"] == CostSource.LOCKED)]
    answers = books.overrides_now
    estimate = answers["kind"] == OverrideKind.ACCEPTED_AVERAGE
    given_up = estimate & answers["key"].isin(list(arrived["key"]))
    return answers[~given_up.fillna(value=False).astype(bool)]


def held_lines(books: Books) -> list[Row]:
    """Return what the books hold for every locked line: as locked, or as the last accepted true-up left it.

    A line that came with another reading is held as soon as its true-up was accepted.
    """
    locked = [] if books.costing_input.locked_lines is None else records(books.costing_input.locked_lines)
    accepted = {row["key"]: row for row in records(books.accepted_true_ups)}
    known = {row["key"] for row in locked}
    came = ({"key": key, "cost_status": str(CostStatus.COSTED)} for key in accepted if key not in known)
    return [row | _accepted(accepted.get(row["key"], {})) for row in (*locked, *came)]


def _accepted(true_up: Row) -> Row:
    return {name: true_up[name] for name in ("unit_cost", "cost_quantity", "disposition", "cogs") if true_up}


def _found(now: Row, row: Row, home: str) -> Row:
    """Compare a line with what the books hold for it.

    A line that moves no goods any more has no unit cost and no currency of its own (a multi-channel order whose selling
    store came in after the export): what is taken back is in home currency, as every cost is.
    """
    difference = amount_or_zero(now["cogs"]) - amount_or_zero(row["cogs"])
    return {
        "key": now["key"],
        "cause": _cause(now, row),
        "unit_cost": now["unit_cost"],
        "cost_quantity": now["cost_quantity"],
        "disposition": now["disposition"],
        "cogs": amount_or_zero(now["cogs"]),
        "difference": difference,
        "currency": home,
    }


def _cause(now: Row, row: Row) -> str:
    """Return what has changed of a line; one that came late is there before as soon as its cost was accepted."""
    was_there = "cost_status" in row or row["cost_quantity"] is not None
    return change(now, row) if "cost_status" in now and was_there else READING


def change(now: Row, row: Row) -> str:
    """Return what has changed of a line that is there before and after: its disposition, its units or its cost."""
    if now["disposition"] != row["disposition"]:
        return "disposition"
    return "units" if now["cost_quantity"] != row["cost_quantity"] else "cost"


def amount_or_zero(value: object) -> Decimal:
    """Return an amount as it is, with its sign and currency; 0 where there is none."""
    return value if isinstance(value, Decimal) else Decimal(0)
