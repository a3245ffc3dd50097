"""Fixtures for every test: where the sample files are, and whether a missing tool may be skipped."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from addin.commands.registry.guide import TYPED_AS
from core.log import REDACTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Times are measured in benchmarks, never asserted: no deadlines. The everyday run draws a tenth of the examples, also
# where a test says how many (`tests/examples.py`).
settings.register_profile("everyday", deadline=None, max_examples=10)
settings.register_profile("long", deadline=None, max_examples=100)

SHARED = Path(__file__).parents[2] / "shared"
SAMPLES = SHARED / "samples"
CASES = SHARED / "cases"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the switches of this suite."""
    parser.addoption("--regenerate", action="store_true", help="write the golden files anew; review the diff")
    parser.addoption("--long", action="store_true", help="also run the tests that CI alone has the time for")
    parser.addoption("--examples", type=int, metavar="N", help="draw N percent of the random examples that CI draws")


_MEMORY, _ROOM = Path("/dev/shm"), 2 << 30  # noqa: S108 - where Linux keeps files in memory


def pytest_configure(config: pytest.Config) -> None:
    """Draw as many examples as the run has time for, and let all folders lie in memory where there is room for them.

    Every write into books waits for the disk some four times, which is seconds of a test that writes a hundred times.
    What a test leaves is removed once it has passed (pyproject.toml), so that the long run needs little more room.
    """
    is_long = config.getoption("--long")
    settings.load_profile("long" if is_long else "everyday")
    if share := config.getoption("--examples"):
        settings.register_profile("asked", deadline=None, max_examples=share)
        settings.load_profile("asked")
    if os.access(_MEMORY, os.W_OK) and _has_room(2 * _ROOM if is_long else _ROOM, runs_programs=is_long):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
        tempfile.tempdir = str(_MEMORY)
    _keep_bytecode(config.rootpath / ".pytest_cache" / "bytecode")


def _keep_bytecode(folder: Path) -> None:
    """Keep compiled modules between runs, also where Python may lay none beside its sources: the cache of pytest may.

    To compile every module of ours and every test again took each worker half of the time in which it finds its tests.
    """
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(folder)


def _has_room(room: int, *, runs_programs: bool) -> bool:
    """Tell whether memory takes so many bytes, and lets programs run there, as an installed Cogsheet must."""
    is_barred = runs_programs and os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC
    return not is_barred and shutil.disk_usage(_MEMORY).free > room


_SHARE_A_BOOK = ("tests/end_to_end/", "tests/addin/in_both_engines/", "tests/addin/template/", "tests/architecture/")
"""Folders whose tests share what takes seconds to make: in the everyday run each is the work of one worker."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave long tests out of the everyday run, and of those marked `few` all but the first ones.

    They are not even skipped: to report a skipped test takes as long as to run a plain one, and there are thousands.
    """
    if config.getoption("--long"):
        items.sort(key=lambda item: not item.nodeid.startswith(_OF_MINUTES))  # else one worker would end with them
        return
    everyday: list[pytest.Item] = []
    long: list[pytest.Item] = []
    seen: Counter[str] = Counter()
    for item in items:
        few = item.get_closest_marker("few")
        name = item.nodeid.partition("[")[0]
        is_long = "long" in item.keywords or (few is not None and seen[name] >= few.args[0])
        (long if is_long else everyday).append(item)
        seen[name] += not is_long
    items[:] = everyday
    config.hook.pytest_deselected(items=long)


def pytest_report_header(config: pytest.Config) -> str:
    """Say which of the two runs it is."""
    return "every test" if config.getoption("--long") else "the everyday run: what takes long is left to --long"


class _Whole(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker a whole file, or a whole folder whose tests share a book, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        return next(filter(nodeid.startswith, _SHARE_A_BOOK), nodeid.partition("::")[0])


_OF_MINUTES = (
    "tests/core/books/test_lives_across_settlements.py",
    "tests/core/books/costed_lines/test_catching_up_of_random_books.py",
    "tests/core/books/true_ups/test_due_true_ups.py",
    "tests/core/books/test_twin_stores_in_random_histories.py",
    "tests/core/books/test_claims_in_random_histories.py",
    "tests/core/books/test_random_histories.py",
    "tests/core/books/importing/test_routes_in_random_histories.py",
    "tests/core/finale/test_finale_misbehaviour.py",
    "tests/end_to_end/test_interrupted_syncs.py",
    "tests/end_to_end/test_words_said_after_an_export.py",
    "tests/installer/test_setup_file.py",
)
"""Files of one worker that take two minutes and more; the long run begins with them."""
_OF_A_DEED = "tests/reliability/test_reliability.py::test_nothing_is_lost["
"""Tests of minutes that share what is made of a deed: `[sync, killed]`, `[sync, with no room]`."""


class _ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker a whole file, that of minutes in parts: what the tests of a file share is made by one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("," if nodeid.startswith(_OF_A_DEED) else "::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Let what tests share be made once; `xdist_group` has no effect with pytest 9.2."""
    if not config.getoption("--long"):
        return _Whole(config, log)
    config.option.loadscopereorder = False  # not the largest first, but those of minutes
    return _ByFile(config, log)


gc.set_threshold(20_000, 20, 50)
"""Python's own 700 suits programs of few objects: a table of some lines is thousands, hardly ever in circles."""


def pytest_collection_finish() -> None:
    """Keep the search for unreachable cycles away from thousands of tests and modules, which took a seventh of the run.

    It looks again at the end of the run, and whatever was left open then fails.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Begin each test without the secrets of those before it, which would show as asterisks in its own words.

    One test read a key `mine`, and a later one in that worker missed the name `mine.xlsx` in a message.
    """
    REDACTION._forms.clear()


@pytest.fixture(autouse=True, scope="session")
def users_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the tests out of the folder of the user who runs them."""
    folder = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COGSHEET_HOME", str(folder))
        environment.delenv(TYPED_AS, raising=False)  # `run.py test` says how it was called, and messages follow it
        yield folder


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Return whether golden files are to be written anew."""
    return bool(request.config.getoption("--regenerate"))


@pytest.fixture
def samples() -> Path:
    """Return the folder of real settlement files, which is not part of the project."""
    if not SAMPLES.is_dir():
        pytest.skip("the folder of real settlement files (shared/samples beside the project) is not here")
    return SAMPLES


@pytest.fixture
def shared_cases() -> Path:
    """Return the folder of inputs that once went wrong, which is not part of the project."""
    if not CASES.is_dir():
        pytest.skip("the folder of inputs that once went wrong (shared/cases beside the project) is not here")
    return CASES


@pytest.fixture
def missing_tool() -> Callable[[str], None]:
    """Return what a test calls when a tool is absent: it skips, but where CI is set nothing may be skipped."""

    def skip_or_fail(reason: str) -> None:
        if os.environ.get("CI"):
            pytest.fail(f"CI must have this tool: {reason}")
        pytest.skip(reason)

    return skip_or_fail


@pytest.fixture
def schema_errors(missing_tool: Callable[[str], None]) -> Callable[[Path, str], list[str]]:
    """Return what asks the Open XML SDK's validator for the errors of a workbook under one Office version."""
    modules = Path(__file__).parent / "ooxml_validator" / "node_modules"
    validator = modules / "@xarsh" / "ooxml-validator" / "dist/src/cli.js"
    node = shutil.which("node")
    if not node or not validator.exists():
        missing_tool("the Open XML SDK validator is not installed: run `npm ci` in tests/ooxml_validator")

    def errors(workbook: Path, version: str) -> list[str]:
        command = [str(node), str(validator), str(workbook), "--officeVersion", version]
        answer = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")  # noqa: S603 - our own file
        return [f"{error['path']} {error['description']}" for error in json.loads(answer.stdout)["errors"]]

    return errors


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test of binary content by its length: an archive holds the moment at which it was made.

    Two workers that collect the tests in different seconds would name such a test differently, and run none.
    """
    return f"{argname} of {len(val)} bytes" if isinstance(val, bytes) and b"\0" in val else None
