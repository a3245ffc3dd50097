"""What must be right on this computer for the buttons of a workbook to work; each finding says how to fix it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from addin.machine import trust
from addin.machine.environment import installed_version
from addin.machine.places import apple_script, environment_folder, program_in
from addin.machine.suitable_python import unsuitable
from addin.machine.terminal_words import quoted
from addin.machine.upgrading.vba_project import version_of
from workbook_engine.vba import UnreadableProjectError, read_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from addin.machine.computer import Computer
    from workbook_engine.vba import Project


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    words: str
    """How it stands, or how to fix it."""
    at_terminal: str = ""
    """What a terminal says beside it: the command for a button that the words name."""


INSTALL = "run `cogsheet install` (from a clone: `python run.py install`)"
ASR_RULE = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
"""Defender's rule “Block all Office applications from creating child processes”: the buttons start Python."""
ASR_KEYS = (
    r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules",
    r"HKLM\SOFTWARE\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules",
)
_BLOCKED = "1"
_FROM_THE_INTERNET = 3
_ZONE = re.compile(r"^\s*ZoneId\s*=\s*(\d+)", re.MULTILINE | re.IGNORECASE)
_VBA_OF_XLWINGS = re.compile(r"xlwings64-([0-9.]+)\.dll")


def installation(computer: Computer, program: str | None) -> Finding:
    """Look at the environment that buttons run in.

    Args:
        computer: The computer.
        program: The version of the program that looks; `None` where it is not known.
    """
    folder = environment_folder(computer)
    if not computer.is_windows and not computer.is_mac and not folder.exists():
        return _finding("Installation", "", "this system has no Excel; the commands need no installation of their own.")
    stamp = installed_version(folder)
    python = program_in(folder, "python", computer)
    ran = computer.run([str(python), "-c", ""])
    if not stamp:
        return _finding("Installation", f"buttons find no complete Cogsheet in {folder}: {INSTALL}.", "")
    if ran.status:
        return _finding("Installation", f"{python} does not start ({ran.output or ran.status}): {INSTALL}.", "")
    installed = stamp.get("version")
    if program and installed != program:
        return _finding("Installation", f"buttons run Cogsheet {installed}, this is {program}: {INSTALL}.", "")
    return _finding("Installation", "", f"buttons run Cogsheet {installed} in {folder}")


def build_of_python(computer: Computer) -> Finding:
    """Look whether the packages exist for the Python that runs."""
    return _finding("Python", unsuitable(computer.build), f"{computer.build}, for which every package exists")


def letters_of_folder(computer: Computer) -> Iterator[Finding]:
    """Look whether Excel's VBA can name the folder of the environment: it asks for files in the ANSI code page."""
    if not computer.is_windows:
        return
    folder = str(environment_folder(computer))
    lost = sorted({letter for letter in folder if letter.encode(computer.code_page, "ignore") == b""})
    words = (
        f"{folder} has letters that this Windows' code page {computer.code_page} lacks ({', '.join(lost)}), so Excel "
        f"does not find what is installed there: buttons say that Cogsheet is not installed, though it may be. The "
        f"commands work. For the buttons use a Windows account whose folder has none of these letters, or let the "
        f"computer's administrator tick “Beta: Use Unicode UTF-8 for worldwide language support” (Region)."
    )
    yield _finding("Name of the folder", words if lost else "", "Excel can name the folder of what is installed")


def starting_programs(computer: Computer) -> Iterator[Finding]:
    """Look whether Excel may start Python: by starting it as xlwings does, and by Defender's rules."""
    if not computer.is_windows:
        return
    shell = computer.environment.get("COMSPEC", "cmd.exe")
    python = program_in(environment_folder(computer), "python", computer)
    # With more than one pair of quotes the command interpreter would take the outer ones away.
    ran = computer.run([shell, "/C", str(python), "-V"])
    blocked = any(_blocks(computer, key) for key in ASR_KEYS)
    if blocked:
        words = (
            f"Defender's rule {ASR_RULE} (Block all Office applications from creating child processes) is on, so "
            f"buttons cannot start Python. Ask the computer's administrator to exclude {python}, or use the commands."
        )
    elif ran.status:
        words = (
            f"{shell} cannot start {python} ({ran.output or ran.status}). If Cogsheet is installed, a security program "
            f"forbids it: ask whoever looks after the computer to allow that file."
        )
    else:
        words = ""
    yield _finding(
        "Starting Python", words, "Excel's way of starting it works; no rule of Defender's is known to forbid it"
    )


def _blocks(computer: Computer, key: str) -> bool:
    values = {name.lower(): str(value) for name, value in computer.registry.values(key).items()}
    return values.get(ASR_RULE) == _BLOCKED


def time_zones(computer: Computer, zone: Callable[[str], object] = ZoneInfo) -> Finding:
    """Look whether the days of stores can be told: by Python's own list, whether or not Windows has one.

    Args:
        computer: The computer.
        zone: Answers a time zone by its name, or raises what `zoneinfo` raises.
    """
    try:
        for name in ("UTC", "America/New_York", "Australia/Sydney"):
            zone(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        return _finding("Time zones", f"the days of stores cannot be told, {error}: package tzdata, {INSTALL}.", "")
    system = PureWindowsPath(computer.environment.get("SYSTEMROOT", r"C:\Windows"), "System32", "icu.dll")
    lacks = computer.is_windows and not Path(system).is_file()
    words = f"; this Windows has no {system.name} (it came with version 1903), which is not needed" if lacks else ""
    return _finding("Time zones", "", f"those of stores are known{words}")


def script_of_excel(computer: Computer, xlwings: str) -> Iterator[Finding]:
    """Look for the file through which Excel for Mac starts Python."""
    if computer.is_mac:
        file = apple_script(computer, xlwings)
        missing = "" if file.is_file() else f"Excel has no {file.name} and cannot start Python: {INSTALL}."
        yield _finding("Excel's script", missing, f"{file.name} is among Excel's application scripts")


def macros_of(computer: Computer, workbook: Path) -> Iterator[Finding]:
    """Look whether Excel for Windows lets the macros of a workbook run."""
    if not computer.is_windows:
        return
    folder = PureWindowsPath(str(workbook)).parent
    trusted = trust.is_trusted(computer, folder) and not trust.are_disabled(computer)
    zone = _ZONE.search(computer.zone_of(workbook) or "")
    marked = zone is not None and int(zone[1]) >= _FROM_THE_INTERNET
    words = (
        f"Windows has marked {workbook} as from the internet, and Excel blocks its macros. Close it, right-click it in "
        f"the Explorer, Properties, tick Unblock, OK. A workbook made with `cogsheet new` has no such mark."
    )
    yield _finding(
        "Mark of the Web", words if marked and not trusted else "", "none that blocks this workbook's macros"
    )
    asks = f"Excel asks once whether macros of {folder} may run: choose Enable Content"
    if trust.are_disabled(computer):
        asks += "; trusted locations are switched off by the computer's administrator"
    elif not trust.refusal(computer, folder):
        asks += f", or run `cogsheet install --trust {quoted(str(folder), windows=True)}`"
    yield _finding("Trusted folder", "", f"Excel runs macros in {folder} without asking" if trusted else asks)


def versions(workbook: Path, template: bytes, program: str | None, xlwings: str) -> Finding:
    """Compare the versions of a workbook's VBA, the template, the program and xlwings.

    Args:
        workbook: The file.
        template: The program's template.
        program: The program's version; the template's where it is not known.
        xlwings: The version of xlwings.
    """
    try:
        project, ours = _project(workbook.read_bytes()), _project(template)
    except OSError as error:
        return _finding("Versions", "", f"not looked at: {workbook.name} cannot be read now ({error.strerror})")
    wanted, way = program or (version_of(ours) if ours else None), ""
    if project is None:
        words = f"{workbook.name} holds no VBA that can be read, so it has no buttons: make one with `cogsheet new`."
    elif ours is None or version_of(ours) != wanted:
        words = f"Cogsheet {wanted} has another version's template: get Cogsheet again and {INSTALL}."
    elif version_of(project) != wanted:
        words = (
            f"the buttons of {workbook.name} are of Cogsheet {version_of(project) or 'unknown'}, the program is "
            f"{wanted}. Press Upgrade; if the workbook is the newer one, {INSTALL}."
        )
        way = upgrade_at_terminal(workbook)
    elif xlwings_of(project) != xlwings:
        words = f"the workbook's VBA is of xlwings {xlwings_of(project)}, the program has {xlwings}. Press Upgrade."
        way = upgrade_at_terminal(workbook)
    else:
        words = ""
    right = f"workbook, template and program are of Cogsheet {wanted}, xlwings is {xlwings}"
    return replace(_finding("Versions", words, right), at_terminal=way)


def upgrade_at_terminal(workbook: Path | str) -> str:
    """Return what a terminal says where button Upgrade is named."""
    return f"`cogsheet upgrade {quoted(str(workbook))}` upgrades the workbook once it is closed."


def xlwings_of(project: Project) -> str | None:
    """Return the version of xlwings that a workbook's VBA belongs to."""
    module = project.module("xlwings")
    match = _VBA_OF_XLWINGS.search(module.source) if module else None
    return match[1] if match else None


def _project(content: bytes) -> Project | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith("vbaproject.bin")]
            return read_project(archive.read(names[0])) if names else None
    except (zipfile.BadZipFile, UnreadableProjectError):
        return None


def _finding(what: str, wrong: str, right: str) -> Finding:
    return Finding(what, ok=not wrong, words=wrong or right)
