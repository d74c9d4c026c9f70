"""What IO managers are told, and what they are told if somebody asks for what is not there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from daglab.definitions.io_contexts.build_contexts import build_input_context, build_output_context
from daglab.definitions.partitions.calendar_partitions import DailyPartitionsDefinition
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.definitions.resources.resource_decorator import resource
from daglab.definitions.user_events import AssetMaterialization
from daglab.errors import InvalidInvocationError, InvariantViolationError

LETTERS = StaticPartitionsDefinition(["a", "b", "c", "d"])
DAYS = DailyPartitionsDefinition("2024-01-01")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["r", "s", "n"]),
        ({"mapping_key": "m"}, ["r", "s", "n", "m"]),
        ({"asset_key": "k", "partition_key": "p"}, ["r", "s", "n"]),
        ({"version": "v"}, ["versioned_outputs", "v", "s", "n"]),
    ],
)
def test_identifiers_name_run_step_and_output(given: dict[str, Any], expected: list[str]) -> None:
    output = build_output_context(step_key="s", name="n", run_id="r", **given)
    assert output.get_identifier() == expected
    assert build_input_context(upstream_output=output).get_identifier() == expected


def test_asset_identifiers_name_asset_and_partition() -> None:
    assert build_output_context(asset_key=["x", "y"]).get_asset_identifier() == ["x", "y"]
    assert build_input_context(asset_key="x", partition_key="ü").get_asset_identifier() == ["x", "ü"]
    with pytest.raises(InvariantViolationError):
        build_output_context().get_asset_identifier()


@pytest.mark.parametrize("attribute", ["step_key", "name", "op_def", "dagster_type", "asset_key", "partition_key"])
def test_what_an_output_was_not_given_is_an_error(attribute: str) -> None:
    with pytest.raises(InvariantViolationError):
        getattr(build_output_context(), attribute)


@pytest.mark.parametrize("attribute", ["name", "asset_key", "partition_key", "asset_partition_keys", "instance"])
def test_what_an_input_was_not_given_is_an_error(attribute: str) -> None:
    with pytest.raises(InvariantViolationError):
        getattr(build_input_context(), attribute)


def test_a_range_has_several_keys_and_not_one() -> None:
    context = build_input_context(
        asset_key="k", asset_partition_key_range=PartitionKeyRange("b", "d"), asset_partitions_def=LETTERS
    )
    assert context.asset_partition_keys == ["b", "c", "d"]
    assert (context.has_partition_key, context.has_asset_partitions) == (False, True)
    with pytest.raises(InvariantViolationError, match="3 partitions"):
        _ = context.asset_partition_key


def test_days_have_a_time_window_and_letters_have_none() -> None:
    days = build_input_context(
        asset_key="k",
        asset_partition_key_range=PartitionKeyRange("2024-01-02", "2024-01-05"),
        asset_partitions_def=DAYS,
    )
    assert tuple(days.asset_partitions_time_window) == (
        datetime(2024, 1, 2, tzinfo=UTC),
        datetime(2024, 1, 6, tzinfo=UTC),
    )
    letters = build_input_context(asset_key="k", partition_key="b", asset_partitions_def=LETTERS)
    with pytest.raises(InvariantViolationError, match="time"):
        _ = letters.asset_partitions_time_window


def test_metadata_is_added_once_and_consumed_once() -> None:
    output = build_output_context(step_key="s", name="n", definition_metadata={"x": 1})
    output.add_output_metadata({"rows": 3})
    with pytest.raises(InvariantViolationError, match="rows"):
        output.add_output_metadata({"rows": 4})
    assert output.definition_metadata == {"x": 1}
    assert output.get_logged_metadata()["rows"].value == 3
    assert set(output.consume_logged_metadata()) == {"rows"}
    assert output.get_logged_metadata() == {}


def test_events_are_logged_and_nothing_else() -> None:
    output = build_output_context()
    output.log_event(AssetMaterialization("k"))
    assert output.get_logged_events() == [AssetMaterialization("k")]
    with pytest.raises(InvalidInvocationError):
        output.log_event(3)  # type: ignore[arg-type]


def test_metadata_of_an_assets_input_is_an_observation() -> None:
    context = build_input_context(asset_key="k")
    context.add_input_metadata({"rows": 1}, description="seen")
    (observation,) = context.get_observations()
    assert (str(observation.asset_key), observation.description) == ("k", "seen")
    plain = build_input_context()
    plain.add_input_metadata({"rows": 1})
    assert plain.get_observations() == []


def test_resources_that_have_to_be_closed_need_a_with_block() -> None:
    @resource
    def scoped() -> Any:
        yield 3

    for build in (build_input_context, build_output_context):
        with pytest.raises(InvariantViolationError, match=build.__name__):
            _ = build(resources={"r": scoped}).resources
        with build(resources={"r": scoped}) as context:
            assert context.resources.r == 3


def test_arguments_of_the_wrong_kind_are_refused() -> None:
    with pytest.raises(InvalidInvocationError):
        build_output_context(step_key=3)  # type: ignore[arg-type]
    with pytest.raises(InvalidInvocationError):
        build_input_context(upstream_output=3)  # type: ignore[arg-type]
    with pytest.raises(InvalidInvocationError):
        build_output_context(metadata={"a": 1}, definition_metadata={"b": 1})
