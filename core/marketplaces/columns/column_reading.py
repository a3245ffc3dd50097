"""Settlements put together by columns; the same as `core.marketplaces.settlements.tie_out` from lines one by one."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from core.errors import UnreadableFileError
from core.frame_columns import RETURN_COLUMNS, TRANSACTION_COLUMNS, frame
from core.marketplaces.columns.column_figures import amounts_of
from core.marketplaces.columns.column_groups import groups_of
from core.marketplaces.columns.column_transactions import counted_units, raw_lines_of, transactions_by_settlement
from core.marketplaces.columns.undeclared_columns import ProvedColumns, are_rates, note_on_undeclared, proved
from core.marketplaces.errors import BadCellError, Place, SubtractedColumnError, TooMuchMoneyError
from core.marketplaces.reading.column_parsing import columns_of
from core.marketplaces.reading.figures import damaged_ids, day_first, is_damaged
from core.marketplaces.reading.file_tables import Kind
from core.marketplaces.settlements.file_lines import Header
from core.marketplaces.settlements.tie_out import LineTotals, most_named, other_currency, settlement_of, several_sites
from core.model import Event, Problem, Reading, Settlement
from core.money import LINE_PLACES
from core.typed_amounts import word_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from core.marketplaces.columns.column_groups import Groups
    from core.marketplaces.columns.column_lines import ColumnLines
    from core.marketplaces.columns.undeclared_columns import Number
    from core.marketplaces.formats import Format
    from core.marketplaces.reading.columns import Coded, ColumnTable
    from core.marketplaces.reading.contents import Contents

_MOST = 0.999e18
"""Millionths beyond which the amounts of a file may be too much for the books, which only exact sums can tell."""


@dataclass(frozen=True, eq=False)
class ColumnFindings:
    """Everything that a format found in a file by columns; see `core.marketplaces.settlements.tie_out.Findings`."""

    form: Format
    headers: tuple[Header, ...]
    lines: ColumnLines
    problems: tuple[Problem, ...] = ()
    problems_by_settlement: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    units: Callable[[Groups], tuple[np.ndarray, np.ndarray]] = counted_units
    returns: pd.DataFrame = field(default_factory=lambda: frame(RETURN_COLUMNS))

    @property
    def file(self) -> str:
        """The file's name, for messages."""
        return self.lines.table.file


def by_columns_or_rows(contents: Contents, form: Format, build: Callable[[ColumnTable], Reading]) -> Reading:
    """Read a file by columns, or row by row where something is unusual or wrong with it.

    Args:
        contents: The file.
        form: Its format, whose `read` goes row by row and names what is wrong and where.
        build: Reads its table by columns.

    Raises:
        UnreadableFileError: If it cannot be read.
    """
    assert form.layout is not None  # noqa: S101 - only tables are read by columns
    table = columns_of(form.layout, contents)
    if table is not None:
        try:
            return build(table)
        except UnreadableFileError:  # told below, with the place of the first row that has it
            pass
    return form.read(contents)


def reading_of(findings: ColumnFindings) -> Reading:
    """Put the settlements of a file together and check each against its total.

    Raises:
        TooMuchMoneyError: If the amounts may be together beyond what the books can hold.
    """
    lines = findings.lines
    if lines.size() > _MOST:
        raise TooMuchMoneyError(Place(findings.file))
    groups = groups_of(lines)
    names = [header.settlement_id for header in findings.headers]
    frames = transactions_by_settlement(groups, [*names, ""] if "" not in names else names, findings.units)
    sums = _Sums(lines)
    return Reading(
        format=findings.form.name,
        marketplace=findings.form.marketplace,
        settlements=tuple(
            _settlement(findings, header, frames[header.settlement_id], sums) for header in findings.headers
        ),
        make_raw_lines=cache(partial(raw_lines_of, groups)),
        unknown_types=_unknown_types(lines),
        problems=(*findings.problems, *several_sites(_used(lines, "marketplace"), findings.file)),
        unsettled=frames[""] if len(frames[""]) else frame(TRANSACTION_COLUMNS),
        returns=findings.returns,
    )


def _unknown_types(lines: ColumnLines) -> tuple[str, ...]:
    shares = (share for shape in lines.shapes.values for share in shape.typed)
    return tuple(sorted({word_name(share.word) for share in shares if share.line_type is None}))


def _used(lines: ColumnLines, name: str) -> list[str]:
    texts = lines.field(name)
    return [texts.values[code] for code in np.unique(texts.codes)]


class _Sums:
    """The exact sums of a file's settlements, of all lines but bank payouts."""

    def __init__(self, lines: ColumnLines) -> None:
        self.lines = lines
        self.of = _rows_by_value(lines.settlements)
        self.paid = lines.values_of(lambda line: line.event is Event.PAYOUT, bool)
        self.amounts = lines.amount

    def lines_of(self, settlement_id: str) -> np.ndarray:
        """Return the lines of a settlement."""
        return self.of.get(settlement_id, np.zeros(0, np.int64))

    def sum(self, rows: np.ndarray, currency: str) -> Decimal:
        """Return the sum of lines of a currency with the decimals that their amounts are written with."""
        own = self.lines.currencies.spread(lambda name: name == currency, bool)
        counted = rows[~self.paid[rows] & own[rows]]
        places = int(self.lines.places[counted].max(initial=0))
        return exact(int(self.amounts[counted].sum()), places)


def _rows_by_value(texts: Coded[str]) -> dict[str, np.ndarray]:
    """Return the rows of each text, in the order of the file."""
    different = list(dict.fromkeys(texts.values))
    codes = texts.spread(different.index, np.int64)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(different) + 1))
    return {text: order[ends[at] : ends[at + 1]] for at, text in enumerate(different) if ends[at] < ends[at + 1]}


def settlements_in_order(lines: ColumnLines) -> list[tuple[str, np.ndarray]]:
    """Return the settlements of lines with their lines, in the order of their first; without those of none."""
    rows = _rows_by_value(lines.settlements)
    return sorted(((name, own) for name, own in rows.items() if name), key=lambda pair: int(pair[1][0]))


def headers_of_lines(lines: ColumnLines, currency: str) -> tuple[Header, ...]:
    """Return the settlements of a file that states none, by their lines; see `periods.header_of`."""
    return tuple(header_of_rows(name, lines, rows, currency) for name, rows in settlements_in_order(lines))


def header_of_rows(settlement_id: str, lines: ColumnLines, rows: np.ndarray, currency: str) -> Header:
    """Return a header whose period runs from the first to the last moment of some lines."""
    posted = [lines.moments.values[code] for code in np.unique(lines.moments.codes[rows])]
    moments = [moment for moment in posted if moment is not None]
    return Header(
        settlement_id=settlement_id,
        marketplace="",
        currency=currency,
        period_start=min(moments, default=None),
        period_end=max(moments, default=None),
    )


def exact(millionths: int, places: int) -> Decimal:
    """Return an amount with so many decimals, which it must not exceed."""
    return Decimal(millionths).scaleb(-LINE_PLACES).quantize(Decimal(1).scaleb(-places))


def _settlement(findings: ColumnFindings, header: Header, transactions: pd.DataFrame, sums: _Sums) -> Settlement:
    rows = sums.lines_of(header.settlement_id)
    own = findings.problems_by_settlement.get(header.settlement_id, ())
    return settlement_of(
        header,
        LineTotals(sums.sum(rows, header.currency), len(rows), transactions),
        marketplace=_site(findings.lines, rows) or findings.form.marketplace.value,
        problems=(*own, *_other_currency(findings, header, rows, sums)),
        of_the_file=findings.problems,
        file=findings.file,
    )


def _other_currency(findings: ColumnFindings, header: Header, rows: np.ndarray, sums: _Sums) -> list[Problem]:
    """Return an error for each other currency, at its first line."""
    currencies = findings.lines.currencies
    codes = currencies.codes[rows]
    others = {currencies.values[code]: rows[codes == code] for code in np.unique(codes)}
    return [
        other_currency(header, currency, sums.sum(rows, currency), f"{findings.file}, line {_number(findings, lines)}")
        for currency, lines in sorted(others.items())
        if currency != header.currency
    ]


def _number(findings: ColumnFindings, rows: np.ndarray) -> int:
    """Return the number of the first of some lines."""
    return int(findings.lines.table.numbers(rows[:1])[0])


def _site(lines: ColumnLines, rows: np.ndarray) -> str:
    texts = lines.field("marketplace")
    counts = np.bincount(texts.codes[rows], minlength=len(texts.values))
    named_lines: Counter[str] = Counter()
    for text, count in zip(texts.values, counts.tolist(), strict=True):
        named_lines[text] += count
    return most_named({text: count for text, count in named_lines.items() if count})


def notes_on_undeclared(table: ColumnTable, mark: str, counted: Sequence[str] = ()) -> list[Problem]:
    """Return a note for each undeclared column of numbers; see `core.marketplaces.columns.undeclared_columns`."""
    notes: list[Problem] = []
    proofs = ProvedColumns(tuple(counted))
    for name in table.undeclared():
        try:
            values, places, _ = amounts_of(table, name, mark)
        except BadCellError:
            if are_rates(table.texts(name)):
                notes.append(note_on_undeclared(table, name, None, proofs))
            continue
        if values.any():
            total = exact(sum(values.tolist()), int(places.max()))
            notes.append(note_on_undeclared(table, name, total, proofs))
    return notes


def undeclared_amounts(table: ColumnTable, mark: str) -> dict[str, list[int]]:
    """Return the undeclared columns of amounts in millionths; see `core.marketplaces.columns.undeclared_columns`."""
    lines_by_name: dict[str, list[int]] = {}
    for name in table.undeclared():
        with suppress(BadCellError):
            lines_by_name[name] = amounts_of(table, name, mark)[0].tolist()
    return {name: amounts for name, amounts in lines_by_name.items() if any(amounts)}


def added_columns(
    table: ColumnTable, missing: Sequence[Number], amounts: Mapping[str, Sequence[Number]]
) -> tuple[str, ...]:
    """Return the undeclared columns that are proved to be money (`undeclared_columns.proved`), all of them added.

    Raises:
        SubtractedColumnError: If one is taken from its row's sum: the file is then read row by row.
    """
    found = proved(missing, amounts)
    if found.subtracted:
        raise SubtractedColumnError(Place(table.file, table.header_line, found.subtracted[0]), found.subtracted[0])
    return found.added


def day_first_of(table: ColumnTable) -> bool:
    """Tell whether the slash dates of a file without period are day/month; see `figures.day_first`."""
    names = [name for name in table.declared(Kind.MOMENT) if name in table.columns]
    return any("/" in text for name in names for text in table.texts(name)) and day_first(table)


def notes_on_damaged(table: ColumnTable, columns: Sequence[str]) -> list[Problem]:
    """Return a warning for each id that a spreadsheet program rounded; see `core.marketplaces.reading.figures`."""
    present = [name for name in columns if name in table.columns]
    lines = np.concatenate([table.first_with(name, "+", is_damaged) for name in present])
    return damaged_ids(table.table_of(np.unique(lines)), columns) if len(lines) else []
