"""A marked key and secret through a bookkeeper's whole day: nothing that is written or said holds them."""

from __future__ import annotations

import base64
import logging
import traceback
import zipfile
from functools import partial
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from addin.commands.costs import syncing
from addin.commands.desk_opening import on_file
from addin.commands.settlements import importing
from addin.commands.setup import connecting, doctor
from addin.commands.setup.new import new_workbook
from addin.connections.finale import URL_VARIABLE
from core import log
from core.company_databases import machine_folder
from core.errors import CogsheetError
from sandbox.business import demo_business
from sandbox.server import DEMO_ACCOUNT, serve
from sandbox.settlement_files.amazon_v2 import settlement_files
from tests.addin.connections.test_connecting import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from addin.commands.outcome import Outcome

pytestmark = pytest.mark.long

KEY, SECRET = "KEY-MARKED-4711", "SECRET-MARKED-0815"
MARKS = [
    mark.encode()
    for text in (KEY, SECRET, f"{KEY}:{SECRET}")
    for mark in (text, base64.b64encode(text.encode()).decode().rstrip("="))
]
FAILURES = ("error-inside-200", "401")


def contents(folders: tuple[Path, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield every file below some folders, and every part of those that are packages."""
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        yield str(path), path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                yield from ((f"{path}!{name}", package.read(name)) for name in package.namelist())


def switch(url: str, content: bytes) -> None:
    with urlopen(Request(f"{url}/_control", content, {"Content-Type": "application/json"})) as answer:  # noqa: S310 - the sandbox on this machine
        assert answer.status == 200


def test_a_marked_secret_is_in_no_file_no_log_and_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Connect, import, sync, two failing syncs and Check, with the log at its lowest level."""
    handler = log.set_up(tmp_path / "log", logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    vault, book = Vault(), tmp_path / "Acme.xlsm"
    smallest = min(settlement_files(demo_business()), key=lambda file: len(file.content))
    (tmp_path / smallest.name).write_bytes(smallest.content)
    new_workbook(book, company=tmp_path.name, currency="USD", database=str(tmp_path / "acme.sqlite"))

    def press(action: Callable[..., Outcome], **arguments: object) -> None:
        try:
            outcome = on_file(book, partial(action, **arguments))
            said.extend([outcome.message, str(outcome.data)])
        except CogsheetError as error:
            said.extend([repr(error), *traceback.format_exception(error)])

    with serve(demo_business(), key=KEY, secret=SECRET) as address:
        monkeypatch.setenv(URL_VARIABLE, address.url)
        press(connecting.connect, account=DEMO_ACCOUNT, key=KEY, secret=SECRET, credentials=vault)
        press(importing.import_files, files=[tmp_path / smallest.name])
        press(syncing.sync, credentials=vault)
        for failure in FAILURES:
            switch(address.url, f'{{"clear": {list(FAILURES)}, "set": ["{failure}"]}}'.replace("'", '"').encode())
            press(syncing.sync, credentials=vault)
        press(doctor.doctor, credentials=vault)
    logging.getLogger().removeHandler(handler)
    handler.close()

    texts = [*said, caplog.text, *(str(vars(record)) for record in caplog.records)]
    files = dict(contents((tmp_path, machine_folder().path)))
    assert "new costs from Finale Inventory" in "".join(said)
    assert "did not accept the key and secret" in "".join(said)
    assert any(name.endswith("acme.sqlite") for name in files)
    assert any(name.endswith(log.FILE_NAME) and b"DEBUG" in content for name, content in files.items())
    assert any("!xl/worksheets/" in name for name in files)
    assert [] == [text[:200] for text in texts if any(mark in text.encode() for mark in MARKS)]
    assert [] == [name for name, content in files.items() if any(mark in content for mark in MARKS)]
