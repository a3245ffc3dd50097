"""What a format of settlement files is: how it is recognised and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.marketplaces.reading.contents import Contents
    from core.marketplaces.reading.file_tables import Layout
    from core.model import Marketplace, Reading


LIKE_ENOUGH = 0.6
"""Share of the needed columns that a header must have; below it the file is something else."""


class Standing(StrEnum):
    """Whether a format may close the books of a settlement."""

    RECORD = "book of record"
    VIEW = "view"
    """It fills the books only while no record exists."""


class Extent(StrEnum):
    """What a file of a view says by leaving a row out."""

    WHOLE = "the settlement as it is now"
    """It holds all there is of each of its settlements: what it leaves out is no longer so."""
    DAYS = "a range of days"
    """It holds the rows posted between two moments: what it leaves out of a day that lies within is no longer so."""
    OTHER_DAYS = "a range of days by another date"
    """It holds a range of days by a date that is not the one its rows are posted under: leaving out says nothing."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of settlement file, declared in a module of its own and listed in `core.marketplaces.FORMATS`."""

    name: str
    """As `inspect` prints it: `amazon_v2_flat`."""
    title: str
    """In a message: `Amazon settlement report (V2 flat file)`."""
    marketplace: Marketplace
    standing: Standing
    likeness: Callable[[Contents], float]
    """How much a file looks like this format: 0 not at all, 1 in everything that is declared."""
    read: Callable[[Contents], Reading]
    """Raises `UnreadableFileError` where the file is not as the format must be."""
    layout: Layout | None = None
    """The declared table, `None` where the format is none."""
    follows_on: bool = False
    """Whether it states the period of a settlement, and each period begins where the one before it ended."""
    download: str = ""
    """Where a person downloads it, as a sentence for messages."""
    dates_only: bool = False
    """Whether its moments are dates without a time: days of the marketplace's own calendar, which no zone moves."""
    deposit_is_date: bool = False
    """Whether its deposit is such a date."""
    extent: Extent = Extent.WHOLE
    """Of a view: what it says by leaving a row out."""
    is_pulled: bool = False
    """Whether its files are documents that only Cogsheet itself fetches: nobody can download one."""
    personal: frozenset[str] = frozenset()
    """Fields of a pulled document that hold personal data; those of a table are marked in its layout."""


def what_helps(form: Format | None) -> str:
    """Say what to do about a settlement of this format whose lines are not its total, as a sentence.

    A document that is pulled once is not pulled again while the books have it. An export that is cut by days holds a
    part of a payout, and comes out the same however often it is downloaded.
    """
    if form is not None and form.is_pulled:
        return "Remove the settlement and pull it again."
    if form is not None and form.standing is Standing.VIEW and form.extent is not Extent.WHOLE:
        return "It may hold a part of the payout alone: import the export of the days before or after as well."
    return "Download the file again and import it."


def standing(format_name: str, formats: Iterable[Format]) -> Standing:
    """Return whether what a format says closes the books, or is a view that a record replaces (docs/design/books.md).

    What becomes of one that is there already says `core.books.settlements.stored_settlements.outcome_of`.

    Args:
        format_name: `Reading.format`, or the format a settlement is stored under.
        formats: The known ones, `core.marketplaces.FORMATS`. What came from an API has another name and is a record.
    """
    return next((form.standing for form in formats if form.name == format_name), Standing.RECORD)
