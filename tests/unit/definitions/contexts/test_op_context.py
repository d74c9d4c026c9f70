"""What contexts answer during a run."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.contexts.check_context import AssetCheckExecutionContext
from daglab.definitions.contexts.current import running_in
from daglab.definitions.contexts.facts import StepFacts
from daglab.definitions.contexts.logs import get_logger
from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.contexts.step_context import context_for
from daglab.definitions.nodes import DynamicOut, Out
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.partitions.dynamic import DynamicPartitionsDefinition
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.time_window import TimeWindow
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.definitions.user_events import AssetMaterialization
from daglab.errors import InvariantViolationError

SPECS = {"a": AssetSpec("a"), "b": AssetSpec("b")}


class Days:
    """Ten days, in order."""

    def get_partition_keys_in_range(self, around):
        return [f"2024-01-0{day}" for day in range(int(around.start[-1]), int(around.end[-1]) + 1)]

    def time_window_for_partition_key(self, key):
        start = datetime.fromisoformat(key).replace(tzinfo=UTC)
        return TimeWindow(start, start.replace(day=start.day + 1))


def facts(**others: Any) -> StepFacts:
    op = OpDefinition(print, "make", outs=others.pop("outs", {"a": Out(), "b": Out()}))
    return StepFacts(**{"run_id": "r1", "step_key": "make", "op": op, "instance": object(), **others})


def context(**others: Any) -> OpExecutionContext:
    return OpExecutionContext(facts(**others))


def test_where_the_op_stands():
    told = context(path=("outer", "inner"), job_name="nightly", retry_number=2, mapping_key="x", run_config={"ops": {}})
    assert (str(told.op_handle), told.node_handle.root.name, told.op_handle.path) == (
        "outer.inner",
        "outer",
        ["outer", "inner"],
    )
    assert (told.op.name, told.op.definition.name, told.alias) == ("inner", "make", "inner")
    assert (told.job_name, told.retry_number, told.get_mapping_key()) == ("nightly", 2, "x")
    assert (told.run_config, told.describe_op(), told.location_name) == ({"ops": {}}, 'op "outer.inner"', None)


def test_run_and_job():
    told = context(run=lambda: "the run", job="the job", repository="all", run_tags={"a": "b"})
    assert (told.run, told.dagster_run, told.job_def, told.repository_def) == ("the run", "the run", "the job", "all")
    assert (told.has_tag("a"), told.has_tag("b"), told.get_tag("a"), told.get_tag("b")) == (True, False, "b", None)


def test_metadata_adds_up_and_the_last_stays():
    told = context()
    told.add_output_metadata({"x": 1, "y": 1}, output_name="a")
    told.add_output_metadata({"y": 2}, output_name="a")
    assert told.get_output_metadata("a") == {"x": 1, "y": 2}
    assert told.get_output_metadata("b") == {}
    assert {name: one.value for name, one in told.output_metadata("a").items()} == {"x": 1, "y": 2}


@pytest.mark.parametrize("metadata", [3, {1: 2}, None])
def test_metadata_that_is_none(metadata):
    with pytest.raises(InvariantViolationError):
        context().add_output_metadata(metadata, output_name="a")


def test_metadata_after_the_output():
    told = context(outs={"a": DynamicOut()})
    told.observe_output("a", "k1")
    told.add_output_metadata({"x": 1}, mapping_key="k2")
    with pytest.raises(InvariantViolationError, match="already"):
        told.add_output_metadata({"x": 1}, mapping_key="k1")
    assert (told.has_seen_output("a", "k1"), told.has_seen_output("a", "k2")) == (True, False)


def test_asset_metadata():
    told = AssetExecutionContext(context(specs=SPECS, partition_key="2024-01-01"))
    told.add_asset_metadata({"x": 1, "y": 1}, asset_key="a")
    told.add_asset_metadata({"y": 2}, asset_key=AssetKey("a"), partition_key="2024-01-01")
    found = told.recorded_asset_metadata(AssetKey("a"), "2024-01-01")
    assert {name: one.value for name, one in found.items()} == {"x": 1, "y": 2}
    for wrong in ({}, {"asset_key": "zz"}, {"asset_key": "a", "partition_key": "2024-01-02"}):
        with pytest.raises(InvariantViolationError):
            told.add_asset_metadata({"x": 1}, **wrong)


def test_asset_metadata_of_an_op():
    with pytest.raises(InvariantViolationError):
        context().add_asset_metadata({"x": 1})


def test_events_are_passed_on_and_consumed_once():
    heard: list[Any] = []
    told = context(log_event=heard.append)
    first, second = AssetMaterialization("x"), AssetMaterialization("y")
    told.log_event(first)
    assert told.has_events()
    assert list(told.consume_events()) == [first]
    told.log_event(second)
    assert list(told.consume_events()) == [second]
    assert (heard, told.get_events(), told.has_events()) == ([first, second], [first, second], False)


def test_assets_of_a_step():
    checks = {"c": AssetCheckSpec("c", asset="a")}
    told = context(
        specs=SPECS,
        check_specs=checks,
        selected_outputs=frozenset({"a"}),
        keys_by_input={"raw": AssetKey("raw")},
        assets_def=SimpleNamespace(is_subset=False),
    )
    assert told.selected_asset_keys == {AssetKey("a")}
    assert told.selected_output_names == {"a"}
    assert told.selected_asset_check_keys == frozenset()
    assert (told.is_subset, told.has_assets_def) == (True, True)
    assert told.asset_key_for_output("b") == AssetKey("b")
    assert told.output_for_asset_key(AssetKey("b")) == "b"
    assert told.asset_key_for_input("raw") == AssetKey("raw")
    for ask in (
        lambda: told.asset_key,
        lambda: told.asset_key_for_output(),
        lambda: told.asset_key_for_input("row"),
        lambda: told.output_for_asset_key(AssetKey("c")),
    ):
        with pytest.raises(InvariantViolationError):
            ask()


def test_step_without_assets():
    told = context()
    assert (told.has_assets_def, told.is_subset, told.selected_asset_keys) == (False, False, frozenset())
    for name in ("assets_def", "asset_key"):
        with pytest.raises(InvariantViolationError, match="no assets"):
            getattr(told, name)


def test_one_partition():
    told = context(partition_key="2024-01-03", partitions_def=Days(), specs=SPECS)
    assert (told.has_partitions, told.has_partition_key, told.has_partition_key_range) == (True, True, False)
    assert told.partition_key == told.asset_partition_key_for_output("a") == "2024-01-03"
    assert told.partition_key_range == PartitionKeyRange("2024-01-03", "2024-01-03")
    assert told.partition_keys == ["2024-01-03"]
    window = TimeWindow(datetime(2024, 1, 3, tzinfo=UTC), datetime(2024, 1, 4, tzinfo=UTC))
    assert told.partition_time_window == told.asset_partitions_time_window_for_output("a") == window


def test_range_of_partitions():
    around = PartitionKeyRange("2024-01-03", "2024-01-05")
    told = context(partition_key_range=around, partitions_def=Days())
    assert (told.has_partition_key, told.partition_key_range) == (False, around)
    assert told.partition_keys == ["2024-01-03", "2024-01-04", "2024-01-05"]
    assert told.partition_time_window.end == datetime(2024, 1, 6, tzinfo=UTC)
    with pytest.raises(InvariantViolationError, match="partition_keys"):
        _ = told.partition_key


def test_partitions_that_are_read():
    keys = {"days": ["2024-01-01", "2024-01-02"], "gap": ["2024-01-01", "2024-01-03"], "one": ["2024-01-02"]}
    told = context(partition_keys_by_input=keys, partitions_def_by_input=dict.fromkeys(keys, Days()))
    assert told.asset_partition_keys_for_input("days") == keys["days"]
    assert told.asset_partition_key_range_for_input("days") == PartitionKeyRange("2024-01-01", "2024-01-02")
    assert told.asset_partition_key_for_input("one") == "2024-01-02"
    assert told.asset_partitions_time_window_for_input("days").end == datetime(2024, 1, 3, tzinfo=UTC)
    for ask in (
        lambda: told.asset_partition_key_for_input("days"),
        lambda: told.asset_partition_key_range_for_input("gap"),
        lambda: told.asset_partition_keys_for_input("none"),
    ):
        with pytest.raises(InvariantViolationError):
            ask()


@pytest.mark.parametrize(
    "name", ["partition_key", "partition_key_range", "partition_keys", "partition_time_window", "multi_partition_key"]
)
def test_no_partitions(name):
    with pytest.raises(InvariantViolationError, match="partition"):
        getattr(context(), name)


def test_current_context():
    op_context = context(specs=SPECS)
    asset_context = AssetExecutionContext(op_context)
    with running_in(asset_context):
        assert AssetExecutionContext.get() is asset_context
        assert OpExecutionContext.get() is op_context
        with pytest.raises(InvariantViolationError):
            AssetCheckExecutionContext.get()
    check_context = AssetCheckExecutionContext(op_context)
    with running_in(check_context):
        assert AssetCheckExecutionContext.get() is check_context
        with pytest.raises(InvariantViolationError):
            AssetExecutionContext.get()
    with running_in(op_context):
        assert AssetExecutionContext.get().op_execution_context is op_context
    with pytest.raises(InvariantViolationError):
        OpExecutionContext.get()


def test_asset_and_op_context_share_what_code_says():
    op_context = context(specs=SPECS)
    AssetExecutionContext(op_context).add_output_metadata({"x": 1}, "a")
    assert op_context.get_output_metadata("a") == {"x": 1}


def test_messages_of_a_logger_reach_the_run(caplog: pytest.LogCaptureFixture):
    heard: list[str] = []
    log = logging.Logger("run")
    log.addHandler(handler := logging.Handler())
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    get_logger().info("outside")
    with running_in(context(log=log)):
        get_logger().info("inside")
        get_logger("part").debug("of a part")
    assert heard == ["inside", "of a part"]
    assert caplog.messages == ["outside", "inside", "of a part"]
    assert get_logger("part").name.endswith(".part")


def test_data_version():
    told = context(specs=SPECS)
    told.set_data_version(AssetKey("a"), SimpleNamespace(value="v1"))
    assert (told.data_version_of(AssetKey("a")), told.data_version_of(AssetKey("b"))) == ("v1", None)


@pytest.mark.parametrize(
    ("others", "kind"),
    [
        ({}, OpExecutionContext),
        ({"specs": SPECS}, AssetExecutionContext),
        ({"check_specs": {"c": AssetCheckSpec("c", asset="a")}}, AssetCheckExecutionContext),
    ],
)
def test_kind_of_context(others, kind):
    told = context_for(facts(**others))
    assert type(told) is kind
    assert type(told.op_execution_context) is OpExecutionContext


def test_metadata_of_several_outputs_wants_to_know_which():
    with pytest.raises(InvariantViolationError, match="has 2 outputs"):
        context().add_output_metadata({"n": 1})


def test_dynamic_partitions_are_asked_of_the_instance():
    instance = SimpleNamespace(get_dynamic_partitions=lambda partitions_def_name: ["x", "y", "z"])
    told = context(
        instance=instance,
        partitions_def=DynamicPartitionsDefinition(name="letters"),
        partition_key_range=PartitionKeyRange("x", "y"),
    )
    assert told.partition_keys == ["x", "y"]
