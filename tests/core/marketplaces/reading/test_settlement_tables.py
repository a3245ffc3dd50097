"""Tables as editors, spreadsheets and downloads leave them: the same rows, whatever became of blanks and quotes."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.errors import UnreadableFileError
from core.frame_columns import records
from core.marketplaces import errors, read_file, without_personal_data
from tests.core.marketplaces.amazon_files import flat_file, line, summary
from tests.core.marketplaces.settlement_writers import WRITERS, Sold

if TYPE_CHECKING:
    from core.model import Reading

SOLD = [Sold("111-1", "A-1", 2, Decimal("10.00"), Decimal("-1.00")), Sold("111-2", "B", 1, Decimal(5), Decimal(-1))]
TABLES = [form for form in WRITERS if form not in ("amazon_xml", "shopify_payments_api", "ebay_payout_api")]
BETWEEN_COMMAS = [form for form in TABLES if not form.endswith("_flat")]
V2 = flat_file(
    [summary("10.00"), line("12.00", sku=" A 1"), line("-2.00", amount_type="ItemFees", quantity_purchased="")]
)


def rows(reading: Reading) -> list[dict[str, object]]:
    """Return everything that a file says of its transactions."""
    return [row for settlement in reading.settlements for row in records(settlement.transactions)]


def same(form: str, changed: str) -> None:
    """Check that a file reads like the one that was written."""
    assert rows(read_file(WRITERS[form](SOLD).content())) == rows(read_file(changed.encode())) != []


def written(form: str) -> str:
    """Return a sound file."""
    return WRITERS[form](SOLD).content().decode().replace("\r\n", "\n")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("form", ["amazon_v2_flat", "amazon_v1_flat"])
def test_tabs_at_the_ends_of_lines_are_gone(form: str, end: str) -> None:
    """What is missing at a row's end was blank: the total ties."""
    stripped = end.join(text.rstrip("\t") for text in written(form).split("\n"))

    same(form, stripped)
    assert all(settlement.ties_out for settlement in read_file(stripped.encode()).settlements)


def test_stripped_file_without_its_last_line_end() -> None:
    """An editor may take that too; a total shows that the last row is whole."""
    stripped = "\n".join(text.rstrip("\t") for text in V2.decode().split("\n")).rstrip("\n")

    (settlement,) = read_file(stripped.encode()).settlements
    assert (Decimal(10), True) == (settlement.sum, settlement.ties_out)
    (cut,) = read_file(stripped.rpartition("\n")[0].encode()).settlements
    assert not cut.ties_out


@pytest.mark.parametrize("keep", [30, 60, 120])
def test_row_that_breaks_off_is_still_told(keep: int) -> None:
    """Where the other rows keep their blank cells a short row is where the file was cut, wherever it stands."""
    first, second, third, *_ = V2.decode().split("\n")

    for content in ("\n".join([first, second, third[:keep], third, ""]), "\n".join([first, second, third[:keep]])):
        with pytest.raises(errors.TruncatedFileError, match="line 3: this row has"):
            read_file(content.encode())


RETURNS = """return-date\torder-id\tsku\tquantity\tdetailed-disposition\treason\tcustomer-comments
2026-06-20T08:00:00+00:00\t111-1\tA\t2\tSELLABLE\tUNWANTED\t
2026-06-21T08:00:00+00:00\t111-2\tB\t1\tDEFECTIVE\tBROKEN\t
"""


def test_report_without_total_that_breaks_off_in_its_last_row() -> None:
    """Stripped by an editor it is read; cut off in its last word it is refused, since no total would show it."""
    stripped = RETURNS.replace("\t\n", "\n")
    assert 3 == int(read_file(stripped.encode()).returns["units"].sum())

    for cut in (stripped[:-1], stripped[:-8], stripped[:-12]):
        with pytest.raises(errors.TruncatedFileError, match=r"line [23]: this row has"):
            read_file(cut.encode())


@pytest.mark.few(8)
@pytest.mark.parametrize("form", TABLES)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_wide_encodings(form: str, encoding: str) -> None:
    """A spreadsheet's “Unicode text” is the same file, with its mark or without."""
    assert rows(read_file(written(form).encode())) == rows(read_file(written(form).encode(encoding)))


@pytest.mark.few(1)
@pytest.mark.parametrize("form", BETWEEN_COMMAS)
def test_saved_again_by_a_spreadsheet(form: str) -> None:
    """Semicolons, a line that names them, every cell in quotes, a blank column at the end, a mark in the middle."""
    cells = list(csv.reader(io.StringIO(written(form), newline="")))
    for delimiter, last in ((";", []), (",", [""]), (";", [""])):
        everything = "".join(delimiter.join(f'"{cell}"' for cell in (*row, *last)) + "\r\n" for row in cells)
        same(form, f"sep={delimiter}\r\n{everything}")
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows([*row, *last] for row in cells)
        same(form, f"sep={delimiter}\r\n{text.getvalue()}")


@pytest.mark.few(1)
@pytest.mark.parametrize("form", TABLES)
def test_header_in_other_letters(form: str) -> None:
    """Case, doubled, outer and hard blanks, and marks of byte order in a header mean nothing."""
    text = written(form)
    header = max(text.split("\n"), key=lambda one: ("ettlement" in one or "ransaction" in one) * len(one))
    first = text.split("\n")[0] if form != "amazon_unified_csv" and "Seller" not in text else header
    for changed in (first.upper(), first.replace(" ", "\u00a0"), first.replace(" ", "  "), "\ufeff" + first):
        same(form, text.replace(first, changed, 1))


@pytest.mark.parametrize("form", ["amazon_v2_flat", "amazon_v1_flat", "shopify_payments_csv", "walmart_recon_v1"])
def test_columns_in_another_order(form: str) -> None:
    """A column is found by its name."""
    mark = "\t" if form.endswith("_flat") else ","
    turned = "\n".join(mark.join(reversed(row.split(mark))) for row in written(form).split("\n"))

    plain, other = rows(read_file(WRITERS[form](SOLD).content())), rows(read_file(turned.encode()))
    assert plain == other


@pytest.mark.parametrize("form", TABLES)
def test_header_in_the_middle(form: str) -> None:
    """The header of a second part, pasted under the first, is no row."""
    text = written(form).rstrip("\n").split("\n")
    at = next(n for n, one in enumerate(text) if one.count(",") + one.count("\t") > 5)

    same(form, "\n".join([*text[:-1], text[at].upper(), text[-1], ""]))


def test_second_file_with_other_columns() -> None:
    """Rows under another header would be read into the wrong columns."""
    header, row, *_ = written("shopify_payments_csv").split("\n")
    names = header.split(",")
    second = ",".join([names[0], *reversed(names[1:])])

    with pytest.raises(errors.PastedFilesError, match="line 3: a second header begins here"):
        read_file(f"{header}\n{row}\n{second}\n{row}\n".encode())


@pytest.mark.parametrize("form", ["amazon_unified_csv", "shopify_payments_csv", "ebay_transaction_report"])
def test_two_downloads_that_overlap(form: str) -> None:
    """A row of both would count twice without a word, since no total shows it."""
    text = written(form).rstrip("\n").split("\n")
    at = next(n for n, one in enumerate(text) if one.count(",") > 5)

    with pytest.raises(errors.OverlappingFilesError, match=rf"this row stands on line {at + 2} too"):
        read_file("\n".join([*text, text[at], text[at + 1], ""]).encode())
    assert (
        len(rows(read_file("\n".join([*text, text[-1], ""]).encode())))
        == len(rows(read_file(written(form).encode()))) + 1
    )


def test_the_same_settlement_twice_does_not_tie() -> None:
    """Where there is a total it shows the doubled rows."""
    header, *others = V2.decode().rstrip("\n").split("\n")

    (settlement,) = read_file("\n".join([header, *others, header, *others, ""]).encode()).settlements
    assert (Decimal(20), False) == (settlement.sum, settlement.ties_out)


def test_tabs_with_every_cell_in_quotes() -> None:
    """Quotes around all cells are no part of them, unlike a quote in a promotion."""
    quoted = "\n".join(
        "\t".join(f'"{cell}"' for cell in row.split("\t")) for row in V2.decode().rstrip("\n").split("\n")
    )

    assert (
        rows(read_file(V2))
        == rows(read_file(quoted.encode()))
        == rows(read_file(without_personal_data(quoted.encode())))
    )
    stray = V2.decode().replace(" A 1", '"Save $5, #1').encode()
    assert ['"Save $5, #1', "SKU-1"] == sorted(str(row["sku"]) for row in rows(read_file(stray)))


def test_quote_in_a_long_file_of_another_kind() -> None:
    """A quote that would never close between commas does not keep a file between tabs from being told."""
    many = [line("0.00", amount_description="Shipping", promotion_id=f'x,"Save {n}') for n in range(3000)]
    content = flat_file([summary("1.00"), line("1.00", promotion_id='"a,"b'), *many])

    assert read_file(content).settlements[0].ties_out


@pytest.mark.parametrize(("second", "expected"), [("", 2), ("2", 2), ("3", None)])
def test_two_columns_that_mean_the_same(second: str, expected: int | None) -> None:
    """They agree, or the file is refused: the last one does not win silently."""
    text = written("ebay_transaction_report").replace("Quantity", "Quantity,quantity", 1)
    lines = text.split("\n")
    content = "\n".join([*lines[:2], *(_with_second(row, second) for row in lines[2:] if row), ""]).encode()

    if expected is None:
        with pytest.raises(errors.DuplicateColumnError, match="line 4, column Quantity: two columns of the file mean"):
            read_file(content)
    else:
        assert expected in [row["quantity"] for row in rows(read_file(content))]


def _with_second(row: str, second: str) -> str:
    cells = row.replace("Jun 17, 2026", "Jun 17 2026").replace('"', "").split(",")
    quantity = cells[11]
    return ",".join([*cells[:12], second if quantity == "2" else quantity, *cells[12:]])


def test_a_quote_that_never_closes() -> None:
    """The cell that swallows the rest of a long file is named where it begins."""
    header, first, *rest = written("shopify_payments_csv").split("\n")
    content = "\n".join([header, first, first.replace("charge", '"charge'), *([first] * 3000), *rest])

    with pytest.raises(UnreadableFileError, match="line 3: this text has more than 32,767 characters"):
        read_file(content.encode())


@pytest.mark.parametrize(
    ("form", "column"),
    [("shopify_payments_csv", "Currency"), ("walmart_recon_v1", "Currency"), ("amazon_v2_flat", "currency")],
)
@pytest.mark.parametrize("broken", ["US", "U", "USDX", "12.5"])
def test_currency_that_is_none(form: str, column: str, broken: str) -> None:
    """A row that breaks off in its currency is not a settlement in another one."""
    mark = "\t" if form == "amazon_v2_flat" else ","
    text = written(form).replace(f"{mark}USD{mark}", f"{mark}{broken}{mark}", 1).replace("\tUSD\n", f"\t{broken}\n", 1)

    with pytest.raises(errors.BadCellError, match=f"line 2, column {column}: '{broken}' is not a currency"):
        read_file(text.encode())
