"""The Finale account on sheet Setup: its settings are edited there, and what was found of it stands there in words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from addin.commands.costs import syncing
from addin.commands.desk_opening import on_file
from addin.commands.setup import doctor
from addin.commands.setup.new import write_workbook
from addin.connections.finale_account import DEMO_ACCOUNT, finale_side
from addin.connections.sandbox import SWITCHES
from addin.machine.cost_file import CostFiles, asked_skus
from addin.sheets.costs.costs import COSTS_SPEC
from addin.sheets.costs.sku_mapping import SKU_MAPPING_SPEC
from addin.sheets.setup.setup import SETUP_SPEC
from addin.sheets.tables import tables
from core.books.database import Database
from core.books.database.company import Company
from core.company_databases import DEMO, machine_folder
from core.finale.typed_settings import SecretInAddressError
from core.time import system_clock
from sandbox import server
from sandbox.business import demo_business
from sandbox.business.shops import with_shops
from workbook_engine import workbook

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw

    from addin.commands.outcome import Outcome
    from addin.sheets.desk import Desk


REPORT = "https://app.finaleinventory.com/demo/doc/report/pivotTable/1/Report.csv?format=csv&data=stockHistory"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return an empty workbook whose Finale is the sandbox."""
    company = Company(DEMO, "USD", system_clock(), id=DEMO, database_id=DEMO)
    with Database.create(tmp_path / "demo.sqlite", company) as database:
        write_workbook(tmp_path / "Books.xlsm", database)
    return tmp_path / "Books.xlsm"


def on_setup(book: xw.Book) -> dict[str, tuple[object, object]]:
    """Return value and meaning of each setting."""
    rows = tables.read(tables.find(book, SETUP_SPEC), SETUP_SPEC)
    return {str(row["setting"]): (row["value"], row["meaning"]) for row in rows}


def type_setting(path: Path, setting: str, text: str) -> None:
    """Type a value beside a setting."""
    with workbook(path) as book:
        found = tables.find(book, SETUP_SPEC)
        place = list(on_setup(book)).index(setting)
        found.column_cells("value", place, 1).value = text
        book.save()


def check(path: Path) -> tuple[Outcome, dict[str, tuple[object, object]]]:
    """Press Check; return what it said and what Setup shows then."""
    outcome = on_file(path, doctor.doctor)
    with workbook(path) as book:
        return outcome, on_setup(book)


WORDS = {
    "introspection-off": ("costs per order from the stock history", "the usual names were tried"),
    "": ("costs per order from the stock history", ""),
    "no-order-link": ("costs per order from the stock history", "recognised by the shipment's number"),
    "no-cost-fields": (
        "current average costs only, as proposals",
        "only current averages can be fetched, and they are",
    ),
    "arguments-changed": ("costs per order from the stock history", "cannot be filtered by date"),
    "no-search": ("costs per order from the stock history", "Old orders cannot be searched for"),
    "formatter-refused no-average-cost": (
        "costs per order from the stock history",
        "nothing can be proposed on Resolve",
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("switches", WORDS)
def test_setup_and_doctor_say_what_the_account_does_not_offer(
    book: Path, switches: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same sentences in both places: how costs are fetched, and what each gap means for them."""
    monkeypatch.setenv(SWITCHES, switches)
    mode, remark = WORDS[switches]

    outcome, shown = check(book)

    assert mode == shown["Finale costs now"][0]
    assert f"account demo answers: {mode}" in outcome.message
    remarks = [str(meaning) for setting, (_, meaning) in shown.items() if setting.startswith("Finale remark")]
    assert bool(remark) == bool(remarks)
    assert remark in " ".join(remarks)
    assert [] == [sentence for sentence in remarks if sentence not in outcome.message]


@pytest.mark.long
def test_a_setting_typed_on_setup_decides_how_costs_are_fetched(book: Path) -> None:
    """Mode averages, then the user's own report; emptied, the account's own way again."""
    check(book)

    type_setting(book, "Finale mode", "averages")
    assert "current average costs only, as proposals" == check(book)[1]["Finale costs now"][0]

    type_setting(book, "Finale mode", "")
    type_setting(book, "Finale cost report", REPORT)
    shown = check(book)[1]
    assert ("automatic", REPORT) == (shown["Finale mode"][0], shown["Finale cost report"][0])
    assert "costs per order from your saved report" == shown["Finale costs now"][0]

    type_setting(book, "Finale cost report", "")
    assert "costs per order from the stock history" == check(book)[1]["Finale costs now"][0]


@pytest.mark.long
def test_an_address_with_a_secret_reaches_neither_books_nor_log(book: Path) -> None:
    """The button stops and says which cell to empty."""
    check(book)
    type_setting(book, "Finale cost report", f"{REPORT}&apiSecret=MARKED-4711")

    with pytest.raises(SecretInAddressError, match="Finale cost report"):
        check(book)

    def stored(desk: Desk) -> Outcome:
        assert "" == finale_side(desk.database).account.cost_report
        return doctor.doctor(desk)

    type_setting(book, "Finale cost report", "")
    on_file(book, stored)
    assert b"MARKED" not in b"".join(path.read_bytes() for path in book.parent.glob("demo.sqlite*"))


def on_costs(path: Path) -> set[str]:
    """Return the SKUs on sheet Costs."""
    with workbook(path) as book:
        return {str(row["sku"]) for row in tables.read(tables.find(book, COSTS_SPEC), COSTS_SPEC)} - {"None"}


@pytest.mark.long
def test_a_sync_brings_what_cells_asked_for_and_a_full_one_the_catalogue(book: Path) -> None:
    """A SKU that a cell asked for and nobody sold is fetched and taken off the list; then every product is there."""
    products = {product.product_id for product in with_shops(demo_business()).products if not product.parts}
    machine = machine_folder()
    CostFiles(machine).note(DEMO, ["TOWEL-3", "NOBODY-KNOWS"])

    on_file(book, syncing.sync)
    assert {"TOWEL-3", "NOBODY-KNOWS"} == on_costs(book)
    assert () == asked_skus(machine, DEMO)

    on_file(book, partial(syncing.sync, full=True))
    assert products | {"NOBODY-KNOWS"} == on_costs(book)
    with workbook(book) as opened:
        listed = tables.read(tables.find(opened, SKU_MAPPING_SPEC), SKU_MAPPING_SPEC)
    assert [("NOBODY-KNOWS", "SKU not mapped")] == [(row["sku"], row["used"]) for row in listed]


def test_the_demos_account_is_called_as_its_finale_calls_it() -> None:
    """The sandbox is imported only where it is started, so that its name stands twice."""
    assert server.DEMO_ACCOUNT == DEMO_ACCOUNT
