"""Edited rows of settings are taken cell by cell, and nothing that was saved meanwhile is overwritten unseen. Pure."""

from __future__ import annotations

import pytest

from addin.sheets.tables.filled_rows import (
    FILLED,
    InBooks,
    SavedMeanwhileError,
    cell_by_cell,
    filled_cells,
    filled_text,
    is_as_filled,
    with_filled,
)
from addin.sheets.tables.sheet_specs import Column, Kind, TableSpec

LISTED = TableSpec(
    sheet="Accounts",
    table="tblListed",
    title="Rows that are always there",
    key=("kind",),
    columns=(
        Column("Kind", "kind"),
        Column("Account", "name", editable=True),
        Column("Number", "number", editable=True),
        FILLED,
    ),
)
OWN = TableSpec(
    sheet="Opening costs",
    table="tblOwn",
    title="Rows that somebody adds",
    key=("sku",),
    columns=(
        Column("SKU", "sku", editable=True),
        Column("Unit cost", "cost", Kind.UNIT_COST, editable=True),
        Column("As of", "day", editable=True),
        FILLED,
    ),
)
Row = dict[str, object]


def taken(spec: TableSpec, was: Row | None, typed: Row, now: Row | None, books: InBooks | None = None) -> Row:
    """Take one edited row that was filled with something, while the books hold something else."""
    rows: list[Row] = [] if now is None else [now]
    held = InBooks(lambda: rows, *(() if books is None else (books.proposal, books.whole)))
    filled = filled_text(spec, was or {})
    return cell_by_cell(spec, {0: typed}, [filled], held, lambda column, row: f"{column.header} {row}")[0]


FEES: Row = {"kind": "Fees", "name": "Fees", "number": "400"}
MUG: Row = {"sku": "MUG", "cost": 4.0, "day": None}


@pytest.mark.parametrize(
    ("spec", "was", "typed", "now", "wanted"),
    [
        (LISTED, FEES, FEES | {"number": 401.0}, FEES | {"name": "Charges"}, {"name": "Charges", "number": 401.0}),
        (LISTED, FEES, FEES | {"name": None}, FEES | {"number": "410"}, {"name": None, "number": "410"}),
        (LISTED, FEES, FEES | {"number": "401"}, FEES | {"number": "401"}, {"name": "Fees", "number": "401"}),
        (LISTED, FEES, FEES | {"number": "401"}, None, {"name": "Fees", "number": "401"}),
        (OWN, MUG, MUG | {"cost": 5.0}, MUG | {"day": "2026-08-31"}, {"cost": 5.0, "day": "2026-08-31"}),
        (OWN, MUG, MUG | {"sku": "CUP"}, None, {"cost": 4.0, "day": None}),
        (OWN, None, MUG, None, {"cost": 4.0, "day": None}),
        (OWN, None, MUG, MUG | {"day": "2026-08-31"}, {"cost": 4.0, "day": "2026-08-31"}),
    ],
)
def test_a_cell_that_nobody_touched_says_what_the_books_hold(
    spec: TableSpec, was: Row | None, typed: Row, now: Row | None, wanted: Row
) -> None:
    """The number typed beside a name that a colleague changed took the old name back."""
    row = taken(spec, was, typed, now)

    assert {name: str(value or "") for name, value in wanted.items()} == {name: str(row[name] or "") for name in wanted}


@pytest.mark.parametrize(
    ("spec", "was", "typed", "now", "words"),
    [
        (
            LISTED,
            FEES,
            FEES | {"number": "401"},
            FEES | {"number": "402"},
            "holds 401 and was filled with 400, but the ",
        ),
        (
            LISTED,
            FEES,
            FEES | {"name": None},
            FEES | {"name": "Charges"},
            "holds nothing and was filled with Fees, but",
        ),
        (OWN, MUG, MUG | {"cost": 5.0}, MUG | {"cost": 6.0}, "books hold 6 since: write 6 there and try again"),
        (OWN, None, MUG, MUG | {"cost": 6.0}, "holds 4 and was filled with nothing, but the books hold 6 since"),
        (OWN, MUG, MUG | {"sku": "CUP"}, MUG | {"sku": "CUP", "cost": 6.0}, "the books hold 6 since"),
        (OWN, MUG | {"day": "2026-08-31"}, MUG | {"day": "2026-09-30"}, MUG, "the books hold nothing since: empty it"),
        (OWN, MUG, MUG | {"cost": 5.0}, None, "SKU 0 holds MUG, but the books have this row no more"),
    ],
)
def test_what_somebody_else_saved_meanwhile_is_not_overwritten(
    spec: TableSpec, was: Row | None, typed: Row, now: Row | None, words: str
) -> None:
    """Both values are named: whoever typed over the one has not seen the other."""
    with pytest.raises(SavedMeanwhileError) as refused:
        taken(spec, was, typed, now)

    assert words in str(refused.value)
    assert str(refused.value).endswith("Nothing was changed.")


def test_cells_that_say_one_thing_together_are_refused_together() -> None:
    """Six units typed of CUP are no six units of BOWL."""
    with pytest.raises(
        SavedMeanwhileError, match="Account 0 holds Fees and was filled with Fees, but the books hold B"
    ):
        taken(LISTED, FEES, FEES | {"number": "6"}, FEES | {"name": "BOWL"}, InBooks(list, whole=True))


def test_what_a_stopped_press_has_taken_is_no_conflict_with_itself() -> None:
    """A product typed alone is stored with one unit; killed before the sheet said so, no button went on."""
    blank: Row = {"kind": "Fees", "name": None, "number": None}

    row = taken(
        LISTED, blank, blank | {"name": "BOWL"}, blank | {"name": "BOWL", "number": "1"}, InBooks(list, whole=True)
    )

    assert ("BOWL", "1") == (row["name"], row["number"])


def test_a_proposal_is_nothing_that_anybody_saved() -> None:
    """Another one may stand there since; what was chosen is taken."""
    row = taken(LISTED, FEES | {"name": "Tax?"}, FEES, FEES | {"name": "Adjustment?"}, InBooks(list, proposal="?"))

    assert "Fees" == row["name"]


@pytest.mark.parametrize("name", ["Fees | Amazon", "|", "Fees |", "| | |"])
def test_a_bar_within_a_cell_parts_no_cells(name: str) -> None:
    """An account may be called `Fees | Amazon`; what an earlier version filled in without marks is still no edit."""
    (row,) = with_filled(LISTED, [FEES | {"name": name}])
    earlier = f"{name} | 400"

    assert {"name": name, "number": "400"} == filled_cells(LISTED, str(row[FILLED.field]))
    assert is_as_filled(LISTED, row, str(row[FILLED.field]))
    assert is_as_filled(LISTED, row, earlier)
    assert not is_as_filled(LISTED, row | {"number": "401"}, earlier)


LONG: Row = {"kind": "Fees", "name": "x" * 32_767, "number": "|" * 32_767}


def test_what_long_cells_were_filled_with_fits_into_one() -> None:
    """It was cut, so that the row counted as typed at every press, and what a colleague saved was overwritten."""
    (row,) = with_filled(LISTED, [LONG])
    filled = str(row[FILLED.field])

    assert len(filled) < 32_767
    assert is_as_filled(LISTED, row, filled)
    assert not is_as_filled(LISTED, {**row, "name": f"{'x' * 32_766}y"}, filled)


def test_a_long_cell_that_nobody_touched_says_what_the_books_hold() -> None:
    """One that was typed over is refused with the beginning of each text."""
    other = LONG | {"name": "y" * 32_767}
    assert LONG | {"number": "401", "name": other["name"]} == taken(LISTED, LONG, LONG | {"number": "401"}, other)

    with pytest.raises(SavedMeanwhileError) as caught:
        taken(LISTED, LONG, LONG | {"name": "z" * 32_767}, other)
    assert len(str(caught.value)) < 1_000


def test_a_long_text_of_an_earlier_version_is_as_it_was_filled() -> None:
    """It was kept whole, where all of them had room."""
    long: Row = {"kind": "Fees", "name": "x" * 2_000, "number": "400"}

    assert is_as_filled(LISTED, long, f"{long['name']} | 400")
    assert not is_as_filled(LISTED, long, f"{long['name']}x | 400")
