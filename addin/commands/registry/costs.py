"""Group Costs: where the cost of each line comes from, and what a person decides about it."""

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

COSTS = (
    Command(
        name="sync",
        group=Group.COSTS,
        button=Button("Sync with Finale Inventory", "RefreshAll", large=True),
        tip=Tip(
            "Fetch costs from Finale Inventory",
            "Asks Finale for the cost of every order in the selected settlements. Costs that you saved yourself are "
            "never overwritten. Where Finale knows no cost, the status becomes Item missing cost.",
        ),
        options=(
            Option("--full", "Ask again for everything: exported settlements of any age, and every product's average."),
        ),
        selects=Selects.SETTLEMENTS,
        without="open settlements, and exported ones within the look-back set on Setup; with `--full` all",
        asks=Asks(dialogue="addin.commands.dialogues.costs:sync"),
        action="addin.commands.costs.syncing:sync",
        changes_costs=True,
        guide=Guide(
            example="Books.xlsm",
            attention="a line has no cost, or a type is unknown",
            then="`cogsheet cogs {book} ID` shows what was sold and at what cost.",
            asked="`cogsheet resolve {book}` lists the lines without cost.",
        ),
    ),
    Command(
        name="resolve",
        group=Group.COSTS,
        button=Button("Resolve", "FindDialog"),
        tip=Tip(
            "List the lines with a missing cost",
            "Lists every line with a missing cost on sheet Resolve, prefilled with the current average cost where "
            "Finale has one. Keep it, type another, or wait for the bill and sync again.",
        ),
        selects=Selects.SETTLEMENTS,
        without="all settlements",
        action="addin.commands.costs.resolving:resolve",
        shows="Resolve",
        guide=Guide(
            example="Books.xlsm",
            attention="there are lines without cost",
            then="`cogsheet cogs {book} ID` shows what was sold and at what cost.",
            asked="type costs on sheet Resolve, then `cogsheet save {book}`.",
        ),
    ),
    Command(
        name="save",
        group=Group.COSTS,
        button=Button("Save costs", "FileSave"),
        tip=Tip(
            "Save the costs entered on Resolve",
            "Tells you first what it is about to save: how many costs you entered, how many proposals are unedited, "
            "and what they add up to. Then it writes them to the books. Undo last save reverses it.",
        ),
        options=(
            Option("--accept-proposals", "Also save unedited proposals."),
            Option("--same-sku", "Use a cost that was entered for the other unedited rows of its SKU."),
            Option(
                "--row", "Only this row of the sheet, as Excel numbers it.", OptionKind.NUMBER, name="rows", many=True
            ),
            Option("--accept-suspect", "Also save costs that look wrong."),
            Option("--preview", "Only say what would be saved."),
        ),
        gathers=OptionGroup("options", "addin.commands.costs.saving_costs:SaveOptions"),
        selects=Selects.TYPED,
        asks=Asks(dialogue="addin.commands.dialogues.costs:save"),
        action="addin.commands.costs.saving_costs:save",
        without="all rows",
        changes_costs=True,
        notes="What becomes of each row is [below](#what-save-does-with-a-row).",
        guide=Guide(
            example="Books.xlsm --accept-proposals",
            attention="a row was refused or kept back, a line still asks, or a cost looks wrong",
            then="`cogsheet export {book} ID` writes the entries of a settlement.",
            asked="`cogsheet resolve {book}` lists what is left.",
        ),
    ),
    Command(
        name="undo",
        group=Group.COSTS,
        button=Button("Undo last save", "Undo"),
        tip=Tip(
            "Undo the last save",
            "Reverses the last save, removal or move of costs. Lines that were saved again since then, or whose "
            "settlement has been exported, stay as they are and are listed.",
        ),
        options=(
            Argument("batch", "BATCH", OptionKind.NUMBER, required=False),
            Option("--of-another", "Also where another person saved it."),
        ),
        asks=Asks(dialogue="addin.commands.dialogues.costs:undo"),
        action="addin.commands.costs.undo:undo_save",
        changes_costs=True,
        notes="With a number it reverses that batch, also the import of a report of returned goods or reimbursements, "
        "which counts no more until it is imported again. Undoing is a new batch; a save of exported settlements can "
        "be undone once they are reopened. A save that sheet *Change history* does not show yet is refused and shown; "
        "that of another person is undone with `--of-another` only.",
        guide=Guide(
            example="Books.xlsm",
            attention="some of it stays as it is, because it was saved again or exported since",
            then="`cogsheet resolve {book}` lists the lines without cost.",
        ),
    ),
    Command(
        name="accept",
        group=Group.COSTS,
        button=Button("Accept order costs", "ReviewAcceptChange"),
        tip=Tip(
            "Replace accepted averages by Finale's order costs",
            "Where you accepted the average cost and Finale has since learned what the order really cost, takes the "
            "order's cost instead. Only in settlements that are not exported. Undo last save reverses it.",
        ),
        selects=Selects.SETTLEMENTS_OR_ALL,
        without="all settlements",
        asks=Asks(
            confirm="Replace the accepted averages of {settlements} by the costs of the orders, where Finale has them?"
        ),
        action="addin.commands.costs.syncing:accept",
        shows="Settlements",
        changes_costs=True,
        guide=Guide(
            example="Books.xlsm",
            attention=SETTING,
            then="`cogsheet cogs {book} ID` shows what was sold and at what cost.",
        ),
    ),
    Command(
        name="restore",
        group=Group.COSTS,
        button=Button("Restore values", "Redo"),
        tip=Tip(
            "Restore a batch's values",
            "Brings back earlier costs. Type yes in column Restore of sheet Change history beside each value you want "
            "back, then press this button. The values are saved as a new batch.",
        ),
        options=(
            Argument("batch", "BATCH", OptionKind.NUMBER, required=False),
            Argument("keys", "KEY", many=True, required=False),
        ),
        asks=Asks(dialogue="addin.commands.dialogues.costs:restore"),
        action="addin.commands.costs.undo:restore_marked",
        changes_costs=True,
        notes="With a number it restores what that batch saved: all of it, or the lines with these keys.",
        guide=Guide(
            example="Books.xlsm 12",
            attention="some of it stays as it is, because it was saved again or exported since",
            then="`cogsheet resolve {book}` lists the lines without cost.",
        ),
    ),
)
