"""What tests that were written for another system read off a run: names, orders, classes of errors."""

from __future__ import annotations

from typing import Any

import pytest

from daglab import (
    AssetCheckResult,
    AssetObservation,
    AssetSelection,
    AssetSpec,
    DagsterError,
    DagsterMaxRetriesExceededError,
    DagsterTypeCheckDidNotPass,
    DataVersion,
    Definitions,
    DynamicOut,
    DynamicOutput,
    Failure,
    GraphDefinition,
    In,
    IOManager,
    IOManagerDefinition,
    ObserveResult,
    Out,
    RetryPolicy,
    RetryRequested,
    asset,
    asset_check,
    define_asset_job,
    job,
    materialize,
    multi_asset,
    multi_observable_source_asset,
    observable_source_asset,
    op,
)
from daglab import (
    DagsterInvalidDefinitionError as InvalidDefinitionError,
)


class Manager(IOManager):
    def __init__(self, fails: str = "") -> None:
        self.fails = fails

    def handle_output(self, context: Any, obj: Any) -> None:
        if self.fails == "handle":
            raise KeyError("full")

    def load_input(self, context: Any) -> Any:
        if self.fails == "load":
            raise KeyError("gone")
        context.add_input_metadata({"rows": 3})
        return 7


def job_of(manager: IOManager) -> Any:
    @op(out={"a": Out(), "b": Out()})
    def two() -> tuple[int, int]:
        return 1, 2

    @op(ins={"left": In(int), "right": In(int)})
    def add(left: int, right: int) -> int:
        return left + right

    @job(resource_defs={"io_manager": IOManagerDefinition.hardcoded_io_manager(manager)})
    def made() -> None:
        add(*two())

    return made


def of_step(result: Any, key: str) -> list[str]:
    return [event.event_type_value for event in result.all_events if event.step_key == key]


def test_all_inputs_are_loaded_before_the_first_one_is_checked() -> None:
    result = job_of(Manager()).execute_in_process()
    inputs = ["LOADED_INPUT", "LOADED_INPUT", "STEP_INPUT", "STEP_INPUT"]
    assert of_step(result, "add") == ["STEP_START", *inputs, "STEP_OUTPUT", "HANDLED_OUTPUT", "STEP_SUCCESS"]


def test_what_an_io_manager_says_of_an_input_is_told() -> None:
    result = job_of(Manager()).execute_in_process()
    loaded = [event for event in result.all_events if event.event_type_value == "LOADED_INPUT"]
    assert [event.loaded_input_data.metadata["rows"].value for event in loaded] == [3, 3]


@pytest.mark.parametrize(
    ("fails", "step", "name"),
    [("handle", "two", "DagsterExecutionHandleOutputError"), ("load", "add", "DagsterExecutionLoadInputError")],
)
def test_errors_of_io_managers_have_their_names(fails: str, step: str, name: str) -> None:
    result = job_of(Manager(fails)).execute_in_process(raise_on_error=False)
    data = result.failure_data_for_node(step)
    assert data is not None and data.error is not None and data.error.cause is not None
    assert (data.error.cls_name, data.error.cause.cls_name) == (name, "KeyError")


def test_resources_of_a_single_step_are_opened_in_its_name() -> None:
    @asset
    def orders() -> int:
        return 1

    @asset
    def total(orders: int) -> int:
        return orders

    @op(out={})
    def bare():  # type: ignore[no-untyped-def]
        pass

    @job
    def nothing_to_keep() -> None:
        bare()

    def opened(result: Any) -> list[Any]:
        return [one.step_key for one in result.all_events if one.event_type_value.startswith("RESOURCE_INIT")]

    assert opened(materialize([orders])) == ["orders", "orders"]
    assert opened(materialize([orders, total])) == [None, None]
    assert opened(nothing_to_keep.execute_in_process()) == []


def test_a_step_that_asks_for_too_many_tries() -> None:
    @op
    def asks() -> None:
        raise RetryRequested(max_retries=1) from KeyError("busy")

    @job
    def made() -> None:
        asks()

    with pytest.raises(DagsterMaxRetriesExceededError, match="max_retries of 1") as caught:
        made.execute_in_process()
    assert isinstance(caught.value, DagsterError)
    failed = made.execute_in_process(raise_on_error=False).failure_data_for_node("asks")
    assert failed is not None and failed.error is not None
    assert failed.error.cls_name == "RetryRequested"


def test_a_policy_that_is_used_up() -> None:
    tries = []

    @op(retry_policy=RetryPolicy(max_retries=2))
    def fails() -> None:
        tries.append(1)
        raise ValueError("boom")

    @op(retry_policy=RetryPolicy(max_retries=2))
    def gives_up() -> None:
        raise Failure("final", allow_retries=False)

    @op(retry_policy=RetryPolicy(max_retries=2))
    def is_wrong() -> int:
        return "text"  # type: ignore[return-value]

    with pytest.raises(DagsterMaxRetriesExceededError, match=r"max_retries of 2.*ValueError: boom") as caught:
        GraphDefinition(name="made", node_defs=[fails]).execute_in_process()
    assert isinstance(caught.value.__cause__, ValueError)
    assert len(tries) == 3
    with pytest.raises(Failure, match="final"):
        GraphDefinition(name="made", node_defs=[gives_up]).execute_in_process()
    with pytest.raises(DagsterTypeCheckDidNotPass):
        GraphDefinition(name="made", node_defs=[is_wrong]).execute_in_process()


def test_a_mapped_step_whose_policy_is_used_up() -> None:
    @op(out=DynamicOut())
    def fan() -> Any:
        yield DynamicOutput(1, mapping_key="a")

    @op(retry_policy=RetryPolicy(max_retries=1))
    def fails(one: int) -> None:
        raise ValueError(one)

    @job
    def made() -> None:
        fan().map(fails)

    with pytest.raises(DagsterMaxRetriesExceededError, match="max_retries of 1"):
        made.execute_in_process()


def test_dynamic_step_alone() -> None:
    @op(out=DynamicOut())
    def fan() -> Any:
        yield DynamicOutput(1, mapping_key="a")

    @job
    def made() -> None:
        fan()

    assert of_step(made.execute_in_process(), "fan")[:2] == ["RESOURCE_INIT_STARTED", "RESOURCE_INIT_SUCCESS"]


def test_an_observation_tells_the_version_that_was_found() -> None:
    @observable_source_asset
    def source() -> DataVersion:
        return DataVersion("3")

    definitions = Definitions(assets=[source], jobs=[define_asset_job("look", [source])])
    [event] = definitions.get_job_def("look").execute_in_process().get_asset_observation_events()
    assert event.asset_observation.data_version == "3"
    plain = AssetObservation("source", tags={"a": "b"})
    assert (plain.data_version, plain.with_metadata({"rows": 3}).metadata["rows"].value) == (None, 3)


def test_assets_whose_steps_would_be_one_are_refused() -> None:
    @asset(key=["x", "y"])
    def inner() -> int:
        return 1

    @asset(key="x__y")
    def outer() -> int:
        return 2

    @multi_asset(specs=[AssetSpec("b")], name="x__y")
    def several() -> None: ...

    @asset(name="x")
    def plain() -> int:
        return 3

    @asset_check(asset="x", name="_y")
    def check() -> AssetCheckResult:
        return AssetCheckResult(passed=True)

    for given, names in (([inner, outer], "'x/y' and 'x__y'"), ([outer, several], "'x__y' and 'b'")):
        with pytest.raises(InvalidDefinitionError, match=names):
            materialize(given)
    with pytest.raises(InvalidDefinitionError, match="check _y of x"):
        materialize([plain, outer, check])
    assert materialize([outer]).asset_value("x__y") == 2


def test_what_observations_give_back_is_told() -> None:
    @observable_source_asset
    def one() -> DataVersion:
        return DataVersion("1")

    @multi_observable_source_asset(specs=[AssetSpec("a"), AssetSpec("b")])
    def two() -> Any:
        yield ObserveResult(asset_key="a")
        yield ObserveResult(asset_key="b")

    jobs = [define_asset_job("look", [one]), define_asset_job("look_at_both", AssetSelection.keys("a", "b"))]
    definitions = Definitions(assets=[one, two], jobs=jobs)

    def told(name: str, step: str) -> list[str]:
        found = of_step(definitions.get_job_def(name).execute_in_process(), step)
        return [kind for kind in found if kind in ("STEP_OUTPUT", "ASSET_OBSERVATION")]

    assert told("look", "one") == ["ASSET_OBSERVATION", "STEP_OUTPUT"]
    assert told("look_at_both", "two") == ["STEP_OUTPUT", "ASSET_OBSERVATION"] * 2
