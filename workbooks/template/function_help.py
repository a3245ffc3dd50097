"""Module FunctionHelp: what the function wizard says of each worksheet function, made of `addin.udfs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbooks.template.udf_wrappers import generated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MODULE = "FunctionHelp"

_LONGEST = 255
"""What Excel takes of a description."""


def function_help_module() -> str:
    """Return the text of module FunctionHelp."""
    text = generated()
    return "\n".join(
        [
            f'Attribute VB_Name = "{MODULE}"',
            "Option Explicit",
            "Option Private Module",
            "",
            "' Made by the template's builder of addin/udfs.py.",
            "",
            "' Tells Excel what the function wizard shows. Excel for Mac takes no such texts.",
            "Public Sub Describe()",
            "    Dim wasSaved As Boolean",
            "    If Platform.IsMac() Then Exit Sub",
            "    wasSaved = ThisWorkbook.Saved",
            *_calls(text.descriptions, text.arguments),
            "    ' Nobody should be asked to save this.",
            "    ThisWorkbook.Saved = wasSaved",
            "End Sub",
            "",
        ]
    )


def _calls(descriptions: dict[str, str], arguments: dict[str, list[str]]) -> Iterator[str]:
    for name, description in descriptions.items():
        yield f'    FunctionOptions.SetFor "{name}", {_quoted(description)}, _'
        yield f"        Array({_joined(arguments[name])})"


def _joined(texts: Sequence[str]) -> str:
    return ", _\n            ".join(map(_quoted, texts))


def _quoted(text: str) -> str:
    return '"' + text[:_LONGEST].replace('"', '""') + '"'
