"""Names that somebody gives, to a company or a store: which of them books and cells can hold. Pure."""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 100
"""Characters of a name: it stands in cells, file names and the keys of lines, together with others."""
_UNREADABLE = {"Cc", "Cs", "Co", "Cn"}


def composed_name(typed: str) -> str:
    """Return a name as it is kept: composed, without blanks around it."""
    return unicodedata.normalize("NFC", typed).strip()


def shown_name(typed: str) -> str:
    """Return a name that cannot be taken as a message can show it."""
    return typed if is_readable(composed_name(typed)) else ascii(typed)[1:-1]


def is_readable(name: str) -> bool:
    """Tell whether a name is made of signs alone that any cell and any file can hold."""
    return not any(unicodedata.category(sign) in _UNREADABLE for sign in name)


def why_no_name(name: str) -> str:
    """Say why nothing can be called like that; nothing where it can.

    Examples:
        >>> why_no_name("Acme Ltd"), why_no_name("")
        ('', 'it is empty')
    """
    if not is_readable(name):
        return "it holds a character that cannot be read"
    if not any(sign.isalnum() for sign in name):
        return "it needs a letter or a digit" if name else "it is empty"
    return f"it is longer than {LONGEST_NAME} characters" if len(name) > LONGEST_NAME else ""
