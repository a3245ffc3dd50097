"""Which products each SKU of the books stands for: what the inventory system says, and what the user typed beside it.

A kit stands for several products. On the sheet and in what is typed they are joined by ` + `, and so are their units:
`CUP + BOWL` and `2 + 1`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.database import batches, mappings, settlements
from core.database.batches import BatchKind
from core.database.mappings import TYPED_IN
from core.errors import CogsheetError
from core.finale.nearest import rule_and_nearest
from core.finale.observations import NO_SUCH_PRODUCT
from core.model import MAPPING_COLUMNS, TEXT, Cause, ObservationKind, frame, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from core.database import Connection, Database
    from core.model import Columns

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


class MappingTypedError(CogsheetError):
    """What was typed on sheet SKU mapping names no product, or no units."""

    def __init__(self, sku: str, problem: str) -> None:
        super().__init__(
            f"Sheet SKU mapping, SKU {sku}: {problem} Write one product and its units (CUP and 6), or a kit's products "
            f"and units in the same order (CUP + BOWL and 2 + 1). Nothing on the sheet was stored; correct it and try "
            f"again."
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
        origins: The newest answers of either origin (`core.database.mappings.origins`).
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
    found: dict[str, Parts] = {}
    for row in records(origins[origins["typed_in"] == typed_in]):
        found.setdefault(row["sku"], []).append(row)
    return found


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
        mappings.add(
            connection,
            frame(MAPPING_COLUMNS, rows),
            batches.new(connection, BatchKind.SETUP, who, now, note=note),
            now,
        )


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
        raise MappingTypedError(edit.sku, f"“{units_text}” units of no product.")
    if len(units) != len(products):
        raise MappingTypedError(edit.sku, f"{len(products)} products, but units for {len(units)}.")
    if len(set(products)) < len(products):
        raise MappingTypedError(edit.sku, f"“{text}” names a product twice.")
    return [(product, _whole(edit.sku, each)) for product, each in zip(products, units, strict=True)]


def _whole(sku: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) == 0:
        raise MappingTypedError(sku, f"“{text}” is not a whole number of units.")
    return int(text)


def _exact_skus(connection: Connection) -> dict[str, str]:
    """Return the SKUs of the books by their text without blanks around it, as cells give it."""
    known = {*mappings.origins(connection)["sku"], *settlements.transactions(connection)["sku"].dropna()}
    return {sku.strip(): sku for sku in sorted(known, reverse=True)}


def _typed_before(connection: Connection) -> dict[str, list[tuple[str, int]]]:
    by_sku = _by_sku(mappings.origins(connection), typed_in=True)
    return {
        sku: [(str(part["product_id"]), int(str(part["units"]))) for part in parts if part["product_id"] is not None]
        for sku, parts in by_sku.items()
    }


def _in_words(parts: Sequence[tuple[str, int]]) -> str:
    return BETWEEN.join(f"{units} x {product}" for product, units in parts) or "as Finale says"


def _descriptions(connection: Connection) -> dict[str, str]:
    """Return what each product is called, as far as a SKU that stands for it alone has told."""
    known = mappings.latest(connection).dropna(subset=["product_id", "description"])
    alone = known[~known["sku"].duplicated(keep=False)]
    return dict(zip(alone["product_id"], alone["description"], strict=True))


def _rows(
    sku: str, parts: Sequence[tuple[str, int]], descriptions: Mapping[str, str], now: datetime
) -> list[dict[str, object]]:
    answer: dict[str, object] = {"sku": sku, "rule": TYPED_IN, "fetched_at": now}
    named = [
        {**answer, "product_id": product, "units": units, "description": descriptions.get(product)}
        for product, units in parts
    ]
    return named or [answer]
