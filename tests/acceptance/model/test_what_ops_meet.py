"""What the code of an op meets in a run, and what is told when it does something else than was declared."""

from __future__ import annotations

from typing import Any

import pytest

import daglab as dl


def test_events_that_an_io_manager_logs_are_those_of_the_step() -> None:
    class Keeper(dl.IOManager):
        def handle_output(self, context: dl.OutputContext, obj: Any) -> None:
            context.log_event(dl.AssetMaterialization("shelf", metadata={"rows": obj}))

        def load_input(self, context: dl.InputContext) -> Any:
            return None

    @dl.op
    def one() -> int:
        return 1

    @dl.job(resource_defs={"io_manager": Keeper()})
    def stored() -> None:
        one()

    [made] = stored.execute_in_process().asset_materializations_for_node("one")
    assert (made.asset_key, made.metadata["rows"].value) == (dl.AssetKey("shelf"), 1)


def test_op_of_a_partitioned_job_knows_the_time_it_is_for() -> None:
    @dl.op
    def day(context: dl.OpExecutionContext) -> str:
        return f"{context.partition_time_window.start:%d}"

    @dl.job(partitions_def=dl.DailyPartitionsDefinition("2024-01-01"))
    def daily() -> None:
        day()

    assert daily.execute_in_process(partition_key="2024-01-09").output_for_node("day") == "09"


def test_op_that_makes_no_asset_is_handed_no_asset_context() -> None:
    @dl.op
    def one(context: dl.AssetExecutionContext) -> int:
        return 1

    @dl.job
    def plain() -> None:
        one()

    @dl.graph_asset
    def whole() -> Any:
        return one()

    with pytest.raises(dl.DagsterInvalidDefinitionError, match="AssetExecutionContext"):
        plain.execute_in_process()
    assert dl.materialize_to_memory([whole]).output_for_node("whole") == 1


def test_type_that_a_value_is_not_of_is_in_the_error() -> None:
    even = dl.DagsterType(name="Even", type_check_fn=lambda _, value: value % 2 == 0)

    @dl.op(out=dl.Out(even))
    def three() -> int:
        return 3

    @dl.job
    def odd() -> None:
        three()

    with pytest.raises(dl.DagsterTypeCheckDidNotPass) as caught:
        odd.execute_in_process()
    assert caught.value.dagster_type is even


def test_class_of_what_was_raised_is_told_by_its_own_name() -> None:
    class Broken(Exception):
        pass

    @dl.op
    def fail() -> None:
        raise Broken("no")

    @dl.job
    def failing() -> None:
        fail()

    result = failing.execute_in_process(raise_on_error=False)
    [event] = result.filter_events(lambda event: event.is_step_failure)
    assert event.step_failure_data.error.cause.cls_name == "Broken"


def test_function_of_an_op_can_be_had() -> None:
    @dl.op
    def double(x: int) -> int:
        return 2 * x

    assert double.compute_fn.decorated_fn(4) == 8
