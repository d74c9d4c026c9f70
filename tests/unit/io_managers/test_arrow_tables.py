import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest
from round_trips import round_trip

_NOW = dt.datetime(2013, 1, 1, 5, 15)


def test_an_arrow_table_comes_back_with_schema_and_metadata() -> None:
    schema = pa.schema(
        [
            pa.field("i", pa.int16(), nullable=False, metadata={"unit": "m"}),
            pa.field("t", pa.timestamp("ms", "UTC")),
            pa.field("s", pa.large_string()),
            pa.field("d", pa.decimal128(10, 2)),
            pa.field("f", pa.float64()),
            pa.field("l", pa.list_(pa.int8())),
        ],
        metadata={"source": "x"},
    )
    rows = [{"i": 1, "t": _NOW, "s": "a", "d": Decimal("1.50"), "f": -0.0, "l": [1]}, {"i": 2, "l": []}]
    table = pa.Table.from_pylist(rows, schema=schema)
    name, back = round_trip(table)
    assert back.equals(table, check_metadata=True)
    assert name == "arrow-table"


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"a": pa.array(["x"]).dictionary_encode()}),
        pa.table([[1], [2]], names=["a", "a"]),
        pa.table({"a": pa.array([{"b": 1}])}),
        pa.table({"a": pa.nulls(2)}),
        pa.table({}),
    ],
)
def test_other_tables_are_left_to_pickle(table: pa.Table) -> None:
    assert round_trip(table)[0] == "pickle"


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_of_every_unit_come_back(unit: str) -> None:
    table = pa.table({"a": pa.array([0, None, 2], pa.timestamp(unit)), "b": pa.array([0, 1, 2], pa.duration(unit))})
    assert round_trip(table)[1].equals(table, check_metadata=True)


def test_a_polars_frame_comes_back() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": [1, None], "b": ["x", None], "t": [_NOW, None], "f": [-0.0, float("nan")]})
    name, back = round_trip(frame)
    assert name == "polars-frame"
    assert back.equals(frame)
    assert back.schema == frame.schema


@pytest.mark.parametrize("dtype", ["Int8", "UInt64", "Float32", "Boolean", "Binary", "Date", "Time"])
def test_polars_columns_keep_their_dtype(dtype: str) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": polars.Series([None, None], dtype=getattr(polars, dtype))})
    name, back = round_trip(frame)
    assert (name, back.schema) == ("polars-frame", frame.schema)


def test_polars_categoricals_and_structs_are_left_to_pickle() -> None:
    polars = pytest.importorskip("polars")
    assert round_trip(polars.DataFrame({"a": [{"b": 1}]}))[0] == "pickle"
    assert round_trip(polars.DataFrame({"a": polars.Series(["x"], dtype=polars.Categorical)}))[0] == "pickle"
