"""What is read of eBay's orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.frame_columns import records
from core.marketplaces import read_file
from core.model import Event
from core.typed_amounts import from_text

if TYPE_CHECKING:
    from core.model import Settlement


def read(content: bytes) -> Settlement:
    (found,) = read_file(content, "payout").settlements
    return found


def lines(content: bytes) -> list[dict[str, Any]]:
    """Return the lines of a payout but its own row, those without anything in them left out."""
    found = [row for row in records(read(content).transactions) if row["event"] != Event.PAYOUT]
    return [row for row in found if row["net"] or row["quantity"] != 0]


def units(content: bytes) -> dict[str | None, int | None]:
    return {row["sku"]: row["quantity"] for row in lines(content)}


def asked(content: bytes) -> list[str]:
    """Return the words whose line type is asked."""
    return [one.word for row in lines(content) for one in from_text(row["typed"]) if one.line_type is None]
