"""The buttons of tab Cogsheet: one table, from which the ribbon, its VBA and the help are made. Nothing but values.

A button's command is the command line's too (docs/commands.md): `cogsheet sync Books.xlsm` does what the button Sync
does. Icons are built into Office (`imageMso`).
"""

from __future__ import annotations

from dataclasses import dataclass

TAB = "Cogsheet"

SETTLEMENTS = "Settlements"
COSTS = "Costs"
REPORTS = "Reports"
SETUP = "Setup"
GROUPS = (SETTLEMENTS, COSTS, REPORTS, SETUP)
"""In the order of the tab."""


@dataclass(frozen=True, slots=True)
class Button:
    """One button of the ribbon."""

    id: str
    """Names the button in the ribbon and in its VBA."""
    group: str
    label: str
    command: str
    """What `addin.ribbon.run` is given; empty for Help, which must work without Python."""
    icon: str
    screentip: str
    """One line, bold."""
    supertip: str
    """What the button does, to a bookkeeper."""
    large: bool = False
    asks_for_files: bool = False
    """Whether VBA first asks for files and puts their paths where `addin.sheets.exchange` says."""
    changes_costs: bool = False
    """Whether cells with FINALE_ functions are recalculated afterwards."""


BUTTONS = (
    Button(
        "cogsheetImport",
        SETTLEMENTS,
        "Import settlement…",
        "import",
        "ImportTextFile",
        "Import settlement files",
        "Choose the files that your marketplace offers for download. Each settlement becomes a row on sheet "
        "Settlements; a file that is in the books already is recognised and changes nothing.",
        large=True,
        asks_for_files=True,
        changes_costs=True,
    ),
    Button(
        "cogsheetPull",
        SETTLEMENTS,
        "Pull settlements",
        "pull",
        "GetExternalDataFromWeb",
        "Pull settlements from the marketplaces",
        "Fetches new settlements straight from the stores that are connected, so that nothing has to be downloaded "
        "and imported by hand.",
        changes_costs=True,
    ),
    Button(
        "cogsheetFill",
        SETTLEMENTS,
        "Open settlement",
        "fill",
        "FileOpen",
        "Open the selected settlements",
        "Shows every line of the settlements selected on sheet Settlements, with its amounts, its cost and where the "
        "cost comes from, on sheet Transactions.",
        changes_costs=True,
    ),
    Button(
        "cogsheetSync",
        COSTS,
        "Sync with Finale Inventory",
        "sync",
        "RefreshAll",
        "Fetch costs from Finale Inventory",
        "Asks Finale for the cost of every order in the selected settlements. Costs you saved yourself are never "
        "overwritten; lines that Finale knows no cost for turn the status into Item missing cost.",
        large=True,
        changes_costs=True,
    ),
    Button(
        "cogsheetResolve",
        COSTS,
        "Resolve",
        "resolve",
        "FindDialog",
        "List the lines without a cost",
        "Lists the lines whose cost is missing on sheet Resolve, with the current average cost prefilled where Finale "
        "has one. Keep it, type another, or wait for the bill and sync again.",
    ),
    Button(
        "cogsheetSave",
        COSTS,
        "Save costs",
        "save",
        "FileSave",
        "Save the costs typed on Resolve",
        "First says what it is about to save: how many costs were entered, how many proposals are unedited, and what "
        "they come to. Then writes them to the books. Undo last save takes them back.",
        changes_costs=True,
    ),
    Button(
        "cogsheetUndo",
        COSTS,
        "Undo last save",
        "undo",
        "Undo",
        "Take the last save back",
        "Takes back the costs of the last Save costs. Lines that were saved again since, or whose settlement is "
        "exported, are left as they are and listed.",
        changes_costs=True,
    ),
    Button(
        "cogsheetCogs",
        REPORTS,
        "COGS tab",
        "cogs",
        "TableInsert",
        "Cost of goods sold of the selected settlements",
        "Makes a sheet COGS for each selected settlement, one row per order line, with totals that tie out to the "
        "books. It can be handed on as its own workbook.",
        large=True,
    ),
    Button(
        "cogsheetPnl",
        REPORTS,
        "Profit and loss",
        "pnl",
        "ChartInsert",
        "Profit and loss per item",
        "Shows sales, fees, cost and profit of each item, and marks every item of which a cost is missing.",
    ),
    Button(
        "cogsheetRates",
        REPORTS,
        "Exchange rates",
        "rates",
        "AccountingFormat",
        "Fetch exchange rates",
        "Fetches the European Central Bank's reference rates for every day on which a line in another currency was "
        "posted. Rates typed on sheet Exchange rates win over them.",
    ),
    Button(
        "cogsheetExport",
        REPORTS,
        "Export",
        "export",
        "ExportTextFile",
        "Export entries and lock the settlements",
        "Writes the entries of the selected settlements for the accounting system and locks them. A locked settlement "
        "never changes by itself.",
    ),
    Button(
        "cogsheetTrueups",
        REPORTS,
        "Cost true-ups",
        "trueups",
        "CalculateNow",
        "Costs that arrived after export",
        "Lists what costs that came after the export would change, to be accepted into the open period or dismissed "
        "with a reason.",
    ),
    Button(
        "cogsheetVerify",
        REPORTS,
        "Verify",
        "verify",
        "AcceptInvitation",
        "Check that everything ties out",
        "Holds profit and loss, COGS, journal and deposit of every settlement against each other and lists what does "
        "not tie out.",
    ),
    Button(
        "cogsheetClose",
        REPORTS,
        "Close month",
        "close",
        "Lock",
        "Close a month",
        "Makes the accrual for what was shipped and is not settled, the expected clearing balances, and the "
        "accountant's pack.",
    ),
    Button(
        "cogsheetConnect",
        SETUP,
        "Connect",
        "connect",
        "GetExternalDataExistingConnections",
        "Connect Finale and the stores",
        "Asks for the Finale account and the stores, tries them, and keeps their keys in this computer's vault, never "
        "in the workbook.",
    ),
    Button(
        "cogsheetDoctor",
        SETUP,
        "Check",
        "doctor",
        "ErrorChecking",
        "Check that Cogsheet works on this computer",
        "Looks at the installation, the books, the connections and the versions, and says how to mend what is wrong.",
    ),
    Button(
        "cogsheetHelp",
        SETUP,
        "Help",
        "",
        "Help",
        "The first steps",
        "Goes to the first steps on sheet Setup and says which version this workbook is.",
    ),
)
"""In the order of the tab (docs/commands.md)."""
