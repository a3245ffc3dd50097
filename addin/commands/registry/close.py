"""Group Close: what leaves the books for the accounting system, what is checked before, and what may come back."""

from __future__ import annotations

from addin.commands.registry.command import (
    Argument,
    Asks,
    Button,
    Command,
    Group,
    Option,
    OptionGroup,
    OptionKind,
    Selects,
    Tip,
)
from addin.commands.registry.guide import SETTING, Guide

LEDGERS = ("quickbooks", "xero", "excel")
"""The words of `core.journal.files.Ledger`; a test keeps them equal."""
ENTRIES = ("all", "settlement", "cogs", "both", "true-ups", "reversals", "accruals")
"""The words of `addin.commands.close.exporting.AGAIN`; a test keeps them equal."""
_LEDGER = "core.journal.files:Ledger"
_NUMBER = "addin.commands.close.reclassifications:decided_number"

_ENTRIES = Option(
    "--entries",
    "Which entries: both if left out. With --again also true-ups, reversals and accruals; all if left out.",
    OptionKind.TEXT,
    choices=ENTRIES,
)
_EXPORTED = (
    Option("--folder", "Where the files go; folder exports beside the workbook if left out.", OptionKind.FOLDER),
    Option("--accept-suspect", "Also export costs that look wrong."),
    Option("--accept-provisional", "Also export settlements whose final report may still arrive."),
    Option("--again", "Write the files of exported entries once more. Nothing is posted."),
)

CLOSE = (
    Command(
        name="export",
        group=Group.CLOSE,
        button=Button("Export", "ExportTextFile", large=True),
        tip=Tip(
            "Export entries and lock the settlements",
            "Writes the entries of the selected settlements to files for your accounting system, and locks their "
            "costs. A locked settlement never changes by itself: costs that arrive later are proposed as true-ups.",
        ),
        options=(
            _ENTRIES,
            Option(
                "--format",
                "The accounting system. Needed for the first export, remembered from then on.",
                OptionKind.TEXT,
                name="ledger",
                choices=LEDGERS,
                becomes=_LEDGER,
            ),
            *_EXPORTED,
        ),
        selects=Selects.SETTLEMENTS,
        without="with `--again` every entry, accruals too",
        asks=Asks(dialogue="addin.commands.dialogues.close:export"),
        action="addin.commands.close.exporting:export_or_again",
        notes="`--again` writes the files of exported entries once more, from the books, in any format. A "
        "settlement whose final report may still arrive is exported with `--accept-provisional` only. The entries and "
        "their files are explained in [journal.md](design/journal.md).",
        guide=Guide(
            example="Books.xlsm 23874397121 --format quickbooks",
            attention=SETTING,
            then="import the files into the accounting system; `cogsheet verify {book}` checks that all ties out.",
        ),
    ),
    Command(
        name="export-excel",
        group=Group.CLOSE,
        button=Button("Export to Excel", "ExportExcel"),
        tip=Tip(
            "Export entries to an Excel workbook",
            "Like Export, for an accounting system whose import files Cogsheet does not write: the entries of the "
            "selected settlements go to a plain Excel workbook, and their costs are locked. Entries that were exported "
            "before are written once more, and nothing is posted twice.",
        ),
        options=(_ENTRIES, *_EXPORTED),
        selects=Selects.SETTLEMENTS,
        without="with `--again` every entry, accruals too",
        asks=Asks(dialogue="addin.commands.dialogues.close:export_excel"),
        action="addin.commands.close.exporting:export_to_excel",
        notes="Like `export --format excel`, but entries that were exported before are written again without "
        "`--again`.",
        guide=Guide(
            example="Books.xlsm 23874397121",
            attention="one of several settlements was left out: it says why",
            then="enter it in the accounting system; `cogsheet verify {book}` checks that all ties out.",
        ),
    ),
    Command(
        name="trueups",
        group=Group.CLOSE,
        button=Button("Cost true-ups", "CalculateNow"),
        tip=Tip(
            "Review costs that arrived after export",
            "Lists what costs that arrived after the export would change. Choose on sheet Cost true-ups which to "
            "accept into the open period and which to dismiss with a reason, then press again.",
        ),
        options=(
            Option(
                "--accept",
                "Number of a proposal to post; R12 for a reclassification, R for all of them, READER3 for "
                "everything that changed with reader 3.",
                OptionKind.TEXT,
                metavar="NUMBER",
                becomes=_NUMBER,
                many=True,
            ),
            Option(
                "--dismiss",
                "Number of a proposal not to post.",
                OptionKind.TEXT,
                metavar="NUMBER",
                becomes=_NUMBER,
                many=True,
            ),
            Option(
                "--take-up",
                "Number of a dismissed proposal to reinstate.",
                OptionKind.TEXT,
                metavar="NUMBER",
                becomes=_NUMBER,
                many=True,
            ),
            Option("--reason", "Why they are dismissed or proposed again.", OptionKind.TEXT, default=""),
            Option("--dismiss-immaterial", "Dismiss what is below the materiality limit set on Setup."),
            Option("--accept-suspect", "Also accept costs that look wrong."),
        ),
        gathers=OptionGroup("options", "addin.commands.close.true_ups:TrueUpOptions"),
        asks=Asks(dialogue="addin.commands.dialogues.close:true_ups"),
        action="addin.commands.close.true_ups:list_true_ups",
        shows="Cost true-ups",
        notes="It carries out what was decided here or on sheet *Cost true-ups*. A sale and its refunds are decided "
        "together; `R12` is the reclassification of a settlement's money, `R` all of them, `READER3` all that stems "
        "from a new reading of the kept files. A proposal whose new cost looks wrong is marked `?` with its reason, "
        "and accepted with `--accept-suspect` only.",
        guide=Guide(
            example="Books.xlsm --accept 7",
            attention="true-ups wait for a decision",
            then="`cogsheet verify {book}` checks that all ties out.",
            asked="choose on sheet Cost true-ups, then `cogsheet trueups {book}` again.",
        ),
    ),
    Command(
        name="verify",
        group=Group.CLOSE,
        button=Button("Verify", "AcceptInvitation"),
        tip=Tip(
            "Check that everything ties out",
            "Checks that deposit, profit and loss, COGS, journal and lock of each settlement agree to the cent, and "
            "lists what does not.",
        ),
        selects=Selects.SETTLEMENTS_OR_ALL,
        without="all settlements",
        action="addin.commands.close.verification:verify",
        sees_altered=True,
        notes="It also compares what is stored with the original files, and names every row of the books that another "
        "program altered, added or deleted.",
        guide=Guide(
            example="Books.xlsm",
            attention="something does not tie out, or rows were altered: it names them",
            then="`cogsheet close {book} 2026-08` makes the pack of a month.",
            asked="read what does not agree; `cogsheet doctor {book}` looks at the rest.",
        ),
    ),
    Command(
        name="reopen",
        group=Group.CLOSE,
        button=Button("Reopen", "AdpPrimaryKey"),
        tip=Tip(
            "Reopen exported settlements",
            "Reverses the entries of the selected settlements, writes the reversals for your accounting system, and "
            "unlocks their costs, so that they can be corrected and exported again. Asks for a reason, which is "
            "kept for the auditor.",
        ),
        options=(
            Option(
                "--reason", "Reason for reopening, kept for the auditor.", OptionKind.TEXT, metavar="WHY", default=""
            ),
            Option("--imported", "The entries are in the accounting system: reverse them."),
            Option("--not-imported", "They are not, and will not be imported: withdraw them without a reversal."),
            Option(
                "--revision",
                "Only if the entries stand at this revision (r2 of their keys).",
                OptionKind.NUMBER,
                metavar="NUMBER",
            ),
        ),
        selects=Selects.SETTLEMENTS,
        asks=Asks(
            text="Why are the selected settlements reopened? The auditor will read this.",
            into="reason",
            confirm="Reopen {settlements}? Their entries are reversed, and their costs can change again.",
            refused="addin.commands.dialogues.close:imported_or_not",
        ),
        action="addin.commands.close.reopening:reopen",
        shows="Settlements",
        changes_costs=True,
        notes="It reverses whatever was exported, both entries or one, and takes *Posted elsewhere* back too. Say with "
        "`--imported` or `--not-imported` whether the accounting system has the entries: a reversal of what it never "
        "had would leave its accounts wrong. Entries whose file was never written are withdrawn without a word.",
        guide=Guide(
            example='Books.xlsm 23874397121 --reason "wrong cost of MUG" --imported',
            attention="the settlement is read otherwise than when it was exported",
            then="correct the costs, then `cogsheet export {book} {id}` again.",
        ),
    ),
    Command(
        name="posted-elsewhere",
        group=Group.CLOSE,
        button=Button("Posted elsewhere", "FileMarkAsFinal"),
        tip=Tip(
            "Lock settlements posted by another program",
            "For settlements whose entries were made outside Cogsheet: locks the selected ones without an entry. They "
            "count in reports, their costs stay as they are, and Reopen takes it back.",
        ),
        options=(
            Option(
                "--reason", "Where they were posted, kept for the auditor.", OptionKind.TEXT, metavar="WHY", default=""
            ),
        ),
        selects=Selects.SETTLEMENTS,
        asks=Asks(
            text="Where were the selected settlements posted? The auditor will read this.",
            into="reason",
            confirm="Mark {settlements} as posted elsewhere? Their costs are locked, and no entry is made.",
        ),
        action="addin.commands.close.posted_elsewhere:posted_elsewhere",
        shows="Settlements",
        changes_costs=True,
        guide=Guide(
            example='Books.xlsm 23874397121 --reason "posted by hand in July"',
            attention=SETTING,
            then="`cogsheet verify {book}` checks that all ties out.",
        ),
    ),
    Command(
        name="close",
        group=Group.CLOSE,
        button=Button("Close month", "Lock"),
        tip=Tip(
            "Close a month",
            "Writes the accountant's pack of a month beside the workbook. It accrues goods shipped but not yet "
            "settled, and shows the expected clearing balances, the open items, profit and loss, and the journal.",
        ),
        options=(
            Argument("month", "MONTH"),
            Option("--to", "The file; beside the workbook if left out.", OptionKind.FILE),
            Option(
                "--format",
                "Post the accrual too, and write its entries for this accounting system.",
                OptionKind.TEXT,
                name="ledger",
                choices=LEDGERS,
                becomes=_LEDGER,
            ),
        ),
        asks=Asks(dialogue="addin.commands.dialogues.close:close_month"),
        action="addin.commands.close.month_end:close",
        notes="The month is typed as `2026-08`. It also says which lock date closes the month.",
        guide=Guide(
            example="Books.xlsm 2026-08",
            attention="there are open items: it counts them",
            then="hand the pack to your accountant, and set Lock date on sheet Setup.",
        ),
    ),
)
