from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from story import steps

from daglab import (
    AssetIn,
    AssetMaterialization,
    In,
    InputContext,
    IOManager,
    Out,
    Output,
    OutputContext,
    SourceAsset,
    asset,
    input_manager,
    job,
    materialize,
    op,
)


class Telling(IOManager):
    """Notes what it is told, and loads 42."""

    def __init__(self) -> None:
        self.outputs: list[OutputContext] = []
        self.inputs: list[InputContext] = []

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        self.outputs.append(context)

    def load_input(self, context: InputContext) -> Any:
        self.inputs.append(context)
        return 42


def test_input_of_an_asset_tells_of_the_output_that_made_it() -> None:
    manager = Telling()

    @asset(io_manager_key="k", metadata={"a": 1}, key_prefix="p")
    def up(context) -> int:  # type: ignore[no-untyped-def]
        context.add_output_metadata({"o": 5})
        return 1

    @asset(ins={"up": AssetIn(key_prefix="p")})
    def down(up: int) -> int:
        assert up == 42
        return up

    assert materialize([up, down], resources={"k": manager}).success
    [told], [loaded] = manager.outputs, manager.inputs
    assert told.output_metadata["o"].value == 5
    source = loaded.upstream_output
    assert source is not None
    assert (source.name, source.step_key, source.dagster_type.display_name) == ("result", "p__up", "Int")
    assert dict(source.definition_metadata) == {"a": 1}


def test_input_of_an_op_tells_of_the_output_that_made_it() -> None:
    manager = Telling()

    @op(out=Out(metadata={"m": 1}, io_manager_key="k"))
    def up() -> int:
        return 1

    @op(ins={"x": In(metadata={"i": 2})})
    def down(x: int) -> None:
        assert x == 42

    @job(resource_defs={"k": manager})
    def chain() -> None:
        down(up())

    assert chain.execute_in_process().success
    [loaded] = manager.inputs
    assert loaded.upstream_output is not None
    assert dict(loaded.definition_metadata) == {"i": 2}
    assert dict(loaded.upstream_output.definition_metadata) == {"m": 1}


def test_asset_made_elsewhere_is_loaded_by_its_own_manager() -> None:
    manager = Telling()
    outside = SourceAsset("outside", io_manager_key="k", metadata={"m": "x"})

    @asset
    def a(outside: int) -> int:
        return outside

    assert materialize([a, outside], resources={"k": manager}).asset_value("a") == 42
    [loaded] = manager.inputs
    assert loaded.asset_key.path == ["outside"]
    assert loaded.upstream_output is not None
    assert "m" in loaded.upstream_output.definition_metadata


def test_manager_may_yield_events_and_facts() -> None:
    class Yielding(Telling):
        def handle_output(self, context: OutputContext, obj: Any) -> Iterator[Any]:  # type: ignore[override]
            yield AssetMaterialization("side")
            yield {"size": 3}

    @op(out=Out(io_manager_key="k"))
    def up() -> Output[int]:
        return Output(1)

    @job(resource_defs={"k": Yielding()})
    def alone() -> None:
        up()

    result = alone.execute_in_process()
    assert steps(result, "ASSET_MATERIALIZATION") == ["up"]
    [handled] = [one for one in result.all_events if one.event_type_value == "HANDLED_OUTPUT"]
    assert handled.event_specific_data.metadata["size"].value == 3


def test_config_of_an_input_reaches_its_manager() -> None:
    @input_manager(config_schema={"n": int}, input_config_schema={"q": int})
    def numbers(context) -> tuple[int, int]:  # type: ignore[no-untyped-def]
        return context.resource_config["n"], context.config["q"]

    seen = []

    @op(ins={"x": In(input_manager_key="numbers")})
    def take(x: Any) -> None:
        seen.append(x)

    @job(resource_defs={"numbers": numbers})
    def alone() -> None:
        take()

    config = {"resources": {"numbers": {"config": {"n": 3}}}, "ops": {"take": {"inputs": {"x": {"q": 4}}}}}
    assert alone.execute_in_process(run_config=config).success
    assert seen == [(3, 4)]
