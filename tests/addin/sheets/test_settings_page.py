"""docs/setup.md lists the settings of sheet Setup with what each takes; `--regenerate` writes the lists anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.books.settings.policies import what_it_takes
from core.finale.typed_settings import TITLES
from core.settings import POLICY_FIELDS, Policies

PAGE = Path(__file__).parents[3] / "docs" / "setup.md"


def policies() -> list[tuple[str, ...]]:
    made = Policies()
    return [
        ("setting", "what it means", "what it takes", "at first"),
        *(
            (f"**{field.title}**", field.description or "", what_it_takes(name), first(getattr(made, name)))
            for name, field in POLICY_FIELDS.items()
        ),
    ]


def first(value: object) -> str:
    return "empty" if value is None else f"`{value}`"


def of_finale() -> list[tuple[str, ...]]:
    return [("setting", "what it means"), *((f"**{title}**", meaning) for title, meaning in TITLES.values())]


def table(rows: list[tuple[str, ...]]) -> str:
    lines = [rows[0], ("---",) * len(rows[0]), *rows[1:]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines).replace("|  |", "| |")


@pytest.mark.parametrize(("name", "rows"), [("settings", policies()), ("Finale's settings", of_finale())])
def test_the_page_lists_the_settings_that_there_are(
    name: str, rows: list[tuple[str, ...]], *, regenerate: bool
) -> None:
    """Each with its meaning and the values that it takes."""
    begin, end = f"<!-- {name}: tests/addin/sheets/test_settings_page.py, --regenerate -->\n", f"<!-- end of {name} -->"
    before, stated, after = re.split(f"{re.escape(begin)}|{re.escape(end)}", PAGE.read_text(encoding="utf-8"))
    listed = table(rows)
    if regenerate:
        stated = f"\n{listed}\n\n"
        PAGE.write_text(f"{before}{begin}{stated}{end}{after}", encoding="utf-8")

    assert listed == stated.strip()
