"""Which version of Cogsheet this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str | None:
    """Return the installed version; `None` where it runs from its source."""
    try:
        return version("cogsheet")
    except PackageNotFoundError:
        return None
