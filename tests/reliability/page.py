"""docs/reliability.md, made of what was measured; rows that are measured again replace what was known of them."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.reliability.rows import Row

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
MEASURED = Path(__file__).with_name("measured.json")
_LONGEST = 30.0
"""Seconds that a row takes at most to be written down."""
_SHOWN = 3
"""Losses that a row shows; the others are the same as a rule."""
_HEAD = """# What it survives

Kills, races, damaged files, odd cells, faults of the network, full disks and large values: how often each was tried,
and how often something was lost. A try is lost where a figure changed, an entry was posted twice or not at all,
something was stored in part, a file that does not tie out was said to, or a command ended in a traceback instead of a
sentence. Each try is made from a seed, and can be made again.

Written by `python run.py test --long --regenerate` from real runs, never by hand: `-k "WORD and WORD"` behind it
measures some rows alone, `--examples 10` a tenth of their tries, and what was measured of the others stays. Without
`--regenerate` a few tries of each row are made (`tests/reliability`).
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a row's tries on a day."""

    tried: int
    lost: int
    day: str
    words: tuple[str, ...] = ()
    """The number of each try that was lost, and what was wrong."""


def measured() -> dict[str, Measured]:
    """Return what is known, by what was tried."""
    if not MEASURED.exists():
        return {}
    known = json.loads(MEASURED.read_text(encoding="utf-8"))
    return {what: Measured(**{**one, "words": tuple(one["words"])}) for what, one in known.items()}


def note(row: Row, result: Measured, rows: Sequence[Row]) -> None:
    """Remember what came of a row, and write the page anew; other runs may do so at the same moment."""
    with _alone():
        known = {**measured(), row.what: result}
        kept = {what: asdict(one) for what, one in known.items()}
        MEASURED.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        PAGE.write_text(page(rows, known), encoding="utf-8")


@contextmanager
def _alone() -> Iterator[None]:
    lock = MEASURED.with_suffix(".lock")
    until = time.monotonic() + _LONGEST
    while time.monotonic() < until:  # after that it is one that a killed run has left
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            time.sleep(0.05)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def page(rows: Sequence[Row], known: Mapping[str, Measured]) -> str:
    """Return the whole page."""
    done = [row for row in rows if row.what in known]
    table = ["| what | tried | survived | lost |", "| --- | --: | --: | --: |", *(_line(row, known) for row in done)]
    return "\n".join([_HEAD, *table, *_days(done, known), *_lost(done, known), *_waiting(rows, known)]) + "\n"


def _line(row: Row, known: Mapping[str, Measured]) -> str:
    one = known[row.what]
    return f"| {row.group}: {row.what} | {one.tried:,} | {one.tried - one.lost:,} | {one.lost:,} |"


def _days(done: Sequence[Row], known: Mapping[str, Measured]) -> list[str]:
    days = sorted({known[row.what].day for row in done})
    span = days[0] if len(days) == 1 else f"from {days[0]} to {days[-1]}" if days else "never"
    return ["", f"{len(done)} rows, {sum(known[row.what].tried for row in done):,} tries; measured {span}."]


def _lost(done: Sequence[Row], known: Mapping[str, Measured]) -> list[str]:
    found = [(row, words) for row in done for words in known[row.what].words[:_SHOWN]]
    lines = [f"- {row.what}: try {words}" for row, words in found]
    return ["", "## Lost", "", *lines] if lines else []


def _waiting(rows: Sequence[Row], known: Mapping[str, Measured]) -> list[str]:
    lines = [f"- {row.group}: {row.what}" for row in rows if row.what not in known]
    return ["", "## Not measured yet", "", *lines] if lines else []
