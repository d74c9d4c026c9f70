from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from running import Run

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.dynamic import DynamicOutput
from daglab.definitions.nodes import DynamicOut, Out
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.results import AssetCheckResult, MaterializeResult, Output
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.definitions.types.nothing import Nothing
from daglab.definitions.user_events import AssetMaterialization, ExpectationResult
from daglab.errors import InvalidInvocationError, InvariantViolationError
from daglab.execution import outputs
from daglab.foundation.event_loop import RunLoop
from daglab.planning.steps import Step


def declared(checks: tuple[str, ...] = (), **outs: Out) -> Step:
    op = OpDefinition(name="step", compute=lambda context, inputs: None, outs=outs)
    return Step(
        key="step",
        op=op,
        specs={name: AssetSpec(["up", name]) for name in outs if name not in checks},
        check_specs={name: AssetCheckSpec(name, asset=["up", next(iter(outs))]) for name in checks},
    )


ONE, TWO = declared(a=Out()), declared(a=Out(), b=Out())
DYNAMIC = declared(a=DynamicOut())
CHECK = declared(("ok",), ok=Out())


def results_of(step: Step, raw: object) -> Iterator[object]:
    with closing(RunLoop()) as loop:
        yield from outputs.results_of(step, raw, loop)


@pytest.mark.parametrize("value", [3, None, [1, 2], (1, 2), "text", {"a": 1}])
def test_plain_value_is_the_one_output(value: object) -> None:
    assert list(results_of(ONE, value)) == [Output(value, output_name="a")]


def test_iterator_that_is_no_generator_is_a_value() -> None:
    value = iter([1])
    assert list(results_of(ONE, value)) == [Output(value, output_name="a")]


def test_tuple_is_one_value_for_each_of_several_outputs() -> None:
    assert list(results_of(TWO, (1, 2))) == [Output(1, output_name="a"), Output(2, output_name="b")]


def test_output_without_a_name_in_a_tuple_takes_the_name_of_its_place() -> None:
    found = list(results_of(TWO, (Output(1, metadata={"n": 1}), 2)))
    assert found == [Output(1, output_name="a", metadata={"n": 1}), Output(2, output_name="b")]


def test_none_stands_for_several_outputs_that_pass_nothing() -> None:
    step = declared(a=Out(Nothing), b=Out(Nothing))
    assert list(results_of(step, None)) == [Output(None, output_name="a"), Output(None, output_name="b")]


def test_outputs_may_come_one_by_one_in_any_order() -> None:
    def values() -> Iterator[Output[int]]:
        yield Output(2, output_name="b")
        yield Output(1, output_name="a")

    assert [one.output_name for one in results_of(TWO, values())] == ["b", "a"]  # type: ignore[attr-defined]


def test_generator_goes_on_only_when_asked() -> None:
    seen = []

    def values() -> Iterator[Output[int]]:
        seen.append("start")
        yield Output(1, output_name="a")
        seen.append("end")

    found = results_of(ONE, values())
    next(found)
    assert seen == ["start"]


def test_coroutines_and_async_generators_are_awaited() -> None:
    async def value() -> int:
        return 3

    async def values() -> AsyncIterator[Output[int]]:
        yield Output(1, output_name="a")

    assert list(results_of(ONE, value())) == [Output(3, output_name="a")]
    assert list(results_of(ONE, values())) == [Output(1, output_name="a")]


def test_coroutines_run_within_a_loop_that_runs_already() -> None:
    async def value() -> int:
        return 3

    async def around() -> list[object]:
        return list(results_of(ONE, value()))

    assert asyncio.run(around()) == [Output(3, output_name="a")]


def test_error_of_a_coroutine_has_no_context_of_ours() -> None:
    async def value() -> int:
        raise KeyError("mine")

    with pytest.raises(KeyError) as caught:
        list(results_of(ONE, value()))
    assert caught.value.__context__ is None


def test_list_is_the_values_of_a_dynamic_output() -> None:
    values = [DynamicOutput(1, mapping_key="x"), DynamicOutput(2, mapping_key="y")]
    found = [(one.value, one.mapping_key, one.output_name) for one in results_of(DYNAMIC, values)]  # type: ignore[attr-defined]
    assert found == [(1, "x", "a"), (2, "y", "a")]


def test_verdict_inside_a_result_leaves_one_output_to_fill() -> None:
    step = declared(("ok",), a=Out(), ok=Out(Nothing))
    result = MaterializeResult(value=1, check_results=[AssetCheckResult(passed=True)])
    assert list(results_of(step, result)) == [result]


@pytest.mark.parametrize("passed", [True, np.bool_(True), np.True_])
def test_bare_truth_is_a_verdict(passed: object) -> None:
    assert list(results_of(CHECK, passed)) == [AssetCheckResult(passed=True, check_name="ok")]


@pytest.mark.parametrize("value", [1, None, np.array([True, False])])
def test_anything_else_is_no_verdict(value: object) -> None:
    with pytest.raises(InvalidInvocationError, match="True, False or an AssetCheckResult"):
        list(results_of(CHECK, value))


@pytest.mark.parametrize(
    ("step", "raw", "message"),
    [
        (TWO, (1, 2, 3), "gave back 3 values for 2 outputs"),
        (TWO, (1,), "gave back 1 values for 2 outputs"),
        (TWO, [1, 2], "has 2 outputs and gave back one value of type list"),
        (TWO, None, "has 2 outputs and gave back one value of type NoneType"),
        (TWO, Output(1, output_name="a"), "has 2 outputs and gave back one value of type Output"),
        (TWO, (Output(1, output_name="b"), 2), "gave back output 'b' where 'a' was expected"),
        (ONE, Output(1, output_name="z"), "gave back output 'z' where 'a' was expected"),
        (ONE, AssetMaterialization("k"), "returned AssetMaterialization, which is no output"),
        (ONE, ExpectationResult(success=True), "returned ExpectationResult, which is no output"),
        (ONE, (one for one in [1]), "yielded 1, of type int"),
        (declared(), 1, "has no outputs and gave back a value of type int"),
        (DYNAMIC, None, "gave back NoneType for its dynamic output 'a'"),
        (DYNAMIC, DynamicOutput(1, mapping_key="x"), "gave back DynamicOutput for its dynamic output 'a'"),
        (DYNAMIC, [1], "gave back 1 in the list for its dynamic output 'a'"),
    ],
)
def test_result_that_does_not_fit_is_refused(step: Step, raw: object, message: str) -> None:
    with pytest.raises(InvariantViolationError) as caught:
        list(results_of(step, raw))
    assert message in str(caught.value)


def test_none_is_a_value_and_is_stored() -> None:
    @asset
    def nothing() -> Any:
        return None

    made = Run([nothing]).outcome.materializations["nothing"]
    assert made.stored is not None


def test_result_without_a_value_stores_nothing() -> None:
    @asset
    def kept_elsewhere() -> MaterializeResult[Any]:
        return MaterializeResult(metadata={"rows": 3}, data_version="7")

    made = Run([kept_elsewhere]).outcome.materializations["kept_elsewhere"]
    assert (made.stored, made.data_version, made.metadata["rows"].value) == (None, "7", 3)


def test_verdict_of_a_check_may_tell_more() -> None:
    @asset
    def a() -> int:
        return 1

    @asset_check(asset=a)
    def ok(a: int) -> AssetCheckResult:
        return AssetCheckResult(passed=True, description="fine", metadata={"seen": a})

    [found] = Run([a, ok]).outcome.checks
    assert (found.passed, found.message, found.metadata["seen"].value) == (True, "fine", 1)
    assert AssetKey.from_user_string(found.asset_key) == AssetKey("a")
