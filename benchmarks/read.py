"""Reading a large Amazon settlement: bytes in, transactions out."""

from __future__ import annotations

from benchmarks.large_books import large_file
from benchmarks.timing import seconds
from core.marketplaces import read_file


def measure() -> list[tuple[str, str]]:
    """Measure a file of the size of a large seller's fortnight (docs/facts/settlement-formats.md, Sizes)."""
    content = large_file(55_000)
    reading = read_file(content)
    lines = sum(settlement.lines for settlement in reading.settlements)
    return [(f"read {lines:,} lines ({len(content) / 1e6:.1f} MB)", seconds(lambda: read_file(content)))]
