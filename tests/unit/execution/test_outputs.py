from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import numpy as np
import pytest
from running import Run

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.nodes import NodeDefinition, Out
from daglab.definitions.results import AssetCheckResult, MaterializeResult, Output
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.errors import InvocationError
from daglab.execution.outputs import Results, collect_results


def declared(*outputs: str, checks: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> AssetsDefinition:
    outs = {name: Out(is_required=name not in optional) for name in (*outputs, *checks)}
    return AssetsDefinition(
        node=NodeDefinition(name="step", compute=lambda context, inputs: None, outs=outs),
        specs={name: AssetSpec(["up", name]) for name in outputs},
        check_specs={name: AssetCheckSpec(name, asset=["up", outputs[0]] if outputs else "x") for name in checks},
    )


def collected(definition: AssetsDefinition, raw: object) -> Results:
    return collect_results(definition, raw)


@pytest.mark.parametrize("value", [3, None, [1, 2], (1, 2), "text", iter([1])])
def test_plain_value_is_the_one_output(value: object) -> None:
    assert collected(declared("a"), value) == Results(outputs={"a": Output(value, output_name="a")})


def test_tuple_is_one_value_for_each_of_several_outputs() -> None:
    assert collected(declared("a", "b"), (1, 2)) == Results(
        outputs={"a": Output(1, output_name="a"), "b": Output(2, output_name="b")}
    )


def test_outputs_may_come_one_by_one_in_any_order() -> None:
    def values() -> Iterator[Output[int]]:
        yield Output(2, output_name="b")
        yield Output(1, output_name="a")

    assert list(collected(declared("a", "b"), values()).outputs) == ["b", "a"]


def test_coroutines_and_async_generators_are_awaited() -> None:
    async def value() -> int:
        return 3

    async def values() -> AsyncIterator[Output[int]]:
        yield Output(1, output_name="a")

    assert collected(declared("a"), value()).outputs["a"].value == 3
    assert collected(declared("a"), values()).outputs["a"].value == 1


def test_materialize_result_names_its_asset() -> None:
    result = MaterializeResult(asset_key=["up", "b"], metadata={"n": 1}, data_version="7", value=5)
    found = collected(declared("a", "b", optional=("a",)), result)
    assert found == Results(outputs={"b": Output(5, output_name="b", metadata={"n": 1}, data_version="7")})


def test_verdicts_may_come_along() -> None:
    verdict = AssetCheckResult(passed=False, check_name="ok")
    found = collected(declared("a", checks=("ok",)), MaterializeResult(value=1, check_results=[verdict]))
    assert found.verdicts == {"ok": verdict}


@pytest.mark.parametrize(
    ("definition", "raw", "message"),
    [
        (declared("a", "b"), (1, 2, 3), "step 'step' gave back 3 values for 2 outputs"),
        (declared("a"), Output(1, output_name="z"), "step 'step' has no output 'z'"),
        (declared("a", "b"), iter(()), "step 'step' did not give back its output 'b'"),
        (
            declared("a", "b"),
            (Output(1, output_name="a"), Output(2, output_name="a")),
            "gave back its output 'a' twice",
        ),
        (declared("a", "b"), (Output(1, output_name="a"),), "step 'step' did not give back its output 'b'"),
        (declared("a", "b"), MaterializeResult(), "makes 2 assets and a MaterializeResult names none"),
        (declared("a"), MaterializeResult(asset_key="z"), "step 'step' does not make 'z'"),
        (
            declared("a"),
            AssetCheckResult(passed=True, check_name="z"),
            "a verdict for 'z', a check it does not declare",
        ),
        (declared(checks=("ok",)), 1, "gave back 1, of type int"),
        (declared(checks=("ok",)), None, "gave back None, of type NoneType"),
        (declared(checks=("ok",)), np.array([True, False]), "of type ndarray"),
    ],
)
def test_result_that_does_not_fit_is_refused(definition: AssetsDefinition, raw: object, message: str) -> None:
    with pytest.raises(InvocationError) as caught:
        collected(definition, raw)
    assert message in str(caught.value)


@pytest.mark.parametrize("passed", [True, np.bool_(True), np.True_])
def test_bare_truth_is_a_verdict(passed: object) -> None:
    assert collected(declared(checks=("ok",)), passed) == Results(verdicts={"ok": AssetCheckResult(passed=True)})


def test_optional_output_may_stay_away() -> None:
    assert collected(declared("a", "b", optional=("b",)), Output(1, output_name="a")).outputs.keys() == {"a"}


def test_none_is_a_value_and_is_stored() -> None:
    @asset
    def nothing() -> None:
        return None

    made = Run([nothing]).outcome.materializations["nothing"]
    assert made.stored is not None


def test_result_without_a_value_stores_nothing() -> None:
    @asset
    def kept_elsewhere() -> MaterializeResult[Any]:
        return MaterializeResult(metadata={"rows": 3}, data_version="v7")

    made = Run([kept_elsewhere]).outcome.materializations["kept_elsewhere"]
    assert (made.stored, made.data_version, made.metadata["rows"].value) == (None, "v7", 3)


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
