"""Workbooks that people take away: written from data, referring only to themselves (docs/design/workbook-engine.md)."""
