"""The account's name in Finale's addresses."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from core.finale.errors import FinaleAccountError

BASE_URL = "https://app.finaleinventory.com"


def account_of(text: str) -> str:
    """Return the account's path component from what the user pasted: a whole address or the name alone.

    Raises:
        FinaleAccountError: If it holds none (docs/facts/finale-api.md, Address and key).

    Examples:
        >>> account_of("https://app.finaleinventory.com/Acme/sc2/?order/list")
        'acme'
    """
    pasted = text.strip()
    if "/" in pasted or "." in pasted:
        path = urlsplit(pasted if "://" in pasted else f"https://{pasted.lstrip('/')}").path
        pasted = path.strip("/").split("/")[0]
    if not re.fullmatch(r"[A-Za-z0-9_-]+", pasted):
        raise FinaleAccountError(text.strip())
    return pasted.lower()
