"""The buttons of the ribbon as commands on the workbook file, for machines without Excel and for programs.

Every command takes `--json` (JSON alone on standard output). Exit status: 0 done, 1 the data needs attention,
2 it could not be done.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from addin.commands import (
    closing,
    connecting,
    connecting_stores,
    costs,
    doctor,
    inspection,
    installing,
    month_end,
    pulling,
    rates,
    reports,
    settlements,
    syncing,
    upgrading,
)
from addin.commands import pnl as pnl_action
from addin.commands import settings as settings_action
from addin.commands.desk import on_file
from addin.commands.new import new_workbook
from addin.commands.reclassifications import DecidedNumber
from addin.commands.taken_edits import Edits
from addin.commands.terminal import TerminalProgress
from addin.connections import store_questions
from addin.demo import sandbox_command
from addin.demo.book import make_demo
from addin.sheets.pnl import PnlWish
from core import log
from core.companies import machine_folder
from core.errors import CogsheetError
from core.journal.files import Ledger
from core.reports.basis import Basis

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from addin.commands.outcome import Outcome
    from addin.commands.reclassifications import Number

CANNOT = 2
DAY = click.DateTime(["%Y-%m-%d"])
BOOK = click.argument("book", type=click.Path(path_type=Path, dir_okay=False))
IDS = click.argument("ids", nargs=-1, metavar="[SETTLEMENT]...")
FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cogsheet")
@click.pass_context
def main(context: click.Context) -> None:
    """Put the true cost on every line of a marketplace settlement, inside an Excel workbook."""
    with contextlib.suppress(OSError):  # a log that cannot be written stops no books
        handler = log.set_up(machine_folder().path)
        context.call_on_close(partial(logging.getLogger().removeHandler, handler))
        context.call_on_close(handler.close)


def command(name: str) -> Callable[[Callable[..., Outcome]], click.Command]:
    """Make a command of a function that answers an outcome: `--json`, messages and exit statuses in one place."""

    def decorate(function: Callable[..., Outcome]) -> click.Command:
        @functools.wraps(function)
        def run(*, as_json: bool, **arguments: object) -> NoReturn:
            try:
                outcome = function(**arguments)
            except CogsheetError as error:
                words = closing.with_way_out(error)
                _say(words, {"error": words}, as_json=as_json, to_error=True)
                sys.exit(CANNOT)
            _say(outcome.message, outcome.data, as_json=as_json)
            sys.exit(outcome.exit_status)

        option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, and nothing else.")
        return main.command(name)(option(run))

    return decorate


@command("new")
@BOOK
@click.option("--company", required=True, help="The company whose books these are.")
@click.option("--currency", default="USD", show_default=True, help="Its home currency: that of Finale's costs.")
@click.option("--database", help="Where the books are kept: a path or a PostgreSQL URL. Existing books are joined.")
def new(book: Path, company: str, currency: str, database: str | None) -> Outcome:
    """Make a new workbook for a company."""
    return new_workbook(book, company=company, currency=currency, database=database)


@command("import")
@BOOK
@FILES
@click.option("--store", help="The store they belong to (needed where the company has several of the marketplace).")
def import_(book: Path, files: tuple[Path, ...], store: str | None) -> Outcome:
    """Import settlement files that a marketplace offers."""
    return on_file(book, partial(settlements.import_files, files=files, store=store), TerminalProgress())


@command("pull")
@BOOK
@click.argument("stores", nargs=-1, metavar="[STORE]...")
def pull(book: Path, stores: tuple[str, ...]) -> Outcome:
    """Pull everything new from the connected stores, or from these."""
    return on_file(book, partial(pulling.pull, stores=stores), TerminalProgress())


@command("fill")
@BOOK
@IDS
def fill(book: Path, ids: tuple[str, ...]) -> Outcome:
    """Open settlements: show their lines on sheet Transactions."""
    return on_file(book, partial(settlements.fill, ids=ids), TerminalProgress())


@command("remove")
@BOOK
@IDS
def remove(book: Path, ids: tuple[str, ...]) -> Outcome:
    """Take settlements out of the books that were neither exported nor posted elsewhere; undo brings them back."""
    return on_file(book, partial(settlements.remove, ids=ids), TerminalProgress())


@command("remove-store")
@BOOK
@click.argument("store")
def remove_store(book: Path, store: str) -> Outcome:
    """Take a store out of the books that has no settlements."""
    return on_file(book, partial(settlements.remove_store, store=store), TerminalProgress())


@command("sync")
@BOOK
@IDS
@click.option("--full", is_flag=True, help="Ask for exported settlements of any age too, and for all averages.")
def sync(book: Path, ids: tuple[str, ...], *, full: bool) -> Outcome:
    """Fetch costs from Finale Inventory, for these settlements or for all that are open or exported lately."""
    return on_file(book, partial(syncing.sync, ids=ids, full=full), TerminalProgress())


@command("settings")
@BOOK
@click.option("--yes", "agreed", is_flag=True, help="Take them, also where they decide anew what is posted or closed.")
def settings_(book: Path, *, agreed: bool) -> Outcome:
    """Say what the settings typed on sheets Setup and Stores would change; with --yes take them."""
    if agreed:
        return on_file(book, settings_action.take, TerminalProgress(), edits=Edits.AGREED)
    return on_file(book, settings_action.preview, edits=Edits.LEAVE)


@command("resolve")
@BOOK
@IDS
def resolve(book: Path, ids: tuple[str, ...]) -> Outcome:
    """List the lines without cost on sheet Resolve, of these settlements or of all."""
    return on_file(book, partial(costs.resolve, ids=ids), TerminalProgress())


@command("save")
@BOOK
@IDS
@click.option("--accept-proposals", is_flag=True, help="Save unedited proposals too.")
@click.option("--preview", is_flag=True, help="Only say what would be saved.")
@click.option("--row", "rows", type=int, multiple=True, help="Only this row of the sheet, as Excel numbers it.")
@click.option("--same-sku", is_flag=True, help="Take a typed cost for the other unedited rows of its SKU.")
@click.option("--accept-suspect", is_flag=True, help="Save costs that look wrong too.")
def save(
    book: Path,
    ids: tuple[str, ...],
    *,
    accept_proposals: bool,
    preview: bool,
    rows: tuple[int, ...],
    same_sku: bool,
    accept_suspect: bool,
) -> Outcome:
    """Save the costs typed on sheet Resolve."""
    choice = costs.SaveChoice(accept_proposals, same_sku, rows, accept_suspect)
    return on_file(book, partial(costs.save, ids=ids, choice=choice, preview=preview), TerminalProgress())


@command("accept")
@BOOK
@IDS
def accept(book: Path, ids: tuple[str, ...]) -> Outcome:
    """Replace accepted averages of open settlements by Finale's order costs, where these have arrived."""
    return on_file(book, partial(syncing.accept, ids=ids), TerminalProgress())


@command("restore")
@BOOK
@click.argument("batch", type=int, required=False)
@click.argument("keys", nargs=-1, metavar="[KEY]...")
def restore(book: Path, batch: int | None, keys: tuple[str, ...]) -> Outcome:
    """Bring values of a batch back; without a number, those marked on sheet Change history."""
    return on_file(book, partial(costs.restore, batch=batch, keys=keys), TerminalProgress())


@command("cogs")
@BOOK
@IDS
@click.option("--to", type=click.Path(path_type=Path), help="Write a workbook of its own there instead of the tab.")
@click.option("--values", is_flag=True, help="With --to: without formulas, the audit log inside.")
def cogs(book: Path, ids: tuple[str, ...], *, to: Path | None, values: bool) -> Outcome:
    """Make the COGS tab of settlements, or their COGS workbooks."""
    if to is not None:
        return on_file(book, partial(reports.download_cogs, ids=ids, to=to, values_only=values))
    return on_file(book, partial(reports.cogs, ids=ids), TerminalProgress())


@command("close")
@BOOK
@click.argument("month", metavar="MONTH")
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), help="The file; beside the workbook if left out."
)
@click.option(
    "--format", "ledger", type=click.Choice([str(one) for one in Ledger]), help="Write the accrual's entries too."
)
def close(book: Path, month: str, to: Path | None, ledger: str | None) -> Outcome:
    """Write the accountant's pack of a month (2026-08)."""
    return on_file(book, partial(month_end.close, month=month, to=to, ledger=Ledger(ledger) if ledger else None))


@command("undo")
@BOOK
@click.argument("batch", type=int, required=False)
def undo(book: Path, batch: int | None) -> Outcome:
    """Take the last save, removal or move of answers back, or the one of this batch."""
    return on_file(book, partial(costs.undo, batch=batch), TerminalProgress())


@command("pnl")
@BOOK
@IDS
@click.option(
    "--by",
    "basis",
    type=click.Choice([str(one) for one in Basis]),
    default=str(Basis.POSTED),
    show_default=True,
    help="The date that counts; only the posted date ties to the settlements.",
)
@click.option("--by-month", is_flag=True, help="One row per month.")
@click.option("--from", "first_day", type=DAY, help="First day.")
@click.option("--to", "last_day", type=DAY, help="Last day.")
@click.option("--store", "stores", multiple=True, help="Only this store; may be given several times.")
@click.option("--together", is_flag=True, help="One row per item for all stores together.")
def pnl(
    book: Path,
    ids: tuple[str, ...],
    *,
    basis: str,
    by_month: bool,
    first_day: datetime | None,
    last_day: datetime | None,
    stores: tuple[str, ...],
    together: bool,
) -> Outcome:
    """Fill sheets P&L and P&L summary, for these settlements or for all."""
    wish = PnlWish(
        Basis(basis),
        first_day.date() if first_day else None,
        last_day.date() if last_day else None,
        stores,
        by_month,
        together,
    )
    return on_file(book, partial(pnl_action.pnl, ids=ids, wish=wish), TerminalProgress())


@command("rates")
@BOOK
def rates_(book: Path) -> Outcome:
    """Fetch the European Central Bank's reference rates for the lines in other currencies."""
    return on_file(book, rates.fetch, TerminalProgress())


@command("export")
@BOOK
@IDS
@click.option(
    "--entries",
    type=click.Choice(closing.AGAIN),
    help="Which entries: both if left out; with --again also true-ups, reversals and accruals, all if left out.",
)
@click.option(
    "--format",
    "ledger",
    type=click.Choice([str(one) for one in Ledger]),
    help="Needed at the first export, remembered from then on.",
)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Where the files go.")
@click.option("--accept-suspect", is_flag=True, help="Export costs that look wrong too.")
@click.option("--again", is_flag=True, help="Write the files of entries that went out once more; nothing is posted.")
@click.option("--accept-provisional", is_flag=True, help="Export settlements whose final document may still come too.")
def export(
    book: Path,
    ids: tuple[str, ...],
    *,
    entries: str | None,
    ledger: str | None,
    folder: Path | None,
    accept_suspect: bool,
    accept_provisional: bool,
    again: bool,
) -> Outcome:
    """Make the entries of settlements, lock their costs and write the files for the accounting system."""
    kinds = entries or (closing.ALL if again else "both")
    system = Ledger(ledger) if ledger else None
    choice = closing.ExportChoice(kinds, system, folder, accept_suspect, accept_provisional)
    action = partial(closing.export_again if again else closing.export, ids=ids, choice=choice)
    return on_file(book, action, TerminalProgress())


@command("trueups")
@BOOK
@click.option(
    "--accept",
    type=DecidedNumber(),
    multiple=True,
    help="Number of a proposal to post; R12 of a reclassification, R for all of them.",
)
@click.option("--dismiss", type=DecidedNumber(), multiple=True, help="Number of a proposal not to post.")
@click.option("--take-up", type=DecidedNumber(), multiple=True, help="Number of a dismissed one to propose again.")
@click.option("--reason", default="", help="Why those are dismissed or taken up.")
@click.option("--dismiss-immaterial", is_flag=True, help="Dismiss what is below the materiality limit of Setup.")
def trueups(
    book: Path,
    *,
    accept: tuple[Number, ...],
    dismiss: tuple[Number, ...],
    take_up: tuple[Number, ...],
    reason: str,
    dismiss_immaterial: bool,
) -> Outcome:
    """List the costs that came after the export, and carry out what was decided of them."""
    choice = closing.TrueUpChoice(accept, dismiss, take_up, reason, dismiss_immaterial)
    return on_file(book, partial(closing.true_ups, choice=choice), TerminalProgress())


@command("verify")
@BOOK
@IDS
def verify(book: Path, ids: tuple[str, ...]) -> Outcome:
    """Hold deposit, P&L, COGS, journal and lock of settlements against each other."""
    return on_file(book, partial(reports.verify, ids=ids), TerminalProgress())


@command("reopen")
@BOOK
@IDS
@click.option("--reason", default="", help="Why; the auditor will ask.")
def reopen(book: Path, ids: tuple[str, ...], reason: str) -> Outcome:
    """Reverse the entries of exported settlements and let their costs move again."""
    return on_file(book, partial(closing.reopen, ids=ids, reason=reason), TerminalProgress())


@command("posted-elsewhere")
@BOOK
@IDS
@click.option("--reason", default="", help="Where they were posted; the auditor will ask.")
def posted_elsewhere(book: Path, ids: tuple[str, ...], reason: str) -> Outcome:
    """Lock settlements that another program posted, without an entry."""
    return on_file(book, partial(closing.posted_elsewhere, ids=ids, reason=reason), TerminalProgress())


@command("connect")
@BOOK
@click.option("--account", default="", help="The Finale account: its name, or any address of it.")
@click.option("--store", default="", help="A store to connect instead of Finale: its name in these books.")
@click.option("--marketplace", default="", help="Where the store sells: Amazon, Walmart, Shopify, eBay.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of the store, not asked then.")
@click.option("--forget", is_flag=True, help="Remove the key from this computer; a store is disconnected.")
def connect(
    book: Path, account: str, store: str, marketplace: str, settings: tuple[str, ...], *, forget: bool
) -> Outcome:
    """Connect the company's Finale account, or a store; keys are asked for, or come from the environment."""
    if store and forget:
        return on_file(book, partial(connecting_stores.forget_store, store=store))
    if store or marketplace:
        given = {name: text for name, _, text in (setting.partition("=") for setting in settings)}
        asking = partial(store_questions.connect_by_asking, store=store, marketplace=marketplace, given=given)
        return on_file(book, asking)
    if forget:
        return on_file(book, connecting.forget)
    key = os.environ.get("COGSHEET_FINALE_KEY") or click.prompt("API key", hide_input=True, err=True)
    secret = os.environ.get("COGSHEET_FINALE_SECRET") or click.prompt("API secret", hide_input=True, err=True)
    return on_file(book, partial(connecting.connect, account=account, key=key, secret=secret))


@command("doctor")
@BOOK
def doctor_(book: Path) -> Outcome:
    """Look at program, workbook, books and Finale account, and say how to mend what is not right."""
    return on_file(book, doctor.doctor)


@command("install")
@click.option(
    "--trust",
    "trusted",
    type=click.Path(exists=True, file_okay=False, resolve_path=True),
    help="Windows: a folder whose workbooks Excel shall open with their macros.",
)
@click.option(
    "--wheels",
    type=click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True),
    help="Without a network: a folder that holds every package as a wheel.",
)
def install(trusted: str | None, wheels: Path | None) -> Outcome:
    """Install Cogsheet on this computer, so that the buttons of workbooks work; run it again after an update."""
    return installing.install(trusted=trusted, wheels=wheels, progress=TerminalProgress())


@command("upgrade")
@BOOK
def upgrade(book: Path) -> Outcome:
    """Bring a workbook of an older Cogsheet to this version: its buttons, and the sheets and columns that are new."""
    return upgrading.upgrade(book)


@command("inspect")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def inspect(file: Path) -> Outcome:
    """Show what a settlement file holds; nothing is stored."""
    return inspection.inspect_file(file)


@command("demo")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), show_default=True)
def demo_(folder: Path) -> Outcome:
    """Make a workbook with the demo business: settlements imported, costs fetched, sheets filled."""
    return make_demo(folder, progress=TerminalProgress())


sandbox_command.add_to(main)


def _say(message: str, data: dict[str, object], *, as_json: bool, to_error: bool = False) -> None:
    if as_json:
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        click.echo(message, err=to_error)
