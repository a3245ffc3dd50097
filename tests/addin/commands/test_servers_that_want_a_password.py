"""A server that wants a password: what is asked for can be done, whichever command met it."""

from __future__ import annotations

import socket
import struct
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

import keyring
import keyring.backends.fail
import pytest

from addin.commands.setup.database_place import move, where
from addin.commands.setup.new import new_workbook
from core.books.database.errors import PasswordNotTypedError, PasswordRefusedError
from core.company_databases import machine_folder
from tests.addin.conftest import COMPANY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_ENCRYPTION = (80877103, 80877104)  # what a client asks first: SSL and GSS
_PASSWORD = b"R" + struct.pack("!ii", 8, 3)


def _answer(listening: socket.socket) -> None:
    """Answer each client as a server does that wants a password in clear text."""
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        with client:
            while (asked := client.recv(4096)) and struct.unpack_from("!ii", asked)[1] in _ENCRYPTION:
                client.sendall(b"N")
            client.sendall(_PASSWORD)
            client.recv(1)


@contextmanager
def server() -> Iterator[str]:
    """Give the address of such a server, without a password."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=_answer, args=(listening,), daemon=True).start()
        yield f"postgresql://anna@127.0.0.1:{listening.getsockname()[1]}/acme?connect_timeout=5"
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.usefixtures("new_books")
def test_the_same_command_is_asked_for_with_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`database where --set` finds no books in a database that is still empty, so it is no way out of a move."""
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    with server() as address:
        deeds: tuple[Callable[[], object], ...] = (
            lambda: move(COMPANY, address),
            lambda: where(COMPANY, address=address),
            lambda: new_workbook(tmp_path / "n.xlsm", company="Nine", database=address),
            lambda: new_workbook(tmp_path / "n.xlsm", company=COMPANY, database=address, join=True),
        )
        for deed in deeds:
            with pytest.raises(PasswordNotTypedError, match=r"the same command again .*USER:PASSWORD@SERVER/NAME"):
                deed()
        monkeypatch.setenv("COGSHEET_HOME", str(tmp_path / "home"))
        machine_folder().remember(COMPANY, address)
        with pytest.raises(PasswordRefusedError, match="command `cogsheet database where`"):
            move(COMPANY, str(tmp_path / "back.sqlite"))
