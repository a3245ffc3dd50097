"""Finale Inventory and the marketplaces on this machine, over real HTTP, with a demo business behind them.

It knows nothing of `core`: costs are computed here a second time, in another way, so that one mistake is not made
twice (docs/architecture.md, The sandbox).
"""

from __future__ import annotations
