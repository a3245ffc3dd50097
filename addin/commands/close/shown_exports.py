"""Bring up to date what exports and decided true-ups changed, each sheet in place; the others are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.commands.refresh import orders_of, show_changed, show_setup, show_true_ups, shows_now, where_shown
from addin.connections.finale_account import finale_side
from addin.machine.cost_file import publish_orders
from addin.sheets.close import journal
from addin.sheets.close.true_ups import shows_reclassifications
from addin.sheets.reports import rates
from core.books.costed_lines.catching_up import changes_since
from core.books.costed_lines.due_lines import OF_TRUE_UPS
from core.books.costed_lines.stored_lines import name_of_state
from core.books.costed_lines.tied_lines import lines_of
from core.books.entries import stored_entries
from core.books.importing import current_transactions
from core.books.part_of_books import load_around
from core.books.settlements.stored_settlements import booked_settlements
from core.books.true_ups import true_up_history

if TYPE_CHECKING:
    from decimal import Decimal

    from addin.sheets.desk import Desk
    from core.books.books import Books
    from core.books.costed_lines.catching_up import LineChanges


def refresh_after_export(desk: Desk, before: str) -> bool:
    """Bring up to date what exports changed, where everything showed the books as they were before.

    Args:
        desk: The button's.
        before: The state of the books before settlements went out (`core.books.database.state`).

    Returns:
        Whether it was done; not where more may have changed than what went out and what is tied to it
        (`core.books.costed_lines.going_out`), where lines need a rate, and where a reclassification is proposed.
    """
    if not are_near(desk, before):
        return False
    caught = changes_since(desk.database, before)
    return caught is not None and bool(caught.exported) and _show(desk, caught) is not None


def refresh_after_decisions(desk: Desk, before: str) -> Books | None:
    """Bring up to date what became of true-ups, where everything showed the books as they were before.

    Args:
        desk: The button's.
        before: The state of the books before (`core.books.database.state`).

    Returns:
        The books as they are, some lines of them, all those among them of which true-ups wait or were dismissed;
        nothing where `refresh_after_export` would not do it. Then nothing was brought up to date.
    """
    caught = changes_since(desk.database, before) if are_near(desk, before) else None
    return _show(desk, caught) if caught is not None and caught.tables <= OF_TRUE_UPS else None


def refresh_after_reopening(desk: Desk, before: str) -> bool:
    """Bring up to date what reopenings changed, where everything showed the books as they were before.

    Args:
        desk: The button's.
        before: The state of the books before settlements were reopened (`core.books.database.state`).

    Returns:
        Whether it was done; not where more may have changed than lines that are open again and what is tied to them.
    """
    caught = changes_since(desk.database, before) if are_near(desk, before) else None
    return caught is not None and bool(caught.reopened) and _show(desk, caught) is not None


def are_near(desk: Desk, before: str) -> bool:
    """Tell whether what is done with what went out may be shown by itself: everything showed the books as they were."""
    is_far = rates.are_rates_shown(desk.book) or shows_reclassifications(desk.book) or desk.typed_settings is not None
    return not is_far and shows_now(desk, name_of_state(desk.database.company, before))


def _show(desk: Desk, caught: LineChanges) -> Books | None:
    with desk.database.reading() as connection:
        every = booked_settlements(connection)
        touched = caught.exported | caught.reopened
        keys = lines_of(connection, touched) | caught.decided | caught.changed.keys()
        waiting = true_up_history.pending(connection)
        of_true_ups = {*waiting["key"], *true_up_history.dismissed_true_ups(connection)["key"]}
    shown, tabs, whole = where_shown(desk.book, every, {*caught.changed.values(), *touched})
    typed: dict[str, Decimal | None] | None = {} if of_true_ups else None
    books = load_around(desk.database, keys | of_true_ups, whole, typed=typed, moved_units_too=True)
    if books is None or not books.settlement_notes or books.settlements != tuple(every):
        return None
    publish_orders(books, orders_of(books, keys), desk.machine)
    show_setup(desk.book, books, finale_side(desk.database))
    with desk.database.reading() as connection:
        journal.fill_journal(desk.book, stored_entries.journal(connection))
        anew = current_transactions.reader_differences(connection, books.settlements)
    if of_true_ups or not caught.exported:
        show_true_ups(desk.book, books, waiting, anew)
    show_changed(desk, books, tabs, shown)
    return books
