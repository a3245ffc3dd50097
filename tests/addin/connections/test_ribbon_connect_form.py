"""The windows that ask what to connect and for its keys, on a screen that nobody sees."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from addin.connections.connect_form import (
    ACCOUNT,
    KEY,
    SECRET,
    STORE,
    ChoiceForm,
    ConnectForm,
    NoWindowError,
    ask,
    finale_form,
    store_form,
    window,
)
from core.marketplaces.pulling.connector import ConnectorKind
from core.model import Marketplace
from core.settings import StoreConnection
from tests.core.books.listed_documents import Listed

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


FINALE = finale_form("acme")
STORE_KIND = ConnectorKind(
    Marketplace.AMAZON,
    lambda *_: Listed([]),
    settings={"Region": "na, eu or fe"},
    secrets={"Refresh token": "Seller Central, Apps"},
)


def fill(form: ConnectForm, *texts: str) -> None:
    for field, text in zip(form.fields.values(), texts, strict=True):
        field.delete(0, "end")
        field.insert(0, text)


def test_what_is_typed_is_taken(root: Tk) -> None:
    """Account, key and secret, without the blanks that come along when one copies them."""
    form = ConnectForm(root, finale_form(""))
    fill(form, "acme", " key-1 ", "secret-1\t")

    form.connect.invoke()

    assert {ACCOUNT: "acme", KEY: "key-1", SECRET: "secret-1"} == form.entered


def test_secrets_are_not_shown(root: Tk) -> None:
    """Key and secret are dots; the account can be read, and is filled in where it is known."""
    form = ConnectForm(root, FINALE)
    root.update()

    assert [False, True, True] == [bool(field.cget("show")) for field in form.fields.values()]
    assert "acme" == form.fields[ACCOUNT].get()


def test_an_empty_field_is_asked_for(root: Tk) -> None:
    """Nothing is taken until all that is needed is there."""
    form = ConnectForm(root, FINALE)
    fill(form, "acme", "key-1", " ")

    form.connect.invoke()

    assert (None, "Fill in API secret.") == (form.entered, str(form.note.cget("text")))


def test_a_store_is_asked_for_what_its_marketplace_needs(root: Tk) -> None:
    """Settings in the open and keys as dots, with the words of the connector; the name is proposed."""
    form = ConnectForm(root, store_form(STORE_KIND, "Amazon US", None))

    assert {STORE: "", "Region": "", "Refresh token": "\u2022"} == {
        name: str(field.cget("show")) for name, field in form.fields.items()
    }
    assert "Amazon US" == form.fields[STORE].get()


def test_a_key_that_is_here_need_not_be_typed_again(root: Tk) -> None:
    """To change a setting of a connected store, its keys may stay empty."""
    known = StoreConnection(marketplace=Marketplace.AMAZON, settings={"Region": "na"})
    form = ConnectForm(root, store_form(STORE_KIND, "Amazon US", known))
    fill(form, "Amazon US", "eu", "")

    form.connect.invoke()

    assert {STORE: "Amazon US", "Region": "eu", "Refresh token": ""} == form.entered


def test_what_is_to_be_connected_is_picked(root: Tk) -> None:
    """Finale stands first; a store is one more line."""
    form = ChoiceForm(root, "What do you want to connect?", ["Finale Inventory", "A store at Amazon"])
    form.picked.set(1)

    form.go_on.invoke()

    assert 1 == form.chosen


@pytest.mark.parametrize("way", ["button", "escape", "close"])
def test_it_can_be_left(root: Tk, way: str) -> None:
    """Cancel, Escape and the window's own cross end it without an answer."""
    form = ConnectForm(root, FINALE)
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
        ask(FINALE)
    assert "DISPLAY" not in os.environ
