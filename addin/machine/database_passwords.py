"""The password of a server's database: kept where keys are kept, never in the list of companies.

The list says where each company's books are, and an address there has no password. An older version wrote it; it is
moved at the next command.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.books.database.safe_places import is_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.company_databases import MachineFolder
    from core.http.credentials import Credentials

_SYSTEM, _NAME = "PostgreSQL", "password"


@contextmanager
def password_kept(address: str, credentials: Credentials | None = None) -> Iterator[str]:
    """Keep the password of an address, and give the address without it; after an error the password is as it was.

    Raises:
        NoKeyringError: If there is no place for it.
        ServerAddressError: If the address is a URL that cannot be read.
    """
    from core.books.database.server_addresses import without_password  # noqa: PLC0415 - only a server needs it

    if not is_url(address):
        yield address
        return
    bare, password = without_password(address)
    if not password:
        yield bare
        return
    kept, account = _kept(credentials), _account(bare)
    before = kept.get(_SYSTEM, account, _NAME)
    _put(kept, account, password)
    try:
        yield bare
    except BaseException:
        if before is None:
            kept.forget(_SYSTEM, account, _NAME)
        else:
            _put(kept, account, before.get_secret_value())
        raise


def whole_address(address: str, credentials: Credentials | None = None) -> str:
    """Return the address by which a database is opened: with its password, where one is kept.

    Raises:
        StoredAddressError: If the address is a URL that cannot be read.
    """
    from core.books.database.server_addresses import with_password, without_password  # noqa: PLC0415 - as above

    if not is_url(address):
        return address
    refuse_unreadable(address)
    bare, password = without_password(address)
    if password:
        return address
    secret = _kept(credentials).get(_SYSTEM, _account(bare), _NAME)
    return address if secret is None else with_password(bare, secret.get_secret_value())


def refuse_unreadable(noted: str) -> None:
    """Refuse an address of the list of companies that cannot be read.

    Raises:
        StoredAddressError: If it is such a URL.
    """
    from core.books.database.server_addresses import (  # noqa: PLC0415 - as above
        ServerAddressError,
        StoredAddressError,
        read_url,
    )

    try:
        if is_url(noted):
            read_url(noted)
    except ServerAddressError:
        raise StoredAddressError from None


def move_passwords(
    machine: MachineFolder, credentials: Credentials | None = None, *, company: str | None = None
) -> str:
    """Take passwords out of the list of companies into the keyring, and say so; empty where none is there.

    An address that cannot be read stays as it is until its books are opened or told.

    Args:
        machine: Whose list it is.
        credentials: Where passwords are kept; this computer's keyring if left out.
        company: Whose password alone; of all companies if left out.

    Raises:
        ListingDamagedError: If the list cannot be read.
    """
    wanted = {name: each for name, each in machine.companies().items() if is_url(each) and company in (None, name)}
    return " ".join(filter(None, (_moved(*one, machine, credentials) for one in wanted.items())))


def _moved(company: str, address: str, machine: MachineFolder, credentials: Credentials | None) -> str:
    from core.books.database.server_addresses import ServerAddressError, without_password  # noqa: PLC0415 - as above
    from core.http.credentials import NoKeyringError  # noqa: PLC0415 - as above

    try:
        bare, password = without_password(address)
    except ServerAddressError:
        return ""
    if not password:
        return ""
    try:
        with password_kept(address, credentials):
            machine.remember(company, bare)
    except NoKeyringError as error:
        return (
            f"The password of the books of {company} still stands in {machine.listing}. {error} The next command takes "
            f"it out there."
        )
    return (
        f"The password of the books of {company} is no longer in {machine.listing}: this computer's keyring, or the "
        f"environment, gives it."
    )


def _account(bare: str) -> str:
    """Return whose password it is: user, server and name of the database."""
    return bare.partition("://")[2].partition("?")[0]


def _kept(credentials: Credentials | None) -> Credentials:
    from core.http.credentials import SystemCredentials  # noqa: PLC0415 - reading a keyring's program takes its time

    return SystemCredentials() if credentials is None else credentials


def _put(kept: Credentials, account: str, password: str) -> None:
    from core.http.credentials import Secret  # noqa: PLC0415 - as above

    kept.put(_SYSTEM, account, _NAME, Secret(password))
