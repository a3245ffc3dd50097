"""Brings a workbook of an older Cogsheet to this one: VBA, ribbon, and the sheets and columns that are new.

Everything else stays as it is, byte for byte.
"""
