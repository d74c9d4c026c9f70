"""What every IO manager promises, over all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_manager import InputContext, IOManager, OutputContext
from daglab.errors import ValueMissingError
from daglab.io_managers.filesystem import FilesystemIOManager
from daglab.io_managers.memory import InMemoryIOManager

_MAKERS: dict[str, Callable[[Path], IOManager]] = {
    "filesystem": lambda folder: FilesystemIOManager(folder / "storage", home=folder),
    "filesystem, power": lambda folder: FilesystemIOManager(folder / "storage", home=folder, durability="power"),
    "memory": lambda folder: InMemoryIOManager(),
}


@pytest.fixture(params=_MAKERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> IOManager:
    return _MAKERS[request.param](tmp_path)


def make_output(key: str | None = "raw/flights", partition: str | None = None, run: str = "run") -> OutputContext:
    return OutputContext(
        step_key="flights",
        output_name="result",
        run_id=run,
        asset_key=AssetKey.from_user_string(key) if key else None,
        partition_key=partition,
    )


def make_input(output: OutputContext) -> InputContext:
    return InputContext(upstream=output, stored=output.stored)


@pytest.mark.parametrize(
    "value",
    [None, 42, "text", b"bytes", [1, {"a": None}], (1, 2), {1: 2}, {"x"}, np.arange(3), 1j],
    ids=lambda value: type(value).__name__,
)
def test_a_value_comes_back_with_its_type(store: IOManager, value: Any) -> None:
    output = make_output()
    store.handle_output(output, value)
    back = store.load_input(make_input(output))
    assert type(back) is type(value)
    assert np.array_equal(back, value)


def test_a_table_is_stored_with_rows_and_columns(store: IOManager) -> None:
    frame = pd.DataFrame({"carrier": ["UA", "AA"], "delay": [1.5, None]})
    output = make_output()
    store.handle_output(output, frame)
    pd.testing.assert_frame_equal(store.load_input(make_input(output)), frame)
    assert output.stored is not None
    assert output.stored.rows == 2


def test_files_tell_what_is_in_them(tmp_path: Path) -> None:
    store = FilesystemIOManager(tmp_path)
    table, array = make_output(), make_output()
    store.handle_output(table, pd.DataFrame({"delay": [1.5, None]}))
    store.handle_output(array, np.zeros((2, 3), dtype="int8"))
    assert table.get_logged_metadata()["columns"].value == [{"name": "delay", "dtype": "float64"}]
    assert {name: entry.value for name, entry in array.get_logged_metadata().items()} == {
        "shape": [2, 3],
        "dtype": "int8",
    }


def test_memory_says_nothing_of_its_own(tmp_path: Path) -> None:
    output = make_output()
    InMemoryIOManager().handle_output(output, pd.DataFrame({"delay": [1.5, None]}))
    assert output.get_logged_metadata() == {}


def test_equal_plain_values_have_equal_versions_and_others_do_not(store: IOManager) -> None:
    versions = []
    for value in ([1, 2], [1, 2], [1, 2.0]):
        output = make_output()
        store.handle_output(output, value)
        assert output.stored is not None
        versions.append(output.stored.data_version)
    assert versions[0] == versions[1] != versions[2]


def test_names_do_not_get_in_each_others_way(store: IOManager) -> None:
    outputs = [
        make_output("a"),
        make_output("A"),
        make_output("a/b"),
        make_output("a", partition="2013-01-01"),
        make_output("a", partition="b"),
        make_output("a", partition="../a"),
        make_output(None, run="one"),
        make_output(None, run="other"),
    ]
    for number, output in enumerate(outputs):
        store.handle_output(output, number)
    assert [store.load_input(make_input(output)) for output in outputs] == list(range(len(outputs)))


def test_what_was_never_stored_is_missing(store: IOManager) -> None:
    wanted = make_input(make_output("never"))
    assert not store.holds(wanted)
    with pytest.raises(ValueMissingError, match="never") as caught:
        store.load_input(wanted)
    assert "materialize" in caught.value.hint


def test_what_was_stored_is_held(store: IOManager) -> None:
    output = make_output()
    store.handle_output(output, 1)
    assert store.holds(make_input(output))
