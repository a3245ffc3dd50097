"""How a marketplace's words are compared: one way for words, one for identifiers, and no other.

`folded` makes one text of a word however it is written: `Shop_Cash-Credit`, `shop cash credit` and `shopCashCredit` are
the same word, so that a file and an API that write it differently meet in one vocabulary. `tokens` takes an identifier
apart (`RESERVED_FUNDS` -> reserved, funds), for a test whether it holds a word; a pattern with word borders cannot do
that, for an underscore is no border to it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HUMPS = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN = re.compile(r"[^\w]|_")


@lru_cache(maxsize=8192)
def folded(word: str) -> str:
    """Return a word as it is compared: without case, blanks, hyphens of any kind, underscores and quotes.

    Other characters stay: `A/B` and `AB` are two words.
    """
    kept = "".join(sign for sign in unicodedata.normalize("NFKC", word) if not _is_between(sign))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept.casefold()).casefold())


def _is_between(sign: str) -> bool:
    return sign.isspace() or sign in "_'\"\u2019" or unicodedata.category(sign) in ("Pd", "Cf", "Cc")


@lru_cache(maxsize=8192)
def tokens(identifier: str) -> tuple[str, ...]:
    """Return the words that an identifier or a phrase is made of, without case.

    They end at anything that is no letter or digit, and at the humps of camel case.

    >>> tokens("RESERVED_FUNDS"), tokens("FBAInboundTransportationFee"), tokens("Tax-withheld 2")
    (('reserved', 'funds'), ('fba', 'inbound', 'transportation', 'fee'), ('tax', 'withheld', '2'))
    """
    parts = _BETWEEN.split(_HUMPS.sub(" ", unicodedata.normalize("NFKC", identifier)))
    return tuple(part.casefold() for part in parts if part)


def says(identifier: str, phrases: Iterable[str]) -> bool:
    """Tell whether an identifier or a phrase holds one of some phrases, word for word and in their order."""
    words = tokens(identifier)
    wanted = (tokens(phrase) for phrase in phrases)
    return any(
        words[start : start + len(phrase)] == phrase
        for phrase in wanted
        for start in range(len(words) - len(phrase) + 1)
        if phrase
    )
