import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from daglab.io_managers.preview import preview


def test_a_frame_shows_columns_nulls_and_its_first_rows() -> None:
    frame = pd.DataFrame({"a": [1.5, None, 3.0], 7: ["x" * 100, None, "z"]})
    shown = preview(frame, rows=2)
    assert json.loads(json.dumps(shown)) == {
        "type": "pandas.DataFrame" if pd.__version__ >= "3" else "pandas.core.frame.DataFrame",
        "rows": 3,
        "columns": [
            {"name": "a", "dtype": "float64", "nulls": 1},
            {"name": "7", "dtype": str(frame[7].dtype), "nulls": 1},
        ],
        "head": [["1.5", "x" * 79 + "…"], [None, None]],
    }


def test_a_series_is_shown_as_one_column() -> None:
    assert preview(pd.Series([1, 2], name="a"), rows=1)["head"] == [["1"]]


def test_duplicate_columns_and_no_rows_are_no_problem() -> None:
    shown = preview(pd.DataFrame([[1, 2]], columns=["a", "a"]).iloc[:0])
    assert (shown["rows"], len(shown["columns"]), shown["head"]) == (0, 2, [])


def test_an_arrow_table_is_shown_likewise() -> None:
    assert preview(pa.table({"a": [1, None]})) == {
        "type": "pyarrow.lib.Table",
        "rows": 2,
        "columns": [{"name": "a", "dtype": "int64", "nulls": 1}],
        "head": [["1"], [None]],
    }


def test_a_polars_frame_is_shown_likewise() -> None:
    polars = pytest.importorskip("polars")
    shown = preview(polars.DataFrame({"a": [1, None]}))
    assert (shown["rows"], shown["head"]) == (2, [["1"], [None]])
    assert shown["columns"] == [{"name": "a", "dtype": "Int64", "nulls": 1}]


@pytest.mark.parametrize(
    "value", ["x" * 10_000, list(range(10_000)), {"a": ["x" * 10_000]}, np.zeros(10**6), b"a" * 10**5]
)
def test_large_values_are_shortened(value: object) -> None:
    assert len(preview(value)["text"]) <= 2_001


def test_a_repr_that_raises_does_not_matter() -> None:
    class Shy:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    assert preview(Shy())["text"] == "<Shy: its repr failed with RuntimeError: no>"


def test_a_long_table_shows_its_first_columns() -> None:
    shown = preview(pd.DataFrame(np.zeros((1, 600)), columns=[str(i) for i in range(600)]))
    assert (len(shown["columns"]), len(shown["head"][0])) == (50, 50)
