"""No step sees what another one does to a value that both were given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from running import Run

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_out import AssetOut
from daglab.definitions.contexts.hook_context import HookContext
from daglab.definitions.hooks import success_hook
from daglab.definitions.multi_asset import multi_asset
from daglab.definitions.results import Output


def shown_to_two(make: Callable[[], Any], spoil: Callable[[Any], object]) -> tuple[list[Any], Run]:
    """What a second reader, and a third after the maker kept its own hands on it, sees of a value that is spoiled."""
    seen: list[Any] = []
    kept: list[Any] = []

    @asset
    def value() -> Any:
        kept.append(make())
        return kept[0]

    @asset
    def spoiler(value: Any) -> int:
        spoil(value)
        return 1

    @asset(deps=[spoiler])
    def reader(value: Any) -> int:
        seen.append(value)
        return 2

    run = Run([value, spoiler, reader])
    assert run.outcome.success, run.outcome.failures
    return seen, run


@pytest.mark.parametrize(
    ("make", "spoil"),
    [
        (lambda: [1, [2]], lambda value: value[1].append(3)),
        (lambda: {"a": [1]}, lambda value: value.clear()),
        (lambda: {1, 2}, lambda value: value.add(3)),
        (lambda: ([1], 2), lambda value: value[0].append(3)),
        (lambda: bytearray(b"ab"), lambda value: value.extend(b"c")),
    ],
    ids=["list", "dict", "set", "tuple of lists", "bytearray"],
)
def test_plain_containers_are_new_for_each_reader(make: Callable[[], Any], spoil: Callable[[Any], object]) -> None:
    seen, run = shown_to_two(make, spoil)
    assert seen == [make()]
    assert run.passed == [("spoiler", "value", "stored"), ("reader", "value", "stored")]


def test_array_is_a_copy_for_each_reader() -> None:
    seen, run = shown_to_two(lambda: np.arange(4), lambda value: value.fill(9))
    np.testing.assert_array_equal(seen[0], np.arange(4))
    assert run.passed == [("spoiler", "value", "memory"), ("reader", "value", "memory")]


def test_array_of_objects_is_loaded_anew() -> None:
    seen, _ = shown_to_two(lambda: np.array([[1], [2, 3]], dtype=object), lambda value: value[0].append(9))
    assert seen[0].tolist() == [[1], [2, 3]]


def take_column(table: Any) -> None:
    table.pop("a")


def write_cell(table: Any) -> None:
    table.loc[0, "a"] = 99


def write_values(table: Any) -> None:
    table["a"] = [7, 7]


def rename_columns(table: Any) -> None:
    table.columns = ["x", "y"]


def write_index(table: Any) -> None:
    table.index = pd.Index([5, 6])


def write_attrs(table: Any) -> None:
    table.attrs["note"].append("spoiled")


@pytest.mark.parametrize("spoil", [take_column, write_cell, write_values, rename_columns, write_index])
@pytest.mark.parametrize("text", ["str", "object"])
def test_table_is_whole_for_each_reader(spoil: Callable[[Any], object], text: str) -> None:
    def make() -> pd.DataFrame:
        return pd.DataFrame({"a": [1, 2], "b": pd.Series(["x", "y"], dtype=text)})

    seen, _ = shown_to_two(make, spoil)
    pd.testing.assert_frame_equal(seen[0], make())


def test_series_is_whole_for_each_reader() -> None:
    def spoil(value: Any) -> None:
        value.iloc[0] = 99

    seen, _ = shown_to_two(lambda: pd.Series([1, 2]), spoil)
    pd.testing.assert_series_equal(seen[0], pd.Series([1, 2]))


def test_writing_through_the_bare_array_of_a_table_changes_nothing_or_fails() -> None:
    def spoil(value: Any) -> None:
        array = value["a"].to_numpy()
        if array.flags.writeable:
            array[:] = 99

    seen, _ = shown_to_two(lambda: pd.DataFrame({"a": [1, 2]}), spoil)
    assert seen[0]["a"].tolist() == [1, 2]


def test_notes_on_a_table_are_not_shared() -> None:
    def make() -> pd.DataFrame:
        table = pd.DataFrame({"a": [1, 2]})
        table.attrs["note"] = ["as made"]
        return table

    seen, _ = shown_to_two(make, write_attrs)
    assert seen[0].attrs == {"note": ["as made"]}


@pytest.mark.parametrize("value", [1, "text", b"bytes", None, 1.5, (1, "a"), frozenset({1}), range(3)])
def test_what_cannot_change_is_handed_over_as_it_is(value: Any) -> None:
    seen, run = shown_to_two(lambda: value, lambda _: None)
    assert seen == [value]
    assert run.passed[0] == ("spoiler", "value", "memory")


def test_subclass_of_a_plain_type_is_loaded_anew() -> None:
    seen, run = shown_to_two(lambda: Noted("a"), lambda value: setattr(value, "note", "spoiled"))
    assert (seen[0].note, run.passed[0][2]) == ("", "stored")


class Noted(str):
    note = ""


def insert(frame: Any) -> None:
    frame.insert_column(0, pl.Series("new", [0, 0]))


def set_cell(frame: Any) -> None:
    frame[0, "a"] = 99


def rename(frame: Any) -> None:
    frame.columns = ["x", "y"]


def drop(frame: Any) -> None:
    frame.drop_in_place("a")


@pytest.mark.parametrize("spoil", [insert, set_cell, rename, drop])
def test_polars_frame_is_whole_for_each_reader(spoil: Callable[[Any], object]) -> None:
    def make() -> Any:
        return pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})

    seen, run = shown_to_two(make, spoil)
    assert seen[0].equals(make())
    assert run.passed == [("spoiler", "value", "memory"), ("reader", "value", "memory")]


@pytest.mark.parametrize(
    "spoil",
    [lambda value: value.__setitem__(0, 9), lambda value: value.append(value), lambda value: value.sort(in_place=True)],
)
def test_polars_series_is_whole_for_each_reader(spoil: Callable[[Any], object]) -> None:
    seen, _ = shown_to_two(lambda: pl.Series("a", [2, 1]), spoil)
    assert seen[0].to_list() == [2, 1]


def test_names_of_the_axes_of_a_table_are_not_shared() -> None:
    def spoil(table: Any) -> None:
        table.index.name = table.columns.name = "spoiled"

    seen, _ = shown_to_two(lambda: pd.DataFrame({"a": [1, 2]}), spoil)
    assert (seen[0].index.name, seen[0].columns.name) == (None, None)


def test_objects_in_the_fields_of_an_array_are_not_shared() -> None:
    def make() -> Any:
        return np.array([([1], 2)], dtype=[("list", object), ("number", int)])

    seen, _ = shown_to_two(make, lambda value: value["list"][0].append(9))
    assert seen[0]["list"][0] == [1]


class Account:
    def __init__(self) -> None:
        self.entries = [1]


def test_object_of_a_class_is_new_for_each_reader() -> None:
    seen, run = shown_to_two(Account, lambda value: value.entries.append(2))
    assert (seen[0].entries, run.passed[1][2]) == ([1], "stored")


def test_fitted_model_is_new_for_each_reader() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")

    def make() -> Any:
        return linear_model.LinearRegression().fit([[0], [1]], [0, 1])

    seen, _ = shown_to_two(make, lambda value: value.fit([[0], [1]], [5, 5]))
    np.testing.assert_allclose(seen[0].coef_, [1])


def test_generator_is_refused_and_not_used_up_by_its_first_reader() -> None:
    @asset
    def value() -> Any:
        return (one for one in [1, 2])

    run = Run([value])
    assert "generator" in str(run.outcome.failures)


@pytest.mark.parametrize("make", [lambda: np.zeros(2), lambda: pd.Series([0, 0]), lambda: [0, 0]])
def test_output_that_is_changed_after_it_was_given_back_is_handed_over_as_it_was_stored(make: Any) -> None:
    seen: list[Any] = []

    @multi_asset(outs={"early": AssetOut(), "late": AssetOut()})
    def both() -> Any:
        value = make()
        yield Output(value, "early")
        value[0] = 9
        yield Output(1, "late")

    @asset
    def reader(early: Any) -> int:
        seen.append(list(early))
        return 1

    assert Run([both, reader]).outcome.success
    assert seen == [[0, 0]]


def test_hook_that_changes_what_a_step_made_changes_nothing_for_the_next() -> None:
    seen: list[Any] = []

    @success_hook
    def spoil(context: HookContext) -> None:
        context.op_output_values["result"][:] = 9

    @asset(hooks={spoil})
    def value() -> Any:
        return np.zeros(2)

    @asset
    def reader(value: Any) -> int:
        seen.append(value.tolist())
        return 1

    assert Run([value, reader]).outcome.success
    assert seen == [[0.0, 0.0]]


def test_maker_that_keeps_its_value_and_changes_it_later_changes_nothing() -> None:
    kept: list[Any] = []
    seen: list[Any] = []

    @asset
    def value() -> Any:
        kept.append(np.zeros(2))
        return kept[0]

    @asset(deps=[value])
    def late() -> int:
        kept[0][:] = 9
        return 1

    @asset(deps=[late])
    def reader(value: Any) -> int:
        seen.append(value.tolist())
        return 2

    Run([value, late, reader])
    assert seen == [[0.0, 0.0]]
