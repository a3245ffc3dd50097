"""The window that asks for a Finale key, on a screen that nobody sees."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from addin.connect_form import LABELS, ConnectForm, Entered, NoWindowError, ask, window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from tkinter import Tk


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """Return the name of a screen; none where there is no program for invisible ones."""
    program = shutil.which("Xvfb")
    if program is None:
        yield None
        return
    numbers = tmp_path_factory.mktemp("screen") / "number"
    with numbers.open("w+") as file:
        running = subprocess.Popen(  # noqa: S603 - found by PATH, fixed words
            [program, "-displayfd", str(file.fileno()), "-screen", "0", "800x600x24"],
            pass_fds=[file.fileno()],
            stderr=subprocess.DEVNULL,
        )
        for _ in range(100):
            if text := numbers.read_text().strip():
                break
            time.sleep(0.1)
        yield f":{text}"
    running.terminate()
    running.wait()


@pytest.fixture
def root(screen: str | None, monkeypatch: pytest.MonkeyPatch, missing_tool: Callable[[str], None]) -> Iterator[Tk]:
    """Return a window on that screen."""
    if sys.platform == "linux":
        if screen is None:
            missing_tool("Xvfb, a screen that nobody sees")
        monkeypatch.setenv("DISPLAY", str(screen))
    with window() as found:
        yield found


def fill(form: ConnectForm, *texts: str) -> None:
    for field, text in zip(form.fields, texts, strict=True):
        field.delete(0, "end")
        field.insert(0, text)


def test_what_is_typed_is_taken(root: Tk) -> None:
    """Account, key and secret, without the blanks that come along when one copies them."""
    form = ConnectForm(root, "")
    fill(form, "acme", " key-1 ", "secret-1\t")

    form.connect.invoke()

    assert Entered("acme", "key-1", "secret-1") == form.entered


def test_secrets_are_not_shown(root: Tk) -> None:
    """Key and secret are dots; the account can be read, and is filled in where it is known."""
    form = ConnectForm(root, "acme")
    root.update()

    assert [False, True, True] == [bool(field.cget("show")) for field in form.fields]
    assert "acme" == form.fields[0].get()
    assert len(LABELS) == len(form.fields)


def test_an_empty_field_is_asked_for(root: Tk) -> None:
    """Nothing is taken until all three are there."""
    form = ConnectForm(root, "acme")
    fill(form, "acme", "key-1", " ")

    form.connect.invoke()

    assert (None, "Fill in all three.") == (form.entered, form.note.cget("text"))


@pytest.mark.parametrize("way", ["button", "escape", "close"])
def test_it_can_be_left(root: Tk, way: str) -> None:
    """Cancel, Escape and the window's own cross end it without an answer."""
    form = ConnectForm(root, "acme")
    fill(form, "acme", "key-1", "secret-1")
    ways = {
        "button": form.cancel.invoke,
        "escape": lambda: root.event_generate("<Escape>"),
        "close": lambda: root.tk.call(root.protocol("WM_DELETE_WINDOW")),
    }
    root.update()
    root.after(50, ways[way])

    root.mainloop()

    assert form.entered is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_without_a_screen_the_user_is_sent_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to type."""
    monkeypatch.delenv("DISPLAY", raising=False)

    with pytest.raises(NoWindowError, match="cogsheet connect BOOK --account NAME"):
        ask("acme")
    assert "DISPLAY" not in os.environ
