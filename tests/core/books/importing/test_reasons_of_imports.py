"""Why a file changed nothing in the books, and what to do, in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.books.importing.import_reasons import in_other_words, rows_missing, what_helps, why_not_changed
from core.books.settlements.booked_settlement import EntryStatus, Import
from tests.core.books.examples import booked, settlement

EXPORTED = {"settlement_entry": EntryStatus.EXPORTED}
SHORT = settlement(total=Decimal("40.00"), ties_out=False)


def test_three_pairs_of_words_are_named_and_the_others_counted() -> None:
    """“Gebühr” for “Fee”, theirs first: the file's word for the books' one."""
    pairs = [(f"Fee {number}", f"Gebühr {number}") for number in range(5)]

    assert "“Gebühr 0” for “Fee 0”, “Gebühr 1” for “Fee 1”, “Gebühr 2” for “Fee 2” and 2 more." in in_other_words(pairs)
    assert "“Gebühr 0” for “Fee 0”. They may be" in in_other_words(pairs[:1])


@pytest.mark.parametrize(
    ("state", "advice"),
    [({}, "out, remove the settlement and import"), (EXPORTED, "out, reopen the settlement, remove it and import")],
)
def test_an_exported_settlement_is_reopened_before_it_is_removed(state: dict[str, EntryStatus], advice: str) -> None:
    """An open one is only removed; either way the sums with and without the file are said."""
    whole = settlement(keys=("a",), sum=Decimal("19.67"))
    said = rows_missing(booked(**state), settlement(), whole)

    assert advice in said
    assert "The books have 39.34 AUD and are unchanged; with this file they would have 19.67 AUD." in said


def test_nothing_helps_where_the_outcome_says_what_to_do() -> None:
    """Nor where the lines come to the stated total, or the file states none."""
    assert "" == what_helps(Import.LOCKED, SHORT, "")
    assert "" == what_helps(Import.NEW, settlement(), "amazon_v2_flat")
    assert "" == what_helps(Import.NEW, settlement(total=None, ties_out=False), "amazon_v2_flat")


def test_a_file_that_the_books_have_is_not_to_be_downloaded_once_more() -> None:
    """Of a new one that is the advice."""
    assert what_helps(Import.ALREADY_IMPORTED, SHORT, "").startswith("The books have this very file")
    assert what_helps(Import.NEW, SHORT, "amazon_v2_flat")
    assert not what_helps(Import.NEW, SHORT, "amazon_v2_flat").startswith("The books have this very file")


def test_what_differs_is_said_of_lines_and_of_the_settlement() -> None:
    """A file of the same lines says so; another total is named with both figures."""
    lines, read = settlement().transactions, settlement(total=Decimal("40.00"))

    assert "Every line is the same." in why_not_changed(booked(), Import.CONFLICT, lines, settlement())
    told = why_not_changed(booked(), Import.CONFLICT, lines, read)
    assert "It differs: its stated total is 40.00 instead of 39.34." in told
    locked = why_not_changed(booked(**EXPORTED), Import.LOCKED, lines, read)
    assert "what it changes of exported entries is proposed on sheet Cost true-ups" in locked
