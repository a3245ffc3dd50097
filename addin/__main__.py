"""`python -m addin` is the command `cogsheet`."""

from __future__ import annotations

from addin.cli import main
from addin.machine.start import end_at_once, speak_utf_8


def program() -> None:
    """Run the command line as a process of its own.

    Raises:
        SystemExit: With the exit status, where the process cannot end at once.
    """
    speak_utf_8()
    try:
        main(prog_name="cogsheet")
    except SystemExit as end:
        end_at_once(end.code)
        raise


if __name__ == "__main__":
    program()
