from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from daglab.run_store.bulk_insert import insert_rows, replacing

TABLE = sa.Table(
    "points",
    sa.MetaData(),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("x", sa.Integer),
    sa.Column("y", sa.Integer),
)


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as opened:
        TABLE.create(opened)
        yield opened
    engine.dispose()


def stored(connection: sa.Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(sa.select(TABLE).order_by(TABLE.c.x))]


@pytest.mark.parametrize("number", [0, 1, 7, 8, 9, 41, 127, 128, 300])
def test_all_rows_arrive_once_and_in_order(connection: sa.Connection, number: int) -> None:
    rows = [(f"k{place}", place, None) for place in range(number)]
    insert_rows(connection, TABLE, rows)
    assert stored(connection) == rows


def test_a_row_that_is_there_is_replaced_as_a_whole(connection: sa.Connection) -> None:
    insert_rows(connection, TABLE, [("a", 1, 1), ("b", 2, 2)])
    insert_rows(connection, TABLE, [("b", 3, None), ("c", 4, 4)], on_conflict=replacing(TABLE))
    assert stored(connection) == [("a", 1, 1), ("b", 3, None), ("c", 4, 4)]


def test_three_hundred_rows_take_seven_statements(connection: sa.Connection) -> None:
    sizes = []

    def count(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        sizes.append(statement.count("(?"))

    sa.event.listen(connection.engine, "before_cursor_execute", count)
    insert_rows(connection, TABLE, [(f"k{place}", place, None) for place in range(300)])
    assert sizes == [128, 128, 32, 8, 1, 1, 1, 1]
