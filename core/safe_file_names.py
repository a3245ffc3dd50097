"""One way of making file names from any texts: company, store, settlement, entry. Pure.

Which texts name an exported entry says `addin.takeaway.exported_files`.
"""

from __future__ import annotations

import json
import unicodedata
from base64 import b32encode
from hashlib import sha256

_ALSO_ALLOWED = " -_.,+()&'"
_LONGEST = 140
"""Bytes of what can be read; file systems take 255 for the whole name, and a folder's path needs room too."""
_MARK_LENGTH = 8
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{device}{n}" for device in ("COM", "LPT") for n in "0123456789¹²³")}
"""Names that Windows keeps to itself, with any ending."""


def file_name(*parts: str, ending: str = "") -> str:
    """Return a file name for texts of any kind: never a path, the same for the same texts, another for others.

    What can be read of it is followed by a mark made of the exact texts, for names that differ must not meet: file
    systems take `A` and `a` for one name, ids can differ in a sign that no file may have, and `A B`, `C` reads like
    `A`, `B C`. So `quickbooks`, `Acme`, `US`, `../7` becomes `quickbooks Acme US _7 k3jx2q7a.csv`.

    Args:
        parts: What names the file, in the order in which it is read; empty ones are not shown.
        ending: With its dot, as `.csv`.
    """
    shown = " ".join(filter(None, (_plain(part) for part in parts)))
    shown = shown.encode()[:_LONGEST].decode(errors="ignore").rstrip(" .")
    if shown.partition(".")[0].strip().upper() in _RESERVED:
        shown = f"_{shown}"
    return f"{shown} {mark_of(*parts)}{ending}".strip()


def mark_of(*parts: str) -> str:
    """Return eight letters and digits that stand for exactly these texts, where what can be read is not enough."""
    return b32encode(sha256(json.dumps(parts).encode()).digest()).decode()[:_MARK_LENGTH].lower()


def _plain(text: str) -> str:
    """Return a text as part of any file name: letters, digits, few other characters, no dot or blank at its ends."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(sign if sign.isalnum() or sign in _ALSO_ALLOWED else "_" for sign in composed)
    return " ".join(kept.split()).strip(" .")
