"""Group Settlements: how settlements come into the books, are looked at, and leave them again."""

from __future__ import annotations

from addin.commands.registry.command import Argument, Asks, Button, Command, Group, Option, OptionKind, Selects, Tip
from addin.commands.registry.guide import SETTING, Guide

_ANOTHER_PAYOUT = Option(
    "--another-payout",
    "Import a payout that looks like one already in the books (same date and amount) as a separate payout.",
)

SETTLEMENTS = (
    Command(
        name="import",
        group=Group.SETTLEMENTS,
        button=Button("Import settlement…", "ImportTextFile", large=True),
        tip=Tip(
            "Import settlement files",
            "Choose the files that your marketplace offers for download. Each settlement becomes one row on sheet "
            "Settlements. A file that is already in the books is recognized and changes nothing.",
        ),
        options=(
            Argument("files", "FILE", OptionKind.FILE, many=True),
            Option(
                "--store",
                "The store they belong to; needed where the company has several stores on that marketplace.",
                OptionKind.TEXT,
            ),
            _ANOTHER_PAYOUT,
        ),
        asks=Asks(files=True, dialogue="addin.commands.dialogues.settlements:import_files"),
        action="addin.commands.settlements.importing:import_files",
        shows="Settlements",
        changes_costs=True,
        notes="Amazon's reports of what became of goods are imported the same way: FBA customer returns, which decide "
        "about refunds, and FBA Reimbursements, which decide about reimbursements "
        "([costing.md](design/costing.md#amazons-reimbursements-report)). Exports that cut a payout are united "
        "([below](#several-files-of-one-payout)).",
        guide=Guide(
            example="Books.xlsm settlement.txt",
            attention="a settlement does not add up, the books hold another, or Resolve asks again about an answer",
            then="`cogsheet sync {book}` fetches the costs.",
        ),
    ),
    Command(
        name="pull",
        group=Group.SETTLEMENTS,
        button=Button("Pull settlements", "GetExternalDataFromWeb"),
        tip=Tip(
            "Pull settlements from the marketplaces",
            "Fetches new settlements straight from the connected stores, so that nothing has to be downloaded and "
            "imported by hand.",
        ),
        options=(Argument("stores", "STORE", many=True, required=False), _ANOTHER_PAYOUT),
        asks=Asks(dialogue="addin.commands.dialogues.settlements:pull"),
        action="addin.commands.settlements.pulling:pull",
        shows="Settlements",
        changes_costs=True,
        notes="Without a store it asks all connected ones, one document after the other. It resumes where it was "
        "stopped and imports nothing twice ([below](#what-pull-does-with-a-document)).",
        guide=Guide(
            example="Books.xlsm",
            attention="a document could not be imported, or a settlement needs a look",
            then="`cogsheet sync {book}` fetches the costs.",
        ),
    ),
    Command(
        name="fill",
        group=Group.SETTLEMENTS,
        button=Button("Open settlement", "FileOpen"),
        tip=Tip(
            "Open the selected settlements",
            "Shows every line of the selected settlements on sheet Transactions, with its amounts, its cost and where "
            "the cost comes from.",
        ),
        selects=Selects.SETTLEMENTS,
        action="addin.commands.settlements.opening:fill",
        shows="Transactions",
        changes_costs=True,
        guide=Guide(
            example="Books.xlsm 23874397121",
            attention=SETTING,
            then="`cogsheet cogs {book} {id}` makes the COGS sheet of a settlement.",
        ),
    ),
    Command(
        name="remove",
        group=Group.SETTLEMENTS,
        button=Button("Remove settlement", "Delete"),
        tip=Tip(
            "Remove the selected settlements from the books",
            "For settlements imported by mistake. Possible as long as neither entry has been exported and they are not "
            "marked as posted elsewhere. Undo last save brings one back with its saved costs.",
        ),
        selects=Selects.SETTLEMENTS,
        asks=Asks(
            confirm="Remove {settlements} from the books? Undo last save brings a settlement back with its saved costs."
        ),
        action="addin.commands.settlements.removing:remove",
        shows="Settlements",
        changes_costs=True,
        notes="It names the settlements whose refunds lose the original sale that their cost came from.",
        guide=Guide(
            example="Books.xlsm 23874397121",
            attention="refunds of other settlements lost the sale that their cost came from",
            then="`cogsheet undo {book}` brings it back, if that was a mistake.",
        ),
    ),
    Command(
        name="remove-store",
        group=Group.SETTLEMENTS,
        tip=Tip(
            "Remove a store that has no settlements", "For a store created by mistake. It must have no settlements."
        ),
        options=(Argument("store", "STORE"),),
        action="addin.commands.settlements.removing:remove_store",
        guide=Guide(
            example='Books.xlsm "Amazon CA"',
            attention=SETTING,
            then="`cogsheet import {book} FILE --store NAME` brings files into the right store.",
        ),
    ),
    Command(
        name="inspect",
        group=Group.SETTLEMENTS,
        tip=Tip(
            "Show what a settlement file contains",
            "Shows period, totals and number of lines of a file, and whether its lines add up to its total. Nothing is "
            "stored.",
        ),
        options=(Argument("path", "FILE", OptionKind.FILE),),
        action="addin.commands.settlements.inspection:inspect_file",
        at_desk=False,
        notes="Units that the file does not state are shown as `unknown`, and a file without a total has nothing to "
        "tie out against (`ties_out` is null).",
        guide=Guide(
            example="settlement.txt",
            attention="its lines do not add up to its total, or a row cannot be right",
            then="`cogsheet import BOOK FILE` brings it into the books.",
        ),
    ),
)
