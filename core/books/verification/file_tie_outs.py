"""The stored settlement against its kept files, as they are read today."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from core.books.settlements import original_files, settlement_lines
from core.books.settlements.booked_settlement import BookedSettlement, SettlementKind
from core.books.settlements.original_files import KeptBytesError
from core.books.verification.tie_outs import (
    TieOut,
    difference,
    file_errors,
    header_tie_outs,
    line_tie_outs,
)
from core.errors import CogsheetError
from core.frame_columns import TRANSACTION_COLUMNS, conform
from core.marketplaces import FORMATS, read_file
from core.marketplaces.formats import Extent, Standing, standing
from core.marketplaces.settlements.line_keys import READER_VERSION, with_line_keys
from core.marketplaces.settlements.uniting import SettlementPart, as_it_is_known, parts_of, united_settlement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.books.database import Connection
    from core.model import Settlement


class KeptFile(NamedTuple):
    """What a kept file says as it is read today."""

    format: str
    parts: dict[str, SettlementPart]
    """By settlement id."""
    fault: str = ""
    """Why it cannot be read, or is not what was imported."""


def _read_anew(settlement: BookedSettlement, parts: Sequence[SettlementPart]) -> Settlement:
    if len(parts) > 1:
        return united_settlement(parts)
    return as_it_is_known(parts[0]) if settlement.kind is SettlementKind.VIEW else parts[0].settlement


def _by_older_version(settlement: BookedSettlement, read: Settlement) -> list[TieOut]:
    """Compare the sums alone: what an older reader said of a line's words is not what is said today."""
    words = f"read by an older version (reader {settlement.reader_version}): its lines are not compared, only their sum"
    note = TieOut(f"{settlement.name}: lines and kept files", Decimal(0), Decimal(0), words)
    pairs = [("sum", settlement.sum, read.sum), ("currency", settlement.currency, read.currency)]
    told = [difference(f"{settlement.name}: {name}", old, new) for name, old, new in pairs if old != new]
    return [note, *told, *file_errors(settlement.name, read)]


def _standing(settlement: BookedSettlement, kept: Sequence[KeptFile]) -> Iterator[TieOut]:
    """Whether the settlement is the record or stands in for it follows from the format of its newest file."""
    if settlement.format != kept[-1].format:
        yield difference(f"{settlement.name}: format", settlement.format, kept[-1].format)
    is_view = standing(kept[-1].format, FORMATS) is Standing.VIEW
    kind = SettlementKind.VIEW if is_view else SettlementKind.RECORD
    if settlement.kind is not kind:
        yield difference(f"{settlement.name}: kind", str(settlement.kind), str(kind))


def file_tie_outs(connection: Connection, settlement: BookedSettlement, files: dict[str, KeptFile]) -> list[TieOut]:
    """Hold the stored settlement against its kept files, as far as the reader that stored it could say the same."""
    kept = [_kept_file(connection, sha256, files) for sha256 in original_files.files_of(connection, settlement)]
    faults = [one.fault for one in kept if one.fault] or ([] if kept else ["no file of it is kept"])
    absent = [one for one in kept if not one.fault and settlement.settlement_id not in one.parts]
    faults += ["a kept file of it no longer holds the settlement" for _ in absent]
    if faults:
        return [
            TieOut(f"{settlement.name}: kept files", Decimal(1), Decimal(0), words) for words in dict.fromkeys(faults)
        ]
    read = _read_anew(settlement, [one.parts[settlement.settlement_id] for one in kept])
    if settlement.reader_version < READER_VERSION:
        return _by_older_version(settlement, read)
    stored = settlement_lines.stored_transactions(connection, [settlement])
    keyed = conform(TRANSACTION_COLUMNS, with_line_keys(settlement.store, read.transactions))
    ties = line_tie_outs(settlement.name, stored, keyed)
    return [*ties, *header_tie_outs(settlement, read), *_standing(settlement, kept)]


def _kept_file(connection: Connection, sha256: str, files: dict[str, KeptFile]) -> KeptFile:
    if sha256 not in files:
        files[sha256] = _read_kept(connection, sha256)
    return files[sha256]


def _read_kept(connection: Connection, sha256: str) -> KeptFile:
    try:
        file = original_files.original(connection, sha256)
    except KeptBytesError as error:
        return KeptFile("", {}, f"a kept file cannot be read: {error}")
    if file is None:
        return KeptFile("", {}, f"the file {sha256[:12]} is not in the books")
    is_scrubbed = original_files.is_scrubbed(connection, sha256)
    if not is_scrubbed and hashlib.sha256(file.content).hexdigest() != sha256:
        return KeptFile("", {}, f"{file.name} was changed in the books: its contents are not what was imported")
    try:
        reading = read_file(file.content, file.name)
    except CogsheetError as error:
        return KeptFile("", {}, f"{file.name} can no longer be read: {error}")
    extent = next((form.extent for form in FORMATS if form.name == reading.format), Extent.WHOLE)
    return KeptFile(reading.format, parts_of(reading, file.name, extent))
