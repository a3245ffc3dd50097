"""Where the amounts of orders stand in Amazon's XML report, by columns: which element names and prices which amount.

What `xml_report` looks up by name, order by order, is expected at one place each. An order in which it stands
elsewhere, twice, or not at all is left to `xml_report`, and so are all transactions that are no orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from core.marketplaces.amazon.words import item_amount
from core.marketplaces.amazon.xml_amounts import ITEM_LISTS, ITEMS, StatedAmount, is_money, loose_kind
from core.marketplaces.amazon.xml_report import TYPES, WITH_ITEMS
from core.marketplaces.reading.columns import Coded, first_rows, joint
from core.marketplaces.words.meanings import may_be_price, typed_item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.marketplaces.reading.xml_columns import Elements

REPORT, SUMMARY = "SettlementReport", "SettlementData"
_OF_ORDER = ("AmazonOrderID", "MerchantOrderID", "ShipmentID", "AdjustmentID", "MarketplaceName")
_OF_ITEM = ("AmazonOrderItemCode", "SKU", "Quantity")
_LOOKED_UP = frozenset(
    (*_OF_ORDER, *_OF_ITEM, *ITEMS, "Fulfillment", "MerchantFulfillmentID", "PostedDate", "TransactionType")
)
"""Names that are looked up wherever they stand in an order or item; elsewhere than expected they make it unusual."""
_PART, _LOOSE, _LIST, _AMOUNT, _WORD, _TEXT = "(part)", "(loose)", "(list)", "(amount)", "(word)", "(text)"
_PLAIN, _ODD, _OUTSIDE = "(plain)", "(odd)", "(outside)"
_TRANSACTION, _OTHER = "(transaction)", "(other)"
_IN_FULFILLMENT = ("MerchantFulfillmentID",)
_ITEM_PLACES = tuple(("Fulfillment", item) for item in ITEMS)
_EXPECTED: dict[tuple[str, ...], tuple[str, ...]] = {
    (): (*_OF_ORDER, "PostedDate"),
    ("Fulfillment",): (*_IN_FULFILLMENT, "PostedDate"),
    **dict.fromkeys(_ITEM_PLACES, _OF_ITEM),
}
"""Where in an order the names that are looked up are expected."""
_INNER: dict[tuple[tuple[str, ...], str], str] = {
    ((), "Fulfillment"): "Fulfillment",
    **{(("Fulfillment",), item): _PLAIN for item in ITEMS},
}
"""Where in an order elements with others in them are expected, the lists of amounts aside."""


def _role(path: tuple[str, ...]) -> str:
    """Return what an element is by the names around it: a role, or the name under which it is looked up."""
    if REPORT not in path[:-1]:
        return _OUTSIDE
    first, *inner = path[path.index(REPORT) + 1 :]
    if first.rstrip("*") == SUMMARY:
        return _OUTSIDE
    if first not in WITH_ITEMS:
        return _OTHER
    return _role_in_order(inner) if inner else _TRANSACTION


def _role_in_order(inner: list[str]) -> str:
    """Return the role of an element in an order, by the names from there on."""
    at = next((at for at in range(len(inner)) if _is_list(inner[:at], inner[at])), None)
    if at is not None:
        return _role_in_list(inner[at + 1 :], loose=at == 0)
    *around, last = inner
    place, name = tuple(around), last.removesuffix("*")
    if place not in _EXPECTED:
        return _ODD
    if not last.endswith("*"):
        return _INNER.get((place, name), _ODD)
    plain = _ODD if name in _LOOKED_UP or name.endswith("Fees") else _PLAIN
    return name if name in _EXPECTED[place] else plain


def _is_list(around: list[str], name: str) -> bool:
    """Tell whether an element is a list of amounts: of an item, or of fees of the order."""
    return name.endswith("Fees") if not around else tuple(around) in _ITEM_PLACES and name in ITEM_LISTS


def _role_in_list(rest: list[str], *, loose: bool) -> str:
    """Return the role of a list of amounts, of a part of it, or of a text in either."""
    if not rest:
        return _LIST
    *parts, last = rest
    name = last.rstrip("*")
    if len(parts) > 1 or name in _LOOKED_UP or (loose and (rest[0] != "Fee")):
        return _ODD
    if not last.endswith("*"):
        return _ODD if parts or name in ("Amount", "Type") else _LOOSE if loose else _PART
    return {"Amount": _AMOUNT, "Type": _WORD}.get(name, _TEXT)


@dataclass(frozen=True, eq=False)
class Amounts:
    """The amounts of all usual orders of a file; every array has one entry per amount."""

    report: np.ndarray
    """Which report it is in, first = 0."""
    texts: dict[str, Coded[str]]
    """What its order, its item and itself are told to be, by name; empty where nothing is told."""
    tag: np.ndarray
    """Which of `Elements.tags` its amount has, which names the currency."""
    is_first: np.ndarray
    """Whether it is the first price of goods of its item, beside which its units stand."""
    repeats: np.ndarray
    """Whether it is the first fee per unit of its item, which repeats its units."""
    is_asked: np.ndarray
    """Whether it is an amount of an item that may be a price, in a word that nobody has declared."""
    quantities: Sequence[str]
    """What all items state as their units, amounts or not."""
    moments: Sequence[str]
    """When orders were posted in which no amount stands."""
    others: np.ndarray
    """The elements of the transactions that are left to be read one by one."""


def amounts_of_orders(elements: Elements) -> Amounts:
    """Return the amounts of the orders of a file, and the transactions that are read one by one.

    Raises:
        UnreadableFileError: If a text in an order is not plain, or too long.
    """
    return _Orders(elements).amounts()


class _Orders:
    """The elements of a file by their roles."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        roles = [_role(path) for path in elements.kinds.values]
        self.different = {name: code for code, name in enumerate(dict.fromkeys(roles))}
        own = np.array([self.different[role] for role in roles], np.int64)
        self.role = own[elements.kinds.codes]
        self.transaction = self._transactions()
        self.odd = np.zeros(len(elements), bool)
        """By transaction: whether it is no order, or an unusual one."""
        self._mark(self.of(_ODD))
        self._mark(self._money_elsewhere())

    def of(self, *roles: str) -> np.ndarray:
        """Return the elements of some roles."""
        return np.flatnonzero(np.isin(self.role, [self.different[role] for role in roles if role in self.different]))

    def _money_elsewhere(self) -> np.ndarray:
        """Return the amounts that stand in no part of a known list: `<ItemLevy currency="EUR">-2.00</ItemLevy>`."""
        are_money = self.elements.tags.spread(lambda tag: is_money(*tag), bool)
        return np.flatnonzero(are_money & self.elements.is_leaf & ~self._is(np.arange(len(self.elements)), _AMOUNT))

    def _transactions(self) -> np.ndarray:
        """Return of each element the transaction that it is in, or itself; -1 outside of all."""
        elements = self.elements
        found = np.full(len(elements), -1)
        told = elements.kinds.spread(_is_transaction, bool)
        found[told] = np.flatnonzero(told)
        for level in range(1, int(elements.level.max()) + 1):
            own = np.flatnonzero((elements.level == level) & ~told)
            parent = elements.parent[own]
            found[own] = np.where(parent >= 0, found[parent], -1)
        return found

    def _mark(self, elements: np.ndarray) -> None:
        """Take the transactions of some elements for unusual."""
        inside = self.transaction[elements]
        self.odd[inside[inside >= 0]] = True

    def _only(self, role: str, owners: np.ndarray | None = None) -> np.ndarray:
        """Return by owner the one element of a role that it has, or -1; where it has two its order is unusual.

        Args:
            role: Which.
            owners: By element: to what it belongs; what it is in if it is left out.
        """
        owners = self.elements.parent if owners is None else owners
        rows = self.of(role)
        found: np.ndarray = np.full(len(self.elements), -1)
        found[owners[rows[::-1]]] = rows[::-1]
        self._mark(rows[found[owners[rows]] != rows])
        return found

    def amounts(self) -> Amounts:
        """Return the amounts of the usual ones."""
        amount, word = self._only(_AMOUNT), self._only(_WORD)
        self._only("Fulfillment", self.transaction)
        singles = {name: self._only(name, self.transaction) for name in (*_OF_ORDER, "PostedDate", *_IN_FULFILLMENT)}
        singles |= {name: self._only(name) for name in _OF_ITEM}
        rows = self._rows(amount)
        parent = self.elements.parent
        lists = np.where(self._is(rows, _LIST), rows, parent[rows])
        items = np.where(self._is(rows, _LOOSE), -1, parent[lists])
        owners = dict.fromkeys((*_OF_ORDER, "PostedDate", *_IN_FULFILLMENT), self.transaction[rows])
        owners |= dict.fromkeys(_OF_ITEM, items)
        texts = {name: self._texts(singles[name], own) for name, own in owners.items()}
        texts |= {"word": self._texts(word, rows), "amount": self._texts(amount, rows)}
        texts |= {"kind": self._names(self.transaction[rows], TYPES), "list": self._lists(lists, items)}
        texts["content"] = self._content(rows)
        kinds = _kinds(texts["list"], texts["word"])
        return Amounts(
            report=np.searchsorted(reports_of(self.elements), parent[self.transaction[rows]]),
            texts=texts,
            tag=self.elements.tags.codes[amount[rows]],
            is_first=_first_of_items(items, kinds.spread(lambda one: one.is_principal, bool)),
            repeats=_fees_that_repeat_units(items, kinds, texts["amount"]),
            is_asked=(items >= 0) & kinds.spread(_may_be_price, bool),
            quantities=self.elements.texts(self.of("Quantity")).values,
            moments=self.elements.texts(self._without(self.of("PostedDate"), rows)).values,
            others=np.flatnonzero(self.odd | ((self.role == self.different.get(_OTHER, -1)) & self._are_transactions)),
        )

    @property
    def _are_transactions(self) -> np.ndarray:
        return np.asarray(self.transaction == np.arange(len(self.elements)))

    def _is(self, rows: np.ndarray, role: str) -> np.ndarray:
        return np.asarray(self.role[rows] == self.different.get(role, -1))

    def _rows(self, amount: np.ndarray) -> np.ndarray:
        """Return the elements that are an amount with its word: parts of lists, or a list that has one of its own."""
        lists, parts = self.of(_LIST), self.of(_PART, _LOOSE)
        own = lists[amount[lists] >= 0]
        inside = self.elements.parent[parts]
        self._mark(parts[(amount[parts] < 0) | (amount[inside] >= 0)])
        texts = self.of(_WORD, _TEXT)
        around = self.elements.parent[texts]
        self._mark(texts[self._is(around, _LIST) & (amount[around] < 0)])
        rows = np.sort(np.concatenate([own, parts]))
        return np.asarray(rows[~self.odd[self.transaction[rows]]])

    def _texts(self, leaf_of: np.ndarray, owners: np.ndarray) -> Coded[str]:
        """Return the text of the leaf that each owner has; empty where it has none, or there is no owner."""
        leaves = np.where(owners >= 0, leaf_of[owners], -1)
        is_used = np.zeros(len(self.elements) + 1, bool)
        is_used[leaves] = True
        used = np.flatnonzero(is_used[:-1])
        own = self.elements.texts(used)
        codes = np.zeros(len(is_used), np.int64)
        codes[used] = own.codes.astype(np.int64) + 1
        return Coded(codes[leaves], ["", *own.values])

    def _without(self, elements: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return those elements in whose transactions none of some rows is."""
        has_rows = np.zeros(len(self.elements), bool)
        has_rows[self.transaction[rows]] = True
        return np.asarray(elements[~has_rows[self.transaction[elements]]])

    def _names(self, elements: np.ndarray, told: dict[str, str]) -> Coded[str]:
        """Return how the names of some elements are called elsewhere."""
        names = [name for name, _ in self.elements.tags.values]
        called = [told.get(name, name) for name in names]
        return Coded(self.elements.tags.codes[elements], called)

    def _lists(self, lists: np.ndarray, items: np.ndarray) -> Coded[str]:
        """Return V2's amount type of the list that each amount stands in."""
        names = [name for name, _ in self.elements.tags.values]
        of_items, loose = [ITEM_LISTS.get(name, "") for name in names], [loose_kind(name) for name in names]
        codes = self.elements.tags.codes[lists].astype(np.int64)
        return Coded(np.where(items >= 0, codes, codes + len(names)), [*of_items, *loose])

    def _content(self, rows: np.ndarray) -> Coded[str]:
        """Return everything that stands in each amount's element, in the order of the file."""
        leaves = self.of(_AMOUNT, _WORD, _TEXT)
        place = np.full(len(self.elements), -1)
        place[rows] = np.arange(len(rows))
        of = place[self.elements.parent[leaves]]
        leaves, of = leaves[of >= 0], of[of >= 0]
        texts = self.elements.texts(leaves)
        order = np.argsort(of, kind="stable")
        start = np.searchsorted(of[order], np.arange(len(rows)))
        number = np.arange(len(order)) - start[of[order]]
        columns = []
        for at in range(int(number.max(initial=-1)) + 1):
            column = np.full(len(rows), len(texts.values))
            column[of[order][number == at]] = texts.codes[order][number == at]
            columns.append(column)
        return _joined(columns, [*(text.strip() for text in texts.values), None], len(rows))


def _kinds(lists: Coded[str], words: Coded[str]) -> Coded[StatedAmount]:
    """Return of each amount what its list and its word tell it to be."""
    codes = joint([lists.codes, words.codes])
    pairs = ((lists.values[lists.codes[row]], words.values[words.codes[row]]) for row in first_rows(codes))
    return Coded(codes, [StatedAmount(*one, Decimal(0), "") for one in pairs])


def _first_of_items(items: np.ndarray, is_of_kind: np.ndarray) -> np.ndarray:
    """Tell which amounts are the first of a kind of their item."""
    rows = np.flatnonzero(is_of_kind & (items >= 0))
    found = np.zeros(len(items), bool)
    found[rows[np.unique(items[rows], return_index=True)[1]]] = True
    return found


def _fees_that_repeat_units(items: np.ndarray, kinds: Coded[StatedAmount], amounts: Coded[str]) -> np.ndarray:
    """Tell which fee per unit of each item repeats its units: one that is given back, else the first."""
    per_unit = kinds.spread(lambda one: one.is_fee_per_unit, bool)
    back = per_unit & amounts.spread(_is_above_zero, bool)
    return _first_of_items(items, back | (per_unit & ~np.isin(items, items[back])))


def _is_above_zero(text: str) -> bool:
    """Tell whether a text is an amount above zero; what is none is refused where it is read."""
    return "-" not in text and "(" not in text and any(digit in text for digit in "123456789")


def _may_be_price(one: StatedAmount) -> bool:
    """Tell of an amount of an item whether it may be a price of goods, in words that nobody has declared."""
    return may_be_price(typed_item(item_amount(one.kind, one.word), Decimal(0), ""))


def reports_of(elements: Elements) -> np.ndarray:
    """Return the reports of a file, each of one settlement."""
    return elements.of_kind(lambda path: len(path) > 1 and path[-1] == REPORT)


def _is_transaction(path: tuple[str, ...]) -> bool:
    """Tell whether an element is directly in a report, and not what it says of the settlement."""
    return path[-2:-1] == (REPORT,) and path[-1].rstrip("*") != SUMMARY


def _joined(columns: Sequence[np.ndarray], texts: Sequence[str | None], count: int) -> Coded[str]:
    """Return the texts of some columns as one, each different one once; where a column has none it is left out."""
    if not columns:
        return Coded(np.zeros(count, np.int64), [""])
    codes = joint(columns)
    rows = zip(*(column[first_rows(codes)].tolist() for column in columns), strict=True)
    return Coded(codes, ["".join(f"|{texts[code]}" for code in row if texts[code] is not None) for row in rows])
