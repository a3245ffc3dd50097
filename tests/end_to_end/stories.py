"""What stories of books are told with: files of a marketplace, Finale's side in the sandbox, commands and cells."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl.utils import range_boundaries

from addin.connections.finale import URL_VARIABLE
from sandbox.business import Business
from sandbox.business.records import Order, OrderLine, Packed, Product, Purchase, PurchaseLine, Shipment
from sandbox.server import DEMO_ACCOUNT, serve
from tests.end_to_end.demo_book import DemoBook, Ran, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

V2_HEADER = (
    *("settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date", "total-amount", "currency"),
    *("transaction-type", "order-id", "merchant-order-id", "adjustment-id", "shipment-id", "marketplace-name"),
    *("amount-type", "amount-description", "amount", "fulfillment-id", "posted-date", "posted-date-time"),
    *("order-item-code", "merchant-order-item-id", "merchant-adjustment-item-id", "sku", "quantity-purchased"),
    "promotion-id",
)

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases does not lie beside the repository")


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
        return [row for row in self.book.table("Resolve").rows if row["Key"]]

    def answer(
        self, *answers: tuple[Mapping[str, object], Mapping[str, object]], accept: bool = True, odd: bool = False
    ) -> Ran:
        """Type cells into the rows of Resolve that hold what is said of them, and save; the rest as proposed.

        Args:
            answers: What the rows hold, and what is typed into them.
            accept: Whether unedited proposals are saved too.
            odd: Whether costs are saved that look wrong beside what the goods brought.
        """
        book = self.book.open()
        resolve = table(book, "Resolve")
        for wanted, typed in answers:
            rows = [n for n, row in enumerate(resolve.rows) if all(row[name] == is_ for name, is_ in wanted.items())]
            assert rows, f"nothing asked of {wanted}"
            for row, (header, value) in ((row, cell) for row in rows for cell in typed.items()):
                resolve.cell(row, header).value = value
        book.save(self.book.path)
        choices = (("--accept-proposals", accept), ("--accept-suspect", odd))
        ran = self.book.run("save", *(choice for choice, is_chosen in choices if is_chosen))
        self.book.run("resolve")
        return ran

    def lines(self) -> list[dict[str, Any]]:
        """Return the rows of sheet Transactions."""
        settlements = self.book.table("Settlements").rows
        self.book.run("fill", *(str(row["Settlement ID"]) for row in settlements))
        return [row for row in self.book.table("Transactions").rows if row["Type"]]

    def cogs(self, **of: object) -> Decimal:
        """Return the COGS of the lines that hold what is said of them, by header with `_` for a blank."""
        named = {name.replace("_", " "): value for name, value in of.items()}
        rows = [row for row in self.lines() if all(row[name] == value for name, value in named.items())]
        assert rows, f"no line of {named}"
        return sum((Decimal(str(row["COGS"] or 0)) for row in rows), Decimal(0))

    def status(self) -> str:
        """Return what the only settlement's COGS waits for."""
        (row,) = self.book.table("Settlements").rows
        return str(row["COGS status"])

    def deed(self, command: str, *arguments: str, status: int = 0) -> Ran:
        """Run a command that ends as said."""
        ran = self.book.run(command, *arguments)
        assert ran.status == status, ran.output + ran.error
        return ran

    def type(self, sheet: str, row: Mapping[str, object], cells: Mapping[str, object]) -> None:
        """Type cells into the one row of a sheet that holds what is said of it."""
        book = self.book.open()
        rows = table(book, sheet)
        (place,) = (n for n, one in enumerate(rows.rows) if all(one[name] == is_ for name, is_ in row.items()))
        for header, value in cells.items():
            rows.cell(place, header).value = value
        book.save(self.book.path)

    def set(self, **settings: object) -> None:
        """Choose policies on sheet Setup, named with `_` for a blank; the next command takes them."""
        for name, value in settings.items():
            self.type("Setup", {"Setting": name.replace("_", " ")}, {"Value": value})

    def add_row(self, sheet: str, cells: Mapping[str, object]) -> None:
        """Type a row below a table, which grows by it as it does in Excel."""
        book = self.book.open()
        rows = table(book, sheet)
        (of_sheet,) = rows.sheet.tables.values()
        first, top, last, bottom = range_boundaries(of_sheet.ref)
        corners = (
            rows.sheet.cell(int(top or 1), int(first or 1)),
            rows.sheet.cell(int(bottom or 1) + 1, int(last or 1)),
        )
        of_sheet.ref = of_sheet.autoFilter.ref = ":".join(corner.coordinate for corner in corners)
        for header, value in cells.items():
            rows.cell(len(rows.rows), header).value = value
        book.save(self.book.path)

    def costs(self) -> list[tuple[Any, ...]]:
        """Return type, units and COGS of every line with a SKU, in the order of their moments."""
        rows = sorted((row for row in self.lines() if row["SKU"]), key=lambda row: (row["Posted"], row["Type"]))
        return [(row["Type"], row["Units"], row["COGS"]) for row in rows]

    def export(self, *ids: str) -> dict[str, Decimal]:
        """Export settlements for QuickBooks and return the balance of each account in the files."""
        return balances(self.deed("export", *ids, "--format", "quickbooks", "--json").data["files"])

    def pending(self) -> list[dict[str, Any]]:
        """Return the true-ups that are proposed, as sheet Cost true-ups shows them."""
        self.book.run("trueups")
        rows = self.book.table("Cost true-ups").rows
        return [row for row in rows if row["Key"] and row["Size"] != "dismissed"]

    def decide(self, decision: str, reason: str = "") -> Ran:
        """Type a decision beside every proposed true-up, and carry it out."""
        self.pending()
        book = self.book.open()
        proposals = table(book, "Cost true-ups")
        for place in (place for place, row in enumerate(proposals.rows) if row["Size"] != "dismissed"):
            proposals.cell(place, "Decision").value = decision
            proposals.cell(place, "Reason").value = reason
        book.save(self.book.path)
        return self.book.run("trueups", "--json")

    def posted(self, kind: str) -> dict[str, Decimal]:
        """Return what each account got by one kind of entries, as sheet Journal shows it."""
        sums: dict[str, Decimal] = {}
        for row in self.book.table("Journal").rows:
            if row["Kind"] == kind:
                amount = Decimal(str(row["Debit"] or 0)) - Decimal(str(row["Credit"] or 0))
                sums[row["Account"]] = sums.get(row["Account"], Decimal(0)) + amount
        return {account: amount for account, amount in sums.items() if amount}

    def ties(self) -> None:
        """See that everything ties out."""
        ran = self.book.run("verify")
        assert ran.status == 0, ran.output + ran.error


def v2(
    folder: Path,
    rows: Sequence[Mapping[str, str]],
    number: str = "24000000099",
    *,
    days: tuple[str, str] = ("2026-09-01", "2026-09-30"),
    currency: str = "USD",
    site: str = "Amazon.com",
) -> Path:
    """Write a V2 settlement report of these rows; its total is their sum, and the deposit comes the next morning."""
    total = sum((Decimal(row["amount"]) for row in rows), Decimal(0))
    first, last = (f"{day} 00:00:00 UTC" for day in days)
    head = {
        "settlement-id": number,
        "settlement-start-date": first,
        "settlement-end-date": last,
        "deposit-date": last.replace("00:00:00", "09:00:00"),
        "total-amount": f"{total}",
        "currency": currency,
    }
    usual = {"settlement-id": number, "marketplace-name": site, "fulfillment-id": "AFN"}
    lines = [V2_HEADER, *([row.get(name, "") for name in V2_HEADER] for row in (head, *({**usual, **r} for r in rows)))]
    file = folder / f"{number}.txt"
    file.write_text("".join("\t".join(cells) + "\r\n" for cells in lines), encoding="utf-8")
    return file


def item(kind: str, order: str, amount: str, *, units: str = "", sku: str = "A", day: str = "02") -> dict[str, str]:
    """Return the price row of an order, refund or liquidation."""
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
    """Return the columns of a moment: a day of September, a day, or a day and a time of day."""
    whole = f"2026-09-{day}" if len(day) == len("02") else day
    return {"posted-date": whole[:10], "posted-date-time": f"{whole if ' ' in whole else f'{whole} 10:00:00'} UTC"}


def balances(files: Sequence[str]) -> dict[str, Decimal]:
    """Return the balance of each account in journal files for QuickBooks; what comes to nothing is left out."""
    sums: dict[str, Decimal] = {}
    for file in files:
        for row in csv.DictReader(io.StringIO(Path(file).read_text(encoding="utf-8"))):
            amount = Decimal(row["Debits"] or 0) - Decimal(row["Credits"] or 0)
            sums[row["Account Name"]] = sums.get(row["Account Name"], Decimal(0)) + amount
    return {account: amount for account, amount in sums.items() if amount}


def bought(sku: str, day: str, units: int, price: str) -> Purchase:
    """Return what came in at ten o'clock of a day, at a price a unit."""
    at = moment(day, 10)
    return Purchase(f"PO {sku} {day}", "Supplier", at, at, (PurchaseLine(sku, units, Decimal(price)),))


@dataclass(frozen=True)
class Left:
    """A line of an order in Finale, and the shipments in which its units left, at three o'clock of each day."""

    order_id: str
    sku: str
    shipped: tuple[tuple[str, int], ...]

    @property
    def units(self) -> int:
        """All units that left."""
        return sum(units for _, units in self.shipped)


def left(order_id: str, day: str, units: int = 1, sku: str = "A") -> Left:
    """Return an order that left in one shipment."""
    return Left(order_id, sku, ((day, units),))


def finale_of(*happened: Purchase | Left, currency: str = "USD") -> Business:
    """Return a business of which the sandbox serves Finale's side: what was bought and what left."""
    purchases = tuple(one for one in happened if isinstance(one, Purchase))
    lines = [one for one in happened if isinstance(one, Left)]
    skus = sorted({line.product_id for one in purchases for line in one.lines} | {one.sku for one in lines})
    orders = {name: [one for one in lines if one.order_id == name] for name in dict.fromkeys(x.order_id for x in lines)}
    return Business(
        seed=0,
        currency=currency,
        store="Amazon US",
        products=tuple(Product(sku, sku, sku, "Goods", Decimal(1), Decimal(20)) for sku in skus),
        purchases=purchases,
        orders=tuple(_order(name, of) for name, of in orders.items()),
        shipments=tuple(shipment for name, of in orders.items() for shipment in _shipments(name, of)),
    )


def _order(order_id: str, lines: Sequence[Left]) -> Order:
    """Return an order as one that the marketplace ships."""
    goods = tuple(OrderLine(f"{place}", one.sku, one.units, Decimal(20)) for place, one in enumerate(lines, start=1))
    at = moment(min(day for one in lines for day, _ in one.shipped), 8)
    return Order(order_id, "Amazon US", "Amazon.com", "AFN", at, goods, inventory_id=order_id)


def _shipments(order_id: str, lines: Sequence[Left]) -> list[Shipment]:
    """Return a shipment for each parcel of a line."""
    parcels = sorted((day, place, units) for place, one in enumerate(lines) for day, units in one.shipped)
    return [
        Shipment(order_id, number, f"S{number}", moment(day, 15), moment(day, 18), (Packed(place, units),))
        for number, (day, place, units) in enumerate(parcels, start=1)
    ]


def moment(day: str, hour: int) -> datetime:
    """Return an hour of a day, UTC."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


@dataclass(frozen=True)
class FinaleOnLine:
    """A company's Finale account in the sandbox, over HTTP; what happened there grows from sync to sync."""

    environment: pytest.MonkeyPatch
    connected: set[Path] = field(default_factory=set)
    """Workbooks that know of the account."""

    def sync(self, story: Story, *happened: Purchase | Left, currency: str = "USD") -> Ran:
        """Serve what has happened so far, connect where that is not done, and sync."""
        with self.serving(finale_of(*happened, currency=currency)):
            if story.book.path not in self.connected:
                story.deed("connect", "--account", DEMO_ACCOUNT)
                self.connected.add(story.book.path)
            ran = story.book.run("sync")
        assert ran.status in (0, 1), ran.output + ran.error
        story.book.run("resolve")
        return ran

    @contextmanager
    def serving(self, business: Business) -> Iterator[None]:
        """Let a business's Finale listen, with its address and key where the commands look for them."""
        with serve(business) as address:
            self.environment.setenv(URL_VARIABLE, address.url)
            self.environment.setenv("COGSHEET_FINALE_KEY", address.key)
            self.environment.setenv("COGSHEET_FINALE_SECRET", address.secret)
            yield
