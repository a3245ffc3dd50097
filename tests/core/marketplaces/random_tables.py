"""Random files of any format, made of a file that is one: rows drawn again, cells exchanged, odd ones put in.

Most can still be read; some must be refused.
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_NUMBER = re.compile(r"-?\d+[.,]\d+")
_ODD_TEXTS = ["12.3.4", "1.19111E+14", "x" * 33_000, "yesterday", "2026-02-30", "", "  ", "A|\\B", "--", '"']
_OF_THE_WHOLE = {
    *("settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date", "total-amount"),
    *("Period Start Date", "Period End Date", "Total Payable"),
}
"""What rarely changes, since rows that disagree in it are refused."""
_UNKNOWN = [("vat-rate", ["20%", "19%"]), ("Odd money", ["", "1.50", "0"]), ("remark", ["a", "b "]), ("zero", ["0"])]


def random_table(random: Random, text: str, header: int, delimiter: str, *, quoted: bool) -> bytes:
    """Return a file like another one.

    Args:
        random: Decides; the same file for the same state.
        text: The other file.
        header: The line of its header, first = 1.
        delimiter: Between its cells.
        quoted: Whether its cells may be in quotes.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    under = "\n".join(lines[header - 1 :])
    rows = list(csv.reader(io.StringIO(under), delimiter=delimiter)) if quoted else [x.split(delimiter) for x in lines]
    names, *rows = rows if quoted else rows[header - 1 :]
    rows = [row for row in rows if len(row) == len(names)]
    drawn = [*rows[: random.choice((0, 3, len(rows)))], *(random.choice(rows) for _ in range(random.randint(0, 25)))]
    changed = [_changed(random, names, list(row), rows) for row in drawn]
    for name, texts in _UNKNOWN:
        if random.random() < 0.1:
            at = random.randint(1, len(names))
            names = [*names[:at], name, *names[at:]]
            changed = [[*row[:at], random.choice(texts), *row[at:]] for row in changed]
    return _written(random, lines[: header - 1], [names, *changed], delimiter, quoted=quoted)


def _changed(random: Random, names: list[str], row: list[str], rows: list[list[str]]) -> list[str]:
    calm = random.random() < 0.6
    for at, cell in enumerate(row):
        chance = random.random()
        if names[at].strip('"') in _OF_THE_WHOLE and random.random() > 0.01:
            continue
        if chance < (0.02 if calm else 0.15):
            row[at] = random.choice(rows)[at]
        elif _NUMBER.fullmatch(cell) and chance < (0.05 if calm else 0.4):
            mark = "," if "," in cell else "."
            row[at] = f"{Decimal(random.randint(-9999, 9999)).scaleb(-2)}".replace(".", mark)
        elif "currency" in names[at].lower() and cell.strip() and chance > (0.998 if calm else 0.9):
            row[at] = random.choice(("CAD", "USD", "GBP"))
        elif chance > 0.997:
            row[at] = random.choice((f" {cell} ", "", cell.lower()))
        elif chance > 0.9965:
            row[at] = random.choice(_ODD_TEXTS)
    return row


def _written(random: Random, before: list[str], rows: list[list[str]], delimiter: str, *, quoted: bool) -> bytes:
    if quoted:
        delimiter = random.choice((delimiter, delimiter, ",", ";"))
        written = io.StringIO()
        every = random.random() < 0.5
        writer = csv.writer(written, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL if every else 0)
        writer.writerows(rows)
        texts = written.getvalue().removesuffix("\n").split("\n")
    else:
        texts = [delimiter.join(row) for row in rows]
        texts = [text.rstrip("\t ") for text in texts] if random.random() < 0.1 else texts
    if random.random() < 0.1:
        texts.insert(random.randint(0, len(texts)), random.choice(("", texts[0], delimiter * (len(rows[0]) - 1))))
    if random.random() < 0.03:
        texts[-1] = texts[-1][: len(texts[-1]) // 2]
    text = random.choice(("\n", "\n", "\r\n")).join([*before, *texts]) + random.choice(("\n", "\n", ""))
    return text.encode(random.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16")))
