"""Sheet Resolve: the lines whose cost is missing, the bookkeeper's answers, and typed costs filled down."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from addin.sheets.costs import resolve_columns
from addin.sheets.costs.resolve_columns import RESOLVE_SPEC, TYPED_FIELDS, SheetAnswers
from addin.sheets.tables import tables
from addin.sheets.tables.cells import (
    CellRefusal,
    in_scientific_notation,
    read_choice,
    serial_day,
    to_cell,
    to_decimal,
    to_text,
    to_whole,
)
from addin.sheets.tables.edited_rows import cell_names, refuse_rows_below, typed_cells
from addin.sheets.tables.sheet_specs import records_of
from addin.sheets.tables.typed_numbers import NotANumber
from core.books.costed_lines.line_costs import STATED_SKU
from core.books.overrides.answers import Answer, Cell
from core.books.overrides.filling_down import AnsweredRow, FillDown, costs_by_row
from core.books.overrides.resolve_list import Elsewhere, by_stake, prefilled

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from decimal import Decimal

    import pandas as pd
    import xlwings as xw

    from addin.sheets.tables.tables import Record, SheetTable
    from core.settings import DecimalMark

_STOCK = slice(1, 3)
"""Where units back and disposition stand among them."""
_DISPOSITION = 2


def resolve_records(lines: pd.DataFrame) -> list[Record]:
    """Return the rows for missing lines: cost and units as they are proposed, nothing typed, and what is asked."""
    stated = lines.get(STATED_SKU, lines["sku"])
    own = ["" if is_none else str(sku) for sku, is_none in zip(stated, stated.isna(), strict=True)]
    rows = zip(records_of(prefilled(lines), RESOLVE_SPEC), own, strict=True)
    return [{**record, "filled": _remembered(record, sku)} for record, sku in rows]


def keep_typing(fresh: Sequence[Record], present: Sequence[Mapping[str, object]], elsewhere: Elsewhere) -> list[Record]:
    """Carry over what was typed and not yet saved, and why; a row with typing stays even if its cost has come. Pure.

    A row of a settlement that is not listed stays as the books want it now, with what was typed.

    Args:
        fresh: The rows that are listed, as the books want them now.
        present: The rows of the sheet as they stand.
        elsewhere: What the books say of the other lines.
    """
    typed = {row["key"]: row for row in present if row["key"] and is_typed(row)}
    of_others = resolve_records(elsewhere.missing_lines[elsewhere.missing_lines["key"].isin(list(typed))])
    fresh = [*fresh, *of_others]
    wanted = {record["key"] for record in fresh}
    merged = [
        {**record, **_typing(typed[record["key"]], record), "status": typed[record["key"]].get("status")}
        if record["key"] in typed
        else record
        for record in fresh
    ]
    left_over = [{**row, "status": elsewhere.status(row["key"])} for row in typed.values()]
    return merged + [row for row in left_over if row["key"] not in wanted]


def is_typed(row: Mapping[str, object]) -> bool:
    """Tell whether a row of the sheet holds something that was typed and not yet saved."""
    return resolve_columns.contents(row) != resolve_columns.filled(row)


def is_cost_edited(row: Mapping[str, object]) -> bool:
    """Tell whether the cost of a row is another than it was filled with."""
    return resolve_columns.contents(row)[0] != resolve_columns.filled(row)[0]


def fill_resolve(book: xw.Book, lines: pd.DataFrame, at_home: pd.Series, elsewhere: Elsewhere) -> None:
    """List these missing lines, the most money at stake first; what was typed and not saved stays.

    Args:
        book: The workbook.
        lines: The lines.
        at_home: Their net in home currency; a line without a rate stands behind the others, in its own currency.
        elsewhere: What the books say of the other lines.
    """
    present = tables.read(tables.find(book, RESOLVE_SPEC), RESOLVE_SPEC)
    tables.update(book, RESOLVE_SPEC, keep_typing(resolve_records(by_stake(lines, at_home)), present, elsewhere))


STAKE_ROW = 3
"""The sheet row, between message and headers, that says what is at stake."""


def say_coverage(book: xw.Book, coverage: str, stake: str) -> None:
    """Write above the list how much of the settlements it lists has its cost, and what is at stake per currency."""
    table = tables.find(book, RESOLVE_SPEC)
    texts = [coverage, stake] if table.top > STAKE_ROW else [" ".join(filter(None, (coverage, stake)))]
    table.sheet.range((STAKE_ROW - 1, 1), (STAKE_ROW - 2 + len(texts), 1)).value = [[text or None] for text in texts]


def say_of_added_rows(book: xw.Book) -> int:
    """Say in column Status of each row that the user added himself why it is not taken; return how many there are.

    Words that a row has there without anything typed beside them go.
    """
    table = tables.find(book, RESOLVE_SPEC)
    rows = tables.read(table, RESOLVE_SPEC)
    added = [is_added_row(row) for row in rows]
    status = [_status_of(row, is_added=is_added) for row, is_added in zip(rows, added, strict=True)]
    if status != [to_text(row["status"]) for row in rows]:
        tables.write_cells(table, RESOLVE_SPEC.column("status"), status)
    return sum(added)


def is_added_row(row: Mapping[str, object]) -> bool:
    """Tell whether the user typed an answer into a row that stands for no line; a note alone is his own."""
    return not to_text(row["key"]) and any(to_text(row[field]) for field in TYPED_FIELDS if field != "note")


NOT_TAKEN = (
    "not taken: this row was added by hand and stands for no line of a settlement. Type its cost beside the line that "
    "Resolve lists; costs from before Finale start belong on sheet Opening costs"
)
"""What stands in Status beside a row that the user added."""


def _status_of(row: Mapping[str, object], *, is_added: bool) -> str | None:
    if is_added:
        return NOT_TAKEN
    status = to_text(row["status"])
    return None if status == NOT_TAKEN else status


def keys_in_rows(sheet: SheetAnswers, rows: Collection[int]) -> list[str]:
    """Return the lines of sheet rows, as Excel numbers them."""
    first = sheet.table.first_row()
    return [a.key for row, a in zip(sheet.row_of, sheet.answers, strict=True) if row + first in rows]


def settlements_shown(book: xw.Book) -> set[tuple[str, str]]:
    """Return store and settlement id of every row on the sheet."""
    rows = tables.read(tables.find(book, RESOLVE_SPEC), RESOLVE_SPEC)
    return {(to_text(row["store"]) or "", to_text(row["settlement_id"]) or "") for row in rows if row["key"]}


def keys_shown(book: xw.Book) -> set[str]:
    """Return the keys of the lines on the sheet."""
    rows = tables.read(tables.find(book, RESOLVE_SPEC), RESOLVE_SPEC)
    return {key for row in rows for key in [to_text(row["key"])] if key}


def read_answers(book: xw.Book, mark: DecimalMark | None = None) -> SheetAnswers:
    """Read back what stands on the sheet.

    Args:
        book: The workbook.
        mark: The company's decimal mark, of costs typed as text.

    Raises:
        WorkbookError: If the table or one of its columns is missing, or something was typed below it.
    """
    table = tables.find(book, RESOLVE_SPEC)
    rows = tables.read(table, RESOLVE_SPEC)
    row_of = [index for index, row in enumerate(rows) if to_text(row["key"])]
    refuse_rows_below(table, RESOLVE_SPEC)
    formulas = _formulas(table, len(rows))
    cells = {name: typed_cells(table, RESOLVE_SPEC.column(name), row_of) for name in TYPED_FIELDS}
    answers, name_of = [], cell_names(table)
    for place, index in enumerate(row_of):
        typed = {name: cells[name][place] for name in TYPED_FIELDS}
        places = {Cell(name): name_of(RESOLVE_SPEC.column(name), index) for name in TYPED_FIELDS}
        answers.append(_answer(rows[index], typed, places, mark, formula=formulas[index]))
    return SheetAnswers(table, rows, answers, row_of)


def write_rulings(sheet: SheetAnswers, rulings: Mapping[int, Mapping[str, object]]) -> None:
    """Write status, version and what is filled now beside the rows.

    Args:
        sheet: What `read_answers` gave.
        rulings: Per data row the fields that change, out of status, version and filled.
    """
    for field in ("status", "version", "filled"):
        values = [rulings.get(index, {}).get(field, row[field]) for index, row in enumerate(sheet.rows)]
        tables.write_cells(sheet.table, RESOLVE_SPEC.column(field), values)


_ASKED_ANEW = ("description", "cause", "proposed_cost", "proposal", "proposal_as_of")


def refill_row(sheet: SheetAnswers, row: int, lines: pd.DataFrame) -> str:
    """Show in a row what its line asks now that its SKU is known; return what the row is filled with.

    A cost that was typed stays; an old proposal gives way to the new one.

    Args:
        sheet: What `read_answers` gave.
        row: The data row, from 0.
        lines: The line, as the books have it now.
    """
    (record,) = resolve_records(lines)
    before = sheet.rows[row]
    is_typed_cost = resolve_columns.plain_number(before["cost"]) not in (
        "",
        resolve_columns.plain_number(before["proposed_cost"]),
    )
    for field in _ASKED_ANEW if is_typed_cost else (*_ASKED_ANEW, "cost"):
        kind = RESOLVE_SPEC.column(field).kind
        sheet.table.column_cells(field, row, 1).value = to_cell(record[field], kind)
    return remembered(before if is_typed_cost else {**before, "cost": record["cost"]})


def remembered(row: Mapping[str, object]) -> str:
    """Return what the hidden column keeps of the editable cells, so that an edit can be told from what was filled.

    It ends with the SKU that the line itself names, so with ` ""]` where it names none and one may be typed.
    """
    return _remembered(row, resolve_columns.own_sku(row))


def _remembered(row: Mapping[str, object], own_sku: str) -> str:
    return json.dumps([*resolve_columns.contents(row), own_sku], ensure_ascii=False)


def _typing(row: Mapping[str, object], record: Record) -> Record:
    """Return the typed cells of a row; an emptied SKU is no answer, so that the one of the books is shown again."""
    return {field: row[field] for field in TYPED_FIELDS} | {"sku": row["sku"] or record["sku"]}


def _formulas(table: SheetTable, count: int) -> list[str]:
    """Return the formula of each cost cell, empty where it holds none."""
    if not count:
        return []
    raw = table.column_cells("cost", 0, count).formula
    cells = (
        [raw]
        if isinstance(raw, str) or raw is None
        else [row[0] if isinstance(row, tuple | list) else row for row in raw]
    )
    return [str(cell) if str(cell or "").startswith("=") else "" for cell in cells]


def _answer(
    row: Record, typed: Mapping[str, object], places: Mapping[Cell, str], mark: DecimalMark | None, *, formula: str
) -> Answer:
    version, proposed = to_whole(row["version"]), to_decimal(row["proposed_cost"])
    if to_text(row["sku"]) == (resolve_columns.own_sku(row) or None):
        typed = {**typed, "sku": None}  # the line's own, which nobody typed
    notation = in_scientific_notation(typed["cost"])
    if notation is not None:  # is asked about, not refused
        typed = {**typed, "cost": to_decimal(notation)}
    read = {name: read_choice(value, RESOLVE_SPEC.column(name), mark) for name, value in typed.items()}
    taken: dict[str, Any] = {name: None if isinstance(value, CellRefusal) else value for name, value in read.items()}
    now, filled = resolve_columns.contents(row), resolve_columns.filled(row)
    return Answer(
        key=to_text(row["key"]) or "",
        version=version if isinstance(version, int) else 0,
        cost=taken["cost"],
        proposal=None if isinstance(proposed, NotANumber) else proposed,
        zero_ok=bool(taken["zero_ok"]),
        units_back=taken["units_back"],
        disposition=taken["disposition"],
        stock_edited=now[_STOCK] != filled[_STOCK],
        disposition_edited=now[_DISPOSITION] != filled[_DISPOSITION],
        note=taken["note"],
        sku=(taken["sku"] or "").strip() or None,
        where=places[Cell.COST].partition(" ")[0],
        cells=places,
        unreadable=_unreadable(read, places, formula=formula),
        odd=_may_be_a_date(taken["cost"]),
        notation=f"It was typed in scientific notation, {notation}" if notation is not None else None,
    )


def _may_be_a_date(cost: Decimal | None) -> str | None:
    """Say so of a number that Excel makes of `5/1` in a cell that is formatted as a number: 46143."""
    day = serial_day(cost)
    return f"Excel keeps {day} as this number: was a date made of what was typed" if day else None


def _unreadable(read: Mapping[str, object], places: Mapping[Cell, str], *, formula: str) -> str | None:
    """Say of every cell of a row that cannot be taken which it is, what it holds, and how to write it."""
    if formula and read["cost"] is None:
        return f"{places[Cell.COST]} holds a formula without a value: open in Excel and save"
    refused = [f"{places[Cell(name)]} {value}" for name, value in read.items() if isinstance(value, CellRefusal)]
    units = read["units_back"]
    if isinstance(units, int) and units < 0:
        refused.append(f"{places[Cell.UNITS_BACK]} holds {units}: write a whole number, 0 or more")
    return "; ".join(refused) or None


def answered_rows(sheet: SheetAnswers, keys: Collection[str] | None = None) -> list[AnsweredRow]:
    """Return the rows as the rules of filling down take them: those of some lines, or all."""
    return [
        AnsweredRow(
            row,
            to_text(sheet.rows[row]["sku"]),
            to_text(sheet.rows[row]["cause"]),
            is_cost_edited=is_cost_edited(sheet.rows[row]),
            answer=answer,
        )
        for row, answer in zip(sheet.row_of, sheet.answers, strict=True)
        if keys is None or answer.key in keys
    ]


def filled_down(sheet: SheetAnswers, chosen: Sequence[FillDown]) -> SheetAnswers:
    """Return the answers as they will be once typed costs stand in the other rows of their SKU. Pure."""
    costs = costs_by_row(chosen)
    answers = [
        replace(answer, cost=costs.get(row, answer.cost))
        for row, answer in zip(sheet.row_of, sheet.answers, strict=True)
    ]
    return replace(sheet, answers=answers)


def fill_down(sheet: SheetAnswers, chosen: Sequence[FillDown]) -> None:
    """Write typed costs into the other rows of their SKU."""
    column = RESOLVE_SPEC.column("cost")
    for row, cost in costs_by_row(chosen).items():
        sheet.table.column_cells("cost", row, 1).value = to_cell(cost, column.kind)
