"""Groups Setup and Demo: workbooks, connections, the program on this computer, and the demo business."""

from __future__ import annotations

from addin.commands.registry.command import Argument, Asks, Button, Command, Group, Option, OptionKind, Tip
from addin.commands.registry.guide import SETTING, Guide

_BOOK = Argument("path", "BOOK", OptionKind.FILE)

SETUP = (
    Command(
        name="new",
        group=Group.SETUP,
        tip=Tip(
            "Make a new workbook for a company",
            "With new books, or with --join for books that exist already.",
        ),
        options=(
            _BOOK,
            Option("--company", "The company whose books these are.", OptionKind.TEXT, metavar="NAME", required=True),
            Option(
                "--currency",
                "Its home currency, as ISO 4217 has it: the currency of Finale's costs. USD if left out.",
                OptionKind.TEXT,
            ),
            Option(
                "--database",
                "Where the books are kept: a path, or the URL of a PostgreSQL database, which may be empty.",
                OptionKind.TEXT,
                metavar="ADDRESS",
            ),
            Option("--join", "Show books that are there already; company and currency are theirs."),
        ),
        action="addin.commands.setup.new:new_workbook",
        at_desk=False,
        guide=Guide(
            example='Books.xlsm --company "Acme Ltd"',
            then="`cogsheet connect {book} --account NAME` connects Finale Inventory.",
        ),
    ),
    Command(
        name="database move",
        group=Group.SETUP,
        tip=Tip(
            "Move a company's books to another database",
            "From a file to a PostgreSQL server that a team shares, and back: every row is copied and compared. The "
            "old books stay whole, and take no more changes once the new ones are complete.",
        ),
        options=(
            Argument("company", "COMPANY"),
            Argument("address", "ADDRESS"),
        ),
        action="addin.commands.setup.database_place:move",
        at_desk=False,
        notes="COMPANY is its name or one of its workbooks, ADDRESS a path where nothing is yet or the URL of an empty "
        "PostgreSQL database: `postgresql://USER:PASSWORD@SERVER/NAME` (the password goes into the keyring). Nobody "
        "can write meanwhile. Stopped in between, the "
        "books are where they were; type it again. Colleagues' computers are told with "
        "`database where` ([more](scale.md)).",
        guide=Guide(
            example='"Acme Ltd" postgresql://me:PASSWORD@server/acme',
            then="`cogsheet database where` tells every other computer.",
        ),
    ),
    Command(
        name="database where",
        group=Group.SETUP,
        tip=Tip(
            "Show or change where a company's books are",
            "What this computer knows: a company's database, or those of all companies. Changing it moves nothing.",
        ),
        options=(
            Argument("company", "COMPANY", required=False),
            Option(
                "--set",
                "Where they are: a path, or a PostgreSQL URL. The books there must be this company's.",
                OptionKind.TEXT,
                name="address",
                metavar="ADDRESS",
            ),
        ),
        action="addin.commands.setup.database_place:where",
        at_desk=False,
        notes="COMPANY is its name or one of its workbooks.",
        guide=Guide(
            example='"Acme Ltd"',
            then="`cogsheet doctor BOOK` checks that the books answer.",
        ),
    ),
    Command(
        name="connect",
        group=Group.SETUP,
        button=Button("Connect", "GetExternalDataExistingConnections", large=True),
        tip=Tip(
            "Connect Finale and the stores",
            "Asks for the keys of your Finale account or of a store, tries them, and keeps them in this computer's "
            "vault, never in the workbook.",
        ),
        options=(
            Option(
                "--account",
                "The Finale account: its name, or any address of it.",
                OptionKind.TEXT,
                metavar="NAME",
                default="",
            ),
            Option(
                "--store",
                "A store to connect instead of Finale: its name in these books.",
                OptionKind.TEXT,
                metavar="NAME",
                default="",
            ),
            Option(
                "--marketplace",
                "Where the store sells: Amazon, Walmart, Shopify, eBay.",
                OptionKind.TEXT,
                metavar="NAME",
                default="",
            ),
            Option(
                "--set",
                "A setting of the store, which is then not asked for.",
                OptionKind.TEXT,
                name="settings",
                metavar="NAME=VALUE",
                many=True,
            ),
            Option("--forget", "Remove the key from this computer; a store is disconnected."),
        ),
        asks=Asks(dialogue="addin.commands.dialogues.setup:connect"),
        action="addin.commands.dialogues.store_questions:connect_in_the_terminal",
        notes="It shows one cost to compare with Finale's own screen. Keys are asked for, or come from the environment "
        "([below](#keys)).",
        guide=Guide(
            example="Books.xlsm --account acme",
            attention=SETTING,
            then="`cogsheet sync {book}` fetches the costs.",
        ),
    ),
    Command(
        name="settings",
        group=Group.SETUP,
        tip=Tip(
            "Show what edited settings would change",
            "Shows what the policies typed on sheet Setup, the time zones typed on sheet Stores and the rates typed on "
            "sheet Exchange rates would change, and changes nothing.",
        ),
        options=(
            Argument("book", "BOOK", OptionKind.FILE),
            Option("--yes", "Apply them, also where they change what is posted or closed.", name="agreed"),
        ),
        action="addin.commands.setup.settings_command:settings_of",
        at_desk=False,
        notes="In Excel every button applies them, and asks first where that is needed "
        "([below](#settings-that-change)).",
        guide=Guide(
            example="Books.xlsm",
            attention="a setting needs your yes, because it changes what is posted or closed",
            then="`cogsheet pnl {book}` shows the figures by these settings.",
            asked="`cogsheet settings {book} --yes` applies them; or put the cells back.",
        ),
    ),
    Command(
        name="doctor",
        group=Group.SETUP,
        button=Button("Check", "ErrorChecking"),
        tip=Tip(
            "Check that Cogsheet works on this computer",
            "Checks the installation, the books, the connections and the versions, and tells you how to fix what is "
            "wrong.",
        ),
        options=(
            Option(
                "--recost",
                "Cost every line from nothing, compare it with what is kept, and keep what differs anew.",
                name="recost",
            ),
            Option(
                "--report",
                "Write what a supporter needs into one file beside the workbook: versions, settings without keys, "
                "sizes, the last log.",
                name="report",
            ),
        ),
        action="addin.commands.setup.doctor:doctor",
        notes="It also checks what Excel needs to start Python, whether the workbook's macros are blocked, and every "
        "connected store.",
        guide=Guide(
            example="Books.xlsm",
            attention="something has to be put right: it says how",
            then="`cogsheet import {book} FILE` brings settlements in.",
            asked="do what stands behind check, then `cogsheet doctor {book}` again.",
        ),
    ),
    Command(
        name="upgrade",
        group=Group.SETUP,
        button=Button("Upgrade", "FileSaveAs"),
        tip=Tip(
            "Upgrade this workbook to the installed version",
            "After an update of Cogsheet: saves this workbook and writes an upgraded copy beside it, with the new "
            "buttons, sheets and columns. Your own sheets, columns and formulas stay as they are.",
        ),
        options=(_BOOK,),
        asks=Asks(dialogue="addin.commands.dialogues.setup:upgrade"),
        action="addin.commands.setup.upgrading:upgrade",
        at_desk=False,
        notes="See [below](#what-upgrade-does). The command upgrades the workbook itself and keeps a copy of it as it "
        "was; the button cannot replace a workbook that Excel has open, so it writes the upgraded one beside it.",
        guide=Guide(
            example="Books.xlsm",
            attention="changes of your own to its VBA were left out: it names them",
            then="`cogsheet doctor {book}` checks it.",
        ),
    ),
    Command(
        name="install",
        group=Group.SETUP,
        tip=Tip(
            "Install Cogsheet on this computer",
            "Sets up this computer so that the workbook's buttons work; run it again after an update.",
        ),
        options=(
            Option(
                "--trust",
                "Windows: a folder whose workbooks Excel opens with their macros.",
                OptionKind.EXISTING_FOLDER,
                name="trusted",
                becomes="builtins:str",
            ),
            Option(
                "--wheels",
                "Without a network: a folder that holds every package as a wheel.",
                OptionKind.EXISTING_FOLDER,
            ),
        ),
        action="addin.commands.setup.installing:install_in_the_terminal",
        at_desk=False,
        notes="See [below](#what-install-does).",
        guide=Guide(
            example="",
        ),
    ),
    Command(
        name="help",
        group=Group.SETUP,
        button=Button("Help", "Help"),
        tip=Tip(
            "First steps and version",
            "Goes to the first steps on sheet Setup, lists the buttons of each group, and says which version this "
            "workbook is. Works without Python.",
        ),
    ),
)

DEMO = (
    Command(
        name="demo",
        group=Group.DEMO,
        tip=Tip(
            "Make a workbook with the demo business",
            "Imports its settlements, fetches their costs and fills the sheets.",
        ),
        options=(
            Option(
                "--folder",
                "Where it is made; an earlier demo there is replaced, and nothing else.",
                OptionKind.FOLDER,
                default="demo",
            ),
        ),
        action="addin.demo.book:make_demo_in_the_terminal",
        at_desk=False,
        guide=Guide(
            example="--folder demo",
        ),
    ),
    Command(
        name="sandbox",
        group=Group.DEMO,
        tip=Tip(
            "Run the demo's Finale Inventory on this computer",
            "Until Ctrl+C. Commands on the demo's workbook start one of their own; the environment variable "
            "COGSHEET_SANDBOX switches that one over.",
        ),
        options=(
            Option("--port", "Where to listen; any free port if left out.", OptionKind.NUMBER, default="0"),
            Option(
                "--misbehave",
                "A switch of the list below; NAME:after=3,times=2,on=graphql for some of the requests.",
                OptionKind.TEXT,
                name="switches",
                metavar="NAME",
                many=True,
            ),
        ),
        action="addin.demo.sandbox_command:listen",
        epilog="addin.demo.sandbox_command:listing",
        at_desk=False,
        notes="`cogsheet sandbox --help` lists its switches.",
        guide=Guide(
            example="--port 8080",
        ),
    ),
)
