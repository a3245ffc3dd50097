"""What the kept originals of a settlement say, as the readers of today read them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.books.settlements import original_files
from core.books.settlements.booked_settlement import BookedSettlement, FileUse, OriginalFile, SettlementKind
from core.errors import CogsheetError, UnreadableFileError
from core.frame_columns import TEXT, records
from core.marketplaces import FORMATS, format_of, read_file
from core.marketplaces.compared_rows import compared_type
from core.marketplaces.formats import Extent, Standing, standing
from core.marketplaces.reading.contents import open_contents
from core.marketplaces.settlements.uniting import SettlementPart, as_it_is_known, parts_of, united_settlement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.books.database import Connection
    from core.model import Reading, Settlement

Row = dict[str, Any]


class KeptFileError(CogsheetError):
    """A file that a settlement was made of can no longer be read."""

    def __init__(self, file: str, settlement: BookedSettlement, reason: str) -> None:
        super().__init__(
            f"Settlement {settlement.settlement_id} ({settlement.store}) was imported from {file}, which can no longer "
            f"be read: {reason} It stays as it is. Remove the settlement and import all its files again."
        )


@dataclass(frozen=True, slots=True)
class KeptPart:
    """What one kept file says of a settlement."""

    part: SettlementPart
    sha256: str
    """Of the file as it came; what is kept may be without personal data."""
    file: OriginalFile
    reading: Reading
    """Everything that the file holds."""

    @property
    def is_record(self) -> bool:
        """Whether it is the settlement's own report."""
        return standing(self.reading.format, FORMATS) is not Standing.VIEW


def united_reading(there: BookedSettlement, parts: Sequence[KeptPart], later: Sequence[KeptPart] = ()) -> Settlement:
    """Return what the files of a settlement say of it, all in all. Pure.

    Args:
        there: The settlement.
        parts: The files that it is made of.
        later: Those that came after it went out: its own report holds against every view; further views of the same
            kind are united with those before, and one of another kind stands alone.
    """
    record = next((one for one in reversed(later) if one.is_record), None)
    if record is not None:
        return record.part.settlement
    if there.kind is SettlementKind.RECORD:
        return parts[-1].part.settlement
    kinds = {one.reading.format for one in (*parts, *later)}
    views = [one.part for one in ((*parts, *later) if len(kinds) == 1 else (later or parts)[-1:])]
    return united_settlement(views) if len(views) > 1 else as_it_is_known(views[0])


_SAME: tuple[tuple[str, ...], ...] = (
    ("key",),
    ("order_id", "order_item_id", "sku", "raw_type", "posted_at", "net"),
    ("order_id", "sku", "event", "net"),
    ("order_id", "sku", "event"),
)
"""What makes a line of two readings the same line, the surest first."""


def with_keys_of(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return a new reading of a settlement whose lines have the keys that they had in the old one. Pure.

    A reader that keeps more apart, or calls a line by its right name, makes other keys: the lock, the saved answers and
    the true-ups go by key, and a line that is still there must not count as one that went and one that came. Only what
    is unique on both sides is taken for the same.

    Args:
        old: The lines as they are stored (TRANSACTION_COLUMNS).
        new: The same settlement as it is read now, with keys of its own.
    """
    before, after = records(old), records(new)
    key_of: dict[str, str] = {}
    for names in _SAME:
        taken = set(key_of.values())
        known = _unique([row for row in before if row["key"] not in taken], names)
        for place, row in _unique([row for row in after if row["key"] not in key_of], names).items():
            if place in known:
                key_of[row["key"]] = known[place]["key"]
    keys = _without_doubles([(row["key"], key_of.get(row["key"])) for row in after])
    return new.assign(key=pd.Series(keys, index=new.index, dtype=TEXT))


def _unique(rows: Sequence[Row], names: Sequence[str]) -> dict[tuple[Any, ...], Row]:
    def place(row: Row) -> tuple[Any, ...]:
        return tuple(_compared(name, row[name]) for name in names)

    counts = Counter(map(place, rows))
    return {place(row): row for row in rows if counts[place(row)] == 1}


def _compared(name: str, value: object) -> object:
    return compared_type(str(value)) if name == "raw_type" else value


def _without_doubles(keys: Sequence[tuple[str, str | None]]) -> list[str]:
    """Return one key per line, its old one where it has one; a new key that is another line's old one is left."""
    used = {old for _, old in keys if old is not None}
    numbers: dict[str, int] = defaultdict(int)
    unique = []
    for own, old in keys:
        key = own if old is None else old
        while old is None and key in used:
            numbers[own] += 1
            key = f"{own}-{numbers[own]}"
        used.add(key)
        unique.append(key)
    return unique


def kept_parts(connection: Connection, there: BookedSettlement, use: FileUse = FileUse.PART) -> list[KeptPart]:
    """Read files of a settlement again.

    Args:
        connection: Of the database.
        there: The settlement.
        use: Those that it is made of, or those that came after it went out.

    Raises:
        KeptFileError: If one can no longer be read, or no longer holds the settlement.
    """
    return [_kept_part(connection, there, sha256) for sha256 in original_files.files_of(connection, there, use)]


def own_reports(connection: Connection, booked: Iterable[BookedSettlement]) -> frozenset[int]:
    """Return the numbers of the settlements that went out from a view and whose own report came after that.

    What a kept file is its content tells; one that cannot be read any more says nothing.
    """
    of_views = {one.id for one in booked if one.is_provisional and not one.is_open}
    later = original_files.later_files(connection) if of_views else ()
    return frozenset(number for number, sha256 in later if number in of_views and _is_record(connection, sha256))


def _is_record(connection: Connection, sha256: str) -> bool:
    try:
        file = original_files.original(connection, sha256)
        form = None if file is None else format_of(open_contents(file.content, file.name))
    except (UnreadableFileError, original_files.KeptBytesError):
        return False
    return form is not None and form.standing is Standing.RECORD


def _kept_part(connection: Connection, there: BookedSettlement, sha256: str) -> KeptPart:
    file = original_files.original(connection, sha256)
    if file is None:
        raise KeptFileError(sha256, there, "it is not in the books.")
    try:
        reading = read_file(file.content, file.name)
    except UnreadableFileError as error:
        raise KeptFileError(file.name, there, str(error)) from error
    extent = next((form.extent for form in FORMATS if form.name == reading.format), Extent.WHOLE)
    part = parts_of(reading, file.name, extent).get(there.settlement_id)
    if part is None:
        raise KeptFileError(file.name, there, "read again, it no longer holds that settlement.")
    return KeptPart(part, sha256, file, reading)
