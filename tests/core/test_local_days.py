"""The day of a moment: told by Python's own time zones, as fast as by Arrow's, which Windows may lack."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frame_columns import TRANSACTION_COLUMNS, frame, values
from core.time import local_days

ROOT = Path(__file__).parents[2]
ZONES = ("Australia/Sydney", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")
AROUND_CHANGES = [datetime(2026, 4, 4, 13, tzinfo=UTC), datetime(2011, 12, 30, 9, tzinfo=UTC)]
"""Sydney's clocks go back; Samoa left out a whole day."""
ASKS_ARROW = re.compile(
    r"\.dt\.|tz_(?:convert|localize)|pc\.(?:strftime|assume_timezone|local_timestamp|year|month|day)"
)
WITHOUT_TIME_ZONES = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /usr/share/zoneinfo && exec "$@"', "sh")
"""What runs a program where Arrow finds no time zone, as on Windows without `icu.dll`; Python has its package."""


@given(
    st.sampled_from(ZONES),
    st.lists(
        st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - hypothesis wants it so
        | st.builds(
            lambda day, hours: day + timedelta(hours=hours), st.sampled_from(AROUND_CHANGES), st.integers(0, 30)
        )
        | st.none(),
        min_size=1,
    ),
)
def test_the_day_of_a_moment_is_that_of_the_stores_clock(zone: str, moments: list[datetime | None]) -> None:
    """As Python has it moment by moment, also on the days on which clocks change; none where there is no moment."""
    lines = frame(TRANSACTION_COLUMNS, [{"store": "A", "posted_at": moment} for moment in moments])
    there = ZoneInfo(zone)

    assert [moment and str(moment.astimezone(there).date()) for moment in moments] == values(
        local_days(lines, {"A": there})
    )
    assert [moment and str(moment.date()) for moment in moments] == values(local_days(lines, {}))


def test_nobody_asks_arrow_for_a_time_zone() -> None:
    """Neither for UTC: what pandas answers by `.dt` is Arrow's too."""
    paths = [path for folder in ("addin", "core") for path in (ROOT / folder).rglob("*.py")]

    assert [] == [str(path) for path in paths if ASKS_ARROW.search(path.read_text(encoding="utf-8"))]


@pytest.mark.long
def test_the_demo_runs_where_arrow_has_no_time_zones(tmp_path: Path) -> None:
    """It costs and shows every line as on a Windows without `icu.dll`."""
    begun = [*WITHOUT_TIME_ZONES, sys.executable]
    asks = "import pyarrow as pa, pyarrow.compute as pc; pc.year(pa.scalar(0, pa.timestamp('us', 'UTC')))"
    seen = _ran([*begun, "-c", asks], tmp_path)
    if "Cannot locate" not in seen.stderr:
        pytest.skip("this system hides no folder from a program")
    made = _ran([*begun, "-m", "addin", "demo", "--folder", str(tmp_path / "demo")], tmp_path)

    assert (0, "") == (made.returncode, made.stderr)


def _ran(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin", "PYTHONPATH": str(ROOT), "COGSHEET_HOME": str(home)}
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=environment)  # noqa: S603 - ours
