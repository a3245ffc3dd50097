"""A short name for what a module does, the same however Excel's editor spells and indents it.

The editor changes capitals in the whole project when somebody types a name in other ones, and sets its own blanks.
"""

from __future__ import annotations

import hashlib
import re

_ATTRIBUTE = re.compile(r"\s*Attribute [\w.]+ = ", re.IGNORECASE)
_LENGTH = 16


def fingerprint(source: str) -> str:
    """Return the fingerprint of a module's text; attributes, blanks and capitals do not count."""
    lines = (line for line in source.splitlines() if not _ATTRIBUTE.match(line))
    return hashlib.sha256("".join("".join(lines).split()).casefold().encode()).hexdigest()[:_LENGTH]
