"""The columns of a file: its bytes parsed in blocks, blank rows and repeated headers left out."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from core.marketplaces.reading.columns import _BLOCK, _CODED, _LINE_END, ColumnTable, narrow, narrowest
from core.marketplaces.reading.contents import LONGEST_TEXT, Contents
from core.marketplaces.reading.file_tables import (
    HeaderRow,
    Layout,
    RawRow,
    column_names,
    find_header,
    is_column_name,
    split_rows,
)


def columns_of(layout: Layout, contents: Contents) -> ColumnTable | None:
    """Return a file's table by columns; `None` where it must be read row by row, which says what is wrong with it."""
    header = find_header(layout, contents)
    names, personal = column_names(layout, header)
    if header.missing_columns(layout) or len(set(names)) < len(names) or 0 in personal or b"\0" in contents.encoded:
        return None
    if any("\n" in cell or "\r" in cell for cell in header.cells):
        return None
    remarks = _remarks(layout, contents, header)
    body = memoryview(contents.encoded)[_after(contents.encoded, header.number + len(remarks)) :]
    parsed = _parsed(body, header, personal) or _parsed(_padded(body, layout, header), header, personal)
    if parsed is None:
        return None
    rows, regular = parsed
    del parsed
    if not _all_blank(rows, len(header.cells)):
        return None
    count = len(rows)
    columns: dict[str, tuple[np.ndarray, pa.StringArray]] = {}
    for at in (at for at in range(len(header.cells)) if at not in personal):
        columns[names[at]] = _coded(rows[str(at)], layout.nothing)
        rows = rows.drop_columns([str(at)])  # so that no column is held twice but the one at hand
    own_names = {names[at]: header.cells[at].strip() for at in range(len(header.cells))}
    if any(_longest(texts) > LONGEST_TEXT for _, texts in columns.values()):
        return None
    table = ColumnTable(
        contents,
        layout,
        header,
        tuple(columns),
        own_names,
        columns,
        lines=np.arange(len(remarks), count + len(remarks)),
        regular=regular,
        remarks=remarks,
    )
    return _without_blank_rows_and_headers(table)


def _remarks(layout: Layout, contents: Contents, header: HeaderRow) -> tuple[RawRow, ...]:
    """Return the lines about the file that stand right under its header; others are left to the reader of rows."""
    if not layout.remarks:
        return ()
    rows = split_rows(contents.head, header.delimiter, quoted=header.quoted)
    under = (row for row in rows if row.number > header.number)
    return tuple(takewhile(lambda row: row.cells[0].casefold().startswith(layout.remarks), under))


def _after(text: bytes, line: int) -> int:
    """Return where the text begins after so many lines."""
    ends = _LINE_END.finditer(text)
    at = 0
    for _ in range(line):
        end = next(ends, None)
        at = len(text) if end is None else end.end()
    return at


def _parsed(body: memoryview, header: HeaderRow, personal: frozenset[int]) -> tuple[pa.Table, bool] | None:
    """Return the rows under a header, and whether each line is one; `None` where some have other cells than it."""
    if not len(body) or not bytes(body[:_BLOCK]).strip():
        return None
    width = max(len(header.cells), _width(body, header))
    names = [str(at) for at in range(width)]
    wanted = [name for name in names if int(name) not in personal]
    try:
        rows = csv.read_csv(
            pa.BufferReader(pa.py_buffer(body)),
            csv.ReadOptions(column_names=names, block_size=_BLOCK),
            csv.ParseOptions(
                delimiter=header.delimiter,
                quote_char='"' if header.quoted else False,
                newlines_in_values=header.quoted,
            ),
            csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, _CODED),
                include_columns=wanted,
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return (rows, _lines(body) == len(rows)) if len(rows) else None


def _width(body: memoryview, header: HeaderRow) -> int:
    """Return the number of cells of the first row: a blank column at the end has no name in the header."""
    end = _LINE_END.search(body)
    line = bytes(body[: end.start() if end else len(body)])
    return 0 if header.quoted and b'"' in line else line.count(header.delimiter.encode()) + 1


def _lines(body: memoryview) -> int:
    """Return how many lines there are."""
    characters = np.frombuffer(body, np.uint8)
    ends = _count(characters, "\n")
    if returns := _count(characters, "\r"):
        ends += returns - bytes(body).count(b"\r\n")
    return ends + (body[-1] not in b"\r\n")


def _count(characters: np.ndarray, character: str) -> int:
    blocks = (characters[at : at + _BLOCK] for at in range(0, len(characters), _BLOCK))
    return sum(int(np.count_nonzero(block == ord(character))) for block in blocks)


def _padded(body: memoryview, layout: Layout, header: HeaderRow) -> memoryview:
    """Return rows with the blank cells that an editor took from their ends; nothing where that is not what happened.

    The rule is that of `core.marketplaces.reading.file_tables`: no row ends in a blank cell any more.
    """
    width, nothing = len(header.cells), memoryview(b"")
    if header.quoted or header.delimiter != "\t" or not len(body):
        return nothing
    lines = _LINE_END.split(bytes(body))
    cut_off = bool(lines[-1])  # the last row may be where the file was cut off
    rows = [line if line.strip() else b"" for line in lines]
    filled = [row for row in rows if row]
    short = [row.count(b"\t") + 1 < width for row in filled]
    ends_blank = any(not row.decode().rpartition("\t")[2].strip() for row in filled)
    if not filled or ends_blank or (cut_off and short[-1] and not (layout.total and any(short[:-1]))):
        return nothing
    return memoryview(b"\n".join(row + b"\t" * (width - 1 - row.count(b"\t")) if row else row for row in rows))


def _all_blank(rows: pa.Table, width: int) -> bool:
    """Tell whether what stands behind the header's last column is blank."""
    behind = [rows[name] for name in rows.column_names if int(name) >= width]
    return not any(
        text.strip() for column in behind for text in column.unify_dictionaries().chunk(0).dictionary.to_pylist()
    )


def _coded(column: pa.ChunkedArray, nothing: str) -> tuple[np.ndarray, pa.StringArray]:
    whole = column.unify_dictionaries()
    texts = whole.chunk(0).dictionary
    codes, at = np.empty(len(whole), narrowest(len(texts))), 0
    for chunk in whole.chunks:
        codes[at : at + len(chunk)] = chunk.indices.to_numpy(zero_copy_only=False)
        at += len(chunk)
    if nothing and pc.any(pc.equal(texts, nothing)).as_py():
        new, different = pd.factorize(np.array(["" if text == nothing else text for text in texts.to_pylist()], object))
        return narrow(new, len(different))[codes], pa.array(list(different), pa.string())
    return codes, texts


def _longest(texts: pa.StringArray) -> int:
    return pc.max(pc.binary_length(texts)).as_py() or 0


def _without_blank_rows_and_headers(found: ColumnTable) -> ColumnTable | None:
    """Leave out rows without any text and headers that are repeated; `None` where a second header is another one."""
    blank = np.ones(len(found), bool)
    for name in found.names:
        if blank.any():
            blank &= ~found.filled(name)
    if blank.any() and len(found.names) < len(found.header.cells):  # what is personal was not looked at
        return None
    again = _repeated_headers(found)
    if again is None or (blank | again).all():
        return None
    if not (blank | again).any():
        return found
    if not found.regular:
        found = replace(found, lines=np.cumsum(~blank) - 1 + len(found.remarks))
    return _kept(found, np.flatnonzero(~(blank | again)))


def _repeated_headers(table: ColumnTable) -> np.ndarray | None:
    first = table.names[0]
    names = [at for at, text in enumerate(table.texts(first)) if is_column_name(table.layout, text)]
    again = np.isin(table.codes(first), names)
    if table.layout.remarks and any(text.casefold().startswith(table.layout.remarks) for text in table.texts(first)):
        return None
    for row in np.flatnonzero(again):
        cells = table.rows(np.array([row]), numbered=False)[0].content
        if not table.layout.total or list(cells) != table.heading:
            return None
    return again


def _kept(table: ColumnTable, rows: np.ndarray) -> ColumnTable:
    kept = table.only(rows)
    return replace(kept, columns={name: _used(codes, texts) for name, (codes, texts) in kept.columns.items()})


def _used(codes: np.ndarray, texts: pa.StringArray) -> tuple[np.ndarray, pa.StringArray]:
    """Return codes of the texts that are left."""
    new, old = pd.factorize(codes)
    return narrow(new, len(old)), texts.take(pa.array(old))
