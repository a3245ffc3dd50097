"""The long description of the package: README with links that hold wherever it is read.

PyPI shows README away from its folder, where `docs/day.md` leads nowhere. hatchling runs this at each build, as
pyproject.toml says.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)\s]+)\)")


class LongDescription(MetadataHookInterface):
    """Gives hatchling the field `readme` of the package."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the long description to what pyproject.toml says."""
        readme = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = absolute(readme, metadata["urls"]["Source"], f"v{metadata['version']}")
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def absolute(text: str, source: str, version: str) -> str:
    """Let the links of a page lead to the files of a version, and its pictures to their bytes.

    Args:
        text: Markdown of a file in the project's own folder.
        source: The address of the project's repository.
        version: The tag whose files are meant.
    """
    return _LINK.sub(
        lambda link: f"{link[1]}[{link[2]}]({source}/{'raw' if link[1] else 'blob'}/{version}/{link[3]})", text
    )
