"""Words and costs that once were decided wrongly, by the commands and cells that a bookkeeper uses.

Files of `../shared/cases` are tried where they lie beside the repository; other stories make their files themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.demo_book import DemoBook, Ran, run, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases does not lie beside the repository")
UNCLEAR = "Unclear whether goods moved"
V2_HEADER = (
    *("settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date", "total-amount", "currency"),
    *("transaction-type", "order-id", "merchant-order-id", "adjustment-id", "shipment-id", "marketplace-name"),
    *("amount-type", "amount-description", "amount", "fulfillment-id", "posted-date", "posted-date-time"),
    *("order-item-code", "merchant-order-item-id", "merchant-adjustment-item-id", "sku", "quantity-purchased"),
    "promotion-id",
)


@dataclass(frozen=True)
class Story:
    """The books of one company, by commands and cells."""

    book: DemoBook

    def bring(self, file: Path) -> Ran:
        """Import a file."""
        ran = self.book.run("import", str(file))
        assert ran.status == 0, ran.error
        self.book.run("resolve")
        return ran

    def asked(self) -> list[dict[str, Any]]:
        """Return the rows of Resolve."""
        return [row for row in table(self.book.open(), "Resolve").rows if row["Key"]]

    def answer(self, *answers: tuple[Mapping[str, object], Mapping[str, object]], accept: bool = True) -> Ran:
        """Type cells into the rows of Resolve that hold what is said of them, and save; the rest as proposed."""
        book = self.book.open()
        resolve = table(book, "Resolve")
        for wanted, typed in answers:
            rows = [n for n, row in enumerate(resolve.rows) if all(row[name] == is_ for name, is_ in wanted.items())]
            assert rows, f"nothing asked of {wanted}"
            for row, (header, value) in ((row, cell) for row in rows for cell in typed.items()):
                resolve.cell(row, header).value = value
        book.save(self.book.path)
        ran = self.book.run("save", *(["--accept-proposals"] if accept else []))
        self.book.run("resolve")
        return ran

    def lines(self) -> list[dict[str, Any]]:
        """Return the rows of sheet Transactions."""
        settlements = table(self.book.open(), "Settlements").rows
        self.book.run("fill", *(str(row["Settlement ID"]) for row in settlements))
        return [row for row in table(self.book.open(), "Transactions").rows if row["Type"]]

    def cogs(self, **of: object) -> Decimal:
        """Return the COGS of the lines that hold what is said of them, by header with `_` for a blank."""
        named = {name.replace("_", " "): value for name, value in of.items()}
        rows = [row for row in self.lines() if all(row[name] == value for name, value in named.items())]
        assert rows, f"no line of {named}"
        return sum((Decimal(str(row["COGS"] or 0)) for row in rows), Decimal(0))

    def status(self) -> str:
        """Return what the only settlement's COGS waits for."""
        (row,) = table(self.book.open(), "Settlements").rows
        return str(row["COGS status"])

    def ties(self) -> None:
        """See that everything ties out."""
        ran = self.book.run("verify")
        assert ran.status == 0, ran.output + ran.error


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Return the books of a new company."""
    path = tmp_path / "Books.xlsm"
    ran = run("new", str(path), "--company", tmp_path.name)
    assert ran.status == 0, ran.error
    return Story(DemoBook(path))


def v2(folder: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """Write a V2 settlement report of these rows; its total is their sum."""
    total = sum((Decimal(row["amount"]) for row in rows), Decimal(0))
    head = {
        "settlement-id": "24000000099",
        "settlement-start-date": "2026-09-01 00:00:00 UTC",
        "settlement-end-date": "2026-09-30 00:00:00 UTC",
        "deposit-date": "2026-10-02 00:00:00 UTC",
        "total-amount": f"{total}",
        "currency": "USD",
    }
    usual = {"settlement-id": "24000000099", "marketplace-name": "Amazon.com", "fulfillment-id": "AFN"}
    lines = [V2_HEADER, *([row.get(name, "") for name in V2_HEADER] for row in (head, *({**usual, **r} for r in rows)))]
    file = folder / "24000000099.txt"
    file.write_text("".join("\t".join(cells) + "\r\n" for cells in lines), encoding="utf-8")
    return file


def item(kind: str, order: str, amount: str, *, units: str = "", sku: str = "A", day: str = "02") -> dict[str, str]:
    """Return the price row of an order or refund."""
    return {
        "transaction-type": kind,
        "order-id": order,
        "adjustment-id": "" if kind == "Order" else f"{order}{day}",
        "amount-type": "ItemPrice",
        "amount-description": "Principal",
        "amount": amount,
        "order-item-code": "1",
        **dated(day),
        "sku": sku,
        "quantity-purchased": units,
    }


def paid(
    reason: str, amount: str, *, order: str = "", units: str = "1", sku: str = "A", day: str = "20"
) -> dict[str, str]:
    """Return the row of a reimbursement."""
    return {
        "transaction-type": "other-transaction",
        "order-id": order,
        "amount-type": "FBA Inventory Reimbursement",
        "amount-description": reason,
        "amount": amount,
        **dated(day),
        "sku": sku,
        "quantity-purchased": units,
    }


def dated(day: str) -> dict[str, str]:
    return {"posted-date": f"2026-09-{day}", "posted-date-time": f"2026-09-{day} 10:00:00 UTC"}


@needs_cases
def test_an_unknown_amount_type_counts_no_units(story: Story) -> None:
    """3 units at 5.00 less 1 refunded; the unknown word is listed."""
    story.bring(CASES / "v2_unknown_amount_type_on_order_row.txt")
    story.answer(({"Type": "sale"}, {"Cost": 5}))

    assert (Decimal(15), Decimal(-5)) == (story.cogs(Type="sale"), story.cogs(Type="refund"))
    assert any("ItemTDS" in str(row["Type"]) for row in table(story.book.open(), "Transaction types").rows)


@needs_cases
def test_every_reason_of_a_reimbursement_is_asked_or_declared(story: Story) -> None:
    """None names an order of the books: losses want their cost, all others propose 0, and COGS waits for them."""
    story.bring(CASES / "v2_reimbursement_codes.txt")
    asked = {row["SKU"]: (row["Cause"], row["Proposed cost"]) for row in story.asked()}
    before = story.status()
    story.answer(({"SKU": "SKU-1"}, {"Cost": 5}), ({"SKU": "SKU-3"}, {"Cost": 7}))

    assert {f"SKU-{number}" for number in range(8)} == set(asked)
    assert {sku for sku, told in asked.items() if told == (UNCLEAR, 0)} == set(asked) - {"SKU-1", "SKU-3"}
    assert (before, story.status()) == ("8 lines without cost", "Ready")
    assert (Decimal(5), Decimal(7), Decimal(12)) == (
        story.cogs(SKU="SKU-1"),
        story.cogs(SKU="SKU-3"),
        story.cogs(Type="reimbursement"),
    )
    story.ties()


@needs_cases
def test_what_a_fee_file_says_of_goods_is_asked(story: Story) -> None:
    """Inbound Carrier Damage names neither SKU nor units: both units and cost are typed."""
    story.bring(CASES / "v2_fee_words.txt")
    (row,) = story.asked()
    listed = {row["Type"] for row in table(story.book.open(), "Transaction types").rows}
    story.answer(({"Type": "reimbursement"}, {"Cost": 3, "Units back": 2}))

    assert (UNCLEAR, None) == (row["Cause"], row["SKU"])
    assert "other-transaction / BalanceAdjustment" in listed
    assert Decimal(6) == story.cogs(Type="reimbursement")


@needs_cases
def test_a_buyer_keeps_what_walmart_says_he_keeps(story: Story) -> None:
    """Two sold at 5.00, one refunded without return: 10.00."""
    story.bring(CASES / "walmart_keep_it_refund.csv")
    story.answer(({"Type": "sale"}, {"Cost": 5}))
    (refund,) = [row for row in story.lines() if row["Type"] == "refund"]

    assert (Decimal(10), "Not returned") == (story.cogs(SKU="W-1"), refund["Disposition"])
    story.ties()


@needs_cases
def test_walmarts_words_say_where_goods_went(story: Story) -> None:
    """Sold 4, lost 1, damaged 1, found 1 at 5.00; kept, destroyed and unclear refunds bring nothing back."""
    story.bring(CASES / "walmart_real_words.csv")
    story.answer(({"Cause": "Not synced"}, {"Cost": 5}))
    found = story.asked()
    story.answer()

    assert [(UNCLEAR, 5)] == [(row["Cause"], row["Proposed cost"]) for row in found]
    assert (Decimal(20), Decimal(10), Decimal(-5), Decimal(0)) == (
        story.cogs(Type="sale"),
        story.cogs(Type="reimbursement"),
        story.cogs(Type="reimbursement reversal"),
        story.cogs(Type="refund"),
    )
    assert {"Not returned", "Unsellable", "Money only"} == {
        row["Disposition"] for row in story.lines() if row["Type"] == "refund"
    }
    story.ties()


@needs_cases
def test_shopifys_words_ask_about_money_and_one_sale(story: Story) -> None:
    """The sale says no units; adjustment, debit and credit are asked; the sum is -10.41."""
    story.bring(CASES / "shopify_words.csv")

    assert ["sale"] == [row["Type"] for row in story.asked()]
    assert {"adjustment", "credit", "debit"} == {
        row["Type"] for row in table(story.book.open(), "Transaction types").rows
    }
    assert Decimal("-10.41") == sum((Decimal(str(row["Net"])) for row in story.lines()), Decimal(0))


@pytest.mark.parametrize("reason", ["REVERSAL_REIMBURSEMENT", "Customer Return", "CS_ERROR_ITEMS", "WAREHOUSE_DAMAGE"])
def test_a_reimbursement_undoes_an_assumed_restock(story: Story, tmp_path: Path, reason: str) -> None:
    """Sold at 5.00, refunded and assumed restocked, paid for: the goods are gone, 5.00."""
    rows = [
        item("Order", "1", "20.00", units="1"),
        item("Refund", "1", "-20.00", day="05"),
        paid(reason, "12.00", order="1"),
    ]
    story.bring(v2(tmp_path, [*rows, paid(reason, "12.00", order="1")]))
    story.answer(({"Type": "sale"}, {"Cost": 5}))

    assert [Decimal(5), Decimal(-5), Decimal(5)] == [
        story.cogs(Type=kind) for kind in ("sale", "refund", "reimbursement")
    ]
    story.ties()


@pytest.mark.parametrize("kind", ["Chargeback Refund", "A-to-z Guarantee Refund"])
def test_a_claim_leaves_the_goods_with_the_buyer(story: Story, tmp_path: Path, kind: str) -> None:
    """Its reimbursement moves nothing either: 5.00 in all."""
    rows = [
        item("Order", "1", "20.00", units="1"),
        item(kind, "1", "-20.00", day="05"),
        paid("Customer Return", "12.00", order="1"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Type": "sale"}, {"Cost": 5}))

    assert Decimal(5) == story.cogs(SKU="A")
    story.ties()


@pytest.mark.parametrize("word", ["XYZ_UNHEARD_OF", "Goods moved by nobody"])
def test_an_undeclared_word_about_goods_keeps_cogs_back(story: Story, tmp_path: Path, word: str) -> None:
    """It names a SKU and units: asked, 0 proposed; the COGS entry waits until that is answered."""
    rows = [{**paid(word, "12.00", units="2"), "amount-type": "other-transaction"}]
    story.bring(v2(tmp_path, rows))
    before = story.asked()
    waits = story.status()
    story.answer()

    assert [(UNCLEAR, 0)] == [(row["Cause"], row["Proposed cost"]) for row in before]
    assert ("1 line without cost", "Ready") == (waits, story.status())


def test_what_was_lost_is_found_in_parts(story: Story, tmp_path: Path) -> None:
    """Lost 3 at 7.00, found 1 and 2 by a word of two kinds: each asked with 7.00, together 0."""
    rows = [
        paid("WAREHOUSE_LOST", "60.00", units="3", day="10"),
        paid("COMPENSATED_CLAWBACK", "-20.00", day="12"),
        paid("COMPENSATED_CLAWBACK", "-40.00", units="2", day="14"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Type": "reimbursement"}, {"Cost": 7}))
    asked = sorted((row["Cause"], row["Units"], row["Proposed cost"]) for row in story.asked())
    story.answer()

    assert [(UNCLEAR, -2, 7), (UNCLEAR, -1, 7)] == asked
    assert Decimal(0) == story.cogs(SKU="A")
    story.ties()


def test_a_partial_refund_leaves_its_units_to_the_next(story: Story, tmp_path: Path) -> None:
    """4 sold for 80.00 at 5.00, refunded 15.00 and then the remaining 65.00: 0 and 4 units are proposed."""
    rows = [
        item("Order", "1", "80.00", units="4"),
        item("Refund", "1", "-15.00", units="1", day="05"),
        item("Refund", "1", "-65.00", day="09"),
    ]
    story.bring(v2(tmp_path, rows))
    story.answer(({"Type": "sale"}, {"Cost": 5}), accept=False)
    asked = sorted((row["Net"], row["Units back"]) for row in story.asked())
    story.answer()

    assert [(-65, 4), (-15, 0)] == asked
    assert Decimal(0) == story.cogs(SKU="A")
    story.ties()


def test_goods_of_a_supplier_cost_what_he_was_paid(story: Story, tmp_path: Path) -> None:
    """The order's line is not missing; the debit of 4.00 is in the profit once, and everything ties out."""
    header = (
        "Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Payout ID,Available On,Amount,"
        "Fee,Net,Checkout,Payment Method Name,Presentment Amount,Presentment Currency,Currency"
    )
    rest = "visa,online,paid,2026-09-05,900001,2026-09-05"
    file = tmp_path / "payments.csv"
    file.write_text(
        f"{header}\n2026-09-03 10:15:00 -0400,charge,#1001,{rest},20.00,0.88,19.12,#1,card,,,USD\n"
        f"2026-09-03 10:15:00 -0400,shopify_collective_debit,#1001,{rest},-4.00,0.00,-4.00,#1,card,,,USD\n",
        encoding="utf-8",
    )
    story.bring(file)
    (sale,) = [row for row in story.lines() if row["Type"] == "sale"]
    profit = story.book.run("pnl", "--json")

    assert [] == story.asked()
    assert "Drop-shipped: its cost is the debit of 4.00." in sale["Cost note"]
    assert "15.12" in profit.output
    story.ties()
