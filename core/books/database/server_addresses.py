"""The URL of a server's database and the password in it, told apart: the one is shown and noted, the other neither."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from core.books.database.errors import PasswordNotTypedError, PasswordRefusedError
from core.books.database.safe_places import is_url
from core.errors import DatabaseError
from core.log import REDACTION

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARAMETER = "password"
"""Name of the parameter by which a URL may say it too."""
_USER_WITH_AT = re.compile(r"[^:/?]*@[^:/?]*:[^@/?]*@[^@]*")
"""What is behind `://` where a user is called `anna@firm`, as providers do, and the password holds no sign of a URL."""
_WRITTEN = "postgresql://USER:PASSWORD@SERVER/NAME, and in a password %40 for @, %2F for /, %3A for : and %25 for %."


class ServerAddressError(DatabaseError):
    """A database's URL cannot be read; it is not repeated, since a password may stand anywhere in it."""

    def __init__(self) -> None:
        super().__init__(f"The database's address cannot be read. Nothing was changed. Write it as {_WRITTEN}")


class StoredAddressError(ServerAddressError):
    """The address of a company's books in the list of companies cannot be read; nobody typed it now."""

    def __init__(self) -> None:
        super().__init__()
        words = (
            "The address of these books that this computer has noted cannot be read. Nothing was changed. Tell it the "
            f"right one (command `cogsheet database where`): {_WRITTEN}"
        )
        self.args = (words,)


def read_url(address: str) -> URL:
    """Return a URL in its parts.

    Raises:
        ServerAddressError: If it is none, or its password is not told from the rest of it.
    """
    if address.count("@") > 1 and not _USER_WITH_AT.fullmatch(address.partition("://")[2]):
        raise ServerAddressError
    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        raise ServerAddressError from None


@contextmanager
def typed_address() -> Iterator[None]:
    """Let a server that refuses the address that was typed ask for the same command with its password.

    Raises:
        PasswordNotTypedError: Instead of one that speaks of the address that a computer has noted.
    """
    try:
        yield
    except PasswordRefusedError as error:
        raise PasswordNotTypedError(error.location, error.reason) from error


def without_password(address: str) -> tuple[str, str]:
    """Return an address without its password, and the password, hidden from every log and message from now on.

    The password is empty where there is none; a path has none.

    Raises:
        ServerAddressError: If the address is a URL that cannot be read.
    """
    if not is_url(address):
        return address, ""
    url = read_url(address)
    said = url.query.get(_PARAMETER, "")
    password = url.password or (said if isinstance(said, str) else said[-1])
    if not password:
        return address, ""
    REDACTION.hide(password)
    bare = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
    return bare.difference_update_query([_PARAMETER]).render_as_string(), password


def with_password(address: str, password: str) -> str:
    """Return an address as the server is asked with it."""
    return read_url(address).set(password=password).render_as_string(hide_password=False)
