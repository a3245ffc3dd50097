"""Where on this computer a workbook is whose place Excel tells as an address of OneDrive, SharePoint or Teams."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from addin.machine.computer import Computer

_PERSONAL = re.compile(r"https?://d\.docs\.live\.net/[^/]+/(?P<rest>.+)", re.IGNORECASE)
_OF_A_FIRM = re.compile(r"https?://[^/]+-my\.sharepoint\.[^/]+/personal/[^/]+/[^/]+/(?P<rest>.+)", re.IGNORECASE)
_SITE = re.compile(r"https?://[^/]+/(?:sites|teams)/(?P<site>[^/]+)/(?P<library>[^/]+)/(?P<rest>.+)", re.IGNORECASE)
_SYNCED = r"HKCU\Software\SyncEngines\Providers\OneDrive"
"""Below it OneDrive notes each folder that it keeps: the address that it is a copy of, and where it is."""
_LIBRARIES = {"Shared Documents": "Documents"}
"""A site's first library has another name in folders than in addresses."""


def local_place(address: str, computer: Computer) -> Path | None:
    """Return the file that an address means, where a program keeps a copy of it on this computer; else `None`.

    Args:
        address: As Excel has it, percent-encoded or not.
        computer: The computer.
    """
    for spelling in dict.fromkeys((unquote(address), address)):
        for place in _places(spelling, computer):
            if place.is_file():
                return place
    return None


def _places(address: str, computer: Computer) -> Iterator[Path]:
    yield from _below_synced(address, computer)
    known = computer.environment
    if found := _PERSONAL.fullmatch(address):
        for root in (known.get("OneDriveConsumer"), known.get("OneDrive"), str(computer.home / "OneDrive")):
            yield from _below(root, found["rest"])
    elif found := _OF_A_FIRM.fullmatch(address):
        for root in (known.get("OneDriveCommercial"), known.get("OneDrive")):
            yield from _below(root, found["rest"])
    elif found := _SITE.fullmatch(address):
        library = _LIBRARIES.get(found["library"], found["library"])
        firm = known.get("OneDriveCommercial", "").replace("OneDrive - ", "")
        yield from _below(firm, f"{found['site']} - {library}/{found['rest']}")


def _below_synced(address: str, computer: Computer) -> Iterator[Path]:
    for key in computer.registry.keys(_SYNCED):
        values = computer.registry.values(f"{_SYNCED}\\{key}")
        begins = unquote(str(values.get("UrlNamespace", ""))).rstrip("/") + "/"
        if begins != "/" and address.casefold().startswith(begins.casefold()):
            yield from _below(str(values.get("MountPoint", "")), address[len(begins) :])


def _below(root: str | None, rest: str) -> Iterator[Path]:
    if root:
        yield Path(root, *rest.split("/"))
