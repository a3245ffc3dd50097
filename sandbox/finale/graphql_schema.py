"""Builds the GraphQL schema of an account, and answers a query with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLError,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    NoSchemaIntrospectionCustomRule,
    execute,
    parse,
    specified_rules,
    validate,
)
from graphql.error import GraphQLSyntaxError

from sandbox.finale.connections import LARGEST_PAGE, Connection, Page, connections, cursor, page, select
from sandbox.finale.fields import Field, Link, type_fields
from sandbox.finale.formatting import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.finale.finale_books import Books

    Resolver = Callable[..., Any]

DATES = GraphQLInputObjectType(
    "dateRangeWithFutureInput",
    {name: GraphQLInputField(GraphQLString) for name in ("begin", "end", "timezone")},
)
SORT = GraphQLInputObjectType(
    "sortInput", {"field": GraphQLInputField(GraphQLString), "mode": GraphQLInputField(GraphQLString)}
)
ANYTHING = GraphQLScalarType("formattedValue", serialize=lambda value: value)
_ARGUMENT_TYPES: dict[str, GraphQLScalarType | GraphQLInputObjectType | GraphQLList[Any]] = {
    "text": GraphQLString,
    "texts": GraphQLList(GraphQLString),
    "dates": DATES,
}
_PAGING = {
    "first": GraphQLArgument(GraphQLInt),
    "last": GraphQLArgument(GraphQLInt),
    "after": GraphQLArgument(GraphQLString),
    "before": GraphQLArgument(GraphQLString),
}


@dataclass(frozen=True, slots=True)
class Drift:
    """How an account's schema differs from what a client may expect."""

    introspection: bool = True
    formatter: bool = True
    renamed: tuple[tuple[str, str], ...] = ()
    """Fields under another name: `("stockHistory.transactionCostPerUnit", "stockHistory.costBasis")`."""
    removed: tuple[str, ...] = ()
    """Fields (`stockHistory.shipment`) and arguments (`orderViewConnection(search)`) that are gone."""
    extra: tuple[str, ...] = ()
    """Fields of this account alone (`product.userUser10000`), always without a value."""
    raw_numbers: bool = False
    """Raw values are JSON numbers instead of text."""
    largest_page: int | None = None
    """Rows that a page holds at most, whatever is asked for."""


class Answerer:
    """A schema over the books, and the queries asked of it."""

    def __init__(self, books: Books, drift: Drift | None = None) -> None:
        self.books = books
        self.drift = drift or Drift()
        self._tables = {name: self._drifted(name, fields) for name, fields in type_fields(books).items()}
        self._types: dict[str, GraphQLObjectType] = {}
        self.schema = GraphQLSchema(self._query_type())

    def answer(
        self, query: str, variables: Mapping[str, Any] | None = None, operation: str | None = None
    ) -> dict[str, Any]:
        """Return the answer to a query, `errors` included, as Finale does: never as an exception."""
        try:
            document = parse(query)
        except GraphQLSyntaxError as error:
            return {"errors": [_in_js_words(error)]}
        rules = specified_rules if self.drift.introspection else [*specified_rules, NoSchemaIntrospectionCustomRule]
        errors = validate(self.schema, document, rules)
        if errors:
            return {"errors": [_in_js_words(error) for error in errors]}
        result = execute(self.schema, document, variable_values=dict(variables or {}), operation_name=operation)
        return dict(result.formatted)  # type: ignore[union-attr]  # no resolver is asynchronous

    def _drifted(self, type_name: str, fields: list[Field | Link]) -> dict[str, Field | Link]:
        names = {
            old.split(".")[1]: new.split(".")[1] for old, new in self.drift.renamed if old.startswith(f"{type_name}.")
        }
        extra = [name.split(".")[1] for name in self.drift.extra if name.startswith(f"{type_name}.")]
        kept = [field for field in fields if f"{type_name}.{field.name}" not in self.drift.removed]
        table = {names.get(field.name, field.name): field for field in kept}
        return table | {name: Field(name, lambda _row: None) for name in extra}

    def _query_type(self) -> GraphQLObjectType:
        fields = {name: self._view(name, connection) for name, connection in connections(self.books).items()}
        return GraphQLObjectType("QueryRoot", fields)

    def _view(self, name: str, connection: Connection) -> GraphQLField:
        kept = {arg: one for arg, one in connection.filters.items() if f"{name}({arg})" not in self.drift.removed}
        names = {old: new.removeprefix(f"{name}(").removesuffix(")") for old, new in self.drift.renamed}
        arguments = {
            names.get(f"{name}({arg})", arg): GraphQLArgument(_ARGUMENT_TYPES[one.kind]) for arg, one in kept.items()
        }
        back = {names.get(f"{name}({arg})", arg): arg for arg in kept}
        sortable = {key: field for key, field in self._tables[connection.of].items() if isinstance(field, Field)}

        def resolve(_source: object, _info: object, **asked: Any) -> Page:  # noqa: ANN401  # arguments as they come
            found = {back.get(arg, arg): value for arg, value in asked.items()}
            return select(connection, sortable, found, self.drift.largest_page or LARGEST_PAGE)

        return GraphQLField(
            self._connection_type(name, connection.of),
            _PAGING | {"sort": GraphQLArgument(GraphQLList(SORT))} | arguments,
            resolve,
        )

    def _connection_type(self, name: str, of: str) -> GraphQLObjectType:
        if name in self._types:
            return self._types[name]
        edge = GraphQLObjectType(
            f"{name}Edge",
            lambda: {
                "cursor": GraphQLField(GraphQLString, resolve=lambda edge, _info: cursor(edge[0])),
                "node": GraphQLField(self._node_type(of), resolve=lambda edge, _info: edge[1]),
            },
        )
        self._types[name] = GraphQLObjectType(
            name,
            {
                "edges": GraphQLField(
                    GraphQLList(edge),
                    resolve=lambda page, _info: [(page.start + n, row) for n, row in enumerate(page.rows)],
                ),
                "pageInfo": GraphQLField(_PAGE_INFO, resolve=lambda page, _info: page),
                "strategy": GraphQLField(GraphQLString, resolve=lambda _page, _info: "array"),
                "summary": GraphQLField(_summary_type(name), resolve=lambda page, _info: page),
            },
        )
        return self._types[name]

    def _node_type(self, name: str) -> GraphQLObjectType:
        if name not in self._types:
            table = self._tables[name]
            self._types[name] = GraphQLObjectType(
                name, lambda: {key: self._field(field) for key, field in table.items()}
            )
        return self._types[name]

    def _field(self, field: Field | Link) -> GraphQLField:
        if isinstance(field, Field):
            arguments = {"formatter": GraphQLArgument(GraphQLString)} if self.drift.formatter else {}
            scalar = ANYTHING if self.drift.raw_numbers else GraphQLString
            return GraphQLField(scalar, arguments, _scalar(field, scalar))
        if field.many == "connection":
            return GraphQLField(
                self._connection_type(f"{field.to}ListConnection", field.to),
                _PAGING,
                lambda source, _info, **asked: page(field.get(source), asked),
            )
        kind = self._node_type(field.to)
        return GraphQLField(
            GraphQLList(kind) if field.many == "list" else kind, resolve=lambda source, _info: field.get(source)
        )


def _in_js_words(error: GraphQLError) -> dict[str, Any]:
    """Return an error as graphql-js words it, with double quotes around names."""
    formatted = dict(error.formatted)
    formatted["message"] = re.sub(r"'([^']*)'", r'"\1"', error.message)
    return formatted


def _scalar(field: Field, scalar: GraphQLScalarType) -> Resolver:
    def resolve(source: object, _info: object, formatter: str | None = None) -> str | int | float | None:
        value = field.value(source)
        if scalar is ANYTHING and formatter == "none" and isinstance(value, (int, Decimal)):
            return value if isinstance(value, int) else float(value)
        return shown(value, formatter)

    return resolve


def _summary_type(name: str) -> GraphQLObjectType:
    metrics = GraphQLObjectType(
        f"{name}SummaryMetric",
        {"count": GraphQLField(GraphQLList(GraphQLInt), resolve=lambda page, _info: [page.total])},
    )
    return GraphQLObjectType(f"{name}Summary", {"metrics": GraphQLField(metrics, resolve=lambda page, _info: page)})


_PAGE_INFO = GraphQLObjectType(
    "pageInfo",
    {
        "hasNextPage": GraphQLField(
            GraphQLBoolean, resolve=lambda page, _info: page.start + len(page.rows) < page.total
        ),
        "hasPreviousPage": GraphQLField(GraphQLBoolean, resolve=lambda page, _info: page.start > 0),
        "startCursor": GraphQLField(
            GraphQLString, resolve=lambda page, _info: cursor(page.start) if page.rows else None
        ),
        "endCursor": GraphQLField(
            GraphQLString, resolve=lambda page, _info: cursor(page.start + len(page.rows) - 1) if page.rows else None
        ),
    },
)
