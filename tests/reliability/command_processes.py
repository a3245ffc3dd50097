"""Commands in processes of their own that are killed, held up or refused room where a trap says so.

They are forked from a process that has imported everything already, so that a try takes as long as the command itself.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from click.testing import CliRunner
from sqlalchemy import Engine, event

from addin.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.context import ForkServerContext, ForkServerProcess

Write = str
"""What a command was about to do: begin or commit a transaction, change a row, open, name or sync a file."""
_FILES = {
    "os.rename": "rename",
    "os.link": "link",
    "os.remove": "remove",
    "os.truncate": "truncate",
    "os.mkdir": "mkdir",
}
_CUT = "empty "
_LONGEST = 120


def watch_writes(told: Callable[[Write], None]) -> None:
    """Let somebody know before each write of this process, whatever makes it."""
    event.listen(Engine, "before_cursor_execute", lambda _c, _k, statement, *_: _of_sql(statement, told))
    event.listen(Engine, "commit", lambda _connection: told("commit"))
    synced = os.fsync

    def fsync(fd: Any) -> None:
        told("fsync")
        synced(fd)

    os.fsync = fsync
    sys.addaudithook(lambda name, arguments: _of_file(name, arguments, told))


def _of_sql(statement: str, told: Callable[[Write], None]) -> None:
    if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE", "CREATE", "BEGIN "):
        told("begin" if statement.startswith("BEGIN IMMEDIATE") else "row")


def _of_file(name: str, arguments: tuple[object, ...], told: Callable[[Write], None]) -> None:
    if name == "open":
        flags = arguments[2]
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR):
            told(f"{_CUT}{arguments[0]}" if flags & os.O_TRUNC and _is_path(arguments[0]) else "open")
    elif name in _FILES:
        told(_FILES[name])


def _is_path(opened: object) -> TypeGuard[str]:
    return isinstance(opened, str)


@dataclass(frozen=True)
class CountsWrites:
    """Writes down how many writes a command made and how long it took, once it has ended."""

    file: Path

    def set(self) -> Callable[[], None]:
        """Begin to count; return what writes it down."""
        seen: list[str] = []
        watch_writes(seen.append)
        started_at = time.monotonic()

        def write_down() -> None:
            words = {"writes": len(seen), "begins": seen.count("begin"), "seconds": time.monotonic() - started_at}
            self.file.write_text(json.dumps(words), encoding="utf-8")

        return write_down


@dataclass(frozen=True)
class KilledAtWrite:
    """Kills the process before its n-th write; where that replaces what a file holds, after it was emptied."""

    number: int

    def set(self) -> Callable[[], None]:
        """Begin to count down."""
        left = self.number

        def count(write: Write) -> None:
            nonlocal left
            left -= 1
            if not left:
                if write.startswith(_CUT):
                    os.open(write.removeprefix(_CUT), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.kill(os.getpid(), signal.SIGKILL)

        watch_writes(count)
        return lambda: None


@dataclass(frozen=True)
class KilledAfter:
    """Kills the process after so many seconds, wherever it is: also in the middle of a write."""

    seconds: float

    def set(self) -> Callable[[], None]:
        """Let the system kill it."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        return lambda: None


@dataclass(frozen=True)
class HeldUp:
    """Holds the process up before its n-th transaction that writes, until somebody says go."""

    number: int
    held: Path
    go: Path

    def set(self) -> Callable[[], None]:
        """Begin to count down."""
        left = self.number

        def count(write: Write) -> None:
            nonlocal left
            left -= write == "begin"
            if not left and write == "begin":
                self.held.touch()
                until = time.monotonic() + _LONGEST
                while not self.go.exists() and time.monotonic() < until:
                    time.sleep(0.002)

        watch_writes(count)
        return lambda: None


@dataclass(frozen=True)
class NoRoom:
    """No file of the process grows beyond so many bytes, as on a disk that is full."""

    bytes: int

    def set(self) -> Callable[[], None]:
        """Set the limit; the system refuses what goes beyond with an error, and sends no signal."""
        import resource  # noqa: PLC0415 - Windows has none

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.bytes, resource.RLIM_INFINITY))

        def lift() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        return lift


Trap = CountsWrites | KilledAtWrite | KilledAfter | HeldUp | NoRoom


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    status: int
    """Of the command, or minus the signal that killed it."""
    said: str

    @property
    def was_killed(self) -> bool:
        """Whether it did not come to its end."""
        return self.status in (-signal.SIGKILL, -signal.SIGALRM)


@dataclass
class Running:
    """A command that runs."""

    process: ForkServerProcess
    said: Path

    def end(self) -> Ended:
        """Wait for its end.

        Raises:
            TimeoutError: If it does not end.
        """
        self.process.join(_LONGEST)
        if self.process.exitcode is None:
            self.process.kill()
            raise TimeoutError
        words = self.said.read_text(encoding="utf-8") if self.said.exists() else ""
        return Ended(self.process.exitcode, words)


def started(
    arguments: tuple[str, ...], environment: Mapping[str, str], said: Path, trap: Trap | None = None
) -> Running:
    """Start a command; what it says goes to a file."""
    said.unlink(missing_ok=True)
    process = _forks().Process(target=_child, args=(arguments, dict(environment), str(said), trap))
    process.start()
    return Running(process, said)


@cache
def _forks() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.reliability.forked"])
    return context


def _child(arguments: tuple[str, ...], environment: dict[str, str], said: str, trap: Trap | None) -> None:
    os.environ.update(environment)
    end = trap.set() if trap else lambda: None
    ran = CliRunner().invoke(main, list(arguments))
    end()
    failed = "" if isinstance(ran.exception, SystemExit | None) else repr(ran.exception)
    with contextlib.suppress(OSError):
        Path(said).write_text(ran.output + failed, encoding="utf-8")
    os._exit(ran.exit_code)
