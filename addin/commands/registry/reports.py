"""Group Reports: what the books say, on sheets and in workbooks of their own."""

from __future__ import annotations

from addin.commands.registry.command import Asks, Button, Command, Group, Option, OptionGroup, OptionKind, Selects, Tip
from addin.commands.registry.guide import SETTING, Guide

_VALUES = Option("--values", "Without formulas, with the audit log inside.", name="values_only")

REPORTS = (
    Command(
        name="cogs",
        group=Group.REPORTS,
        button=Button("COGS tab", "TableInsert", large=True),
        tip=Tip(
            "Cost of goods sold per settlement",
            "Makes a sheet COGS for each selected settlement, with one row per order line and totals that tie out to "
            "the books.",
        ),
        options=(
            Option("--to", "Write a separate workbook there instead of the sheet.", OptionKind.PATH),
            Option("--values", "With --to: without formulas, with the audit log inside.", name="values_only"),
        ),
        selects=Selects.SETTLEMENTS,
        asks=Asks(dialogue="addin.commands.dialogues.reports:cogs"),
        action="addin.commands.reports.cogs_reports:cogs_or_workbook",
        guide=Guide(
            example="Books.xlsm 23874397121",
            attention="the settlement is not ready to export: it says why",
            then="`cogsheet export {book} {id}` writes the entries and locks the costs.",
            asked="`cogsheet resolve {book}` lists the lines without cost.",
        ),
    ),
    Command(
        name="cogs-workbook",
        group=Group.REPORTS,
        button=Button("COGS workbook", "FileSaveAsExcelXlsx"),
        tip=Tip(
            "Save COGS as separate workbooks",
            "Writes the COGS of each selected settlement to a separate workbook beside this one, to hand on: with live "
            "formulas, or as values only with the audit log.",
        ),
        options=(
            Option("--to", "The file, or the folder for several; beside the workbook if left out.", OptionKind.PATH),
            _VALUES,
        ),
        selects=Selects.SETTLEMENTS,
        asks=Asks(dialogue="addin.commands.dialogues.reports:cogs_workbook"),
        action="addin.commands.reports.cogs_reports:download_cogs",
        notes="No file is ever replaced.",
        guide=Guide(
            example="Books.xlsm 23874397121 --values",
            attention=SETTING,
            then="`cogsheet export {book} {id}` writes the entries and locks the costs.",
        ),
    ),
    Command(
        name="pnl",
        group=Group.REPORTS,
        button=Button("Profit and loss", "ChartInsert"),
        tip=Tip(
            "Profit and loss per item",
            "Shows sales, fees, cost and profit of each item, and marks every item with a missing cost. The cells "
            "above the table on sheet P&L choose dates, stores and whether to show months.",
        ),
        options=(
            Option(
                "--by",
                "The date that counts. Only the posted date ties to the settlements.",
                OptionKind.TEXT,
                name="basis",
                choices=("posted", "ordered", "shipped"),
                becomes="core.reports.basis:Basis",
                default="posted",
            ),
            Option("--by-month", "One row per month."),
            Option("--from", "First day.", OptionKind.DAY, name="first_day"),
            Option("--to", "Last day.", OptionKind.DAY, name="last_day"),
            Option(
                "--store", "Only this store; may be given several times.", OptionKind.TEXT, name="stores", many=True
            ),
            Option("--together", "One row per item for all stores together."),
        ),
        gathers=OptionGroup("options", "addin.sheets.reports.pnl:PnlOptions"),
        selects=Selects.SETTLEMENTS_OR_ALL,
        without="all settlements",
        asks=Asks(dialogue="addin.commands.dialogues.reports:pnl"),
        action="addin.commands.reports.pnl:make_pnl",
        shows="P&L",
        notes="It fills sheets *P&L* and *P&L summary* ([below](#what-pnl-counts-when)).",
        guide=Guide(
            example="Books.xlsm --by-month",
            attention="a cost is missing, so the profit is too high, or money is of an unknown type",
            then="`cogsheet verify {book}` checks that it ties out.",
            asked="`cogsheet resolve {book}` lists the lines without cost.",
        ),
    ),
    Command(
        name="rates",
        group=Group.REPORTS,
        button=Button("Exchange rates", "FunctionsFinancialInsertGallery"),
        tip=Tip(
            "Fetch exchange rates",
            "Fetches the European Central Bank's reference rates for every day on which a line in another currency was "
            "posted. Rates that you type on sheet Exchange rates take precedence.",
        ),
        options=(Option("--yes", "Store them, also where they change what is posted or closed.", name="agreed"),),
        action="addin.commands.reports.rates:fetch",
        notes="It asks before it changes the profit of what is posted or closed.",
        guide=Guide(
            example="Books.xlsm",
            attention="there is no rate for some currency or day",
            then="`cogsheet pnl {book}` shows the profit in home currency.",
            asked="type the missing rates on sheet Exchange rates, then `cogsheet pnl {book}`.",
        ),
    ),
)
