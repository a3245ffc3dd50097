"""A payout that comes as a download, as a report or as a pulled record is the same books, through the commands."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest

from sandbox.business.random_business import random_business
from sandbox.settlement_files import amazon_v1, amazon_v2, amazon_xml
from tests.core.marketplaces.settlements.routes_to_payouts import EbayPayout
from tests.core.marketplaces.shopify_documents import Good, Paid, ShopOrder, charge, payout
from tests.end_to_end.demo_book import DemoBook
from tests.end_to_end.stories import Story, balances, item, v2

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Route:
    """A document of a payout, and the units that it leaves open, by order."""

    content: bytes
    units: tuple[tuple[str, int], ...] = ()


def amazon(folder: Path) -> tuple[Route, Route]:
    """2 A at 20.00 and a B at 15.00, fees of 15 %, one A given back: a V2 report, and the date range report of it."""

    def fee(kind: str, order: str, amount: str, sku: str, day: str) -> dict[str, str]:
        return item(kind, order, amount, sku=sku, day=day) | {
            "amount-type": "ItemFees",
            "amount-description": "Commission",
        }

    rows = [
        item("Order", "111-1", "40.00", units="2"),
        fee("Order", "111-1", "-6.00", "A", "02"),
        item("Order", "111-2", "15.00", units="1", sku="B", day="03"),
        fee("Order", "111-2", "-2.25", "B", "03"),
        item("Refund", "111-1", "-20.00", day="05"),
        fee("Refund", "111-1", "3.00", "A", "05"),
    ]
    head = (
        "date/time,settlement id,type,order id,sku,description,quantity,marketplace,fulfillment,product sales,"
        "selling fees,fba fees,other transaction fees,other,total"
    )
    told = (
        ("2", "Order", "111-1", "A", 2, "40.00", "-6.00", "34.00"),
        ("3", "Order", "111-2", "B", 1, "15.00", "-2.25", "12.75"),
        ("5", "Refund", "111-1", "A", 1, "-20.00", "3.00", "-17.00"),
    )
    lines = (
        f'"Sep {day}, 2026 3:00:00 AM PDT",24000000099,{kind},{order},{sku},Cup,{units},amazon.com,Amazon,'
        f"{price},{cost},0,0,0,{net}"
        for day, kind, order, sku, units, price, cost, net in told
    )
    return Route(v2(folder, rows).read_bytes()), Route("\n".join((head, *lines, "")).encode())


def ebay(folder: Path) -> tuple[Route, Route]:
    """A report and a pulled payout of an order of 4 units, paid for in pounds, and of a credit."""
    del folder
    made = EbayPayout(43)
    return Route(made.report()), Route(made.pulled())


def shopify(folder: Path) -> tuple[Route, Route]:
    """An export, which knows neither SKUs nor units, and a pulled payout of 2 A and of a B."""
    del folder
    orders = (
        ShopOrder("#31", (Good("1", "A", 2, "40.00"),), (Paid("1", "40.00", "2026-09-03"),)),
        ShopOrder("#32", (Good("2", "B", 1, "15.00"),), (Paid("2", "15.00", "2026-09-03"),)),
    )
    head = "Transaction Date,Type,Order,Payout Date,Payout ID,Amount,Fee,Net,Currency\n"
    rows = "".join(
        f"2026-09-03 12:00:00 +0000,charge,{one.name},2026-09-06,931,{one.paid[0].amount},0.00,"
        f"{one.paid[0].amount},USD\n"
        for one in orders
    )
    pulled = payout("931", "2026-09-06", list(orders), *(charge(one, one.paid[0]) for one in orders))
    return Route((head + rows).encode(), (("#31", 2), ("#32", 1))), Route(pulled)


def books(folder: Path, name: str, route: Route) -> tuple[list[tuple[object, ...]], dict[str, Decimal]]:
    """Return the lines and the balances of the entries after importing a document, every unit at 5.00."""
    (folder / name).mkdir()
    story = Story(DemoBook(folder / name / "Books.xlsm"))
    story.deed("new", "--company", f"{folder.name} {name}")
    file = folder / name / "payout.txt"
    file.write_bytes(route.content)
    story.bring(file)
    story.answer(*(({"Order ID": order}, {"Units back": units, "Cost": 5}) for order, units in route.units))
    if story.asked():
        story.answer(({"Cause": "Not synced"}, {"Cost": 5}), odd=True)
    types = [row["Type"] for row in story.book.table("Transaction types").rows if row["Type"]]
    for word in types:
        story.type("Transaction types", {"Type": word}, {"Line type": "Adjustments"})
    (settlement,) = story.book.table("Settlements").rows
    ran = story.deed(
        *("export", str(settlement["Settlement ID"]), "--format", "quickbooks", "--accept-provisional", "--json")
    )
    story.ties()
    lines = [
        (line["Type"], line["Order ID"], line["Net"], line["COGS"])
        for line in story.lines()
        if line["Type"] != "payout" and (line["Net"] or line["COGS"])
    ]
    return sorted(lines, key=str), balances(ran.data["files"])


@pytest.mark.parametrize(
    ("routes", "cogs"), [(amazon, "10"), (ebay, "20"), (shopify, "15")], ids=["Amazon", "eBay", "Shopify"]
)
def test_both_routes_make_the_same_books(
    tmp_path: Path, routes: Callable[[Path], tuple[Route, Route]], cogs: str
) -> None:
    """Type, order, money and cost of each line, and every account: 5.00 a unit less what came back."""
    (first, posted), (second, also_posted) = (
        books(tmp_path, name, route) for name, route in zip(("one", "other"), routes(tmp_path), strict=True)
    )

    assert first == second
    assert posted == also_posted
    assert Decimal(cogs) == -posted["Inventory Asset"]


@pytest.mark.parametrize("writer", [amazon_v1, amazon_xml], ids=["V1", "XML"])
def test_amazons_formats_make_the_same_books(tmp_path: Path, writer: object) -> None:
    """A business of chance, in V2 and in another format."""
    business = random_business(Random(5))  # noqa: S311  # figures of chance, no secret
    contents = [one.settlement_files(business)[0].content for one in (amazon_v2, writer)]  # type: ignore[attr-defined]
    one, other = (books(tmp_path, name, Route(text)) for name, text in zip(("v2", "other"), contents, strict=True))

    assert one == other
    assert one[1]["Inventory Asset"] < 0
