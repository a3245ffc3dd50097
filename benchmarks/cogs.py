"""The COGS workbook and the entries of a large settlement, written from data."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from addin.commands.refresh import load
from addin.takeaway.cogs_lines import cogs_rows
from addin.takeaway.cogs_workbook import cogs_workbook
from benchmarks.large_books import NOW, large_books
from benchmarks.timing import seconds
from core.books.entries.exporting import ExportOptions, make_entries
from core.books.verification.verification import tie_outs
from core.journal.entry import EntryKind


def measure() -> list[tuple[str, str]]:
    """Measure with one settlement of 75,000 raw lines."""
    with tempfile.TemporaryDirectory() as folder, large_books(Path(folder), 75_000) as database:
        view = load(database)
        (settlement,) = view.books.settlements
        rows = len(cogs_rows(view.books, settlement))
        live = partial(cogs_workbook, view, settlement, values_only=False, now=NOW)
        values = partial(cogs_workbook, view, settlement, values_only=True, now=NOW)
        options = ExportOptions()
        return [
            (f"COGS workbook with {rows:,} rows, live", seconds(live)),
            ("its size", f"{len(live()) / 1e6:7.2f} MB"),
            (f"COGS workbook with {rows:,} rows, --values", seconds(values)),
            ("its size", f"{len(values()) / 1e6:7.2f} MB"),
            (
                "both entries",
                seconds(
                    lambda: [
                        make_entries(view.books, settlement, kind, options)
                        for kind in (EntryKind.SETTLEMENT, EntryKind.COGS)
                    ]
                ),
            ),
            ("all tie-outs", seconds(lambda: tie_outs(database, view.books, settlement, options))),
        ]
