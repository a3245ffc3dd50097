"""What somebody typed into a cell, read by what its column wants."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from addin.sheets.tables.cells import (
    CellRefusal,
    Percentage,
    Scientific,
    error_text,
    read_cell,
    read_choice,
    to_cell,
    to_text,
)
from addin.sheets.tables.sheet_specs import Column, Kind
from core.model import Disposition

COST = Column("Cost", "cost", Kind.UNIT_COST, editable=True)
UNITS = Column("Units back", "units_back", Kind.WHOLE, editable=True)
ZERO = Column("Zero OK", "zero_ok", Kind.FLAG, editable=True, choices=("yes",))
SKU = Column("SKU", "sku", editable=True)
DAY = Column("Date", "day", editable=True, takes_dates=True)
BANK = Column("Bank account", "bank", editable=True, choices=("yes", "no"))
DISPOSITION = Column("Disposition", "disposition", editable=True, choices=tuple(Disposition))
TYPE = Column("Line type", "type", editable=True, choices=tuple(f"Type {number}" for number in range(20)))
RATE = Column("Rate", "rate", Kind.RATE, editable=True)
FIRST_OF_MAY = datetime(2026, 5, 1)  # noqa: DTZ001 - cells know no zones
ERRORS = ((-2146826246, "#N/A"), (-2146826273, "#VALUE!"), (-2146826281, "#DIV/0!"), (-2146826238, "#CALC!"))


@pytest.mark.parametrize("column", [COST, UNITS, ZERO, SKU, DAY, BANK, RATE])
@pytest.mark.parametrize(("code", "shown"), [*ERRORS, ("#N/A", "#N/A"), (" #ref! ", "#REF!")])
def test_an_error_is_refused_by_its_own_name(column: Column, code: object, shown: str) -> None:
    """Whatever is wanted, no error is it; its number is never said."""
    read = read_cell(code, column)

    assert isinstance(read, CellRefusal)
    assert f"holds the error {shown}" == read.holds
    assert "2146826" not in str(read)


APOSTROPHE = "type the text itself, with an apostrophe in front where it begins with =, +, - or @ ('-MUG)"
WORDS = "write Restocked, Not returned, Unsellable or Money only, or leave it empty"


@pytest.mark.parametrize(
    ("value", "column", "said"),
    [
        ("#NAME?", DISPOSITION, f"holds the error #NAME?: {WORDS}"),
        (-2146826246, DISPOSITION, f"holds the error #N/A: {WORDS}"),
        (-2146826243, DISPOSITION, f"holds the error #SPILL!: {WORDS}"),
        (FIRST_OF_MAY, DISPOSITION, f"holds a date, 2026-05-01: {WORDS}"),
        (bool(1), DISPOSITION, f"holds TRUE: {WORDS}"),
        (Percentage(0.5), DISPOSITION, f"holds a percentage, 50 %: {WORDS}"),
        ("#REF!", BANK, "holds the error #REF!: write yes or no, or leave it empty"),
        ("#NAME?", TYPE, "holds the error #NAME?: choose one of the cell's list, or leave it empty"),
        ("nothing of it", TYPE, "holds “nothing of it”: choose one of the cell's list, or leave it empty"),
        ("#NAME?", SKU, f"holds the error #NAME?: {APOSTROPHE}"),
        ("#VALUE!", DAY, "holds the error #VALUE!: write it as plain text, a date as 2026-08-31"),
    ],
)
def test_what_is_advised_fits_what_the_cell_may_hold(value: object, column: Column, said: str) -> None:
    """A cell of a few words is not to be filled with any text: `#NAME?` in Disposition was."""
    assert said == str(read_choice(value, column))


@pytest.mark.parametrize(("code", "shown"), ERRORS)
@pytest.mark.parametrize("kind", list(Kind))
def test_an_error_goes_back_to_its_cell_as_itself(code: int, shown: str, kind: Kind) -> None:
    """What was typed and not saved is written back; Excel makes the error of its text again."""
    assert shown == to_cell(code, kind) == to_text(code) == error_text(code)


@pytest.mark.parametrize(
    ("value", "column", "holds"),
    [
        (FIRST_OF_MAY, COST, "holds a date, 2026-05-01"),
        (FIRST_OF_MAY, UNITS, "holds a date, 2026-05-01"),
        (FIRST_OF_MAY, ZERO, "holds a date, 2026-05-01"),
        (FIRST_OF_MAY, SKU, "holds a date, 2026-05-01"),
        (FIRST_OF_MAY, RATE, "holds a date, 2026-05-01"),
        (datetime(1899, 12, 30, 5, 30), COST, "holds a time, 05:30"),  # noqa: DTZ001
        (datetime(2026, 5, 1, 14), DAY, "holds a date with a time, 2026-05-01 14:00"),  # noqa: DTZ001
        (Percentage(0.45), COST, "holds a percentage, 45 %"),
        (Percentage(0.125), UNITS, "holds a percentage, 12.5 %"),
        (Percentage(1.08), RATE, "holds a percentage, 108 %"),
        ("45 %", COST, "holds a percentage, 45 %"),
        ("1e3", COST, "holds a number in scientific notation, 1e3"),
        (Scientific(1000.0), COST, "holds a number in scientific notation, 1E+3"),
        (Scientific(2.0), UNITS, "holds a number in scientific notation, 2E+0"),
        (" 1.5E-2 ", COST, "holds a number in scientific notation, 1.5E-2"),
        ("1e2", RATE, "holds a number in scientific notation, 1e2"),
        (Scientific(16000.0), RATE, "holds a number in scientific notation, 1.6E+4"),
        ("1.0841E0", RATE, "holds a number in scientific notation, 1.0841E0"),
        (True, COST, "holds TRUE"),
        (False, UNITS, "holds FALSE"),
        (True, SKU, "holds TRUE"),
        ("four", COST, "holds “four”, which is not a number"),
        ("4,17", COST, "holds “4,17”, which is not a number"),
        (2.5, UNITS, "holds 2.5"),
        ("perhaps", ZERO, "holds “perhaps”"),
    ],
)
def test_what_a_column_does_not_want_is_refused(value: object, column: Column, holds: str) -> None:
    """Each would be a fine number or word otherwise: 46143 for 5/1, 0.45 for 45 %, 1 for TRUE."""
    read = read_cell(value, column)

    assert isinstance(read, CellRefusal)
    assert (holds, True) == (read.holds, bool(read.advice))


@pytest.mark.parametrize(
    ("value", "column", "wanted"),
    [
        (None, COST, None),
        ("  ", DAY, None),
        (4.17, COST, Decimal("4.17")),
        ("4.170000", COST, Decimal("4.17")),
        (1e3, COST, Decimal(1000)),
        (1.08411234567, RATE, Decimal("1.08411234567")),
        (2.0, UNITS, 2),
        (Scientific(0.0000393), RATE, Decimal("0.0000393")),
        (Scientific(123456789012.0), SKU, "123456789012"),
        ("yes", ZERO, True),
        ("No", ZERO, False),
        (True, ZERO, True),
        (True, BANK, "yes"),
        (False, BANK, "no"),
        (123.0, SKU, "123"),
        (FIRST_OF_MAY, DAY, "2026-05-01"),
        ("2026-05-01", DAY, "2026-05-01"),
    ],
)
def test_what_a_column_wants_is_taken(value: object, column: Column, wanted: object) -> None:
    """A real date is a date where one is wanted, and TRUE is yes where yes is asked."""
    assert (wanted, type(wanted)) == ((read := read_cell(value, column)), type(read))


def test_a_choice_is_one_of_its_column_s_whatever_its_case() -> None:
    """Another word is refused, and told which there are."""
    restore = Column("Restore", "restore", editable=True, choices=("yes",))

    assert "yes" == read_choice("YES ", restore)
    assert isinstance(refused := read_choice("no", restore), CellRefusal)
    assert "write yes, or leave it empty" == refused.advice


@pytest.mark.parametrize(
    ("value", "column", "says"),
    [
        (Percentage(0.45), COST, "give the cell the number format General, then write a plain number, such as 4.17"),
        (Percentage(0.02), UNITS, "give the cell the number format General, then write a whole number"),
        (Percentage(1.08), RATE, "give the cell the number format General, then write a plain number, such as 1.0841"),
        (FIRST_OF_MAY, COST, "give the cell the number format General"),
        (Scientific(1000.0), COST, "give the cell the number format General"),
        ("45 %", COST, "write a plain number"),
        ("1e3", COST, "write a plain number"),
        (FIRST_OF_MAY, SKU, "type it as text"),
    ],
)
def test_the_advice_works_in_the_cell_as_it_is_formatted(value: object, column: Column, says: str) -> None:
    """4.17 typed into a cell with a percentage format is 4.17 % again: the format has to go first."""
    read = read_cell(value, column)

    assert isinstance(read, CellRefusal)
    assert read.advice.startswith(says)


@pytest.mark.parametrize("column", [COST, Column("Amount", "amount", Kind.MONEY, editable=True)])
@pytest.mark.parametrize(
    ("typed", "amount"), [("$4.50", "4.5"), ("-$ 4.50", "-4.5"), ("1,234.50", "1234.5"), ("$1,234,567", "1234567")]
)
def test_an_amount_as_people_write_it_is_read(column: Column, typed: str, amount: str) -> None:
    """With the sign of dollars, and with thousands set apart, where that says one number."""
    assert Decimal(amount) == read_cell(typed, column)


@pytest.mark.parametrize("column", [COST, RATE, UNITS])
@pytest.mark.parametrize("typed", ["4,50", "1,234", "1.234,50", "12,34.50", "1_000", "€4.50", "4.50$", "$", "4 50"])
def test_what_could_be_two_numbers_is_refused_with_how_to_write_it(column: Column, typed: str) -> None:
    """4,50 is 4.50 to one reader and 450 to another; 1,234 is 1.234 to one and 1234 to another."""
    read = read_cell(typed, column)
    assert isinstance(read, CellRefusal)
    assert (f"holds “{typed}”, which is not a number", True) == (read.holds, read.advice.startswith("write a "))


@pytest.mark.parametrize(
    ("typed", "column", "holds"),
    [
        (9e11, COST, "holds 900,000,000,000, which is more than 1,000,000,000"),
        (1000000000.01, COST, "holds 1,000,000,000.01, which is more than 1,000,000,000"),
        (-2e9, RATE, "holds -2,000,000,000, which is more than 1,000,000,000"),
        (1_000_001.0, UNITS, "holds 1,000,001, which is more than 1,000,000"),
        ("9" * 40, COST, f"holds “{'9' * 40}”, which is not a number"),
        (10.0**30, RATE, "holds “1e+30”, which is not a number"),
    ],
)
def test_a_number_that_no_books_hold_is_refused(typed: object, column: Column, holds: str) -> None:
    """A unit that costs a thousand million, stored, was the end of every later command."""
    read = read_cell(typed, column)
    assert isinstance(read, CellRefusal)
    assert holds == read.holds


@pytest.mark.parametrize("kind", list(Kind))
def test_a_text_that_is_longer_than_a_cell_is_cut_and_shows_it(kind: Kind) -> None:
    """A name of 32,767 characters in a sentence of ours ended every command that showed it."""
    for length in (32_767, 32_768, 100_000):
        shown = to_cell("x" * length, kind)
        assert isinstance(shown, str)
        assert (min(length, 32_767), length > 32_767) == (len(shown), shown.endswith("…"))
