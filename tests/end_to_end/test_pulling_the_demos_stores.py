"""The demo's stores are pulled from the marketplaces' APIs of the sandbox, as a user's own would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.addin.in_both_engines.desktop import Desktop
from tests.end_to_end.stories import Story
from tests.end_to_end.test_payouts_stored_twice import payments
from tests.fake_excel.application import FakeApplication
from tests.fake_excel.windows_code import on_windows

if TYPE_CHECKING:
    from tests.end_to_end.demo_book import DemoBook, Ran


def results(ran: Ran) -> dict[str, list[tuple[str, str, bool | None]]]:
    """Return id, result and tie-out of what came, by store; `None` is nothing to tie to."""
    return {
        store["store"]: [
            (one["settlement"], one["result"], one["ties_out"])
            for document in store["documents"]
            for one in document["settlements"]
        ]
        for store in ran.data["stores"]
    }


@pytest.mark.long
def test_everything_new_of_every_store_comes_once(demo: DemoBook) -> None:
    """What was imported from files is known again, the rest is new and ties out, and a second pull brings nothing."""
    first = results(demo.run("pull", "--json"))
    second = results(demo.run("pull", "--json"))

    files = ["23874397121", "24012558403", "24150720916"]
    assert [(one, "already imported", True) for one in files] == first.pop("Amazon US")
    assert {"Shopify Linden": 5, "Walmart US": 2, "eBay Linden": 2} == {name: len(came) for name, came in first.items()}
    assert {("imported", True)} == {came[1:] for name in ("Walmart US", "eBay Linden") for came in first[name]}
    for name, result, ties_out in first["Shopify Linden"]:  # orders outside payouts have no total
        assert ("imported", True if name.isdigit() else None) == (result, ties_out)
    assert [] == [came for store in second.values() for came in store]


@pytest.mark.long
def test_what_was_pulled_gets_its_costs_and_ties_out(demo: DemoBook) -> None:
    """Units of Shopify and eBay, which their files lack, are costed; every tie-out of a new settlement holds."""
    demo.run("pull", "--json")
    demo.run("sync")
    checked = demo.run("verify", "7593167856", "7593190412", "140769411338", "--json")

    assert 0 == checked.status
    assert checked.data["tie_outs"]
    assert [] == [one["name"] for one in checked.data["tie_outs"] if not one["ok"]]


@pytest.mark.long
@pytest.mark.parametrize(("answer", "stored"), [("cancel", False), ("ok", True)])
def test_the_button_asks_whether_a_pulled_payout_is_another_one(demo: DemoBook, answer: str, stored: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """945.13 of order #9 came on the day of the pulled 945.13: OK imports both, and neither is asked again."""
    file = payments(demo.path.parent, "july.csv", "", ("#9", "945.13"))
    file.write_text(file.read_text(encoding="utf-8").replace("2026-09-05", "2026-08-10"), encoding="utf-8")
    Story(demo).deed("import", str(file), "--store", "Shopify Linden")
    excel = FakeApplication()
    with on_windows(excel, demo.path.name):
        excel.Workbooks.Open(str(demo.path))
        desktop = Desktop(excel, demo.path)
        desktop.press("pull", answer)
        asked = excel.user.shown[0]
        names = {one.settlement_id for one in desktop.books().settlements}
        desktop.press("pull", "cancel")
        again = excel.user.shown[1:]
    excel.end()

    assert "Are they two payouts? OK imports this one too, Cancel leaves it out." in asked
    assert [True, stored] == [name in names for name in ("2026-08-10 USD", "140769394954")]
    assert [not stored] == [any("Are they two payouts?" in one for one in again)]
