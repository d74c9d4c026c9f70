"""Every value that was ever made can be loaded, whichever way somebody says which one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import daglab
from daglab.definitions.asset_decorator import asset
from daglab.definitions.data_version import DataVersion
from daglab.definitions.io_manager import InputContext, IOManager, OutputContext, StoredValue
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.definitions.resources.io_manager_definition import io_manager
from daglab.definitions.results import MaterializeResult, Output
from daglab.errors import InvalidInvocationError, UntrustedValueError, ValueMissingError, ValueStoreError
from daglab.io_managers.memory import InMemoryIOManager
from daglab.orchestration.comparing import compare_versions
from daglab.orchestration.instance import Instance
from daglab.orchestration.materialize import materialize

VALUES: list[Any] = []


@asset
def delays() -> Any:
    return VALUES[-1]


@asset(partitions_def=StaticPartitionsDefinition(["a", "b", "ü/…"]))
def parts(context: daglab.AssetExecutionContext) -> Any:
    return [context.partition_key, *VALUES]


@pytest.fixture
def instance(home: Path) -> Iterator[Instance]:
    VALUES.clear()
    with Instance.open(home) as opened:
        yield opened


def make(instance: Instance, *values: Any, of: Any = delays, **more: Any) -> list[str]:
    """Makes an asset once for each value; gives the runs."""
    runs = []
    for value in values:
        VALUES[:] = [value]
        runs.append(materialize([of], instance=instance, **more).run_id)
    return runs


def test_each_version_is_there_by_number(instance: Instance) -> None:
    make(instance, 1, "two", {"three": [3]})
    assert [instance.load("delays", version=-place) for place in (1, 2, 3)] == [{"three": [3]}, "two", 1]
    assert daglab.load("delays", version=-3) == 1


def test_version_is_there_by_its_data_version_or_the_start_of_it(instance: Instance) -> None:
    make(instance, [1], [2], [1])
    versions = [made.data_version for _, made in instance.store.materializations("delays")]
    assert versions[0] == versions[2] != versions[1]
    assert [instance.load("delays", version=one) for one in (versions[0], versions[1], versions[1][:6])] == [
        [1], [2], [2],
    ]  # fmt: skip


def test_start_of_several_data_versions_is_refused(instance: Instance) -> None:
    @asset
    def tagged() -> Any:
        return Output(VALUES[-1], data_version=DataVersion(f"2026-{VALUES[-1]}"))

    make(instance, 1, 11, of=tagged)
    with pytest.raises(InvalidInvocationError, match=r"2 data versions of asset 'tagged' begin with '2026'"):
        instance.load("tagged", version="2026")
    assert instance.load("tagged", version="2026-1") == 1  # whole, though another one begins so


def test_case_of_a_data_version_counts(instance: Instance) -> None:
    @asset
    def tagged() -> Any:
        return Output(VALUES[-1], data_version=DataVersion(VALUES[-1]))

    make(instance, "Ab%", "ab_", of=tagged)
    assert instance.load("tagged", version="A") == "Ab%"
    with pytest.raises(ValueMissingError):
        instance.load("tagged", version="ab%")


def test_what_was_the_latest_at_a_moment_is_found(instance: Instance) -> None:
    make(instance, 1, 2, 3)
    moments = [made.at for _, made in reversed(instance.store.materializations("delays"))]
    assert [instance.load("delays", as_of=moment) for moment in moments] == [1, 2, 3]
    assert instance.load("delays", as_of=moments[1].isoformat()) == 2
    assert instance.load("delays", as_of=moments[2], version=-2) == 2
    assert instance.load("delays", as_of=date.today()) == 3
    assert instance.load("delays", as_of=datetime.now()) == 3
    with pytest.raises(ValueMissingError, match=r"the first one was made at"):
        instance.load("delays", as_of=moments[0] - timedelta(microseconds=1))
    with pytest.raises(ValueMissingError, match="has no version -1 made by 2001-02-03 23:59:59"):
        instance.load("delays", as_of="2001-02-03")


def test_what_a_run_made_is_found(instance: Instance) -> None:
    first, second = make(instance, 1, 2)
    assert (instance.load("delays", run_id=first), instance.load("delays", run_id=second)) == (1, 2)
    with pytest.raises(ValueMissingError, match=f"it was made by the runs '{second}', '{first}'"):
        instance.load("delays", run_id="none")


def test_partitions_have_histories_of_their_own(instance: Instance) -> None:
    for key in ("a", "ü/…"):
        make(instance, 1, 2, of=parts, partition_key=key)
    assert instance.load("parts", partition_key="a") == ["a", 2]
    assert instance.load("parts", partition_key="a", version=-2) == ["a", 1]
    assert instance.load("parts", version=-3) == ["a", 2]
    assert instance.load(parts, partition_key="ü/…", version=-2) == ["ü/…", 1]
    with pytest.raises(ValueMissingError, match=r"no version -1 of partition 'b'\n.*'a'"):
        instance.load("parts", partition_key="b")
    with pytest.raises(ValueMissingError, match=r"no version -3 of partition 'a'\n.*made 2 times"):
        instance.load("parts", partition_key="a", version=-3)


@pytest.mark.parametrize("version", [0, 1, True, "", None, 1.5])
def test_what_is_no_version_is_refused(instance: Instance, version: Any) -> None:
    with pytest.raises(InvalidInvocationError, match="is no version"):
        instance.load("delays", version=version)


@pytest.mark.parametrize("moment", ["yesterday", "2 days ago", 5, "2026-13-01"])
def test_what_is_no_moment_is_refused(instance: Instance, moment: Any) -> None:
    make(instance, 1)
    with pytest.raises(InvalidInvocationError, match=r"is no moment\n.*2026-01-31"):
        instance.load("delays", as_of=moment)


def test_moments_at_the_ends_of_time_are_moments(instance: Instance) -> None:
    make(instance, 1)
    assert instance.load("delays", as_of=datetime.max) == 1
    assert instance.load("delays", as_of=date.max) == 1
    with pytest.raises(ValueMissingError):
        instance.load("delays", as_of=datetime.min)


def test_asset_that_was_never_made_is_told_with_the_nearest_name(instance: Instance) -> None:
    make(instance, 1)
    with pytest.raises(ValueMissingError, match=r"never materialized in .*\n.*'delays'"):
        instance.load("delay", version=-2)


class Shelf(IOManager):
    """Keeps one value, as most IO managers do."""

    held: Any = None

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        self.held = obj

    def load_input(self, context: InputContext) -> Any:
        return self.held


class Shelves(Shelf):
    """Keeps all, and says where."""

    def __init__(self) -> None:
        self.held = []

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        context.record_stored(StoredValue(reference={"place": len(self.held)}))
        self.held.append(obj)

    def load_input(self, context: InputContext) -> Any:
        return self.held[context.stored.reference["place"]]


class ByRun(Shelf):
    """Keeps all, by what it is told of the run."""

    keeps_versions = True

    def __init__(self) -> None:
        self.held = {}

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        self.held[context.run_id] = obj

    def load_input(self, context: InputContext) -> Any:
        return self.held[context.upstream_output.run_id]


@pytest.mark.parametrize("manager", [Shelf(), InMemoryIOManager()], ids=["shelf", "memory"])
def test_io_manager_that_keeps_one_value_gives_no_other_one_for_it(instance: Instance, manager: Any) -> None:
    resources = {"io_manager": manager}
    make(instance, [1], [2], resources=resources)
    assert instance.load("delays", resources=resources) == [2]
    with pytest.raises(ValueMissingError, match="its IO manager 'io_manager' keeps only the latest one"):
        instance.load("delays", version=-2, resources=resources)


@pytest.mark.parametrize("manager", [Shelves(), ByRun()], ids=["by reference", "by run"])
def test_io_manager_that_keeps_versions_gives_them(instance: Instance, manager: Any) -> None:
    resources = {"io_manager": manager}
    make(instance, [1], [2], resources=resources)
    assert instance.load("delays", version=-2, resources=resources) == [1]


def test_io_manager_that_has_to_be_opened_is_opened_and_closed(instance: Instance) -> None:
    told = []
    shelf = Shelf()

    @io_manager
    def shelf_io(_: object) -> Any:
        told.append("opened")
        yield shelf
        told.append("closed")

    @asset(io_manager_key="shelf")
    def shelved() -> int:
        return 5

    make(instance, 0, of=shelved, resources={"shelf": shelf_io})
    assert told == ["opened", "closed"]
    assert instance.load("shelved", resources={"shelf": shelf_io}) == 5
    assert told == ["opened", "closed"] * 2
    with pytest.raises(ValueMissingError, match=r"the IO manager 'shelf', which is not at hand\n.*resources="):
        instance.load("shelved")


def test_value_that_the_asset_keeps_itself_is_not_made_up(instance: Instance) -> None:
    @asset
    def table() -> MaterializeResult[Any]:
        return MaterializeResult(metadata={"rows": 3})

    make(instance, 0, of=table)
    with pytest.raises(ValueMissingError, match="is not kept by daglab"):
        instance.load("table")


def test_pickle_of_another_home_is_refused_however_old(instance: Instance, tmp_path: Path) -> None:
    make(instance, {1, 2}, {3})
    (instance.home.path / "secret.key").write_bytes(b"x" * 32)
    with Instance.open(instance.home.path) as again, pytest.raises((UntrustedValueError, ValueStoreError)):
        again.load("delays", version=-2)


def test_values_can_be_loaded_while_others_are_made(instance: Instance) -> None:
    make(instance, "first")
    start = instance.store.materializations("delays")[0][1].data_version
    found: list[Any] = []

    def read() -> None:
        with Instance.open(instance.home.path) as own:
            found.extend(own.load("delays", version=start) for _ in range(20))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for one in readers:
        one.start()
    make(instance, *range(10))
    for one in readers:
        one.join()
    assert found == ["first"] * 60


# ---- compared


def test_two_tables_are_compared(instance: Instance) -> None:
    make(instance, pd.DataFrame({"a": [1, 2], "b": [0, 0]}), pd.DataFrame({"a": [1, 5, 6], "c": [0, 0, 0]}))
    found = daglab.compare("delays")
    assert list(found.sentences()) == [
        "1 row more: it had 2 and has 3.",
        "New: column 'c'.",
        "Gone: column 'b'.",
        "First difference: row 1, column 'a': 2 became 5.",
    ]
    facts = {name: (before, after) for name, before, after in found.facts}
    assert facts["rows"] == ("2", "3")
    assert not found.is_same
    assert "* rows" in repr(found)
    told = found.to_json()
    assert (told["difference"]["rows"], told["before"]["rows"], told["after"]["rows"]) == ([2, 3], 2, 3)


def test_equal_values_are_said_to_be_the_same(instance: Instance) -> None:
    make(instance, [1], [2], [1])
    found = daglab.compare("delays", -3, -1)
    assert (found.is_same, list(found.sentences())) == (True, ["The values are the same."])
    assert list(daglab.compare("delays", -1, -1).sentences()) == ["The values are the same."]


def test_values_that_cannot_be_loaded_are_compared_by_what_was_recorded(instance: Instance) -> None:
    make(instance, [1], [2, 3])
    [*_, file] = sorted((instance.home.storage / "delays").iterdir())
    file.unlink()
    found = daglab.compare("delays")
    [said] = found.sentences()
    assert said.startswith("The values were not compared: the value of delays is gone")
    assert len(found.facts) >= 4


def test_what_user_code_said_is_escaped(instance: Instance) -> None:
    @asset
    def noted() -> Any:
        return Output(VALUES[-1], metadata={"<b>note": f"<script>{VALUES[-1]}"})

    make(instance, "<i>", "\x1b[31m", of=noted)
    shown = compare_versions(instance, "noted", -2, -1)._repr_html_()
    assert "<script>" not in shown
    assert "<i>" not in shown
    assert "&lt;script&gt;" in shown


def test_partitions_are_compared_each_by_itself(instance: Instance) -> None:
    make(instance, 1, 2, of=parts, partition_key="a")
    make(instance, 3, of=parts, partition_key="b")
    found = daglab.compare("parts", partition_key="a")
    assert list(found.sentences()) == ["First difference: [1]: 1 became 2."]
    assert found.after.at.tzinfo is UTC
