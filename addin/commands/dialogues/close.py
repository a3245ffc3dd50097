"""What the buttons of group Close ask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addin.commands.close import exporting
from addin.commands.close.exporting import ExportCommandOptions
from addin.commands.close.reclassifications import reader_name
from addin.commands.close.true_ups import TrueUpOptions, list_true_ups
from addin.commands.outcome import Outcome
from addin.commands.ribbon import ribbon_questions
from addin.takeaway.ledger_used import ledger_used
from core.books.entries.exporting import NotReadyError, ProvisionalError, SuspectCostsError
from core.books.entries.reopening import ImportedOrNotError
from core.books.loading import load_books
from core.books.true_ups.suspect_true_ups import SuspectTrueUpsError
from core.books.true_ups.true_up_reasons import rule_changed
from core.costing.costs.suspects import named_costs
from core.errors import CogsheetError
from core.journal.files import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from addin.sheets.desk import Desk
    from core.books.books import Books


def export(desk: Desk, ids: Sequence[str]) -> Outcome:
    """Ask for the accounting system and what is to be known of each settlement, then export them together."""
    ledger = ribbon_questions.ledger_to_export_to(desk.book.app, ids, ledger_used(desk.database))
    if ledger is None:
        return Outcome("Nothing was exported.")
    return _exported(desk, ids, ExportCommandOptions(ledger=ledger), exporting.export)


def export_excel(desk: Desk, ids: Sequence[str]) -> Outcome:
    """Export to plain workbooks; what has gone out already is written once more."""
    if not ribbon_questions.confirmed(desk.book.app, ribbon_questions.excel_question(ids)):
        return Outcome("Nothing was exported.")
    return _exported(desk, ids, ExportCommandOptions(ledger=Ledger.EXCEL), exporting.export_and_write_again)


def _exported(
    desk: Desk, ids: Sequence[str], options: ExportCommandOptions, export_as: Callable[..., Outcome]
) -> Outcome:
    """Look at every settlement and ask about each, then store those that can go out, all of them or none.

    One that cannot does not keep the others back, if the user says so; what was shown is what goes out.
    """
    books, again = exporting.books_of(desk, ids), export_as is exporting.export_and_write_again
    decided = {name: _decided_about(desk, books, name, options, again=again) for name in ids}
    going = {name: one for name, one in decided.items() if isinstance(one, ExportCommandOptions)}
    staying = [one for one in decided.values() if isinstance(one, str)]
    if not going or (staying and not _agreed_to_the_others(desk, list(going), staying)):
        return Outcome("\n".join([*staying, "Nothing was exported."]), needs_attention=True)
    done = export_as(desk, ids=list(going), options=_together(list(going.values())), seen=books)
    attention = bool(staying) or done.needs_attention
    return replace(done, message="\n".join([*staying, done.message]), needs_attention=attention)


def _together(decided: Sequence[ExportCommandOptions]) -> ExportCommandOptions:
    """Return the options of settlements that go out together: what was agreed to of one, the others do not need."""
    return replace(
        decided[0],
        accept_suspect=any(one.accept_suspect for one in decided),
        accept_provisional=any(one.accept_provisional for one in decided),
        deposit_only=tuple(name for one in decided for name in one.deposit_only),
    )


def _agreed_to_the_others(desk: Desk, going: Sequence[str], staying: Sequence[str]) -> bool:
    said = "\n".join(staying)
    return ribbon_questions.confirmed(desk.book.app, f"{said}\n\n{ribbon_questions.others_question(going)}")


def _decided_about(
    desk: Desk, books: Books, name: str, options: ExportCommandOptions, *, again: bool
) -> ExportCommandOptions | str:
    """Return the options with which a settlement goes out, as far as the user agrees to them, or why it stays."""
    try:
        exporting.refuse_to_export(books, name, options, again=again)
    except SuspectCostsError as error:
        question = f"Costs of {name} look wrong: {named_costs(error.suspects)}. Export them as they are?"
        changed = replace(options, accept_suspect=True)
    except ProvisionalError as error:
        question = f"{error}\n\nExport it all the same?"
        changed = replace(options, accept_provisional=True)
    except NotReadyError as error:
        if not error.only_costs:
            return str(error)
        question = f"{error}\n\nExport the settlement entry alone, so that the deposit can be reconciled?"
        changed = replace(options, deposit_only=(*options.deposit_only, name))
    except CogsheetError as error:
        return str(error)
    else:
        return options
    if changed == options or not ribbon_questions.confirmed(desk.book.app, question):
        return f"{name} was not exported."
    return _decided_about(desk, books, name, changed, again=again)


def imported_or_not(desk: Desk, error: CogsheetError) -> dict[str, bool] | None:
    """Ask whether entries that are to be taken back were imported; nothing where they are not to be.

    Raises:
        CogsheetError: If something else was refused.
    """
    if not isinstance(error, ImportedOrNotError):
        raise error
    was_imported = ribbon_questions.were_imported(desk.book.app, str(error))
    return None if was_imported is None else {"imported": was_imported, "not_imported": not was_imported}


def true_ups(desk: Desk, ids: Sequence[str]) -> Outcome:  # noqa: ARG001 - a dialogue's signature
    """Carry out what the sheet says, then offer to dismiss what is immaterial, or to take up what was dismissed."""
    outcome = _decided(desk, TrueUpOptions())
    if outcome is None:
        return Outcome(_NOTHING_DECIDED, needs_attention=True)
    small = outcome.data["immaterial"]
    question = "Dismiss the true-ups below the materiality limit set on Setup, with that reason?"
    if (
        isinstance(small, list)
        and small
        and ribbon_questions.confirmed(desk.book.app, f"{outcome.message}\n\n{question}")
    ):
        outcome = list_true_ups(desk, options=TrueUpOptions(dismiss_immaterial=True))
    return _take_up(desk, _decided_by_reader(desk, outcome))


_NOTHING_DECIDED = "No true-up was decided."


def _decided(desk: Desk, options: TrueUpOptions) -> Outcome | None:
    """Decide, and ask where costs that would be accepted look wrong; nothing where they are not to be."""
    try:
        return list_true_ups(desk, options=options)
    except SuspectTrueUpsError as error:
        several = load_books(desk.database).has_several_stores
        named = named_costs(error.suspects, of_several=several)
        question = f"Costs of true-ups look wrong: {named}. Accept them as they are?"
    if not ribbon_questions.confirmed(desk.book.app, question):
        return None
    return list_true_ups(desk, options=replace(options, accept_suspect=True))


def _decided_by_reader(desk: Desk, outcome: Outcome) -> Outcome:
    """Offer to decide together what stems from a new reading of the kept files, reader by reader."""
    stemming = outcome.data["rule_changed"]
    for reader in list(stemming) if isinstance(stemming, dict) else ():
        answer = ribbon_questions.accept_or_dismiss_rule(desk.book.app, outcome.message, reader)
        name = reader_name(reader)
        if answer == "accept":
            outcome = _decided(desk, TrueUpOptions(accept=(name,))) or outcome
        elif answer == "dismiss":
            outcome = list_true_ups(desk, options=TrueUpOptions(dismiss=(name,), reason=rule_changed(reader)))
    return outcome


def _take_up(desk: Desk, outcome: Outcome) -> Outcome:
    """Offer the dismissed true-ups again, where nothing else is left to decide."""
    dismissed = outcome.data["dismissed"]
    if outcome.data["pending"] or not isinstance(dismissed, list) or not dismissed:
        return outcome
    question = f"{outcome.message}\n\nPropose the dismissed true-ups again?"
    if not ribbon_questions.confirmed(desk.book.app, question):
        return outcome
    return list_true_ups(desk, options=TrueUpOptions(take_up=dismissed))


def close_month(desk: Desk, ids: Sequence[str]) -> Outcome:  # noqa: ARG001 - a dialogue's signature
    """Ask which month, from the last complete one backwards."""
    from addin.commands.close import month_end  # noqa: PLC0415 - the other buttons of the group write no pack

    month = ribbon_questions.month_to_close(desk.book.app, load_books(desk.database).zones.latest_day(desk.clock()))
    return Outcome("No month was closed.") if month is None else month_end.close(desk, month=month)
