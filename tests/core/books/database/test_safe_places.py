from __future__ import annotations

import pytest

from core.books.database.safe_places import is_url, parse_mounts, unsafe_place

LINUX_MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
server:/export/books /home/ann/books nfs4 rw 0 0
//nas/office /mnt/our\\040office cifs rw 0 0
/dev/sdb1 /home/ann/books/local ext4 rw 0 0
"""
MAC_MOUNTS = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//ann@nas._smb._tcp.local/office on /Volumes/office on the nas (smbfs, nodev, nosuid, mounted by ann)
/dev/disk4s1 on /Volumes/stick (msdos, local, nodev)
"""

SAFE = (
    "/home/ann/.local/share/Cogsheet/Books.sqlite",
    "/Users/ann/Library/Application Support/Cogsheet/Books.sqlite",
    r"C:\Users\ann\AppData\Local\Cogsheet\Books.sqlite",
    r"\\?\C:\Users\ann\AppData\Local\Cogsheet\Books.sqlite",
    "/home/ann/Dropbox.sqlite",
    "/home/ann/my-onedrive-notes/Books.sqlite",
    r"C:\Books\Google Drive.sqlite",
    "/home/ann/C:\\OneDrive\\Books.sqlite",
)
UNSAFE = (
    (r"C:\Users\ann\OneDrive\Books.sqlite", "OneDrive"),
    (r"C:\Users\ann\OneDrive - Contoso Ltd\Clients\Books.sqlite", "OneDrive"),
    (r"c:\users\ann\onedrive\books.sqlite", "OneDrive"),
    (r"\\?\C:\Users\ann\OneDrive\Books.sqlite", "OneDrive"),
    ("C:/Users/ann/OneDrive/Books.sqlite", "OneDrive"),
    ("/Users/ann/Library/CloudStorage/OneDrive-Personal/Books.sqlite", "OneDrive"),
    ("/Users/ann/Dropbox/Books.sqlite", "Dropbox"),
    ("/Users/ann/Dropbox (Ann's team)/Books.sqlite", "Dropbox"),
    (r"C:\Users\ann\Contoso Dropbox\Ann\Books.sqlite", "Dropbox"),
    ("/Users/ann/Library/CloudStorage/Dropbox/Books.sqlite", "Dropbox"),
    ("/Users/ann/Library/CloudStorage/GoogleDrive-ann@example.com/My Drive/Books.sqlite", "Google Drive"),
    (r"G:\My Drive\Books.sqlite", "Google Drive"),
    (r"G:\Shared drives\Books\Books.sqlite", "Google Drive"),
    (r"C:\Users\ann\Google Drive\Books.sqlite", "Google Drive"),
    ("/Users/ann/Library/Mobile Documents/com~apple~CloudDocs/Books.sqlite", "iCloud"),
    (r"C:\Users\ann\iCloudDrive\Books.sqlite", "iCloud"),
    ("/Users/ann/Library/CloudStorage/Box-Box/Books.sqlite", "cloud storage"),
    (r"C:\Users\ann\Box\Books.sqlite", "Box"),
    ("/home/ann/Nextcloud/Books.sqlite", "cloud storage"),
    (r"\\server\share\Books.sqlite", "network"),
    ("//server/share/Books.sqlite", "network"),
    (r"\\?\UNC\server\share\Books.sqlite", "network"),
    ("/run/user/1000/gvfs/smb-share:server=nas,share=office/Books.sqlite", "network"),
)


@pytest.mark.parametrize("path", SAFE)
def test_places_on_this_computer_are_safe(path: str) -> None:
    """A folder of this computer takes a database, also if a name only resembles a sync program's."""
    assert unsafe_place(path, {}) is None


@pytest.mark.parametrize(("path", "words"), UNSAFE)
def test_synced_and_network_places_are_not(path: str, words: str) -> None:
    """Folders of sync programs and of other computers do not, on any system, and the reason is named."""
    assert words in (unsafe_place(path, {}) or "")


def test_a_renamed_onedrive_folder_is_found() -> None:
    """OneDrive says in an environment variable where its folder is."""
    environment = {"OneDriveCommercial": "D:\\Firm\\"}

    found = [unsafe_place(rf"{folder}\Books.sqlite", environment) for folder in (r"d:\firm", r"D:\Firm2")]
    assert found == ["in a folder of OneDrive", None]


def test_mapped_drives_are_on_another_computer() -> None:
    """A letter that Windows has given to a share is not this computer."""
    found = [unsafe_place(path, {}, remote_drives="NZ") for path in (r"n:\Books.sqlite", r"C:\Books.sqlite")]

    assert found == ["on another computer (a network folder)", None]


@pytest.mark.parametrize(
    ("listing", "path", "is_safe"),
    [
        (LINUX_MOUNTS, "/home/ann/Books.sqlite", True),
        (LINUX_MOUNTS, "/home/ann/books/Books.sqlite", False),
        (LINUX_MOUNTS, "/home/ann/books2/Books.sqlite", True),
        (LINUX_MOUNTS, "/home/ann/books/local/Books.sqlite", True),
        (LINUX_MOUNTS, "/mnt/our office/Books.sqlite", False),
        (MAC_MOUNTS, "/Users/ann/Books.sqlite", True),
        (MAC_MOUNTS, "/Volumes/office on the nas/Books.sqlite", False),
        (MAC_MOUNTS, "/Volumes/stick/Books.sqlite", True),
        ("", "/home/ann/Books.sqlite", True),
    ],
)
def test_mounted_shares_are_on_another_computer(listing: str, path: str, is_safe: bool) -> None:  # noqa: FBT001 - a case
    """The nearest mounted folder decides whether a path is on this computer."""
    assert (unsafe_place(path, {}, parse_mounts(listing)) is None) == is_safe


def test_urls_are_told_from_paths() -> None:
    """The address of a server is recognised, a Windows path is none."""
    assert [is_url("postgresql://host/books"), is_url(r"C:\Books.sqlite"), is_url("/a/b")] == [True, False, False]
