"""Works that touch little, in books of a million transactions and in books of ten thousand (`benchmarks.kept_books`).

Each is done in a process of its own, once on the small books to warm up and once more to be measured: small, large,
small; each time after the sheets were brought up to date, as after any press before. One that takes too long is ended,
and told as over.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import workbook_engine
from addin.commands.close.exporting import ExportCommandOptions, export
from addin.commands.close.reopening import reopen
from addin.commands.close.true_ups import TrueUpOptions, list_true_ups
from addin.commands.costs.saving_costs import save
from addin.commands.costs.syncing import sync
from addin.commands.desk_opening import on_file
from addin.commands.reports.pnl import make_pnl
from addin.commands.settlements.importing import import_files
from addin.commands.settlements.opening import fill
from addin.connections.finale import URL_VARIABLE
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC
from addin.sheets.reports.pnl import PnlOptions
from addin.sheets.tables import tables
from benchmarks.filled_books import NOW, v2_file
from benchmarks.kept_books import (
    LARGE,
    OPENED,
    SMALL,
    SYNCED,
    Keys,
    copy_to,
    exported_books,
    finale,
    kept_books,
    shown,
)
from benchmarks.rows import Result, Took, took
from core.books.true_ups import true_up_history
from core.journal.files import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk

LIMIT = 150
"""Seconds of CPU that one work may take."""


def _import_few(desk: Desk) -> Outcome:
    """Import a file of few transactions: the orders of one settlement that nothing is known of yet."""
    file = desk.folder() / f"{_BROUGHT}.txt"
    file.write_bytes(v2_file(_BROUGHT, _BROUGHT_ROWS, NOW - timedelta(days=6)))
    return import_files(desk, files=[file])


def _accept(desk: Desk) -> Outcome:
    """Accept every true-up that waits."""
    with desk.database.reading() as connection:
        numbers = [int(number) for number in true_up_history.pending(connection)["id"]]
    return list_true_ups(desk, options=TrueUpOptions(accept=numbers, accept_suspect=True))


def _cost_otherwise(desk: Desk) -> Outcome:
    """Export the synced settlement; then a sync finds that its goods were dearer, and proposes the true-ups."""
    _export(desk)
    with mock.patch.dict(os.environ), finale(dearer=True) as url:
        os.environ[URL_VARIABLE] = url
        return sync(desk, ids=[SYNCED], full=True, credentials=Keys())


_export = partial(export, ids=[SYNCED], options=ExportCommandOptions(ledger=Ledger.QUICKBOOKS))
_BROUGHT, _BROUGHT_ROWS = "90000000312", 12
WORKS: dict[str, Callable[[Desk], Outcome]] = {
    "import": _import_few,
    "open": partial(fill, ids=[OPENED]),
    "save": save,
    "sync": partial(sync, ids=[SYNCED], full=True, credentials=Keys()),
    "export": _export,
    "true-ups": _accept,
    "reopen": partial(reopen, ids=[SYNCED], reason="measured", imported=True),
    "settlements": shown,
    "pnl": partial(make_pnl, options=PnlOptions(first_day=date(2026, 3, 1), last_day=date(2026, 3, 31))),
}


_BEFORE: dict[str, Callable[[Desk], Outcome]] = {"true-ups": _cost_otherwise, "reopen": _export}
"""What is done before a work, and not measured."""


@dataclass(frozen=True, slots=True)
class _Done:
    """What a process took."""

    took: Took
    bytes: int
    """Its peak."""
    over: bool


def rows() -> Iterator[Result]:
    """Measure every work, and the largest peak."""
    small, large = kept_books(SMALL), kept_books(LARGE)
    idle = _process("idle", small, small).bytes
    peaks = {SMALL: 0, LARGE: 0}
    with finale() as url:
        os.environ[URL_VARIABLE] = url
        for work in WORKS:
            row, *bytes_ = measured(f"{work}-in-big-books", work, small, large)
            peaks = {size: max(peaks[size], peak - idle) for size, peak in zip(peaks, bytes_, strict=True)}
            yield row
    yield Result("big-books-memory", peaks[LARGE] / 1e6, peaks[LARGE] / peaks[SMALL])


def exported_rows() -> Iterator[Result]:
    """Measure a sync where everything has gone out that is ready."""
    small, large = exported_books(SMALL), exported_books(LARGE)
    with finale() as url:
        os.environ[URL_VARIABLE] = url
        yield measured("sync-in-exported-books", "sync", small, large)[0]


def measured(name: str, work: str, small: Path, large: Path) -> tuple[Result, int, int]:
    """Do a work in small, in large and again in small books; return the row, and the largest peak in either."""
    before, there, after = (_process(work, folder, small) for folder in (small, large, small))
    mean = Took((before.took.cpu + after.took.cpu) / 2, (before.took.wall + after.took.wall) / 2)
    ratios = (there.took.cpu / mean.cpu, there.took.wall / mean.wall)
    row = Result(name, there.took.cpu, *ratios, over=there.over)
    return row, max(before.bytes, after.bytes), there.bytes


def _process(work: str, folder: Path, small: Path) -> _Done:
    """Do a work in a new process; the memory of one that was ended counts as far as it came."""
    command = [sys.executable, "-m", "benchmarks.big_books", work, str(folder), str(small)]
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile("w+", encoding="utf-8") as told:
        environment = {**os.environ, "COGSHEET_HOME": home}
        started = subprocess.Popen(command, stdout=told, env=environment)  # noqa: S603 - our own program
        _, status, usage = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        said = told.read().splitlines()
    if started.returncode > 0:
        raise SystemExit(f"{work} could not be measured in {folder.name}")
    over = started.returncode < 0
    taken = Took(LIMIT, LIMIT) if over else Took(*json.loads(said[-1]))
    return _Done(taken, usage.ru_maxrss * 1024, over)


def main(work: str, folder: Path, small: Path) -> None:
    """Do a work on copies of the small books and then of these; print what the latter took."""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    if work == "idle":
        print("[0, 0]")
        return
    _once(work, small)
    print(json.dumps(_once(work, folder)))


def _once(work: str, kept: Path) -> Took:
    with tempfile.TemporaryDirectory() as name:
        book = copy_to(Path(name), kept)
        on_file(book, shown)  # nothing is left to be brought up to date
        if work == "save":
            _type_costs(book)
        if work in _BEFORE:
            on_file(book, _BEFORE[work])
        outcomes: list[Outcome] = []
        taken = took(lambda: outcomes.append(on_file(book, WORKS[work])))
    did = _DID.get(work)
    assert did is None or outcomes[0].data[did], outcomes[0].message  # noqa: S101 - else nothing was measured
    return taken


_DID = {
    "save": "saved",
    "import": "settlements",
    "export": "settlements",
    "true-ups": "posted",
    "reopen": "reversed",
}
"""What an outcome says where a work was done."""


def _type_costs(path: Path) -> None:
    """Type a cost into every row of Resolve, of the size of those that are known."""
    with workbook_engine.workbook(path) as book:
        found = tables.find(book, RESOLVE_SPEC)
        count = len(tables.read(found, RESOLVE_SPEC))
        found.column_cells("cost", 0, count).value = [[1 + row / 100] for row in range(count)]
        book.save()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
