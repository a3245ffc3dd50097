"""Settlement files of marketplaces: bytes in, settlements out, whatever the format.

`read` detects the format by content. What it gives back is one shape for all marketplaces: `core.model.Reading`, with
settlements whose lines are grouped into transactions. Data problems come with it as values; `UnreadableFileError` is
raised where a file cannot be read at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.marketplaces.amazon import (
    customer_returns,
    fba_reimbursements,
    unified_by_columns,
    v1_flat,
    v2_flat,
    xml_by_columns,
)
from core.marketplaces.ebay import payout_api, report_by_columns
from core.marketplaces.formats import LIKE_ENOUGH, Format
from core.marketplaces.reading.contents import Contents, open_contents
from core.marketplaces.reading.personal_data import scrubbed
from core.marketplaces.reading.unknown_files import explain
from core.marketplaces.settlements.line_keys import READER_VERSION, with_line_keys
from core.marketplaces.settlements.tie_out import importable
from core.marketplaces.shopify import outside_payouts, payments_api, payments_columns
from core.marketplaces.walmart import recon_v0, recon_v1_columns

if TYPE_CHECKING:
    from core.model import Reading

__all__ = [
    "FORMATS",
    "READER_VERSION",
    "format_of",
    "importable",
    "read",
    "with_line_keys",
    "without_personal_data",
]
FORMATS: tuple[Format, ...] = (
    v2_flat.FORMAT,
    v1_flat.FORMAT,
    xml_by_columns.FORMAT,
    unified_by_columns.FORMAT,
    recon_v1_columns.FORMAT,
    recon_v0.FORMAT,
    payments_columns.FORMAT,
    report_by_columns.FORMAT,
    customer_returns.FORMAT,
    fba_reimbursements.FORMAT,
    payments_api.FORMAT,
    outside_payouts.FORMAT,
    outside_payouts.SO_FAR,
    payout_api.FORMAT,
)
"""Every format that is recognised; adding one is its module and one line here."""


def read_file(content: bytes, name: str = "", charset: str = "") -> Reading:
    """Read a settlement file.

    Args:
        content: Its bytes, as downloaded; a zip or gzip of one file is unpacked.
        name: Its name, for messages only: the format is detected by content.
        charset: The encoding that the sender declared, if it did.

    Returns:
        Everything the file holds. Amounts are in each settlement's currency, + is money to the seller; `quantity` is
        + for units that left stock or were sold and - for units that came back; moments are UTC.

    Raises:
        UnreadableFileError: If it cannot be read; the subclass says why, the message where and what to do.
    """
    contents = open_contents(content, name, charset)
    reading = format_of(contents).read(contents)
    return replace(reading, problems=(*contents.notes, *reading.problems)) if contents.notes else reading


def format_of(contents: Contents) -> Format:
    """Return the format that a file is in, told by its content.

    Raises:
        UnreadableFileError: If it is in none that is known.
    """
    likeness = {form: form.likeness(contents) for form in FORMATS}
    best = max(likeness, key=likeness.__getitem__)
    if likeness[best] < LIKE_ENOUGH:
        raise explain(contents, FORMATS)
    return best


def without_personal_data(content: bytes, name: str = "") -> bytes:
    """Return a file whose names, cities and postal codes are blank, and which reads exactly like the original.

    Raises:
        UnreadableFileError: If it cannot be read.
    """
    contents = open_contents(content, name)
    return scrubbed(content, contents, format_of(contents))
