"""Column types that come back exactly as they went in, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import BigInteger, Integer, MetaData, Text
from sqlalchemy.types import TypeDecorator

from core.books.database.errors import UnknownWordError, UnstorableValueError
from core.money import LINE_PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

    from sqlalchemy.engine import Dialect

SORTS_BY_LOCALE = "cogsheet_sorts_by_locale"
"""Of a dialect: whether its server sorts a column by code point only where that column says so."""
_Listed = TypeVar("_Listed", bound="StrEnum")
MONEY_DIGITS = 18
"""As many as `core.money.MONEY` holds, so that whatever is stored can be loaded into a frame."""
_UNIT = Decimal(1).scaleb(-LINE_PLACES)
_EXACTLY = Context(prec=MONEY_DIGITS, traps=[Inexact, InvalidOperation])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_MICROSECOND = timedelta(microseconds=1)


class Money(TypeDecorator[Decimal]):
    """An exact amount as a whole number of millionths; its currency stands in a column beside it.

    SQLite has no exact decimals, so a column of decimals would come back changed.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Return the millionths.

        Raises:
            UnstorableValueError: If it has more than six places or more than eighteen digits, or is no number.
        """
        del dialect
        return None if value is None else millionths(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Return the amount with six places."""
        del dialect
        return None if value is None else Decimal(value).scaleb(-LINE_PLACES)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC as whole microseconds since 1970: exact, in order, and free of a server's time zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return the microseconds.

        Raises:
            UnstorableValueError: If it has no time zone.
        """
        del dialect
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        del dialect
        return None if value is None else _EPOCH + value * _MICROSECOND


class Verbatim(TypeDecorator[str]):
    """Text kept letter by letter, compared and sorted by code point: `a1` and `A1` are two SKUs everywhere."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Text:
        """Sort as SQLite does, whatever the server's locale; servers of other makers do so by themselves."""
        sorts_by_locale = dialect.name == "postgresql" and getattr(dialect, SORTS_BY_LOCALE, True)
        return Text(collation="C") if sorts_by_locale else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text itself.

        Raises:
            UnstorableValueError: If it holds a NUL or half a character, which PostgreSQL cannot keep.
        """
        del dialect
        return None if value is None else storable_text(value)


class Word(Verbatim):
    """A word that is read as a member of a list: what is not on it stops the reading, with what it is and what to do.

    Words that are only compared are `Verbatim`: one that is not known is nothing of what it is compared with.
    """

    cache_ok = True

    def __init__(self, kind: type[StrEnum], what: str) -> None:
        super().__init__()
        self.kind = kind
        """The list."""
        self.what = what
        """What it is to a bookkeeper, with its article: `a disposition`."""

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the word itself.

        Raises:
            UnknownWordError: If it is not on the list.
        """
        del dialect
        self.check([value])
        return value

    def check(self, words: Iterable[str | None]) -> None:
        """Stop at the first word that is not on the list; nothing is no word.

        Raises:
            UnknownWordError: If there is one.
        """
        for word in words:
            if word:
                known_word(self.kind, word, self.what)


def known_word(kind: type[_Listed], text: str, what: str) -> _Listed:
    """Return what a stored word stands for: the one way from a text of the database to a member of a list.

    Raises:
        UnknownWordError: If it is not on the list.
    """
    try:
        return kind(text)
    except ValueError:
        raise UnknownWordError(what, text) from None


def millionths(amount: Decimal) -> int:
    """Return an amount as a whole number of millionths, exactly.

    Raises:
        UnstorableValueError: If that is not possible.
    """
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise UnstorableValueError(amount, "an amount must be an exact decimal number")
    try:
        return int(amount.quantize(_UNIT, context=_EXACTLY).scaleb(LINE_PLACES, context=_EXACTLY))
    except Inexact:
        raise UnstorableValueError(amount, f"amounts have at most {LINE_PLACES} decimals") from None
    except InvalidOperation:
        places = MONEY_DIGITS - LINE_PLACES
        raise UnstorableValueError(amount, f"amounts have at most {places} digits before the point") from None


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970.

    Raises:
        UnstorableValueError: If it has no time zone.
    """
    if moment.tzinfo is None:
        raise UnstorableValueError(moment, "a moment needs its time zone")
    return (moment - _EPOCH) // _MICROSECOND


def storable_text(text: str) -> str:
    """Return the text itself.

    Raises:
        UnstorableValueError: If it holds a NUL or half a character.
    """
    if "\x00" in text:
        raise UnstorableValueError(text, "it contains the character NUL")
    if _HALF_CHARACTER.search(text):
        raise UnstorableValueError(text, "it contains half a character (a lone surrogate)")
    return text


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
RowId = BigInteger().with_variant(Integer, "sqlite")
"""A number the database gives; SQLite counts by itself only in a column of exactly this type."""
