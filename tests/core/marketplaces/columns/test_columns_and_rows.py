"""Reading by columns gives the same as reading row by row: every frame, problem, total and refusal."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import UnreadableFileError
from core.marketplaces import format_of
from core.marketplaces.amazon import unified_by_columns, unified_csv, v1_flat, v2_flat, xml_by_columns, xml_report
from core.marketplaces.ebay import report_by_columns, transaction_report
from core.marketplaces.ebay.order_columns import Role
from core.marketplaces.ebay.report_columns import COMPONENTS
from core.marketplaces.reading.column_parsing import columns_of
from core.marketplaces.reading.contents import Contents, open_contents
from core.marketplaces.reading.figures import Figures
from core.marketplaces.reading.file_tables import find_header
from core.marketplaces.reading.xml_columns import elements_of
from core.marketplaces.shopify import payments_columns, payments_csv
from core.marketplaces.walmart import recon_v1, recon_v1_columns
from tests.core.marketplaces import random_xml
from tests.core.marketplaces.amazon_files import flat_file, line, summary
from tests.core.marketplaces.random_ebay_orders import random_report
from tests.core.marketplaces.random_tables import random_table
from tests.core.marketplaces.random_v2_files import random_file
from tests.core.marketplaces.same_readings import assert_same, outcome
from tests.examples import examples

if TYPE_CHECKING:
    from core.marketplaces.formats import Format
    from core.marketplaces.reading.columns import ColumnTable

MANY = settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
GOLDEN = Path("tests/golden/marketplaces")
FOLDERS = [GOLDEN, Path("../shared/samples"), Path("../shared/cases")]
READERS: dict[str, tuple[Format, Format]] = {
    row_by_row.name: (by_columns, row_by_row)
    for by_columns, row_by_row in (
        (v2_flat.FORMAT, v2_flat.BY_ROWS),
        (v1_flat.FORMAT, v1_flat.BY_ROWS),
        (unified_by_columns.FORMAT, unified_csv.FORMAT),
        (recon_v1_columns.FORMAT, recon_v1.FORMAT),
        (payments_columns.FORMAT, payments_csv.FORMAT),
        (report_by_columns.FORMAT, transaction_report.FORMAT),
    )
}
"""By name of the format: by columns, and row by row."""


def files(folders: list[Path]) -> list[Path]:
    """Return every settlement file that some folders have."""
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".json")


def opened(path: Path) -> tuple[Contents, str] | None:
    """Return a file and the format that it is in; nothing where it is in none."""
    try:
        contents = open_contents(path.read_bytes(), path.name)
        return contents, format_of(contents).name
    except UnreadableFileError:
        return None


@cache
def golden(name: str) -> tuple[Contents, ...]:
    """Return the golden files of a format."""
    found = map(opened, files([GOLDEN]))
    return tuple(one[0] for one in found if one is not None and one[1] == name)


@pytest.mark.parametrize("path", files(FOLDERS), ids=str)
def test_every_file_reads_the_same_both_ways(path: Path) -> None:
    """Golden files, samples of sellers, and files that go wrong."""
    found = opened(path)
    readers = READERS | {xml_report.FORMAT.name: (xml_by_columns.FORMAT, xml_report.FORMAT)}
    if found is None or found[1] not in readers:
        pytest.skip("no format that is read by columns")
    by_columns, row_by_row = readers[found[1]]

    assert_same(outcome(by_columns.read, found[0]), outcome(row_by_row.read, found[0]))


@pytest.mark.long
@given(random=st.randoms(use_true_random=True))
@MANY
def test_random_v2_files_read_the_same_both_ways(random: Random) -> None:
    """Whatever stands in them; a refusal is one in the same words."""
    contents = open_contents(random_file(random), "file.txt")

    assert_same(outcome(v2_flat.FORMAT.read, contents), outcome(v2_flat.read, contents))


@pytest.mark.few(1)
@pytest.mark.parametrize("count", [127, 128, 255, 256, 257])
def test_as_many_different_texts_as_codes_of_one_byte_can_name(count: int) -> None:
    """And some more: orders, SKUs, words, moments and units that all differ."""
    rows = [
        line(
            f"{number}.{number % 100:02}",
            order_id=f"111-{number}",
            order_item_code=f"9{number}",
            sku=f"SKU-{number}",
            quantity_purchased=str(number),
            amount_description=f"Word {number}" if number % 2 else "Principal",
        )
        for number in range(1, count + 1)
    ]
    contents = open_contents(flat_file([summary("5"), *rows]), "file.txt")

    by_columns = outcome(v2_flat.FORMAT.read, contents)
    assert_same(by_columns, outcome(v2_flat.read, contents))
    assert not isinstance(by_columns, str)
    assert len(by_columns.settlements[0].transactions) == count


@pytest.mark.long
@given(random=st.randoms(use_true_random=True))
@MANY
def test_random_orders_of_several_items_read_the_same_both_ways(random: Random) -> None:
    """EBay's rows of orders and of their items: missing, doubled, of several payouts, in other currencies."""
    contents = open_contents(random_report(random), "file.csv")

    assert_same(outcome(report_by_columns.read, contents), outcome(transaction_report.read, contents))


@pytest.mark.long
@given(random=st.randoms(use_true_random=True))
@MANY
def test_random_xml_reads_the_same_both_ways(random: Random) -> None:
    """Orders as Amazon writes them, and ones in which elements are missing, doubled or misplaced."""
    contents = open_contents(random_xml.random_report(random), "file.xml")

    assert_same(outcome(xml_by_columns.read, contents), outcome(xml_report.read, contents))


def test_most_random_xml_is_read_by_columns() -> None:
    """Else the property above would compare the reader of elements with itself."""
    made = [open_contents(random_xml.random_report(Random(seed))) for seed in range(40)]  # noqa: S311 - data of a test

    assert sum(elements_of(contents) is not None for contents in made) > 20


@pytest.mark.parametrize(
    "odd",
    ["<!-- x -->", "<![CDATA[x]]>", "<?x y?>", '<x y=">"/>', "<x>&#65;</x>", "<x>a > b</x>", "<x>\n</y></x>", "text"],
)
def test_what_needs_more_than_brackets_is_read_element_by_element(odd: str) -> None:
    """Comments, declarations, brackets in texts: both ways say the same, or refuse in the same words."""
    golden_xml = (GOLDEN / "amazon-xml-archive.xml").read_text(encoding="utf-8")
    contents = open_contents(golden_xml.replace("<SKU>", f"{odd}<SKU>", 1).encode(), "file.xml")

    assert_same(outcome(xml_by_columns.read, contents), outcome(xml_report.read, contents))


@pytest.mark.long
def test_orders_of_several_items_are_put_together_by_columns() -> None:
    """Else the property above would compare the reader of rows with itself."""
    tables = [columns_of(transaction_report.LAYOUT, open_contents(random_report(Random(seed)))) for seed in range(80)]  # noqa: S311
    roles = [role for table in tables if table is not None for role in _roles(table)]

    assert all(roles.count(role) > 20 for role in Role)


def _roles(table: ColumnTable) -> list[int]:
    report = report_by_columns.Report(table, Figures(table, "."), dict(COMPONENTS))
    listed: list[int] = report.orders.role.tolist()
    return listed


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(READERS))
@given(random=st.randoms(use_true_random=True))
@MANY
def test_random_tables_read_the_same_both_ways(name: str, random: Random) -> None:
    """Files of every format, with rows drawn again, cells exchanged and odd ones put in."""
    by_columns, row_by_row = READERS[name]
    contents = made_of(random, name)

    assert_same(outcome(by_columns.read, contents), outcome(row_by_row.read, contents))


def made_of(random: Random, name: str) -> Contents:
    """Return a random file like one of a format's golden files."""
    layout = READERS[name][1].layout
    assert layout is not None
    other = random.choice(golden(name))
    header = find_header(layout, other)
    content = random_table(random, other.text, header.number, header.delimiter, quoted=header.quoted)
    return open_contents(content, "file.txt")


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(READERS))
def test_most_random_files_can_be_read_by_columns(name: str) -> None:
    """Else the property above would compare the reader of rows with itself."""
    layout = READERS[name][1].layout
    assert layout is not None
    made = [made_of(Random(seed), name) for seed in range(60)]  # noqa: S311 - data of a test

    assert sum(columns_of(layout, contents) is not None for contents in made) > 40
