"""Settlement files that were damaged or changed: read rightly or refused in words, stored whole or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.books.importing.importing import import_file
from core.books.settlements.booked_settlement import Import, OriginalFile
from core.errors import CogsheetError
from core.marketplaces import read_file
from core.marketplaces.inspection import ties_out
from core.model import Event
from tests.new_books import new_books
from tests.reliability.rows import Place, Row
from tests.reliability.stored_rows import stored_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from core.model import Reading

GOLDEN = Path(__file__).parents[1] / "golden" / "marketplaces"
NOW = datetime(2026, 11, 2, tzinfo=UTC)
FILES: dict[str, tuple[str, ...]] = {
    "Amazon V2": ("amazon-v2-two-settlements.txt", "amazon-v2-europe-cp1252.txt", "amazon-v2-australia.txt"),
    "Amazon V1": ("amazon-v1-36-columns.txt", "amazon-v1-33-columns.txt"),
    "Amazon XML": ("amazon-xml-archive.xml",),
    "Amazon Date Range Report": ("amazon-unified-us.csv", "amazon-unified-germany.csv"),
    "Walmart": ("walmart-v1.csv", "walmart-v1.tsv"),
    "Shopify Payments": ("shopify-payments.csv",),
    "eBay": ("ebay-transaction-report.csv",),
    "payouts pulled from Shopify": ("shopify-payout-pulled.bundle", "shopify-not-in-payouts.bundle"),
    "payouts pulled from eBay": ("ebay-payout-pulled.bundle",),
}
ODD_CELLS = (
    *(
        "",
        " ",
        "-",
        "abc",
        "0",
        "-0.00",
        "1e308",
        "NaN",
        "Infinity",
        "1,234.56",
        "1.234,56",
        "1'000",
        "(4.00)",
        "4.00-",
    ),
    *("9" * 40, "0." + "1" * 40, "x" * 40_000, "=1+1", "\0", "\ufeff", "😀", "\u202e", "31/02/2026", "2026-13-01"),
    *(
        "12:00",
        "TRUE",
        "#REF!",
        '"',
        "''",
        "\\",
        "../../x",
        "null",
        "€",
        "999999999999999.99",
        "0001-01-01",
        "9999-12-31",
    ),
)
_AMOUNT = re.compile(rb"(?<=[\t,;>\"])-?\d+[.,]\d\d(?=[\t,;<\"\r\n])")
_CELL = re.compile(rb"(?<=[\t,;>\"\n:])[^\t,;<>\"\r\n:]+(?=[\t,;<\"\r\n}])")


@dataclass(frozen=True, slots=True)
class Mutated:
    """A file after something happened to it."""

    content: bytes
    one_value: bool
    """Whether no more than one value of it differs: then no settlement can tie out with another sum."""


def flipped(content: bytes, dice: Random) -> Mutated:
    """Turn one to eight bytes into others."""
    changed = bytearray(content)
    for _ in range(dice.randint(1, 8)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return Mutated(bytes(changed), one_value=False)


def with_other_lines(content: bytes, dice: Random) -> Mutated:
    """Drop, double or move one to three lines."""
    lines = content.splitlines(keepends=True)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(lines))
        line, deed = lines[at], dice.choice(["drop", "double", "move"])
        if deed != "double" and len(lines) > 1:
            del lines[at]
        if deed != "drop":
            lines.insert(dice.randrange(len(lines) + 1), line)
    return Mutated(b"".join(lines), one_value=False)


def with_odd_cell(content: bytes, dice: Random) -> Mutated:
    """Write something odd into one cell."""
    return _replaced(content, _CELL, dice, dice.choice(ODD_CELLS).encode())


def with_other_amount(content: bytes, dice: Random) -> Mutated:
    """Add something to one amount."""
    more = Decimal(dice.choice((1, -1, 100, 10_000_000, -999_999_999_999))) / 100
    found = list(_AMOUNT.finditer(content))
    if not found:
        return with_odd_cell(content, dice)
    place = dice.choice(found)
    changed = Decimal(place[0].replace(b",", b".").decode()) + more
    return _at(content, place, str(changed).replace(".", "," if b"," in place[0] else ".").encode())


def cut(content: bytes, dice: Random) -> Mutated:
    """End it anywhere, or begin it later."""
    at = dice.randrange(len(content))
    return Mutated(content[:at] if dice.random() < 0.8 else content[at:], one_value=False)


def with_more_bytes(content: bytes, dice: Random) -> Mutated:
    """Put something in between."""
    at, more = (
        dice.randrange(len(content)),
        dice.choice([dice.randbytes(9), b'"', b"\0", b"\t", b"\n", b",", b"\xff\xfe"]),
    )
    return Mutated(content[:at] + more + content[at:], one_value=False)


def _replaced(content: bytes, pattern: re.Pattern[bytes], dice: Random, new: bytes) -> Mutated:
    found = list(pattern.finditer(content))
    return _at(content, dice.choice(found), new) if found else flipped(content, dice)


def _at(content: bytes, place: re.Match[bytes], new: bytes) -> Mutated:
    cell_only = not set(new) & set(b'\t,;"<>\r\n\0')
    return Mutated(content[: place.start()] + new + content[place.end() :], one_value=cell_only)


DEEDS: tuple[Callable[[bytes, Random], Mutated], ...] = (
    flipped,
    with_other_lines,
    with_odd_cell,
    with_odd_cell,
    with_other_amount,
    with_other_amount,
    cut,
    with_more_bytes,
)


def mutated(names: tuple[str, ...], dice: Random) -> tuple[str, Mutated]:
    """Return a golden file, with something that happened to it."""
    name = dice.choice(names)
    return name, dice.choice(DEEDS)((GOLDEN / name).read_bytes(), dice)


def read_mutated(names: tuple[str, ...], dice: Random, _place: Place) -> None:
    """Read it: it ends in a sentence, or what it is said to come to is what its lines come to."""
    name, changed = mutated(names, dice)
    try:
        reading = read_file(changed.content, name)
    except CogsheetError as error:
        assert str(error).startswith(name), error  # noqa: PT017 - either is right
        return
    assert_no_false_tie_out(reading, name, changed)


def assert_no_false_tie_out(reading: Reading, name: str, changed: Mutated) -> None:
    """Hold that a settlement that is said to tie out does so by its own lines."""
    sums = golden_sums(name)
    says = ties_out(reading)
    for one in reading.settlements:
        if one.ties_out and one.total is not None:
            lines = one.transactions[one.transactions["event"] != Event.PAYOUT.value]
            assert one.total == one.sum == sum(lines["net"], Decimal(0)), f"{name}: a false tie-out"
            if says and changed.one_value:
                assert one.sum in sums, f"{name}: one value differs, and {one.sum} still ties out"


@cache
def golden_sums(name: str) -> frozenset[Decimal]:
    """Return what the settlements of a golden file come to."""
    return frozenset(one.sum for one in read_file((GOLDEN / name).read_bytes(), name).settlements)


def import_mutated(names: tuple[str, ...], dice: Random, place: Place) -> None:
    """Import it: all of it is in the books, or nothing."""
    name, changed = mutated(names, dice)
    with new_books(place.folder / "books.sqlite", "Damaged", "USD", NOW) as database:
        before = stored_rows(database)
        try:
            reading = read_file(changed.content, name)
            file = OriginalFile(name, changed.content)
            done = import_file(database, reading, file, store="Store", who="M. Lee", now=NOW)
        except CogsheetError:
            assert before == stored_rows(database), "a refused file left something behind"
            return
        rows = stored_rows(database)
        wanted = {one.settlement_id: len(one.transactions) for one in reading.settlements}
        stored = [one for one in done.settlements if one.result is Import.NEW]
        assert len(stored) == len(rows["settlement"]), f"{name}: {[str(one.result) for one in done.settlements]}"
        lines = sum(wanted[one.settlement_id] for one in stored)
        assert lines == len(rows["transaction"]), f"{name}: {lines} lines, {len(rows['transaction'])} stored"


READ_TRIES = 10_000
ROWS = (
    *(
        Row("Damaged files", f"{what}, read", partial(read_mutated, names), READ_TRIES, 20)
        for what, names in FILES.items()
    ),
    *(
        Row("Damaged files", f"{what}, imported into the books", partial(import_mutated, names), 200, 4)
        for what, names in FILES.items()
    ),
)
