"""The workbook as a zip of parts: what XlsxWriter has no word for is put in here."""

from __future__ import annotations

import io
import zipfile

from addin.takeaway.look import ACCENT, HAIRLINE
from workbooks.template.template_look import STRIPE, TABLE_STYLE

Parts = dict[str, bytes]
"""Content of each part by its path in the package, in order."""

_CREATED = (2026, 1, 1, 0, 0, 0)
"""Time of every part, so that two builds are equal."""


class PackageError(Exception):
    """The written workbook does not hold what was to be replaced: XlsxWriter changed."""

    def __init__(self, part: str, sought: bytes) -> None:
        super().__init__(f"{part} does not hold {sought.decode()!r}; see what this version of XlsxWriter writes")


def read_parts(content: bytes) -> Parts:
    """Return the parts of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def write_parts(parts: Parts) -> bytes:
    """Return the package of these parts, always the same bytes for the same parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _CREATED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            package.writestr(entry, content)
    return target.getvalue()


def replace_once(parts: Parts, name: str, old: bytes, new: bytes) -> None:
    """Replace the only place in a part where something stands.

    Raises:
        PackageError: If it stands nowhere, or more than once.
    """
    if parts[name].count(old) != 1:
        raise PackageError(name, old)
    parts[name] = parts[name].replace(old, new)


def add_ribbon(parts: Parts, for_2007: bytes, for_2010: bytes) -> None:
    """Add the ribbon in both dialects: newer Office takes the newer one, and some programs keep only the older."""
    added = ""
    for part, year, content in (("customUI", 2006, for_2007), ("customUI14", 2007, for_2010)):
        parts[f"customUI/{part}.xml"] = content
        kind = f"http://schemas.microsoft.com/office/{year}/relationships/ui/extensibility"
        added += f'<Relationship Id="{part}" Type="{kind}" Target="customUI/{part}.xml"/>'
    replace_once(parts, "_rels/.rels", b"</Relationships>", f"{added}</Relationships>".encode())


def hide_name(parts: Parts, name: str) -> None:
    """Hide a defined name from Excel's Name Manager."""
    old = f'<definedName name="{name}">'.encode()
    replace_once(parts, "xl/workbook.xml", old, old[:-1] + b' hidden="1">')


def use_accent(parts: Parts) -> None:
    """Make the accent colour the first one of the theme, which charts and Excel's palettes take."""
    replace_once(
        parts,
        "xl/theme/theme1.xml",
        b'<a:accent1><a:srgbClr val="4F81BD"/>',
        f'<a:accent1><a:srgbClr val="{ACCENT[1:]}"/>'.encode(),
    )


def add_table_style(parts: Parts) -> None:
    """Add our table style: accent header, hairlines, faint stripes."""
    elements = {
        "wholeTable": _WHOLE_TABLE,
        "headerRow": _HEADER_ROW,
        "totalRow": _TOTAL_ROW,
        "secondRowStripe": _STRIPE,
    }
    styles = parts["xl/styles.xml"].decode()
    start = styles.index('<dxfs count="') + len('<dxfs count="')
    count = int(styles[start : styles.index('"', start)])
    replace_once(parts, "xl/styles.xml", f'<dxfs count="{count}">'.encode(), f'<dxfs count="{count + 4}">'.encode())
    replace_once(parts, "xl/styles.xml", b"</dxfs>", "".join((*elements.values(), "</dxfs>")).encode())
    uses = "".join(f'<tableStyleElement type="{part}" dxfId="{count + i}"/>' for i, part in enumerate(elements))
    style = f'<tableStyle name="{TABLE_STYLE}" pivot="0" count="{len(elements)}">{uses}</tableStyle>'
    default = b'<tableStyles count="0" defaultTableStyle="TableStyleMedium9" defaultPivotStyle="PivotStyleLight16"/>'
    ours = f'<tableStyles count="1" defaultTableStyle="{TABLE_STYLE}" defaultPivotStyle="PivotStyleLight16">{style}'
    replace_once(parts, "xl/styles.xml", default, f"{ours}</tableStyles>".encode())


def _line(side: str, colour: str) -> str:
    return f'<{side} style="thin"><color rgb="FF{colour[1:]}"/></{side}>'


def _fill(colour: str) -> str:
    return f'<fill><patternFill patternType="solid"><bgColor rgb="FF{colour[1:]}"/></patternFill></fill>'


_WHOLE_TABLE = f"<dxf><border>{_line('bottom', HAIRLINE)}{_line('horizontal', HAIRLINE)}</border></dxf>"
_HEADER_ROW = f'<dxf><font><b/><color rgb="FFFFFFFF"/></font>{_fill(ACCENT)}</dxf>'
_TOTAL_ROW = f"<dxf><font><b/></font><border>{_line('top', ACCENT)}</border></dxf>"
_STRIPE = f"<dxf>{_fill(STRIPE)}</dxf>"
