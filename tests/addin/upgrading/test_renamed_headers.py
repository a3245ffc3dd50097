"""Headers that are others since a version: read as they were until `upgrade`, which renames them everywhere.

`stored_books/event_header.xlsm` is the template of the version whose sheet Transaction types had a column *Event*.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addin.commands.desk_opening import on_file
from addin.commands.settlements import importing, opening
from addin.commands.setup.upgrading import upgrade
from addin.sheets.drill_down import place
from addin.sheets.settlements import types
from addin.sheets.settlements.types import TYPES_SPEC
from addin.sheets.tables import tables
from addin.sheets.tables.edited_rows import cell_names
from addin.sheets.tables.sheet_specs import RENAMED, known_headers
from addin.sheets.workbook import SPECS, check_workbook, read_books_name, write_books_name
from tests.core.books.listed_documents import v2_content
from tests.core.books.settings.test_type_choices import UNKNOWN
from tests.workbook_engine.package_check import check_package
from workbook_engine import open_workbook, workbook
from workbook_engine.workbook_file import WorkbookFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STORED = Path(__file__).parent / "stored_books" / "event_header.xlsm"
FORMULAS = {
    "A1": ('=COUNTIF(tblTypes[Event],"Storage")', '=COUNTIF(tblTypes[Line type],"Storage")'),
    "A2": ("=tblTypes[[#Headers],[Event]]", "=tblTypes[[#Headers],[Line type]]"),
    "A3": ("=COUNTA(tblTypes[[Type]:[Event]])", "=COUNTA(tblTypes[[Type]:[Line type]])"),
    "A4": (
        '=IF(tblTypes[[#Totals],[Event]]="Event","Event",1)',
        '=IF(tblTypes[[#Totals],[Line type]]="Event","Event",1)',
    ),
    "A5": ("=COUNTA(tblOther[Event])", "=COUNTA(tblOther[Event])"),
}
"""Before and after: what is text, or of another table, stays."""


@pytest.fixture(scope="module")
def made(
    made_books_of_acme: Path, copy_of_acme: Callable[[Path, Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Make books once whose workbook is the stored one, with an unknown type and formulas of the user's."""
    folder = tmp_path_factory.mktemp("stored")
    path = copy_of_acme(made_books_of_acme, folder)
    with workbook(path) as opened:
        known = read_books_name(opened)
    path.write_bytes(STORED.read_bytes())
    with workbook(path) as opened:
        write_books_name(opened, known)
        notes = opened.sheets.add("Notes", after=opened.sheets["Setup"])
        for cell, (before, _) in FORMULAS.items():
            notes.range(cell).value = before
        opened.save()
    file = folder / "1.txt"
    file.write_bytes(v2_content("1", UNKNOWN, total="-2.50", days=("01", "08")))
    on_file(path, partial(importing.import_files, files=[file]))
    return folder


@pytest.fixture
def book(made: Path, copy_of_acme: Callable[[Path, Path], Path], tmp_path: Path) -> Path:
    """Return such books that the test may change."""
    return copy_of_acme(made, tmp_path)


def type_answer(path: Path, text: str) -> None:
    with workbook(path) as opened:
        tables.find(opened, TYPES_SPEC).column_cells("event", 0, 1).value = text
        opened.save()


def headers(path: Path) -> list[str]:
    with workbook(path) as opened:
        found = tables.find(opened, TYPES_SPEC)
        return [str(text) for text in found.header.value]


@pytest.mark.long
def test_an_old_workbook_is_read_by_its_old_header(book: Path) -> None:
    """Filled, typed into, and taken: no step asks for the new name, and the header stays until the upgrade."""
    type_answer(book, "Advertising")
    on_file(book, partial(opening.fill, ids=["1"]))

    with workbook(book) as opened:
        (row,) = tables.read(tables.find(opened, TYPES_SPEC), TYPES_SPEC)
    assert ("Lightning Levy / Base", "Advertising") == (row["word"], row["event"])
    assert "Event" in headers(book)
    assert "Line type" not in headers(book)


@pytest.mark.long
def test_a_message_names_the_column_as_it_stands_there(book: Path) -> None:
    """Who looks for the cell finds the header that was named; so do the links of our own."""

    def named() -> tuple[str, str]:
        with workbook(book) as opened:
            found = tables.find(opened, TYPES_SPEC)
            return cell_names(found)(TYPES_SPEC.column("event"), 0), place(found, "event").header

    assert ("Transaction types!F5 (Event)", "Event") == named()
    upgrade(book)
    assert ("Transaction types!F5 (Line type)", "Line type") == named()


@pytest.mark.long
def test_upgrade_renames_the_header_and_what_names_it(book: Path) -> None:
    """Header cell, table column, formulas; texts, other tables and what stands in the cells are as they were."""
    type_answer(book, "Advertising")
    outcome = upgrade(book)

    of_history = {"On the screen": "Proposed cost", "Became": "Saved cost"}
    of_resolve = {"Settlement": "Settlement ID"}
    assert {
        "Transaction types": {"Event": "Line type"},
        "Change history": of_history,
        "Resolve": of_resolve,
    } == outcome.data["renamed"]
    assert "Event is Line type" in outcome.message
    assert "Line type" in headers(book)
    assert "Event" not in headers(book)
    notes = open_workbook(book).sheets["Notes"]
    assert {cell: after for cell, (_, after) in FORMULAS.items()} == {
        cell: notes.range(cell).formula for cell in FORMULAS
    }
    check_package(book)
    with workbook(book) as opened:
        check_workbook(opened)


@pytest.mark.long
def test_what_was_typed_before_the_upgrade_is_taken_after_it(book: Path) -> None:
    """An answer that nobody has saved is in its cell, and counts from the next button on."""
    type_answer(book, "Advertising")
    upgrade(book)
    with workbook(book) as opened:
        assert {("Amazon", "Lightning Levy / Base"): "Advertising"} == types.edited_types(opened)

    on_file(book, partial(opening.fill, ids=["1"]))

    with workbook(book) as opened:
        assert {} == types.edited_types(opened)
        (row,) = tables.read(tables.find(opened, TYPES_SPEC), TYPES_SPEC)
    assert "Advertising" == row["event"]


def test_the_choices_of_the_column_stay_with_it(book: Path) -> None:
    """The validation lies over the same cells as before."""

    def rules(path: Path) -> list[str]:
        sheet = next(one for one in WorkbookFile(path).sheets if one.name == "Transaction types")
        return [str(rule.get("sqref")) for rule in sheet.elements("dataValidation")]

    before = rules(book)
    upgrade(book)

    assert before == rules(book) != []


@pytest.mark.long
def test_new_choices_are_offered_after_the_upgrade(book: Path) -> None:
    """Sheet Cost true-ups of the version before knew no `take up`; lists that did not change stay as they are."""

    def lists(path: Path) -> dict[str, str]:
        sheets = WorkbookFile(path).sheets
        rules = [(one.name, rule) for one in sheets for rule in one.elements("dataValidation")]
        found = [(f"{name}!{rule.get('sqref')}", rule.find("formula1")) for name, rule in rules]
        return {place: formula.text for place, formula in found if formula is not None}

    before = lists(book)
    outcome = upgrade(book)
    changed = {place: text for place, text in lists(book).items() if before[place] != text}

    assert {"Cost true-ups": ["Decision"]} == outcome.data["choices"]
    assert ['"accept,dismiss,take up"'] == list(changed.values())
    assert "New choices on sheet Cost true-ups in column Decision" in outcome.message


@pytest.mark.long
def test_a_second_upgrade_finds_nothing_to_do(book: Path) -> None:
    """Nothing is renamed, and no second copy is kept."""
    upgrade(book)

    outcome = upgrade(book)

    assert (False, {}) == (outcome.data["changed"], outcome.data["renamed"])
    assert 1 == len(list(book.parent.glob("Acme before upgrade*")))


def renamed_columns() -> Iterator[tuple[str, str]]:
    yield from ((one.table, one.new) for one in RENAMED)


@pytest.mark.parametrize(("table", "header"), list(renamed_columns()))
def test_every_renamed_header_is_one_of_a_table_and_its_old_one_is_none(table: str, header: str) -> None:
    """Else it would be read for a column that means something else."""
    (spec,) = (one for one in SPECS if one.table == table)
    today = {column.header for column in spec.columns}

    assert header in today
    assert not set(known_headers(table, header)[1:]) & today


def test_a_header_that_was_renamed_twice_has_both_earlier_names() -> None:
    """The newest first; other tables and columns have none."""
    assert ("Line type", "Event") == known_headers("tblTypes", "Line type")
    assert ("Type",) == known_headers("tblTypes", "Type")
    assert ("Line type",) == known_headers("tblAccounts", "Line type")
