"""No step sees what another one does to a value that both were given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from running import Run

from daglab.definitions.asset_decorator import asset


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
