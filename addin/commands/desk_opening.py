"""Everything a button works with, opened once and passed in: the workbook, the books behind it, the clock, progress."""

from __future__ import annotations

import getpass
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from addin.commands.late_files import late_files_before_errors, with_late_files
from addin.commands.reading_anew import news_before_errors, read_anew, with_news
from addin.commands.setup.settings_edits import Edits, take_over_edits, with_taken
from addin.commands.stored_not_shown import Start, saved_or_told, told_what_is_stored
from addin.commands.today import refresh_today
from addin.connections.finale_account import page_account
from addin.machine.database_passwords import move_passwords, whole_address
from addin.machine.leftovers import tidy
from addin.machine.terminal_words import quoted
from addin.sheets.desk import BookPlaceError, Desk
from addin.sheets.drill_down import connect_rows
from addin.sheets.setup.messages import ENDINGS, Message, add_message
from addin.sheets.tables.table_search import looked_for_once
from addin.sheets.workbook import check_workbook, open_workbook, read_books_name
from addin.takeaway.outgoing import deliver
from addin.takeaway.workbook_copies import keep_copy_of_day
from core.books.costed_lines.catching_up import catch_up
from core.books.database import Database
from core.books.settings.setting_effects import ChangeNotAgreedError
from core.books.verification.altered_rows import altered_rows_named, find_altered
from core.company_databases import World, database_address, machine_folder, world_of
from core.errors import CogsheetError
from core.progress import Progress, silent
from core.time import Clock, system_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import xlwings as xw

    from addin.commands.outcome import Outcome


class YesNeededError(CogsheetError):
    """A setting typed on a sheet waits for a yes, and a command cannot ask."""

    def __init__(self, error: ChangeNotAgreedError, book: str) -> None:
        way = getattr(
            error, "way", "`cogsheet settings {book} --yes` applies it; or put the cell back as it was, and try again."
        )
        super().__init__(f"{error} {way.format(book=quoted(book))}")


@contextmanager
def desk(
    book: xw.Book,
    path: Path | None,
    *,
    clock: Clock = system_clock,
    progress: Progress = silent,
    edits: Edits = Edits.ASK,
    sees_altered: bool = False,
    keeps: Callable[[], object] | None = None,
) -> Iterator[Desk]:
    """Open the books that a workbook shows; settings that were edited on its sheets are taken over.

    Args:
        book: The workbook.
        path: Where it is; `None` where no folder of this computer holds it.
        clock: What time it is.
        progress: Who is told how far it has come.
        edits: What becomes of edited settings.
        sees_altered: Whether books of which another program altered rows are opened as they are: nothing is taken over
            or read anew then.
        keeps: Saves the workbook once its edited settings are taken over, whatever becomes of the rest of the press:
            they count then, and are edits no more. In Excel its user saves it.

    Raises:
        BookPlaceError: If the books lie beside the workbook, and no folder of this computer holds it.
        AlteredRowsError: If the books cannot be read because another program altered rows.
        ChangeNotAgreedError: If one would change what is posted or closed, and nobody has agreed.
        CogsheetError: If the workbook names none or lacks a table, or they cannot be opened.
    """
    books, machine, user = read_books_name(book), machine_folder(), getpass.getuser()
    world = world_of(books.database_id)
    with ExitStack() as stack:
        stack.enter_context(looked_for_once())
        check_workbook(book)
        if path is not None and world is World.LIVE:
            keep_copy_of_day(path, clock().astimezone().date())
        moved = move_passwords(machine, company=books.company) if world is World.LIVE else ""
        stack.enter_context(_told_before_errors(moved))
        if path is None and world is World.DEMO:
            raise BookPlaceError(book.name, "the demo, whose books lie beside its workbook,")
        address = whole_address(database_address(books, path or Path(), machine))
        database = stack.enter_context(Database.open(address, expect_id=books.database_id))
        tidy(None if path is None else path.parent, database.location, machine.path, clock().timestamp())
        stack.enter_context(altered_rows_named(database))
        altered = tuple(find_altered(database)) if sees_altered else None
        if altered:
            yield Desk(book, path, database, user, machine, clock, progress, altered_rows=altered)
            return
        with told_what_is_stored(Start.of(database)):
            taken = take_over_edits(book, database, user, clock(), edits)
            if taken is not None and keeps is not None:
                keeps()
        news = tuple(read_anew(database, who=user, now=clock(), progress=progress))
        catch_up(database)
        late = deliver(database, machine, clock())
        with (
            _told_before_errors(taken.message if taken else ""),
            news_before_errors(news),
            late_files_before_errors(late),
            told_what_is_stored(Start.of(database)),
        ):
            agreed = edits is Edits.AGREED
            yield Desk(book, path, database, user, machine, clock, progress, taken, news, altered, agreed, late, moved)


def with_what_was_taken(outcome: Outcome, opened: Desk) -> Outcome:
    """Return what a button did, after what its press took over from the sheets and what was read anew."""
    told = with_news(with_taken(with_late_files(outcome, opened), opened.typed_settings), opened.news)
    return replace(told, message=f"{opened.moved_passwords}\n{told.message}") if opened.moved_passwords else told


def finish_press(opened: Desk) -> None:
    """Do what every button does at its end: write the links of all sheets, and fill sheet Today."""
    if not opened.altered_rows:
        connect_rows(opened.book, page_account(opened.database))
        refresh_today(opened.book, opened.database)


@contextmanager
def _told_before_errors(words: str) -> Iterator[None]:
    """Let an error within tell first what was taken over from the sheets, or moved: that is done, and told once."""
    try:
        yield
    except CogsheetError as error:
        if words:
            error.args = (f"{words}\n{error}",)
        raise


def on_file(
    path: Path,
    action: Callable[[Desk], Outcome],
    progress: Progress = silent,
    clock: Clock = system_clock,
    edits: Edits = Edits.ASK,
    *,
    sees_altered: bool = False,
    pressed: str = "",
) -> Outcome:
    """Do what a button does, to a workbook file, and save the file; see `desk`.

    What it says stands on sheet Messages beside the name of what was `pressed`, where that has one.

    Raises:
        YesNeededError: If a setting typed on a sheet would change what is posted or closed.
        CogsheetError: If the workbook cannot be opened or saved, or the action cannot be done.
    """
    try:
        with (
            open_workbook(path) as book,
            desk(
                book,
                path.resolve(),
                clock=clock,
                progress=progress,
                edits=edits,
                sees_altered=sees_altered,
                keeps=book.save,
            ) as opened,
        ):
            start = Start.of(opened.database)
            outcome = with_what_was_taken(action(opened), opened)
            finish_press(opened)
            if pressed:
                ended = ENDINGS[outcome.exit_status]
                add_message(opened.book, Message(opened.clock(), pressed, ended, outcome.message))
            return saved_or_told(book, outcome, start)
    except ChangeNotAgreedError as error:
        raise YesNeededError(error, path.name) from error
