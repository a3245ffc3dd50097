"""Group Setup: Cogsheet's environment on this computer, which every workbook's buttons run in."""

from __future__ import annotations

from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.commands.terminal import TerminalProgress
from addin.machine import environment, trust
from addin.machine.computer import this_computer
from addin.machine.environment import InstallationFailedError
from addin.machine.places import program_in
from addin.machine.program import this_program
from core.progress import silent

if TYPE_CHECKING:
    from pathlib import Path

    from addin.machine.computer import Computer
    from addin.machine.environment import Installation
    from addin.machine.program import Program
    from core.progress import Progress


def install_in_the_terminal(*, trusted: str | None = None, wheels: Path | None = None) -> Outcome:
    """Install, with a bar that says how far it is.

    Raises:
        CogsheetError: As `install` does.
    """
    return install(trusted=trusted, wheels=wheels, progress=TerminalProgress())


def install(
    *,
    trusted: str | None = None,
    wheels: Path | None = None,
    computer: Computer | None = None,
    program: Program | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Install Cogsheet where workbooks look for it; run again it changes only what is not as it should be.

    Args:
        trusted: A folder, by its whole path, whose workbooks Excel for Windows shall open with their macros.
        wheels: A folder with every package as a wheel, for computers without a network.
        computer: The computer; this one if left out.
        program: What is installed; the running copy if left out.
        progress: Told after each step.

    Raises:
        CogsheetError: If the folder must not be trusted, or a step does not succeed.
    """
    here = computer or this_computer()
    newly_trusted = trusted is not None and trust.trust(here, PureWindowsPath(trusted))
    wanted = program or this_program()
    installed = environment.ensure(here, wanted, wheels=wheels, progress=progress)
    python = program_in(installed.folder, "python", here)
    done = f"Cogsheet {wanted.version} is installed in {installed.folder}."
    kept = f"Cogsheet {wanted.version} was installed in {installed.folder} already; nothing had to be changed."
    sentences = [done if installed.changed else kept]
    if here.is_mac:
        sentences.append(_let_excel_start_python(here, installed))
    if trusted is not None:
        state = "now opens" if newly_trusted else "opened already"
        sentences.append(f"Excel {state} workbooks in {trusted} with their macros; folders inside it are not meant.")
    sentences.append(_next(here, installed))
    return Outcome(
        "\n".join(sentences),
        data={
            "version": wanted.version,
            "folder": str(installed.folder),
            "python": str(python),
            "changed": installed.changed or newly_trusted,
            "trusted": trusted,
        },
    )


def _let_excel_start_python(computer: Computer, installed: Installation) -> str:
    """Put xlwings' script where Excel's sandbox may run it: `xlwings runpython install`."""
    ran = computer.run([str(program_in(installed.folder, "xlwings", computer)), "runpython", "install"])
    if ran.status:
        raise InstallationFailedError("letting Excel start Python", installed.folder, ran.output, windows=False)
    return "Excel may start Python (xlwings' script is among Excel's application scripts)."


def _next(computer: Computer, installed: Installation) -> str:
    command = program_in(installed.folder, "cogsheet", computer)
    if computer.is_windows or computer.is_mac:
        return f"Next: open a workbook, or make one with `{command} new Books.xlsm --company NAME`."
    return f"This system has no Excel, so there are no buttons: run the commands, for example `{command} --help`."
