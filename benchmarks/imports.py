"""Reading files of half a million lines: bytes in, transactions with their keys out; costing is not in it.

CPU time is judged. What it is compared with is the time that pandas takes to read the same bytes as texts.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from benchmarks.rows import Result, cpu_medians
from core.marketplaces import read, with_line_keys
from sandbox.business import demo_business
from sandbox.settlement_files import amazon_unified, amazon_v1, amazon_v2

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES = 500_000
_TIMES_LARGER = 10
_ORDER = re.compile(rb"\b\d{3}-\d{4}(?=\d{3}-\d{7}\b)")
_FORMATS = (
    ("import-keyed", amazon_v2, "\t", 2.0),
    ("import-v1", amazon_v1, "\t", 3.0),
    ("import-unified", amazon_unified, ",", 3.0),
)
_PEAK = """
import resource, sys
from pathlib import Path
from core.marketplaces import read, with_line_keys
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for one in read(Path(sys.argv[1]).read_bytes()).settlements:
    with_line_keys("Store", one.transactions)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle)
"""


def measure() -> list[tuple[str, str]]:
    """Measure and format for people."""
    return [(row.name, str(row)) for row in rows()]


def rows() -> Iterator[Result]:
    """Measure the import of each format, then how time and memory grow."""
    for name, module, delimiter, goal in _FORMATS:
        content = repeated(module.settlement_files(demo_business())[0].content, LINES)
        ours, pandas = cpu_medians(partial(_imported, content), partial(_read_by_pandas, content, delimiter))
        yield Result(name, ours, "s", "pandas.read_csv(dtype=str)", ours / pandas, goal)
    yield from _growth()


def _growth() -> Iterator[Result]:
    content = repeated(amazon_v2.settlement_files(demo_business())[0].content, LINES)
    (small,) = cpu_medians(partial(_imported, content))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.txt"
        path.write_bytes(repeated(content, LINES * _TIMES_LARGER))
        large = path.read_bytes()
        (long,) = cpu_medians(partial(_imported, large), runs=1)
        size = len(large)
        del large
        yield Result("import-growth", long, "s", f"{LINES:,} lines", long / small, 11)
        command = [sys.executable, "-c", _PEAK, str(path)]
        peak = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout) * 1024  # noqa: S603
    yield Result("import-memory", peak / 1e6, "MB", "the file of 5,000,000 lines", peak / size, 6)


def _imported(content: bytes) -> int:
    return sum(len(with_line_keys("Store", one.transactions)) for one in read(content).settlements)


def _read_by_pandas(content: bytes, delimiter: str) -> int:
    start = content.index(b"\n", content.index(b'"Includes')) + 1 if content.startswith(b'"Includes') else 0
    return len(pd.read_csv(io.BytesIO(content[start:]), sep=delimiter, dtype=str, encoding="utf-8-sig"))


def repeated(content: bytes, lines: int) -> bytes:
    """Return a settlement file with its lines repeated under new order ids, which still ties out."""
    head, body, total = _parted(content)
    times = max(1, lines // body.count(b"\n"))
    bodies = [_ORDER.sub(b"%03d-%04d" % (number % 900 + 100, number // 900), body) for number in range(times)]
    return head.replace(total, str(Decimal(total.decode()) * times).encode()) + b"".join(bodies)


def _parted(content: bytes) -> tuple[bytes, bytes, bytes]:
    """Return what stands once, before the lines, then the lines, and the total among the former if there is one."""
    lines = content.removesuffix(b"\n").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b"settlement" in line.lower() and b"order" in line.lower())
    has_summary = lines[at].startswith((b"settlement-id", b"\xef\xbb\xbfsettlement-id"))
    once = at + 2 if has_summary else at + 1
    total = lines[at + 1].split(b"\t")[4] if has_summary else b"0"
    lines[-1] = lines[-1].removesuffix(b"\n") + b"\n"
    return b"".join(lines[:once]), b"".join(lines[once:]), total
