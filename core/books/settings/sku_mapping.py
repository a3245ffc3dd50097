"""Which products each SKU of the books stands for: what the inventory system says, and what the user typed beside it.

A kit stands for several products. On the sheet and in what is typed they are joined by ` + `, and so are their units:
`CUP + BOWL` and `2 + 1`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, bindparam, func, select, tuple_, update

from core.books import batches
from core.books.batches import BatchKind
from core.books.database import Connection, Database, frames, tables
from core.books.database.repeating import repeated
from core.books.database.state import note_statements
from core.books.settlements import settlement_lines
from core.books.syncing.stored_observations import FactCounts
from core.errors import CogsheetError, briefly
from core.finale.observations import NO_SUCH_PRODUCT
from core.finale.product_of_sku import rule_and_nearest
from core.frame_columns import FLAG, MAPPING_COLUMNS, MOMENT, TEXT, WHOLE, Columns, conform, frame, records
from core.model import Cause, ObservationKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

SKU_MAPPING_COLUMNS: Columns = {
    "sku": TEXT,
    "description": TEXT,
    "product": TEXT,  # what the inventory system itself says; a kit's products joined
    "units": TEXT,  # units of the product in one of the SKU, in the order of the products
    "rule": TEXT,  # how the inventory system found it
    "nearest": TEXT,  # products that an unknown SKU may mean; never applied by themselves
    "own_product": TEXT,  # what the user typed
    "own_units": TEXT,
    "used": TEXT,  # which of the two costing uses
}
"""One row per SKU, as sheet SKU mapping shows it."""
BETWEEN = " + "
THEIRS, OWN, OWN_UNKNOWN = "Finale's", "yours", "yours, but Finale has no such product"
_FIRST = (Cause.SKU_NOT_MAPPED, OWN_UNKNOWN)
"""What needs the user stands first."""
_SAME_NAME = "product id"
"""The rule of a SKU that is a product's own id."""


_MOST_UNITS = 10**6
"""Of a product in one of a SKU: what they cost together stays below what books hold."""


class MappingTypedError(CogsheetError):
    """What was typed on sheet SKU mapping names no product, or no units."""

    def __init__(self, sku: str, problem: str) -> None:
        super().__init__(
            f"Sheet SKU mapping, SKU {briefly(sku)}: {problem} Write one product and its units (CUP and 6), or a kit's "
            f"products and units in the same order (CUP + BOWL and 2 + 1). Nothing on the sheet was stored; correct it "
            f"and try again."
        )


@dataclass(frozen=True, slots=True)
class TypedMapping:
    """One row of the sheet as it was edited; both texts empty: the typed mapping is taken away."""

    sku: str
    product: str
    units: str
    theirs: str = ""
    """What the inventory system says: the product that units without a product are of."""


def sku_mapping(skus: Iterable[str], origins: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """Return what every SKU of the books stands for (SKU_MAPPING_COLUMNS), those without a product first.

    A SKU that nobody was asked about yet is left out until a sync has, so that those without a product come first; and
    so is one that is in no settlement and is simply the name of a product (the rest of the catalogue).

    Args:
        skus: Those of the books' lines.
        origins: The newest answers of either origin (`core.books.settings.sku_mapping.origins`).
        observations: OBSERVATION_COLUMNS in force.
    """
    sold = set(skus)
    theirs, own = (_by_sku(origins, typed_in=typed_in) for typed_in in (False, True))
    own = {sku: parts for sku, parts in own.items() if parts[0]["product_id"] is not None}
    shown = own.keys() | {sku for sku, parts in theirs.items() if sku in sold or parts[0]["rule"] != _SAME_NAME}
    averages = observations[observations["kind"] == ObservationKind.AVERAGE]
    absent = set(averages.loc[averages["raw"] == NO_SUCH_PRODUCT, "product_id"])
    rows = [_row(sku, theirs.get(sku, []), own.get(sku, []), absent) for sku in shown]
    rank = {words: number for number, words in enumerate(_FIRST)}
    rows.sort(key=lambda row: (rank.get(str(row["used"]), len(rank)), row["sku"]))
    return frame(SKU_MAPPING_COLUMNS, rows)


Parts = list[dict[str, object]]


def _by_sku(origins: pd.DataFrame, *, typed_in: bool) -> dict[str, Parts]:
    by_sku: dict[str, Parts] = {}
    for row in records(origins[origins["typed_in"] == typed_in]):
        by_sku.setdefault(row["sku"], []).append(row)
    return by_sku


def _row(sku: str, theirs: Parts, own: Parts, absent: set[str]) -> dict[str, object]:
    rule, nearest = rule_and_nearest(str(theirs[0]["rule"] or "") if theirs else None)
    product, units = _joined(theirs)
    own_product, own_units = _joined(own)
    described = [part["description"] for part in (*own, *theirs) if part["description"] is not None]
    return {
        "sku": sku,
        "description": described[0] if described else None,
        "product": product or None,
        "units": units or None,
        "rule": rule or None,
        "nearest": nearest or None,
        "own_product": own_product or None,
        "own_units": own_units or None,
        "used": _used(own, absent, has_product=bool(product)),
    }


def _joined(parts: Parts) -> tuple[str, str]:
    named = [part for part in parts if part["product_id"] is not None]
    return BETWEEN.join(str(part["product_id"]) for part in named), BETWEEN.join(str(part["units"]) for part in named)


def _used(own: Parts, absent: set[str], *, has_product: bool) -> str:
    if own:
        return OWN_UNKNOWN if any(part["product_id"] in absent for part in own) else OWN
    if has_product:
        return THEIRS
    return Cause.SKU_NOT_MAPPED


def typed_parts(edit: TypedMapping) -> list[tuple[str, int]]:
    """Return the products and units that a row names; none where it was emptied.

    Examples:
        >>> typed_parts(TypedMapping("SET", "CUP + BOWL", "2 + 1"))
        [('CUP', 2), ('BOWL', 1)]

    Raises:
        MappingTypedError: If they are not a product and units each.
    """
    text, units_text = edit.product.strip(), edit.units.strip()
    if not text and not units_text:
        return []
    if not edit.sku:
        raise MappingTypedError("(none)", "the row names no SKU.")
    products = [part.strip() for part in (text or edit.theirs).split(BETWEEN)]
    units = [part.strip() for part in units_text.split("+")] if units_text else ["1"] * len(products)
    if not all(products):
        raise MappingTypedError(edit.sku, f"“{briefly(units_text)}” units of no product.")
    if len(units) != len(products):
        raise MappingTypedError(edit.sku, f"{len(products)} products, but units for {len(units)}.")
    if len(set(products)) < len(products):
        raise MappingTypedError(edit.sku, f"“{briefly(text)}” names a product twice.")
    return [(product, _whole(edit.sku, each)) for product, each in zip(products, units, strict=True)]


def _whole(sku: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not text.strip("0"):
        raise MappingTypedError(sku, f"“{briefly(text)}” is not a whole number of units.")
    if len(text.lstrip("0")) > len(str(_MOST_UNITS)) or int(text) > _MOST_UNITS:
        raise MappingTypedError(sku, f"“{briefly(text)}” is more than {_MOST_UNITS:,} units.")
    return int(text)


def _in_words(parts: Sequence[tuple[str, int]]) -> str:
    return BETWEEN.join(f"{units} x {product}" for product, units in parts) or "as Finale says"


def _rows(
    sku: str, parts: Sequence[tuple[str, int]], descriptions: Mapping[str, str], now: datetime
) -> list[dict[str, object]]:
    answer: dict[str, object] = {"sku": sku, "rule": TYPED_IN, "fetched_at": now}
    named = [
        {**answer, "product_id": product, "units": units, "description": descriptions.get(product)}
        for product, units in parts
    ]
    return named or [answer]


TYPED_IN = "typed in"
"""The rule of a mapping that a person has entered."""
SAID_OTHERWISE = "skus said otherwise"
"""What is told (`core.books.database.state.note_statements`) of SKUs that stand for another product than before."""
HISTORY_COLUMNS: Columns = {**MAPPING_COLUMNS, "typed_in": FLAG, "answer": WHOLE, "seen_at": MOMENT, "batch": WHOLE}
"""Every mapping ever stored; the rows of one SKU with the same `answer` belong together."""
_SAYS = ("product_id", "units", "description", "rule")


def _keys(rows: pd.DataFrame) -> list[tuple[str, bool]]:
    """Return SKU and whether a person typed it in, for every row."""
    return list(zip(rows["sku"], rows["typed_in"], strict=True))


def _answers(rows: pd.DataFrame) -> dict[tuple[str, bool], set[tuple[Any, ...]]]:
    """Return what is said about every SKU; the order of a kit's products says nothing."""
    answers: dict[tuple[str, bool], set[tuple[Any, ...]]] = {}
    for key, says in zip(_keys(rows), frames.rows_of(rows, _SAYS), strict=True):
        answers.setdefault(key, set()).add(says)
    return answers


@repeated
def change_mappings(database: Database, edits: Sequence[TypedMapping], *, who: str, now: datetime) -> None:
    """Store what was typed on the sheet as one batch; a row that was emptied takes the typed mapping away.

    Raises:
        MappingTypedError: If a row names no product or units; nothing is stored then.
    """
    if not edits:
        return
    typed = [(edit, typed_parts(edit)) for edit in edits]
    with database.writing() as connection:
        exact, descriptions, before = _exact_skus(connection), _descriptions(connection), _typed_before(connection)
        named = [(exact.get(edit.sku, edit.sku), parts) for edit, parts in typed]
        new = [(sku, parts) for sku, parts in named if sorted(parts) != sorted(before.get(sku, []))]
        if not new:
            return  # taken over already; the sheet has not been filled since
        rows = [row for sku, parts in new for row in _rows(sku, parts, descriptions, now)]
        note = "SKU mapping: " + ", ".join(f"{sku} = {_in_words(parts)}" for sku, parts in new)
        add(
            connection,
            frame(MAPPING_COLUMNS, rows),
            batches.new(connection, BatchKind.SETUP, who, now, note=note),
            now,
        )


def _exact_skus(connection: Connection) -> dict[str, str]:
    """Return the SKUs of the books by their text without blanks around it, as cells give it."""
    known = {*origins(connection)["sku"], *settlement_lines.stored_transactions(connection)["sku"].dropna()}
    return {sku.strip(): sku for sku in sorted(known, reverse=True)}


def _typed_before(connection: Connection) -> dict[str, list[tuple[str, int]]]:
    by_sku = _by_sku(origins(connection), typed_in=True)
    return {
        sku: [(str(part["product_id"]), int(str(part["units"]))) for part in parts if part["product_id"] is not None]
        for sku, parts in by_sku.items()
    }


def _descriptions(connection: Connection) -> dict[str, str]:
    """Return what each product is called, as far as a SKU that stands for it alone has told."""
    known = latest(connection).dropna(subset=["product_id", "description"])
    alone = known[~known["sku"].duplicated(keep=False)]
    return dict(zip(alone["product_id"], alone["description"], strict=True))


def add(connection: Connection, answers: pd.DataFrame, batch: int, now: datetime) -> FactCounts:
    """Store what was found; counts are of SKUs.

    Args:
        connection: Of `Database.writing`.
        answers: MAPPING_COLUMNS; all rows of a SKU are one answer.
        batch: The number of the batch it belongs to.
        now: Stands in where a row does not say when it was fetched.
    """
    rows = conform(MAPPING_COLUMNS, answers).dropna(subset=["sku"]).reset_index(drop=True)
    rows["fetched_at"] = rows["fetched_at"].fillna(pd.Timestamp(now))
    rows["seen_at"] = rows["fetched_at"]
    rows["typed_in"] = rows["rule"].eq(TYPED_IN).fillna(value=False)
    known = _newest_of(connection, rows["sku"])
    before, told = _answers(known), _answers(rows)
    unchanged = {key for key, answer in told.items() if before.get(key) == answer}
    again = pd.Series([key in unchanged for key in _keys(rows)], dtype=bool)
    _move_seen_at(connection, known, rows[again])
    _insert(connection, known, rows[~again], batch)
    others = set(rows.loc[~again, "sku"])
    note_statements(connection, {"skus": others - set(known["sku"]), SAID_OTHERWISE: others & set(known["sku"])})
    return FactCounts(len(told) - len(unchanged), len(unchanged))


def latest(connection: Connection, skus: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the answer that holds for every SKU (MAPPING_COLUMNS), or for some.

    `fetched_at` is when it was last confirmed.
    """
    newest = origins(connection, skus)
    if newest.empty:
        return frame(MAPPING_COLUMNS)
    newest["fetched_at"] = newest["seen_at"]
    typed = newest["typed_in"]
    if not typed.any():
        return conform(MAPPING_COLUMNS, newest)
    says_product = set(newest.loc[typed & newest["product_id"].notna(), "sku"])
    fetched = set(newest.loc[~typed, "sku"])
    by_typed = newest["sku"].isin(says_product) | ~newest["sku"].isin(fetched)
    return conform(MAPPING_COLUMNS, newest[typed == by_typed].reset_index(drop=True))


def origins(connection: Connection, skus: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the newest answer of either origin for every SKU, or for some: what was fetched, what was typed.

    Returns:
        HISTORY_COLUMNS.
    """
    if skus is None:
        return frames.load(connection, _every_newest(), HISTORY_COLUMNS)
    mapping = tables.mapping.c
    in_order = (_newest(some).order_by(mapping.sku, mapping.id) for some in frames.among(mapping.sku, sorted(skus)))
    return frames.concat((frames.load(connection, query, HISTORY_COLUMNS) for query in in_order), HISTORY_COLUMNS)


@cache
def _every_newest() -> Select[Any]:
    return _newest().order_by(tables.mapping.c.sku, tables.mapping.c.id)


def of_products(connection: Connection, products: Iterable[str]) -> set[str]:
    """Return the SKUs that were ever said to stand for any of some products, in a kit too."""
    sku, product = tables.mapping.c.sku, tables.mapping.c.product_id
    return {one for some in frames.among(product, products) for one in connection.scalars(select(sku).where(some))}


def _newest(only: ColumnElement[bool] | None = None) -> Select[Any]:
    """Select the newest answer of either origin for every SKU."""
    origin = (tables.mapping.c.sku, tables.mapping.c.typed_in)
    newest = select(*origin, func.max(tables.mapping.c.answer)).group_by(*origin)
    if only is not None:
        newest = newest.where(only)
    return select(tables.mapping).where(tuple_(*origin, tables.mapping.c.answer).in_(newest))


def _newest_of(connection: Connection, skus: pd.Series) -> pd.DataFrame:
    columns = {"id": WHOLE, **HISTORY_COLUMNS}
    parts = (frames.load(connection, _newest(some), columns) for some in frames.among(tables.mapping.c.sku, skus))
    return frames.concat(parts, columns)


def _move_seen_at(connection: Connection, known: pd.DataFrame, again: pd.DataFrame) -> None:
    seen = dict(zip(_keys(again), frames.rows_of(again, ("seen_at",)), strict=True))
    frames.update_rows(
        connection,
        tables.mapping,
        update(tables.mapping).where(tables.mapping.c.id == bindparam("row")).values(seen_at=bindparam("moment")),
        [
            {"row": row_id, "moment": seen[key][0]}
            for row_id, key in zip(known["id"].tolist(), _keys(known), strict=True)
            if key in seen
        ],
    )


def _insert(connection: Connection, known: pd.DataFrame, new: pd.DataFrame, batch: int) -> None:
    """Give the answers the next number of their SKU and store them."""
    numbers = dict(zip(known["sku"], known["answer"], strict=True))
    for sku, answer in zip(known["sku"], known["answer"], strict=True):
        numbers[sku] = max(numbers[sku], answer)
    numbered = new.assign(answer=pd.Series([numbers.get(sku, 0) + 1 for sku in new["sku"]], new.index, dtype=WHOLE))
    frames.store(connection, tables.mapping, conform(HISTORY_COLUMNS, numbered), HISTORY_COLUMNS, batch=batch)
