"""The window that asks for a Finale account and its key: Excel has no field in which a secret is not shown.

It belongs to the button's own process, and what is typed goes from here into the computer's vault, never into a cell.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import CogsheetError

if TYPE_CHECKING:
    import tkinter as tk
    from collections.abc import Iterator

TITLE = "Connect Finale Inventory"
LABELS = ("Finale account", "API key", "API secret")

_HINT = (
    "In Finale: Application settings, Users, API keys. Finale shows the secret once. The key opens the whole account; "
    "it is kept in this computer's vault, never in the workbook."
)
_INCOMPLETE = "Fill in all three."
_DOT = "\u2022"
_WIDTH = 44


class NoWindowError(CogsheetError):
    """This computer's Python cannot show a window."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The window that asks for the key cannot be shown here ({reason}). Nothing was changed. Close the "
            f"workbook and type `cogsheet connect BOOK --account NAME` in a terminal: it asks for the key there."
        )


@dataclass(frozen=True, slots=True)
class Entered:
    """What the user typed."""

    account: str
    key: str
    secret: str


def ask(account: str) -> Entered | None:
    """Show the window and wait for the user; `None` where it was closed without connecting.

    Args:
        account: What stands in the account's field at first.

    Raises:
        NoWindowError: If no window can be shown.
    """
    with window() as root:
        form = ConnectForm(root, account)
        root.mainloop()
        return form.entered


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
    """The fields and buttons of the window."""

    def __init__(self, root: tk.Tk, account: str) -> None:
        from tkinter import ttk  # noqa: PLC0415 - as in `window`

        self.entered: Entered | None = None
        self._root = root
        root.title(TITLE)
        root.resizable(width=False, height=False)
        root.attributes("-topmost", True)  # noqa: FBT003 - Tk takes no name here; else it would open behind Excel
        frame = ttk.Frame(root, padding=16)
        frame.grid()
        self.fields = [ttk.Entry(frame, width=_WIDTH, show=_DOT if row else "") for row in range(len(LABELS))]
        for row, (label, entry) in enumerate(zip(LABELS, self.fields, strict=True)):
            ttk.Label(frame, text=label).grid(row=row, column=0, sticky="w", padx=(0, 12), pady=4)
            entry.grid(row=row, column=1, columnspan=2, pady=4)
        self.note = ttk.Label(frame, text=_HINT, wraplength=440)
        self.note.grid(row=3, column=0, columnspan=3, sticky="w", pady=(8, 12))
        buttons = ttk.Frame(frame)
        buttons.grid(row=4, column=0, columnspan=3, sticky="e")
        self.connect = ttk.Button(buttons, text="Connect", command=self._take, default="active")
        self.connect.grid(row=0, column=0, padx=8)
        self.cancel = ttk.Button(buttons, text="Cancel", command=root.quit)
        self.cancel.grid(row=0, column=1)
        self.fields[0].insert(0, account)
        self.fields[1 if account else 0].focus_force()
        root.bind("<Return>", lambda _: self._take())
        root.bind("<Escape>", lambda _: root.quit())
        root.protocol("WM_DELETE_WINDOW", root.quit)

    def _take(self) -> None:
        """Take what stands in the fields, if something stands in each."""
        texts = [field.get().strip() for field in self.fields]
        if not all(texts):
            self.note.configure(text=_INCOMPLETE)
            return
        self.entered = Entered(*texts)
        self._root.quit()
