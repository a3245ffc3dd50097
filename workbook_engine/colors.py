"""Colours as xlwings takes them and as the file holds them."""

from __future__ import annotations

Color = tuple[int, int, int] | int | str
"""Red, green and blue; Excel's number for a colour (blue highest); or `#rrggbb`."""


def red_green_blue(code: str) -> tuple[int, int, int]:
    """Return the three parts of `RRGGBB`."""
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def color_code(value: Color | None) -> str | None:
    """Return a colour as the file holds it (`FFRRGGBB`)."""
    if value is None:
        return None
    if isinstance(value, str):
        value = red_green_blue(value.removeprefix("#"))
    if isinstance(value, int):
        value = (value % 256, value // 256 % 256, value // 65536 % 256)
    red, green, blue = value
    return f"FF{red:02X}{green:02X}{blue:02X}"
