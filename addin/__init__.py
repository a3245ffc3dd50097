"""The Excel side of Cogsheet; the only package in which xlwings is imported."""
