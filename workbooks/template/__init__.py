"""Builds `workbooks/template.xlsm` from readable sources: `python -m workbooks.template`."""

from __future__ import annotations

from workbooks.template.builder import build

__all__ = ["build"]
