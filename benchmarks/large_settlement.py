"""A settlement as large as one wants, in Amazon's V2 format: the demo business's files, repeated under new ids."""

from __future__ import annotations

from decimal import Decimal

from sandbox.business import demo_business
from sandbox.settlement_files.amazon_v2 import settlement_files

_ORDER_ID, _TOTAL, _SETTLEMENT_ID = 7, 4, 0


def large_file(lines: int, settlement_id: str = "90000000001", first: int = 0) -> bytes:
    """Return a V2 file of about so many lines that ties out; every repetition has order ids of its own.

    Args:
        lines: How many.
        settlement_id: Which settlement they are of.
        first: The number of its first repetition: files share no order where their numbers are not the same.
    """
    text = settlement_files(demo_business())[0].content.decode("utf-8-sig").splitlines()
    at = next(number for number, line in enumerate(text) if line.startswith("settlement-id"))
    header, summary, rows = text[at], text[at + 1].split("\t"), [line.split("\t") for line in text[at + 2 :] if line]
    times = max(1, lines // len(rows))
    summary[_SETTLEMENT_ID], summary[_TOTAL] = settlement_id, str(Decimal(summary[_TOTAL]) * times)
    repeated = [
        "\t".join(_renamed(row, settlement_id, number)) for number in range(first, first + times) for row in rows
    ]
    return "\n".join([header, "\t".join(summary), *repeated, ""]).encode()


def _renamed(row: list[str], settlement_id: str, number: int) -> list[str]:
    copy = [settlement_id, *row[1:]]
    if copy[_ORDER_ID]:
        copy[_ORDER_ID] = f"{copy[_ORDER_ID][:-7]}{number:07d}" if number else copy[_ORDER_ID]
    return copy
