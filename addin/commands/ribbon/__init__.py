"""A press of a button in Excel: what is selected, what is asked, what is done, and how it ends."""
