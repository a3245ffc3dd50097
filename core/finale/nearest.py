"""Which products a SKU that nobody knows may mean: proposed to the user, never applied."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ALIKE_FROM = 0.8
_PROPOSES = "; nearest: "
"""Between the rule of a mapping and the products that are proposed."""


def with_nearest(rule: str, nearest: Iterable[str]) -> str:
    """Return the rule of a SKU that nobody knows, with the products that it may mean."""
    named = ", ".join(nearest)
    return f"{rule}{_PROPOSES}{named}" if named else rule


def rule_and_nearest(rule: str | None) -> tuple[str, str]:
    """Take a rule and the products that it proposes apart again.

    Examples:
        >>> rule_and_nearest("not known in Finale; nearest: ABC-1, ABC-12")
        ('not known in Finale', 'ABC-1, ABC-12')
    """
    plain, _, near = (rule or "").partition(_PROPOSES)
    return plain, near


def nearest_products(sku: str, product_ids: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return the products whose ids are most like a SKU, the likest first.

    Those that differ only in blanks, case and separators come first, then those that are nearly the same.

    Examples:
        >>> nearest_products("abc 1", ["ABC-1", "ABC-12", "XYZ"])
        ('ABC-1', 'ABC-12')
    """
    wanted = _letters(sku)
    if not wanted:
        return ()
    likeness = ((_likeness(wanted, _letters(product_id)), product_id) for product_id in set(product_ids))
    ranked = sorted((-alike, product_id) for alike, product_id in likeness if alike >= _ALIKE_FROM)
    return tuple(product_id for _, product_id in ranked[:most])


def _likeness(wanted: str, other: str) -> float:
    if wanted == other:
        return 1.0
    longer = max(len(wanted), len(other))
    if abs(len(wanted) - len(other)) > longer * (1 - _ALIKE_FROM) * 2:
        return 0.0
    return SequenceMatcher(None, wanted, other, autojunk=False).ratio() * 0.99


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
