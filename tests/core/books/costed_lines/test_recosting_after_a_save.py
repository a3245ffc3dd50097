"""Costing only what a save touches comes to the same as costing everything."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.books.costed_lines.line_costs import costed_lines
from core.books.costed_lines.recosting import after_save, recosted
from core.books.loading import load_books
from core.books.overrides.answers import Answer
from core.books.overrides.saving import save_answers
from core.books.settings.policies import change_policies
from core.costing import CostingPolicies
from core.frame_columns import OVERRIDE_COLUMNS, conform, frame, records
from core.model import Disposition, OverrideKind
from tests.core.books.lives_of_orders import WHO, Life, bring_in, files_of, open_books
from tests.core.costing.random_books import START, Rows, random_books
from tests.examples import examples

if TYPE_CHECKING:
    from pathlib import Path

POLICIES = CostingPolicies("USD")
LIFE = Life("111-0", "US", sold=((0, 1),), refunds=((1, 1),), lost=None)


@settings(max_examples=examples(20), deadline=None)
@given(rows=random_books(), data=st.data())
def test_costing_what_is_touched_equals_costing_everything(rows: Rows, data: st.DataObject) -> None:
    """Whatever is saved of whatever lines, every column of every line is as a full costing has it."""
    known = rows.books()
    before = costed_lines(known, POLICIES)
    keys = data.draw(st.lists(st.sampled_from([row["key"] for row in rows.lines]), unique=True, max_size=3))
    saved = [
        {
            "key": key,
            "version": 1_000,
            "unit_cost": data.draw(st.sampled_from([None, Decimal("4.25")])),
            "disposition": data.draw(st.sampled_from([None, *Disposition])),
            "units_back": data.draw(st.sampled_from([None, 1, 2])),
            "sku": data.draw(st.sampled_from([None, "MUG", "CUP"])),
            "kind": OverrideKind.ENTERED,
            "saved_at": START,
        }
        for key in keys
    ]
    told = known.overrides if known.overrides is not None else frame(OVERRIDE_COLUMNS)
    now = replace(known, overrides=conform(OVERRIDE_COLUMNS, pd.concat([told, frame(OVERRIDE_COLUMNS, saved)])))

    found = recosted(before, now, POLICIES, keys)

    assert records(costed_lines(now, POLICIES)) == records(found)


def test_books_after_a_save_are_those_of_a_full_load(tmp_path: Path) -> None:
    """A refund in another settlement follows its sale; a policy changed meanwhile is seen as well."""
    with open_books(tmp_path) as database:
        for file in files_of((LIFE,)).values():
            bring_in(database, "US", file)
        before = load_books(database)
        key = str(before.lines.loc[before.lines["event"] == "sale", "key"].iloc[0])
        answer = Answer(key, 0, Decimal("4.25"), None)
        save_answers(database, before, [answer], settlement_ids=None, accept_proposals=False, **WHO)

        after = after_save(database, before)
        change_policies(database, {"refunded_goods": "Not returned"}, **WHO)
        later = after_save(database, before)

        assert [Decimal("-4.25"), Decimal("4.25")] == sorted(after.lines["cogs"])
        assert [Decimal(0), Decimal("4.25")] == sorted(later.lines["cogs"])
        assert records(load_books(database).lines) == records(later.lines)
