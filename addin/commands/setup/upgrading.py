"""Group Setup: bring a workbook of an older Cogsheet to this one, on the file, while Excel does not have it open."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from addin.commands.outcome import Outcome
from addin.machine.places import template_bytes
from addin.machine.upgrading.parts import project_of, replace_project, replace_ribbon
from addin.machine.upgrading.sheets import Additions, complete
from addin.machine.upgrading.vba_project import version_of
from addin.sheets.workbook import check_workbook, open_workbook, read_books_name
from addin.takeaway.written_files import write_file, write_next
from core.errors import WorkbookError
from workbook_engine.workbook_file import WorkbookFile

if TYPE_CHECKING:
    from addin.machine.upgrading.vba_project import UpgradedProject


class NewerBookError(WorkbookError):
    """The workbook belongs to a newer Cogsheet than the program."""

    def __init__(self, book: Path, was: str | None, now: str | None) -> None:
        super().__init__(
            f"{book} is of Cogsheet {was}, and this computer has the older {now}. Nothing was changed. "
            f"Update Cogsheet on this computer and run `cogsheet install`."
        )


def upgrade(path: Path, *, template: bytes | None = None) -> Outcome:
    """Replace VBA and ribbon of a workbook by the template's, and add the sheets and columns that it lacks.

    All else stays, byte for byte: sheets, columns, formulas, formats and VBA modules of the user's own. A copy of the
    workbook as it was is written beside it first.

    Args:
        path: The workbook file.
        template: The template; the program's own if left out.

    Raises:
        WorkbookError: If the workbook is open elsewhere or is none of ours, or something of the user's is in the way;
            then nothing was changed.
    """
    before = path.read_bytes() if path.is_file() else b""
    with tempfile.TemporaryDirectory() as folder, open_workbook(path) as book:
        read_books_name(book)
        new = _opened(template or template_bytes(), Path(folder))
        file: WorkbookFile = book.impl.xl
        was, now = version_of(project_of(file)), version_of(project_of(new))
        if _number(was) > _number(now):
            raise NewerBookError(path, was, now)
        added = complete(file, new)
        ribbon = replace_ribbon(file, new)
        project = replace_project(file, new)
        if project.same and not ribbon and not added:
            return Outcome(f"{path} is up to date: Cogsheet {now}. Nothing was changed.", data=_data(was, now, None))
        check_workbook(book)
        backup = _backup(path, before)
        book.save()
    sentences = [f"{path} is upgraded from Cogsheet {was or 'unknown'} to {now}.", *_said(added, project)]
    sentences.append(f"The workbook as it was is kept in {backup}.")
    data = _data(was, now, backup, added=added, project=project)
    return Outcome("\n".join(sentences), needs_attention=bool(project.lost_changes), data=data)


class WorkbookInUseError(WorkbookError):
    """The open workbook's file cannot be read beside Excel."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} cannot be read while Excel has it open ({reason}). Nothing was changed. Close it and run "
            f"`cogsheet upgrade` on it."
        )


def upgraded_copy(path: Path, *, template: bytes | None = None) -> Outcome:
    """Write an upgraded copy beside a workbook that Excel has open; the workbook itself stays as it is.

    Args:
        path: The workbook file, as it was saved last.
        template: The template; the program's own if left out.

    Raises:
        WorkbookError: If it cannot be read or is none of ours, or something of the user's is in the way.
    """
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / path.name
        try:
            copy.write_bytes(path.read_bytes())
        except OSError as error:
            raise WorkbookInUseError(path, error.strerror or str(error)) from error
        outcome = upgrade(copy, template=template)
        if not outcome.data["changed"]:
            return replace(outcome, message=f"{path.name} is up to date. Nothing was changed.")
        upgraded = write_next(path.with_name(f"{path.stem} upgraded{path.suffix}"), copy.read_bytes())
    notes = outcome.message.splitlines()[1:-1]
    ends = f"Close this workbook, which stays as it was, and go on in {upgraded.name}."
    versions = f"from Cogsheet {outcome.data['from'] or 'unknown'} to {outcome.data['to']}"
    first = f"{upgraded} is this workbook, upgraded {versions}."
    data = {**outcome.data, "backup": None, "workbook": str(upgraded)}
    return replace(outcome, message="\n".join([first, *notes, ends]), data=data)


def _number(version: str | None) -> tuple[int, ...]:
    """Return a version as numbers that can be compared: 0.10 is more than 0.9."""
    return tuple(int(piece) for piece in re.findall(r"\d+", version or ""))


def _opened(template: bytes, folder: Path) -> WorkbookFile:
    """Open a copy of the template: the program's own folder may be one that nobody may write to."""
    copy = folder / "template.xlsm"
    copy.write_bytes(template)
    return WorkbookFile(copy)


def _backup(path: Path, content: bytes) -> Path:
    number, copy = 1, path.with_name(f"{path.stem} before upgrade{path.suffix}")
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.stem} before upgrade {number}{path.suffix}")
    write_file(copy, content)
    return copy


def _said(added: Additions, project: UpgradedProject) -> list[str]:
    sentences = []
    if added.sheets:
        sentences.append(f"New sheets: {', '.join(added.sheets)}. The next button fills them.")
    for sheet, headers in added.columns.items():
        sentences.append(
            f"New columns at the right end of sheet {sheet}: {', '.join(headers)}. If you had given such a column "
            f"another name, move what you typed there into the new one."
        )
    for sheet, headers in added.choices.items():
        sentences.append(f"New choices on sheet {sheet} in column {', '.join(headers)}.")
    for sheet, renamed in added.renamed.items():
        named = ", ".join(f"{one.old} is {one.new}" for one in renamed)
        sentences.append(
            f"Columns of sheet {sheet} have other names: {named}. Formulas, validation and charts that name them "
            f"follow; code of your own that looks for the old name does not."
        )
    if added.configuration:
        sentences.append("The hidden settings of xlwings were put back to Cogsheet's own.")
    if added.window:
        sentences.append("Its window was larger than any screen, and has a size that fits one.")
    if project.own_modules:
        sentences.append(f"VBA modules of your own are kept: {', '.join(project.own_modules)}.")
    if project.lost_changes:
        sentences.append(
            f"Look: Cogsheet's own VBA had been changed in {', '.join(project.lost_changes)}; the new version has "
            "replaced it. What was typed there is only in the workbook as it was: put your own code into a module of "
            "its own."
        )
    return sentences


def _renamed(added: Additions) -> dict[str, dict[str, str]]:
    """Return old and new headers by sheet."""
    return {sheet: {one.old: one.new for one in renamed} for sheet, renamed in added.renamed.items()}


def _data(
    was: str | None,
    now: str | None,
    backup: Path | None,
    *,
    added: Additions | None = None,
    project: UpgradedProject | None = None,
) -> dict[str, object]:
    return {
        "changed": backup is not None,
        "from": was,
        "to": now,
        "backup": str(backup) if backup else None,
        "sheets": added.sheets if added else [],
        "columns": added.columns if added else {},
        "choices": added.choices if added else {},
        "renamed": _renamed(added) if added else {},
        "modules_kept": list(project.own_modules) if project else [],
        "modules_replaced": list(project.lost_changes) if project else [],
    }
