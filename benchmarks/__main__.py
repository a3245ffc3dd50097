"""`python run.py bench [--json] [NAME ...]`: run the benchmarks and print what they measured.

With `--json`, only what has a goal is measured, and printed as `{"rows": [...]}` (`benchmarks.rows.Result`).
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

NAMES = ("start", "read", "imports", "books", "year", "big_books", "finale", "fallback", "cogs")


def main(names: list[str]) -> int:
    """Run the benchmarks of these names, or all."""
    as_json = "--json" in names
    names = [name for name in names if name != "--json"]
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"No benchmark {', '.join(unknown)}. There are: {', '.join(NAMES)}.")
        return 2
    if as_json:
        modules = (import_module(f"benchmarks.{name}") for name in names or NAMES)
        rows = [row.as_record() for module in modules if hasattr(module, "rows") for row in module.rows()]
        print(json.dumps({"rows": rows}, indent=1))
        return 0
    for name in names or NAMES:
        module = import_module(f"benchmarks.{name}")
        print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}")
        for label, figure in module.measure():
            print(f"  {label:<58}{figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
