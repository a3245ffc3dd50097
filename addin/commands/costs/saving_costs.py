"""Group Costs: saving what was typed on sheet Resolve (`undo` takes it back)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

import pandas as pd

from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, refresh_after_answers
from addin.commands.sentences import amount, amounts, counted, identity
from addin.sheets.costs.resolve import (
    answered_rows,
    fill_down,
    filled_down,
    keys_in_rows,
    read_answers,
    refill_row,
    remembered,
    say_coverage,
    say_of_added_rows,
    settlements_shown,
    write_rulings,
)
from core.books.loading import load_books
from core.books.overrides.answers import Decision, Ruling
from core.books.overrides.filling_down import FillDown, fill_downs, without_rows
from core.books.overrides.saving import Saving, keys_of_exported_lines, plan_answers, save_answers
from core.books.part_of_books import load_to_answer
from core.books.settings.policies import decimal_mark
from core.books.settlements.status import NO_LINES, LineCounts, missing_lines, stakes
from core.books.true_ups.resolve_after_export import questions_since_export
from core.costing.costs.suspects import named_costs
from core.errors import briefly
from core.exchange_rates import at_home, sum_by_currency
from core.frame_columns import records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from addin.sheets.costs.resolve_columns import SheetAnswers
    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.overrides.answers import Answer
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.time import SettlementName


@dataclass(frozen=True, slots=True)
class SaveOptions:
    """What of Resolve is saved, and how."""

    accept_proposals: bool = False
    """Unedited proposals too."""
    same_sku: bool = False
    """A cost typed for a SKU is first written into its other unedited rows."""
    rows: Collection[int] = ()
    """Only these rows of the sheet, as Excel numbers them; empty means all."""
    accept_suspect: bool = False
    """Costs that look wrong too; else nothing is saved where there are any."""


def save(
    desk: Desk, *, ids: Sequence[str] = (), options: SaveOptions = SaveOptions(), preview: bool = False
) -> Outcome:
    """Save the costs typed on Resolve; unedited proposals only where they are accepted.

    Where a cost looks wrong beside its SKU's average and nobody said that it is right, nothing is saved.

    Raises:
        CogsheetError: If the sheet is not as it must be, or a settlement is unknown.
    """
    mark = decimal_mark(desk.database)
    sheet = read_answers(desk.book, mark)
    near = load_to_answer(desk.database, sheet.answers, settlements_shown(desk.book))
    books = load_books(desk.database) if near is None else near
    keys = _keys_asked(sheet, books, ids, options)
    report: _SaveTerms = {
        "settlement_ids": {(one.store, one.settlement_id) for one in books.named(ids)} if ids else None,
        "accept_proposals": options.accept_proposals,
        "who": desk.user,
        "now": desk.clock(),
    }
    downs = _downs(sheet, books, keys, report) if preview or options.same_sku else []
    filled = filled_down(sheet, downs) if options.same_sku else sheet
    answers = _of_lines(filled, keys)
    if preview:
        return _planned(plan_answers(books, answers, **report), downs)
    saving = save_answers(desk.database, books, answers, **report, accept_suspect=options.accept_suspect)
    if saving.suspects and not options.accept_suspect:
        return _stopped_by_suspects(saving)
    if options.same_sku and downs:
        fill_down(sheet, downs)
        filled = replace(filled, rows=read_answers(desk.book, mark).rows)
    now = None if near is None else _after_save(desk, near, saving)
    view = None
    if now is None:
        view = load(desk.database, books if near is None else None, progress=desk.progress)
        now = view.books
    _write_rulings(filled, saving, now)
    added = say_of_added_rows(desk.book)
    tell_coverage(desk, now)
    if view is not None:
        refresh(desk, view)
    return _with_added_rows(_with_coverage(_save_outcome(saving, now, preview=False), books, now, saving), added)


def _with_added_rows(outcome: Outcome, added: int) -> Outcome:
    """Add that rows which the user added himself were not taken."""
    if not added:
        return outcome
    were = counted(added, "row that was added by hand was", "rows that were added by hand were")
    said = f"\n{were} not taken: column Status of sheet Resolve says why."
    return replace(outcome, message=outcome.message + said, needs_attention=True)


def _after_save(desk: Desk, near: Books, saving: Saving) -> Books | None:
    return refresh_after_answers(desk, near.database_state, saving.versions, settlements_shown(desk.book))


def _keys_asked(sheet: SheetAnswers, books: Books, ids: Sequence[str], options: SaveOptions) -> set[str] | None:
    """Return the lines that a save is about; `None` means all. What lies outside is neither saved nor filled."""
    of_rows = set(keys_in_rows(sheet, options.rows)) if options.rows else None
    if not ids:
        return of_rows
    of_ids = set(books.lines_of_all(books.named(ids))["key"])
    return of_ids if of_rows is None else of_ids & of_rows


class _SaveTerms(TypedDict):
    """What a save is asked beside its answers."""

    settlement_ids: Collection[SettlementName] | None
    accept_proposals: bool
    who: str
    now: datetime


def _of_lines(sheet: SheetAnswers, keys: Collection[str] | None) -> list[Answer]:
    """Return the answers of some lines; `None` means all."""
    return [answer for answer in sheet.answers if keys is None or answer.key in keys]


def _downs(sheet: SheetAnswers, books: Books, keys: Collection[str] | None, report: _SaveTerms) -> list[FillDown]:
    """Return which typed costs other rows of their SKU may take: those that the books take, from rows as they are."""
    rows = answered_rows(sheet, keys)
    if not fill_downs(rows):
        return []
    downs = fill_downs(rows, _refused_keys(plan_answers(books, _of_lines(sheet, keys), **report)))
    refused = _refused_keys(plan_answers(books, _of_lines(filled_down(sheet, downs), keys), **report))
    return without_rows(downs, [one.row for one in rows if one.answer.key in refused])


def _refused_keys(saving: Saving) -> set[str]:
    return {decision.answer.key for decision in saving.with_ruling(Ruling.REFUSED)}


def _planned(saving: Saving, downs: Sequence[FillDown]) -> Outcome:
    """Say what a save would do, and which typed costs other rows of their SKU could take."""
    same = [{"sku": one.sku, "cost": f"{one.cost.normalize():f}", "rows": len(one.rows)} for one in downs]
    outcome = _save_outcome(saving, saving.after, preview=True)
    return replace(outcome, data={**outcome.data, "same_sku": same})


def _stopped_by_suspects(saving: Saving) -> Outcome:
    """Say which costs look wrong, and that nothing was saved."""
    return Outcome(
        f"Nothing was saved, because {counted(len(saving.suspects), 'cost looks', 'costs look')} wrong: "
        f"{_named_suspects(saving)}. Correct them on sheet Resolve; if they are right, say why in column Note, "
        f"or accept them.",
        needs_attention=True,
        at_terminal="`save --accept-suspect` accepts them.",
        data={"saved": [], "suspects": _suspects(saving), "refused": _refused(saving)},
    )


def _named_suspects(saving: Saving) -> str:
    return named_costs(saving.suspects, of_several=saving.before.has_several_stores)


def _suspects(saving: Saving) -> list[dict[str, object]]:
    return [
        {
            "where": one.where,
            **identity(one.store, one.settlement_id),
            "order": one.order_id,
            "sku": one.sku,
            "cost": f"{one.unit_cost.normalize():f}",
            "average": None if one.average is None else f"{one.average.normalize():f}",
            "currency": saving.before.company.home_currency,
            "reason": one.reason,
        }
        for one in saving.suspects
    ]


def _with_coverage(outcome: Outcome, before: Books, after: Books, saving: Saving) -> Outcome:
    """Add which share of the lines needing a cost had one, and has one now, over the settlements of the rows."""
    share = [line_counts(books, _settlements_of(books, saving)).coverage for books in (before, after)]
    sentence = f"\nCoverage of these settlements: {share[0]:.1%} before, {share[1]:.1%} after."
    figures = {"coverage_before": f"{share[0]:.4f}", "coverage_after": f"{share[1]:.4f}"}
    return replace(outcome, message=outcome.message + sentence, data={**outcome.data, **figures})


def _settlements_of(books: Books, saving: Saving) -> list[BookedSettlement]:
    """Return the settlements of the rows that were asked for."""
    rows = (saving.lines.get(decision.answer.key) for decision in saving.decisions)
    named = {(row["store"], row["settlement_id"]) for row in rows if row is not None}
    return [one for one in books.settlements if (one.store, one.settlement_id) in named]


def line_counts(books: Books, selection: Sequence[BookedSettlement]) -> LineCounts:
    """Count the lines of settlements as sheets Resolve and Settlements do."""
    return sum((books.totals(one).counts for one in selection), NO_LINES)


def tell_coverage(desk: Desk, books: Books) -> None:
    """Say above the list how much of its settlements has a cost, and what the lines without one move.

    That is the sum of their nets without signs: a refund of 20.00 is as much at stake as a sale of 20.00.
    """
    shown = settlements_shown(desk.book)
    chosen = [one for one in books.settlements if (one.store, one.settlement_id) in shown]
    counts, lines = line_counts(books, chosen), missing_lines(books.counted(books.lines_of_all(chosen)))
    has_cost = f"{counts.coverage:.1%} of the lines that need a cost have one"
    say_coverage(desk.book, f"Coverage: {has_cost}; {counts.without_cost}.", _at_stake(books, lines))


def _at_stake(books: Books, lines: pd.DataFrame) -> str:
    """Say what lines move in each currency, and what that is together where there are several."""
    if lines.empty:
        return ""
    moved, each = lines.assign(net=lines["net"].abs()), stakes(lines)
    named = [f"{amount(one.net, currency)} in {counted(one.lines, 'line')}" for currency, one in each.items()]
    home = books.company.home_currency
    converted = home_net(books, moved)
    sums = amounts(sum_by_currency(moved, "net", converted, home))
    together = "" if set(each) == {home} or converted.isna().all() else f"; together {sums}"
    return f"At stake, net without signs: {', '.join(named)}{together}."


def home_net(books: Books, lines: pd.DataFrame) -> pd.Series:
    """Return what lines come to in home currency."""
    return at_home(lines, "net", books.rates, books.company.home_currency, books.zones)


def _write_rulings(sheet: SheetAnswers, saving: Saving, after: Books) -> None:
    """Say beside each row what became of it; rows of settlements that were not asked for keep their words."""
    rulings: dict[int, dict[str, object]] = {}
    row_of = {id(answer): row for answer, row in zip(sheet.answers, sheet.row_of, strict=True)}
    asked = _lines_asked(after)
    asking = _still_asked(after)
    for decision in saving.decisions:
        row = row_of[id(decision.answer)]
        version = saving.versions.get(decision.answer.key)
        rulings[row] = {"status": _status(decision, asking.get(decision.answer.key))}
        if version is not None:
            rulings[row] |= {"version": version, "filled": remembered(sheet.rows[row])}
        if decision.answer.key in saving.new_skus and decision.answer.key in asking:
            own = asked[asked["key"] == decision.answer.key]
            rulings[row]["filled"] = refill_row(sheet, row, own)
    write_rulings(sheet, rulings)


def _still_asked(books: Books) -> dict[str, str]:
    """Return the cause of each line that lacks its cost."""
    return {row["key"]: str(row["cause"]) for row in records(_lines_asked(books), ["key", "cause"])}


def _lines_asked(books: Books) -> pd.DataFrame:
    return pd.concat([missing_lines(books.lines), questions_since_export(books)])


def _status(decision: Decision, asks: str | None) -> str:
    """Return what became of a row; one that is saved and still asks for something else says for what."""
    if decision.ruling is Ruling.REFUSED:
        return decision.reason
    if decision.ruling is Ruling.MISSING:
        return f"missing: {decision.reason}"
    words = "; ".join(filter(None, (decision.reason, f"the line still asks: {asks}" if asks else "")))
    return f"saved: {words}" if words else "saved"


def _save_outcome(saving: Saving, after: Books, *, preview: bool) -> Outcome:
    saved, missing, refused = (saving.with_ruling(ruling) for ruling in (Ruling.SAVE, Ruling.MISSING, Ruling.REFUSED))
    asking, left = _still_asked(after), line_counts(after, _settlements_of(after, saving))
    counts = _save_counts(saving, left, after.company.home_currency)
    return Outcome(
        "\n".join(_save_sentences(saving, left, counts, preview=preview)),
        needs_attention=bool(missing or refused or saving.unknown_skus or any(d.answer.key in asking for d in saved)),
        at_terminal="" if preview or not counts["kept_back"] else "`save --accept-proposals` takes them too.",
        data={
            "saved": [_entry(saving, d) | {"cost": _cost(d), "still_asks": asking.get(d.answer.key)} for d in saved],
            "missing": [_entry(saving, d) | {"reason": d.reason} for d in missing],
            "refused": _refused(saving),
            "suspects": _suspects(saving),
            "unknown_skus": saving.unknown_skus,
            **counts,
        },
    )


def _save_counts(saving: Saving, left: LineCounts, home: str) -> dict[str, int | str]:
    saved = saving.with_ruling(Ruling.SAVE)
    accepted = [decision for decision in saved if decision.is_proposal and decision.kind is not None]
    return {
        "entered": len(saved) - len(accepted),
        "accepted_proposals": len(accepted),
        "kept_back": len([decision for decision in saving.with_ruling(Ruling.MISSING) if decision.is_proposal]),
        "amount": amount(saving.cogs, home),
        "lines_without_cost": left.missing,
        "waiting": left.waiting,
    }


def _save_sentences(saving: Saving, left: LineCounts, counts: Mapping[str, int | str], *, preview: bool) -> list[str]:
    would = "would change" if preview else "changes"
    return [
        (
            f"{'Would save' if preview else 'Saved'} {counts['entered']:,} entered, "
            f"{counted(int(counts['accepted_proposals']), 'accepted proposal')}: COGS {would} by {counts['amount']}."
        ),
        *([] if preview else _kept_back(int(counts["kept_back"]))),
        *_true_ups_to_come(saving),
        *saving.unknown_skus,
        *([f"Looks wrong: {_named_suspects(saving)}."] if preview and saving.suspects else []),
        *([f"Still {left.without_cost}."] if left.missing or left.waiting else []),
        *(
            f"Not saved: {d.answer.where} ({briefly(_entry(saving, d)['sku'])}): {d.reason}."
            for d in saving.with_ruling(Ruling.REFUSED)
        ),
    ]


def _kept_back(proposals: int) -> list[str]:
    """Say that prefilled costs are no answers until somebody edits or accepts them."""
    if not proposals:
        return []
    were = counted(proposals, "proposal was", "proposals were")
    return [f"{were} kept back, because nobody edited or accepted what is prefilled on sheet Resolve."]


def _true_ups_to_come(saving: Saving) -> list[str]:
    """Say which answers are about exported settlements: they change no entry that went out."""
    late = [one for one in saving.with_ruling(Ruling.SAVE) if one.answer.key in keys_of_exported_lines(saving.before)]
    if not late:
        return []
    answers = counted(len(late), "answer concerns", "answers concern")
    return [f"{answers} exported settlements: see the proposed true-ups on sheet Cost true-ups."]


def _refused(saving: Saving) -> list[dict[str, object]]:
    refused = saving.with_ruling(Ruling.REFUSED)
    return [_entry(saving, d) | {"reason": d.reason, "where": d.answer.where} for d in refused]


def _entry(saving: Saving, decision: Decision) -> dict[str, object]:
    line = saving.line(decision)
    sku = line.typed_sku(decision.answer) or line.sku
    return {**identity(line.store, line.settlement_id), "order": line.order_id, "sku": sku}


def _cost(decision: Decision) -> str | None:
    if decision.answer.zero_ok:
        return "0"
    return None if decision.answer.cost is None else f"{decision.answer.cost.normalize():f}"
