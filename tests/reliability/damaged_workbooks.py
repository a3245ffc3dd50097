"""Workbook files that were damaged: read with what is wrong of them named, and books that do not change by them."""

from __future__ import annotations

import io
import os
import re
import zipfile
from functools import partial
from typing import TYPE_CHECKING

from tests.reliability.desk import made_desk, words_of
from tests.reliability.mutated_files import ODD_CELLS, cut, flipped, with_more_bytes
from tests.reliability.rows import Place, Row

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Parts = dict[str, bytes]
COMMANDS = ("resolve", "save", "pnl", "verify", "trueups")
_VALUE = re.compile(rb"(?<=<v>)[^<]*(?=</v>)|(?<=<t>)[^<]*(?=</t>)")
_ATTRIBUTE = re.compile(rb'(?<==")[^"]*(?=")')


def bytes_changed(content: bytes, dice: Random) -> bytes:
    """Change bytes anywhere, cut it off, or put something in between."""
    return dice.choice((flipped, flipped, cut, with_more_bytes))(content, dice).content


def in_parts(change: Callable[[Parts, Random], None], content: bytes, dice: Random) -> bytes:
    """Change what is packed, and pack it well again."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts, dice)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as again:
        for name, part in parts.items():
            again.writestr(name, part)
    return whole.getvalue()


def part_lost(parts: Parts, dice: Random) -> None:
    """Leave a part out, or empty it."""
    name = dice.choice(sorted(parts))
    if dice.random() < 0.7:
        del parts[name]
    else:
        parts[name] = b""


def part_damaged(parts: Parts, dice: Random) -> None:
    """Change bytes of a part."""
    name = dice.choice(sorted(name for name, part in parts.items() if part))
    parts[name] = bytes_changed(parts[name], dice)


def value_changed(parts: Parts, dice: Random) -> None:
    """Write something odd into a value of a sheet, or of the texts that they share."""
    name = dice.choice(sorted(n for n in parts if n.startswith("xl/worksheets/sheet") or n == "xl/sharedStrings.xml"))
    _replace(parts, name, _VALUE, dice)


def attribute_changed(parts: Parts, dice: Random) -> None:
    """Write something odd into what a sheet, a table or the list of sheets says of itself."""
    name = dice.choice(sorted(n for n in parts if n.endswith((".xml", ".rels"))))
    _replace(parts, name, _ATTRIBUTE, dice)


def _replace(parts: Parts, name: str, pattern: re.Pattern[bytes], dice: Random) -> None:
    found = list(pattern.finditer(parts[name]))
    if found:
        place = dice.choice(found)
        new = re.sub(rb'[<>&"\0]', b"", dice.choice(ODD_CELLS).encode())
        parts[name] = parts[name][: place.start()] + new + parts[name][place.end() :]


DAMAGES: dict[str, Callable[[bytes, Random], bytes]] = {
    "bytes changed anywhere": bytes_changed,
    "a part that is missing": partial(in_parts, part_lost),
    "a part with changed bytes": partial(in_parts, part_damaged),
    "a value that is another": partial(in_parts, value_changed),
    "an attribute that is another": partial(in_parts, attribute_changed),
}


def damage(how: str, dice: Random, place: Place) -> None:
    """Damage it, and press a button: the books hold what they held, or what the command said; they are whole."""
    made = made_desk(place.made)
    desk = made.copied(place.folder / "desk")
    desk.book.write_bytes(DAMAGES[how](desk.book.read_bytes(), dice))
    damaged, before = desk.book.read_bytes(), desk.rows()
    command = dice.choice(COMMANDS)
    ran = desk.run(command)
    said = f"{command}: {ran.status} {words_of(ran)}"
    if ran.status == 2:
        assert desk.rows() == before, f"refused, and something was stored: {said}"
        assert desk.book.read_bytes() == damaged, f"refused, and the workbook was written: {said}"
    desk.book.write_bytes(made.book.read_bytes())
    desk.assert_whole(said)


ROWS = tuple(
    Row("Damaged workbooks", f"a workbook with {how}", partial(damage, how), 1000, 1)
    for how in DAMAGES
    if os.name == "posix"
)
