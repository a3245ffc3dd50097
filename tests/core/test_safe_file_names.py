"""File names are made of texts of any kind: they stay in their folder, and names of different things never meet."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.safe_file_names import file_name

PARTS = st.lists(st.text(max_size=300), min_size=1, max_size=4)
RESERVED = ["CON", "nul", "Aux", "COM1", "lpt9", "COM¹", "prn.txt", "CON .x", "con. x"]


@given(PARTS)
def test_a_name_is_no_path_and_can_be_written_anywhere(parts: list[str]) -> None:
    """Neither a folder nor a device, on no system; no sign that Windows refuses; no longer than a file system takes."""
    name = file_name(*parts, ending=".csv")

    assert [name] * 2 == [Path(name).name, PureWindowsPath(name).name]
    assert not set(name) & set('<>:"/\\|?*')
    assert all(sign.isprintable() for sign in name)
    assert len(name.encode()) < 180
    assert name == name.strip(" ")
    assert not name.startswith(".")


@given(PARTS, PARTS)
def test_names_of_different_things_never_meet(one: list[str], other: list[str]) -> None:
    """Nor where the file system takes capitals for small letters, or composes what was typed in two signs."""
    names = {unicodedata.normalize("NFC", file_name(*parts)).casefold() for parts in (one, other)}

    assert len(names) == (1 if one == other else 2)
    assert file_name(*one) == file_name(*one)


@pytest.mark.parametrize(
    "near",
    [
        (("US", "1"), ("us", "1")),
        (("A/B", "1"), ("A:B", "1")),
        (("US", "1."), ("US", "1")),
        (("US", "1 "), ("US", "1")),
        (("US 1", "2"), ("US", "1 2")),
        (("x" * 300, "1"), ("x" * 300, "2")),
        (("\u00e9", "1"), ("e\u0301", "1")),
        (("../1",), ("__1",)),
        (("US", "", "1"), ("US", "1", "")),
    ],
)
def test_what_differs_in_a_sign_only_has_two_names(near: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    """Case, signs that no file may have, dots and blanks at the end, where one text ends, length, composition."""
    assert 2 == len({unicodedata.normalize("NFC", file_name(*parts, ending=".csv")).casefold() for parts in near})


@pytest.mark.parametrize("text", RESERVED)
def test_a_name_that_windows_keeps_to_itself_is_none_of_ours(text: str) -> None:
    """With any ending, and with blanks before it."""
    name = file_name(text, ending=".xlsx")

    assert name.partition(".")[0].strip().upper() not in {"CON", "NUL", "AUX", "COM1", "LPT9", "COM¹", "PRN"}


def test_a_path_in_an_id_stays_a_name() -> None:
    """As in the settlement id of a hostile file."""
    name = file_name("quickbooks", "Acme", "US", "../../../../etc/cron.d/x", ending=".csv")

    assert name.startswith("quickbooks Acme US _.._.._.._etc_cron.d_x ")
    assert Path("/exports") == (Path("/exports") / name).resolve().parent
