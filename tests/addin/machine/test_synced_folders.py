"""Addresses of OneDrive, SharePoint and Teams, and the folders of this computer that hold a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addin.machine.synced_folders import local_place
from tests.addin.machine.computers import Keys, computer

if TYPE_CHECKING:
    from pathlib import Path

    from addin.machine.computer import Computer, Value

SITE = "https://contoso.sharepoint.com"
PERSONAL = "https://contoso-my.sharepoint.com/personal/ann_contoso_com/Documents"
KEPT = r"HKCU\Software\SyncEngines\Providers\OneDrive"


def ann(home: Path) -> Computer:
    """Return a computer with an own OneDrive, a firm's, and a folder of a team that OneDrive keeps elsewhere."""
    environment = {
        "OneDriveConsumer": str(home / "OneDrive"),
        "OneDriveCommercial": str(home / "OneDrive - Contoso"),
    }
    mounts: dict[str, dict[str, Value]] = {
        f"{KEPT}\\1": {"UrlNamespace": f"{SITE}/teams/Close/Shared Documents/Books", "MountPoint": str(home / "Close")},
        f"{KEPT}\\2": {"UrlNamespace": "", "MountPoint": str(home)},
    }
    return computer("win32", home, environment=environment, registry=Keys(mounts))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://d.docs.live.net/7bba21/Books/Caf%C3%A9%20M%C3%BCller.xlsm", "OneDrive/Books/Café Müller.xlsm"),
        ("https://d.docs.live.net/7bba21/Books/100%25.xlsm", "OneDrive/Books/100%.xlsm"),
        ("https://d.docs.live.net/7bba21/Books/50%2B.xlsm", "OneDrive/Books/50%2B.xlsm"),
        (f"{PERSONAL}/Books/A%20B.xlsm", "OneDrive - Contoso/Books/A B.xlsm"),
        (f"{SITE}/sites/Acct/Shared%20Documents/2026/Books.xlsm", "Contoso/Acct - Documents/2026/Books.xlsm"),
        (f"{SITE}/teams/Acct/Shared Documents/Books.xlsm", "Contoso/Acct - Documents/Books.xlsm"),
        (f"{SITE}/teams/Acct/Clients/Books.xlsm", "Contoso/Acct - Clients/Books.xlsm"),
        (f"{SITE}/teams/close/Shared%20Documents/Books/July/Books.xlsm", "Close/July/Books.xlsm"),
    ],
)
def test_an_address_is_found_in_the_folder_that_holds_its_copy(tmp_path: Path, address: str, place: str) -> None:
    """Percent-encoded or not; of one's own, of a firm, of a site or a team; where the registry says it is kept."""
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")

    assert file == local_place(address, ann(tmp_path))


@pytest.mark.parametrize("address", [f"{SITE}/teams/Acct/Clients/Books.xlsm", f"{PERSONAL}/Books.xlsm", "https://a/b"])
def test_an_address_that_nothing_here_copies_has_no_place(tmp_path: Path, address: str) -> None:
    """Also where nothing is known of OneDrive at all."""
    assert [None, None] == [
        local_place(address, one) for one in (ann(tmp_path), computer("win32", tmp_path, environment={}))
    ]
