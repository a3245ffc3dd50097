"""What can be wrong with a settlement file as a whole; each message names the file, the line and the column.

UnreadableFileError
├── EmptyFileError               nothing in it
├── SpreadsheetGivenError        an Excel workbook instead of the marketplace's own file
├── NotTextError                 neither text nor an archive of one text file
├── ArchiveError                 a zip that is damaged or does not hold exactly one file
├── UnknownFormatError           text, but no settlement file of a known format
├── OtherReportError             another report of a marketplace, or a web page
├── LocalisedHeaderError         a settlement file whose column names are in a language that is not known
├── UnsupportedFormatError       a known format that is not read
├── MissingColumnError           a column that is needed is not in the header
├── DuplicateColumnError         two columns that mean the same and differ
├── PastedFilesError             two files with different columns in one
├── OverlappingFilesError        two files in one that share rows
├── TruncatedFileError           a row that breaks off
├── DamagedXmlError              an XML file that breaks off or is not well formed
├── DamagedBundleError           a pulled payout (JSON) that breaks off
├── NoSettlementError            a header, and nothing under it
├── MissingSummaryError          lines without the row that carries their total and currency
├── UnknownCurrencyError         nothing names the currency of the amounts
├── ConflictingSummaryError      two summary rows of one settlement that disagree
├── SubtractedColumnError        a column that nobody declared is taken from its row's sum: not read by columns
├── BadCellError                 a cell that is not what its column holds
├── UnstorableTextError          a text that no cell of a sheet can hold
├── TooMuchMoneyError            amounts that are together beyond what the books can hold
├── MixedDecimalMarksError       comma and point both used as decimal mark
├── AmbiguousDecimalMarkError    nothing tells which of the two it is
├── AmbiguousDatesError          nothing tells whether 09/06/25 is in June or September
└── DamagedIdError               an id that a spreadsheet turned into 1.19111E+14 and that is needed
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Place:
    """A file, a line of it (first = 1) and a column by its name in the header."""

    file: str
    line: int = 0
    column: str = ""

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{line}{column}"


_DOWNLOAD_AGAIN = "Download the file from the marketplace again and import it without opening it in Excel first."


class EmptyFileError(UnreadableFileError):
    """There is nothing in the file."""

    def __init__(self, file: str) -> None:
        super().__init__(f"{file}: the file is empty. {_DOWNLOAD_AGAIN}")


class SpreadsheetGivenError(UnreadableFileError):
    """An Excel workbook was given."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"{file}: this is an Excel workbook, not a settlement file. Excel changes ids and dates when it saves "
            "them; import the file (.txt, .csv, .xml or .zip) as the marketplace offers it."
        )


class NotTextError(UnreadableFileError):
    """The bytes are no text in any encoding that marketplaces use."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: this cannot be read as text ({reason}). {_DOWNLOAD_AGAIN}")


class ArchiveError(UnreadableFileError):
    """A zip or gzip file that cannot be unpacked to one file."""

    def __init__(self, file: str, reason: str, remedy: str) -> None:
        self.reason = reason
        super().__init__(f"{file}: {reason}. {remedy}")


class UnknownFormatError(UnreadableFileError):
    """No known format has a header like this."""

    def __init__(self, place: Place, first_line: str, advice: str) -> None:
        super().__init__(
            f"{place}: no settlement file that Cogsheet knows. It begins with {_short(first_line)}. {advice}"
        )


class OtherReportError(UnreadableFileError):
    """Another report of a marketplace, or the page where it is downloaded."""

    def __init__(self, place: Place, what: str, instead: str) -> None:
        super().__init__(f"{place}: this is {what}, which is not a settlement file. {instead}")


class LocalisedHeaderError(UnreadableFileError):
    """The column names are not in a language that the format is known in."""

    def __init__(self, place: Place, first_column: str, what: str, site: str) -> None:
        super().__init__(
            f"{place}: this looks like {what} whose column names are in a language that Cogsheet does not know "
            f"(the first is {_short(first_column)}). Set the language of {site} to English and download it again."
        )


class UnsupportedFormatError(UnreadableFileError):
    """A format that is recognised and not read."""

    def __init__(self, place: Place, title: str, instead: str) -> None:
        super().__init__(f"{place}: this is a {title}, which Cogsheet does not read. {instead}")


class MissingColumnError(UnreadableFileError):
    """The header lacks columns that are needed."""

    def __init__(self, place: Place, title: str, columns: Sequence[str]) -> None:
        noun = "column" if len(columns) == 1 else "columns"
        names = ", ".join(columns)
        super().__init__(f"{place}: the header of this {title} lacks the {noun} {names}. {_DOWNLOAD_AGAIN}")


class DuplicateColumnError(UnreadableFileError):
    """Two columns mean the same and hold different texts; which of them counts cannot be told."""

    def __init__(self, place: Place, texts: Sequence[str]) -> None:
        contents = " and ".join(map(_short, texts))
        super().__init__(f"{place}: two columns of the file mean this one and hold {contents}. {_DOWNLOAD_AGAIN}")


class PastedFilesError(UnreadableFileError):
    """A second file with other columns was pasted under the first."""

    def __init__(self, place: Place, first_header: int) -> None:
        super().__init__(
            f"{place}: a second header begins here whose columns are not those of the header on line {first_header}; "
            "two files were put into one. Import them separately."
        )


class OverlappingFilesError(UnreadableFileError):
    """Two downloads in one file share a row, and nothing would show that it counts twice."""

    def __init__(self, place: Place, line: int) -> None:
        super().__init__(
            f"{place}: this row stands on line {line} too, and a second header between them; two downloads that "
            "overlap were put into one file. Import them separately."
        )


class TruncatedFileError(UnreadableFileError):
    """A row has another number of cells than the header."""

    def __init__(self, place: Place, found: int, expected: int) -> None:
        super().__init__(
            f"{place}: this row has {found} columns where the header has {expected}; the file is damaged or was cut "
            f"off here. {_DOWNLOAD_AGAIN}"
        )


class DamagedXmlError(UnreadableFileError):
    """An XML file breaks off or is not well formed."""

    def __init__(self, place: Place, reason: str) -> None:
        super().__init__(f"{place}: the file is damaged or was cut off here ({reason}). {_DOWNLOAD_AGAIN}")


class DamagedBundleError(UnreadableFileError):
    """What was pulled from an API is no longer the whole document."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place}: this pulled payout is damaged or was cut off. Pull it again.")


class NoSettlementError(UnreadableFileError):
    """The file has a header and no rows."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place}: there is no settlement in this file, only its header. {_DOWNLOAD_AGAIN}")


class MissingSummaryError(UnreadableFileError):
    """Nothing says what the lines of a settlement must sum to."""

    def __init__(self, place: Place, settlement_id: str, columns: str) -> None:
        super().__init__(
            f"{place}: settlement {settlement_id} has lines but no summary row ({columns}); the file is not complete. "
            f"{_DOWNLOAD_AGAIN}"
        )


class UnknownCurrencyError(UnreadableFileError):
    """Neither the file's head nor its marketplaces tell the currency."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place}: nothing above this header names the currency of the amounts ('All amounts in USD'). "
            f"{_DOWNLOAD_AGAIN}"
        )


class ConflictingSummaryError(UnreadableFileError):
    """Two summary rows of one settlement disagree."""

    def __init__(self, first: Place, second: Place, settlement_id: str) -> None:
        super().__init__(
            f"{second}: settlement {settlement_id} has a second summary row that differs from the one on line "
            f"{first.line}. Import the two files separately, not pasted together."
        )


class SubtractedColumnError(UnreadableFileError):
    """A column that nobody declared is taken from the sum of its row, which only the readers of rows can do."""

    def __init__(self, place: Place, column: str) -> None:
        super().__init__(f"{place}: column “{column}” is taken from the sum of each row; the file is read row by row.")


class BadCellError(UnreadableFileError):
    """A cell does not hold what its column must hold."""

    def __init__(self, place: Place, text: str, must_be: str) -> None:
        super().__init__(f"{place}: {_short(text)} is not {must_be}. {_DOWNLOAD_AGAIN}")


class UnstorableTextError(UnreadableFileError):
    """A text that can be stored nowhere: longer than a cell of a sheet, or with characters that are none."""

    def __init__(self, place: Place, reason: str) -> None:
        super().__init__(f"{place}: this text {reason}. {_DOWNLOAD_AGAIN}")


class TooMuchMoneyError(UnreadableFileError):
    """The amounts of a file are, together, larger than the books can hold."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place}: up to this line the amounts of the file come to more than a million million; no settlement "
            f"is that large. {_DOWNLOAD_AGAIN}"
        )


class MixedDecimalMarksError(UnreadableFileError):
    """One amount is written with a decimal comma, another with a decimal point."""

    def __init__(self, comma: tuple[Place, str], point: tuple[Place, str]) -> None:
        (first, first_text), (second, second_text) = sorted((comma, point), key=lambda seen: seen[0].line)
        super().__init__(
            f"{second}: {_short(second_text)} is written with another decimal mark than {_short(first_text)} on line "
            f"{first.line}. {_DOWNLOAD_AGAIN}"
        )


class AmbiguousDecimalMarkError(UnreadableFileError):
    """Every amount can be read both ways."""

    def __init__(self, place: Place, text: str) -> None:
        super().__init__(
            f"{place}: {_short(text)} may be a number above a thousand or one with three decimals, and neither another "
            f"amount nor the file's total tells which. {_DOWNLOAD_AGAIN}"
        )


class AmbiguousDatesError(UnreadableFileError):
    """Every date can be read as day/month and as month/day."""

    def __init__(self, place: Place, text: str) -> None:
        super().__init__(
            f"{place}: {_short(text)} may be day/month or month/day, and nothing else in the file tells which. "
            "Download the file with dates written out (2026-06-17 or 17.06.2026)."
        )


class DamagedIdError(UnreadableFileError):
    """A spreadsheet program has rounded an id that the books need."""

    def __init__(self, place: Place, text: str) -> None:
        super().__init__(
            f"{place}: the id {_short(text)} was rounded by a spreadsheet program and its digits are lost. "
            f"{_DOWNLOAD_AGAIN}"
        )


def _short(text: str) -> str:
    """Quote what a cell holds, so that a whole line in one cell does not fill the screen."""
    shown = text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - fits one line of a message box
    return f"'{shown}'" if shown.strip() else "a blank cell"
