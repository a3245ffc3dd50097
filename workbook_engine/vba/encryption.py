"""The obfuscated values of a PROJECT stream ([MS-OVBA] 2.4.3.2): protection, password, visibility."""

from __future__ import annotations

_VERSION = 2
_IGNORED = 0x07


def encrypt(data: bytes, project_id: str, seed: int) -> str:
    """Return the data as the hexadecimal text of a PROJECT stream.

    Args:
        data: What is to be hidden.
        project_id: The project's id with its braces; the key comes from it.
        seed: Any byte; the same seed gives the same text.
    """
    key = sum(project_id.encode("ascii")) & 0xFF
    written = [seed, seed ^ _VERSION, seed ^ key]
    plain = [key]
    ignored = [_IGNORED] * ((seed & 6) // 2)
    for byte in (*ignored, *len(data).to_bytes(4, "little"), *data):
        written.append(byte ^ (written[-2] + plain[-1]) & 0xFF)
        plain.append(byte)
    return bytes(written).hex().upper()
