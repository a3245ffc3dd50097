"""Where Amazon's API is: one host per region (docs/facts/settlement-formats.md, Amazon Selling Partner API)."""

from __future__ import annotations

from core.errors import CogsheetError

HOSTS = {
    "na": "https://sellingpartnerapi-na.amazon.com",
    "eu": "https://sellingpartnerapi-eu.amazon.com",
    "fe": "https://sellingpartnerapi-fe.amazon.com",
}
"""North America with Brazil; Europe, the Middle East, Africa and India; the Far East with Australia."""

_NAMES = {"north america": "na", "europe": "eu", "far east": "fe"}
_COUNTRIES = {
    "na": ("US", "CA", "MX", "BR"),
    "eu": (
        *("UK", "GB", "DE", "FR", "IT", "ES", "NL", "BE", "SE", "PL", "IE", "TR"),
        *("AE", "SA", "EG", "ZA", "IN"),
    ),
    "fe": ("JP", "AU", "SG"),
}


class UnknownRegionError(CogsheetError):
    """What was typed names no region of Amazon."""

    def __init__(self, text: str) -> None:
        countries = "; ".join(f"{region}: {', '.join(names)}" for region, names in _COUNTRIES.items())
        super().__init__(
            f"“{text}” is not a region of Amazon. Nothing was connected. Type the country whose site the store sells "
            f"on ({countries}), or na, eu or fe."
        )


def region_of(text: str) -> str:
    """Return the region (`na`, `eu`, `fe`) that a country's code, or the region's own code or name, stands for.

    Raises:
        UnknownRegionError: If it stands for none.
    """
    typed = " ".join(text.split())
    for region, countries in _COUNTRIES.items():
        if typed.casefold() == region or typed.upper() in countries:
            return region
    if typed.casefold() in _NAMES:
        return _NAMES[typed.casefold()]
    raise UnknownRegionError(text)
