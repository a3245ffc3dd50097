"""What the entries of Windows' Start menu do: `pythonw -m addin.start_menu new`, `demo` or `check`.

There is no terminal: each asks and tells in a window of its own, and lets Excel open the workbook at the end.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from addin.connections.connect_form import Field, Form, ask, window
from addin.machine import checks
from addin.machine.computer import this_computer
from addin.machine.version import program_version
from core.company_databases import machine_folder
from core.errors import CogsheetError
from core.progress import silent
from core.safe_file_names import file_name
from core.unexpected import stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from addin.machine.computer import Computer

COMPANY, CURRENCY, FOLDER = "Company", "Currency", "Folder"


def new_form(folder: Path) -> Form:
    """Return what is asked for a new workbook."""
    fields = (
        Field(COMPANY, hint="As your accountant calls it; its books are found by this name."),
        Field(CURRENCY, "USD", "Three letters: the currency that you account in."),
        Field(FOLDER, str(folder), "Where the workbook is made."),
    )
    return Form("New Cogsheet workbook", fields, "Excel opens it once it is made.", deed="Make")


def make_new(texts: dict[str, str]) -> Path:
    """Make the workbook that was asked for, named after its company.

    Raises:
        CogsheetError: If it cannot be made.
    """
    from addin.commands.setup.new import new_workbook  # noqa: PLC0415 - the window comes at once, what makes books after it

    path = Path(texts[FOLDER]) / file_name(texts[COMPANY], ending=".xlsm")
    new_workbook(path, company=texts[COMPANY], currency=texts[CURRENCY].upper())
    return path


def demo_folder(documents: Path, own: Path) -> Path:
    """Return where the demo is made: with the documents, or in the user's own folder where its books may not lie there.

    OneDrive keeps the documents of many computers.
    """
    from addin.demo.earlier_demo import DATABASE  # noqa: PLC0415 - as above
    from core.books.database.database import safe_path  # noqa: PLC0415 - as above
    from core.books.database.errors import DatabaseInSyncedFolderError  # noqa: PLC0415 - as above

    name = "Demo"
    try:
        safe_path(documents / name / DATABASE)
    except DatabaseInSyncedFolderError:
        return own / name
    return documents / name


def make_demo(folder: Path) -> Path:
    """Make the demo in a folder; an earlier one there is replaced, as `cogsheet demo` does.

    Raises:
        CogsheetError: If it cannot be made.
    """
    from addin.demo import book  # noqa: PLC0415 - as above
    from addin.demo.earlier_demo import BOOK  # noqa: PLC0415 - as above

    with _waiting(f"The demo is made in {folder}; that takes a minute. Excel opens it then."):
        book.make_demo(folder, silent)
    return folder / BOOK


def what_is_found(computer: Computer) -> str:
    """Say how this computer stands, a line for each thing that was looked at."""
    found = [
        checks.installation(computer, program_version()),
        checks.build_of_python(computer),
        *checks.letters_of_folder(computer),
        *checks.starting_programs(computer),
        checks.time_zones(computer),
    ]
    return "\n\n".join(f"{'ok' if one.ok else 'CHECK'}  {one.what}: {one.words}" for one in found)


def _open(path: Path) -> None:
    """Let the program open a file that Windows opens such files with."""
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606 - a workbook that was just made


def main(arguments: list[str], opens: Callable[[Path], object] = _open) -> None:
    """Do what an entry of the Start menu is for."""
    here = Path(platformdirs.user_documents_dir(), "Cogsheet")
    try:
        if arguments == ["check"]:
            tell(what_is_found(this_computer()))
            return
        made = _made(arguments, here)
    except CogsheetError as error:
        tell(str(error))
        return
    except Exception as error:  # noqa: BLE001 - the last place where anything can be said
        tell(stopped(error, "Cogsheet", "Check this computer in the Start menu may tell why."))
        return
    if made is not None:
        opens(made)


def _made(arguments: list[str], here: Path) -> Path | None:
    if arguments == ["demo"]:
        return make_demo(demo_folder(here, machine_folder().path))
    texts = ask(new_form(here))
    return None if texts is None else make_new(texts)


@contextmanager
def _waiting(words: str) -> Iterator[None]:
    """Show a message while something is done."""
    from tkinter import ttk  # noqa: PLC0415 - as in `window`

    with window() as root:
        root.title("Cogsheet")
        ttk.Label(root, text=words, padding=24).grid()
        root.update()
        yield


def tell(words: str) -> None:
    """Show a message and wait until it was read."""
    from tkinter import messagebox  # noqa: PLC0415 - as in `window`

    with window() as root:
        root.withdraw()
        messagebox.showinfo("Cogsheet", words, parent=root)


if __name__ == "__main__":
    main(sys.argv[1:])
