"""Which builds of Python take the packages that Cogsheet needs; known before pip is asked, which would fail for long.

`run.py` asks it before anything is installed: it imports the standard library only.
"""

from __future__ import annotations

_ON_ARM = (
    "This Python is built for Windows on ARM, and some of the packages that Cogsheet needs are not. Nothing was "
    "changed. Install “Windows installer (64-bit)” of Python 3.11 or newer from python.org, not the one named ARM64: "
    "it runs on this computer too. Then run this again with it."
)
_OF_32_BIT = (
    "This Python is a 32-bit one, and the packages that Cogsheet needs exist for 64 bit only. Nothing was changed. "
    "Install “Windows installer (64-bit)” of Python 3.11 or newer from python.org, whichever Excel you have, and run "
    "this again with it."
)
_OF_32_BIT_ELSEWHERE = (
    "This Python is a 32-bit one, and the packages that Cogsheet needs exist for 64 bit only. Nothing was changed. "
    "Install Python 3.11 or newer for 64 bit and run this again with it."
)


def unsuitable(build: str) -> str:
    """Say why Cogsheet cannot be installed with a Python, and which one to take; empty where it can.

    Args:
        build: What Python says of itself: `sysconfig.get_platform()`, such as `win-amd64` or `macosx-11.0-arm64`.
    """
    if build == "win-arm64":
        return _ON_ARM
    if build == "win32":
        return _OF_32_BIT
    return _OF_32_BIT_ELSEWHERE if build.endswith(("-i386", "-i586", "-i686", "-armv7l")) else ""
