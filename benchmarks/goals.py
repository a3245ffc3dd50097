"""What is measured: one name, what it is compared with, and the goal; and which process measures it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """One row of the table, before it is measured."""

    work: str
    """What is done."""
    compared_with: str
    """What the ratio is over; of a count, what it is a count of."""
    goal: float
    """The highest ratio that is good enough; of a count, the highest count."""
    unit: str = "s"


@dataclass(frozen=True, slots=True)
class Process:
    """What is measured in a process of its own."""

    function: str
    """`module:function`, which yields `benchmarks.rows.Result`."""
    names: tuple[str, ...]
    limit: int
    """Seconds of CPU after which it is ended: what it has not measured by then is over."""


_PANDAS = "pandas.read_csv(dtype=str), reading only"
_SAME_CSV = "pandas reading the same as CSV"
_SMALL_BOOKS = "in books of 10,000 transactions"
_XLSXWRITER = "XlsxWriter, same cells, new file"
_IMPORT_PANDAS = 'python -c "import pandas"'

GOALS: dict[str, Goal] = {
    "import": Goal("a V2 file of 500,000 lines, from bytes to costed frame in memory", _PANDAS, 2.0),
    "import-growth": Goal("the same, of 5,000,000 lines", "itself at 500,000 lines", 11),
    "import-memory": Goal("the peak of that", "the file", 6, "MB"),
    "import-unified": Goal("500,000 lines of a date range report, read and keyed", _SAME_CSV, 3.0),
    "import-walmart": Goal("500,000 lines of a Walmart reconciliation file, read and keyed", _SAME_CSV, 3.0),
    "import-shopify": Goal("500,000 lines of a Shopify payments export, read and keyed", _SAME_CSV, 3.0),
    "import-ebay": Goal("500,000 lines of an eBay transaction report, read and keyed", _SAME_CSV, 3.0),
    "import-xml": Goal("an XML settlement report of 500,000 amounts, read and keyed", _SAME_CSV, 6.0),
    "database": Goal(
        "storing an import of 500,000 lines in SQLite, with all that is kept of it",
        "pandas.to_sql of transactions and costed columns, same journal mode and fsync",
        0.8,
    ),
    "save-one": Goal(
        "one override in a settlement of 500,000 lines, from answers read to commit and refreshed rows",
        "plain full costing, line by line",
        0.02,
    ),
    "save-one-flat": Goal("the same", "in a settlement of 5,000 lines", 1.3),
    "save-2500": Goal("save with 2,500 rows on Resolve, nothing edited", "the same with 250", 11),
    "import-in-big-books": Goal("import a file of 12 transactions into books of 1,000,000", _SMALL_BOOKS, 1.3),
    "open-in-big-books": Goal("open a settlement of 380 rows in books of 1,000,000", _SMALL_BOOKS, 1.3),
    "save-in-big-books": Goal("save 20 costs in books of 1,000,000", _SMALL_BOOKS, 1.3),
    "sync-in-big-books": Goal("sync 50 orders and the catalogue in books of 1,000,000", _SMALL_BOOKS, 1.3),
    "sync-in-exported-books": Goal("the same, where all settlements but one have gone out", _SMALL_BOOKS, 1.3),
    "export-in-big-books": Goal("export a settlement of 50 orders from books of 1,000,000", _SMALL_BOOKS, 1.3),
    "true-ups-in-big-books": Goal("accept the true-ups of 50 orders in books of 1,000,000", _SMALL_BOOKS, 1.3),
    "reopen-in-big-books": Goal("reopen a settlement of 50 orders in books of 1,000,000", _SMALL_BOOKS, 1.3),
    "settlements-in-big-books": Goal("refresh Settlements in books of 1,000,000", _SMALL_BOOKS, 1.3),
    "pnl-in-big-books": Goal("P&L of one month of 5,000 transactions in books of 1,000,000", _SMALL_BOOKS, 2.0),
    "big-books-memory": Goal("the largest peak of those", "the same " + _SMALL_BOOKS, 1.5, "MB"),
    "fill-13k": Goal("13,000 rows, all columns, into the template", _XLSXWRITER, 0.6),
    "fill-200k": Goal("200,000 rows, all columns, into the template", _XLSXWRITER, 0.5),
    "fill-200k-memory": Goal("memory of that beyond its input", "MB", 200, "MB"),
    "refill-13k": Goal("the second fill of 13,000 rows, a user's column kept", "XlsxWriter, same cells", 1.3),
    "function-range": Goal("FINALE_COST over 10,000 cells", "a loop of dict look-ups", 10, "ms"),
    "function-cell": Goal("FINALE_COST of one cell through call_udf", "an empty function through call_udf", 1.5, "ms"),
    "finale-requests-g": Goal("requests of a sync, costs by order", "1,000 orders", 16, "requests"),
    "finale-requests-r": Goal("requests of a sync, costs by saved report", "1,000 orders", 2, "requests"),
    "start": Goal("`cogsheet --version`", _IMPORT_PANDAS, 0.3),
    "start-resolve": Goal("`cogsheet resolve` on the demo", _IMPORT_PANDAS, 2.5),
    "com-calls": Goal("calls to Excel of a fill of 13,000 rows", "each column", 5, "calls"),
    "com-calls-button": Goal("calls to Excel of the whole press of Open", "each column", 15, "calls"),
}
"""Every row by its name, in the order of the table."""

_BIG = tuple(name for name in GOALS if "big-books" in name)

PROCESSES: tuple[Process, ...] = (
    Process("benchmarks.start:rows", ("start", "start-resolve"), 120),
    Process("benchmarks.functions:rows", ("function-range", "function-cell"), 60),
    Process("benchmarks.finale:rows", ("finale-requests-g", "finale-requests-r"), 60),
    Process("benchmarks.com_calls:rows", ("com-calls", "com-calls-button"), 120),
    Process("benchmarks.reading:v2", ("import",), 120),
    Process("benchmarks.reading:unified", ("import-unified",), 90),
    Process("benchmarks.reading:walmart", ("import-walmart",), 90),
    Process("benchmarks.reading:shopify", ("import-shopify",), 90),
    Process("benchmarks.reading:ebay", ("import-ebay",), 150),
    Process("benchmarks.reading:xml", ("import-xml",), 180),
    Process("benchmarks.reading:growth", ("import-growth", "import-memory"), 240),
    Process("benchmarks.filling:small", ("fill-13k", "refill-13k"), 120),
    Process("benchmarks.filling:large", ("fill-200k", "fill-200k-memory"), 240),
    Process("benchmarks.saving:database", ("database",), 120),
    Process("benchmarks.saving:one", ("save-one", "save-one-flat"), 180),
    Process("benchmarks.saving:resolve_rows", ("save-2500",), 150),
    Process("benchmarks.big_books:rows", _BIG, 300),
    Process("benchmarks.big_books:exported_rows", ("sync-in-exported-books",), 300),
)
"""What measures them, one after the other."""
