"""What a run in this process tells and gives back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.dynamic import DynamicOutput
from daglab.definitions.graph_decorator import graph
from daglab.definitions.job_decorator import job
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.multi_asset import multi_asset
from daglab.definitions.nodes import DynamicOut, GraphOut, Out
from daglab.definitions.op_decorator import op
from daglab.definitions.results import AssetCheckResult, MaterializeResult, Output
from daglab.definitions.retries import RetryPolicy
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.definitions.user_events import AssetMaterialization, AssetObservation, ExpectationResult
from daglab.errors import DaglabError, InvariantViolationError
from daglab.history.job_results import ExecuteInProcessResult


@op(out={"x": Out(is_required=False), "y": Out()})
def some() -> Iterator[Any]:
    yield Output(2, "y")


@op
def after(x: Any) -> Any:
    return x


@op
def told(y: int) -> Iterator[Any]:
    yield AssetMaterialization("foo", partition="p")
    yield AssetObservation("bar")
    yield ExpectationResult(success=False, label="l")
    yield Output(y + 1)


@graph(out={"gx": GraphOut()})
def inner() -> Any:
    x, y = some()
    after(x)
    return told(y)


@op(out=DynamicOut())
def dyn() -> Iterator[Any]:
    for key in "ab":
        yield DynamicOutput(key, mapping_key=key)


@op
def doubled(x: str) -> str:
    return x * 2


@graph(out={"top": GraphOut(), "many": GraphOut()})
def whole() -> Any:
    return {"top": inner(), "many": dyn().map(doubled)}


@pytest.fixture(scope="module")
def result() -> ExecuteInProcessResult:
    return whole.execute_in_process()


@pytest.mark.parametrize(
    ("node", "output", "value"),
    [
        ("inner", "gx", 3),
        ("inner.told", "result", 3),
        ("inner.some", "y", 2),
        ("doubled", "result", {"a": "aa", "b": "bb"}),
        ("dyn", "result", {"a": "a", "b": "b"}),
    ],
)
def test_output_of_a_node(result: ExecuteInProcessResult, node: str, output: str, value: object) -> None:
    assert result.output_for_node(node, output) == value


@pytest.mark.parametrize(
    ("node", "output", "names"),
    [
        ("nope", "result", "no node 'nope'"),
        ("told", "result", "no node 'told'"),
        ("inner.nope", "result", "no node 'nope'"),
        ("inner.told.deeper", "result", "no node 'deeper'"),
        ("inner", "result", "no output 'result'"),
        ("inner.some", "zz", "no output 'zz'"),
        ("inner.some", "x", "gave back no output 'x'"),
        ("inner.after", "result", "gave back no output 'result'"),
    ],
)
def test_an_output_that_is_not_there(result: ExecuteInProcessResult, node: str, output: str, names: str) -> None:
    with pytest.raises(InvariantViolationError, match=names):
        result.output_for_node(node, output)


def test_outputs_of_the_job(result: ExecuteInProcessResult) -> None:
    assert result.output_value("top") == 3
    assert result.output_value("many") == {"a": "aa", "b": "bb"}
    with pytest.raises(InvariantViolationError, match="no output 'result'"):
        result.output_value()


def test_events_of_a_node_are_those_of_all_inside_it(result: ExecuteInProcessResult) -> None:
    keys = {event.step_key for event in result.events_for_node("inner")}
    assert keys == {"inner.some", "inner.after", "inner.told"}
    assert result.events_for_node("told") == []
    assert {event.step_key for event in result.events_for_node("doubled")} == {"doubled[a]", "doubled[b]"}
    assert all(event.step_key for event in result.all_node_events)
    assert result.all_events is result.all_events


def test_how_nodes_ended(result: ExecuteInProcessResult) -> None:
    assert result.success
    assert result.dagster_run.is_success
    assert result.is_node_success("inner.told")
    assert result.is_node_skipped("inner.after")
    assert result.is_node_skipped("inner")
    assert not result.is_node_success("inner.after")
    assert result.is_node_untouched("told")
    assert result.get_failed_step_keys() == set()
    assert [event.step_key for event in result.get_step_skipped_events()] == ["inner.after"]
    assert [event.step_key for event in result.filter_events(lambda event: event.is_step_skipped)] == ["inner.after"]


def test_what_a_node_said(result: ExecuteInProcessResult) -> None:
    [made] = result.asset_materializations_for_node("inner")
    assert (made.asset_key, made.partition, made.tags) == (AssetKey("foo"), "p", None)
    [seen] = result.asset_observations_for_node("inner.told")
    assert seen.asset_key == AssetKey("bar")
    [expected] = result.expectation_results_for_node("inner.told")
    assert (expected.label, expected.success) == ("l", False)
    assert result.asset_materializations_for_node("nope") == []


def test_the_end_of_a_run(result: ExecuteInProcessResult) -> None:
    assert result.get_run_success_event().is_run_success
    with pytest.raises(DaglabError, match="RUN_FAILURE"):
        result.get_run_failure_event()


def test_a_run_that_failed() -> None:
    @op(retry_policy=RetryPolicy(max_retries=2))
    def breaks() -> None:
        raise ValueError("boom")

    @job
    def broken() -> None:
        after(breaks())

    result = broken.execute_in_process(raise_on_error=False)
    assert not result.success
    assert result.is_node_failed("breaks")
    assert result.is_node_untouched("after")
    assert not result.is_node_skipped("after")
    assert result.retry_attempts_for_node("breaks") == 2
    assert result.get_failed_step_keys() == {"breaks"}
    failed = result.failure_data_for_node("breaks")
    assert failed is not None
    assert failed.error is not None
    assert failed.error.cause is not None
    assert failed.error.cause.cls_name == "ValueError"
    assert result.get_run_failure_event().job_failure_data.first_step_failure_event is not None
    with pytest.raises(InvariantViolationError):
        result.output_for_node("breaks")


def run_assets(*assets: Any) -> ExecuteInProcessResult:
    found: ExecuteInProcessResult = JobDefinition(graph_def=None, name="all", assets=assets).execute_in_process()
    return found


def test_values_of_assets() -> None:
    @asset(key_prefix="raw", check_specs=[AssetCheckSpec("ck", asset=["raw", "up"])])
    def up() -> Iterator[Any]:
        yield Output(1, metadata={"z": 2})
        yield AssetCheckResult(passed=False)

    @asset
    def nothing() -> None:
        pass

    @asset
    def stored_by_itself() -> MaterializeResult[Any]:
        return MaterializeResult(metadata={"k": "v"})

    @multi_asset(specs=[AssetSpec("s1"), AssetSpec("s2", skippable=True)])
    def several() -> Iterator[Any]:
        yield MaterializeResult(asset_key="s1")

    result = run_assets(up, nothing, stored_by_itself, several)
    assert result.asset_value(["raw", "up"]) == 1
    assert result.asset_value("raw/up") == result.asset_value(AssetKey(["raw", "up"])) == result.asset_value(up)
    assert result.output_for_node("raw__up") == 1
    assert result.asset_value("nothing") is None
    assert result.asset_value("stored_by_itself") is None
    with pytest.raises(InvariantViolationError, match="'s2'"):
        result.asset_value("s2")
    with pytest.raises(InvariantViolationError, match="'zz'"):
        result.asset_value("zz")
    keys = [event.asset_key for event in result.get_asset_materialization_events()]
    assert set(keys) == {AssetKey(["raw", "up"]), AssetKey("nothing"), AssetKey("stored_by_itself"), AssetKey("s1")}
    [made] = result.asset_materializations_for_node("raw__up")
    assert made.metadata["z"].value == 2
    [verdict] = result.get_asset_check_evaluations()
    assert (verdict.asset_key, verdict.check_name, verdict.passed) == (AssetKey(["raw", "up"]), "ck", False)
    assert set(result.materializations) == {"raw/up", "nothing", "stored_by_itself", "s1"}
    assert [one.check_name for one in result.checks] == ["ck"]


def test_none_is_a_value() -> None:
    @op
    def gives_none() -> Any:
        return None

    @job
    def one() -> None:
        gives_none()

    assert one.execute_in_process().output_for_node("gives_none") is None


def test_no_values_of_a_dynamic_output() -> None:
    @op(out=DynamicOut())
    def empty() -> Iterator[Any]:
        yield from ()

    @job
    def one() -> None:
        empty().map(doubled)

    result = one.execute_in_process()
    assert result.success
    with pytest.raises(InvariantViolationError):
        result.output_for_node("doubled")
