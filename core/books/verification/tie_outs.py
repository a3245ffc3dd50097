"""Tie-outs: two figures that must be equal, from different ends of the books. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.books.database.frames import rows_of
from core.errors import briefly
from core.facilitator_tax import NO_ORDER, open_tax
from core.frame_columns import TRANSACTION_COLUMNS, records
from core.journal.cogs_entry import COST_TYPES
from core.journal.entry import COGS_KINDS, ZERO, Entry, EntryKind, left_over, posted_amount
from core.line_types import PNL_PARTS, LineType
from core.marketplaces.settlements import tie_out
from core.model import CostSource, Event, Settlement, Severity
from core.money import cents, total
from core.reports.pnl_parts import PARTS, parts
from core.reports.ties import in_sums, line_figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized

    import pandas as pd

    from core.books.entries.stored_entries import EntryRow
    from core.books.settlements.booked_settlement import BookedSettlement

HALF_A_CENT = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class TieOut:
    """Two figures and whether they are equal to the cent."""

    name: str
    left: Decimal
    """What is stored, or one where something that is no figure differs."""
    right: Decimal
    """What is recomputed, or zero."""
    words: str = ""
    """What figures do not say: what is stored and what is recomputed, or why nothing could be compared."""
    is_exact: bool = False
    """Whether parts of a cent count."""
    is_count: bool = False
    """Whether it is how many there are of something that should not be there at all; it is no money."""

    @property
    def ok(self) -> bool:
        """Whether they tie out."""
        return self.left == self.right if self.is_exact else cents(self.left) == cents(self.right)

    @property
    def sentence(self) -> str:
        """What a person reads of it."""
        if self.is_count:
            return f"{self.name}: {self.left:f}."
        return f"{self.name}: {self.words or f'{_digits(self.left)} and {_digits(self.right)} differ'}."


def _digits(amount: Decimal) -> str:
    """Return an amount with its cents, and with parts of a cent where it has any."""
    return f"{amount:,.2f}" if amount == cents(amount) else f"{amount.normalize():,f}"


def count_of(name: str, ties: Sized) -> TieOut:
    """Return how many there are of something that should not be there at all."""
    return TieOut(name, Decimal(len(ties)), ZERO, is_count=True)


def difference(name: str, stored: object, recomputed: object) -> TieOut:
    """Name two values that differ: figures as such, anything else in words."""
    words = f"the books have {_shown(stored)}, recomputed it is {_shown(recomputed)}"
    if isinstance(stored, Decimal) and isinstance(recomputed, Decimal):
        return TieOut(name, stored, recomputed, words, is_exact=True)
    return TieOut(name, Decimal(1), ZERO, words)


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return _digits(value)
    return "nothing" if value is None or value == "" else f"“{briefly(value)}”"


def settlement_tie_outs(
    name: str,
    lines: pd.DataFrame,
    *,
    deposit: Decimal | None,
    currency: str,
    entries: Sequence[Entry],
    costs_known: bool,
    posted: pd.DataFrame | None = None,
) -> list[TieOut]:
    """Return the tie-outs of one settlement: deposit, profit and loss, COGS and journal.

    Args:
        name: How the user calls it.
        lines: Its costed lines.
        deposit: The marketplace's own total; missing where its format has none.
        currency: Its currency: a profit and loss in it needs no rate.
        entries: Its two entries per month, as exported or as they would be.
        costs_known: Whether no cost is missing, so that there is a COGS entry, if only of nothing.
        posted: The lines that its entries are about, where books start lies within it; `None` means all.
    """
    figures, cogs = line_figures(lines, currency), total(in_sums(lines, currency)["cogs"])
    clearing = posted_amount(entries, (EntryKind.SETTLEMENT,), (LineType.CLEARING,))
    ties = [
        TieOut(f"{name}: P&L and settlement", figures.profit_and_loss, figures.net),
        TieOut(f"{name}: P&L cost and COGS", figures.cost, cents(cogs)),
    ]
    if deposit is not None:
        ties.insert(0, TieOut(f"{name}: lines and deposit", figures.net, deposit))
    own_lines = lines if posted is None else posted
    if posted is None or len(posted) or lines.empty:
        booked = in_sums(own_lines, currency)
        ties.append(TieOut(f"{name}: clearing account and settlement", clearing, total(booked["net"])))
        ties += _classes(name, booked, [one for one in entries if one.key.kind is EntryKind.SETTLEMENT])
    if costs_known:
        expected = cents(total(own_lines.loc[own_lines["event"] != Event.PAYOUT, "cogs"]))
        ties.append(TieOut(f"{name}: COGS entry and COGS", posted_amount(entries, COGS_KINDS, COST_TYPES), expected))
    return ties


def _classes(name: str, lines: pd.DataFrame, entries: Sequence[Entry]) -> list[TieOut]:
    """Compare profit and loss and settlement entries class by class: sales, refunds, fees ...; only what differs.

    An entry rounds each of its lines to cents, so that amounts in fractions of a cent may differ by half a cent a line.
    """
    shown = parts(lines)
    booked: dict[str, Decimal] = defaultdict(Decimal)
    rounded: Counter[str] = Counter()
    for line in (line for entry in entries for line in entry.lines if line.type is not LineType.CLEARING):
        booked[PNL_PARTS[line.type].value] -= line.amount
        rounded[PNL_PARTS[line.type].value] += 1
    ties = []
    for part in PARTS:
        exact = total(shown[part])
        allowed = HALF_A_CENT * rounded.total() if exact != cents(exact) else ZERO
        if abs(booked[part] - exact) > allowed:
            ties.append(TieOut(f"{name}: P&L and settlement entry, {part.replace('_', ' ')}", exact, booked[part]))
    return ties


def tax_tie_outs(lines: pd.DataFrame) -> list[TieOut]:
    """Return one tie-out per order whose tax for the marketplace to pay does not come to zero, and their number.

    Args:
        lines: The costed lines of the company.
    """
    rests = open_tax(lines)
    whole = count_of("Facilitator tax: orders that do not come to zero", rests)
    return [
        whole,
        *(
            TieOut(f"{one.store}: facilitator tax of {_of_order(one.order_id)} in {one.currency}", one.rest, ZERO)
            for one in rests
        ),
    ]


def _of_order(order_id: str) -> str:
    return f"a line {order_id}" if order_id.startswith(NO_ORDER) else f"order {order_id}"


def stored_tie_outs(name: str, rows: Sequence[EntryRow], entries: Sequence[Entry]) -> list[TieOut]:
    """Return the tie-outs of what went out against what the books say: whole, and every line type that differs.

    Args:
        name: How the user calls the settlement.
        rows: Its entries as they were stored at export, those that were reversed since left out.
        entries: The same entries, made anew of the locked lines.
    """
    wanted = _by_kind_and_type((str(e.key.kind), str(line.type), line.amount) for e in entries for line in e.lines)
    ties = _by_kind_and_type((str(e.kind), line.memo, line.amount) for e in rows for line in e.lines)
    differing = [
        TieOut(
            f"{name}: Journal, {kind}, line “{words}”", ties.get((kind, words), ZERO), wanted.get((kind, words), ZERO)
        )
        for kind, words in sorted({*ties, *wanted})
    ]
    unbalanced = [
        TieOut(f"{name}: Journal, {one.key}", rest, ZERO) for one in rows for rest in left_over(one.amounts).values()
    ]
    wrong = [one for one in (*differing, *unbalanced) if not one.ok]
    return [count_of(f"{name}: journal lines that differ from the entries", wrong), *wrong]


def _by_kind_and_type(lines: Iterable[tuple[str, str, Decimal]]) -> dict[tuple[str, str], Decimal]:
    """Sum lines up; what Finale posts counts as COGS, for that may have been chosen otherwise since."""
    sums: dict[tuple[str, str], Decimal] = {}
    for kind, words, amount in lines:
        key = (str(EntryKind.COGS) if kind in COGS_KINDS else kind, words)
        sums[key] = sums.get(key, ZERO) + amount
    return sums


_NAMES = tuple(TRANSACTION_COLUMNS)
PLACE = ("order_id", "sku", "raw_type", "raw_description")
_HEADER = (
    *("marketplace", "currency", "total", "sum", "ties_out", "lines"),
    *("period_start", "period_end", "deposit_at", "derived_id"),
)
"""What a settlement's own row says beside its name, as its files do."""


def place_of(line: Mapping[str, Any]) -> str:
    """Name a line by its order and SKU; one without either by the marketplace's words."""
    order, sku = line["order_id"], line["sku"]
    named = [f"order {order}" if order else "", f"SKU {sku}" if sku else ""]
    words = " / ".join(line[name] for name in ("raw_type", "raw_description") if line[name])
    return ", ".join(filter(None, named)) or f"“{words}”"


def header_tie_outs(settlement: BookedSettlement, read: Settlement) -> list[TieOut]:
    """Hold a settlement's own figures against those of its files; only what differs."""
    pairs = [(name, getattr(settlement, name), getattr(read, name)) for name in _HEADER]
    pairs.append(("incomplete", settlement.incomplete or "", read.incomplete))
    return [
        *(difference(f"{settlement.name}: {_label(name)}", *two) for name, *two in pairs if two[0] != two[1]),
        *file_errors(settlement.name, read),
    ]


def file_errors(name: str, read: Settlement) -> list[TieOut]:
    """Return what a settlement's files say against themselves: a row whose parts do not sum to its own total.

    Where the format states no total of the settlement, nothing else would show it. That the lines do not sum to a
    stated total is told by `settlement_tie_outs`.

    Args:
        name: How the user calls the settlement.
        read: What its files say.
    """
    of_the_sum = {
        one.message for one in tie_out.total_problem(read.settlement_id, read.total, read.sum, read.currency, "")
    }
    wrong = [one for one in read.problems if one.severity is Severity.ERROR and one.message not in of_the_sum]
    return [TieOut(f"{name}: {one.where}", Decimal(1), ZERO, one.message.removesuffix(".")) for one in wrong]


def line_tie_outs(name: str, stored: pd.DataFrame, read: pd.DataFrame) -> list[TieOut]:
    """Hold each stored line against the files, by its key: whole, and every field that differs.

    Args:
        name: How the user calls the settlement.
        stored: Its lines as they are stored (TRANSACTION_COLUMNS), no choice of the user applied.
        read: The same as the files are read now, with keys and store.
    """
    books, files = ({row[0]: row for row in rows_of(one, _NAMES)} for one in (stored, read))
    differ = [key for key, row in files.items() if key in books and books[key] != row]
    ties = [one for key in differ for one in _fields(name, _line(books[key]), _line(files[key]))]
    ties += [_only(name, _line(files[key]), "is in the file and not in the books") for key in files if key not in books]
    ties += [_only(name, _line(books[key]), "is in the books and in no file") for key in books if key not in files]
    return [count_of(f"{name}: lines that differ from the kept files", ties), *ties]


def _line(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(_NAMES, row, strict=True))


def _fields(name: str, stored: Mapping[str, Any], read: Mapping[str, Any]) -> Iterator[TieOut]:
    for field in _NAMES:
        if stored[field] != read[field]:
            yield difference(f"{name}, {place_of(read)}: {_label(field)}", stored[field], read[field])


def _only(name: str, line: Mapping[str, Any], where: str) -> TieOut:
    return TieOut(
        f"{name}, {place_of(line)}: line {line['key']}",
        Decimal(1),
        Decimal(0),
        words=f"the line of {line['net']:f} {line['currency']} {where}",
    )


def _label(field: str) -> str:
    return field.replace("_", " ")


def lock_tie_outs(
    name: str,
    lines: pd.DataFrame,
    locked: Sequence[Mapping[str, Any]],
    saved: Mapping[str, Sequence[Mapping[str, Any]]],
    batch: int,
) -> list[TieOut]:
    """Compare a lock's figures with each other, and with the answers that they were made of; only what differs.

    Args:
        name: How the user calls the settlement.
        lines: Its lines (TRANSACTION_COLUMNS).
        locked: What was locked of them (COSTED_COLUMNS).
        saved: Every version of the saved answers, by line key, the oldest first.
        batch: In which it was made: what was answered since, because the words of a line were said, is a true-up.
    """
    places = {row["key"]: place_of(row) for row in records(lines, ["key", *PLACE])}
    ties = []
    for row in locked:
        place = f"{name}, {places.get(row['key'], row['key'])}: locked"
        if None not in (row["unit_cost"], row["cost_quantity"], row["cogs"]):
            cogs = row["unit_cost"] * row["cost_quantity"]
            ties.append(TieOut(f"{place} COGS", row["cogs"], cogs, is_exact=True))
        ties += _answers(place, row, [one for one in saved.get(row["key"], ()) if one["batch"] < batch])
    return [one for one in ties if not one.ok]


_OF_AN_ANSWER = (CostSource.ENTERED, CostSource.ACCEPTED_AVERAGE)


def _answers(place: str, locked: Mapping[str, Any], saved: Sequence[Mapping[str, Any]]) -> Iterator[TieOut]:
    """What a line was locked with is the newest answer of before, and what that says is what was locked."""
    newest = saved[-1] if saved else None
    version = newest["version"] if newest else 0
    if version != (locked["version"] or 0):
        yield difference(f"{place} version of the saved answer", locked["version"] or 0, version)
        return
    if newest is None or locked["cost_source"] not in _OF_AN_ANSWER:
        return
    answer_cost = newest["unit_cost"] or Decimal(0)
    if answer_cost != (locked["unit_cost"] or Decimal(0)):
        yield difference(f"{place} unit cost and the saved answer", locked["unit_cost"] or Decimal(0), answer_cost)
