"""What old books say of the new reading: in front of what was asked for, and once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from addin.commands.outcome import Outcome
from addin.commands.reading_anew import in_words, news_before_errors, with_news
from core.books.importing.importing import SettlementFigures
from core.books.importing.reader_upgrade import Rereading
from core.errors import CogsheetError
from core.model import Problem, Severity
from tests.core.books.examples import booked

BEFORE = SettlementFigures(2, Decimal("10.00"), "USD")
NOW = SettlementFigures(3, Decimal("12.50"), "USD")
TAKEN = Rereading(booked("1"), BEFORE, NOW, took_it=True, changed_lines=1)
KEPT = Rereading(booked("2"), BEFORE, NOW, changed_lines=2)
UNREADABLE = Rereading(booked("3"), BEFORE, None, problems=(Problem(Severity.ERROR, "3 cannot be read."),))
SAME = Rereading(booked("4"), BEFORE, BEFORE, took_it=True)


def test_each_settlement_is_told_by_what_became_of_it() -> None:
    """An open one has the new reading, an exported one keeps its lines, an unreadable one says why."""
    first, *rest = in_words([TAKEN, KEPT, UNREADABLE, SAME]).splitlines()

    assert (
        "4 settlements read again from the kept files, 2 open have the new reading, 1 exported keeps its lines" in first
    )
    assert first.endswith("1 could not be read.")
    assert [
        f"{TAKEN.settlement.name}: 2 transactions, 10.00 USD became 3 transactions, 12.50 USD (1 line changed).",
        f"{KEPT.settlement.name}: {BEFORE}; its files now say {NOW} (2 lines changed).",
        "3 cannot be read.",
    ] == rest


def test_of_many_settlements_twelve_are_listed() -> None:
    """The others are counted."""
    lines = in_words([replace(TAKEN, settlement=booked(str(number))) for number in range(15)]).splitlines()

    assert (14, "And 3 more.") == (len(lines), lines[-1])


def test_the_news_stands_before_what_was_asked_for() -> None:
    """With its data beside the other; what could not be read needs attention, and nothing says nothing."""
    asked = Outcome("Synced.", data={"synced": 1})
    told = with_news(asked, [UNREADABLE])

    assert asked == with_news(asked, [])
    assert (f"{in_words([UNREADABLE])}\nSynced.", True) == (told.message, told.needs_attention)
    assert ({"read_anew", "synced"}, False) == (set(told.data), with_news(asked, [TAKEN]).needs_attention)


def test_an_error_tells_the_news_too() -> None:
    """The reading is done, and nobody would hear of it otherwise."""
    with pytest.raises(CogsheetError, match=r"(?s)^This version reads .*\nNo such file$"), news_before_errors([TAKEN]):
        raise CogsheetError("No such file")
