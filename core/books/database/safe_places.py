"""Where a database may lie: nothing here touches a file, so that the rules for every system hold on each of them.

SQLite trusts the file system to lock and to write in order. Sync programs copy the file while it changes, and network
file systems lock unreliably (sqlite.org, "How To Corrupt An SQLite Database File", §2.1), so both are refused.
"""

from __future__ import annotations

import ctypes
import os
import re
import string
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SYNC_PROGRAMS: tuple[tuple[str, str], ...] = (
    # macOS keeps the folder of every sync program under one roof, named after the program and the account
    (r"/Library/CloudStorage/OneDrive[^/]*/", "OneDrive"),
    (r"/Library/CloudStorage/Dropbox[^/]*/", "Dropbox"),
    (r"/Library/CloudStorage/GoogleDrive[^/]*/", "Google Drive"),
    (r"/Library/CloudStorage/[^/]+/", "a cloud storage program"),
    (r"/Library/Mobile Documents/", "iCloud"),
    (r"/OneDrive( - [^/]+)?/", "OneDrive"),
    (r"/Dropbox( \([^/]+\))?/", "Dropbox"),
    (r"/[^/]+ Dropbox/", "Dropbox"),
    (r"/(Google ?Drive|GoogleDrive-[^/]+)/", "Google Drive"),
    (r"^/?[A-Z]:/(My Drive|Shared drives|\.shortcut-targets-by-id)/", "Google Drive"),
    (r"/iCloud ?Drive/", "iCloud"),
    (r"/(Box Sync|Users/[^/]+/Box|home/[^/]+/Box)/", "Box"),
    (r"/(Nextcloud|ownCloud|pCloudDrive|pCloud Drive|MEGAsync|SynologyDrive)/", "a cloud storage program"),
)
_SYNC_VARIABLES = {
    "OneDrive": "OneDrive",
    "OneDriveConsumer": "OneDrive",
    "OneDriveCommercial": "OneDrive",
}
"""Environment variables by which a sync program names its folder, whatever the user called it."""
_NETWORK_FILE_SYSTEMS = frozenset(
    {"afpfs", "afs", "ceph", "cifs", "davfs", "glusterfs", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs", "webdav"}
    | {"fuse.davfs2", "fuse.gvfsd-fuse", "fuse.rclone", "fuse.sshfs"}
)


def unsafe_place(
    path: str, environment: Mapping[str, str], mounts: Iterable[tuple[str, str]] = (), remote_drives: str = ""
) -> str | None:
    r"""Say why a SQLite file must not lie at a path; `None` if it may.

    Args:
        path: An absolute path of any system.
        environment: The environment variables.
        mounts: (folder, file system) of everything mounted; see `parse_mounts`.
        remote_drives: Letters of drives that are shares of another computer (`"NZ"`).

    Returns:
        Words that follow "lies": `in a folder of OneDrive`.
    """
    plain = _plain(path)
    program = _sync_program(plain, environment)
    if program:
        return f"in a folder of {program}"
    if plain.startswith("//") or _is_remote_drive(plain, remote_drives) or "/gvfs/" in plain:
        return "on another computer (a network folder)"
    if _file_system(plain, mounts) in _NETWORK_FILE_SYSTEMS:
        return "on another computer (a network folder)"
    return None


def parse_mounts(listing: str) -> list[tuple[str, str]]:
    """Read what `/proc/mounts` (Linux) or `mount` (macOS) says.

    Returns:
        (folder, file system), the folder without escapes.
    """
    return [mount for line in listing.splitlines() if (mount := _mount(line)) is not None]


def is_url(location: str) -> bool:
    """Return whether a location is the URL of a server rather than a path."""
    return "://" in location


def _mount(line: str) -> tuple[str, str] | None:
    if mac := re.match(r".+? on (?P<folder>/.*) \((?P<kind>[^,)]+)", line):
        return mac["folder"], mac["kind"]
    fields = line.split(" ")
    if len(fields) < 3:  # noqa: PLR2004 - device, folder, file system
        return None
    folder = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[1])
    return folder, fields[2]


def _plain(path: str) -> str:
    r"""Return the path with slashes; `\\?\UNC\server\share` becomes `//server/share`, `\\?\C:\` becomes `C:/`."""
    slashed = path.replace("\\", "/") if re.match(r"[A-Za-z]:|\\\\|//", path) else path
    slashed = re.sub(r"^//[?.]/UNC/", "//", slashed, flags=re.IGNORECASE)
    return re.sub(r"^//[?.]/", "", slashed)


def _sync_program(plain: str, environment: Mapping[str, str]) -> str | None:
    for variable, program in _SYNC_VARIABLES.items():
        root = _plain(environment.get(variable, "")).rstrip("/")
        if root and plain.casefold().startswith(root.casefold() + "/"):
            return program
    for pattern, program in _SYNC_PROGRAMS:
        if re.search(pattern, plain, re.IGNORECASE):
            return program
    return None


def _is_remote_drive(plain: str, remote_drives: str) -> bool:
    return plain[1:2] == ":" and plain[0].upper() in remote_drives.upper()


def _file_system(plain: str, mounts: Iterable[tuple[str, str]]) -> str | None:
    around = [(len(folder), kind) for folder, kind in mounts if plain.startswith(folder.rstrip("/") + "/")]
    return max(around)[1] if around else None


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
        ran = subprocess.run(command, capture_output=True, check=False, timeout=10)  # noqa: S603 - fixed words
        listing = os.fsdecode(ran.stdout)
    else:
        listing = os.fsdecode(_LINUX_MOUNTS.read_bytes()) if _LINUX_MOUNTS.exists() else ""
    return tuple(parse_mounts(listing))


@lru_cache(maxsize=1)
def remote_drives() -> str:
    """Return the letters of the drives that are shares of another computer; only Windows has such."""
    if sys.platform != "win32":
        return ""
    kind_of = ctypes.windll.kernel32.GetDriveTypeW
    return "".join(letter for letter in string.ascii_uppercase if kind_of(f"{letter}:\\") == _DRIVE_REMOTE)
