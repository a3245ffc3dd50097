"""The windows that ask for an account or a store and its keys: Excel has no field in which a secret is not shown.

They belong to the button's own process, and what is typed goes from here into the computer's vault, never into a cell.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import CogsheetError

if TYPE_CHECKING:
    import tkinter as tk
    from collections.abc import Callable, Iterator, Sequence
    from tkinter import ttk

    from core.marketplaces.pulling.connector import ConnectorKind
    from core.settings import StoreConnection

ACCOUNT, KEY, SECRET, STORE = "Finale account", "API key", "API secret", "Store name"

_FINALE_HINT = (
    "In Finale: Application settings, Users, API keys. Finale shows the secret once. The key opens the whole account; "
    "it is kept in this computer's vault, never in the workbook."
)
_STORE_HINT = "Keys are kept in this computer's vault, never in the workbook."
_KEPT_HINT = "Empty: the one on this computer stays."
_DOT = "\u2022"
_WIDTH = 44
_WRAP = 440


class NoWindowError(CogsheetError):
    """This computer's Python cannot show a window."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The window that asks for the key cannot be shown here ({reason}). Nothing was changed. Close the "
            f"workbook and type `cogsheet connect BOOK --account NAME`, or `cogsheet connect BOOK --store NAME "
            f"--marketplace NAME`, in a terminal: it asks for the key there."
        )


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked for."""

    name: str
    value: str = ""
    """What stands in it at first."""
    hint: str = ""
    """What it means, or where to find it."""
    secret: bool = False
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """What a window asks for."""

    title: str
    fields: tuple[Field, ...]
    hint: str
    deed: str = "Connect"
    """What the button says that takes it."""


def finale_form(account: str) -> Form:
    """Return what is asked to connect a Finale account; its name where it is known."""
    fields = (Field(ACCOUNT, account), Field(KEY, secret=True), Field(SECRET, secret=True))
    return Form("Connect Finale Inventory", fields, _FINALE_HINT)


def store_form(kind: ConnectorKind, store: str, connection: StoreConnection | None) -> Form:
    """Return what is asked to connect a store.

    Args:
        kind: How stores at its marketplace are connected.
        store: What it is called, or may be called.
        connection: Its settings, where it is connected already: then its keys need not be typed again.
    """
    before = {} if connection is None else connection.settings
    fields = (
        Field(STORE, store, "As it is called in these books; it cannot be renamed later."),
        *(Field(name, before.get(name, ""), meaning, needed=False) for name, meaning in kind.settings.items()),
        *(
            Field(name, hint=f"{hint} {_KEPT_HINT}" if connection else hint, secret=True, needed=connection is None)
            for name, hint in kind.secrets.items()
        ),
    )
    return Form(f"Connect a store at {kind.marketplace}", fields, _STORE_HINT)


def ask(form: Form) -> dict[str, str] | None:
    """Show a form and wait for the user; `None` where it was closed without connecting.

    Raises:
        NoWindowError: If no window can be shown.
    """
    with window() as root:
        shown = ConnectForm(root, form)
        root.mainloop()
        return shown.entered


def choose(question: str, choices: Sequence[str]) -> int | None:
    """Let the user pick one of several, and return which; `None` where the window was closed.

    Raises:
        NoWindowError: If no window can be shown.
    """
    with window() as root:
        shown = ChoiceForm(root, question, choices)
        root.mainloop()
        return shown.chosen


@contextmanager
def window() -> Iterator[tk.Tk]:
    """Make a window that is gone at the end.

    Raises:
        NoWindowError: If this computer's Python has no windows, or there is no screen.
    """
    try:
        import tkinter as tk  # noqa: PLC0415 - some Pythons for the Mac come without it
    except ImportError as error:
        raise NoWindowError(str(error)) from error
    try:
        root = tk.Tk()
    except tk.TclError as error:
        raise NoWindowError(str(error)) from error
    try:
        yield root
    finally:
        root.destroy()


class ConnectForm:
    """The fields and buttons of a form."""

    def __init__(self, root: tk.Tk, form: Form) -> None:
        from tkinter import ttk  # noqa: PLC0415 - as in `window`

        self.entered: dict[str, str] | None = None
        self._root = root
        self._form = form
        frame = _frame(root, form.title)
        self.fields = {one.name: ttk.Entry(frame, width=_WIDTH, show=_DOT if one.secret else "") for one in form.fields}
        for row, one in enumerate(form.fields):
            ttk.Label(frame, text=one.name).grid(row=2 * row, column=0, sticky="nw", padx=(0, 12), pady=(6, 0))
            self.fields[one.name].grid(row=2 * row, column=1, pady=(6, 0))
            self.fields[one.name].insert(0, one.value)
            if one.hint:
                hint = ttk.Label(frame, text=one.hint, wraplength=_WRAP - 80, foreground="#606060")
                hint.grid(row=2 * row + 1, column=1, sticky="w")
        self.note = ttk.Label(frame, text=form.hint, wraplength=_WRAP)
        self.note.grid(row=2 * len(form.fields), column=0, columnspan=2, sticky="w", pady=(12, 12))
        self.connect, self.cancel = _buttons(root, frame, 2 * len(form.fields) + 1, form.deed, self._take)
        first = next((one for one in form.fields if not one.value), form.fields[0])
        self.fields[first.name].focus_force()

    def _take(self) -> None:
        """Take what stands in the fields, if something stands in each that is needed."""
        texts = {name: field.get().strip() for name, field in self.fields.items()}
        missing = [one.name for one in self._form.fields if one.needed and not texts[one.name]]
        if missing:
            self.note.configure(text=f"Fill in {', '.join(missing)}.")
            return
        self.entered = texts
        self._root.quit()


class ChoiceForm:
    """A list of which one is picked."""

    def __init__(self, root: tk.Tk, question: str, choices: Sequence[str]) -> None:
        import tkinter as tk  # noqa: PLC0415 - as in `window`
        from tkinter import ttk  # noqa: PLC0415 - as in `window`

        self.chosen: int | None = None
        self._root = root
        self.picked = tk.IntVar(root, value=0)
        frame = _frame(root, "Connect")
        ttk.Label(frame, text=question, wraplength=_WRAP).grid(row=0, column=0, sticky="w", pady=(0, 8))
        for number, choice in enumerate(choices):
            button = ttk.Radiobutton(frame, text=choice, value=number, variable=self.picked)
            button.grid(row=number + 1, column=0, sticky="w", pady=2)
        self.go_on, self.cancel = _buttons(root, frame, len(choices) + 1, "Next", self._take)
        self.go_on.focus_force()

    def _take(self) -> None:
        self.chosen = self.picked.get()
        self._root.quit()


def _frame(root: tk.Tk, title: str) -> tk.Widget:
    from tkinter import ttk  # noqa: PLC0415 - as in `window`

    root.title(title)
    root.resizable(width=False, height=False)
    root.attributes("-topmost", True)  # noqa: FBT003 - Tk takes no name here; else it would open behind Excel
    frame = ttk.Frame(root, padding=16)
    frame.grid()
    return frame


def _buttons(
    root: tk.Tk, frame: tk.Widget, row: int, deed: str, take: Callable[[], None]
) -> tuple[ttk.Button, ttk.Button]:
    """Put the two buttons below everything; Return and Escape press them."""
    from tkinter import ttk  # noqa: PLC0415 - as in `window`

    buttons = ttk.Frame(frame)
    buttons.grid(row=row, column=0, columnspan=2, sticky="e", pady=(8, 0))
    do = ttk.Button(buttons, text=deed, command=take, default="active")
    do.grid(row=0, column=0, padx=8)
    cancel = ttk.Button(buttons, text="Cancel", command=root.quit)
    cancel.grid(row=0, column=1)
    root.bind("<Return>", lambda _: take())
    root.bind("<Escape>", lambda _: root.quit())
    root.protocol("WM_DELETE_WINDOW", root.quit)
    return do, cancel
