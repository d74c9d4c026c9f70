"""Old values go, and nothing that anybody may still need."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import daglab
from daglab.definitions.asset_decorator import asset
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.errors import InvalidInvocationError, ValueMissingError
from daglab.foundation.clock import SystemClock
from daglab.foundation.ids import new_run_id
from daglab.io_managers.filesystem import FilesystemIOManager
from daglab.io_managers.placing import finish_removals, place_bytes, remove_placed
from daglab.orchestration.instance import Instance
from daglab.orchestration.materialize import materialize
from daglab.orchestration.retention import PrunedAsset, prune
from daglab.orchestration.settings import Retention
from daglab.records.runs import Run, RunStatus

VALUES: list[Any] = []
NOW = timedelta()
LAST_TWO = Retention(materializations=2)


@asset
def delays() -> Any:
    return VALUES[-1]


@asset(partitions_def=StaticPartitionsDefinition(["a", "b"]))
def parts(context: daglab.AssetExecutionContext) -> Any:
    return [context.partition_key, *VALUES]


@pytest.fixture
def instance(home: Path) -> Iterator[Instance]:
    with Instance.open(home) as opened:
        yield opened


def make(instance: Instance, *values: Any, of: Any = delays, **more: Any) -> None:
    for value in values:
        VALUES[:] = [value]
        materialize([of], instance=instance, **more)


def loaded(instance: Instance, key: str = "delays") -> list[Any]:
    """All values that are still there, oldest first; None for each that is gone."""
    found = []
    for _, made in reversed(instance.store.materializations(key, limit=None)):
        try:
            found.append(instance.load_made(made))
        except ValueMissingError:
            found.append(None)
    return found


def files(instance: Instance) -> list[str]:
    return sorted(path.name for path in instance.home.storage.rglob("*") if path.is_file())


def begin_run(instance: Instance) -> None:
    """A run that goes on."""
    run = Run(
        run_id=new_run_id(),
        job="assets",
        status=RunStatus.STARTED,
        location="",
        target="",
        launched_by="python",
        created_at=SystemClock().now(),
    )
    instance.store.create_run(run)


def test_only_the_latest_stay(instance: Instance) -> None:
    make(instance, [1], [2], [3], [4])
    assert prune(instance, LAST_TWO, grace=NOW) == [PrunedAsset(key="delays", kept=2, removed=2, size=6)]
    assert loaded(instance) == [None, None, [3], [4]]
    assert len(files(instance)) == 2
    assert prune(instance, LAST_TWO, grace=NOW) == []
    assert len(instance.store.materializations("delays")) == 4


def test_load_says_when_and_why_a_value_went(instance: Instance) -> None:
    make(instance, [1], [2], [3])
    prune(instance, LAST_TWO, grace=NOW)
    with pytest.raises(
        ValueMissingError,
        match=r"is gone: it was removed on 2.* by retention, which keeps the latest 2 values\n.*--history",
    ):
        instance.load("delays", version=-3)
    prune(instance, Retention(materializations=1, days=400), grace=NOW)
    assert loaded(instance) == [None, [2], [3]]


def test_dry_run_removes_and_notes_nothing(instance: Instance) -> None:
    make(instance, [1], [2], [3])
    assert prune(instance, LAST_TWO, grace=NOW, dry_run=True) == [PrunedAsset(key="delays", kept=2, removed=1, size=3)]
    assert loaded(instance) == [[1], [2], [3]]
    assert instance.store.removals("delays") == {}


def test_bytes_that_a_value_that_stays_shares_stay(instance: Instance) -> None:
    make(instance, [1], [2], [1])
    found = prune(instance, Retention(materializations=1), grace=NOW)
    assert found == [PrunedAsset(key="delays", kept=2, removed=1, size=3)]
    assert loaded(instance) == [[1], None, [1]]


def test_bytes_that_are_made_again_are_there_again(instance: Instance) -> None:
    make(instance, [1], [2], [3])
    prune(instance, LAST_TWO, grace=NOW)
    make(instance, [1])
    assert loaded(instance) == [[1], [2], [3], [1]]


def test_young_values_stay(instance: Instance) -> None:
    make(instance, [1], [2], [3])
    assert prune(instance, Retention(days=1), grace=NOW) == []
    assert loaded(instance) == [[1], [2], [3]]


def test_values_that_were_replaced_just_now_stay(instance: Instance) -> None:
    make(instance, [1], [2], [3])
    assert prune(instance, LAST_TWO) == []
    assert loaded(instance) == [[1], [2], [3]]


def test_each_partition_keeps_its_own(instance: Instance) -> None:
    for key in ("a", "b"):
        make(instance, 1, 2, of=parts, partition_key=key)
    make(instance, 3, of=parts, partition_key="b")
    prune(instance, Retention(materializations=1), grace=NOW)
    assert loaded(instance, "parts") == [None, ["a", 2], None, None, ["b", 3]]


def test_what_a_run_that_goes_on_may_read_stays(instance: Instance) -> None:
    make(instance, [1], [2])
    begin_run(instance)
    make(instance, [3], [4])
    prune(instance, Retention(materializations=1), grace=NOW)
    assert loaded(instance) == [None, [2], [3], [4]]


def test_what_a_run_stores_again_in_the_same_moment_stays(instance: Instance) -> None:
    make(instance, *([number] for number in range(20)))
    begin_run(instance)
    stop = threading.Event()
    errors: list[BaseException] = []

    def make_again() -> None:
        manager = instance.default_io_manager
        assert isinstance(manager, FilesystemIOManager)
        folder = str(manager.base_dir / "delays")
        try:
            while not stop.is_set():
                for number in range(20):
                    content = f"[{number}]".encode()
                    placed = place_bytes(folder, content, "json", durable=False)
                    again = Path(folder, f"{placed.version}.json")
                    # It may be on its way aside for a moment, and comes back.
                    assert any(again.exists() for _ in range(1000))
        except BaseException as error:
            errors.append(error)

    maker = threading.Thread(target=make_again)
    maker.start()
    for _ in range(20):
        prune(instance, Retention(materializations=1), grace=NOW)
    stop.set()
    maker.join()
    assert errors == []
    assert loaded(instance)[-1] == [19]


def test_file_that_was_renewed_after_a_moment_is_not_removed(tmp_path: Path) -> None:
    placed = place_bytes(str(tmp_path), b"1", "json", durable=False)
    path = tmp_path / f"{placed.version}.json"
    os.utime(path, (1, 1))
    assert not remove_placed(str(path), older_than=1)
    place_bytes(str(tmp_path), b"1", "json", durable=False)
    assert not remove_placed(str(path), older_than=path.stat().st_mtime)
    assert remove_placed(str(path), older_than=path.stat().st_mtime + 1)
    assert not remove_placed(str(path), older_than=path.stat().st_mtime + 1 if path.exists() else 1)
    assert list(tmp_path.iterdir()) == []


def test_removal_that_was_noted_and_then_killed_is_done_by_the_next(instance: Instance) -> None:
    make(instance, [1], [2], [3])
    numbers = [number for number, _ in instance.store.materializations("delays")]
    instance.store.note_removals(numbers[-1:], SystemClock().now(), "by a process that was killed")
    assert loaded(instance) == [[1], [2], [3]]
    assert prune(instance, LAST_TWO, grace=NOW) == [PrunedAsset(key="delays", kept=2, removed=1, size=3)]
    assert loaded(instance) == [None, [2], [3]]
    with pytest.raises(ValueMissingError, match="by a process that was killed"):
        instance.load("delays", version=-3)


def test_file_that_was_set_aside_by_a_killed_process_goes_or_comes_back(tmp_path: Path) -> None:
    needed, old, again = (tmp_path / f"{name}.json" for name in ("needed", "old", "again"))
    for path in (needed, old, again):
        path.with_name(f".{path.name}.removed").write_text("1")
    again.write_text("1")
    begun = needed.with_name(".needed.json.removed").stat().st_ctime
    finish_removals(tmp_path, keeps={needed, again}.__contains__, older_than=begun)
    assert len(list(tmp_path.iterdir())) == 4  # another process may be at it
    finish_removals(tmp_path, keeps={needed, again}.__contains__, older_than=begun + 60)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.json", "needed.json"]
    finish_removals(tmp_path / "nowhere", keeps={needed}.__contains__, older_than=begun)


def test_without_limits_nothing_goes(instance: Instance) -> None:
    make(instance, [1], [2])
    with pytest.raises(InvalidInvocationError, match=r"no retention is set.*\n.*tool\.daglab\.retention.*--keep"):
        prune(instance, Retention(), grace=NOW)


def test_what_other_io_managers_keep_is_left_alone(instance: Instance, tmp_path: Path) -> None:
    own = FilesystemIOManager(tmp_path / "own")
    make(instance, [1], [2], [3], resources={"io_manager": own})

    @asset(io_manager_key="shared")
    def shared() -> Any:
        return VALUES[-1]

    same_folder = FilesystemIOManager(instance.home.storage)
    make(instance, [1], [2], [3], of=shared, resources={"shared": same_folder})
    assert prune(instance, Retention(materializations=1), grace=NOW) == []
    assert len(list((tmp_path / "own" / "delays").iterdir())) == 3
    assert len(list((instance.home.storage / "shared").iterdir())) == 3


def test_reference_that_leads_elsewhere_removes_nothing(instance: Instance, tmp_path: Path) -> None:
    precious = tmp_path / "precious.json"
    precious.write_text("1")
    make(instance, [1], [2], [3])
    manager = instance.default_io_manager
    assert isinstance(manager, FilesystemIOManager)
    stored = instance.materialization("delays").stored
    assert stored is not None
    for path in ("../../precious.json", str(precious), "", 5, "a\0b"):
        assert manager.file_of(replace(stored, reference={"path": path, "format": "json"})) is None
    assert manager.file_of(replace(stored, reference={"path": "x.json", "format": "mine"})) is None


def test_two_at_once_remove_each_value_once(instance: Instance) -> None:
    make(instance, *([number] for number in range(30)))
    removed: list[int] = []

    def run() -> None:
        with Instance.open(instance.home.path) as own:
            removed.extend(one.removed for one in prune(own, LAST_TWO, grace=NOW))

    workers = [threading.Thread(target=run) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sum(removed) == 28
    assert [one for one in loaded(instance) if one is not None] == [[28], [29]]


def test_empty_home_has_nothing_to_remove(instance: Instance) -> None:
    assert prune(instance, LAST_TWO, grace=NOW) == []
