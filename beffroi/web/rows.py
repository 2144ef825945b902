"""Models read with a statement written by hand, for the few reads of every page of somebody signed in.

Building a query costs Django, and so does its `raw()`, several times what the database takes to answer: signing could
not hold a rush for that (docs/bench-signing.md). Every other read uses the query builder.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from django.db import connection
from django.db.models import Model


class Rows:
    """`Rows("SELECT {a}, {p} FROM a JOIN p ...", a=Account, p=Person)(pk)`: the rows as tuples of models.

    A name in braces stands for every column of that model, whose table has that name as its alias; they come first, in
    the order of the models, then any other columns. A model that an outer join did not find is None.
    """

    def __init__(self, sql: str, **models: type[Model]) -> None:
        self._sql: Final = sql
        self._models: Final = models

    def __call__(self, *params: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self._text, params)
            return [self._made(row) for row in cursor.fetchall()]

    @property
    def _text(self) -> str:
        return _text(self._sql, tuple(self._models.items()))

    def _made(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        made: list[Any] = []
        start = 0
        for model in self._models.values():
            names, converters = _columns(model, connection.vendor)
            values = list(row[start : start + len(names)])
            start += len(names)
            for place, convert in converters:
                values[place] = convert(values[place])
            made.append(model.from_db(connection.alias, names, values) if values[0] is not None else None)
        return (*made, *row[start:])


@cache
def _text(sql: str, models: tuple[tuple[str, type[Model]], ...]) -> str:
    quote = connection.ops.quote_name
    lists = {
        alias: ", ".join(f"{alias}.{quote(str(field.column))}" for field in model._meta.concrete_fields)
        for alias, model in models
    }
    return sql.format(**lists)


@cache
def _columns(model: type[Model], vendor: str) -> tuple[list[str], list[tuple[int, Callable[[Any], Any]]]]:
    """The attributes in the order of the columns, and by place what this database's values become."""
    fields = model._meta.concrete_fields
    assert fields[0].primary_key, "what is not found is told by its first column"
    converters = []
    for place, field in enumerate(fields):
        column = field.get_col(model._meta.db_table)
        for convert in [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]:
            converters.append((place, _bound(convert, column)))
    return [field.attname for field in fields], converters


def _bound(convert: Callable[..., Any], column: object) -> Callable[[Any], Any]:
    return lambda value: convert(value, column, connection)
