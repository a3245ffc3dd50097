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


def export(desk: Desk, ids: Sequence[str]) -> Outcome:
    """Ask for the accounting system, then export one settlement after the other."""
    ledger = ribbon_questions.ledger_to_export_to(desk.book.app, ids, ledger_used(desk.database))
    if ledger is None:
        return Outcome("Nothing was exported.")
    options = ExportCommandOptions(ledger=ledger)
    return _together([_export_one(desk, name, options, exporting.export) for name in ids])


def export_excel(desk: Desk, ids: Sequence[str]) -> Outcome:
    """Export to plain workbooks; what has gone out already is written once more."""
    if not ribbon_questions.confirmed(desk.book.app, ribbon_questions.excel_question(ids)):
        return Outcome("Nothing was exported.")
    options = ExportCommandOptions(ledger=Ledger.EXCEL)
    return _together([_export_one(desk, name, options, exporting.export_and_write_again) for name in ids])


def _together(done: Sequence[Outcome]) -> Outcome:
    return Outcome("\n".join(one.message for one in done), any(one.needs_attention for one in done))


def _export_one(desk: Desk, name: str, options: ExportCommandOptions, export_as: Callable[..., Outcome]) -> Outcome:
    """Export one settlement, so that one that is not ready does not keep the others back."""
    try:
        return export_as(desk, ids=[name], options=options)
    except SuspectCostsError as error:
        question = f"Costs of {name} look wrong: {named_costs(error.suspects)}. Export them as they are?"
        changed = replace(options, accept_suspect=True)
    except ProvisionalError as error:
        question = f"{error}\n\nExport it all the same?"
        changed = replace(options, accept_provisional=True)
    except NotReadyError as error:
        if not error.only_costs:
            return Outcome(str(error), needs_attention=True)
        question = f"{error}\n\nExport the settlement entry alone, so that the deposit can be reconciled?"
        changed = replace(options, entries="settlement")
    except CogsheetError as error:
        return Outcome(str(error), needs_attention=True)
    if changed == options or not ribbon_questions.confirmed(desk.book.app, question):
        return Outcome(f"{name} was not exported.", needs_attention=True)
    return _export_one(desk, name, changed, export_as)


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
