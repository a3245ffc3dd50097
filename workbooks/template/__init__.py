"""Builds `workbooks/template.xlsm` from readable sources: `python run.py template`."""

from __future__ import annotations

from workbooks.template.builder import build

__all__ = ["build"]
