"""Files of one payout united: pure, from readings alone."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from core.frame_columns import records
from core.marketplaces import FORMATS, read_file
from core.marketplaces.formats import Extent
from core.marketplaces.uniting import Part, parts_of, united
from tests.core.books.exports_of_payouts import Row, ebay_export
from tests.examples import examples

DAYS = [f"2026-06-{day:02}" for day in range(1, 13)]
ROWS = st.lists(
    st.tuples(st.sampled_from(DAYS), st.sampled_from("123"), st.sampled_from(["1.00", "2.00"])).map(lambda r: Row(*r)),
    min_size=3,
    max_size=12,
)


def part(name: str, rows: list[Row]) -> Part:
    file = ebay_export(name, *rows)
    reading = read_file(file.content, file.name)
    return parts_of(reading, file.name, Extent.DAYS)["900001"]


@settings(max_examples=examples(12), deadline=None)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 12), min_size=2, max_size=2))
def test_ranges_of_days_that_cover_a_payout_are_the_payout(rows: list[Row], cuts: list[int]) -> None:
    """However a payout is cut into ranges of days, overlapping or not, its parts in any order are the whole again."""
    low, high = sorted(cuts)
    ranges = [(0, high), (low, 12), (low, high)]
    parts = [
        part(f"{first}.csv", own)
        for first, last in ranges
        if (own := [row for row in rows if row.day in DAYS[first : last + 1]])
    ]
    whole = united([part("whole.csv", rows), part("again.csv", rows)])

    for order in (parts, parts[::-1]):
        found = united(order)
        assert records(whole.transactions) == records(found.transactions)
        assert (whole.sum, whole.lines, whole.period_start, whole.period_end) == (
            *(found.sum, found.lines, found.period_start, found.period_end),
        )


def test_currencies_are_not_summed() -> None:
    """One payout in two currencies does not tie out, and both are named."""
    rows = [Row("2026-06-01", "1", "1.00")]
    file = ebay_export("b.csv", Row("2026-06-02", "2", "1.00"))
    other = parts_of(read_file(file.content.replace(b"USD", b"EUR"), file.name), file.name, Extent.DAYS)["900001"]
    found = united([part("a.csv", rows), other])

    assert not found.ties_out
    assert any("EUR" in problem.message and "USD" in problem.message for problem in found.problems)


def test_what_is_wrong_with_a_files_rows_stays_wrong() -> None:
    """Only that a part alone does not reach the total is forgotten when the parts together do."""
    paid = Row("2026-06-03", "", "-3.00", kind="payout")
    first, second = (
        part("a.csv", [Row("2026-06-01", "1", "1.00")]),
        part("b.csv", [Row("2026-06-02", "2", "2.00"), paid]),
    )
    found = united([first, second])

    assert (Decimal("3.00"), True, ()) == (found.total, found.ties_out, found.problems)
    assert not second.settlement.ties_out


def test_every_view_says_what_it_says_by_leaving_a_row_out() -> None:
    """Reports of a month or settlement are whole; exports are ranges of days, Amazon's by a date of its own."""
    extents = {form.name: form.extent for form in FORMATS if form.standing.name == "VIEW"}

    assert {
        "amazon_unified_csv": Extent.OTHER_DAYS,
        "ebay_transaction_report": Extent.DAYS,
        "shopify_not_in_payouts_so_far": Extent.WHOLE,
        "shopify_payments_csv": Extent.DAYS,
        "walmart_recon_v0": Extent.WHOLE,
    } == extents
