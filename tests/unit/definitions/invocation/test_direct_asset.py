"""Assets and asset checks called directly."""

from __future__ import annotations

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.contexts.check_context import AssetCheckExecutionContext
from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.graph_decorator import graph
from daglab.definitions.invocation.direct_contexts import (
    build_asset_check_context,
    build_asset_context,
    build_op_context,
)
from daglab.definitions.nodes import Out
from daglab.definitions.op_decorator import op
from daglab.definitions.partitions.calendar_partitions import DailyPartitionsDefinition
from daglab.definitions.partitions.multi import MultiPartitionsDefinition
from daglab.definitions.partitions.multi_partition_key import MultiPartitionKey
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.definitions.results import AssetCheckResult, MaterializeResult, Output
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.definitions.types.nothing import Nothing
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, InvariantViolationError, TypeCheckDidNotPass


def several(function, *, values=True, checks=()):
    """Assets a and b, made by one function, and checks of a."""
    kind = Out() if values else Out(Nothing)
    names = {f"a_{name}": name for name in checks}
    node = op(name="make", out={"a": kind, "b": kind, **{name: Out(Nothing) for name in names}})(function)
    return AssetsDefinition(
        node=node,
        specs={"a": AssetSpec("a"), "b": AssetSpec("b")},
        check_specs={output: AssetCheckSpec(name, asset="a") for output, name in names.items()},
    )


@asset
def orders(context):
    return context.asset_key


@pytest.mark.parametrize("build", [build_asset_context, build_op_context, lambda: None])
def test_any_context_tells_the_asset(build):
    assert orders(build()) == AssetKey("orders")


def test_context_of_an_asset():
    @asset
    def total(context: AssetExecutionContext, orders):
        assert isinstance(context, AssetExecutionContext) and not isinstance(context, OpExecutionContext)
        assert isinstance(context.op_execution_context, OpExecutionContext)
        assert context.get_op_execution_context() is context.op_execution_context
        assert context.asset_key_for_input("orders") == AssetKey("orders")
        assert context.output_for_asset_key(AssetKey("total")) == "result"
        assert (context.has_assets_def, context.is_subset, context.retry_number) == (True, False, 0)
        assert (context.selected_asset_keys, context.selected_output_names) == ({AssetKey("total")}, {"result"})
        context.add_output_metadata({"rows": len(orders)})
        context.add_asset_metadata({"unit": "EUR"})
        return context.assets_def

    context = build_asset_context()
    assert total(context, [1, 2]) is total
    assert context.get_output_metadata("result") == {"rows": 2}


def test_context_is_not_needed():
    @asset
    def total(orders: list):
        return sum(orders)

    assert total([1, 2]) == total(orders=[1, 2]) == total(build_asset_context(), [1, 2]) == 3


def test_type_of_an_input():
    @asset
    def total(orders: list) -> int:
        return sum(orders)

    with pytest.raises(TypeCheckDidNotPass):
        total(3)


def test_materialize_result_comes_as_it_is():
    given = MaterializeResult(metadata={"rows": 1})

    @asset
    def made():
        return given

    assert made() is given


def test_several_assets():
    assert several(lambda: (1, 2))() == (1, 2)
    with pytest.raises(InvariantViolationError):
        several(lambda: 1)()


@pytest.mark.parametrize("asset_key", [None, "zz"])
def test_result_of_no_asset(asset_key):
    def make():
        yield MaterializeResult(asset_key=asset_key)

    with pytest.raises(InvariantViolationError, match="make"):
        list(several(make, values=False)())


def test_assets_left_out_of_a_generator_pass_nothing():
    def make():
        yield MaterializeResult(asset_key="a")

    assert [type(one) for one in several(make, values=False)()] == [MaterializeResult, Output]


def test_checks_have_to_be_yielded():
    def make():
        yield MaterializeResult(asset_key="a", check_results=[AssetCheckResult(passed=True, check_name="one")])
        yield MaterializeResult(asset_key="b")

    assert len(list(several(make, values=False, checks=["one"])())) == 2
    with pytest.raises(InvariantViolationError, match="a_two"):
        list(several(make, values=False, checks=["one", "two"])())


def test_check_results_inside_of_a_returned_result():
    def make():
        verdict = AssetCheckResult(passed=True)
        return MaterializeResult(asset_key="a", check_results=[verdict]), MaterializeResult(asset_key="b")

    assert len(several(make, checks=["one"])()) == 2


def test_check():
    @asset_check(asset="orders")
    def some(context, orders):
        assert isinstance(context, AssetCheckExecutionContext)
        assert [spec.name for spec in context.check_specs] == ["some"]
        assert [key.name for key in context.selected_asset_check_keys] == ["some"]
        return AssetCheckResult(passed=bool(orders))

    assert some(build_asset_check_context(), [1]).passed
    assert not some(None, []).passed
    with pytest.raises(InvalidInvocationError):
        some(None)


def test_check_that_says_yes():
    @asset_check(asset="orders")
    def fine():
        return AssetCheckResult(passed=True)

    assert fine() == AssetCheckResult(passed=True)


def test_nothing_runs_outside_of_a_run():
    for kind in (AssetExecutionContext, OpExecutionContext, AssetCheckExecutionContext):
        with pytest.raises(InvariantViolationError):
            kind.get()


def test_assets_made_elsewhere_and_cells():
    with pytest.raises(InvalidInvocationError):
        AssetsDefinition(specs=[AssetSpec("flights")])()


def test_op_context_is_needed_for_a_context_of_assets():
    with pytest.raises(InvariantViolationError):
        build_asset_context().asset_key_for_output()


def test_partition_of_a_call():
    days = DailyPartitionsDefinition("2024-01-01")

    @op
    def make(context):
        return context.partition_keys, context.partition_time_window

    assets = AssetsDefinition(node=make, specs={"result": AssetSpec("make")}, partitions_def=days)
    keys, window = assets(build_asset_context(partition_key="2024-01-03"))
    assert (keys, window.start.day, window.end.day) == (["2024-01-03"], 3, 4)
    around = PartitionKeyRange("2024-01-03", "2024-01-05")
    keys, window = assets(build_asset_context(partition_key_range=around))
    assert (keys, window.start.day, window.end.day) == (["2024-01-03", "2024-01-04", "2024-01-05"], 3, 6)


def test_partition_of_several_dimensions():
    days = DailyPartitionsDefinition("2024-01-01")
    both = MultiPartitionsDefinition({"day": days, "colour": StaticPartitionsDefinition(["red"])})

    @op
    def make(context):
        return context.multi_partition_key.keys_by_dimension, context.partition_time_window.start.day

    assets = AssetsDefinition(node=make, specs={"result": AssetSpec("make")}, partitions_def=both)
    wanted = {"day": "2024-01-03", "colour": "red"}
    for key in ("red|2024-01-03", MultiPartitionKey(wanted)):
        assert assets(build_asset_context(partition_key=key)) == (wanted, 3)


def test_partition_in_two_ways():
    with pytest.raises(InvariantViolationError):
        build_asset_context(partition_key="a", partition_key_range=PartitionKeyRange("a", "b"))
    with pytest.raises(InvalidInvocationError):
        build_asset_context(partition_key=3)
    with pytest.raises(InvalidInvocationError):
        build_asset_context(partition_key_range="a")


def test_asset_that_is_backed_by_a_graph():
    @op
    def one():
        return 1

    @graph
    def inner():
        return one()

    with pytest.raises(InvariantViolationError):
        AssetsDefinition(node=inner, specs={"result": AssetSpec("inner")})()


def test_resource_that_comes_with_the_asset():
    @op(required_resource_keys={"own", "given"})
    def make(context):
        return context.resources.own, context.resources.given

    assets = AssetsDefinition(node=make, specs={"result": AssetSpec("make")}, resource_defs={"own": 3})
    assert assets(build_asset_context(resources={"given": 2})) == (3, 2)
    with pytest.raises(InvalidInvocationError, match="own"):
        assets(build_asset_context(resources={"given": 2, "own": 4}))
    with pytest.raises(InvalidDefinitionError, match="given"):
        assets(None)


def test_instance_of_a_context():
    given = object()
    assert build_asset_context(instance=given).instance is given
    with build_asset_context() as context:
        assert context.instance is context.op_execution_context.instance
