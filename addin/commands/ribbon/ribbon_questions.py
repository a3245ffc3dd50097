"""What the ribbon asks before a button does something that cannot simply be looked at first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from addin.commands.ribbon.running_excel import ask
from addin.commands.sentences import counted
from core.books.true_ups.true_up_reasons import rule_changed
from core.journal.files import Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import xlwings as xw

    from addin.commands.registry.command import Command
    from core.books.settings.stores import StoreNotNamedError

_MONTHS_OFFERED = 12
_MOST_NAMED = 8
OK_CANCEL = "ok_cancel"
YES_NO_CANCEL = "yes_no_cancel"


def store_of(app: xw.App, error: StoreNotNamedError) -> str | None:
    """Let the user say which of the company's stores the files belong to; `None` where it is none of them."""
    for number, store in enumerate(error.known, start=1):
        question = f"Do these files belong to “{store}” ({number} of {len(error.known)})?"
        several = f"There are several {error.marketplace} stores."
        question = f"{several if len(error.known) > 1 else error} {question}"
        answer = ask(app, question, YES_NO_CANCEL)
        if answer == "yes":
            return store
        if answer == "cancel":
            return None
    return None


def rows_to_save(app: xw.App, selected: Sequence[int]) -> Sequence[int] | None:
    """Ask whether only the selected rows are saved, where several are; empty means all, `None` nothing."""
    if not selected:
        return ()
    choice = "Yes saves the selected rows, No everything on Resolve, Cancel nothing."
    question = f"{len(selected):,} rows are selected. Save only these?\n\n{choice}"
    answer = ask(app, question, YES_NO_CANCEL)
    return None if answer == "cancel" else selected if answer == "yes" else ()


def same_cost_for_sku(app: xw.App, plan: Mapping[str, object]) -> bool | None:
    """Ask whether typed costs are taken for the other rows of their SKU; `None` where nothing is to be saved."""
    same = plan["same_sku"]
    if not isinstance(same, list) or not same:
        return False
    if len(same) == 1:
        question = f"Use {same[0]['cost']} for the other {counted(same[0]['rows'], 'row')} of SKU {same[0]['sku']} too?"
    else:
        rows = sum(one["rows"] for one in same)
        question = (
            f"You typed a cost for {len(same):,} SKUs. Use each for the other {counted(rows, 'row')} of its SKU too?"
        )
    answer = ask(app, question, YES_NO_CANCEL)
    return None if answer == "cancel" else answer == "yes"


def save_proposals_too(app: xw.App, plan: Mapping[str, object], of_entered: Mapping[str, object]) -> bool | None:
    """Say what would be saved and let the user decide.

    Args:
        app: Excel.
        plan: The data of a preview in which proposals are accepted.
        of_entered: The data of one in which they are not.

    Returns:
        Whether unedited proposals are saved too; `None` where nothing is to be saved.
    """
    entered, proposals = int(str(plan["entered"])), int(str(plan["accepted_proposals"]))
    if not entered and not proposals:
        return False
    question, buttons = save_question(plan, of_entered)
    answer = ask(app, question, buttons)
    return None if answer == "cancel" else answer != "no" and proposals > 0


def save_question(plan: Mapping[str, object], of_entered: Mapping[str, object]) -> tuple[str, str]:
    """Return what to ask before saving, and which buttons: with the figures that will be booked.

    Args:
        plan: The data of a preview in which proposals are accepted.
        of_entered: The data of one in which they are not.
    """
    entered, proposals = int(str(plan["entered"])), int(str(plan["accepted_proposals"]))
    typed, unedited = counted(entered, "entered cost"), counted(proposals, "unedited proposal")
    notes = [*_looks_wrong(plan), *_left(plan)]
    if not (entered and proposals):
        what = f"Save {typed if entered else unedited}? COGS changes by {plan['amount']}."
        return "\n".join([what, *notes]), OK_CANCEL
    what = f"Save {typed} and {unedited}? COGS changes by {plan['amount']}."
    choice = f"Yes saves both, No only what was entered ({of_entered['amount']}), Cancel nothing."
    return "\n".join([what, "", choice, *notes]), YES_NO_CANCEL


def _looks_wrong(plan: Mapping[str, object]) -> list[str]:
    """Name the costs that look wrong beside their average: whoever goes on saves them all the same."""
    suspects = plan["suspects"]
    if not isinstance(suspects, list) or not suspects:
        return []
    named = [
        f"{one['where']}, order {one['order'] or 'none'}, SKU {one['sku'] or 'none'}: {one['cost']} beside "
        f"{one['average'] or 'no average'} ({str(one['reason'])[:1].lower()}{str(one['reason'])[1:]})"
        for one in suspects[:_MOST_NAMED]
    ]
    more = len(suspects) - len(named)
    listed = "; ".join([*named, *([f"and {more:,} more"] if more else [])])
    return ["", f"Looks wrong: {listed}.", "Cancel to correct it."]


def _left(plan: Mapping[str, object]) -> list[str]:
    refused = plan["refused"]
    left = int(str(plan["lines_without_cost"]))
    return [
        *([f"{counted(left, 'line')} would stay without cost."] if left else []),
        *(
            [f"{counted(len(refused), 'line')} cannot be saved; you will read why."]
            if isinstance(refused, list) and refused
            else []
        ),
    ]


def restore_question(count: int, *, undo_next: bool = False) -> str:
    """Return what to ask where values are marked on sheet Change history.

    Args:
        count: How many.
        undo_next: Whether the last save is undone where the user does not want that.
    """
    marked = f"{counted(count, 'value')} marked in column Restore of sheet Change history"
    ends = "Cancel goes on to undoing the last save." if undo_next else "Cancel changes nothing."
    return f"{marked}: bring back what was saved then?\n\n{ends}"


def confirmation(command: Command, ids: Sequence[str]) -> str:
    """Return the question that a command's declaration asks, with the settlements that it is about."""
    return command.asks.confirm.replace("{settlements}", _named(ids))


def _named(ids: Sequence[str]) -> str:
    """Return settlements in a question: their names, as many as a message box shows, or all of them."""
    if not ids:
        return "all settlements"
    more = f" and {len(ids) - _MOST_NAMED:,} more" if len(ids) > _MOST_NAMED else ""
    return f"{counted(len(ids), 'settlement')} ({', '.join(ids[:_MOST_NAMED])}{more})"


def values_only(app: xw.App, ids: Sequence[str]) -> bool | None:
    """Ask whether COGS workbooks are written without formulas; `None` where none is to be written."""
    choice = "Yes keeps live formulas, No writes values only with the audit log, Cancel writes nothing."
    question = f"Write the COGS of {_named(ids)} beside this workbook, with formulas?\n\n{choice}"
    answer = ask(app, question, YES_NO_CANCEL)
    return None if answer == "cancel" else answer == "no"


def excel_question(ids: Sequence[str]) -> str:
    """Return what to ask before entries are exported to a plain workbook."""
    return (
        f"Export {_named(ids)} to Excel workbooks?\n\nThe entries are written beside this workbook, and the costs are "
        f"locked: from then on they change by true-up only. Entries that were exported before are written once more."
    )


def others_question(ids: Sequence[str]) -> str:
    """Return what to ask where some of several settlements cannot go out and others can."""
    return f"Export {_named(ids)} all the same?\n\nNothing has been stored yet. Cancel exports nothing."


_SYSTEMS = {Ledger.QUICKBOOKS: "QuickBooks", Ledger.XERO: "Xero", Ledger.EXCEL: "a plain Excel workbook"}


def ledger_to_export_to(app: xw.App, names: Sequence[str], used: Ledger | None) -> Ledger | None:
    """Say what an export does and ask for which accounting system; `None` where nothing is to be exported.

    Args:
        app: Excel.
        names: The settlements.
        used: The system of the last export, which is offered first; the first export offers one after the other.
    """
    what = (
        f"Export {counted(len(names), 'settlement')}: {', '.join(names)}?\n\n"
        f"The entries are written to files beside this workbook, and the costs are locked: from then on they change "
        f"by true-up only."
    )
    offered = [*([used] if used else []), *(one for one in _SYSTEMS if one is not used)]
    for ledger in offered:
        choice = f"Yes writes files for {_SYSTEMS[ledger]}, No offers another format, Cancel exports nothing."
        answer = ask(app, f"{what}\n\n{choice}", YES_NO_CANCEL)
        if answer == "yes":
            return ledger
        if answer == "cancel":
            return None
    return None


def month_to_close(app: xw.App, today: date) -> str | None:
    """Let the user say which month is closed, from the last complete one backwards (`2026-08`); `None` for none."""
    first = today.replace(day=1)
    for _ in range(_MONTHS_OFFERED):
        last = first - timedelta(days=1)
        first = last.replace(day=1)
        question = f"Make the accountant's pack of {last:%B %Y}?\n\nYes makes it, No goes on to the month before."
        answer = ask(app, question, YES_NO_CANCEL)
        if answer == "yes":
            return f"{last:%Y-%m}"
        if answer == "cancel":
            return None
    return None


def accept_or_dismiss_rule(app: xw.App, summary: str, reader: str) -> str | None:
    """Ask what becomes of all that stems from a new reading: `accept`, `dismiss`, or nothing yet."""
    question = (
        f"{summary}\n\nDecide everything that changed with {reader} together? Yes posts it into the open period, No "
        f"dismisses it with the reason “{rule_changed(reader)}”, Cancel leaves it to the sheet."
    )
    return {"yes": "accept", "no": "dismiss"}.get(ask(app, question, YES_NO_CANCEL))


def were_imported(app: xw.App, refusal: str) -> bool | None:
    """Ask whether entries were imported into the accounting system; `None` where nothing is to be taken back."""
    question = (
        f"{refusal}\n\nYes: they were imported, and are reversed. No: none was, and none will be; they are withdrawn "
        f"without a reversal. Cancel reopens nothing."
    )
    answer = ask(app, question, YES_NO_CANCEL)
    return None if answer == "cancel" else answer == "yes"


def confirmed(app: xw.App, question: str) -> bool:
    """Ask a question that OK agrees to."""
    return ask(app, question, OK_CANCEL) == "ok"
