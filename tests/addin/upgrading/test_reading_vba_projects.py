"""The reader of VBA projects: it gives back what is stored, and refuses what is damaged instead of guessing."""

from __future__ import annotations

import contextlib
import io
import zipfile
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.machine.places import template_bytes
from tests.addin.template.vba_readers import modules_by_oletools
from tests.workbook_engine.builders import vba_project
from workbook_engine.vba import UnreadableProjectError, read_project
from workbook_engine.vba.compound_file import NotACompoundFileError, read_compound_file, write_compound_file
from workbook_engine.vba.compression import compress, decompress
from workbook_engine.vba.modules import fingerprint

NAMES = st.text("abcdefgh", min_size=1, max_size=8)
CONTENT = st.dictionaries(NAMES, st.binary(max_size=9_000), max_size=12)


@given(st.lists(st.sampled_from([b"Dim row As Long\r\n", b"aaaa", b"x", bytes(5_000)]), max_size=30).map(b"".join))
def test_what_is_compressed_is_read_back(data: bytes) -> None:
    """Over the borders of chunks, and where a copy overlaps what it makes."""
    assert data == decompress(compress(data))


@given(CONTENT, CONTENT)
def test_every_stream_of_a_container_is_found(root: dict[str, bytes], inner: dict[str, bytes]) -> None:
    """Small ones and large ones, in the root and in a storage."""
    written = write_compound_file({**root, "VBA": inner})

    expected = {(name,): content for name, content in root.items()}
    assert expected | {("VBA", name): content for name, content in inner.items()} == read_compound_file(written)


@cache
def ours() -> bytes:
    """Return the template's project."""
    with zipfile.ZipFile(io.BytesIO(template_bytes())) as archive:
        return archive.read("xl/vbaProject.bin")


@pytest.mark.parametrize("project", [ours, vba_project])
def test_two_readers_agree(project: object) -> None:
    """On our own project, and on one that Excel wrote with its compiled code in front of the text."""
    content = project()  # type: ignore[operator] # both are functions
    texts = {module.name: module.source for module in read_project(content).modules}
    if project is ours:
        assert modules_by_oletools(content) == texts
    else:
        assert {"ThisWorkbook", "Sheet1", "Module1", "Sheet2"} == set(texts)
        assert all(text.startswith(f'Attribute VB_Name = "{name}"') for name, text in texts.items())


@given(st.data())
def test_a_damaged_project_is_refused_or_read(data: st.DataObject) -> None:
    """Whatever byte is wrong or wherever it is cut off: one error, never another one and never no end."""
    content = bytearray(vba_project())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for damaged in (bytes(content), bytes(content[:cut])):
        with contextlib.suppress(UnreadableProjectError):
            read_project(damaged)


def test_what_is_no_container_is_refused() -> None:
    """Empty, or another kind of file."""
    for content in (b"", b"PK\3\4", bytes(600)):
        with pytest.raises(NotACompoundFileError):
            read_compound_file(content)


def test_a_fingerprint_knows_words_alone() -> None:
    """Blanks, capitals and attributes are the editor's; a changed word is somebody's."""
    text = 'Attribute VB_Name = "A"\nPublic Sub Show(ByVal text As String)\n    MsgBox text\nEnd Sub\n'
    respelt = 'Attribute VB_Name = "B"\r\nPublic Sub Show( ByVal Text As String )\r\nMsgBox Text\r\nEnd Sub'

    assert fingerprint(text) == fingerprint(respelt)
    assert fingerprint(text) != fingerprint(text.replace("MsgBox", "Debug.Print"))
