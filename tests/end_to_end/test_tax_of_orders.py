"""Tax and withheld tax of one order, by commands: they net on an account of their own, or the order is named."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.stories import balances, item, v2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.stories import Story

Rows = list[dict[str, str]]
OWN, FACILITATED, SALES, REFUNDS = (
    "Sales Tax Payable",
    "Marketplace Facilitator Tax",
    "Marketplace Sales",
    "Marketplace Refunds",
)


def amount(order: str, words: str, value: str, *, day: str = "02", kind: str = "Order") -> dict[str, str]:
    """Return a further amount of an order or refund, in the words `type / description`."""
    amount_type, _, description = words.partition(" / ")
    return {**item(kind, order, value, day=day), "amount-type": amount_type, "amount-description": description}


def collected(order: str, value: str, **of: str) -> dict[str, str]:
    """Return tax that a buyer paid."""
    return amount(order, "ItemPrice / Tax", value, **of)


def withheld(order: str, value: str, word: str = "MarketplaceFacilitatorTax-Principal", **of: str) -> dict[str, str]:
    """Return tax that the marketplace keeps."""
    return amount(order, f"ItemWithheldTax / {word}", value, **of)


def sent(story: Story, *settlements: str) -> dict[str, Decimal]:
    """Export settlement entries and return what each account but clearing gets."""
    files = story.deed(
        *("export", *settlements, "--entries", "settlement", "--format", "quickbooks", "--accept-provisional"), "--json"
    ).data["files"]
    return {account: balance for account, balance in balances(files).items() if "Clearing" not in account}


SOLD = item("Order", "1", "30.00", units="1")
BACK = item("Refund", "1", "-30.00", units="1", day="08")
NETTING: dict[str, tuple[Rows, dict[str, str]]] = {
    "a tax discount": (
        [SOLD, collected("1", "2.40"), amount("1", "Promotion / TaxDiscount", "-0.40"), withheld("1", "-2.00")],
        {SALES: "-30.00"},
    ),
    "low value goods, one of two given back": (
        [
            item("Order", "1", "22.00", units="2"),
            withheld("1", "-2.00", "LowValueGoodsTax-Principal"),
            item("Refund", "1", "-11.00", units="1", day="08"),
            withheld("1", "1.00", "LowValueGoodsTax-Principal", day="08", kind="Refund"),
        ],
        {SALES: "-20.00", REFUNDS: "10.00"},
    ),
    "postage and gift wrap taxed beside the seller's own": (
        [
            SOLD,
            collected("1", "2.40"),
            amount("1", "ItemPrice / ShippingTax", "0.50"),
            withheld("1", "-2.40"),
            withheld("1", "-0.50", "MarketplaceFacilitatorTax-Shipping"),
            item("Order", "2", "10.00", units="1"),
            collected("2", "0.90"),
        ],
        {SALES: "-40.00", OWN: "-0.90"},
    ),
    "a refund that is given back whole": (
        [
            *(SOLD, collected("1", "2.40"), withheld("1", "-2.40"), BACK),
            *(collected("1", "-2.40", day="08", kind="Refund"), withheld("1", "2.40", day="08", kind="Refund")),
        ],
        {SALES: "-30.00", REFUNDS: "30.00"},
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("name", NETTING)
def test_tax_that_the_marketplace_pays_leaves_no_rest(story: Story, tmp_path: Path, name: str) -> None:
    """On no account but the seller's own is anything left of it."""
    rows, expected = NETTING[name]
    story.bring(v2(tmp_path, rows))

    assert {account: Decimal(balance) for account, balance in expected.items()} == sent(story, "24000000099")
    story.ties()


@pytest.mark.long
@pytest.mark.parametrize(("given_back", "rest"), [("", "-2.40"), ("1.20", "-1.20")])
def test_a_rest_is_named_with_its_order(story: Story, tmp_path: Path, given_back: str, rest: str) -> None:
    """The buyer got 2.40 back, the seller nothing, or half of it."""
    rows = [
        SOLD,
        collected("1", "2.40"),
        withheld("1", "-2.40"),
        BACK,
        collected("1", "-2.40", day="08", kind="Refund"),
    ]
    rows += [withheld("1", given_back, day="08", kind="Refund")] if given_back else []
    story.bring(v2(tmp_path, rows))
    entry = sent(story, "24000000099")
    told = story.deed("verify", status=1).output

    assert -Decimal(rest) == entry[FACILITATED]
    assert f"Amazon: facilitator tax of order 1 in USD: {rest} and 0.00 differ." in told


TAXED = [item("Order", "1", "30.00", units="1", day="2026-08-05"), collected("1", "2.40", day="2026-08-05")]
KEPT_BACK = [withheld("1", "-2.40"), item("Order", "3", "5.00", units="1")]


def bring_both(story: Story, folder: Path, number: str) -> None:
    """Import the settlement that collects the tax of order 1, or the one that withholds it."""
    if number == "1":
        story.bring(v2(folder, TAXED, "1", days=("2026-08-01", "2026-08-31")))
    else:
        story.bring(v2(folder, KEPT_BACK, "2"))


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "second", "went_out", "moved"),
    [
        ("1", "2", {SALES: "-30.00", OWN: "-2.40"}, {OWN: "2.40", FACILITATED: "-2.40"}),
        ("2", "1", {SALES: "-2.60"}, {SALES: "-2.40", FACILITATED: "2.40"}),
    ],
    ids=["withheld after its export", "collected after the export of what was withheld"],
)
def test_tax_of_two_settlements_is_reclassified(
    story: Story, tmp_path: Path, first: str, second: str, went_out: dict[str, str], moved: dict[str, str]
) -> None:
    """What went out stays as it went out, and verify says so; the difference is proposed, and then nothing is left."""
    bring_both(story, tmp_path, first)
    entry = sent(story, first)
    bring_both(story, tmp_path, second)
    sent(story, second)
    (proposed,) = story.pending()
    verified = story.deed("verify").output
    story.decide("accept")
    profit = story.book.run("pnl", "--json").data
    posted = [story.posted(kind) for kind in ("settlement", "reclassification")]
    accounts = {account for sums in posted for account in sums if "Clearing" not in account}
    left = {account: sum((sums.get(account, Decimal(0)) for sums in posted), Decimal(0)) for account in accounts}

    assert {account: Decimal(balance) for account, balance in went_out.items()} == entry
    assert f"Amazon/{first} would be booked differently today" in verified
    assert "Reclassification" == proposed["Type"]
    assert {account: Decimal(balance) for account, balance in moved.items()} == story.posted("reclassification")
    assert {SALES: Decimal("-35.00")} == {account: balance for account, balance in left.items() if balance}
    assert Decimal("35.00") == Decimal(profit["net_sales"])
    story.ties()


@pytest.mark.long
def test_what_decided_whose_tax_it_is_may_be_removed(story: Story, tmp_path: Path) -> None:
    """Exported beside the settlement that withholds it, which is then removed: 2.40 is the seller's own."""
    bring_both(story, tmp_path, "1")
    bring_both(story, tmp_path, "2")
    entry = sent(story, "1")
    story.ties()
    story.deed("remove", "2")
    told = story.deed("verify").output
    story.decide("accept")
    story.deed("undo", status=0)

    assert {SALES: Decimal("-30.00"), FACILITATED: Decimal("-2.40")} == entry
    assert f"{FACILITATED} +2.40, {OWN} -2.40" in told
    assert {FACILITATED: Decimal("2.40"), OWN: Decimal("-2.40")} == story.posted("reclassification")
    assert {"1", "2"} == {row["Settlement ID"] for row in story.book.table("Settlements").rows}
