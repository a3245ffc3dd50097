"""What Excel (English, United States) recognises in a text."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workbook_engine.builders import moment
from workbook_engine.typing_rules import as_typed


def typed(text: str) -> object:
    """Return what a text becomes, in the year 2026."""
    found = as_typed(text, lambda: dt.date(2026, 6, 1))
    return None if found is None else tuple(found)


@pytest.mark.parametrize(
    ("text", "value", "number_format"),
    [
        ("0", 0.0, None),
        ("00123", 123.0, None),
        (" 12 ", 12.0, None),
        ("-5", -5.0, None),
        ("+5", 5.0, None),
        (".5", 0.5, None),
        ("5.", 5.0, None),
        ("(5)", -5.0, None),
        ("1E5", 100000.0, "0.00E+00"),
        ("12%", 0.12, "0%"),
        ("12.5%", 0.125, "0.00%"),
        ("1,234", 1234.0, "#,##0"),
        ("1,234.50", 1234.5, "#,##0.00"),
        ("$5", 5.0, "$#,##0_);[Red]($#,##0)"),
        ("-$5.25", -5.25, "$#,##0.00_);[Red]($#,##0.00)"),
        ("1 1/2", 1.5, "# ?/?"),
        ("1/2/2026", moment(2026, 1, 2), "m/d/yyyy"),
        ("1-2-26", moment(2026, 1, 2), "m/d/yyyy"),
        ("1/2/99", moment(1999, 1, 2), "m/d/yyyy"),
        ("2026-01-02", moment(2026, 1, 2), "m/d/yyyy"),
        ("2026/1/2", moment(2026, 1, 2), "m/d/yyyy"),
        ("2026-01-02 03:04", moment(2026, 1, 2, 3, 4), "m/d/yyyy h:mm"),
        ("1/2", moment(2026, 1, 2), "d-mmm"),
        ("1-2", moment(2026, 1, 2), "d-mmm"),
        ("2-Jan", moment(2026, 1, 2), "d-mmm"),
        ("2-Jan-2026", moment(2026, 1, 2), "d-mmm-yy"),
        ("2 January 2026", moment(2026, 1, 2), "d-mmm-yy"),
        ("January 2, 2026", moment(2026, 1, 2), "d-mmm-yy"),
        ("Jan-5", moment(2026, 1, 5), "d-mmm"),
        ("Jan-45", moment(1945, 1, 1), "mmm-yy"),
        ("Jan 2026", moment(2026, 1, 1), "mmm-yy"),
        ("10:30", 0.4375, "h:mm"),
        ("10:30:30", 37830 / 86400, "h:mm:ss"),
        ("1:30 PM", 0.5625, "h:mm AM/PM"),
        ("12 am", 0.0, "h:mm AM/PM"),
    ],
)
def test_recognised(text: str, value: object, number_format: str | None) -> None:
    """Numbers, dates and times are recognised, with the format a General cell gets."""
    assert (value, number_format) == typed(text)


@pytest.mark.parametrize(("text", "value"), [("TRUE", True), ("false", False), ("#N/A", "#N/A"), ("#ref!", "#REF!")])
def test_truth_and_errors(text: str, value: object) -> None:
    """Words for truth and errors are recognised in any case."""
    assert (value, None) == typed(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "text",
            "A-1",
            "12a",
            "1.2.3",
            "--5",
            "(5",
            "5)",
            "(-5)",
            "1,23",
            "1,2345",
            "$",
            "%",
            ".",
            "-",
            "e5",
        ),
        *("13/13/2026", "2/30/2026", "1/2/1899", "2026-13-01", "25:00", "10:60", "13:00 pm", "1/2/3/4", "12-3456789"),
        *("114-3941689-8772232", "B00X-1", "may", "1e999", "١٢", "1\u00a0000", "3/0/0 1", "x" * 50),
    ],
)
def test_stays_text(text: str) -> None:
    """What only looks like a number or date stays text."""
    assert typed(text) is None


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_every_plain_number_is_a_number(number: object) -> None:
    """Any number written plainly is recognised as itself."""
    found = as_typed(str(number))
    assert found is not None
    assert float(str(number)) == found.value


@settings(deadline=None)
@given(st.dates(dt.date(1930, 1, 1), dt.date(2029, 12, 31)))
def test_every_date_is_a_date(day: dt.date) -> None:
    """The usual ways to write a date are recognised."""
    wanted = moment(day.year, day.month, day.day)
    for text in (
        day.isoformat(),
        f"{day:%m/%d/%Y}",
        f"{day.month}/{day.day}/{day.year}",
        f"{day:%d-%b-%Y}",
        f"{day:%m/%d/%y}",
    ):
        found = as_typed(text)
        assert found is not None
        assert wanted == found.value


@settings(deadline=None)
@given(st.text())
def test_any_text_is_decided(text: str) -> None:
    """No text makes the rules fail."""
    as_typed(text)
