"""Measurements. Times are measured here and asserted nowhere."""
