"""Reading files of half a million lines: bytes in, transactions with their keys out; costing is not in it.

CPU time is judged. What it is compared with is the time that pandas takes to read the same bytes as texts.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from codecs import BOM_UTF8
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from benchmarks.rows import Result, cpu_medians
from core.marketplaces import read_file
from core.marketplaces.line_keys import with_line_keys
from sandbox.business import demo_business
from sandbox.business.shops import shop_of
from sandbox.settlement_files import amazon_unified, amazon_v1, amazon_v2, walmart_v1
from sandbox.settlement_files.ebay_report import report_file
from sandbox.settlement_files.shopify_payments import payments_file

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES = 500_000
_TIMES_LARGER = 10


@dataclass(frozen=True, slots=True)
class _Kind:
    """A format, and how a file of it is made longer."""

    row: str
    goal: float
    header: bytes
    """How its header begins."""
    once: int
    """So many lines under the header are about the file as a whole."""
    order: bytes
    """A pattern for the beginning of an order's id, which each repetition has its own of."""
    own: bytes
    """That beginning, with place for a number of eight digits in two halves or as a whole."""
    delimiter: bytes = b"\t"
    total: int = -1
    """Which cell of the last of those lines is the total; -1: none is."""


_AMAZON = rb"\b\d{3}-\d{4}(?=\d{3}-\d{7}\b)", b"%03d-%04d"
V2 = _Kind("import-keyed", 2.0, b"settlement-id", 1, *_AMAZON, total=4)
V1 = _Kind("import-v1", 3.0, b"settlement-id", 1, *_AMAZON, total=4)
UNIFIED = _Kind("import-unified", 3.0, b"date/time,settlement", 0, *_AMAZON, delimiter=b",")
WALMART = _Kind("import-walmart", 3.0, b"Period Start", 2, rb"\b20\d{6}(?=\d{7}\b)", b"2%03d%04d", b",", total=2)
SHOPIFY = _Kind("import-shopify", 3.0, b"Transaction Date", 0, rb"(?<=,)#(?=\d{4},)", b"#%03d%04d", b",")
EBAY = _Kind("import-ebay", 3.0, b"Transaction creation", 0, rb"\b\d\d-\d{5}(?=-\d{5}\b)", b"%03d-%04d", b",")


def _small_files() -> Iterator[tuple[_Kind, bytes]]:
    business = demo_business()
    yield V2, amazon_v2.settlement_files(business)[0].content
    yield V1, amazon_v1.settlement_files(business)[0].content
    yield UNIFIED, amazon_unified.settlement_files(business)[0].content
    yield WALMART, walmart_v1.settlement_files(business)[0].content
    for kind, marketplace, write in ((SHOPIFY, "Shopify", payments_file), (EBAY, "eBay", report_file)):
        shop = shop_of(business, marketplace)
        if shop is not None:
            yield kind, write(shop).content


_ALONE = """
import resource, sys, time
from pathlib import Path
from core.marketplaces import read, with_line_keys
idle, begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
for one in read(Path(sys.argv[1]).read_bytes()).settlements:
    with_line_keys("Store", one.transactions)
print(time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle)
"""
"""Imports a file in a process of its own; says how long it took and by how much its memory grew."""


def measure() -> list[tuple[str, str]]:
    """Measure and format for people."""
    return [(row.name, str(row)) for row in rows()]


def rows() -> Iterator[Result]:
    """Measure the import of each format, then how time and memory grow."""
    for kind, small in _small_files():
        content = repeated(small, LINES, kind)
        ours, pandas = cpu_medians(partial(_imported, content), partial(_read_by_pandas, content, kind))
        yield Result(kind.row, ours, "s", "pandas.read_csv(dtype=str)", ours / pandas, kind.goal)
    yield from _growth()


def _growth() -> Iterator[Result]:
    small = repeated(amazon_v2.settlement_files(demo_business())[0].content, LINES, V2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settlement.txt"
        path.write_bytes(small)
        short, _ = _alone(path)
        path.write_bytes(repeated(small, LINES * _TIMES_LARGER, V2))
        long, peak = _alone(path)
        size = path.stat().st_size
    yield Result("import-growth", long, "s", f"{LINES:,} lines", long / short, 11)
    yield Result("import-memory", peak / 1e6, "MB", f"the file of {LINES * _TIMES_LARGER:,} lines", peak / size, 6)


def _alone(path: Path) -> tuple[float, float]:
    """Return the CPU seconds and the bytes that the import of a file takes."""
    command = [sys.executable, "-c", _ALONE, str(path)]
    seconds, kilobytes = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()  # noqa: S603
    return float(seconds), float(kilobytes) * 1024


def _imported(content: bytes) -> int:
    return sum(len(with_line_keys("Store", one.transactions)) for one in read_file(content).settlements)


def _read_by_pandas(content: bytes, kind: _Kind) -> int:
    table = io.BytesIO(content[content.index(kind.header) :])
    return len(pd.read_csv(table, sep=kind.delimiter.decode(), dtype=str, quotechar='"', on_bad_lines="skip"))


def repeated(content: bytes, lines: int, kind: _Kind) -> bytes:
    """Return a settlement file with its lines repeated under new order ids, which still ties out."""
    every = content.removesuffix(b"\n").splitlines(keepends=True)
    every[-1] += b"\n"
    under = next(number for number, line in enumerate(every) if line.removeprefix(BOM_UTF8).startswith(kind.header)) + 1
    once, own = every[under : under + kind.once], every[under + kind.once :]
    times = max(1, lines // len(own))
    if kind.total >= 0:
        cells = once[-1].split(kind.delimiter)
        cells[kind.total] = str(Decimal(cells[kind.total].decode()) * times).encode()
        once = [re.sub(rb"file \d+", b"file %d" % (len(own) * times), each) for each in once[:-1]]
        once.append(kind.delimiter.join(cells))
    body, order = b"".join(own), re.compile(kind.order)
    bodies = [order.sub(kind.own % (number % 900 + 100, number // 900), body) for number in range(times)]
    return b"".join([*every[:under], *once, *bodies])
