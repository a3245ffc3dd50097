"""Group Reports: COGS tab and workbook, profit and loss, exchange rates."""
