"""What an account does not offer, and what that means for the costs, in the user's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.finale.account_settings import FinaleSettings, Mode
from core.finale.graphql_schema import LEDGER, LOOKUP, ORDER, ROLES, SHIPMENT

if TYPE_CHECKING:
    from core.finale.graphql_schema import Schema
    from core.settings import FinaleAccount

MODE_ORDERS = "costs per order from the stock history"
MODE_REPORT = "costs per order from your saved report"
MODE_AVERAGES = "current average costs only, as proposals"


def settings_of(account: FinaleAccount, currency: str = "USD") -> FinaleSettings:
    """Return what the books hold about an account as its client wants it."""
    return FinaleSettings(
        currency=currency,
        mode=Mode(account.mode),
        order_prefixes=account.order_prefixes,
        field_names=account.field_names,
        cost_report=account.cost_report,
        average_report=account.average_report,
        column_names=account.column_names,
    )


def account_words(schema: Schema, account: FinaleAccount | FinaleSettings) -> tuple[str, tuple[str, ...]]:
    """Return how costs are fetched, in one phrase, and a sentence for each thing that is not as it usually is."""
    settings = account if isinstance(account, FinaleSettings) else settings_of(account)
    if settings.mode_in_force == Mode.REPORT:
        return MODE_REPORT, report_remarks(schema, settings)
    averages_only = settings.mode_in_force == Mode.AVERAGES or not has_ledger(schema)
    return MODE_AVERAGES if averages_only else MODE_ORDERS, remarks_on_account(schema)


def has_ledger(schema: Schema) -> bool:
    """Return whether the stock history can be read with a cost on each movement."""
    return LEDGER in schema.arguments and schema.name_of("movement cost") is not None and schema.has(LEDGER, "product")


def order_link(schema: Schema) -> str | None:
    """Return how a stock movement names its order: `shipment`, `order`, `description`, or `None`."""
    if schema.has(LEDGER, "shipment") and schema.has(SHIPMENT, "order"):
        return "shipment"
    if schema.has(LEDGER, "order"):
        return "order"
    return "description" if schema.has(LEDGER, "transactionDescription") else None


def remarks_on_account(schema: Schema) -> tuple[str, ...]:
    """Return one sentence for each thing that is not as it usually is."""
    cases = (
        (
            not schema.introspected,
            "Finale does not say which fields this account has, so the usual names were tried one after the other.",
        ),
        (
            not has_ledger(schema),
            (
                "The stock history shows no cost per movement: only current averages can be fetched, and they are "
                "proposals on Resolve. Paste the address of a saved cost report on Setup to get costs per order."
            ),
        ),
        *_unusual_names(schema),
        (
            has_ledger(schema) and order_link(schema) == "description",
            "The stock history does not name the order of a movement; it is recognised by the shipment's number.",
        ),
        (
            has_ledger(schema) and order_link(schema) is None,
            (
                "The stock history does not name the order of a movement; a cost is taken only where product, day and "
                "units fit one order alone, the others get the product's average of that day as a proposal."
            ),
        ),
        (
            has_ledger(schema) and not schema.takes(LEDGER, "recordDate"),
            "The stock history cannot be filtered by date; it is read from its end, which takes longer.",
        ),
        (
            ORDER in schema.arguments and not schema.takes(ORDER, "search"),
            "Old orders cannot be searched for; they are asked for one by one, which takes longer.",
        ),
        (
            schema.name_of("product average") is None,
            "Finale shows no current average cost per product, so nothing can be proposed on Resolve.",
        ),
        (
            LOOKUP not in schema.arguments,
            "Product lookups cannot be read; SKUs that are not product IDs must be mapped by hand.",
        ),
        (not schema.formatter, "Finale gives numbers as display text; they are read with care."),
    )
    return tuple(sentence for applies, sentence in cases if applies)


def _unusual_names(schema: Schema) -> list[tuple[bool, str]]:
    names = []
    for role in ("movement cost", "movement average", "product average"):
        name = schema.name_of(role)
        usual = (*ROLES[role][1], schema.chosen.get(role))
        names.append(
            (
                name is not None and name not in usual,
                f"The {role} is read from the field '{name}', an unusual name: compare one cost with Finale's screen.",
            )
        )
    return names


def report_remarks(schema: Schema, settings: FinaleSettings) -> tuple[str, ...]:
    """Return what the user should know of costs from reports."""
    cases = (
        (not settings.cost_report, "The address of the cost report is missing on Setup."),
        (
            not settings.average_report and schema.name_of("product average") is None,
            (
                "Finale shows no current average cost per product and no report of averages is set, so nothing can be "
                "proposed on Resolve."
            ),
        ),
        (
            bool(settings.cost_report),
            (
                "An order that is not in the report counts as not in Finale: the report must show all sales orders "
                "of the last months."
            ),
        ),
    )
    return tuple(sentence for applies, sentence in cases if applies)
