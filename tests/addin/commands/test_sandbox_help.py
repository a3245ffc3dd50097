"""The sandbox's own help."""

from __future__ import annotations

import re

from click.testing import CliRunner

from addin.cli import main
from sandbox.misbehaviour import MISBEHAVIOURS


def test_the_help_lists_every_switch_with_its_sentence() -> None:
    """Whoever plays with the sandbox needs no source."""
    shown = CliRunner().invoke(main, ["sandbox", "--help"]).output
    flat = " ".join(re.split(r"\s+", shown))

    assert [] == [name for name, sentence in MISBEHAVIOURS.items() if f" {name} {sentence}" not in flat]
