"""Settlement files of the business's own sales, in the marketplaces' real formats."""

from __future__ import annotations
