#!/bin/sh
# For a Mac: a double-click installs Cogsheet for Excel, or brings it up to date (docs/start-mac.md).
cd "$(dirname "$0")" || exit 2

# The newest Python of python.org; macOS' own python3 is too old, and asks for tools for programmers.
versions="${COGSHEET_PYTHONS:-/Library/Frameworks/Python.framework/Versions}"
python=""
for minor in 11 12 13 14 15 16; do
  if [ -x "$versions/3.$minor/bin/python3" ]; then python="$versions/3.$minor/bin/python3"; fi
done

if [ -z "$python" ]; then
  echo "There is no Python 3.11 or newer of python.org on this Mac. Nothing was changed."
  echo "Get it from python.org (Downloads, macOS), install it, and double-click this file again."
  exit 2
fi

if "$python" run.py install; then
  echo "You may close this window."
else
  echo "Cogsheet is not installed; the lines above say why. Once that is mended, double-click this file again."
  exit 2
fi
