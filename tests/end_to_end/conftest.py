"""The demo, made once; each test works on a copy of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.demo_book import DemoBook, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the demo once."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    ran = run("demo", "--folder", str(folder))
    assert ran.status == 0, ran.error
    return folder


@pytest.fixture
def demo(made_demo: Path, tmp_path: Path) -> DemoBook:
    """Return a demo that the test may change."""
    return DemoBook.copy_of(made_demo, tmp_path / "demo")
