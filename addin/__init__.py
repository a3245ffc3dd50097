"""The Excel side of Cogsheet: commands, sheets, and the doors from Excel and the terminal."""
