"""Commands and buttons are declared once; everything that shows or runs them holds exactly what is declared."""

from __future__ import annotations

import dataclasses
import inspect
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from addin.cli import made, main
from addin.commands.close import exporting
from addin.commands.registry import BUTTONS, COMMANDS, RIBBON, command_named
from addin.commands.registry.close import ENTRIES, LEDGERS
from addin.commands.registry.command import Argument, Option, OptionKind, Selects, load
from addin.commands.ribbon.ribbon_actions import UnknownCommandError, changes_costs
from addin.commands.setup.new import write_workbook
from addin.sheets.workbook import SPECS
from core.books.database import Database
from core.books.database.company import new_company
from core.company_databases import MachineFolder
from core.journal.files import Ledger
from core.reports.basis import Basis
from workbooks.commands_page import PAGE, page, usage

if TYPE_CHECKING:
    from addin.commands.registry.command import Command

ROOT = Path(__file__).parents[3]
RUN = [command for command in COMMANDS if command.action]
EARLIER_BUTTONS = {
    "import", "pull", "fill", "sync", "resolve", "save", "undo", "cogs", "pnl", "rates", "export", "trueups", "verify",
    "close", "connect", "doctor",
}  # fmt: skip
"""What the VBA of workbooks made before the declarations gives to `addin.ribbon.run`."""
EARLIER_COMMANDS = EARLIER_BUTTONS | {
    "new", "remove", "remove-store", "settings", "accept", "restore", "reopen", "posted-elsewhere", "install",
    "upgrade", "inspect", "demo", "sandbox",
}  # fmt: skip
"""What scripts of users may call."""


def by_name(command: Command) -> str:
    return command.name


def test_the_command_line_has_what_is_declared() -> None:
    """Every command with an action, in the order of the ribbon, and nothing else."""
    context = click.Context(main)

    assert [command.name for command in RUN] == main.list_commands(context)
    assert [command.name for command in RUN] == [
        found.name for name in main.list_commands(context) if (found := main.get_command(context, name))
    ]


@pytest.mark.parametrize("command", RUN, ids=by_name)
def test_the_help_of_a_command_says_what_is_declared(command: Command) -> None:
    """Its tip, and every option with its sentence."""
    shown = CliRunner().invoke(main, [command.name, "--help"], terminal_width=200).output
    flat = "".join(shown.split())

    assert command.guide is not None
    statuses = [meaning for _, meaning in command.guide.statuses()]
    options = [one.help for one in command.options if isinstance(one, Option)]
    wanted = [command.tip.title, command.tip.text, *options, command.guide.example, *statuses]
    assert [] == [text for text in wanted if "".join(text.split()) not in flat]
    assert [] == [one.flag for one in command.options if isinstance(one, Option) and f" {one.flag}" not in shown]


@pytest.mark.parametrize("command", RUN, ids=by_name)
def test_an_action_takes_the_options_that_are_declared(command: Command) -> None:
    """No option is swallowed, and nothing that the action needs is left out."""
    action = load(command.action)
    parameters = inspect.signature(action).parameters
    rest = {name for name, one in parameters.items() if one.kind is inspect.Parameter.VAR_KEYWORD}
    gathered = {field.name for field in dataclasses.fields(load(command.gathers.type))} if command.gathers else set()
    given = {one.parameter for one in command.options} - gathered
    given |= {"ids"} if command.selects is not Selects.NOTHING else set()
    given |= {command.gathers.parameter} if command.gathers else set()
    needed = {name for name, one in parameters.items() if one.default is one.empty} - rest - {"desk"}

    assert rest or given <= set(parameters)
    assert needed <= given
    assert ("desk" in parameters) == command.at_desk


@pytest.mark.parametrize("command", BUTTONS, ids=by_name)
def test_a_button_can_do_what_it_asks_for(command: Command) -> None:
    """Its action runs on what a press has: selection and answers; else a dialogue asks for the rest."""
    if command.asks.dialogue:
        assert len(inspect.signature(load(command.asks.dialogue)).parameters) == (2 if command.at_desk else 1)
    elif command.action:
        parameters = inspect.signature(load(command.action)).parameters
        needed = {name for name, one in parameters.items() if one.default is one.empty} - {"desk"}
        assert needed <= {"ids", command.asks.into}
    assert bool(command.asks.text) == bool(command.asks.into)
    assert command.group in RIBBON


def test_a_sheet_that_is_shown_is_one_of_the_templates() -> None:
    """A misspelt sheet would stop the button after its work is done."""
    assert {command.shows for command in COMMANDS if command.shows} <= {spec.sheet for spec in SPECS}


def test_names_and_button_ids_are_unique() -> None:
    """Excel drops a ribbon with a duplicate id."""
    assert len(COMMANDS) == len({command.name for command in COMMANDS}) == len({one.button_id for one in COMMANDS})


def test_names_that_workbooks_and_scripts_know_stay() -> None:
    """A workbook made earlier calls `addin.ribbon.run('sync')` by its own table; a script calls `cogsheet sync`."""
    assert set() == EARLIER_BUTTONS - {command.name for command in BUTTONS if command.action}
    assert set() == EARLIER_COMMANDS - {command.name for command in RUN}


def test_choices_are_the_words_of_the_code() -> None:
    """The declarations import nothing, so that they spell these words themselves."""
    assert tuple(Ledger) == LEDGERS
    assert set(exporting.AGAIN) == set(ENTRIES)
    by = next(one for one in named_options("pnl") if one.flag == "--by")
    assert tuple(Basis) == by.choices


def named_options(name: str) -> list[Option]:
    command = command_named(name)
    assert command is not None
    return [one for one in command.options if isinstance(one, Option)]


def test_what_is_typed_reaches_the_action_as_it_takes_it() -> None:
    """Words become what they name, and options that belong together one value."""
    pnl = command_named("pnl")
    assert pnl is not None
    typed = {"basis": "shipped", "by_month": True, "first_day": None, "last_day": None, "stores": (), "together": False}
    of_pnl = pnl.arguments(typed)["options"]
    trueups = command_named("trueups")
    assert trueups is not None
    chosen = {"accept": ("7", "r12"), "dismiss": (), "take_up": ("R",), "reason": ""}
    choice = trueups.arguments(chosen | {"dismiss_immaterial": False, "accept_suspect": True})["options"]

    assert (Basis.SHIPPED, True) == (of_pnl.basis, of_pnl.by_month)
    assert ((7, "R12"), ("R",), True) == (choice.accept, choice.take_up, choice.accept_suspect)


def test_every_kind_of_option_can_be_typed() -> None:
    """A kind that the command line does not know would stop it before any command runs."""
    every = tuple(Option(f"--{kind.value.replace(' ', '-')}", "x", kind) for kind in OptionKind)
    declared = dataclasses.replace(COMMANDS[0], options=(*every, Argument("more", "MORE", many=True, required=False)))

    assert {one.parameter for one in every} <= {param.name for param in made(declared).params}


def test_buttons_that_change_costs_say_so() -> None:
    """Cells with FINALE_ functions are recalculated after the buttons that docs/architecture.md names."""
    assert {True} == {changes_costs(command) for command in ("import", "sync", "save", "undo", "restore", "reopen")}
    assert not changes_costs("cogs")
    assert not changes_costs("nothing of the kind")


def test_tips_are_sentences_that_fit() -> None:
    """A title is one line without a full stop; a text ends with one; Excel takes 1,023 characters of it."""
    tips = {command.name: command.tip for command in COMMANDS}

    assert [] == [name for name, tip in tips.items() if tip.title.endswith(".") or not 10 < len(tip.title) <= 60]
    assert [] == [name for name, tip in tips.items() if not tip.text.endswith(".") or not 40 < len(tip.text) < 1024]


def test_the_readme_names_buttons_by_what_is_written_on_them() -> None:
    """A step of the bookkeeper's day in bold letters is found on the tab."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    day = re.search(r"## The bookkeeper's day\n\n((?:\d\. .*\n)+)", readme)

    assert day is not None
    assert set() == set(re.findall(r"\*\*(.+?)\*\*", day[1])) - {one.button.label for one in BUTTONS if one.button}


def test_the_page_of_commands_is_what_is_declared() -> None:
    """If not, run `python run.py commands`; what is written by hand stays."""
    before = PAGE.read_text("utf-8")

    assert before == page(before)
    assert [] == [command.name for command in RUN if f"`{usage(command)}`" not in before]


def test_the_page_would_not_hide_a_change() -> None:
    """A line that somebody edits in the list is put back."""
    before = PAGE.read_text("utf-8")
    edited = before.replace("#### sync", "#### synchronise")

    assert before != edited
    assert before == page(edited)


@pytest.mark.few(1)
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["resolve", "--help"]], ids=" ".join)
def test_asking_for_words_imports_nothing_but_words(arguments: list[str]) -> None:
    """`--version` and help answer at once: of ours only command line and declarations, of others only click."""
    modules = imported_by(arguments, dict(os.environ))
    ours = {name for name in modules if name.split(".")[0] in ("addin", "core", "sandbox", "workbook_engine")}
    heavy = ("pandas", "numpy", "pyarrow", "sqlalchemy", "alembic", "openpyxl", "xlwings", "flask", "graphql", "httpx")

    assert [] == [name for name in modules if name.split(".")[0] in heavy]
    machine = {f"addin.machine.{name}" for name in ("start", "terminal_words", "version")}
    words = {"addin", "addin.cli", "addin.commands", "addin.machine", *machine}
    assert set() == {name for name in ours if name not in words and not name.startswith("addin.commands.registry")}


@pytest.mark.long
def test_resolve_imports_no_server_no_http_and_no_migrations(tmp_path: Path) -> None:
    """Flask and GraphQL are for the demo's own Finale, alembic for books of an older version."""
    company = new_company("Acme", "USD", datetime(2026, 1, 1, tzinfo=UTC))
    with Database.create(tmp_path / "books.sqlite", company) as database:
        write_workbook(tmp_path / "Books.xlsm", database)
    MachineFolder(tmp_path).remember("Acme", str(tmp_path / "books.sqlite"))
    arguments = ["resolve", str(tmp_path / "Books.xlsm")]
    modules = imported_by(arguments, {**os.environ, "COGSHEET_HOME": str(tmp_path)})

    assert "core.books.books" in modules
    unneeded = ("flask", "graphql", "sandbox", "alembic", "httpx", "keyring", "xlsxwriter", "openpyxl")
    assert [] == [name for name in modules if name.split(".")[0] in unneeded]
    assert {"sqlalchemy.dialects.postgresql", "core.finale.report_mode"}.isdisjoint(modules)


def imported_by(arguments: list[str], environment: dict[str, str]) -> list[str]:
    """Return every module that a command has imported when it ends."""
    program = (
        "import sys; from addin.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "print('|'.join(sorted(sys.modules)), file=sys.stderr)"
    )
    answer = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], check=True, capture_output=True, encoding="utf-8", cwd=ROOT, env=environment
    )
    assert answer.stdout.strip()
    return answer.stderr.strip().splitlines()[-1].split("|")


def test_a_command_that_nobody_declared_is_refused() -> None:
    """By its name, with what to do."""
    assert "no command “frobnicate”" in str(UnknownCommandError("frobnicate"))
    assert CliRunner().invoke(main, ["frobnicate"]).exit_code == 2
