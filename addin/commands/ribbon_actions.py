"""What each button of the ribbon does in Excel: the same action as its command, on what is selected there.

See docs/commands.md.

Imported only once a button is pressed (`addin.ribbon`). A new button is one line in `ACTIONS`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.commands import closing, costs, doctor, month_end, pulling, rates, reports, settlements, syncing
from addin.commands import pnl as pnl_action
from addin.commands import ribbon_questions as questions
from addin.commands.desk import desk
from addin.commands.excel import StatusBar, place_of, redrawing, show, take_paths, undisturbed, version_of_buttons
from addin.commands.outcome import Outcome
from addin.commands.reading_anew import with_news
from addin.commands.ribbon_buttons import BUTTONS
from addin.commands.selection import is_on_cogs_tab, selected_or_none, selected_rows_of, selected_settlements
from addin.commands.taken_edits import Edits
from addin.connections import connecting_choice
from addin.connections.finale import page_account
from addin.machine.version import program_version
from addin.sheets import history as history_sheet
from addin.sheets import pnl as pnl_sheet
from addin.sheets import resolve as resolve_sheet
from addin.sheets import settlements as settlements_sheet
from addin.sheets import tables
from addin.sheets import transactions as transactions_sheet
from addin.sheets import true_ups as true_ups_sheet
from addin.sheets.drill_down import connect_rows
from addin.takeaway.ledger_used import ledger_used
from core.companies import World
from core.costing.suspects import named_costs
from core.errors import CogsheetError, WorkbookError
from core.settlements import books as all_books
from core.settlements.changes import ChangeNotAgreedError
from core.settlements.exporting import NotReadyError, ProvisionalError, SuspectCostsError
from core.settlements.importing import StoreNotNamedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import xlwings as xw

    from addin.commands.desk import Desk
    from addin.sheets.columns import TableSpec


class UnknownCommandError(CogsheetError):
    """The workbook asks for something that this program has no button for."""

    def __init__(self, command: str) -> None:
        super().__init__(
            f"This version of Cogsheet has no command “{command}”. Nothing was changed. "
            f"If the workbook is newer than the program, update Cogsheet on this computer."
        )


class OtherVersionError(WorkbookError):
    """Buttons and program belong to different versions."""

    def __init__(self, book: str, buttons: str, program: str) -> None:
        super().__init__(
            f"The buttons of {book} belong to Cogsheet {buttons}, and this computer has Cogsheet {program}. "
            f"Nothing was changed. If the workbook is the older one, close it, run `cogsheet upgrade {book}`, open it "
            f"and press again; else update Cogsheet on this computer."
        )


def press(command: str, book: xw.Book) -> Outcome:
    """Do what a button does.

    Args:
        command: The button's command.
        book: The workbook it was pressed in.

    Raises:
        CogsheetError: If it cannot be done.
    """
    action = ACTIONS.get(command)
    if action is None:
        raise UnknownCommandError(command)
    refuse_other_version(book, program_version())
    try:
        return _pressed(action, book, Edits.ASK)
    except ChangeNotAgreedError as error:
        if not questions.confirmed(book.app, f"{error}\n\nTake it?"):
            return Outcome("Nothing was changed: what you typed is still in its cell. Put it back as it was to go on.")
    return _pressed(action, book, Edits.AGREED)


def _pressed(action: Callable[[Desk], Outcome], book: xw.Book, edits: Edits) -> Outcome:
    progress = StatusBar(book.app)
    with undisturbed(book.app), desk(book, place_of(book), progress=progress, edits=edits) as opened:
        outcome = with_news(action(opened), opened.news)
        connect_rows(opened.book, page_account(opened.database))
        return outcome


def changes_costs(command: str) -> bool:
    """Tell whether FINALE_ cells may show something else after a button."""
    return any(button.changes_costs for button in BUTTONS if button.command == command)


def _import(desk: Desk) -> Outcome:
    files = take_paths(desk.book)
    if not files:
        return Outcome("No file was chosen, so nothing was imported.")
    try:
        outcome = settlements.import_files(desk, files=files)
    except StoreNotNamedError as error:
        store = questions.store_of(desk.book.app, error)
        if store is None:
            return Outcome("No store was chosen, so nothing more was imported.")
        outcome = settlements.import_files(desk, files=files, store=store)
    _show(desk, settlements_sheet.SPEC)
    return outcome


def _pull(desk: Desk) -> Outcome:
    outcome = pulling.pull(desk)
    _show(desk, settlements_sheet.SPEC)
    return outcome


def _fill(desk: Desk) -> Outcome:
    outcome = settlements.fill(desk, ids=selected_settlements(desk.book))
    _show(desk, transactions_sheet.SPEC)
    return outcome


def _sync(desk: Desk) -> Outcome:
    outcome = syncing.sync(desk, ids=selected_settlements(desk.book))
    if not outcome.data.get("replaceable_averages"):
        return outcome
    if not questions.confirmed(desk.book.app, f"{outcome.message}\n\nReplace the accepted averages now?"):
        return outcome
    return replace(outcome, message=f"{outcome.message}\n{syncing.accept(desk).message}")


def _resolve(desk: Desk) -> Outcome:
    outcome = costs.resolve(desk, ids=selected_settlements(desk.book))
    _show(desk, resolve_sheet.SPEC)
    return outcome


def _save(desk: Desk) -> Outcome:
    """Say what would be saved, ask, then save: everything on Resolve, or the selected rows where there are several."""
    app, nothing = desk.book.app, Outcome("Nothing was saved: what you typed on Resolve is still there.")
    rows = questions.rows_to_save(app, selected_rows_of(desk.book, resolve_sheet.SPEC))
    if rows is None:
        return nothing
    choice = costs.SaveChoice(accept_proposals=True, rows=rows)
    same_sku = questions.same_cost_for_sku(app, costs.save(desk, choice=choice, preview=True).data)
    if same_sku is None:
        return nothing
    choice = replace(choice, same_sku=same_sku)
    entered_only = replace(choice, accept_proposals=False)
    plan, of_entered = (costs.save(desk, choice=one, preview=True).data for one in (choice, entered_only))
    proposals_too = questions.save_proposals_too(app, plan, of_entered)
    if proposals_too is None:
        return nothing
    # whoever says yes has read which costs look wrong: the question names them
    return costs.save(desk, choice=replace(choice, accept_proposals=proposals_too, accept_suspect=True))


def _undo(desk: Desk) -> Outcome:
    marked = history_sheet.marked(desk.book)
    if marked and questions.confirmed(desk.book.app, questions.restore_question(len(marked))):
        return costs.restore(desk)
    question = "Undo the last save? Lines saved again since, or exported, are left as they are."
    if not questions.confirmed(desk.book.app, question):
        return Outcome("Nothing was undone.")
    outcome = costs.undo(desk)
    before = outcome.data["undoable_before"]
    if not isinstance(before, int):
        return outcome
    question = f"{outcome.message}\n\nTake batch {before} back instead?"
    return costs.undo(desk, batch=before) if questions.confirmed(desk.book.app, question) else outcome


def _cogs(desk: Desk) -> Outcome:
    """Make the COGS tabs; pressed again on such a tab, offer it as a workbook of its own."""
    names, on_tab = selected_settlements(desk.book), is_on_cogs_tab(desk.book)
    outcome = reports.cogs(desk, ids=names)
    made = outcome.data["settlements"]
    if not isinstance(made, list):
        return outcome
    show(desk.book.sheets[made[0]["sheet"]])
    question = "The tab is up to date. Write it as a workbook of its own, to hand on, beside this one?"
    if not on_tab or not questions.confirmed(desk.book.app, question):
        return outcome
    written = reports.download_cogs(desk, ids=names, to=desk.path.parent)
    return replace(outcome, message=f"{outcome.message}\n{written.message}")


def _close(desk: Desk) -> Outcome:
    month = questions.month_to_close(desk.book.app, all_books.load(desk.database).zones.latest_day(desk.clock()))
    return Outcome("No month was closed.") if month is None else month_end.close(desk, month=month)


def _pnl(desk: Desk) -> Outcome:
    names = selected_or_none(desk.book)
    outcome = pnl_action.pnl(desk, ids=names, wish=pnl_sheet.read_wish(desk.book))
    _show(desk, pnl_sheet.SPEC)
    return replace(outcome, message=f"Of {', '.join(names) or 'all settlements'}:\n{outcome.message}")


def _verify(desk: Desk) -> Outcome:
    names = selected_or_none(desk.book)
    outcome = reports.verify(desk, ids=names)
    return replace(outcome, message=f"Of {', '.join(names) or 'all settlements'}:\n{outcome.message}")


def _export(desk: Desk) -> Outcome:
    names = selected_settlements(desk.book)
    ledger = questions.ledger_to_export_to(desk.book.app, names, ledger_used(desk.database))
    if ledger is None:
        return Outcome("Nothing was exported.")
    done = [_export_one(desk, name, closing.ExportChoice(ledger=ledger)) for name in names]
    return Outcome("\n".join(one.message for one in done), any(one.needs_attention for one in done))


def _export_one(desk: Desk, name: str, choice: closing.ExportChoice) -> Outcome:
    """Export one settlement, so that one that is not ready does not keep the others back."""
    try:
        return closing.export(desk, ids=[name], choice=choice)
    except SuspectCostsError as error:
        question = f"Costs of {name} look wrong: {named_costs(error.suspects)}. Export them as they are?"
        changed = replace(choice, accept_suspect=True)
    except ProvisionalError as error:
        question = f"{error}\n\nExport it all the same?"
        changed = replace(choice, accept_provisional=True)
    except NotReadyError as error:
        if not error.only_costs:
            return Outcome(str(error), needs_attention=True)
        question = f"{error}\n\nExport the settlement entry alone, so that the deposit can be reconciled?"
        changed = replace(choice, entries="settlement")
    except CogsheetError as error:
        return Outcome(str(error), needs_attention=True)
    if changed == choice or not questions.confirmed(desk.book.app, question):
        return Outcome(f"{name} was not exported.", needs_attention=True)
    return _export_one(desk, name, changed)


def _true_ups(desk: Desk) -> Outcome:
    outcome = closing.true_ups(desk)
    small = outcome.data["immaterial"]
    question = "Dismiss the true-ups below the materiality limit of Setup, with that reason?"
    if isinstance(small, list) and small and questions.confirmed(desk.book.app, f"{outcome.message}\n\n{question}"):
        outcome = closing.true_ups(desk, choice=closing.TrueUpChoice(dismiss_immaterial=True))
    outcome = _take_up(desk, outcome)
    _show(desk, true_ups_sheet.SPEC)
    return outcome


def _take_up(desk: Desk, outcome: Outcome) -> Outcome:
    """Offer the dismissed true-ups again, where nothing else is left to decide."""
    dismissed = outcome.data["dismissed"]
    if outcome.data["pending"] or not isinstance(dismissed, list) or not dismissed:
        return outcome
    question = f"{outcome.message}\n\nPropose the dismissed true-ups again?"
    if not questions.confirmed(desk.book.app, question):
        return outcome
    return closing.true_ups(desk, choice=closing.TrueUpChoice(take_up=dismissed))


def _connect(desk: Desk) -> Outcome:
    if desk.database.company.world is World.DEMO:
        return Outcome("The demo has a Finale of its own on this computer: there is nothing to connect.")
    with redrawing(desk.book.app):
        entered = connecting_choice.ask(desk)
    return Outcome("Nothing was connected.") if entered is None else entered.connect(desk)


def _show(desk: Desk, spec: TableSpec) -> None:
    show(tables.find(desk.book, spec).sheet)


def refuse_other_version(book: xw.Book, program: str | None) -> None:
    """Stop where the workbook's buttons belong to another version of Cogsheet than the program.

    Raises:
        OtherVersionError: If they do.
    """
    buttons = version_of_buttons(book)
    if buttons and program and buttons != program:
        raise OtherVersionError(book.name, buttons, program)


ACTIONS: Mapping[str, Callable[[Desk], Outcome]] = {
    "doctor": doctor.doctor,
    "import": _import,
    "pull": _pull,
    "fill": _fill,
    "sync": _sync,
    "resolve": _resolve,
    "save": _save,
    "undo": _undo,
    "cogs": _cogs,
    "pnl": _pnl,
    "rates": rates.fetch,
    "export": _export,
    "trueups": _true_ups,
    "close": _close,
    "verify": _verify,
    "connect": _connect,
}
"""The command of each button -> what it does."""
