"""Workbooks that people take away: written from data, referring only to themselves (design §11)."""
