"""The account's settings as they are typed on Setup: read, refused in plain words, and shown again."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from core.finale.account_remarks import settings_of
from core.finale.account_settings import Mode
from core.finale.graphql_schema import ROLES
from core.finale.reports import AVERAGE_COLUMNS, COST_COLUMNS
from core.finale.typed_settings import TITLES, FinaleSettingError, SecretInAddressError, setting_text, with_edits
from core.settings import FinaleAccount

REPORT = "https://app.finaleinventory.com/acme/doc/report/pivotTableStream/1/Report.json?format=json&data=stockHistory"
BEFORE = FinaleAccount(account="acme")


def test_what_is_typed_reaches_the_client_and_is_shown_as_typed() -> None:
    """Mode, prefixes, reports and the user's own names."""
    edits = {
        "mode": "Report",
        "order_prefixes": "AMZ-, WM-,",
        "cost_report": f" {REPORT} ",
        "average_report": REPORT,
        "field_names": "Movement cost = costBasis; product average = avgCost",
        "column_names": "cost = Our cost (landed)",
    }
    after = with_edits(BEFORE, edits)
    used = settings_of(after, "CAD")

    assert (Mode.REPORT, ("AMZ-", "WM-"), REPORT, "CAD") == (
        used.mode,
        used.order_prefixes,
        used.cost_report,
        used.currency,
    )
    assert {"movement cost": "costBasis", "product average": "avgCost"} == used.field_names
    assert {"cost": "Our cost (landed)"} == used.column_names
    assert after == with_edits(BEFORE, {name: setting_text(after, name) for name in TITLES})
    assert "movement cost = costBasis; product average = avgCost" == setting_text(after, "field_names")


def test_an_emptied_setting_is_as_if_it_had_never_been() -> None:
    """Every one of them can be left out."""
    full = with_edits(BEFORE, {"mode": "averages", "cost_report": REPORT, "field_names": "movement cost = costBasis"})

    assert BEFORE == with_edits(full, dict.fromkeys(TITLES, ""))


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("mode", "guess", "no mode “guess”.*automatic: by report if one is given"),
        ("cost_report", "https://app.finaleinventory.com/acme/sc2/?order", "no address that Finale would give"),
        ("cost_report", REPORT.replace("acme", "other"), "belongs to the account 'other', not to 'acme'"),
        ("field_names", "costBasis", "“costBasis” is not written as"),
        ("field_names", "price = costBasis", "nothing called “price”"),
        ("field_names", "movement cost = cost } x {", "cannot be a field's name"),
        ("column_names", "worth = Our cost", "nothing called “worth”"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_its_name(name: str, text: str, problem: str) -> None:
    """The message names the setting, what is wrong and how to write it."""
    with pytest.raises(FinaleSettingError, match=f"Sheet Setup, {TITLES[name][0]}: .*{problem}"):
        with_edits(BEFORE, {"order_prefixes": "AMZ-", name: text})


@pytest.mark.parametrize(
    "address",
    [
        REPORT.replace("https://", "https://key:MARKED-4711@"),
        f"{REPORT}&apiKey=MARKED-4711",
        f"{REPORT}&api_secret=MARKED-4711",
        f"{REPORT}&sessionSecret=MARKED-4711",
        f"{REPORT}#access_token=MARKED-4711",
        f"{REPORT}&password=MARKED-4711",
        REPORT.replace("?", ";jsessionid=MARKED-4711?"),
    ],
)
def test_an_address_with_a_secret_inside_is_refused_and_not_repeated(address: str) -> None:
    """The message says in which part it stands and what to do, and the secret is in no part of the error."""
    with pytest.raises(SecretInAddressError, match=r"Sheet Setup, Finale cost report: .*Empty the cell") as caught:
        with_edits(BEFORE, {"cost_report": address})

    assert "MARKED" not in "".join(traceback.format_exception(caught.value))


def test_the_documentation_names_every_role_that_can_be_typed() -> None:
    """Setup has no room for them."""
    written = (Path(__file__).parents[3] / "docs" / "design" / "finale.md").read_text(encoding="utf-8")
    section = " ".join(written.partition("## Names of your own")[2].partition("\n## ")[0].split())
    roles = {*ROLES, *COST_COLUMNS, *AVERAGE_COLUMNS}

    assert [] == sorted(role for role in roles if role not in section)
