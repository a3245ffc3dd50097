"""Computers that exist only in a test: what they are asked to run is noted, and their registry is a dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from addin.machine.computer import Computer, ProgramResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from addin.machine.computer import Value


@dataclass
class Programs:
    """Runs nothing: an environment is a folder, a program there runs once the environment was made."""

    failing: str = ""
    """The command whose line holds this fails."""
    ran: list[list[str]] = field(default_factory=list)
    _made: str = ""

    def __call__(self, command: Sequence[str]) -> ProgramResult:
        """Note a command and answer as it would."""
        self.ran.append(list(command))
        if self.failing and self.failing in " ".join(command):
            return ProgramResult(1, f"could not {self.failing}")
        if "venv" in command:
            self._made = command[-1]
            Path(self._made).mkdir(parents=True, exist_ok=True)
            return ProgramResult(0, "")
        made = self._made and command[0].startswith(self._made)
        return ProgramResult(0, "") if made else ProgramResult(-1, f"{command[0]}: No such file")

    def take(self) -> list[list[str]]:
        """Return what was run since the last time."""
        ran, self.ran = self.ran, []
        return ran


@dataclass
class Keys:
    """A registry in memory."""

    content: dict[str, dict[str, Value]] = field(default_factory=dict)
    locked: bool = False

    def values(self, key: str) -> dict[str, Value]:
        """Return the values of a key."""
        return dict(self.content.get(key, {}))

    def keys(self, key: str) -> list[str]:
        """Return the keys below."""
        return [name.removeprefix(f"{key}\\") for name in self.content if name.startswith(f"{key}\\")]

    def write(self, key: str, values: Mapping[str, Value]) -> None:
        """Make a key."""
        if self.locked:
            raise PermissionError(13, "Access is denied")
        self.content[key] = dict(values)


def computer(platform: str, home: Path, **other: object) -> Computer:
    """Return a computer whose user folder is the given one."""
    values: dict[str, object] = {
        "platform": platform,
        "environment": {"LOCALAPPDATA": str(home / "AppData" / "Local")},
        "home": home,
        "python": "python-of-the-user",
        "base_folder": "C:\\Program Files\\Python313",
        "build": "win-amd64",
        "code_page": "cp1252",
        "run": Programs(),
        "registry": Keys(),
        "zone_of": lambda _: None,
    }
    return Computer(**values | other)  # type: ignore[arg-type] # each is of its field's type
