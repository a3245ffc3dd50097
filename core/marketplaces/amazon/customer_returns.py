"""Amazon's FBA customer returns report (flat file): whether refunded goods came back to sellable stock.

`detailed-disposition` is the state in which a unit arrived in the warehouse; only `SELLABLE` ones are stock again,
unless their `status` says that something else became of them. A word that is not declared decides nothing: the refund
is asked on Resolve.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.frame_columns import RAW_LINE_COLUMNS, frame
from core.marketplaces.columns.undeclared_columns import notes_on_undeclared
from core.marketplaces.documents.returns import ReportedReturn, returns_frame
from core.marketplaces.errors import BadCellError
from core.marketplaces.formats import Format, Standing
from core.marketplaces.reading.dates import stated_offset
from core.marketplaces.reading.figures import Figures, day_first
from core.marketplaces.reading.file_tables import Column, Kind, Layout, find_table, likeness
from core.marketplaces.words.wording import folded
from core.model import Disposition, Marketplace, Problem, Reading, Severity

if TYPE_CHECKING:
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.file_tables import Row, Table

LAYOUT = Layout(
    title="Amazon FBA customer returns report",
    columns=(
        Column("return-date", Kind.MOMENT),
        Column("order-id"),
        Column("sku"),
        Column("asin", needed=False),
        Column("fnsku", needed=False),
        Column("product-name", needed=False),
        Column("quantity", Kind.WHOLE),
        Column("fulfillment-center-id", needed=False),
        Column("detailed-disposition"),
        Column("reason", needed=False),
        Column("status", needed=False),
        Column("license-plate-number", needed=False),
        Column("customer-comments", Kind.PERSONAL, needed=False),
    ),
    delimiters=("\t", ",", ";"),
    quoted=True,
)

_SELLABLE = "sellable"
_STATES = frozenset({_SELLABLE, "damaged", "customer_damaged", "carrier_damaged", "defective", "expired"})
"""What Amazon's help names for `detailed-disposition`."""
_STATUSES = frozenset(map(folded, ("", "Unit returned to inventory", "Reimbursed", "Repackaged Successfully")))
"""What `status` says of a sellable unit that is in stock again; a reimbursement takes it out with a line of its own."""


def read(contents: Contents) -> Reading:
    """Read a returns report as a file without settlements; see `core.marketplaces.read`."""
    table = find_table(LAYOUT, contents)
    return Reading(
        format=FORMAT.name,
        marketplace=Marketplace.AMAZON,
        settlements=(),
        make_raw_lines=partial(frame, RAW_LINE_COLUMNS),
        returns=returns_frame(_returns(table)),
        problems=(*_unknown_states(table), *notes_on_undeclared(Figures(table, "."))),
    )


def _unknown_states(table: Table) -> list[Problem]:
    """Return a warning for each word for the state of the goods, and what became of them, that nobody has declared."""
    states = {
        word: place
        for word, place in table.distinct(("detailed-disposition",)).items()
        if word.strip().casefold() not in _STATES
    }
    odd = (row for row in table.rows if _is_sellable(row) and folded(row.cells.get("status", "")) not in _STATUSES)
    for row in odd:
        states.setdefault(row.cells["status"].strip(), table.place(row, "status"))
    return [
        Problem(
            Severity.WARNING,
            f"'{word}' is not a state of returned goods that Cogsheet knows, so it decides nothing: "
            "the refunds of these orders are asked on sheet Resolve, exported ones too.",
            str(place),
        )
        for word, place in states.items()
    ]


def _is_sellable(row: Row) -> bool:
    return row.cells["detailed-disposition"].strip().casefold() == _SELLABLE


def _returns(table: Table) -> tuple[ReportedReturn, ...]:
    figures = Figures(table, ".", day_first=day_first(table))
    return tuple(_goods(row, figures) for row in table.rows)


def _goods(row: Row, figures: Figures) -> ReportedReturn:
    units = figures.whole(row, "quantity")
    if units is None or units < 0:
        raise BadCellError(figures.table.place(row, "quantity"), row.cells["quantity"], "a number of units")
    raw = row.cells["detailed-disposition"].strip()
    if not raw:
        raise BadCellError(figures.table.place(row, "detailed-disposition"), raw, "the state of the returned goods")
    status = row.cells.get("status", "").strip()
    is_odd = _is_sellable(row) and folded(status) not in _STATUSES
    return ReportedReturn(
        order_id=row.cells["order-id"].strip(),
        sku=row.cells["sku"],
        units=units,
        disposition=None if is_odd else _disposition(raw.casefold()),
        raw=f"{raw} ({status})" if is_odd else raw,
        returned_at=figures.moment(row, "return-date"),
        utc_offset=stated_offset(row.cells["return-date"]),
        reference=row.cells.get("license-plate-number", "").strip(),
    )


def _disposition(word: str) -> Disposition | None:
    if word not in _STATES:
        return None
    return Disposition.RESTOCKED if word == _SELLABLE else Disposition.UNSELLABLE


FORMAT = Format(
    name="amazon_customer_returns",
    title=LAYOUT.title,
    marketplace=Marketplace.AMAZON,
    standing=Standing.RECORD,
    likeness=partial(likeness, LAYOUT),
    read=read,
    layout=LAYOUT,
    download="In Seller Central open Reports, Fulfillment, FBA customer returns, and download it.",
)
