"""The parts of a workbook file, each written back as it was read but for what was changed."""
