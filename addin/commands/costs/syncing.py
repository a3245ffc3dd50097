"""Group Costs: sync with the inventory system, and take its costs in place of accepted averages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.commands.costs.resolving import list_missing
from addin.commands.outcome import Outcome
from addin.commands.refresh import load, refresh, refresh_after_sync, shows_now
from addin.commands.reports.rates import missing_rates
from addin.commands.sentences import RATES_AT_TERMINAL, amount, counted, identity
from addin.connections.finale import inventory
from addin.machine.cost_file import asked_skus, forget_asked_skus
from addin.sheets.close.true_ups import shows_reclassifications
from addin.sheets.costs import resolve
from addin.sheets.costs.changes import fill_cost_changes
from addin.sheets.reports.rates import are_rates_shown
from core.books import batches
from core.books.batches import BatchKind
from core.books.costed_lines.catching_up import catch_up
from core.books.costed_lines.stored_lines import keep, state_now
from core.books.database.repeating import repeated
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.overrides.stored_overrides import replace_averages, replaceable
from core.books.part_of_books import load_around, load_to_sync, with_kept_lines, with_lines
from core.books.settlements import stored_settlements
from core.books.settlements.booked_settlement import EntryStatus, named_settlements
from core.books.syncing.cost_changes import changed_settlements, cost_changes, settlement_changes
from core.books.syncing.syncing import due_settlements, sync_costs
from core.books.true_ups.due_true_ups import is_known_what_is_due, propose_due
from core.books.true_ups.true_ups import propose_true_ups
from core.exchange_rates import missing_sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.books.settlements.status import SettlementState
    from core.books.syncing.cost_changes import SettlementChange
    from core.books.syncing.syncing import SyncResult
    from core.finale.system import InventorySystem
    from core.http.credentials import Credentials


_NAMED = 5
"""So many orders are named in a message."""


def sync(desk: Desk, *, ids: Sequence[str] = (), full: bool = False, credentials: Credentials | None = None) -> Outcome:
    """Fetch the costs of settlements; without ids, of all that are open or were exported not long ago.

    A full sync asks for every settlement anew and for the averages of the whole catalogue.

    What it changed is compared with the books before the press: settings typed on the sheets count from it on.

    Where Finale stops answering, what came before is kept and shown, and the next sync asks for the rest.

    Raises:
        CogsheetError: If a settlement is unknown, or no account is connected.
    """
    near = _near(desk, ids)
    before_sync = load_books(desk.database) if near is None else near
    before = desk.before or before_sync
    chosen = before_sync.named(ids) if ids else list(before_sync.settlements) if full else due_settlements(before_sync)
    with inventory(desk, credentials) as system:
        result = _fetch(desk, system, before_sync, chosen, full=full)
    news = result.new > 0
    books, before, true_ups = _synced_whole(desk, before) if near is None else _synced_nearby(desk, near, has_news=news)
    vanished = books.vanished_orders - before.vanished_orders
    vanished &= vanished if near is None else set(near.lines["order_id"].dropna())
    changed = cost_changes(before.lines, books.lines, vanished)
    of_settlements = changed_settlements(before, books)
    summary = "; ".join(one.words(books.company.home_currency) for one in of_settlements)
    fill_cost_changes(desk.book, changed, summary)
    shown = resolve.settlements_shown(desk.book)
    if shown:
        list_missing(desk, books, [s for s in books.settlements if (s.store, s.settlement_id) in shown])
    outcome = _sync_outcome(result, system.name, [(settlement, books.state(settlement)) for settlement in chosen])
    outcome = _with_vanished(outcome, vanished)
    outcome = _with_changes(outcome, changed, of_settlements, true_ups, books.company.home_currency)
    outcome = _with_estimates(outcome, len(replaceable(books)))
    unknown = missing_sentence(missing_rates(books))
    return outcome.with_more(unknown, at_terminal=RATES_AT_TERMINAL) if unknown else outcome


def _near(desk: Desk, ids: Sequence[str]) -> Books | None:
    """Return the books with what a sync asks for and what may be tied to it, where everything shows them as they are.

    Returns:
        Nothing where a sync may say something of other lines as well: where true-ups may be due of any exported ones,
        lines of other currencies may lack a rate, costs that were accepted may be replaced, and cells may ask for any
        SKU. Reclassifications are proposed from whole settlements.
    """
    if not ids or desk.typed_settings is not None or not shows_now(desk, state_now(desk.database)):
        return None
    with desk.database.reading() as connection:
        booked, has_estimates = (
            stored_settlements.booked_settlements(connection),
            stored_overrides.has_estimates(connection),
        )
        is_known = is_known_what_is_due(connection)
    is_out = any(one.cogs_entry is not EntryStatus.OPEN for one in booked)
    asked = asked_skus(desk.machine, desk.database.company.database_id)
    is_far = (is_out and not is_known) or shows_reclassifications(desk.book)
    if is_far or has_estimates or asked or are_rates_shown(desk.book):
        return None
    return load_to_sync(desk.database, named_settlements(booked, ids))


def _synced_whole(desk: Desk, before: Books, *, is_noted: bool = False) -> tuple[Books, Books, int]:
    """Cost the books whole and show them; return them, what they are compared with, and how many true-ups are new.

    Args:
        desk: The button's.
        before: The books before.
        is_noted: Whether Change history has what changed already.
    """
    synced = load_books(desk.database)
    keep(desk.database, synced)
    if not is_noted:
        _note_changes(desk, before, synced)
    proposed = propose_true_ups(desk.database, synced, who=desk.user, now=desk.clock())
    view = load(desk.database, progress=desk.progress)
    refresh(desk, view)
    return view.books, before, proposed.new


def _synced_nearby(desk: Desk, near: Books, *, has_news: bool) -> tuple[Books, Books, int]:
    """Do what `_synced_whole` does with the lines that the sync touched, or, where more may have changed, with all."""
    caught = catch_up(desk.database)
    if caught is None:
        return _synced_whole(desk, with_kept_lines(desk.database, near))
    before = with_lines(near, caught.was)
    is_all_of_it = caught.before == near.database_state and not (caught.has_files or caught.exported)
    after = load_around(desk.database, ()) if is_all_of_it else None
    if after is None:
        return _synced_whole(desk, before)
    _note_changes(desk, near, after)
    catch_up(desk.database)
    proposed = propose_due(desk.database, who=desk.user, now=desk.clock())
    if proposed is None:
        return _synced_whole(desk, before, is_noted=True)
    catch_up(desk.database)
    books = refresh_after_sync(desk, caught, near, resolve.keys_shown(desk.book), has_news=has_news)
    if books is None:
        books, before, more = _synced_whole(desk, before, is_noted=True)
        return books, before, proposed.new + more
    return books, before, proposed.new


@repeated
def _note_changes(desk: Desk, before: Books, after: Books) -> None:
    """Keep in Change history what the press changed in open settlements: old, new, difference."""
    changed = changed_settlements(before, after)
    if changed:
        note = "; ".join(one.words(after.company.home_currency) for one in changed)
        with desk.database.writing() as connection:
            batches.new(connection, BatchKind.SYNC, desk.user, desk.clock(), note=note)


def _with_estimates(outcome: Outcome, count: int) -> Outcome:
    """Say how many accepted averages Finale's order costs could replace."""
    outcome = replace(outcome, data={**outcome.data, "replaceable_averages": count})
    sentence = f"{counted(count, 'accepted average')} could be replaced by Finale's order costs."
    return outcome.with_more(sentence, at_terminal="`cogsheet accept` replaces them.") if count else outcome


def accept(desk: Desk, *, ids: Sequence[str] = ()) -> Outcome:
    """Replace accepted averages of open settlements by Finale's order costs, as a batch that can be undone.

    Raises:
        CogsheetError: If a settlement is unknown.
    """
    books = load_books(desk.database)
    chosen = {(one.store, one.settlement_id) for one in books.named(ids)} if ids else None
    keys = replace_averages(desk.database, books, settlement_ids=chosen, who=desk.user, now=desk.clock())
    view = load(desk.database, books, progress=desk.progress)
    refresh(desk, view)
    changed = settlement_changes((desk.before or books).lines, view.books.lines)
    sentences = [f"{counted(len(keys), 'accepted average')} replaced by Finale's order costs."]
    sentences += [f"{one.words(books.company.home_currency)}." for one in changed]
    return Outcome("\n".join(sentences), data={"replaced": len(keys)})


def _fetch(
    desk: Desk, system: InventorySystem, before: Books, selection: Sequence[BookedSettlement], *, full: bool
) -> SyncResult:
    """Ask for the costs of the settlements and for what cells could not get."""
    database_id = before.company.database_id
    skus = asked_skus(desk.machine, database_id)
    result = sync_costs(
        desk.database,
        system,
        before,
        selection,
        who=desk.user,
        clock=desk.clock,
        progress=desk.progress,
        also=skus,
        full=full,
    )
    if result.failure is None:
        forget_asked_skus(desk.machine, database_id, skus)
    return result


def _sync_outcome(
    result: SyncResult, system: str, states: Sequence[tuple[BookedSettlement, SettlementState]]
) -> Outcome:
    sentences = [f"{counted(result.new, 'new cost')} from {system}, {result.unchanged:,} unchanged."]
    if result.resumed:
        sentences.append(
            f"The sync before was stopped: {counted(result.resumed, 'order')} that it had brought were not asked again."
        )
    if result.failure is not None:
        rest = f"sync again to fetch the rest ({counted(result.orders_left, 'order')})."
        sentences = [str(result.failure), f"{sentences[0]} They are kept; {rest}", *sentences[1:]]
    data: dict[str, object] = {
        "new": result.new,
        "unchanged": result.unchanged,
        "settlements": [
            {
                **identity(settlement.store, settlement.settlement_id),
                "status": state.status,
                "missing": state.counts.missing,
                "waiting": state.counts.waiting,
            }
            for settlement, state in states
        ],
    }
    return Outcome(
        "\n".join([*sentences, *(f"{settlement.name}: {state.status}" for settlement, state in states)]),
        needs_attention=any(state.blockers for _, state in states),
        data=data if result.failure is None else {"error": str(result.failure), **data},
        stopped=result.failure is not None,
    )


def _with_vanished(outcome: Outcome, vanished: Collection[str]) -> Outcome:
    """Say which orders are gone from Finale since the sync before."""
    if not vanished:
        return outcome
    named = sorted(vanished)
    some = ", ".join(named[:_NAMED]) + (" ..." if len(named) > _NAMED else "")
    sentence = (
        f"{counted(len(named), 'order')} no longer in Finale: {some}. Their last costs are kept; see sheet Changes."
    )
    return replace(
        outcome,
        message=f"{outcome.message}\n{sentence}",
        needs_attention=True,
        data={**outcome.data, "vanished_orders": named},
    )


def _with_changes(
    outcome: Outcome, changed: pd.DataFrame, of_settlements: Sequence[SettlementChange], true_ups: int, currency: str
) -> Outcome:
    """Say what the sync changed in open settlements, and what it proposes for exported ones."""
    sentences = [
        f"{one.store}/{one.settlement_id}: COGS changed by {amount(one.difference, currency)}; see sheet Changes."
        for one in of_settlements
    ]
    if true_ups:
        sentences.append(f"{counted(true_ups, 'true-up')} proposed for exported settlements; see sheet Cost true-ups.")
    differences = dict.fromkeys(zip(changed["store"], changed["settlement_id"], strict=True), "0.00")
    differences |= {(one.store, one.settlement_id): str(one.difference) for one in of_settlements}
    changes = [{**identity(*name), "cogs_changed": difference} for name, difference in differences.items()]
    return replace(
        outcome,
        message="\n".join([outcome.message, *sentences]),
        data={**outcome.data, "changes": changes, "currency": currency, "true_ups": true_ups},
    )
