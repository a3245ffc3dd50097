"""Write the template: `python run.py template [FILE]`."""

from __future__ import annotations

import sys
from pathlib import Path

from workbooks.template.builder import TEMPLATE, build


def main(arguments: list[str]) -> None:
    """Build the template and write it to the given file, or to its place in the project."""
    target = Path(arguments[0]) if arguments else TEMPLATE
    target.write_bytes(build())
    sys.stdout.write(f"wrote {target} ({target.stat().st_size:,} bytes)\n")


if __name__ == "__main__":
    main(sys.argv[1:])
