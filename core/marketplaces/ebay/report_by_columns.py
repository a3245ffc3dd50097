"""eBay transaction report, by columns: the declaration of what `transaction_report` reads row by row.

Rows that stand for themselves are read by columns. Orders of several items, whose net amount stands in a row of its
own, and sales in another currency than the payout's are shared out over their rows one by one
(`core.marketplaces.ebay.roll_ups`); what comes of it stands in ten further columns of amounts, by amount column.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from core.frame_columns import AMOUNT_COLUMNS
from core.marketplaces.column_figures import amounts_of, moments_of, money_of
from core.marketplaces.column_lines import POSTED, WORDS, ColumnLines, Declaration, Shape, TypedShare, shapes_of
from core.marketplaces.column_payouts import headers_of_payouts, pending_note
from core.marketplaces.column_reading import (
    ColumnFindings,
    by_columns_or_rows,
    day_first_of,
    notes_on_damaged,
    notes_on_undeclared,
    reading_of,
    undeclared_amounts,
)
from core.marketplaces.column_transactions import units_of_rows
from core.marketplaces.damaged_ids import is_damaged
from core.marketplaces.ebay import transaction_report
from core.marketplaces.ebay.report_columns import COMPONENTS, GROSS, VAT_RATE, in_english
from core.marketplaces.ebay.roll_ups import doubtful_rows, open_sums, shared_out
from core.marketplaces.ebay.transaction_report import WITH_PARTS, amounts_in, line_of, odd_rates
from core.marketplaces.ebay.words import meaning
from core.marketplaces.errors import BadCellError, DamagedIdError
from core.marketplaces.figures import Figures, proved, read_in_its_notation
from core.marketplaces.places import Place
from core.marketplaces.reading.columns import Coded
from core.marketplaces.reading.tables import Kind
from core.model import Event
from core.money import LINE_PLACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.column_figures import Money
    from core.marketplaces.ebay.roll_ups import Amounts
    from core.marketplaces.lines import Line
    from core.marketplaces.reading.columns import ColumnTable
    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.tables import Row
    from core.model import Problem, Reading

DECLARATION = Declaration(
    words=("Type", "Description", "Quantity", VAT_RATE),
    filled=("Item ID", "Custom label"),
    amounts=(*COMPONENTS, "Net amount"),
    posted=("Transaction creation date",),
    group=(
        *("Type", "Order number", "Transaction ID", "Item ID", "Custom label", POSTED),
        *("Reference ID", WORDS),
    ),
    fields={"order_id": "Order number", "order_item_id": ("Transaction ID", "Item ID"), "sku": "Custom label"},
    raw_type="Type",
    verbatim=frozenset({"Custom label"}),
    plain_key=True,
    total="Net amount",
    by_state=True,
)


def read(contents: Contents) -> Reading:
    """Read an eBay transaction report; see `core.marketplaces.read`."""
    return by_columns_or_rows(contents, transaction_report.FORMAT, _build)


def _build(table: ColumnTable) -> Reading:
    slashes = day_first_of(table)
    return read_in_its_notation(table, table.declared(Kind.AMOUNT), partial(_read, table, day_first=slashes))


def _read(table: ColumnTable, mark: str, *, day_first: bool) -> Reading:
    figures = Figures(table, mark, day_first=day_first)
    counted = _counted(table, figures)
    report = _Report(table, figures, COMPONENTS | dict.fromkeys(counted, "other"))
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
                *notes_on_damaged(table, ("Order number", "Item ID", "Transaction ID", "Custom label")),
            ),
            units=units_of_rows,
        )
    )


def _counted(table: ColumnTable, figures: Figures) -> tuple[str, ...]:
    """Return the undeclared columns that the rows' own sums prove to be money."""
    amounts = undeclared_amounts(table, figures.mark)
    if not amounts:
        return ()
    every = table.rows(np.arange(len(table)), numbered=False)
    stated = [amounts_in(row, figures, COMPONENTS) for row in every]
    exact = {name: [figures.amount(row, name) or Decimal(0) for row in every] for name in amounts}
    return proved(*open_sums(stated, exact))


def _odd_rates(lines: ColumnLines) -> list[Problem]:
    """Return a warning for each different VAT rate that cannot be read."""
    unread = lines.told(lambda line: line.tax_rate is None, bool) & lines.table.filled(VAT_RATE)
    rows = np.flatnonzero(unread)
    own = [lines.shapes.values[code].line for code in lines.shapes.codes[rows]]
    return odd_rates(lines.table.table_of(rows), own)


@dataclass(frozen=True, eq=False)
class _Report:
    """A report whose notation and components are known."""

    table: ColumnTable
    figures: Figures
    components: dict[str, str]

    def line(self, row: Row) -> Line:
        """Return a row that stands for itself."""
        (amounts,) = shared_out([amounts_in(row, self.figures, self.components)], self.currency)
        return line_of(row, self.figures, amounts, self.components)

    @property
    def currency(self) -> str:
        """The first currency that a row names."""
        named = np.flatnonzero(self.table.filled("Payout currency"))
        rows = self.table.table_of(named[:1]).rows
        return self.figures.currency(rows[0], "Payout currency") if rows else ""

    def lines(self) -> ColumnLines:
        """Return the lines, those of orders that must be shared out too.

        Raises:
            DamagedIdError: If a spreadsheet program rounded the id of a payout.
            BadCellError: If a net amount is in no currency.
        """
        payouts = self.table.stripped("Payout ID")
        if any(map(is_damaged, payouts.values)):
            raise DamagedIdError(Place(self.table.file, 0, "Payout ID"), "")
        present = [name for name in self.components if name in self.table.columns]
        money = money_of(self.table, (*present, "Net amount"), self.figures.mark)
        amounts_of(self.table, "Gross transaction amount", self.figures.mark)
        if (money.filled[-1] & ~self.table.filled("Payout currency")).any():
            raise BadCellError(Place(self.table.file, 0, "Payout currency"), "", "a currency")
        shared = self.shared
        alone = np.flatnonzero(~shared)
        shapes = shapes_of(self.table.only(alone), DECLARATION, money.only(alone), self.line)
        return self._together(money, shapes, alone, np.flatnonzero(shared))

    def _events(self) -> Coded[Event]:
        return self.table.by(("Type",), lambda row: meaning(in_english(row.cells["Type"]), "").event)

    @cached_property
    def _written(self) -> dict[str, str]:
        """The components that any row has an amount of; the others say nothing of any."""
        return {
            name: column
            for name, column in self.components.items()
            if name in self.table.columns and self.table.filled(name).any()
        }

    @cached_property
    def _stated(self) -> dict[int, Amounts]:
        """What the rows say about money whose amounts are shared out, by their place."""
        shared = np.flatnonzero(self.shared)
        rows = self.table.rows(shared, numbered=False)
        return {
            place: amounts_in(row, self.figures, self._written)
            for place, row in zip(shared.tolist(), rows, strict=True)
        }

    @cached_property
    def shared(self) -> np.ndarray:
        """Which rows are part of an order of several, or in another currency than their net amount."""
        present = [name for name in self.components if name in self.table.columns]
        return self._shared_rows(money_of(self.table, (*present, "Net amount"), self.figures.mark))

    def _shared_rows(self, money: Money) -> np.ndarray:
        """Tell which rows are part of an order of several, or in another currency than their net amount."""
        events = self._events()
        order = events.spread(lambda event: event is Event.SALE, bool)
        item, net = self.table.filled("Item ID"), money.filled[-1]
        comparable = events.spread(lambda event: event in WITH_PARTS, bool)
        foreign = self.table.by(
            [name for name in ("Payout currency", "Transaction currency") if name in self.table.columns],
            lambda row: amounts_in(row, self.figures, {}).is_foreign_by_name,
        ).spread(bool, bool)
        return np.asarray((order & (item != net)) | (comparable & foreign))

    def _together(self, money: Money, shapes: Coded[Shape], alone: np.ndarray, shared: np.ndarray) -> ColumnLines:
        """Return all lines; what was shared out stands in further columns of amounts."""
        rows = self.table.rows(shared, numbered=False)
        amounts = shared_out(list(self._stated.values()), self.currency)
        pairs = zip(rows, amounts, strict=True)
        own = [line_of(row, self.figures, one, self._written) for row, one in pairs]
        further = [np.zeros(len(self.table), np.int64) for _ in AMOUNT_COLUMNS]
        for row, line in zip(shared.tolist(), own, strict=True):
            for column, amount in line.parts:
                further[AMOUNT_COLUMNS.index(column)][row] += int(amount.scaleb(LINE_PLACES))
        widened = [_widened(shape) for shape in shapes.values]
        numbers: dict[Shape, int] = {}
        told = [numbers.setdefault(_shape_of(line, money.names), len(numbers)) for line in own]
        codes = np.empty(len(self.table), np.int64)
        codes[alone], codes[shared] = shapes.codes, np.array(told, np.int64) + len(widened)
        places = money.places[-1].copy()
        places[shared] = [max(0, -int(line.amount.as_tuple().exponent)) for line in own]
        return ColumnLines(
            table=self.table,
            declaration=DECLARATION,
            shapes=Coded(codes, [*widened, *numbers]),
            amounts=(*money.millionths, *further),
            places=places,
            posted=moments_of(self.table, DECLARATION.posted, day_first=self.figures.day_first),
            settlements=self._settlements(shared, amounts),
            currencies=self._currencies(shared, own),
        )

    def _settlements(self, shared: np.ndarray, amounts: Sequence[Amounts]) -> Coded[str]:
        """Return the payout of each row: an item's may be said by its order's row alone."""
        plain = self.table.stripped("Payout ID")
        numbers = {name: number for number, name in enumerate(plain.values)}
        codes = plain.codes.astype(np.int64)
        codes[shared] = [numbers.setdefault(one.payout_id, len(numbers)) for one in amounts]
        return Coded(codes, list(numbers))

    def _currencies(self, shared: np.ndarray, lines: Sequence[Line]) -> Coded[str]:
        plain = self.table.by(("Payout currency",), lambda row: self.figures.currency(row, "Payout currency"))
        different = list(dict.fromkeys([*plain.values, self.currency, *(line.currency for line in lines)]))
        codes = plain.spread(lambda name: different.index(name or self.currency), np.int64)
        codes[shared] = [different.index(line.currency) for line in lines]
        return Coded(codes, different)

    def doubts(self) -> list[Problem]:
        """Return a warning for each row whose amounts do not fit together."""
        present = [name for name in self.components if name in self.table.columns]
        fees = [name for name in present if self.components[name] not in GROSS]
        mark = self.figures.mark
        money = money_of(self.table, (*present, "Net amount"), mark)
        gross, _, filled = amounts_of(self.table, "Gross transaction amount", mark)
        taken = sum((amounts_of(self.table, name, mark)[0] for name in fees), np.zeros(len(self.table), np.int64))
        comparable = self._events().spread(lambda event: event in WITH_PARTS, bool)
        doubtful = comparable & money.filled[-1] & filled & (gross + taken != money.millionths[-1])
        places = np.flatnonzero(doubtful | self.shared)
        table, stated = self.table.table_of(places), self._stated
        pairs = zip(places.tolist(), table.rows, strict=True)
        return doubtful_rows(
            table, [stated.get(place) or amounts_in(row, self.figures, self.components) for place, row in pairs]
        )


def _widened(shape: Shape) -> Shape:
    """Return a shape of a row that stands for itself: it adds nothing of the further columns."""
    none = (0,) * len(AMOUNT_COLUMNS)
    return replace(
        shape,
        parts=tuple((column, (*made_of, *none)) for column, made_of in shape.parts),
        amount=(*shape.amount, *none),
        typed=tuple(replace(one, made_of=(*one.made_of, *none)) for one in shape.typed),
    )


def _shape_of(line: Line, names: Sequence[str]) -> Shape:
    """Return the shape of a row whose amounts were shared out: they stand in the further columns."""
    width = len(names) + len(AMOUNT_COLUMNS)
    columns = list(dict.fromkeys(column for column, _ in line.parts))
    own = dict(zip(AMOUNT_COLUMNS, _each(width)[len(names) :], strict=True))
    repeated = [(column, (0,) * width) for column in columns[:1]] * (len(line.parts) - len(columns))
    stated = dict(zip(names, _each(width), strict=False)) if line.event in WITH_PARTS else {}
    shares = dict.fromkeys(
        TypedShare(one.word, one.column, one.line_type, stated.get(one.word, own[one.column])) for one in line.typed
    )
    return Shape(
        line=_without_its_own(line),
        parts=(*((column, own[column]) for column in columns), *repeated),
        amount=(0,) * len(names) + (1,) * len(AMOUNT_COLUMNS),
        typed=tuple(shares),
    )


@cache
def _each(width: int) -> list[tuple[int, ...]]:
    """Return for each of so many amounts that a part is made of it alone."""
    return [tuple(int(at == place) for at in range(width)) for place in range(width)]


def _without_its_own(line: Line) -> Line:
    """Return a line with nothing but what its words say, so that rows of the same words have the same shape."""
    parts = tuple((column, Decimal(0)) for column, _ in line.parts)
    group = ("", "", "", "", "", "", "", line.group[-1])
    plain = line._replace(number=0, settlement_id="", group=group, content=(), parts=parts, amount=Decimal(0))
    own = plain._replace(currency="", posted_at=None, order_id="", order_item_id="", sku="", raw_type="")
    return own._replace(typed=tuple(one._replace(amount=Decimal(0)) for one in line.typed))


FORMAT = replace(transaction_report.FORMAT, read=read)
