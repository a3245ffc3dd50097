"""The log file: where it is, and that no secret gets into it."""

from __future__ import annotations

import contextlib
import logging
import os
from typing import TYPE_CHECKING

import pytest

from core.company_databases import MachineFolder
from core.log import FILE_NAME, REDACTION, Redaction, set_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """Write the log of one test to a folder that does not exist before, and leave the root logger as it was."""
    root = logging.getLogger()
    level = root.level
    handler = set_up(tmp_path / "logs", logging.DEBUG)
    yield tmp_path / "logs" / FILE_NAME
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()


def test_lines_are_written_with_level_and_place(log_file: Path) -> None:
    """A line says how bad it is, who says it and what."""
    logging.getLogger("cogsheet.test").warning("3 of %s rows", 7)

    assert log_file.read_text(encoding="utf-8").endswith("WARNING cogsheet.test: 3 of 7 rows\n")


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Basic QUJDOkRFRkdISg==",
        "headers={'authorization': 'Bearer eyJhbGciOi.x.y'}",
        'body={"client_secret": "MARKED", "grant_type": "x"}',
        "GET https://example.com/file?X-Amz-Signature=MARKED&x=1",
        "password = MARKED",
        "api_key=MARKED",
        "refresh_token: MARKED",
    ],
)
def test_what_stands_behind_the_name_of_a_secret_is_masked(line: str) -> None:
    """Secrets nobody has registered are known by the words before them."""
    shown = Redaction().redact(line)

    assert [] == [mark for mark in ("MARKED", "QUJDOkRFRkdISg==", "eyJhbGciOi") if mark in shown]
    assert "********" in shown


@pytest.mark.parametrize("line", ["3 orders, 2 tokens of goodwill", "Basic colours of SKU BASIC-1", "secret santa"])
def test_plain_sentences_are_left_alone(line: str) -> None:
    """A log whose ordinary words are masked is of no use."""
    assert line == Redaction().redact(line)


def test_a_registered_secret_is_masked_in_every_form(log_file: Path) -> None:
    """A known secret shows in no message, argument, traceback or stack, percent-encoded and in base64 neither."""
    log = logging.getLogger("cogsheet.test")
    redaction = Redaction()
    redaction.hide("S3CRET/MARK")
    for handler in logging.getLogger().handlers:
        handler.addFilter(redaction)
    try:
        _fail("S3CRET/MARK")
    except ValueError:
        log.exception("failed with %s", "S3CRET/MARK", stack_info=True)
    log.info("percent %s", "S3CRET%2FMARK")
    log.info("base64 UzNDUkVUL01BUks=")
    for handler in logging.getLogger().handlers:
        handler.removeFilter(redaction)

    text = log_file.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert [] == [form for form in ("S3CRET", "UzNDUkVUL01BUks") if form in text]


def _fail(value: str) -> None:
    raise ValueError(value)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a user's folder to its user")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_own_files_are_for_their_user_alone(tmp_path: Path, umask: int) -> None:
    """The log and the list of companies, whatever the umask."""
    before = os.umask(umask)
    try:
        handler = set_up(tmp_path)
        MachineFolder(tmp_path).remember("Acme", "books.sqlite")
    finally:
        os.umask(before)
    logging.getLogger().removeHandler(handler)
    handler.close()
    assert {0o600} == {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}


def test_half_a_letter_of_a_file_name_is_logged_with_a_sign_of_its_own(log_file: Path) -> None:
    """A name that is no UTF-8 would else cost the line, and on a console the command."""
    logging.getLogger("cogsheet.test").info("%s was refused", "statement \udcff.txt")

    assert "statement \\udcff.txt was refused" in log_file.read_text(encoding="utf-8")


@pytest.mark.parametrize("time", ["once", "twice"])
def test_no_test_knows_the_secrets_of_another(time: str) -> None:
    """The filter of the process begins each test without any: what one hides would be missed in another's words."""
    assert f"mine {time}" == REDACTION.redact(f"mine {time}")
    REDACTION.hide("mine")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk that is always full")  # noqa: PTH110 - a device
def test_a_full_disk_does_not_fail_a_command_that_is_done(tmp_path: Path) -> None:
    """What waits to be written when the log is closed is passed over: a command that was done ended in a traceback."""
    handler = set_up(tmp_path)
    assert isinstance(handler, logging.FileHandler)
    with open("/dev/full", "w", encoding="utf-8") as full, contextlib.suppress(OSError):  # noqa: PTH123 - a device
        full.write("a line")
        handler.stream = full
        try:
            handler.close()
        except OSError:
            pytest.fail("the full disk is told")
        finally:
            logging.getLogger().removeHandler(handler)
