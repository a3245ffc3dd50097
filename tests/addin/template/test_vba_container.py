"""The VBA project's container and compression, against readers that share no code with the writer."""

from __future__ import annotations

import io
import struct
import zipfile
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from olefile import DEFECT_UNSURE, OleFileIO

from tests.addin.template.vba_readers import decompressed, stream_of
from tests.examples import examples
from workbook_engine.vba import ModuleError, ModuleKind, write_project
from workbook_engine.vba.compound_file import CUTOFF, MINI_SECTOR, SECTOR, write_compound_file
from workbook_engine.vba.compression import CHUNK, compress
from workbook_engine.vba.modules import module_of_text
from workbook_engine.vba.project import directory, encrypt

if TYPE_CHECKING:
    from collections.abc import Iterator

BORDERS = [size + step for size in (0, MINI_SECTOR, SECTOR, CUTOFF) for step in (-1, 0, 1) if size + step >= 0]
WORDS = st.sampled_from([b"Dim x As Long\r\n", b"    ", b"End If\r\n", b"x", b"\xe9"])
PROJECT_ID = "{5CF9CDAB-B77B-4FE4-BD7E-D29900070E1B}"


@given(st.lists(WORDS, max_size=900).map(b"".join))
@settings(max_examples=examples(60), deadline=None)
def test_compressed_text_is_read_back(text: bytes) -> None:
    """What we compress, oletools decompresses, over the borders of chunks too."""
    assert text == decompressed(compress(text)) if text else compress(text) == b"\x01"


@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_chunk_borders_are_read_back(size: int) -> None:
    """A stream that ends at a chunk's border is whole."""
    text = (b"' comment number " * size)[:size]

    assert text == decompressed(compress(text))


def test_text_that_does_not_compress_is_stored_as_it_is() -> None:
    """A full chunk of noise is kept raw."""
    noise = bytes(7 * n * n % 251 for n in range(CHUNK))

    assert noise == decompressed(compress(noise))


def streams() -> st.SearchStrategy[dict[str, bytes]]:
    """Return containers of up to 130 streams, many with sizes at the borders of the format."""
    names = st.text("ABCDabcd0123_", min_size=1, max_size=31)
    sizes = st.one_of(st.sampled_from(BORDERS), st.integers(0, 3 * CUTOFF))
    return st.dictionaries(names, sizes, max_size=130).map(_with_content)


def _with_content(sizes: dict[str, int]) -> dict[str, bytes]:
    unique = {name.upper(): (name, size) for name, size in sizes.items()}
    return {name: (name.encode() * size)[:size] for name, size in unique.values()}


@given(streams())
@settings(max_examples=examples(40), deadline=None)
def test_any_container_is_read_back_without_defects(content: dict[str, bytes]) -> None:
    """Each stream is found by olefile with its bytes, by its own search of the tree, and nothing is complained of."""
    written = write_compound_file({"VBA": content, "PROJECT": b"p"})

    with OleFileIO(io.BytesIO(written), raise_defects=DEFECT_UNSURE) as container:
        assert [] == container.parsing_issues
        assert content == {name: container.openstream(["VBA", name]).read() for name in content}
        assert len(content) + 1 == len(container.listdir())


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 64, 99, 130])
def test_the_directory_is_a_red_black_tree(count: int) -> None:
    """In order, no red entry below a red one, and the same number of black ones on every path."""
    written = write_compound_file({f"s{number}": b"x" for number in range(count)})
    with OleFileIO(io.BytesIO(written)) as container:
        entries = [_entry(container, number) for number in range(count + 1)]

    ordered = list(_walk(entries, entries[0][4]))
    assert sorted(ordered, key=lambda name: (len(name), name.upper())) == ordered
    assert count == len(ordered)
    assert len(set(_black_heights(entries, entries[0][4], 0, above_red=True))) == 1


Entry = tuple[str, bool, int, int, int]
NO_STREAM = 0xFFFFFFFF


def _entry(container: OleFileIO, number: int) -> Entry:
    raw = container.directory_fp.getvalue()[128 * number : 128 * number + 128]
    length, _, colour, left, right, child = struct.unpack("<HBBIII", raw[64:80])
    return raw[: length - 2].decode("utf-16-le"), colour == 0, left, right, child


def _walk(entries: list[Entry], number: int) -> Iterator[str]:
    if number != NO_STREAM:
        name, _, left, right, _ = entries[number]
        yield from _walk(entries, left)
        yield name
        yield from _walk(entries, right)


def _black_heights(entries: list[Entry], number: int, height: int, *, above_red: bool) -> Iterator[int]:
    if number == NO_STREAM:
        yield height
        return
    _, red, left, right, _ = entries[number]
    assert not (red and above_red)
    for side in (left, right):
        yield from _black_heights(entries, side, height + (not red), above_red=red)


def decrypt(text: str) -> tuple[int, bytes]:
    """Return key and data of an encrypted value, by [MS-OVBA] 2.4.3.3."""
    raw = bytes.fromhex(text)
    seed, version, key = raw[0], raw[1] ^ raw[0], raw[2] ^ raw[0]
    assert version == 2
    plain = [key]
    for at in range(3, len(raw)):
        plain.append(raw[at] ^ (raw[at - 2] + plain[-1]) & 0xFF)
    data = plain[1 + (seed & 6) // 2 :]
    length = int.from_bytes(bytes(data[:4]), "little")
    assert length == len(data) - 4
    return key, bytes(data[4:])


@pytest.mark.parametrize(
    ("by_excel", "data"),
    [
        ("8D8FA61394EA98EA98EA98EA98", bytes(4)),
        ("8D8FA61394EF95EF95EF", b"\0"),
        ("8D8FA61394EF95EF9510", b"\xff"),
    ],
)
def test_encrypted_values_mean_what_excel_wrote(by_excel: str, data: bytes) -> None:
    """Protection, password and visibility decrypt to the same as those that Excel wrote for the same project id."""
    assert decrypt(by_excel) == decrypt(encrypt(data, PROJECT_ID, 0x8D))


def _record_ids(stream: bytes) -> list[int]:
    ids, at = [], 0
    while at < len(stream):
        identifier, size = struct.unpack_from("<HI", stream, at)
        ids.append(identifier)
        at += 6 + size + (2 if identifier == 0x0009 else 0)
    return ids


def test_the_dir_stream_has_the_records_that_excel_writes() -> None:
    """The same sequence of records as in the project that Excel wrote into xlwings' own workbook."""
    with zipfile.ZipFile(io.BytesIO(files("xlwings").joinpath("quickstart_standalone.xlsm").read_bytes())) as package:
        by_excel = _record_ids(decompressed(stream_of(package.read("xl/vbaProject.bin"), "VBA", "dir")))
    modules = [
        module_of_text("ThisWorkbook", ModuleKind.WORKBOOK, ""),
        module_of_text("Sheet1", ModuleKind.WORKSHEET, ""),
        module_of_text("Module1", ModuleKind.PROCEDURAL, ""),
    ]

    ours = _record_ids(directory("VBAProject", modules))

    assert _information(by_excel) == _information(ours)
    assert _module_records(by_excel)[: len(_module_records(ours))] == _module_records(ours)


def _information(ids: list[int]) -> list[int]:
    return ids[: ids.index(0x0016)]


def _module_records(ids: list[int]) -> list[int]:
    """Return the records from the count of modules on, without the terminator."""
    return ids[ids.index(0x000F) : -1]


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("A" * 32, "", "at most 31"),
        ("1A", "", "letters, digits"),
        ("A", "x = 1 ' →", "not in code page"),
        ("A", "x" * 1024, "longer"),
        ("A", "x = 1 + _\n" * 25 + "1", "longer, or continued"),
    ],
)
def test_text_that_excel_would_not_read_is_refused(name: str, text: str, what: str) -> None:
    """A module that would be cut or misread names itself and the line."""
    with pytest.raises(ModuleError, match=what):
        module_of_text(name, ModuleKind.PROCEDURAL, text)


def test_two_modules_of_one_name_are_refused() -> None:
    """VBA does not tell capitals apart, nor a module from its project."""
    module = module_of_text("One", ModuleKind.PROCEDURAL, "")
    for other in ("ONE", "VBAProject"):
        with pytest.raises(ModuleError, match="taken"):
            write_project([module, module_of_text(other, ModuleKind.PROCEDURAL, "")], PROJECT_ID)
