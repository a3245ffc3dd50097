"""The command line, made of `addin.commands.registry`: the buttons of the ribbon for machines without Excel.

Every command takes `--json` (JSON alone on standard output). Exit status: 0 done, 1 the data needs attention,
2 it could not be done. Nothing but the declarations is imported before a command runs: `--version` and `--help` answer
at once.
"""

from __future__ import annotations

import contextlib
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from addin.commands.registry import COMMANDS, command_named, commands_of
from addin.commands.registry.command import Argument, Group, Option, OptionKind, Selects, load
from addin.commands.registry.guide import PROGRAM, called, without_step
from addin.machine.start import lasting_imports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from addin.commands.outcome import Outcome
    from addin.commands.registry.command import Command
    from core.errors import CogsheetError

CANNOT = 2
_BOOK = "book"
_IDS = "ids"
_JSON = "as_json"
_HELP = "help"
_MAKES_BOOKS = ("new", "upgrade")
"""Commands whose argument `path` is the workbook, though none is open when they begin."""
_ON_FILE = "addin.commands.desk_opening:on_file"
_TYPES: dict[OptionKind, click.ParamType[Any]] = {
    OptionKind.TEXT: click.STRING,
    OptionKind.NUMBER: click.INT,
    OptionKind.DAY: click.DateTime(["%Y-%m-%d"]),
    OptionKind.FILE: click.Path(path_type=Path, dir_okay=False),
    OptionKind.FOLDER: click.Path(path_type=Path, file_okay=False),
    OptionKind.PATH: click.Path(path_type=Path),
    OptionKind.EXISTING_FOLDER: click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
}


class Commands(click.Group):
    """The commands of the registry, each made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in the order of the ribbon."""
        return [command.name for command in COMMANDS if command.action]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Return the command of a name."""
        declared = command_named(cmd_name)
        if declared is None:
            return _help() if cmd_name == _HELP else None
        return made(declared)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that one word names, or two: `database move`."""
        declared = command_named(" ".join(args[:2]))
        if declared is not None and len(args) > 1:
            return declared.name, made(declared), args[2:]
        longer = [name for name in self.list_commands(ctx) if name.startswith(f"{args[0]} ")]
        if longer:
            ctx.fail(f"“{args[0]}” is the beginning of: {', '.join(longer)}.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List the commands under their groups, with the titles of their tips."""
        widest = max(len(command.name) for command in COMMANDS)
        for group in Group:
            rows = [(one.name.ljust(widest), one.tip.title) for one in commands_of(group) if one.action]
            with formatter.section(str(group)):
                formatter.write_dl(rows)


def made(command: Command) -> click.Command:
    """Return what click runs for a declaration."""
    return _Made(
        command.name,
        params=list(_parameters(command)),
        callback=partial(_run, command),
        help=f"{command.tip.title}.\n\n{command.tip.text}",
        short_help=command.tip.title,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


class _Made(click.Command):
    """One command; what stands below its options is looked up only where its help is asked for."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        command = command_named(self.name or "")
        if command is not None:
            _write_guide(command, formatter)
            self.epilog = load(command.epilog)() if command.epilog else None
        super().format_epilog(ctx, formatter)


def _write_guide(command: Command, formatter: click.HelpFormatter) -> None:
    """Write how a command is typed, what its exit statuses mean, and what comes next."""
    if command.guide is None:
        return
    with formatter.section("Example"):
        formatter.write(f"  {called()} {command.name} {command.guide.example}".rstrip() + "\n")
    with formatter.section("Exit status"):
        formatter.write_dl(list(command.guide.statuses()))
    if command.guide.then:
        formatter.write(f"\n{command.guide.next_step(0)}\n")


def _help() -> click.Command:
    """Return the command that lists the commands, or explains one; the button of its name works without Python."""
    words = click.Argument(["words"], nargs=-1, metavar="[COMMAND]")
    return click.Command(_HELP, params=[words], callback=_print_help, help="List the commands, or explain one.")


def _print_help(words: tuple[str, ...]) -> None:
    name, context = " ".join(words), click.get_current_context()
    if not name:
        click.echo(main.get_help(context.find_root()))
        return
    declared = command_named(name)
    if declared is None:
        context.fail(f"There is no command “{name}”. `{called()} {_HELP}` lists them.")
    click.echo(made(declared).get_help(click.Context(made(declared), context.find_root(), info_name=name)))


def _parameters(command: Command) -> Iterator[click.Parameter]:
    """Yield workbook, arguments, settlements, options and `--json`, in the order in which help names them."""
    if command.at_desk:
        yield click.Argument([_BOOK], type=_TYPES[OptionKind.FILE])
    yield from (_argument(one) for one in command.options if isinstance(one, Argument))
    if command.selects is not Selects.NOTHING:
        yield click.Argument([_IDS], nargs=-1, metavar="[SETTLEMENT]...")
    yield from (_option(one) for one in command.options if isinstance(one, Option))
    yield click.Option(["--json", _JSON], is_flag=True, help="Print the result as JSON, and nothing else.")


def _argument(one: Argument) -> click.Argument:
    shown = one.metavar if one.required else f"[{one.metavar}]"
    return click.Argument(
        [one.name],
        type=_TYPES[one.kind],
        nargs=-1 if one.many else 1,
        required=one.required,
        metavar=f"{shown}..." if one.many else shown,
    )


def _option(one: Option) -> click.Option:
    names = [one.flag, one.parameter]
    if one.kind is OptionKind.FLAG:
        return click.Option(names, is_flag=True, help=one.help)
    return click.Option(
        names,
        type=click.Choice(one.choices) if one.choices else _TYPES[one.kind],
        multiple=one.many,
        required=one.required,
        help=one.help,
        metavar=one.metavar or None,
        default=() if one.many else one.default,
        show_default=bool(one.default),
    )


def _run(command: Command, *, as_json: bool, **typed: Any) -> None:  # noqa: ANN401 - as the declaration has it
    """Run a command: messages and exit statuses in one place.

    Raises:
        SystemExit: Always, with the exit status.
    """
    with _log() as log:
        did = True
        try:
            message, data, status = _done(command, typed)
        except Exception as error:  # noqa: BLE001 - the last place: no command ends in a traceback
            did, told, status = False, _sentence(error, command.name, log), CANNOT
            message, data = _with_number(told, log), {"error": told}
        _note(command.name, status)
        _say(message, data, as_json=as_json, to_error=not did)
        sys.exit(status)


def _done(command: Command, typed: dict[str, Any]) -> tuple[str, dict[str, object], int]:
    """Run a command and return what it says, its data, and its exit status."""
    outcome = _outcome(command, typed)
    step = _next_step(command, typed, outcome.exit_status) if outcome.leads_on else ""
    said = (without_step(outcome.message) if step else outcome.message, outcome.at_terminal, step)
    return "\n".join(filter(None, said)), outcome.data, outcome.exit_status


def _next_step(command: Command, typed: dict[str, Any], status: int) -> str:
    """Return what is done after a command, with the workbook and settlement that were typed."""
    book = typed.get(_BOOK) or (typed.get("path") if command.name in _MAKES_BOOKS else "")
    return "" if command.guide is None else command.guide.next_step(status, str(book or ""), typed.get(_IDS, ()))


def _sentence(error: Exception, name: str, log: Path | None) -> str:
    """Say what went wrong, in the error's own words where they are meant for the user; the rest goes to the log."""
    import logging  # noqa: PLC0415 - only a command that fails needs it

    from core.errors import CogsheetError  # noqa: PLC0415 - as above
    from core.log import ACTION, printable  # noqa: PLC0415 - as above
    from core.unexpected import stopped, where_details_are  # noqa: PLC0415 - as above

    if isinstance(error, CogsheetError):
        logging.getLogger(__name__).info("%s was refused: %s", name, printable(str(error)))
        return _with_way_out(error)
    logging.getLogger(__name__).error("%s failed", name, exc_info=error)
    return stopped(error, "the command", where_details_are(ACTION.number, log))


def _with_number(told: str, log: Path | None) -> str:
    """Return what a refusal says, and on a line of its own the number by which a supporter finds it in the log."""
    from core.log import ACTION  # noqa: PLC0415 - as above

    return told if log is None or ACTION.number in told else f"{told}\n(Number {ACTION.number} in the log.)"


def _note(name: str, status: int) -> None:
    """Write one line of the log about a command that has ended."""
    import logging  # noqa: PLC0415 - only a command that runs needs it

    logging.getLogger(__name__).info("%s ended with status %s", name, status)


def _outcome(command: Command, typed: dict[str, Any]) -> Outcome:
    """Do what was typed, on a workbook where the command works on one."""
    days = {one.parameter for one in command.options if isinstance(one, Option) and one.kind is OptionKind.DAY}
    plain = {name: value.date() if name in days and value else value for name, value in typed.items()}
    chosen = {_IDS: plain[_IDS]} if command.selects is not Selects.NOTHING else {}
    with lasting_imports():
        action: Callable[..., Outcome] = load(command.action)
        arguments = {**chosen, **command.arguments(plain)}
        pressed = command.button.label if command.button else command.name
        kept = {"sees_altered": command.sees_altered, "pressed": pressed}
        on_file = partial(load(_ON_FILE), **kept) if command.at_desk else None
    if on_file is None:
        return action(**arguments)
    from addin.commands.terminal import TerminalProgress  # noqa: PLC0415 - only a command that runs needs it

    outcome: Outcome = on_file(plain[_BOOK], partial(action, **arguments), TerminalProgress())
    return outcome


def _with_way_out(error: CogsheetError) -> str:
    from addin.commands.terminal_remedies import with_way_out  # noqa: PLC0415 - only a refused command needs it

    return with_way_out(error)


@contextlib.contextmanager
def _log() -> Iterator[Path | None]:
    """Write the log while a command runs, and give its place; one that cannot be written stops no books."""
    import logging  # noqa: PLC0415 - only a command that runs needs it

    from core import log  # noqa: PLC0415 - as above
    from core.company_databases import machine_folder  # noqa: PLC0415 - as above

    handler = None
    with contextlib.suppress(OSError):
        handler = log.set_up(machine_folder().path)
    try:
        yield machine_folder().path / log.FILE_NAME if handler is not None else None
    finally:
        if handler is not None:
            logging.getLogger().removeHandler(handler)
            handler.close()


def _say(message: str, data: dict[str, object], *, as_json: bool, to_error: bool = False) -> None:
    """Print what a command says, without secrets, and with a sign of its own for what no terminal can show."""
    from core.log import REDACTION, printable  # noqa: PLC0415 - only a command that runs needs it

    text = (
        json.dumps(REDACTION.redact_all(data), indent=2, ensure_ascii=False) if as_json else REDACTION.redact(message)
    )
    click.echo(printable(text), err=to_error and not as_json)


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: FBT001, ARG001 - click's
    if not value or ctx.resilient_parsing:
        return
    from addin.machine.version import program_version  # noqa: PLC0415 - reading what is installed takes its time

    click.echo(f"cogsheet, version {program_version() or 'from its source'}")
    ctx.exit()


main = Commands(
    "cogsheet",
    help="Put the true cost on every line of a marketplace settlement, inside an Excel workbook.",
    epilog=f"`{PROGRAM} help COMMAND` explains one, with an example and its exit statuses. BOOK is the workbook; a "
    "settlement is named by its id. docs/README.md says where everything is explained.",
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
            help="Show the version and exit.",
        )
    ],
    context_settings={"help_option_names": ["-h", "--help"]},
)
