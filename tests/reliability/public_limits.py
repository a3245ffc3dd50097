"""Values at and beyond the limits that are told: kept out in words, or taken, and then no command fails by them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.end_to_end.stories import item, v2
from tests.reliability.command_processes import started
from tests.reliability.desk import Desk, made_desk, words_of
from tests.reliability.rows import Place, Row

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

LENGTHS = (255, 256, 32_766, 32_767, 32_768, 40_000, 100_000)
SIGNS = (
    *(
        "\0",
        "\x01",
        "\x0b",
        "\x1b",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufffe",
        "\ud800",
        "\udc80",
        "\U0010ffff",
        "\u202e",
        "\ufeff",
    ),
    *("_x0000_", "=1", "+1", "@a", "'a", '"', "\\", "%", "{}", "<a>", "&amp;", "\u0301", "😀", "ﷺ", "\xa0", "\u200b"),
)
AMOUNTS = (
    *("999999999999.99", "1000000000000.00", "-1000000000000.00", "1000000000000.01", "9" * 40, "0." + "0" * 39 + "1"),
    *("99999999999999.99", "0.001", "-0.00", "1e12", "1E+400", "123456789012345678901234.56", "900000000000", "0.005"),
)
NAMES = (
    *(
        "..",
        ".",
        "../../x",
        "/etc/passwd",
        "C:\\x",
        "CON",
        "nul.txt",
        "a/b",
        "a\\b",
        "a:b",
        "a*b?",
        " a ",
        "a.",
        "~",
        "-rf",
    ),
    *(
        "x" * 100,
        "x" * 101,
        "x" * 300,
        "é" * 200,
        "😀",
        "a\nb",
        "a\tb",
        "Foo & Bar",
        "Foo + Bar",
        "foo",
        "FOO",
        "$(x)",
        "%2e%2e",
    ),
)
MONTHS = (
    "9999-12",
    "0001-01",
    "0000-01",
    "2026-13",
    "2026-1",
    "2026-00",
    "x",
    "",
    "2026-08-01",
    "٢٠٢٦-٠٨",
    "1899-12",
    "-1-01",
)
CURRENCIES = ("USD", "usd", "EUR", "XXX", "ZZZ", "", "US", "USDD", "€", "XAU", "123", "JPY", "KWD", "CLF", "../")
_NEXT = (("resolve",), ("pnl",), ("trueups",), ("verify",))


def a_text(dice: Random) -> str:
    """Return a text that is long, or holds a sign that is no letter."""
    if dice.random() < 0.5:
        return "x" * dice.choice(LENGTHS)
    return "ab" + dice.choice(SIGNS) + "cd"


def import_and_go_on(desk: Desk, rows: list[dict[str, str]], number: str = "77") -> None:
    """Import a file of these rows: refused, it stores nothing; taken, no command fails by it, and it can be removed."""
    before = desk.rows()
    file = v2(desk.folder, rows, number)
    file = file.rename(desk.folder / "odd.txt")
    ran = desk.run("import", "{folder}/odd.txt", "--store", "Amazon")
    said = f"import: {ran.status} {words_of(ran)[:300]}"
    if ran.status == 2:
        assert desk.rows() == before, f"refused, and something was stored: {said}"
        return
    for command in (*_NEXT, ("fill", number)):
        after = desk.run(*command)
        assert after.status in (0, 1), f"{said} / {command}: {words_of(after)}"
    removed = desk.run("remove", f"Amazon/{number}")
    assert removed.status == 0, f"{said} / remove: {words_of(removed)}"


def odd_texts(dice: Random, place: Place) -> None:
    """Put a long or odd text into a column of a file."""
    row = item("Order", "U-77", "30.00", units="1")
    column = dice.choice(
        ("sku", "order-id", "order-item-code", "fulfillment-id", "marketplace-name", "merchant-order-id")
    )
    text = a_text(dice).encode("utf-8", "replace").decode()
    import_and_go_on(made_desk(place.made).copied(place.folder / "desk"), [{**row, column: text}])


def odd_amounts(dice: Random, place: Place) -> None:
    """Put amounts at the limit and beyond into a file; they add up to its total."""
    rows = [
        {**item("Order", f"U-7{n}", "1", units="1"), "amount": dice.choice(AMOUNTS)} for n in range(dice.randint(1, 3))
    ]
    import_and_go_on(made_desk(place.made).copied(place.folder / "desk"), rows)


def odd_units(dice: Random, place: Place) -> None:
    """Put numbers of units at the limit and beyond into a file."""
    units = dice.choice(
        ("0", "-1", "1.5", "999999999", "1000000000", "9" * 30, "1e5", "x", "", "2147483648", "9223372036854775808")
    )
    import_and_go_on(made_desk(place.made).copied(place.folder / "desk"), [item("Order", "U-77", "30.00", units=units)])


def odd_costs(dice: Random, place: Place) -> None:
    """Save a typed cost at the limit or beyond, and take it back."""
    desk = made_desk(place.made).copied(place.folder / "desk")
    cost = dice.choice(
        (999_999_999, 1e9, 1e9 + 1, 9e11, 1e-9, 1e-300, 123456.7891234, *(float(one) for one in AMOUNTS[:5]))
    )
    desk.story.type("Resolve", {"SKU": "D"}, {"Cost": cost * dice.choice((1, 1, dice.random()))})
    before = desk.rows()
    ran = desk.run("save", "--accept-suspect")
    said = f"{cost}: {words_of(ran)}"
    if desk.rows() == before:
        return
    for command in _NEXT:
        assert desk.run(*command).status in (0, 1), f"{said} / {command}"
    undone = desk.run("undo")
    assert undone.status in (0, 1), f"{said} / {words_of(undone)}"


def odd_ids(dice: Random, place: Place) -> None:
    """Bring a settlement whose id is no file name, and write files of it: none lies anywhere else."""
    desk = made_desk(place.made).copied(place.folder / "desk")
    number = dice.choice(NAMES).replace("\n", " ").replace("\t", " ")
    file = v2(desk.folder, [item("Order", "U-77", "30.00", units="1")], "77")
    content = file.read_text(encoding="utf-8").replace("\n77\t", f"\n{number}\t")
    (desk.folder / "odd.txt").write_text(content, encoding="utf-8", newline="")
    ran = desk.run("import", "{folder}/odd.txt", "--store", "Amazon")
    words_of(ran)
    stored = [row["Settlement ID"] for row in desk.story.book.table("Settlements").rows]
    for one in (name for name in stored if str(name) not in "123458"):
        for command in ("export", "cogs-workbook"):
            more = ("--entries", "settlement", "--format", "quickbooks") if command == "export" else ()
            words_of(desk.run(command, f"Amazon/{one}".replace("{", "{{").replace("}", "}}"), *more))
    outside = {one.name for one in place.folder.iterdir()} | {one.name for one in desk.folder.parent.iterdir()}
    assert outside == {"desk"}, outside
    assert all(one.parent == desk.folder / "exports" for one in desk.folder.rglob("*.csv")), "a file lies elsewhere"
    desk.assert_whole(number)


def odd_companies(dice: Random, place: Place) -> None:
    """Make a company of an odd name or currency: refused in words, or its books are its own."""
    home = {**os.environ, "COGSHEET_HOME": str(place.folder / "home")}
    names = dice.sample(NAMES, 2)
    made = []
    for n, name in enumerate(names):
        book = str(place.folder / f"{n}.xlsm")
        arguments = ("new", book, f"--company={name}", f"--currency={dice.choice((*CURRENCIES, 'USD', 'USD', 'EUR'))}")
        ran = started(arguments, home, place.folder / "said").end()
        words_of(ran)
        made += [book] if ran.status == 0 else []
    places = set((place.folder / "home").glob("*.sqlite"))
    assert len(places) == len(made), f"{names}: {len(made)} companies, {len(places)} databases"
    for book in made:
        ran = started(("verify", book), home, place.folder / "said").end()
        assert ran.status == 0, f"{names}: {words_of(ran)}"


def odd_options(dice: Random, place: Place) -> None:
    """Type odd months, days, numbers and ids behind commands: nothing is stored, and it is said why."""
    desk = made_desk(place.made).copied(place.folder / "desk")
    before, odd = desk.rows(), dice.choice((*MONTHS, *NAMES, "9" * 30, "-1", "0", "1.5"))
    odd = odd.replace("{", "{{").replace("}", "}}")
    command = dice.choice(
        (
            *(("close", odd), ("pnl", "--from", odd), ("pnl", "--to", odd), ("pnl", "--store", odd), ("fill", odd)),
            *(("undo", odd), ("restore", odd), ("trueups", "--accept", odd), ("remove", odd), ("remove-store", odd)),
            *(
                ("reopen", odd, "--reason", "x", "--imported"),
                ("save", "--row", odd),
                ("export", odd),
                ("inspect", odd),
            ),
        )
    )
    ran = desk.run(*command)
    assert desk.rows() == before or odd in ("0", "-1"), f"{command}: {words_of(ran)}"
    words_of(ran)


TRIED: dict[str, Callable[[Random, Place], None]] = {
    "long and odd texts in a settlement file": odd_texts,
    "amounts around 10^12 and of 40 digits in a settlement file": odd_amounts,
    "units beyond any number in a settlement file": odd_units,
    "typed costs around 10^9": odd_costs,
    "settlement ids that are no file names": odd_ids,
    "names and currencies of companies": odd_companies,
    "odd months, days, numbers and ids behind a command": odd_options,
}
ROWS = tuple(Row("Limits", what, once, 100, 1) for what, once in TRIED.items() if os.name == "posix")
