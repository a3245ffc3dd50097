"""Sheet Transaction types: unknown types are listed, and what is typed there holds from the next button on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from addin.commands.desk_opening import on_file
from addin.commands.settlements import importing, opening
from addin.sheets.settlements.settlements import SETTLEMENTS_SPEC
from addin.sheets.settlements.transactions import TRANSACTIONS_SPEC
from addin.sheets.settlements.types import TYPES_SPEC
from addin.sheets.tables import tables
from core.books.settings.type_choices import TypeChoiceError
from tests.core.books.exports_of_payouts import Row, shopify_export
from tests.core.books.listed_documents import v2_content
from tests.core.books.settings.test_type_choices import UNKNOWN
from workbook_engine import workbook

if TYPE_CHECKING:
    from pathlib import Path

    from addin.commands.outcome import Outcome
    from addin.sheets.tables.sheet_specs import TableSpec
    from addin.sheets.tables.tables import Record


@pytest.fixture
def book(new_books: Path) -> Path:
    return new_books


def bring_in(book: Path, name: str, days: tuple[str, str]) -> Outcome:
    file = book.parent / f"{name}.txt"
    file.write_bytes(v2_content(name, UNKNOWN, total="-2.50", days=days))
    return on_file(book, partial(importing.import_files, files=[file]))


def rows(book: Path, spec: TableSpec) -> list[Record]:
    with workbook(book) as opened:
        return tables.read(tables.find(opened, spec), spec)


def type_event(book: Path, text: str | None) -> None:
    with workbook(book) as opened:
        found = tables.find(opened, TYPES_SPEC)
        found.column_cells("event", 0, 1).value = text
        opened.save()


def test_an_unknown_type_is_listed_and_classified_once_for_all(book: Path) -> None:
    """The remark goes, the lines say what was chosen, and a settlement that comes later takes it by itself."""
    outcome = bring_in(book, "1", ("01", "08"))
    (listed,) = rows(book, TYPES_SPEC)
    (before,) = rows(book, SETTLEMENTS_SPEC)
    type_event(book, "advertising")
    on_file(book, partial(opening.fill, ids=["1"]))
    (after,) = rows(book, SETTLEMENTS_SPEC)
    later = bring_in(book, "2", ("08", "15"))

    assert ("Amazon", "Lightning Levy / Base", "USD -2.50", "1", None) == tuple(
        listed[name] for name in ("marketplace", "word", "amount", "settlements", "event")
    )
    assert "Unknown types (1)" == before["remarks"]
    assert "Unknown types: Lightning Levy / Base (1 line)" in outcome.message
    assert after["remarks"] in (None, "")
    assert ["advertising"] == [row["event"] for row in rows(book, TRANSACTIONS_SPEC)]
    assert "Unknown" not in later.message
    assert [("Advertising", 2)] == [(row["event"], row["lines"]) for row in rows(book, TYPES_SPEC)]


@pytest.mark.long
def test_a_word_that_is_no_event_stops_before_anything_is_done(book: Path) -> None:
    """The message names sheet, type and what can be said; what was typed stays on the sheet."""
    bring_in(book, "1", ("01", "08"))
    type_event(book, "levy")

    with pytest.raises(
        TypeChoiceError, match="Sheet Transaction types: “levy” cannot be taken for Lightning Levy / Base"
    ):
        bring_in(book, "2", ("08", "15"))
    assert ["levy"] == [row["event"] for row in rows(book, TYPES_SPEC)]
    assert 1 == len(rows(book, SETTLEMENTS_SPEC))


@pytest.mark.long
@pytest.mark.parametrize("text", ["Other fees?", "Sales?", "levy ?"])
def test_a_proposal_with_its_question_mark_is_refused(book: Path, text: str) -> None:
    """It was called taken over and was not; what is proposed and nobody touched is no edit, and stops nothing."""
    bring_in(book, "1", ("01", "08"))
    type_event(book, text)

    with pytest.raises(TypeChoiceError, match="because a question mark stands behind what is only proposed: remove it"):
        bring_in(book, "2", ("08", "15"))


@pytest.mark.long
def test_an_emptied_cell_takes_the_choice_back(book: Path) -> None:
    """The type is unknown again."""
    bring_in(book, "1", ("01", "08"))
    for text in ("fee", None):
        type_event(book, text)
        on_file(book, partial(opening.fill, ids=["1"]))

    assert ["other"] == [row["event"] for row in rows(book, TRANSACTIONS_SPEC)]


def nameless_files() -> dict[str, tuple[str, bytes]]:
    """Return a file of each marketplace with one row of 2.50 whose type and description are both blank."""
    walmart_head = (
        "Period Start Date,Period End Date,Total Payable,Currency,Transaction Posted Timestamp,Transaction Type,"
        "Transaction Description,Customer Order #,Amount,Amount Type,Ship Qty,Partner Item Id\n"
    )
    shopify = shopify_export("blank.csv", Row("2026-07-01", "", "2.50", kind="")).content
    amazon = {**UNKNOWN, "transaction-type": "", "amount-type": "", "amount-description": "", "amount": "2.50"}
    return {
        "Amazon": ("blank.txt", v2_content("1", amazon, total="2.50", days=("01", "08"))),
        "Shopify": ("blank.csv", shopify),
        "Walmart": (
            "blank.csv",
            f"{walmart_head}07/14/2026,07/28/2026,2.50,USD,,PaymentSummary,,,,,,\n,,,,07/15/2026,,,,2.50,,,\n".encode(),
        ),
    }


@pytest.mark.long
@pytest.mark.parametrize("marketplace", ["Amazon", "Shopify", "Walmart"])
def test_a_row_without_any_word_has_a_name_and_its_answer_holds(book: Path, marketplace: str) -> None:
    """An answer for nothing could not be told from none: the name is listed, answered and shown again."""
    name, content = nameless_files()[marketplace]
    file = book.parent / name
    file.write_bytes(content)
    outcome = on_file(book, partial(importing.import_files, files=[file]))
    (listed,) = rows(book, TYPES_SPEC)
    (before,) = rows(book, SETTLEMENTS_SPEC)
    type_event(book, "Advertising")
    on_file(book, partial(opening.fill, ids=[str(before["settlement_id"])]))
    (answered,) = rows(book, TYPES_SPEC)
    (after,) = rows(book, SETTLEMENTS_SPEC)

    assert (marketplace, "(no type)", "USD 2.50", None) == tuple(
        listed[name] for name in ("marketplace", "word", "amount", "event")
    )
    assert "Unknown types: (no type) (1 line)" in outcome.message
    assert ("(no type)", "Advertising") == (answered["word"], answered["event"])
    assert "Unknown types (1)" in str(before["remarks"])
    assert "Unknown types" not in str(after["remarks"])
    assert ["advertising"] == [row["event"] for row in rows(book, TRANSACTIONS_SPEC)]
