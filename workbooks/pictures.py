"""`python run.py pictures`: the demo's sheets as pictures for README and docs, made by LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the page whose text begins with a title, and the part of it that is shown, in pixels."""

    name: str
    begins: str
    width: int
    height: int
    resolution: int = 110


PICTURES = (
    Picture("settlements", "Settlements: select", 1140, 115),
    Picture("resolve", "Missing costs", 1400, 228, 175),
    Picture("profit-and-loss", "Profit and loss by month", 1530, 420, 140),
    Picture("cogs", "Cost of goods sold", 1400, 420, 140),
)


def main() -> int:
    """Make the demo in a temporary folder, print it, and cut the pictures out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = folder / "demo" / "Books.xlsm"
        _run([sys.executable, "-m", "addin", "demo", "--folder", str(book.parent)])
        _run([sys.executable, "-m", "addin", "cogs", str(book), "24150720916"], allowed=(0, 1))
        profile = (folder / "profile").as_uri()
        office = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
        _run([*office, "--outdir", str(folder), str(book)])
        IMAGES.mkdir(parents=True, exist_ok=True)
        for picture in PICTURES:
            _cut(folder / "Books.pdf", picture, folder)
    return 0


def _cut(pdf: Path, picture: Picture, folder: Path) -> None:
    page = str(_page_of(pdf, picture.begins))
    size = ["-x", "30", "-y", "50", "-W", str(picture.width), "-H", str(picture.height)]
    target = folder / picture.name
    _run(
        [
            "pdftoppm",
            "-png",
            "-singlefile",
            "-r",
            str(picture.resolution),
            "-f",
            page,
            "-l",
            page,
            *size,
            str(pdf),
            str(target),
        ]
    )
    shutil.copyfile(target.with_suffix(".png"), IMAGES / f"{picture.name}.png")
    print(f"wrote {IMAGES / picture.name}.png")


def _page_of(pdf: Path, begins: str) -> int:
    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, encoding="utf-8", check=True).stdout
    pages = [page.strip() for page in text.split("\f")]
    # The last one: LibreOffice prints the hidden sheet that COGS tabs are copied from before its copies.
    return max(number for number, page in enumerate(pages, start=1) if page.startswith(begins))


def _run(command: list[str], allowed: tuple[int, ...] = (0,)) -> None:
    status = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode
    if status not in allowed:
        raise subprocess.CalledProcessError(status, command)


if __name__ == "__main__":
    sys.exit(main())
