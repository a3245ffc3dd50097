"""Bring the sheets that show figures of the books up to date, each in place; those that show them are left alone.

`load` reads everything that the sheets will need; only then does `show` write the first cell.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from addin.commands.close import reclassifications
from addin.connections.finale_account import finale_side
from addin.machine.cost_file import is_published, publish, publish_orders
from addin.sheets import exchange
from addin.sheets.close import accounts, journal, true_ups
from addin.sheets.close.true_ups import DismissedTrueUps
from addin.sheets.costs import costs, history, opening_costs, resolve, sku_mapping
from addin.sheets.desk import View
from addin.sheets.reports import cogs, pnl_age, rates
from addin.sheets.settlements import settlements, transactions, types
from addin.sheets.setup import setup, stores
from addin.sheets.tables import fillable_tables, tables
from addin.sheets.tables.cells import to_text
from addin.sheets.tables.native_cells import plain_values
from addin.sheets.workbook import FILLED_AT_REFRESH
from core.books import batches
from core.books.costed_lines.catching_up import catch_up, changes_since
from core.books.costed_lines.line_totals import kept_notes, skus_of
from core.books.costed_lines.recosting import after_save
from core.books.costed_lines.stored_lines import keep, name_of_state, state_name
from core.books.database.state import state, writings
from core.books.entries import stored_entries
from core.books.importing import current_transactions
from core.books.importing.books_after_import import load_after_import
from core.books.loading import load_books
from core.books.overrides import stored_overrides
from core.books.part_of_books import lines_by_name, load_around, read_skus
from core.books.settings.sku_mapping import origins
from core.books.settlements.stored_settlements import booked_settlements
from core.books.true_ups import true_up_history
from core.books.true_ups.cost_comparison import every_line, held_lines
from core.books.true_ups.reclassifications import pending_reclassifications
from core.books.true_ups.suspect_true_ups import suspect_true_ups
from core.books.true_ups.true_up_reasons import LockedFigures
from core.books.true_ups.true_ups import by_reader, immaterial_true_ups
from core.progress import silent
from core.reports.sku_costs import sku_costs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd
    import xlwings as xw

    from addin.sheets.desk import Desk
    from addin.sheets.setup.setup import FinaleSide
    from addin.sheets.tables.sheet_specs import TableSpec
    from core.books.books import Books
    from core.books.costed_lines.catching_up import LineChanges
    from core.books.database import Database
    from core.books.importing.books_after_import import BooksAfterImport
    from core.books.importing.current_transactions import ReaderDifferences
    from core.books.settlements.booked_settlement import BookedSettlement
    from core.books.true_ups.reclassifications import Reclassification
    from core.progress import Progress
    from core.time import SettlementName


def remember_shown(book: xw.Book, state: str) -> None:
    """Note that the sheets show a state of the books; a workbook without the very hidden sheet notes nothing."""
    sheet = exchange.exchange_sheet(book)
    if sheet is not None:
        exchange.write_text(sheet, exchange.SHOWN_CELL, _note(book, state))


def is_shown(book: xw.Book, state: str) -> bool:
    """Tell whether the sheets show this state of the books, with all their rows."""
    sheet = exchange.exchange_sheet(book)
    noted = None if sheet is None else to_text(exchange.read_cell_of(sheet, exchange.SHOWN_CELL))
    return noted is not None and noted.startswith(f"{state} ") and noted == _note(book, state)


def _note(book: xw.Book, state: str) -> str:
    rows = hashlib.blake2b(digest_size=16)
    for spec in FILLED_AT_REFRESH:
        rows.update(f"{spec.table} {_keys(book, spec)}".encode())
    return f"{state} {rows.hexdigest()}"


def _keys(book: xw.Book, spec: TableSpec) -> list[tuple[str | None, ...]]:
    """Return the keys of a table's rows, sorted: where a person has sorted them otherwise they are the same rows."""
    table = tables.find(book, spec)
    count = table.count()
    if not count:
        return []
    columns = (table.column_cells(field, 0, count) for field in spec.key)
    return sorted(zip(*([to_text(row[0]) for row in plain_values(cells)] for cells in columns), strict=True), key=str)


def load(database: Database, before: Books | None = None, *, progress: Progress = silent) -> View:
    """Read what the sheets show, as it is now, and keep its costed lines.

    After a save, with `before`, only what it touches is costed again.
    """
    catch_up(database)
    books = load_books(database, progress=progress) if before is None else after_save(database, before)
    keep(database, books, progress)
    with database.reading() as connection:
        return View(
            books,
            stored_entries.journal(connection),
            true_up_history.pending(connection),
            tuple(pending_reclassifications(database, books)),
            tuple(pending_reclassifications(database, books, dismissed=True)),
            batches.history(connection),
            stored_overrides.history(connection),
            origins(connection),
            finale_side(database),
            current_transactions.reader_differences(connection, books.settlements),
        )


def show_setup(book: xw.Book, books: Books, finale: FinaleSide) -> None:
    """Refresh sheet Setup."""
    setup.fill_setup(book, books, setup.finale_rows(finale))


def shows_now(desk: Desk, state: str) -> bool:
    """Tell whether the sheets and the worksheet functions show this state of the books (`stored_lines.state_name`)."""
    return is_shown(desk.book, state) and is_published(desk.machine, desk.database.company.database_id, state)


_SHOW_DEEDS = (settlements.SETTLEMENTS_SPEC, journal.JOURNAL_SPEC, history.HISTORY_SPEC)
"""Sheets that show of settlements what was done with them, and when."""


def refuse_unfillable(desk: Desk) -> None:
    """Stop before something is done that cannot be done again where the sheets could not show it afterwards.

    Raises:
        WorkbookError: If two rows of a sheet are about the same, or one that shows deeds is protected.
    """
    for spec in FILLED_AT_REFRESH:
        check = fillable_tables.refuse_unfillable if spec in _SHOW_DEEDS else fillable_tables.refuse_copied_rows
        check(desk.book, spec)


def refresh_if_needed(desk: Desk, view: View) -> None:
    """Do what `refresh` does, where the books are in another state than is shown: for buttons that change nothing."""
    if not shows_now(desk, state_name(view.books)):
        refresh(desk, view)


def refresh(desk: Desk, view: View, *, transactions_too: bool = True) -> None:
    """Let the worksheet functions answer from these books, and refresh the sheets that show them."""
    publish(view.books, desk.machine)
    show(desk.book, view, transactions_too=transactions_too)
    pnl_age.say_if_changed(desk.book, view.books)
    remember_shown(desk.book, state_name(view.books))


def shown_whole(desk: Desk) -> Books:
    """Load the books whole and show them; return them."""
    view = load(desk.database, progress=desk.progress)
    refresh(desk, view)
    return view.books


def bring_up_to_date(desk: Desk) -> None:
    """Let sheets and worksheet functions show the books; where they do, Settlements is filled from what is kept."""
    books = load_around(desk.database, ()) if desk.typed_settings is None else None
    if books is not None and books.settlement_notes and shows_now(desk, state_name(books)):
        settlements.fill_settlements(desk.book, books)
    else:
        refresh(desk, load(desk.database, progress=desk.progress))


def refresh_after_answers(
    desk: Desk, before: str, answered: Collection[str], asking: Collection[SettlementName], also: Collection[str] = ()
) -> Books | None:
    """Bring up to date what saved answers changed, where everything showed the books as they were before.

    Args:
        desk: The button's.
        before: The state of the books before they were saved (`core.books.database.state`).
        answered: The lines that were answered, or whose answers were taken back.
        asking: Settlements of which every line that lacks its cost is loaded.
        also: More lines that are loaded.

    Returns:
        The books as they are, some lines of them; nothing where more may have changed than that. Then nothing was
        brought up to date.
    """
    if not shows_now(desk, name_of_state(desk.database.company, before)):
        return None
    changed = _changed_by_answers(desk.database, before)
    if changed is None:
        return None
    every = _booked(desk.database)
    shown, tabs, whole = where_shown(desk.book, every, set(changed.values()))
    books = load_around(desk.database, {*changed, *answered}, whole, asking, also)
    if books is None or books.settlements != tuple(every) or _are_locked(books, changed):
        return None
    if changed:
        orders = orders_of(books, changed)
        publish_orders(books, orders, desk.machine)
        show_changed(desk, books, tabs, shown)
    return books


def refresh_after_sync(
    desk: Desk, caught: LineChanges, near: Books, others: Collection[str], *, has_news: bool
) -> Books | None:
    """Bring up to date what a sync changed, where everything showed the books as they were before it.

    Args:
        desk: The button's.
        caught: What became of kept lines.
        near: The books before, with what was asked for.
        others: More lines that are loaded.
        has_news: Whether anything was said that was not known.

    Returns:
        The books as they are, some lines of them; nothing where they cannot be read so. Then nothing was brought up to
        date.
    """
    every = _booked(desk.database)
    shown, tabs, whole = where_shown(desk.book, every, set(caught.changed.values()))
    with desk.database.reading() as connection:
        waiting = true_up_history.pending(connection)
        of_true_ups = {*waiting["key"], *true_up_history.dismissed_true_ups(connection)["key"]}
    keys = {*near.lines["key"], *caught.changed, *of_true_ups}
    books = load_around(desk.database, keys, whole, resolve.settlements_shown(desk.book), others, typed={})
    if books is None or not books.settlement_notes or books.settlements != tuple(every):
        return None
    asked, last = set(near.lines["order_id"].dropna()), costs.last_orders(desk.book)
    moved = {product for product, order in last.items() if has_news and order in asked}
    with desk.database.reading() as connection:
        told = read_skus(connection, books, {*asked, *last.values()} - {None}, last.keys() - moved)
    publish_orders(told, orders_of(books, caught.changed), desk.machine, sku_costs(told.mappings, told.observations))
    show_setup(desk.book, books, finale_side(desk.database))
    costs.fill_costs(desk.book, told)
    with desk.database.reading() as connection:
        sku_mapping.fill_sku_mapping(desk.book, told, origins(connection))
        anew = current_transactions.reader_differences(connection, books.settlements)
    show_true_ups(desk.book, books, waiting, anew)
    show_changed(desk, books, tabs, shown)
    return books


def refresh_after_import(desk: Desk, before: str, imported_for: Collection[str]) -> BooksAfterImport | None:
    """Bring up to date what files changed that were imported, where everything showed the books as they were before.

    Args:
        desk: The button's.
        before: The state of the books before they were imported (`core.books.database.state`).
        imported_for: The stores.

    Returns:
        The books as they are, some lines of them; nothing where more may have changed than what came and what is tied
        to it (`core.books.costed_lines.bringing_in`, `core.books.importing.books_after_import`), and where any line is
        in another currency or settings were typed. Then nothing was brought up to date.
    """
    shown_then = name_of_state(desk.database.company, before)
    if desk.typed_settings is not None or rates.are_rates_shown(desk.book) or not shows_now(desk, shown_then):
        return None
    with desk.database.reading() as connection:
        noted = kept_notes(connection)
    caught = changes_since(desk.database, before) if noted else None
    if caught is None or not caught.are_of_files:
        return None
    every = _booked(desk.database)
    shown, tabs, whole = where_shown(desk.book, every, {*caught.changed.values(), *caught.brought.values()})
    found = load_after_import(desk.database, caught, noted, whole, imported_for)
    if found is None:
        return None
    books = found.books
    publish_orders(books, orders_of(books, {*caught.changed, *caught.brought}), desk.machine)
    show_setup(desk.book, books, finale_side(desk.database))
    settlements.fill_settlements(desk.book, books)
    stores.fill_stores(desk.book, books)
    if skus_of(books) != {sku for one in noted.values() for sku in one.skus}:
        _show_mapping(desk, books)
    show_changed(desk, books, tabs, shown)
    return found


def where_shown(
    book: xw.Book, every: Sequence[BookedSettlement], touched: Collection[int]
) -> tuple[list[BookedSettlement], list[BookedSettlement], set[SettlementName]]:
    """Return the settlements on Transactions and on COGS tabs of their own that show lines of some, by their numbers.

    Returns:
        Those that stand on Transactions, all where one of them is touched; those with a tab; and the names of both.
    """
    open_ones = transactions.settlements_shown(book)
    shown = [one for one in every if (one.store, one.settlement_id) in open_ones]
    shown = shown if any(one.id in touched for one in shown) else []
    tabs = [one for one in cogs.settlements_with_tab(book, every) if one.id in touched]
    return shown, tabs, {(one.store, one.settlement_id) for one in (*shown, *tabs)}


def _show_mapping(desk: Desk, books: Books) -> None:
    """Show SKU mapping where SKUs came of which nothing was asked yet."""
    last = costs.last_orders(desk.book)
    with desk.database.reading() as connection:
        told = read_skus(connection, books, {order for order in last.values() if order}, last.keys())
        sku_mapping.fill_sku_mapping(desk.book, told, origins(connection))


def orders_of(books: Books, keys: Collection[str]) -> set[str]:
    """Return the orders of some lines, by their keys."""
    return set(books.lines.loc[books.lines["key"].isin(list(keys)), "order_id"].dropna())


def _booked(database: Database) -> list[BookedSettlement]:
    with database.reading() as connection:
        return booked_settlements(connection)


def _changed_by_answers(database: Database, before: str) -> Mapping[str, int] | None:
    """Return the lines that one batch of answers made others, by what is kept, each with its settlement's number.

    Returns:
        Nothing where something else was written, and where a SKU was ever typed for one of them.
    """
    with database.reading() as connection:
        if state(connection) == before:
            return {}
    caught = catch_up(database)
    if caught is None or caught.has_files or caught.before != before or writings(caught.state) != writings(before) + 1:
        return None
    with database.reading() as connection:
        is_typed = bool(stored_overrides.typed_sku_versions(connection, caught.changed))
    return None if is_typed else caught.changed


def _are_locked(books: Books, keys: Collection[str]) -> bool:
    """Tell whether any of some lines is locked: what an answer changes of these stands on further sheets."""
    return books.locked_lines is not None and bool(books.locked_lines["key"].isin(list(keys)).any())


def show_changed(desk: Desk, books: Books, tabs: Sequence[BookedSettlement], shown: Sequence[BookedSettlement]) -> None:
    """Show what some lines have become: on Settlements, Change history, COGS tabs and Transactions."""
    settlements.fill_settlements_after_answers(desk.book, books)
    with desk.database.reading() as connection:
        done, values = batches.history(connection), stored_overrides.history(connection)
        lines = lines_by_name(connection, set(values["key"]))
    history.fill_change_history(desk.book, done, values, lines)
    for one in tabs:
        cogs.fill_cogs(desk.book, books, one)
    if shown:
        transactions.fill_transactions(desk.book, books.lines_of_all(shown), books)
    pnl_age.say_if_changed(desk.book, books)
    remember_shown(desk.book, state_name(books))


def show_true_ups(
    book: xw.Book,
    books: Books,
    pending: pd.DataFrame,
    anew: ReaderDifferences,
    moved: Sequence[Reclassification] = (),
    moves_dismissed: Sequence[Reclassification] = (),
) -> None:
    """Show what became known of exported lines: of books of which some lines are loaded, all that it is about."""
    rows, rows_dismissed = (reclassifications.reclassification_rows(some, anew) for some in (moved, moves_dismissed))
    gone = DismissedTrueUps(books.dismissed_true_ups, rows_dismissed)
    asked, refused = (by_reader(books, some, anew.lines) for some in (pending, gone.true_ups))
    suspects = suspect_true_ups(books, pending)
    figures = LockedFigures({row["key"]: row for row in held_lines(books)}, asked | refused, anew.came, suspects)
    immaterial = set(immaterial_true_ups(books, pending)["id"])
    true_ups.fill_true_ups(book, pending, every_line(books), figures, immaterial, rows, gone)


def show(book: xw.Book, view: View, *, transactions_too: bool = True) -> None:
    """Refresh every sheet that shows the books as a whole, the COGS tabs that are there and the open settlements."""
    books = view.books
    show_setup(book, books, view.finale)
    settlements.fill_settlements(book, books)
    costs.fill_costs(book, books)
    sku_mapping.fill_sku_mapping(book, books, view.mapping_origins)
    opening_costs.fill_opening_costs(book, books.costing_input.opening, books.company.home_currency)
    journal.fill_journal(book, view.journal)
    show_true_ups(
        book, books, view.pending_true_ups, view.read_anew, view.reclassifications, view.dismissed_reclassifications
    )
    accounts.fill_accounts(book, books)
    history.fill_change_history(book, view.batches, view.saved_values, books.lines)
    types.fill_types(book, books)
    stores.fill_stores(book, books)
    rates.fill_rates(book, books)
    cogs.refresh_cogs(book, books)
    if transactions_too:
        shown = transactions.settlements_shown(book)
        open_ones = [s for s in books.settlements if (s.store, s.settlement_id) in shown]
        if open_ones:
            transactions.fill_transactions(book, books.lines_of_all(open_ones), books)
