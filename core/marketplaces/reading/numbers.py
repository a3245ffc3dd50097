"""Numbers as marketplaces write them. The decimal mark is decided once per file, never per cell.

`1,234` alone says nothing; `1,234.56`, `95,00` and `1,44,957.78` do (docs/design/marketplaces.md). A number that can
only be read one way votes; two votes that differ stop the reading, no vote at all leaves it to the file's own total.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from core.marketplaces.errors import BadCellError, MixedDecimalMarksError
from core.money import FIRST_TOO_LARGE, LINE_PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.marketplaces.errors import Place

MARKS = (".", ",")

LARGEST = FIRST_TOO_LARGE
"""No amount, and no sum of amounts, is as large: `core.money.MONEY` holds twelve digits before the point."""

_MOST_UNITS = 1_000_000
"""More units than any line of a settlement has; a barcode in the wrong column has more."""
_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-"})  # minus sign, dash
_BLANKS_AND_APOSTROPHES = " \u00a0\u202f\u2009'\u2019"
_GROUPS_OF = 3
_ENOUGH = re.compile(r"[+-]?[\d.,]*\d[\d.,]*", re.ASCII)
_PATTERNS = {
    mark: re.compile(
        rf"[+-]?(?:\d{{1,3}}(?:[{other}{_BLANKS_AND_APOSTROPHES}]\d{{2,3}})*[{other}{_BLANKS_AND_APOSTROPHES}]\d{{3}}"
        rf"|\d+)?(?:\{mark}\d*)?",
        re.ASCII,
    )
    for mark, other in ((".", ","), (",", r"\."))
}
_GROUPING = {mark: str.maketrans("", "", other + _BLANKS_AND_APOSTROPHES) for mark, other in ((".", ","), (",", "."))}


def possible_marks(seen: Mapping[str, Place]) -> tuple[str, ...]:
    """Return the decimal marks that every number of a file allows: one, or both where nothing tells.

    Args:
        seen: Each different text of an amount, and where it stands first.

    Raises:
        MixedDecimalMarksError: If one number needs a comma and another a point.
    """
    deciding: dict[str, str] = {}
    open_question = False
    for text in seen:
        vote = _vote(text)
        open_question = open_question or vote == "?"
        if vote in MARKS:
            deciding.setdefault(vote, text)
    if len(deciding) > 1:
        comma, point = deciding[","], deciding["."]
        raise MixedDecimalMarksError((seen[comma], comma), (seen[point], point))
    if deciding:
        return tuple(deciding)
    return MARKS if open_question else (".",)


def first_ambiguous(seen: Mapping[str, Place]) -> str:
    """Return the first text that can be read both ways."""
    return next(text for text in seen if _vote(text) == "?")


_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF "
    "GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK "
    "LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR "
    "PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC "
    "SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF "
    "YER ZAR ZMW ZWG ZWL "
)
CURRENCIES = frozenset(_CODES.split())
"""Codes of ISO 4217 that money is or was paid in; those of metals, funds and tests are none."""


def parse_currency(text: str, place: Place) -> str:
    """Return a currency's code in capital letters, empty for a blank cell.

    Raises:
        BadCellError: If it is none of ISO 4217: `U5D`, a date, letters that are not of A to Z.
    """
    plain = text.strip()
    code = plain.upper() if plain.isascii() else plain
    if plain and code not in CURRENCIES:
        raise BadCellError(place, plain, "a currency (a code of ISO 4217, like USD)")
    return code


def parse_amount(text: str, mark: str, place: Place) -> Decimal:
    """Return the exact number with the file's sign, at most six decimals; its currency is said elsewhere in the file.

    Raises:
        BadCellError: If it is no number in this notation.
    """
    plain = text.strip().translate(_SIGNS)
    if not _PATTERNS[mark].fullmatch(plain) or not plain.strip("+-.,"):
        raise BadCellError(place, text, "an amount")
    value = Decimal(plain.translate(_GROUPING[mark]).replace(",", "."))
    if abs(value) >= LARGEST or -int(value.as_tuple().exponent) > LINE_PLACES:
        raise BadCellError(place, text, f"an amount below a million million with at most {LINE_PLACES} decimals")
    return value


_FRACTION = re.compile(r"[+-]?(?:0*[.,](?!0*\Z)\d{1,6}|\d{1,9}[.,](?!0*\Z)(?!\d{3}\Z)\d{1,6})", re.ASCII)


def parse_units(text: str, place: Place) -> int | None:
    """Return how many units a cell states, `None` for a blank one.

    A fraction is 0: nobody knows how many units 1.5 are, and where goods are paid for the bookkeeper is asked as of 0.

    Raises:
        BadCellError: If it is no number, or one that may be above a thousand (`1,500`).
    """
    return 0 if _FRACTION.fullmatch(text.strip().translate(_SIGNS)) else parse_whole(text, place)


def parse_whole(text: str, place: Place) -> int | None:
    """Return a count, `None` for a blank cell.

    Raises:
        BadCellError: If it is no whole number.
    """
    plain = text.strip().translate(_SIGNS)
    if not plain:
        return None
    if not re.fullmatch(r"[+-]?\d{1,9}(?:[.,]0{1,2})?", plain, re.ASCII):
        raise BadCellError(place, text, "a whole number")
    count = int(re.split(r"[.,]", plain)[0])
    if abs(count) > _MOST_UNITS:
        raise BadCellError(place, text, f"a whole number up to {_MOST_UNITS:,}")
    return count


def _vote(text: str) -> str:
    """Return the mark that this number must be written with, `?` where both are possible, nothing where it has none."""
    plain = text.strip().translate(_SIGNS).lstrip("+-")
    for blank in _BLANKS_AND_APOSTROPHES:
        plain = plain.replace(blank, "")
    if not _ENOUGH.fullmatch(plain):
        return ""
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:
        return "," if comma > point else "."
    return _vote_of_one(plain, "," if comma >= 0 else ".") if comma != point else ""


def _vote_of_one(plain: str, mark: str) -> str:
    before, *after = plain.split(mark)
    if len(after) > 1:
        return "." if mark == "," else ","
    if len(after[0]) == _GROUPS_OF and len(before) <= _GROUPS_OF and not before.startswith("0") and before:
        return "?"
    return mark
