"""What this machine says about its disks, for the rules in `location`."""

from __future__ import annotations

import ctypes
import string
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from core.database.location import parse_mounts

_DRIVE_REMOTE = 4
_LINUX_MOUNTS = Path("/proc/mounts")
_MAC_MOUNT = "/sbin/mount"


@lru_cache(maxsize=1)
def network_mounts() -> tuple[tuple[str, str], ...]:
    """Return (folder, file system) of everything mounted; nothing on Windows."""
    if sys.platform == "win32":
        return ()
    if sys.platform == "darwin":
        command = [_MAC_MOUNT]
        listing = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout  # noqa: S603 - fixed
    else:
        listing = _LINUX_MOUNTS.read_text(encoding="utf-8") if _LINUX_MOUNTS.exists() else ""
    return tuple(parse_mounts(listing))


@lru_cache(maxsize=1)
def remote_drives() -> str:
    """Return the letters of the drives that are shares of another computer; only Windows has such."""
    if sys.platform != "win32":
        return ""
    kind_of = ctypes.windll.kernel32.GetDriveTypeW
    return "".join(letter for letter in string.ascii_uppercase if kind_of(f"{letter}:\\") == _DRIVE_REMOTE)
