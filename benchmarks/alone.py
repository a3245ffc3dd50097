"""`python -m benchmarks.alone MODULE:FUNCTION SECONDS`: measure some rows here and tell each as one line of JSON.

After so many seconds of CPU the process is ended, however busy the machine is.
"""

from __future__ import annotations

import json
import resource
import sys
from importlib import import_module


def main(function: str, seconds: str) -> None:
    """Print each row as soon as it is measured."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), resource.RLIM_INFINITY))
    module, _, name = function.partition(":")
    for row in getattr(import_module(module), name)():
        print(json.dumps(row.as_event()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
