"""Where the workbook's VBA enters: `addin.ribbon.run('sync')`, one call per press of a button, in a process of its own.

Only the standard library is imported here before a press, and everything else while it runs, so that even a broken
installation ends in a sentence that a bookkeeper can read.

The protocol with the VBA (cells of the very hidden sheet of `addin.sheets.exchange`):

1. VBA looks up the button's command in its own fixed table, clears the sheet, writes its version and, for a button
   that asks, the chosen files (one per row, as text) or an answer in words, and calls `run` by RunPython.
2. Python reads and clears what was asked for, does what the button does, and puts Excel's calculation, events,
   screen updating and status bar back as they were.
3. Windows: RunPython returns when Python has ended. Python leaves outcome and message on the sheet; VBA puts Excel back
   once more (Python may have been killed), shows the message and recalculates the FINALE_ cells.
   macOS: RunPython has returned long ago. Python lets the VBA recalculate those cells and shows the message.
4. Where not even the calling workbook can be reached, the sentence goes to standard error and the exit status is 1:
   xlwings shows that as an error.

A workbook whose name holds `=` is refused: xlwings cuts the name there and would look for another one.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import warnings
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xlwings as xw

    from addin.commands.ribbon.running_excel import Ending

_LOGGER = logging.getLogger(__name__)


def run(command: str, arguments: Sequence[str] | None = None, *, vba_waits: bool | None = None) -> None:
    """Do what a button does to the workbook it was pressed in, and let the user know how it ended.

    Args:
        command: A command of `addin.commands.registry`.
        arguments: The command line, in which xlwings names the calling workbook; this process's own if left out.
        vba_waits: Whether the VBA waits for the end and shows the message; as this system has it if left out.

    Raises:
        SystemExit: If the workbook cannot be reached or written; xlwings shows its text.
    """
    waits = sys.platform.startswith("win") if vba_waits is None else vba_waits
    with _quiet_standard_error(), _log() as log:
        try:
            from addin.machine.start import lasting_imports  # noqa: PLC0415 - a broken installation ends in a sentence

            with lasting_imports():
                from addin.commands.ribbon import running_excel  # noqa: PLC0415 - as above
                from addin.sheets.tables.table_search import looked_for_once  # noqa: PLC0415 - as above

            book = running_excel.calling_book(sys.argv if arguments is None else arguments)
            with looked_for_once():
                ending = _pressed(command, book, log)
                shown = replace(ending, message=_kept_message(command, book, ending))
                running_excel.tell(book, shown, vba_waits=waits)
        except Exception as error:  # noqa: BLE001 - the last place where anything can be said
            sys.exit(_sentence(error, command, log))


def _pressed(command: str, book: xw.Book, log: Path) -> Ending:
    """Press the button and turn whatever happens into words: the one place for all buttons."""
    from addin.commands.ribbon.running_excel import Ending  # noqa: PLC0415 - as in `run`
    from addin.sheets import exchange  # noqa: PLC0415 - as in `run`

    try:
        from addin.machine.start import lasting_imports  # noqa: PLC0415 - as in `run`

        with lasting_imports():
            from addin.commands.ribbon import ribbon_actions  # noqa: PLC0415 - as in `run`

        outcome = ribbon_actions.press(command, book)
        word = exchange.ATTENTION if outcome.needs_attention else exchange.DONE
        _LOGGER.info("%s ended: %s", command, word)
        return Ending(word, _without_secrets(outcome.message), ribbon_actions.changes_costs(command))
    except Exception as error:  # noqa: BLE001 - no button may end in a traceback
        return Ending(exchange.ERROR, _without_secrets(_sentence(error, command, log)))


def _kept_message(command: str, book: xw.Book, ending: Ending) -> str:
    """Put a message on sheet Messages, and return what a box shows of it; all of it where that cannot be done."""
    try:
        from addin.commands.ribbon.told_presses import keep_told  # noqa: PLC0415 - as in `run`

        return keep_told(book, command, ending)
    except Exception as error:
        _LOGGER.warning("sheet Messages was not filled", exc_info=error)
        return ending.message


def _sentence(error: Exception, command: str, log: Path) -> str:
    """Say what went wrong, in the error's own words where they are meant for the user; the rest goes to the log."""
    if _is_ours(error):
        _LOGGER.info("%s was refused: %s", command, error)
        return str(error)
    _LOGGER.error("%s failed", command, exc_info=error)
    details = _details(log)
    if isinstance(error, ImportError):
        return (
            f"Cogsheet is not completely installed on this computer ({error}). Nothing was changed. "
            f"Run `cogsheet install` again, then press the button again. {details}"
        )
    words = _words_of_excel(error)
    if words:
        return (
            f"Excel refused a change: {words} What was saved in the books before is kept. "
            f"Fix that and press the button again: it continues where it stopped. {details}"
        )
    from core.unexpected import stopped  # noqa: PLC0415 - as in `run`; whatever cannot be imported was told above

    return stopped(error, "this button", details)


def _details(log: Path) -> str:
    """Say where the log is, and the number of this press in it where our own modules can be imported."""
    try:
        from core.log import ACTION  # noqa: PLC0415 - as in `run`
        from core.unexpected import where_details_are  # noqa: PLC0415 - as in `run`
    except ImportError:
        return f"The details are in {log}."
    return where_details_are(ACTION.number, log)


def _without_secrets(message: str) -> str:
    from core.log import REDACTION  # noqa: PLC0415 - as in `run`

    return REDACTION.redact(message)


def _is_ours(error: Exception) -> bool:
    try:
        from core.errors import CogsheetError  # noqa: PLC0415 - as in `run`
    except ImportError:
        return False
    return isinstance(error, CogsheetError)


def _words_of_excel(error: Exception) -> str:
    """Return what Excel itself said, where the error came from there: COM on Windows, Apple events on the Mac."""
    details = getattr(error, "excepinfo", None)
    words = details[2] if details and len(details) > 2 else getattr(error, "errormessage", None)  # noqa: PLR2004 - its third field
    return " ".join(str(words).split()) if words else ""


@contextmanager
def _log() -> Iterator[Path]:
    """Open the log in the user's folder; where our own modules cannot be imported, a plain one."""
    try:
        from core.company_databases import machine_folder  # noqa: PLC0415 - as in `run`
        from core.log import FILE_NAME, set_up  # noqa: PLC0415 - as in `run`

        path = machine_folder().path / FILE_NAME
        handler = set_up(path.parent)
    except (ImportError, OSError):
        path = Path(tempfile.gettempdir()) / "cogsheet.log"
        handler = logging.FileHandler(path, delay=True, encoding="utf-8")
        logging.getLogger().addHandler(handler)
    try:
        yield path
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


@contextmanager
def _quiet_standard_error() -> Iterator[None]:
    """Keep warnings and the log's own failures off standard error, which macOS shows as if the button had failed."""
    before = logging.raiseExceptions
    logging.raiseExceptions = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.raiseExceptions = before
