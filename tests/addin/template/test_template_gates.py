"""Rules that Excel keeps and no validator checks."""

from __future__ import annotations

import ast
import re
import sys
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from oletools.mraptor import MacroRaptor

from addin.commands import registry
from addin.commands.registry import BUTTONS, RIBBON, buttons_of
from addin.machine import terminal_words
from addin.sheets import exchange
from addin.sheets.workbook import NAME, SPECS
from core.model import Event
from core.reports.costed_lines import WAITING_MARK
from workbooks.template.ribbon_parts import CALLBACK, NAMESPACE_2007, NAMESPACE_2010, ribbon_xml, version
from workbooks.template.special_sheets import CONFIGURATION

if TYPE_CHECKING:
    from workbooks.template.workbook_zip import Parts

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PROCEDURE = re.compile(
    r"^(?P<scope>Public |Private )?(?:Static )?(?:Sub|Function|Property \w+) (?P<name>\w+)\((?P<arguments>[^)]*)",
    re.MULTILINE,
)
ICONS = Path(__file__).parents[3] / "docs" / "facts" / "ribbon-icons.md"
DESIGN = {
    "Settlements": ["import", "pull", "fill", "remove"],
    "Costs": ["sync", "resolve", "save", "undo", "accept", "restore"],
    "Reports": ["cogs", "cogs-workbook", "pnl", "rates"],
    "Close": ["export", "export-excel", "trueups", "verify", "reopen", "posted-elsewhere", "close"],
    "Setup": ["connect", "doctor", "upgrade", "help"],
}
"""Buttons per group (docs/commands.md)."""


def _xml(parts: Parts, name: str) -> ET.Element:
    return ET.fromstring(parts[name])  # noqa: S314 - a file of our own


def _procedures(modules: dict[str, str]) -> list[tuple[str, re.Match[str]]]:
    """Return module and match of every procedure, line continuations joined."""
    joined = {name: text.replace("\r\n", "\n").replace(" _\n", " ") for name, text in modules.items()}
    return [(name, match) for name, text in joined.items() for match in PROCEDURE.finditer(text)]


def test_code_names_and_document_modules_are_the_same(built_parts: Parts, extracted_modules: dict[str, str]) -> None:
    """The workbook and every sheet have exactly one document module each, and no other is declared."""
    sheets = [name for name in built_parts if name.startswith("xl/worksheets/sheet")]
    code_names = [_xml(built_parts, name).find(f"{MAIN}sheetPr").get("codeName") for name in sheets]  # type: ignore[union-attr] # fails the test
    workbook = _xml(built_parts, "xl/workbook.xml").find(f"{MAIN}workbookPr")
    assert workbook is not None
    documents = {name for name, text in extracted_modules.items() if 'VB_Base = "0{000208' in text}

    assert len(SPECS) + 3 == len(set(code_names))
    assert documents == {workbook.get("codeName"), *code_names}


def test_the_window_fits_a_screen(built_parts: Parts) -> None:
    """Its sides are stated in twentieths of a point, 15 to a pixel: a laptop's, as anybody's screen shows it."""
    view = _xml(built_parts, "xl/workbook.xml").find(f"{MAIN}bookViews/{MAIN}workbookView")
    assert view is not None

    assert (24_000, 13_500) == tuple(int(view.get(name, "0")) for name in ("windowWidth", "windowHeight"))


def test_a_workbook_that_nobody_touched_is_not_to_be_saved(built_parts: Parts) -> None:
    """Excel calculates nothing when it opens the template, and no formula in it is another one each time."""
    settings = _xml(built_parts, "xl/workbook.xml").find(f"{MAIN}calcPr")
    assert settings is not None
    volatile = re.compile(rb"\b(?:NOW|TODAY|RAND|RANDBETWEEN|OFFSET|INDIRECT|CELL|INFO)\(")

    assert {"calcId": "191029"} == settings.attrib
    assert [] == [name for name, part in built_parts.items() if name.endswith(".xml") and volatile.search(part)]


def test_scanners_of_mail_find_nothing_suspicious(extracted_modules: dict[str, str]) -> None:
    """Code that runs by itself when a workbook opens, beside code that starts programs, is what they look for."""
    code = "\n".join(extracted_modules.values())
    ours, opening = MacroRaptor(code), MacroRaptor(f"{code}\nPrivate Sub Workbook_Open()\nEnd Sub\n")
    for scanner in (ours, opening):
        scanner.scan()

    assert (False, True) == (ours.suspicious, opening.suspicious)


def test_every_ribbon_callback_exists_with_one_argument(built_parts: Parts, extracted_modules: dict[str, str]) -> None:
    """A callback that Excel does not find ends in "Cannot run the macro"."""
    callbacks = {
        value
        for part in ("customUI/customUI.xml", "customUI/customUI14.xml")
        for element in _xml(built_parts, part).iter()
        for attribute, value in element.attrib.items()
        if attribute.startswith(("on", "get", "load"))
    }
    arities = {f"{module}.{m['name']}": len(m["arguments"].split(",")) for module, m in _procedures(extracted_modules)}

    assert callbacks == {CALLBACK}
    assert arities[CALLBACK] == 1


def test_the_ribbon_is_the_table_in_both_dialects(built_parts: Parts) -> None:
    """Both parts hold the same elements, with every button of the table in its group and in its order."""
    older, newer = (_xml(built_parts, f"customUI/{part}.xml") for part in ("customUI", "customUI14"))
    plain = [(element.tag.split("}")[1], element.attrib) for element in older.iter()]

    assert plain == [(element.tag.split("}")[1], element.attrib) for element in newer.iter()]
    assert [f"{{{space}}}customUI" for space in (NAMESPACE_2007, NAMESPACE_2010)] == [older.tag, newer.tag]
    shown = {
        group.get("label"): [button.get("label") for button in group]
        for group in newer.iter(f"{{{NAMESPACE_2010}}}group")
    }
    declared = {str(group): [one.button.label for one in buttons_of(group) if one.button] for group in RIBBON}
    assert declared == shown


def test_ribbon_labels_need_no_escape() -> None:
    """An ampersand in a label would be taken for an access key."""
    assert [] == [one.name for one in BUTTONS if one.button and "&" in one.button.label + one.tip.title]
    assert b"&amp;amp;" not in ribbon_xml(NAMESPACE_2010)


def test_the_buttons_are_those_of_the_design() -> None:
    """Group by group and in order, with the commands of the command line."""
    assert {str(group): [button.name for button in buttons_of(group)] for group in RIBBON} == DESIGN


def test_ribbon_attributes_are_within_what_excel_takes() -> None:
    """Labels and tips of at most 1,024 characters, ids that are names, sizes that exist (docs/facts/excel-files.md)."""
    buttons = list(ET.fromstring(ribbon_xml(NAMESPACE_2010)).iter(f"{{{NAMESPACE_2010}}}button"))  # noqa: S314 - ours
    tips = [str(button.get(name)) for button in buttons for name in ("label", "screentip", "supertip")]

    assert len(buttons) == len(BUTTONS)
    assert [] == [tip for tip in tips if not 0 < len(tip) <= 1024]
    assert [] == [button.get("id") for button in buttons if not re.fullmatch(r"[A-Za-z]\w*", str(button.get("id")))]
    assert {"normal", "large"} == {button.get("size") for button in buttons}
    assert len(buttons) == len({button.get("imageMso") for button in buttons})


def test_every_icon_was_seen_in_a_published_ribbon() -> None:
    """A name that Office does not know leaves a button without an icon, which nobody here can see."""
    seen = re.findall(r"^\| `(\w+)` \|", ICONS.read_text(encoding="utf-8"), re.MULTILINE)

    assert set() == {button.button.icon for button in BUTTONS if button.button} - set(seen)
    assert sorted(set(seen)) == seen


def test_help_fits_a_message_box(extracted_modules: dict[str, str]) -> None:
    """Every button by its label, and all of it within what module Messages shows."""
    table = extracted_modules["RibbonTable"]
    listed = re.findall(r'ButtonList = ButtonList & vbLf & "(.*)"', table)
    longest = re.search(r"LONGEST As Long = (\d+)", extracted_modules["Messages"])

    assert [str(group) for group in RIBBON] == [line.split(":")[0] for line in listed]
    assert [] == [one.name for one in BUTTONS if one.button and not any(one.button.label in line for line in listed)]
    assert longest
    assert len("\n".join(listed)) + 200 < int(longest[1])


def test_the_declarations_import_only_the_standard_library() -> None:
    """`addin.ribbon` and `cogsheet --version` read them before anything that may be broken is imported."""
    paths = [*sorted(Path(registry.__path__[0]).glob("*.py")), Path(str(terminal_words.__file__))]
    trees = [ast.parse(path.read_text("utf-8")) for path in paths]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}

    assert len(trees) > 5
    others = {name for name in imported if not name.startswith(registry.__name__)} - {terminal_words.__name__}
    assert others <= sys.stdlib_module_names | {
        name for name in others if name.split(".")[0] in sys.stdlib_module_names
    }


def test_vba_runs_the_commands_of_the_table(extracted_modules: dict[str, str]) -> None:
    """Button ids and commands in module RibbonTable are the table's, and nothing else is ever run."""
    pairs = re.findall(r'Case "(\w+)": CommandOf = "([\w-]+)"', extracted_modules["RibbonTable"])

    assert {button.button_id: button.name for button in BUTTONS if button.action} == dict(pairs)
    assert f'"{version()}"' in extracted_modules["RibbonTable"]
    calls = [name for name, text in extracted_modules.items() if "RunPython" in text and name != "xlwings"]
    assert ["Dispatcher"] == calls


def test_public_names_are_unique(extracted_modules: dict[str, str]) -> None:
    """A public name in two modules is ambiguous wherever it stands alone, as in a cell; no module may share it."""
    ours = {name: text for name, text in extracted_modules.items() if name not in ("xlwings", "Dictionary")}
    worksheet_functions = [m["name"].lower() for module, m in _procedures(ours) if module == "xlwings_udfs"]
    elsewhere = [m["name"].lower() for module, m in _procedures(extracted_modules) if module != "xlwings_udfs"]

    assert len(worksheet_functions) >= 4
    assert set() == set(worksheet_functions) & set(elsewhere)
    assert set() == {name.lower() for name in extracted_modules} & {m["name"].lower() for _, m in _procedures(ours)}


def test_every_call_between_modules_finds_its_procedure(extracted_modules: dict[str, str]) -> None:
    """`Module.Name` in our code names something public in that module."""
    public = {f"{module}.{m['name']}" for module, m in _procedures(extracted_modules) if m["scope"] != "Private "}
    for module, text in extracted_modules.items():
        public |= {f"{module}.{name}" for name in re.findall(r"^Public Const (\w+)", text, re.MULTILINE)}
    ours = [text for name, text in extracted_modules.items() if name not in ("xlwings", "Dictionary")]
    named = "|".join(extracted_modules)
    used = {call for text in ours for call in re.findall(rf"(?<![\w.\"!])((?:{named})\.\w+)", _code(text))}

    of_the_workbook = {call for call in used if call.startswith("ThisWorkbook.")}
    assert len(used) > 30
    assert set() == used - public - of_the_workbook


def _code(text: str) -> str:
    return "\n".join(re.sub(r"^\s*'.*|\s'[^\"]*$", "", line) for line in text.splitlines())


def test_blocks_are_closed(extracted_modules: dict[str, str]) -> None:
    """Every If, For, Do, Select, Sub and Function of ours ends."""
    openers = {
        "If": (r"^\s*If .* Then$", r"^\s*End If$"),
        "For": (r"^\s*For ", r"^\s*Next\b"),
        "Do": (r"^\s*Do\b", r"^\s*Loop\b"),
        "Select": (r"^\s*Select Case", r"^\s*End Select$"),
        "Sub": (r"^(?:Public |Private )?Sub ", r"^End Sub$"),
        "Function": (r"^(?:Public |Private )?Function ", r"^End Function$"),
    }
    for module, text in extracted_modules.items():
        if module in ("xlwings", "Dictionary"):
            continue
        code = _code(text.replace("\r\n", "\n").replace(" _\n", " "))
        for word, (opened, closed) in openers.items():
            counts = [len(re.findall(pattern, code, re.MULTILINE)) for pattern in (opened, closed)]
            assert counts[0] == counts[1], (module, word)


def test_lines_and_continuations_are_within_what_vba_takes(extracted_modules: dict[str, str]) -> None:
    """Fewer than 1,024 characters, at most 24 continuations, CRLF ends, all in the code page."""
    for name, text in extracted_modules.items():
        assert "\n" not in text.replace("\r\n", ""), name
        lines = text.split("\r\n")
        assert max(map(len, lines)) < 1024, name
        runs = "".join("_" if line.endswith(" _") else " " for line in lines)
        assert "_" * 25 not in runs, name
        assert text == text.encode("cp1252").decode("cp1252")


def test_every_table_covers_its_columns(built_parts: Parts) -> None:
    """A table's range is as wide as its columns are many, and has a header and one row."""
    for name in (name for name in built_parts if name.startswith("xl/tables/")):
        table = _xml(built_parts, name)
        first, last = (re.fullmatch(r"([A-Z]+)(\d+)", cell) for cell in str(table.get("ref")).split(":"))
        assert first
        assert last
        width = _column(last[1]) - _column(first[1]) + 1
        columns = table.findall(f"{MAIN}tableColumns/{MAIN}tableColumn")

        assert width == len(columns) == len({column.get("name") for column in columns})
        assert int(last[2]) == int(first[2]) + 1


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def test_table_names_and_ids_are_unique(built_parts: Parts) -> None:
    """Two tables of one name or id make Excel repair the file."""
    tables = [_xml(built_parts, name) for name in built_parts if name.startswith("xl/tables/")]

    assert sorted(spec.table for spec in SPECS) == sorted(str(table.get("displayName")) for table in tables)
    assert len(SPECS) == len({table.get("id") for table in tables})


def test_every_setting_that_xlwings_looks_for_is_on_the_configuration_sheet() -> None:
    """A missing one would be read from a file beside the workbook, which anybody may have put there."""
    source = files("xlwings").joinpath("xlwings.bas").read_text("cp1252")
    asked = set(re.findall(r'GetConfig\("([^"]+)"', source))

    assert len(asked) > 15
    assert asked == set(CONFIGURATION)


def test_settings_that_xlwings_reads_as_truth_values_are_words() -> None:
    """An empty text cannot become a truth value in VBA: the button would stop with a type mismatch."""
    truths = ("USE UDF SERVER", "DEBUG UDFS", "SHOW CONSOLE", "ADD_WORKBOOK_TO_PYTHONPATH", "SHOW_ERROR_POPUPS")

    assert {"True", "False"} >= {CONFIGURATION[key] for key in truths}


def test_the_mac_interpreter_has_no_blank() -> None:
    """The AppleScript of xlwings puts the path into a shell command without quotes."""
    assert " " not in CONFIGURATION["INTERPRETER_MAC"]


def test_vba_asks_the_questions_that_are_declared(extracted_modules: dict[str, str]) -> None:
    """Files for Import, words for what an auditor will read; nothing for any other button."""
    table = extracted_modules["RibbonTable"]
    asked = dict(re.findall(r'Case "(\w+)": AsksForText = "(.*)"', table))

    assert {one.button_id: one.asks.text for one in BUTTONS if one.asks.text} == asked
    assert [one.button_id for one in BUTTONS if one.asks.files] == re.findall(r'Case "(\w+)": AsksForFiles', table)
    assert {"cogsheetReopen", "cogsheetPostedElsewhere"} == set(asked)


@pytest.mark.parametrize("name", ["VERSION_CELL", "OUTCOME_CELL", "MESSAGE_CELL", "TEXT_CELL"])
def test_vba_and_python_exchange_over_the_same_cells(extracted_modules: dict[str, str], name: str) -> None:
    """What one side writes the other reads."""
    assert f'{name} As String = "{getattr(exchange, name)}"' in extracted_modules["Exchange"]


def test_vba_and_python_agree_on_paths_outcomes_and_the_missing_cost(extracted_modules: dict[str, str]) -> None:
    """Where the paths stand, what an outcome is called, and what stands for a missing cost."""
    text = extracted_modules["Exchange"]

    assert f"PATHS_COLUMN As Long = {exchange.PATHS_COLUMN}" in text
    assert f"FIRST_PATH_ROW As Long = {exchange.FIRST_PATH_ROW}" in text
    outcomes = re.findall(r'OUTCOME_\w+ As String = "(\w+)"', text)[:3]
    assert [exchange.DONE, exchange.ATTENTION, exchange.ERROR] == outcomes
    assert f'MISSING_COST As String = "{exchange.MISSING_COST}"' in extracted_modules["FinaleCells"]


def test_the_books_name_is_hidden_and_empty(built_parts: Parts) -> None:
    """The program fills it; nobody meets it in the Name Manager."""
    names = _xml(built_parts, "xl/workbook.xml").iter(f"{MAIN}definedName")
    found = [(name.text, name.get("hidden")) for name in names if name.get("name") == NAME]

    assert [('""', "1")] == found


def test_relations_and_parts_match(built_parts: Parts) -> None:
    """Both ribbons are reached from the package, each by the relation of its dialect."""
    relations = {r.get("Type"): r.get("Target") for r in _xml(built_parts, "_rels/.rels")}
    years = {
        "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility": "customUI/customUI.xml",
        "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility": "customUI/customUI14.xml",
    }

    assert years == {kind: target for kind, target in relations.items() if kind in years}
    assert set(years.values()) <= set(built_parts)


def test_no_part_has_two_identical_marks_in_a_row(built_parts: Parts) -> None:
    """Each conditional format of a sheet has its own priority, so that the first that holds wins."""
    for name in (name for name in built_parts if name.startswith("xl/worksheets/sheet")):
        rules = _xml(built_parts, name).iter(f"{MAIN}cfRule")
        priorities = [int(str(rule.get("priority"))) for rule in rules]

        assert all(low < high for low, high in pairwise(sorted(priorities))), name


def test_vba_reads_columns_that_the_sheets_have(extracted_modules: dict[str, str]) -> None:
    """Headers that the index of costs looks for are in the specs of Costs and Transactions."""
    text = extracted_modules["CostIndex"]
    headers = {spec.sheet: {column.header for column in spec.columns} for spec in SPECS}
    for procedure, sheet in (("AddCosts", "Costs"), ("AddTransactions", "Transactions")):
        body = text[text.index(f"Private Sub {procedure}(") :].split("End Sub")[0]
        asked = set(re.findall(r'ColumnValues\(sheet, header, "([^"]+)"\)', body))

        assert len(asked) >= 4
        assert asked <= headers[sheet]
    assert f'"{Event.SALE}"' in text
    assert f"&H{ord(WAITING_MARK):X})" in text
