"""Files whose payout holds lines of two currencies: no figure that a person sees adds the two."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import run
from tests.end_to_end.stories import item, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

SHOPIFY = "Transaction Date,Type,Order,Payout Status,Payout Date,Payout ID,Amount,Fee,Net,Currency"
EBAY = (
    "Transaction creation date,Type,Order number,Net amount,Payout currency,Payout date,Payout ID,Item ID,"
    "Transaction ID,Custom label,Quantity,Item subtotal,Shipping and handling,Final Value Fee - fixed,"
    "Gross transaction amount,Transaction currency"
)


def charge(order: str, net: str, currency: str) -> str:
    """Return a charge of payout 900001, without a fee."""
    return f"2026-09-03 10:15:00 -0400,charge,{order},paid,2026-09-05,900001,{net},0.00,{net},{currency}"


def sold(number: int, net: str, currency: str) -> str:
    """Return an order of payout 7600000009, without a fee."""
    return (
        f'"Sep 1, 2026",Order,11-{number},{net},{currency},"Sep 2, 2026",7600000009,10{number},90{number},'
        f"SKU-{number},1,{net},0,--,{net},{currency}"
    )


def shopify(folder: Path) -> Path:
    """19 and 29 dollars, and 9 Canadian ones."""
    rows = [SHOPIFY, charge("#1", "19.00", "USD"), charge("#2", "9.00", "CAD"), charge("#3", "29.00", "USD")]
    return _written(folder, rows)


def ebay(folder: Path) -> Path:
    """48 dollars, 9 Canadian ones, and a payout of each."""
    paid = [
        f'"Sep 2, 2026",Payout,--,-{net},{currency},"Sep 2, 2026",7600000009{",--" * 7},-{net},{currency}'
        for net, currency in (("48.00", "USD"), ("9.00", "CAD"))
    ]
    return _written(folder, [EBAY, sold(1, "48.00", "USD"), sold(2, "9.00", "CAD"), *paid])


def amazon(folder: Path) -> Path:
    """An order of which one row is in dollars and another in Canadian ones; the total is the dollars'."""
    rows = [
        item("Order", "1", "48.00", units="1"),
        {**item("Order", "1", "9.00"), "currency": "CAD", "amount-description": "Shipping"},
    ]
    file = v2(folder, rows)
    file.write_text(file.read_text(encoding="utf-8").replace("\t57.00\t", "\t48.00\t"), encoding="utf-8")
    return file


def _written(folder: Path, rows: list[str]) -> Path:
    file = folder / "payout.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


@pytest.mark.long
@pytest.mark.parametrize("written", [shopify, ebay, amazon], ids=lambda one: one.__name__)
def test_no_figure_adds_two_currencies(story: Story, tmp_path: Path, written: object) -> None:
    """USD 48.00 and CAD 9.00 are 57.00 nowhere; the settlement does not tie out and says both."""
    file = written(tmp_path)  # type: ignore[operator]
    looked = run("inspect", str(file), "--json").data
    page = run("inspect", str(file)).output
    told = story.deed("import", str(file), status=1).output
    (row,) = story.book.table("Settlements").rows
    lines = [line for line in story.lines() if line["Type"] != "payout"]
    checked = story.book.run("verify")

    assert {"CAD": "9.00", "USD": "48.00"} == looked["sums"]
    assert (None, "48.00", False) == (looked["sum"], looked["settlements"][0]["sum"], looked["ties_out"])
    assert "9.00 CAD, 48.00 USD" in page
    assert "Its lines in CAD come to 9.00 CAD and are in none of its sums" in told
    assert [(Decimal(9), "CAD"), (Decimal(48), "USD")] == sorted(_sums(lines))
    assert (Decimal(48), "USD") == (Decimal(str(row["Total"])), row["Currency"])
    assert "Does not tie out" in row["Settlement Export Status"]
    assert [] == [one for one in (page, told, checked.output) if "57.00" in one]


def _sums(lines: list[dict[str, object]]) -> list[tuple[Decimal, str]]:
    currencies = {str(line["Currency"]) for line in lines}
    return [
        (sum((Decimal(str(line["Net"])) for line in lines if line["Currency"] == one), Decimal(0)), one)
        for one in currencies
    ]


@pytest.mark.long
def test_files_of_one_payout_in_two_currencies_are_not_summed(story: Story, tmp_path: Path) -> None:
    """The second file's Canadian dollars are named and in no sum."""
    canadian, dollars = charge("#1", "9.00", "CAD"), charge("#2", "48.00", "USD")
    for name, rows in (("part", [canadian]), ("whole", [dollars, canadian])):
        folder = tmp_path / name
        folder.mkdir()
        told = story.book.run("import", str(_written(folder, [SHOPIFY, *rows])))
    (row,) = story.book.table("Settlements").rows

    assert "amounts in different currencies cannot be added up" in told.output
    assert (Decimal(48), "USD") == (Decimal(str(row["Total"])), row["Currency"])
    assert "Does not tie out" in row["Settlement Export Status"]


def at_stake(story: Story) -> str:
    """Return what sheet Resolve says above its table of the money at stake."""
    sheet = story.book.open()["Resolve"]
    return next(str(cell.value) for row in sheet.iter_rows(max_row=4) for cell in row if "At stake" in str(cell.value))


@pytest.mark.long
@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ({}, "USD 40.00, and without a rate AUD 7.00, CAD 30.00."),
        ({"CAD": 0.5}, "USD 55.00, and without a rate AUD 7.00."),
        ({"CAD": 0.5, "AUD": 2}, "USD 69.00."),
    ],
    ids=["no rate", "one rate", "each has its rate"],
)
def test_what_lines_without_cost_move_is_said_per_currency(
    story: Story, tmp_path: Path, rates: dict[str, float], said: str
) -> None:
    """Three stores of three currencies: 40, 30 and 7 are never 77; Currency stands beside each Net."""
    for number, (currency, price) in enumerate((("USD", "40.00"), ("CAD", "30.00"), ("AUD", "7.00"))):
        file = v2(tmp_path, [item("Order", f"{number}", price, units="1")], f"{number}", currency=currency, site="")
        story.deed("import", str(file), "--store", currency)
    for currency, rate in rates.items():
        story.type("Exchange rates", {"Currency": currency, "Date": "2026-09-02"}, {"Rate": rate})
    story.book.run("resolve")

    each = "AUD 7.00 in 1 line, CAD 30.00 in 1 line, USD 40.00 in 1 line"
    assert f"At stake, net without signs: {each}; together {said}" == at_stake(story)
    assert {("USD", 40), ("CAD", 30), ("AUD", 7)} == {(row["Currency"], row["Net"]) for row in story.asked()}


@pytest.mark.long
def test_what_has_no_rate_is_together_nothing_at_all(story: Story, tmp_path: Path) -> None:
    """Not 0.00: nothing is known of what these lines come to in the home currency."""
    file = v2(tmp_path, [item("Order", "1", "30.00", units="1")], "1", currency="CAD", site="")
    story.deed("import", str(file), "--store", "CAD")
    story.book.run("resolve")

    assert "At stake, net without signs: CAD 30.00 in 1 line." == at_stake(story)
