"""What is said of two values that differ, and that nothing is said of equal ones."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from daglab.io_managers.value_difference import ValueDifference, difference_of

FLIGHTS = {"carrier": ["UA", "AA", None], "delay": [1.5, float("nan"), 3.0]}


def told(before: Any, after: Any) -> list[str]:
    return list(difference_of(before, after).lines())


@pytest.mark.parametrize(
    "value",
    [
        None,
        "é",
        [1, [float("nan")]],
        {"名": {1, 2}},
        np.array([1.0, np.nan]),
        np.array([[1], "a"], dtype=object),
        pd.DataFrame(FLIGHTS),
        pd.DataFrame(),
        pd.DataFrame({"a": pd.Categorical(["x", None])}),
        pd.DataFrame({"a": [np.array([1]), [2]]}),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.Series([1, None]),
        pl.DataFrame(FLIGHTS),
        pa.table(FLIGHTS),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_is_said_of_equal_values(value: Any) -> None:
    again = pickle.loads(pickle.dumps(value))
    assert difference_of(value, again) == ValueDifference()
    assert not difference_of(value, again)


@pytest.mark.parametrize("table", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "pyarrow"])
def test_first_cell_of_tables_is_named(table: Any) -> None:
    after = {"carrier": ["UA", "DL", None], "delay": [1.5, float("nan"), 4.0]}
    assert told(table(FLIGHTS), table(after)) == ["first difference: row 1, column 'carrier': 'AA' became 'DL'"]


@pytest.mark.parametrize("table", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "pyarrow"])
def test_rows_and_columns_of_tables_are_counted(table: Any) -> None:
    after = {"carrier": ["UA"], "hour": [1]}
    found = difference_of(table(FLIGHTS), table(after))
    assert (found.rows, found.added_columns, found.removed_columns, found.first) == ((3, 1), ("hour",), ("delay",), "")
    assert list(found.lines()) == [
        "2 rows fewer: it had 3 and has 1",
        "new: column 'hour'",
        "gone: column 'delay'",
    ]


def test_types_and_order_of_columns_are_told() -> None:
    before = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    after = pd.DataFrame({"b": ["x", "y"], "a": [1.0, 2.0]})
    assert told(before, after) == ["column 'a' was int64 and is float64", "its columns are in another order"]


def test_value_that_went_missing_is_a_difference() -> None:
    before, after = pd.DataFrame({"a": [1.0, 2.0]}), pd.DataFrame({"a": [1.0, None]})
    assert told(before, after) == ["first difference: row 1, column 'a': 2.0 became nan"]


def test_nullable_integers_that_went_missing_are_a_difference() -> None:
    before, after = (pd.DataFrame({"a": pd.array([1, other], dtype="Int64")}) for other in (2, None))
    assert told(before, after) == ["first difference: row 1, column 'a': 2 became <NA>"]


def test_index_of_a_table_counts() -> None:
    before, after = pd.DataFrame({"a": [1, 2]}, index=[0, 1]), pd.DataFrame({"a": [1, 2]}, index=[0, 7])
    assert told(before, after) == ["first difference: row 1, its index: 1 became 7"]
    several = [pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, end)])) for end in "xy"]
    assert told(*several) == ["first difference: row 0, its index: (1, 'x') became (1, 'y')"]


def test_categories_of_other_kinds_are_compared_by_value() -> None:
    before, after = (pd.DataFrame({"a": pd.Categorical(["x", end])}) for end in "yz")
    assert told(before, after)[-1] == "first difference: row 1, column 'a': 'y' became 'z'"


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        (41, 42, "41 became 42"),
        ([1, [2, 3]], [1, [2, 4]], "[1][1]: 3 became 4"),
        ([1], [1, 2], "1 items became 2"),
        ({"a": 1}, {}, "['a']: is gone, it was 1"),
        ({}, {"ü": 1}, "['ü']: is new, it is 1"),
        ({1, 2}, {2, 3}, "gone: 1; new: 3"),
        (np.zeros((2, 2)), np.eye(2), "[0, 0]: 0.0 became 1.0 (2 elements differ)"),
        (np.zeros(2), np.zeros(3), "its shape was (2,) and is (3,)"),
        (np.array(1), np.array(2), "1 became 2"),
        ((1, np.array([1])), (1, np.array([2])), "[1][0]: 1 became 2"),
    ],
)
def test_first_place_of_other_values_is_named(before: Any, after: Any, first: str) -> None:
    assert difference_of(before, after) == ValueDifference(first=first)


def test_other_types_are_told() -> None:
    assert told([1], (1,)) == ["its type was list and is tuple", "first difference: [1] became (1,)"]


class Model:
    def __init__(self, weight: float) -> None:
        self.weight = weight

    def __repr__(self) -> str:
        return "Model()"


class Silent:
    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_objects_that_look_the_same_are_said_to_do_so() -> None:
    assert told(Model(1), Model(2)) == ["first difference: it is another Model, and looks the same: Model()"]


def test_objects_that_cannot_be_compared_or_shown_raise_nothing() -> None:
    assert told(Silent(), Silent()) == ["first difference: it is another Silent, and looks the same: <Silent instance>"]


def test_values_that_hold_themselves_come_to_an_end() -> None:
    before: list[Any] = [1]
    before.append(before)
    after: list[Any] = [1]
    after.append(after)
    assert told(before, after)
