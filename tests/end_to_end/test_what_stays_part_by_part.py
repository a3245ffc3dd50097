"""A workbook that is filled again and again: what is not ours to change is the same bytes, part by part."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.addin.users_own import OWN_SHEET, add_own
from workbook_engine.workbook_file import WorkbookFile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.demo_book import DemoBook

OWN_RULE = '<conditionalFormatting sqref="T5:T9"><cfRule type="expression" priority="90"><formula>$T5&lt;-99</formula>'
OWN_CHOICE = (
    '<dataValidation type="list" allowBlank="1" sqref="AZ1:AZ3"><formula1>"mine,yours"</formula1></dataValidation>'
)
ALWAYS_THE_SAME = re.compile(
    r"xl/vbaProject\.bin|customUI/.*|_rels/\.rels|xl/theme/.*|docProps/.*|xl/drawings/.*|xl/charts/.*|xl/comments.*"
)


def parts(path: Path) -> dict[str, bytes]:
    """Return the parts of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rules(part: bytes) -> list[str]:
    """Return the validation and formatting rules of a sheet as they are written, without where they reach."""
    found = re.findall(
        r"<(?:conditionalFormatting|dataValidation) .*?</(?:conditionalFormatting|dataValidation)>", part.decode()
    )
    return sorted(re.sub(r' sqref="[^"]*"', "", rule) for rule in found)


def add_own_rules(path: Path) -> str:
    """Give sheet Transactions a mark and a choice of the user's, as Excel writes them; return its part."""
    file = WorkbookFile(path)
    part = next(sheet.part for sheet in file.sheets if sheet.name == "Transactions")
    text = file.package.text(part)
    text = text.replace(
        "<conditionalFormatting", f"{OWN_RULE}</cfRule></conditionalFormatting><conditionalFormatting", 1
    )
    if "<dataValidations" in text:
        text = text.replace("</dataValidations>", f"{OWN_CHOICE}</dataValidations>")
    else:
        listed = f'<dataValidations count="1">{OWN_CHOICE}</dataValidations><pageMargins'
        text = text.replace("<pageMargins", listed, 1)
    file.package.write(part, text.encode())
    file.package.save()
    return part


@pytest.mark.long
def test_a_second_fill_leaves_every_other_part_as_it_was(demo: DemoBook) -> None:
    """The same settlement again: only sheets of ours that show it may be written, and their rules stay."""
    add_own(demo.path)
    shown = add_own_rules(demo.path)
    settlement = str(demo.table("Transactions").rows[0]["Settlement ID"])
    assert demo.run("fill", settlement).status == 0
    before = parts(demo.path)
    assert demo.run("fill", settlement).status == 0
    after = parts(demo.path)
    own = next(sheet.part for sheet in WorkbookFile(demo.path).sheets if sheet.name == OWN_SHEET)

    changed = {name for name in before if before[name] != after.get(name)}
    assert before.keys() == after.keys()
    assert own not in changed
    assert not any(ALWAYS_THE_SAME.fullmatch(name) for name in changed)
    assert rules(before[shown]) == rules(after[shown])
    assert any("$T5&lt;-99" in rule for rule in rules(after[shown]))
    assert any("mine,yours" in rule for rule in rules(after[shown]))


@pytest.mark.long
def test_every_button_leaves_what_is_the_users(demo: DemoBook) -> None:
    """After all that fill sheets, VBA, ribbon, the user's sheet with its chart and all rules are as they were."""
    add_own(demo.path)
    shown = add_own_rules(demo.path)
    before = parts(demo.path)
    listed = [str(row["Settlement ID"]) for row in demo.table("Settlements").rows]
    for command in (
        ["sync"],
        ["fill", listed[0]],
        ["resolve"],
        ["save", "--accept-proposals"],
        ["cogs", listed[0]],
        ["pnl"],
    ):
        assert demo.run(*command[:1], *command[1:]).status < 2
    after = parts(demo.path)
    files = {sheet.name: sheet.part for sheet in WorkbookFile(demo.path).sheets}

    same = [name for name in before if ALWAYS_THE_SAME.fullmatch(name)]
    assert {"xl/vbaProject.bin", "customUI/customUI14.xml", "_rels/.rels"} < set(same)
    assert [] == [name for name in same if before[name] != after.get(name)]
    for name in (OWN_SHEET, "xlwings.conf", "COGS template"):
        assert before[files[name]] == after[files[name]], name
    assert rules(before[shown]) == rules(after[shown])
    for name in ("Settlements", "Resolve", "Costs"):
        assert rules(before[files[name]]) == rules(after[files[name]]), name
