"""The wrappers of worksheet functions: xlwings' own, completed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from workbooks.template import worksheet_functions
from workbooks.template.worksheet_functions import WrapperError, complete, function_help_module, generated, udf_module

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = ["FINALE_COST", "FINALE_COST_ASOF", "FINALE_COST_SOURCE", "FINALE_COST_STATUS"]


def _wrappers() -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"^Public Function (\w+)\(.*?^End Function", udf_module(), re.DOTALL | re.MULTILINE):
        yield match[1], match[0]


def test_the_functions_of_the_design_are_there() -> None:
    """The four worksheet functions (docs/architecture.md), each with a SKU and an order that may be left out."""
    wrappers = dict(_wrappers())

    assert sorted(wrappers) == FUNCTIONS
    assert all(f"{name}(sku, Optional order_id)" in text for name, text in wrappers.items())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_error_text_ever_reaches_a_cell(name: str) -> None:
    """Neither the error's text nor xlwings' condition on the caller is left."""
    wrapper = dict(_wrappers())[name]

    assert "Err.Description" not in wrapper
    assert "TypeOf" not in wrapper
    assert wrapper.index("On Error GoTo failed") < wrapper.index("XLPy.CallUDF")
    assert wrapper.count("FinaleCells.Shown(") == 2


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_what_it_is_for(name: str) -> None:
    """The function wizard shows a description, and evaluates nothing while it is open."""
    wrapper = dict(_wrappers())[name]
    description = re.search(rf'^Attribute {name}\.VB_Description = "(.+)"$', wrapper, re.MULTILINE)

    assert description
    assert 20 < len(description[1]) <= 255
    assert "InWizard() Then Exit Function" in wrapper


def test_python_is_asked_in_the_module_of_the_worksheet_functions() -> None:
    """The module's name is part of the wrapper, whatever the workbook is called."""
    assert {"addin.udfs"} == set(re.findall(r'CallUDF\("([\w.]+)"', udf_module()))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_python_is_told_whose_books_they_are(name: str) -> None:
    """So that it need not ask Excel back in each cell; no cell and no wizard knows of that argument."""
    wrapper, told = dict(_wrappers())[name], function_help_module().partition(f'SetFor "{name}"')[2]

    assert "CutToUsed(order_id), OurBooks.DatabaseId()), ThisWorkbook" in wrapper
    assert "VBA gives it" not in told


def test_a_wrapper_that_xlwings_writes_differently_is_noticed() -> None:
    """Another version of xlwings fails the build instead of slipping a traceback into cells."""
    text, descriptions, _ = generated()
    wrapper = worksheet_functions._FUNCTION.search(text.replace("On Error GoTo failed", "On Error Resume Next"))
    assert wrapper

    with pytest.raises(WrapperError, match="not as expected"):
        complete(wrapper, descriptions)


def test_every_argument_says_what_it_is() -> None:
    """The wizard's texts stand in the workbook, one per argument, in the length that Excel takes."""
    text, (_, descriptions, arguments) = function_help_module(), generated()

    assert FUNCTIONS == sorted(descriptions) == sorted(arguments)
    assert all(20 < len(said) <= 255 for texts in arguments.values() for said in texts)
    assert all(f'SetFor "{name}", "{descriptions[name]}"' in text for name in FUNCTIONS)
    assert "order ID" in arguments["FINALE_COST"][1]
