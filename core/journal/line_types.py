"""The line types of entries; they are declared in `core.line_types`."""

from core.line_types import BY_ITEM, MEANINGS, PER_STORE, LineType

__all__ = ["BY_ITEM", "MEANINGS", "PER_STORE", "LineType"]
