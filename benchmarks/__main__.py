"""`python run.py bench [NAME ...]`: run the benchmarks and print what they measured."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("start", "read", "books", "year", "finale", "fallback", "cogs")


def main(names: list[str]) -> int:
    """Run the benchmarks of these names, or all."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"No benchmark {', '.join(unknown)}. There are: {', '.join(NAMES)}.")
        return 2
    for name in names or NAMES:
        module = import_module(f"benchmarks.{name}")
        print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}")
        for label, figure in module.measure():
            print(f"  {label:<58}{figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
