"""Values as files of their own: where they lie, and what comes back."""

from __future__ import annotations

import logging
import pickle
from pathlib import Path
from typing import Any

import pytest

from daglab.definitions.io_contexts.build_contexts import build_input_context, build_output_context
from daglab.definitions.partitions.multi import MultiPartitionsDefinition
from daglab.definitions.partitions.multi_partition_key import MultiPartitionKey
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.definitions.resources.building import build_resources
from daglab.errors import InvariantViolationError, UnstorableValueError
from daglab.io_managers.memory import mem_io_manager
from daglab.io_managers.pickle_files import fs_io_manager
from daglab.io_managers.upath import UPathIOManager

KEYS = StaticPartitionsDefinition(["p", "q", "/e", "..", "z"])
P_TO_Q, P_TO_Z = PartitionKeyRange("p", "q"), PartitionKeyRange("p", "z")


class Texts(UPathIOManager):
    extension = ".txt"

    def dump_to_path(self, context: Any, obj: Any, path: Path) -> None:
        path.write_text(obj)

    def load_from_path(self, context: Any, path: Path) -> Any:
        return path.read_text()

    def get_metadata(self, context: Any, obj: Any) -> dict[str, Any]:
        return {"length": len(obj)}


class AsyncTexts(Texts):
    async def load_from_path(self, context: Any, path: Path) -> str:
        return path.read_text()


def store(manager: Texts, *keys: str) -> None:
    for key in keys:
        output = build_output_context(asset_key="part", partition_key=key, asset_partitions_def=KEYS)
        manager.handle_output(output, key * 2)


def asked(**given: Any) -> Any:
    return build_input_context(asset_key="part", asset_partitions_def=KEYS, **given)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_outputs_and_assets_lie_where_their_names_say(tmp_path: Path) -> None:
    manager = Texts(tmp_path)
    output = build_output_context(step_key="s", name="n", run_id="r")
    asset = build_output_context(asset_key=["x", "y.z"])
    manager.handle_output(output, "öp")
    manager.handle_output(asset, "asset")
    assert manager.load_input(build_input_context(upstream_output=output)) == "öp"
    assert manager.load_input(build_input_context(asset_key=["x", "y.z"])) == "asset"
    assert files(tmp_path) == ["r/s/n.txt", "x/y.z.txt"]
    facts = {name: entry.value for name, entry in output.get_logged_metadata().items()}
    assert facts == {"path": str(tmp_path / "r/s/n.txt"), "length": 2}


def test_one_partition_is_a_value_and_several_are_a_dict(tmp_path: Path) -> None:
    for manager in (Texts(tmp_path), AsyncTexts(tmp_path)):
        store(manager, "p", "q")
        assert manager.load_input(asked(asset_partition_key_range=P_TO_Q)) == {"p": "pp", "q": "qq"}
    assert Texts(tmp_path).load_input(asked(partition_key="q")) == "qq"


def test_no_key_leads_out_of_the_folder(tmp_path: Path) -> None:
    store(Texts(tmp_path / "inside"), "/e", "..")
    assert files(tmp_path) == ["inside/part/%2E%2E.txt", "inside/part/%2Fe.txt"]


def test_dimensions_are_folders_in_the_order_of_their_names(tmp_path: Path) -> None:
    one = StaticPartitionsDefinition(["1"])
    key = MultiPartitionKey({"b": "1", "a": "1"})
    both = MultiPartitionsDefinition({"b": one, "a": one})
    output = build_output_context(asset_key="m", partition_key=key, asset_partitions_def=both)
    Texts(tmp_path).handle_output(output, "v")
    assert files(tmp_path) == ["m/1/1.txt"]


@pytest.mark.parametrize("kind", [Texts, AsyncTexts])
def test_missing_partitions_are_an_error_unless_allowed(
    kind: type[Texts], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    manager = kind(tmp_path)
    store(manager, "p", "q")
    with pytest.raises((FileNotFoundError, RuntimeError)), caplog.at_level(logging.CRITICAL):
        manager.load_input(asked(asset_partition_key_range=P_TO_Z))
    allowed = asked(asset_partition_key_range=P_TO_Z, definition_metadata={"allow_missing_partitions": True})
    assert manager.load_input(allowed) == {"p": "pp", "q": "qq"}


def test_several_partitions_in_one_output_are_refused(tmp_path: Path) -> None:
    output = build_output_context(asset_key="part", asset_partition_key_range=P_TO_Q, asset_partitions_def=KEYS)
    with pytest.raises(InvariantViolationError, match="2 here"):
        Texts(tmp_path).handle_output(output, "v")


def test_a_file_from_before_the_partitions_gives_way(tmp_path: Path) -> None:
    (tmp_path / "part").write_text("old")
    store(Texts(tmp_path), "p")
    assert files(tmp_path) == ["part/p.txt"]


def test_an_extension_has_a_dot(tmp_path: Path) -> None:
    with pytest.raises(InvariantViolationError, match="csv"):
        type("Csv", (Texts,), {"extension": "csv"})(tmp_path)


def test_fs_io_manager_keeps_pickles_that_anybody_can_read(tmp_path: Path) -> None:
    with build_resources({"io": fs_io_manager.configured({"base_dir": str(tmp_path)})}) as resources:
        output = build_output_context(asset_key=["k", "l"])
        resources.io.handle_output(output, {"a": {1}})
        assert pickle.loads((tmp_path / "k" / "l").read_bytes()) == {"a": {1}}
        assert resources.io.load_input(build_input_context(asset_key=["k", "l"])) == {"a": {1}}
        with pytest.raises(UnstorableValueError, match="mem_io_manager"):
            resources.io.handle_output(build_output_context(asset_key="f"), lambda: 1)


def test_mem_io_manager_keeps_the_object_itself() -> None:
    value = object()
    with build_resources({"io": mem_io_manager}) as resources:
        output = build_output_context(step_key="s", name="n", run_id="r")
        resources.io.handle_output(output, value)
        assert resources.io.load_input(build_input_context(upstream_output=output)) is value
