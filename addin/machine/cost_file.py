"""The file over which buttons and worksheet functions share costs, and the list of SKUs that cells could not get.

Buttons and cells run in processes of their own (docs/facts/xlwings.md, Buttons). After sync, save, import and undo the
costs of the books are written to one file per database in the user's folder, all or nothing; the process that answers
cells reads it again when it has changed. A SKU that a cell asks for and nobody knows is noted in a second file: the
next sync asks Finale for it.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from core.books.kept_lines import state_name
from core.errors import CogsheetError
from core.reports.cost_snapshot import CostAnswer, CostSnapshot, cost_snapshot
from core.reports.costed_lines import with_locked_sources
from core.reports.sku_costs import sku_costs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.books.books import Books
    from core.companies import MachineFolder

_FOLDER = "costs"
_LAYOUT = 1
_SAFE_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_LONGEST_SKU = 100
_MOST_ASKED = 5_000
_ATTEMPTS = 20
_PAUSE_SECONDS = 0.05

_Signature = tuple[int, int, int]
_Result = TypeVar("_Result")


class DatabaseIdError(CogsheetError):
    """A workbook names its books in a way that no file may be called."""

    def __init__(self, database_id: str) -> None:
        super().__init__(f"This workbook names its books “{database_id}”, which Cogsheet never does.")


def publish(books: Books, machine: MachineFolder) -> Path:
    """Let the worksheet functions of every workbook of these books answer from their present state.

    Returns:
        The file that was written.
    """
    snapshot = cost_snapshot(
        with_locked_sources(books.lines, books.known.locked), sku_costs(books.mappings, books.observations)
    )
    path = _path(machine, books.company.database_id, "json")
    _replace(path, to_json(snapshot))
    _replace(_path(machine, books.company.database_id, "state"), _published(path, state_name(books)))
    return path


def is_published(machine: MachineFolder, database_id: str, state: str) -> bool:
    """Tell whether the worksheet functions answer from this state of the books.

    Args:
        machine: Where the files are.
        database_id: Of the books.
        state: `core.books.kept_lines.state_name`.
    """
    return _text_of(_path(machine, database_id, "state")) == _published(_path(machine, database_id, "json"), state)


def _published(path: Path, state: str) -> str:
    """Return what stands beside a file of costs: of which state it is, and which file, should another replace it."""
    return json.dumps([state, _signature(path)])


def asked_skus(machine: MachineFolder, database_id: str) -> tuple[str, ...]:
    """Return the SKUs that cells asked for and the books do not know, in the order of asking: the next sync's task."""
    text = _text_of(_path(machine, database_id, "asked"))
    return tuple(dict.fromkeys(json.loads(line) for line in text.splitlines() if line.strip()))[:_MOST_ASKED]


def forget_asked(machine: MachineFolder, database_id: str, skus: Iterable[str]) -> None:
    """Take SKUs off that list, once a sync has asked for them."""
    path = _path(machine, database_id, "asked")
    done = set(skus)
    left = [sku for sku in asked_skus(machine, database_id) if sku not in done]
    if path.exists():
        _replace(path, "".join(f"{json.dumps(sku)}\n" for sku in left))


@dataclass(slots=True)
class CostFiles:
    """The costs in memory, one snapshot per database, each read again when its file has changed."""

    machine: MachineFolder
    _loaded: dict[str, tuple[_Signature | None, CostSnapshot]] = field(default_factory=dict)
    _noted: dict[str, set[str]] = field(default_factory=dict)

    def snapshot(self, database_id: str) -> CostSnapshot:
        """Return the costs of a database as they are now; empty where nothing was published yet.

        Raises:
            DatabaseIdError: If there can be no such database.
        """
        path = _path(self.machine, database_id, "json")
        signature = _signature(path)
        known = self._loaded.get(database_id)
        if known is None or known[0] != signature:
            known = (signature, from_json(_text_of(path)) if signature else CostSnapshot())
            self._loaded[database_id] = known
            self._noted.pop(database_id, None)
        return known[1]

    def note(self, database_id: str, skus: Iterable[str]) -> None:
        """Put SKUs that nobody knows on the list for the next sync, each once while this snapshot holds."""
        noted = self._noted.setdefault(database_id, set())
        new = [sku for sku in dict.fromkeys(skus) if sku not in noted and len(sku) <= _LONGEST_SKU]
        new = new[: max(0, _MOST_ASKED - len(noted))]
        if not new:
            return
        noted.update(new)
        path = _path(self.machine, database_id, "asked")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(f"{json.dumps(sku)}\n" for sku in new))


def to_json(snapshot: CostSnapshot) -> str:
    """Write a snapshot as text; costs stay exact decimals."""
    answers = [
        [
            answer.status,
            None if answer.unit_cost is None else f"{answer.unit_cost:f}",
            answer.source,
            None if answer.as_of is None else answer.as_of.astimezone(UTC).isoformat(),
        ]
        for answer in snapshot.answers
    ]
    content = {"layout": _LAYOUT, "answers": answers, "skus": snapshot.skus, "orders": snapshot.orders}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> CostSnapshot:
    """Read a snapshot back; one of another version of Cogsheet counts as none, until the next button writes it anew."""
    content: dict[str, Any] = json.loads(text)
    if content.get("layout") != _LAYOUT:
        return CostSnapshot()
    answers = tuple(
        CostAnswer(
            status,
            None if cost is None else Decimal(cost),
            source,
            None if as_of is None else datetime.fromisoformat(as_of),
        )
        for status, cost, source, as_of in content["answers"]
    )
    return CostSnapshot(answers, content["skus"], content["orders"])


def _path(machine: MachineFolder, database_id: str, kind: str) -> Path:
    """Return one of a database's files; its id comes out of a workbook, which anybody may have made."""
    if not _SAFE_ID.fullmatch(database_id):
        raise DatabaseIdError(database_id)
    return machine.path / _FOLDER / f"{database_id}.{kind}"


def _signature(path: Path) -> _Signature | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _text_of(path: Path) -> str:
    try:
        return _patiently(lambda: path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""


def _replace(path: Path, text: str) -> None:
    """Write a file all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(prefix=path.stem, suffix=".new", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        _patiently(lambda: Path(unfinished).replace(path))
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _patiently(deed: Callable[[], _Result]) -> _Result:
    """Do it again for a second where Windows refuses because the other process has the file open."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return deed()
        except PermissionError:
            time.sleep(_PAUSE_SECONDS)
    return deed()
