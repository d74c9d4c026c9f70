"""Many rows in few statements.

A row costs a microsecond or two this way, and, what matters more, the interpreter's lock is given up once per
statement instead of once per row: beside user code that computes, each time it is given up costs 5 ms to get it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table

Row = tuple[Any, ...]

# Few different statements, so that all of them stay prepared; 128 rows of 13 columns are far from every limit.
_SIZES = (128, 32, 8, 1)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row], *, on_conflict: str = "") -> None:
    """Inserts rows, each a tuple of values in the order of the table's columns.

    Args:
        on_conflict: the ON CONFLICT clause, where rows may be there already; then no two of `rows` may have one key.
    """
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    columns = tuple(table.columns.keys())
    for part in _parts(rows):
        statement = _statement(table.name, columns, len(part), mark, on_conflict)
        connection.exec_driver_sql(statement, tuple(chain.from_iterable(part)))


def replacing(table: Table) -> str:
    """The ON CONFLICT clause that overwrites the row of the same primary key as a whole."""
    keys = [column.name for column in table.primary_key]
    rest = [name for name in table.columns.keys() if name not in keys]  # noqa: SIM118
    return f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in rest)


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    start = 0
    for size in _SIZES:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


@cache
def _statement(table: str, columns: tuple[str, ...], size: int, mark: str, on_conflict: str) -> str:
    group = f"({', '.join([mark] * len(columns))})"
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES {", ".join([group] * size)} {on_conflict}'
