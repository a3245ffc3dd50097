"""Reading files of half a million lines, beside the time that pandas takes to read the same bytes as texts.

`import` goes on to the costed frame: the lines keyed, every problem named, every cost known. The other formats end with
keyed lines: costing knows no formats.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from benchmarks.costs import costs_of
from benchmarks.rows import Peak, Result, Took, compared, result, took
from benchmarks.settlement_files import EBAY, LINES, SHOPIFY, UNIFIED, V2, WALMART, Kind, xml_file
from core.costing import CostingInput, CostingPolicies, cost
from core.marketplaces import read_file, with_line_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.model import Reading

TIMES_LARGER = 10
_POLICIES = CostingPolicies("USD")


@dataclass(frozen=True, slots=True)
class _Costs:
    """What Finale has said, as it lies in memory while a file is imported."""

    observations: pd.DataFrame
    mappings: pd.DataFrame


def v2() -> Iterator[Result]:
    """Measure `import`."""
    content = V2.file()
    known = _known(content)
    warm = partial(costed, V2.small(), known)
    yield compared("import", partial(costed, content, known), partial(_by_pandas, content, V2), warm=warm)


def costed(content: bytes, known: _Costs) -> list[pd.DataFrame]:
    """Return the costed lines of each settlement of a file, from its bytes."""
    return [cost(CostingInput(one, known.observations, known.mappings), _POLICIES) for one in keyed(read_file(content))]


def keyed(reading: Reading) -> list[pd.DataFrame]:
    """Return the keyed lines of each settlement, and let every problem be named."""
    assert all(one.ties_out for one in reading.settlements), "the file does not tie out"  # noqa: S101
    return [with_line_keys("Store", one.transactions) for one in reading.settlements]


def _known(content: bytes) -> _Costs:
    lines = pd.concat(keyed(read_file(content)), ignore_index=True)
    return _Costs(*costs_of(lines))


def unified() -> Iterator[Result]:
    """Measure `import-unified`."""
    yield _format("import-unified", UNIFIED)


def walmart() -> Iterator[Result]:
    """Measure `import-walmart`."""
    yield _format("import-walmart", WALMART)


def shopify() -> Iterator[Result]:
    """Measure `import-shopify`."""
    yield _format("import-shopify", SHOPIFY)


def ebay() -> Iterator[Result]:
    """Measure `import-ebay`."""
    yield _format("import-ebay", EBAY)


def xml() -> Iterator[Result]:
    """Measure `import-xml`: pandas reads as many lines of V2."""
    content, beside = xml_file(), V2.file()
    yield compared(
        "import-xml",
        lambda: keyed(read_file(content)),
        partial(_by_pandas, beside, V2),
        runs=1,
        warm=lambda: xml_file(1),
    )


def _format(name: str, kind: Kind) -> Result:
    content = kind.file()
    other = partial(_by_pandas, content, kind)
    return compared(name, lambda: keyed(read_file(content)), other, warm=lambda: keyed(read_file(kind.small())))


def _by_pandas(content: bytes, kind: Kind) -> pd.DataFrame:
    table = io.BytesIO(content[content.index(kind.header) :])
    return pd.read_csv(table, sep=kind.delimiter.decode(), dtype=str, quotechar='"', on_bad_lines="skip")


def growth() -> Iterator[Result]:
    """Measure `import-growth` and `import-memory`: either file in a process of its own, which has nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settlement.txt"
        path.write_bytes(V2.file())
        short = _alone(path)
        path.write_bytes(V2.file(LINES * TIMES_LARGER))
        size = path.stat().st_size
        long = _alone(path)
    yield result("import-growth", long.took, short.took)
    yield Result("import-memory", long.bytes / 1e6, long.bytes / size)


@dataclass(frozen=True, slots=True)
class _Alone:
    took: Took
    bytes: int


def _alone(path: Path) -> _Alone:
    """Return what reading a file takes in a new process, and by how much its memory grows."""
    command = [sys.executable, "-m", "benchmarks.reading", str(path)]
    said = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout  # noqa: S603 - our own program
    cpu, wall, grown = json.loads(said)
    return _Alone(Took(cpu, wall), grown)


def main(path: str) -> None:
    """Import a file; print what it took."""
    peak = Peak()
    taken = took(lambda: keyed(read_file(Path(path).read_bytes())))
    print(json.dumps([taken.cpu, taken.wall, peak.grown()]))


if __name__ == "__main__":
    main(sys.argv[1])
