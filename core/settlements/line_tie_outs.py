"""Stored lines against what their kept files say when they are read anew, and locks against what was saved. Pure.

Sums alone cannot see a line of 6 units for 3, a refund that is stored as an adjustment, or a fee that stands among the
sales: the settlement's total stays the same. So each stored line is compared with its file, field by field.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.database.frames import rows_of
from core.model import TRANSACTION_COLUMNS, CostSource, records
from core.settlements.tie_outs import TieOut, difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from core.database.settlements import BookedSettlement
    from core.model import Settlement

_NAMES = tuple(TRANSACTION_COLUMNS)
_PLACE = ("order_id", "sku", "raw_type", "raw_description")
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
    return [difference(f"{settlement.name}: {_label(name)}", *two) for name, *two in pairs if two[0] != two[1]]


def line_tie_outs(name: str, stored: pd.DataFrame, read: pd.DataFrame) -> list[TieOut]:
    """Hold each stored line against the files, by its key: whole, and every field that differs.

    Args:
        name: How the user calls the settlement.
        stored: Its lines as they are stored (TRANSACTION_COLUMNS), no choice of the user applied.
        read: The same as the files are read now, with keys and store.
    """
    books, files = ({row[0]: row for row in rows_of(one, _NAMES)} for one in (stored, read))
    differ = [key for key, row in files.items() if key in books and books[key] != row]
    found = [one for key in differ for one in _fields(name, _line(books[key]), _line(files[key]))]
    found += [
        _only(name, _line(files[key]), "is in the file and not in the books") for key in files if key not in books
    ]
    found += [_only(name, _line(books[key]), "is in the books and in no file") for key in books if key not in files]
    return [TieOut(f"{name}: lines that differ from the kept files", Decimal(len(found)), Decimal(0)), *found]


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
        batch: In which it was made: a line that had no answer then may have got one since, as a true-up.
    """
    places = {row["key"]: place_of(row) for row in records(lines[["key", *_PLACE]])}
    found = []
    for row in locked:
        place = f"{name}, {places.get(row['key'], row['key'])}: locked"
        if None not in (row["unit_cost"], row["cost_quantity"], row["cogs"]):
            cogs = row["unit_cost"] * row["cost_quantity"]
            found.append(TieOut(f"{place} COGS", row["cogs"], cogs, is_exact=True))
        said = saved.get(row["key"], ())
        found += _answers(place, row, said if row["version"] else [one for one in said if one["batch"] < batch])
    return [one for one in found if not one.ok]


_OF_AN_ANSWER = (CostSource.ENTERED, CostSource.ACCEPTED_AVERAGE)


def _answers(place: str, locked: Mapping[str, Any], saved: Sequence[Mapping[str, Any]]) -> Iterator[TieOut]:
    """A locked line's answer cannot change: it is the newest, and what it says is what was locked."""
    newest = saved[-1] if saved else None
    version = newest["version"] if newest else 0
    if version != (locked["version"] or 0):
        yield difference(f"{place} version of the saved answer", locked["version"] or 0, version)
        return
    if newest is None or locked["cost_source"] not in _OF_AN_ANSWER:
        return
    said = newest["unit_cost"] or Decimal(0)
    if said != (locked["unit_cost"] or Decimal(0)):
        yield difference(f"{place} unit cost and the saved answer", locked["unit_cost"] or Decimal(0), said)
