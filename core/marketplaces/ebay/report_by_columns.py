"""eBay transaction report, by columns: the declaration of what `transaction_report` reads row by row.

Rows that stand for themselves and orders of several items, whose net amount stands in a row of its own
(`core.marketplaces.ebay.order_columns`), are read by columns. Sales in another currency than the payout's are shared
out over their rows one by one (`core.marketplaces.ebay.roll_ups`); what comes of it stands in ten further columns of
amounts, by amount column.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from core.frame_columns import AMOUNT_COLUMNS
from core.marketplaces.columns.column_figures import ColumnAmounts, amounts_of, column_amounts, moments_of
from core.marketplaces.columns.column_lines import (
    POSTED,
    WORDS,
    ColumnLines,
    FormatColumns,
    Shape,
    TypedShare,
    shapes_of,
    words_of,
)
from core.marketplaces.columns.column_payouts import headers_of_payouts, pending_note
from core.marketplaces.columns.column_reading import (
    ColumnFindings,
    added_columns,
    by_columns_or_rows,
    day_first_of,
    notes_on_damaged,
    notes_on_undeclared,
    reading_of,
    undeclared_amounts,
)
from core.marketplaces.columns.column_transactions import units_of_rows
from core.marketplaces.ebay import transaction_report
from core.marketplaces.ebay.order_columns import OrderColumns, Role, in_its_order
from core.marketplaces.ebay.report_columns import (
    COMPONENTS,
    GROSS_AMOUNT,
    IDS,
    ITEM,
    NET_AMOUNT,
    ORDER,
    ORDERED,
    PAYOUT,
    TITLE,
    VAT_RATE,
    in_english,
)
from core.marketplaces.ebay.roll_ups import doubtful_rows, open_sums, rows_with_net_amounts
from core.marketplaces.ebay.transaction_report import (
    amounts_in,
    described,
    is_described,
    line_of,
    odd_rates,
)
from core.marketplaces.ebay.words import OF_ITEMS, meaning
from core.marketplaces.errors import BadCellError, DamagedIdError, Place
from core.marketplaces.reading.columns import Coded
from core.marketplaces.reading.figures import Figures, is_damaged, read_in_its_notation
from core.marketplaces.reading.file_tables import Kind
from core.model import Event
from core.money import LINE_PLACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.file_tables import Row
    from core.marketplaces.settlements.file_lines import FileLine
    from core.model import Problem, Reading

_DESCRIPTION = "Description"
DECLARATION = FormatColumns(
    words=("Type", _DESCRIPTION, "Quantity", VAT_RATE),
    filled=(ITEM, "Custom label"),
    amounts=(*COMPONENTS, NET_AMOUNT),
    moments=(ORDERED,),
    group=(
        *("Type", ORDER, "Transaction ID", ITEM, "Custom label", POSTED),
        *("Reference ID", WORDS),
    ),
    fields={"order_id": ORDER, "order_item_id": ("Transaction ID", ITEM), "sku": "Custom label"},
    raw_type="Type",
    verbatim=frozenset({"Custom label"}),
    plain_key=True,
    total=NET_AMOUNT,
    by_state=True,
)


def read(contents: Contents) -> Reading:
    """Read an eBay transaction report; see `core.marketplaces.read`."""
    return by_columns_or_rows(contents, transaction_report.FORMAT, _build)


def _build(table: ColumnTable) -> Reading:
    table = _without_titles(table)
    slashes = day_first_of(table)
    return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(_read, table, day_first=slashes))


def _without_titles(table: ColumnTable) -> ColumnTable:
    """Return a report whose descriptions say something: see `transaction_report.described`."""
    if not {TITLE, _DESCRIPTION} <= table.columns.keys():
        return table
    rows = np.flatnonzero(table.by(("Type",), is_described).spread(bool, bool) & table.filled(_DESCRIPTION))
    told = table.only(rows).by(("Type", _DESCRIPTION, TITLE), described)
    codes, texts = table.columns[_DESCRIPTION]
    codes = codes.astype(np.int32)
    codes[rows] = len(texts) + told.codes
    column = (codes, pa.chunked_array([texts, pa.array(told.values, pa.string())]).combine_chunks())
    return replace(table, columns={**table.columns, _DESCRIPTION: column}, _plain={})


def _read(table: ColumnTable, mark: str, *, day_first: bool) -> Reading:
    figures = Figures(table, mark, day_first=day_first)
    counted = _counted(table, figures)
    report = Report(table, figures, COMPONENTS | dict.fromkeys(counted, "other"))
    lines = report.lines()
    return reading_of(
        ColumnFindings(
            form=transaction_report.FORMAT,
            headers=headers_of_payouts(lines, "Payout date", day_first=day_first),
            lines=lines,
            problems=(
                *report.doubts(),
                *pending_note(lines, report.line),
                *notes_on_undeclared(table, mark, counted),
                *_odd_rates(lines),
                *notes_on_damaged(table, IDS),
            ),
            units=units_of_rows,
        )
    )


def _counted(table: ColumnTable, figures: Figures) -> tuple[str, ...]:
    """Return the undeclared columns that the rows' own sums prove to be money; see `added_columns`."""
    amounts = undeclared_amounts(table, figures.mark)
    if not amounts:
        return ()
    every = table.rows(np.arange(len(table)), numbered=False)
    stated = [amounts_in(row, figures, COMPONENTS) for row in every]
    exact = {name: [figures.amount(row, name) or Decimal(0) for row in every] for name in amounts}
    return added_columns(table, *open_sums(stated, exact))


def _odd_rates(lines: ColumnLines) -> list[Problem]:
    """Return a warning for each different VAT rate that cannot be read."""
    unread = lines.values_of(lambda line: line.tax_rate is None, bool) & lines.table.filled(VAT_RATE)
    rows = np.flatnonzero(unread)
    own = [lines.shapes.values[code].line for code in lines.shapes.codes[rows]]
    return odd_rates(lines.table.table_of(rows), own)


@dataclass(frozen=True, eq=False)
class Report:
    """A report whose notation and components are known."""

    table: ColumnTable
    figures: Figures
    components: dict[str, str]

    def line(self, row: Row, role: Role = Role.ALONE) -> FileLine:
        """Return a row that stands for itself, or is part of an order of several."""
        stated = amounts_in(row, self.figures, self.components)
        left = self.figures.amount(row, _LEFT) or Decimal(0)
        return line_of(row, self.figures, in_its_order(stated, role, left, self.currency))

    @cached_property
    def currency(self) -> str:
        """The first currency that a row names."""
        named = np.flatnonzero(self.table.filled("Payout currency"))
        rows = self.table.table_of(named[:1]).rows
        return self.figures.currency(rows[0], "Payout currency") if rows else ""

    @cached_property
    def orders(self) -> OrderColumns:
        """The rows and their orders."""
        present = [name for name in self.components if name in self.table.columns]
        gross, _, has_gross = amounts_of(self.table, GROSS_AMOUNT, self.figures.mark)
        money = column_amounts(self.table, (*present, NET_AMOUNT), self.figures.mark)
        foreign = self.table.by(
            [name for name in ("Payout currency", "Transaction currency") if name in self.table.columns],
            lambda row: amounts_in(row, self.figures, {}).is_foreign_by_name,
        ).spread(bool, bool)
        return OrderColumns(
            self.table,
            money,
            self.components,
            is_order=self._events.spread(lambda event: event is Event.SALE, bool),
            is_foreign=self.comparable & foreign & money.filled[-1],
            gross=gross,
            has_gross=has_gross,
        )

    @cached_property
    def _events(self) -> Coded[Event]:
        return self.table.by(("Type",), lambda row: meaning(in_english(row.cells["Type"]), "").event)

    @cached_property
    def comparable(self) -> np.ndarray:
        """Which rows have a gross amount and parts that are about the same as their net amount."""
        return self._events.spread(lambda event: event in OF_ITEMS, bool)

    def lines(self) -> ColumnLines:
        """Return the lines.

        Raises:
            DamagedIdError: If a spreadsheet program rounded the id of a payout.
            BadCellError: If a net amount is in no currency.
        """
        payouts = self.table.stripped(PAYOUT)
        if any(map(is_damaged, payouts.values)):
            raise DamagedIdError(Place(self.table.file, 0, PAYOUT), "")
        orders = self.orders
        if (orders.has_net & ~self.table.filled("Payout currency")).any():
            raise BadCellError(Place(self.table.file, 0, "Payout currency"), "", "a currency")
        money = _with_left(orders)
        currency = self.table.by(("Payout currency",), lambda row: self.figures.currency(row, "Payout currency"))
        lines = ColumnLines(
            table=self.table,
            declaration=DECLARATION,
            shapes=self._shapes(money),
            amounts=money.millionths,
            places=orders.places,
            moments=moments_of(self.table, DECLARATION.moments, day_first=self.figures.day_first),
            settlements=Coded(payouts.codes[orders.whole_of], payouts.values),
            currencies=_named(currency, self.currency, orders.whole_of),
        )
        by_hand = np.flatnonzero(orders.by_hand)
        return self._with_rows_by_hand(lines, by_hand) if len(by_hand) else lines

    def _shapes(self, money: ColumnAmounts) -> Coded[Shape]:
        """Return what each row is, by its words and by what it is to its order; of those by hand this is not known."""
        codes, found = np.zeros(len(self.table), np.int64), list[Shape]()
        for role in (Role.ALONE, Role.ITEM, Role.WHOLE, Role.IN_PART):
            rows = np.flatnonzero(self.orders.role == role)
            if len(rows):
                line = partial(self.line, role=role)
                shapes = shapes_of(self.table.only(rows), DECLARATION, money.only(rows), line)
                codes[rows] = shapes.codes.astype(np.int64) + len(found)
                found += shapes.values
        return Coded(codes, found)

    @cached_property
    def _written(self) -> dict[str, str]:
        """The components that any row has an amount of; the others say nothing of any."""
        return {
            name: column
            for name, column in self.components.items()
            if name in self.table.columns and self.table.filled(name).any()
        }

    def _with_rows_by_hand(self, lines: ColumnLines, by_hand: np.ndarray) -> ColumnLines:
        """Return the lines with those that are put together row by row; their amounts stand in further columns."""
        rows = self.table.rows(by_hand, numbered=False)
        amounts = rows_with_net_amounts([amounts_in(row, self.figures, self._written) for row in rows], self.currency)
        own = [line_of(row, self.figures, one) for row, one in zip(rows, amounts, strict=True)]
        words = dict.fromkeys((one.word, one.column) for line in own for one in line.typed)
        kinds: list[_Kind] = [*AMOUNT_COLUMNS, *words]
        further = _by_kind(own, kinds, by_hand, len(lines))
        widened = [_widened(shape, len(kinds)) for shape in lines.shapes.values]
        numbers: dict[Shape, int] = {}
        told = [numbers.setdefault(_shape_of(line, len(lines.amounts), kinds), len(numbers)) for line in own]
        codes, places = lines.shapes.codes.astype(np.int64), lines.places.copy()
        codes[by_hand] = np.array(told, np.int64) + len(widened)
        places[by_hand] = [max(0, -int(line.amount.as_tuple().exponent)) for line in own]
        return replace(
            lines,
            shapes=Coded(codes, [*widened, *numbers]),
            amounts=(*lines.amounts, *further),
            places=places,
            settlements=_changed(lines.settlements, by_hand, [line.settlement_id for line in own]),
            currencies=_changed(lines.currencies, by_hand, [line.currency for line in own]),
        )

    def doubts(self) -> list[Problem]:
        """Return a warning for each row whose amounts do not fit together."""
        places = np.flatnonzero(self.orders.doubtful(self.comparable))
        table = self.table.table_of(places)
        return doubtful_rows(table, [amounts_in(row, self.figures, self.components) for row in table.rows])


_LEFT = "(what the items leave)"
"""Names beside a report's own columns what the rows of an order's items leave of its net amount."""


def _with_left(orders: OrderColumns) -> ColumnAmounts:
    """Return the components, what items leave of the net amount of their order, and the net amount."""
    money, told = orders.money, np.isin(orders.role, [Role.WHOLE, Role.IN_PART])
    left = np.where(told, orders.remainders, 0)
    return ColumnAmounts(
        money.mark,
        (*money.names[:-1], _LEFT, money.names[-1]),
        (*money.millionths[:-1], left, money.millionths[-1]),
        (*money.places[:-1], orders.places, money.places[-1]),
        (*money.filled[:-1], told, money.filled[-1]),
    )


def _named(plain: Coded[str], default: str, rows: np.ndarray) -> Coded[str]:
    """Return the currency that other rows name for some, or the one of rows that name none."""
    different = list(dict.fromkeys([*plain.values, default]))
    return Coded(plain.spread(lambda name: different.index(name or default), np.int64)[rows], different)


def _changed(texts: Coded[str], rows: np.ndarray, own: Sequence[str]) -> Coded[str]:
    """Return texts with those of some rows exchanged."""
    numbers = {text: number for number, text in enumerate(texts.values)}
    codes = texts.codes.astype(np.int64)
    codes[rows] = [numbers.setdefault(text, len(numbers)) for text in own]
    return Coded(codes, list(numbers))


_Kind = str | tuple[str, str]
"""What a further column holds: an amount column, or the amounts of a word within one."""


def _by_kind(lines: Sequence[FileLine], kinds: Sequence[_Kind], rows: np.ndarray, count: int) -> list[np.ndarray]:
    """Return the further columns: what lines that were put together by hand hold of each kind."""
    number = {kind: at for at, kind in enumerate(kinds)}
    found = [np.zeros(count, np.int64) for _ in kinds]
    for row, line in zip(rows.tolist(), lines, strict=True):
        for column, amount in line.parts:
            found[number[column]][row] += int(amount.scaleb(LINE_PLACES))
        for one in line.typed:
            found[number[one.word, one.column]][row] += int(one.amount.scaleb(LINE_PLACES))
    return found


def _widened(shape: Shape, further: int) -> Shape:
    """Return a shape of a row that stands for itself: it adds nothing of the further columns."""
    none = (0,) * further
    return replace(
        shape,
        parts=tuple((column, (*made_of, *none)) for column, made_of in shape.parts),
        amount=(*shape.amount, *none),
        typed=tuple(replace(one, made_of=(*one.made_of, *none)) for one in shape.typed),
    )


def _shape_of(line: FileLine, stated: int, kinds: Sequence[_Kind]) -> Shape:
    """Return the shape of a row whose amounts were shared out: they stand in the further columns.

    Args:
        line: The row, put together.
        stated: How many columns of amounts the report itself has.
        kinds: What the further columns hold.
    """
    width = stated + len(kinds)
    columns = list(dict.fromkeys(column for column, _ in line.parts))
    own = dict(zip(kinds, _each(width)[stated:], strict=True))
    repeated = [(column, (0,) * width) for column in columns[:1]] * (len(line.parts) - len(columns))
    shares = dict.fromkeys(
        TypedShare(one.word, one.column, one.line_type, own[one.word, one.column]) for one in line.typed
    )
    return Shape(
        line=words_of(line, ("", "", "", "", "", "", "", line.group[-1])),
        parts=(*((column, own[column]) for column in columns), *repeated),
        amount=tuple(int(stated <= at < stated + len(AMOUNT_COLUMNS)) for at in range(width)),
        typed=tuple(shares),
    )


@cache
def _each(width: int) -> list[tuple[int, ...]]:
    """Return for each of so many amounts that a part is made of it alone."""
    return [tuple(int(at == place) for at in range(width)) for place in range(width)]


FORMAT = replace(transaction_report.FORMAT, read=read)
