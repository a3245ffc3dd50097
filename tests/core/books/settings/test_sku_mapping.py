"""SKUs and products: what Finale says, what was typed beside it, and which of the two is right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from core.books import batches
from core.books.batches import BatchKind
from core.books.settings import sku_mapping as mappings
from core.books.settings.sku_mapping import (
    MappingTypedError,
    TypedMapping,
    add,
    change_mappings,
    origins,
    sku_mapping,
    typed_parts,
)
from core.books.syncing.syncing import cost_request, typed_products
from core.finale.observations import NO_SUCH_PRODUCT
from core.frame_columns import MAPPING_COLUMNS, OBSERVATION_COLUMNS, frame, records
from core.model import ObservationKind
from tests.new_books import new_books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.books.database import Database

NOW = datetime(2026, 9, 1, tzinfo=UTC)
FROM_FINALE: tuple[dict[str, Any], ...] = (
    {"sku": "CUP", "product_id": "CUP", "units": 1, "description": "Cup, white", "rule": "product id"},
    {"sku": "CUP-6", "product_id": "CUP", "units": 6, "description": "Cup, white", "rule": "lookup, packing 6"},
    {"sku": "SET", "product_id": "CUP", "units": 2, "description": "Set", "rule": "components of kit SET"},
    {"sku": "SET", "product_id": "BOWL", "units": 1, "description": "Set", "rule": "components of kit SET"},
    {"sku": "cup_6", "product_id": None, "rule": "not known in Finale; nearest: CUP-6"},
    {"sku": "OTHER", "product_id": "OTHER", "units": 1, "rule": "product id"},
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Books in which a sync has found some mappings."""
    with new_books(tmp_path / "books.sqlite", "Acme", "USD", NOW) as database:
        with database.writing() as connection:
            batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
            add(connection, frame(MAPPING_COLUMNS, FROM_FINALE), batch, NOW)
        yield database


def shown(database: Database, absent: tuple[str, ...] = ()) -> dict[str, tuple[object, ...]]:
    """Return what the sheet shows by SKU, in its order; OTHER is in no settlement."""
    said = [{"kind": ObservationKind.AVERAGE, "product_id": name, "raw": NO_SUCH_PRODUCT} for name in absent]
    with database.reading() as connection:
        rows = sku_mapping(
            ["CUP", "CUP-6", "SET", "cup_6", "NEW"], origins(connection), frame(OBSERVATION_COLUMNS, said)
        )
    return {
        row["sku"]: tuple(row[name] for name in ("product", "units", "own_product", "own_units", "used"))
        for row in records(rows)
    }


def typed(database: Database, *edits: TypedMapping) -> None:
    change_mappings(database, edits, who="M. Lee", now=NOW)


def in_force(database: Database, sku: str) -> list[tuple[object, object, object]]:
    with database.reading() as connection:
        rows = records(mappings.latest(connection))
    return [(row["product_id"], row["units"], row["description"]) for row in rows if row["sku"] == sku]


def test_unmapped_skus_come_first_with_what_they_may_mean(database: Database) -> None:
    """Kits are shown with all their products; the catalogue beyond the settlements is not listed."""
    with database.reading() as connection:
        rows = sku_mapping(["CUP", "cup_6"], origins(connection), frame(OBSERVATION_COLUMNS))

    assert {
        "cup_6": (None, None, None, None, "SKU not mapped"),
        "CUP": ("CUP", "1", None, None, "Finale's"),
        "CUP-6": ("CUP", "6", None, None, "Finale's"),
        "SET": ("CUP + BOWL", "2 + 1", None, None, "Finale's"),
    } == shown(database)
    assert ["cup_6", "CUP", "CUP-6", "SET"] == list(shown(database))
    assert ("not known in Finale", "CUP-6") == tuple(rows.loc[0, ["rule", "nearest"]])


@pytest.mark.long
def test_what_is_typed_wins_and_emptying_it_goes_back(database: Database) -> None:
    """An unknown SKU, another pack and a kit; Finale's own answer stays beside them."""
    typed(
        database,
        TypedMapping("cup_6", "CUP", "6"),
        TypedMapping("CUP-6", "", "5", theirs="CUP"),
        TypedMapping("SET", "CUP + BOWL + LID", "2+1 + 3"),
    )

    assert ("CUP + BOWL", "2 + 1", "CUP + BOWL + LID", "2 + 1 + 3", "yours") == shown(database)["SET"]
    assert [("CUP", 6, "Cup, white")] == in_force(database, "cup_6")
    assert [("CUP", 5, "Cup, white")] == in_force(database, "CUP-6")
    assert [("CUP", 2), ("BOWL", 1), ("LID", 3)] == [part[:2] for part in in_force(database, "SET")]

    typed(database, TypedMapping("cup_6", "", ""), TypedMapping("SET", "", ""))

    assert [(None, None, None)] == in_force(database, "cup_6")
    assert [("CUP", 2), ("BOWL", 1)] == [part[:2] for part in in_force(database, "SET")]


def test_a_sync_does_not_overwrite_what_was_typed_and_asks_for_its_products(database: Database) -> None:
    """The typed product's own name is part of the request."""
    typed(database, TypedMapping("cup_6", "BOX", "2"))
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        add(connection, frame(MAPPING_COLUMNS, FROM_FINALE), batch, NOW)
        latest = mappings.latest(connection)

    assert [("BOX", 2)] == [part[:2] for part in in_force(database, "cup_6")]
    assert {"cup_6": ("BOX",)} == typed_products(latest)
    columns = ["key", "store", "event", "goods", "cost_status", "order_id", "sku", "posted_at"]
    request = cost_request(latest.reindex(columns=columns).iloc[:0], ["cup_6", "CUP"], latest)
    assert (("cup_6", ("BOX",)),) == request.typed_in


def test_a_typed_product_that_finale_does_not_have_is_told(database: Database) -> None:
    """After the sync the row says so, and stands above those that are in order."""
    typed(database, TypedMapping("CUP-6", "CUPP", "6"))

    assert "yours, but Finale has no such product" == shown(database, absent=("CUPP",))["CUP-6"][-1]
    assert ["cup_6", "CUP-6"] == list(shown(database, absent=("CUPP",)))[:2]


def test_the_same_edit_is_stored_once(database: Database) -> None:
    """A button that does not fill the sheet leaves the edit there; the next button stores nothing again."""
    for _ in range(2):
        typed(database, TypedMapping("cup_6", "CUP", "6"), TypedMapping("SET", "", ""))

    with database.reading() as connection:
        notes = batches.history(connection)["note"].to_list()
    assert ["SKU mapping: cup_6 = 6 x CUP", ""] == notes


def test_a_sku_with_blanks_around_it_is_found(database: Database) -> None:
    """A cell's text comes without them, the settlement's SKU has them."""
    with database.writing() as connection:
        batch = batches.new(connection, BatchKind.SYNC, "M. Lee", NOW)
        add(connection, frame(MAPPING_COLUMNS, [{"sku": " A ", "rule": "unknown"}]), batch, NOW)

    typed(database, TypedMapping("A", "CUP", ""))

    assert [("CUP", 1)] == [part[:2] for part in in_force(database, " A ")]


@pytest.mark.parametrize(
    ("product", "units", "problem"),
    [
        ("CUP", "0", "“0” is not a whole number of units"),
        ("CUP", "1.5", "“1.5” is not a whole number of units"),
        ("CUP", "six", "“six” is not a whole number of units"),
        ("CUP", "1000001", "“1000001” is more than 1,000,000 units"),
        ("CUP", "9" * 5000, "is more than 1,000,000 units"),
        ("CUP + BOWL", "2", "2 products, but units for 1"),
        ("CUP + CUP", "1 + 1", "names a product twice"),
        ("", "6", "“6” units of no product"),
    ],
)
def test_what_names_no_product_or_units_is_refused(database: Database, product: str, units: str, problem: str) -> None:
    """The message names the SKU and says how to write it; nothing of the sheet is stored."""
    with pytest.raises(MappingTypedError, match=f"SKU cup_6: .*{problem}"):
        typed(database, TypedMapping("SET", "CUP", "1"), TypedMapping("cup_6", product, units))

    assert "Finale's" == shown(database)["SET"][-1]


def test_units_left_out_are_one_each() -> None:
    """So a plain alias is typed in one cell."""
    assert [("A-1", 1), ("B", 1)] == typed_parts(TypedMapping("X", "A-1 + B", ""))
