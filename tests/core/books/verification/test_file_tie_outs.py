"""A stored settlement is held against its kept files, as they are read today."""

from __future__ import annotations

import zlib
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, update

from core.books.database import tables
from core.books.settlements.booked_settlement import SettlementKind
from core.books.verification.file_tie_outs import file_tie_outs
from tests.core.books.shops import Shop, sale, settlement_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with a cup sold for 10.00."""
    made = Shop.open(tmp_path)
    made.bring_in("1", sale("111-1", "CUP"))
    yield made
    made.database.close()


def differing(shop: Shop, **fields: Any) -> list[str]:
    """Return what differs once the stored settlement's own row says these fields."""
    with shop.database.reading() as connection:
        ties = file_tie_outs(connection, replace(shop.settlement("1"), **fields), {})
    return [tie.sentence for tie in ties if not tie.ok]


def keep(shop: Shop, content: bytes) -> None:
    """Change the kept bytes, as only another program can."""
    with shop.database.writing() as connection:
        connection.execute(update(tables.original_file).values(content=content))


def test_a_settlement_is_what_its_file_says(shop: Shop) -> None:
    """Nothing differs."""
    assert [] == differing(shop)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"total": Decimal("11.00")}, "US/1: total: the books have 11.00, recomputed it is 10.00."),
        (
            {"format": "amazon_v1_flat"},
            "US/1: format: the books have “amazon_v1_flat”, recomputed it is “amazon_v2_flat”.",
        ),
        ({"kind": SettlementKind.VIEW}, "US/1: kind: the books have “view”, recomputed it is “record”."),
    ],
)
def test_its_own_row_is_compared(shop: Shop, fields: dict[str, Any], words: str) -> None:
    """Its figures, and by which format it is the record."""
    assert [words] == differing(shop, **fields)


def test_lines_that_an_older_reader_stored_are_not_compared_only_their_sum(shop: Shop) -> None:
    """What it said of a line's words is not what is said today."""
    assert [] == differing(shop, reader_version=1, total=Decimal(0))
    assert ["US/1: sum: the books have 11.00, recomputed it is 10.00."] == differing(
        shop, reader_version=1, sum=Decimal("11.00")
    )


def test_a_file_that_was_changed_is_not_read(shop: Shop) -> None:
    """Its hash is that of the import."""
    keep(shop, zlib.compress(settlement_file("1", sale("111-1", "MUG")).content))

    assert ["US/1: kept files: 1.txt was changed in the books: its contents are not what was imported."] == differing(
        shop
    )


def test_a_file_that_was_damaged_is_named(shop: Shop) -> None:
    """The bytes cannot be unpacked."""
    keep(shop, b"no zlib")

    (words,) = differing(shop)

    assert "a kept file cannot be read" in words


def test_a_settlement_without_a_file_is_named(shop: Shop) -> None:
    """Nothing would say that its lines are anybody's."""
    with shop.database.writing() as connection:
        connection.execute(delete(tables.settlement_file))

    assert ["US/1: kept files: no file of it is kept."] == differing(shop)
