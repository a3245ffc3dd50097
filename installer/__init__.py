"""What builds the installer for Windows, on any system that has NSIS: `python run.py installer`."""
