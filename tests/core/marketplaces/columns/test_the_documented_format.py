"""The invented format by which docs/design/marketplaces.md shows how one is added: what it says there is so."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.marketplaces.columns.column_figures import column_amounts
from core.marketplaces.columns.column_lines import POSTED, FormatColumns, shapes_of
from core.marketplaces.reading.column_parsing import columns_of
from core.marketplaces.reading.contents import Contents
from core.marketplaces.reading.file_tables import Column, Kind, Layout
from core.marketplaces.settlements.file_lines import FileLine
from core.model import Event, StockEffect

if TYPE_CHECKING:
    from core.marketplaces.reading.file_tables import Row

PAGE = Path("docs/design/marketplaces.md")
LAYOUT = Layout(
    title="Invented report",
    columns=(
        *map(Column, ("Payout", "Kind", "Order", "Item")),
        Column("Units", Kind.WHOLE),
        Column("When", Kind.MOMENT),
        *(Column(name, Kind.AMOUNT) for name in ("Price", "Cost", "Net")),
    ),
    delimiters=(",",),
)
FILE = """Payout,Kind,Order,Item,Units,When,Price,Cost,Net
P1,Sale,O1,MUG,1,2026-11-02,20.00,3.00,17.00
P1,Sale,O2,MUG,1,2026-11-03,40.00,6.00,34.00
P1,Sale,O3,MUG,1,2026-11-03,40.00,6.00,35.00
"""


def declared() -> FormatColumns:
    """Return the declaration as it is printed on the page."""
    (block,) = re.findall(r"```python\n(DECLARATION = .*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {"FormatColumns": FormatColumns, "POSTED": POSTED}
    exec(block, names)  # noqa: S102 - the project's own page
    declaration: FormatColumns = names["DECLARATION"]
    return declaration


def line_of(row: Row) -> FileLine:
    """Read one row: what its sum does not tell is an other fee."""
    price, cost, net = (Decimal(row.cells[name] or "0") for name in ("Price", "Cost", "Net"))
    parts = {"product_charges": price, "other_fee": -cost, "other": net - price + cost}
    return FileLine(
        number=row.number,
        settlement_id=row.cells["Payout"],
        group=("", "", "", "", ""),
        single=False,
        content=row.content,
        event=Event.SALE,
        stock_effect=StockEffect.OUT,
        raw_type=row.cells["Kind"],
        raw_description="",
        parts=tuple((name, amount) for name, amount in parts.items() if amount),
        amount=net,
        currency="USD",
        posted_at=None,
    )


def test_the_declaration_of_the_page_reads_a_file_as_the_page_says() -> None:
    """The reader of one row is asked once for two rows that differ in their figures alone, once for a broken sum."""
    table = columns_of(LAYOUT, Contents("invented.csv", FILE.encode()))
    assert table is not None
    declaration = declared()
    shown: list[Row] = []

    def asked(row: Row) -> FileLine:
        shown.append(row)
        return line_of(row)

    shapes = shapes_of(table, declaration, column_amounts(table, declaration.amounts, "."), asked)

    assert [0, 0, 1] == shapes.codes.tolist()
    amounts = [tuple(row.cells[name] for name in declaration.amounts) for row in shown]
    assert [("0.000001", "0.000003", "-0.000002"), ("0.000001", "0.000003", "0.000009")] == amounts
    assert (("product_charges", (1, 0, 0)), ("other_fee", (0, -1, 0))) == shapes.values[0].parts
    assert ("other", (-1, 1, 1)) == shapes.values[1].parts[2]
