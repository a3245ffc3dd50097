"""`python -m addin` is the command `cogsheet`."""

from addin.cli import main

main(prog_name="cogsheet")
