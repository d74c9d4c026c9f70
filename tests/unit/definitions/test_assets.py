from __future__ import annotations

from typing import Any

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_in import AssetIn
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_out import AssetOut
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.check_decorator import asset_check, multi_asset_check
from daglab.definitions.graph_asset import graph_asset, graph_multi_asset
from daglab.definitions.op_decorator import op
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.definitions.source_asset import SourceAsset
from daglab.definitions.source_asset_decorator import assets_of_source, observable_source_asset
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.definitions.types.nothing import Nothing
from daglab.errors import InvalidDefinitionError, InvariantViolationError


@op
def add_one(x: int) -> int:
    return x + 1


@asset(metadata={"x": 1}, kinds={"python"}, owners=["team:a"], deps=["z"], key_prefix=["p"], io_manager_key="iom")
def whole(context: Any, up: int) -> int:
    """
    What it is.

        Indented.
    """
    return up


def test_everything_said_of_an_asset_is_found_by_key() -> None:
    key = AssetKey(["p", "whole"])
    assert whole.asset_deps == {key: {AssetKey("up"), AssetKey("z")}}
    assert whole.metadata_by_key == {key: {"x": 1}}
    assert whole.tags_by_key == {key: {"dagster/kind/python": ""}}
    assert whole.owners_by_key == {key: ["team:a"]}
    assert whole.group_names_by_key == {key: "default"}
    assert whole.descriptions_by_key == {key: "What it is.\n\n    Indented."}
    assert whole.code_versions_by_key == {key: None}
    assert whole.keys_by_input_name == {"up": AssetKey("up"), "z": AssetKey("z")}
    assert (whole.required_resource_keys, whole.op.name) == ({"iom"}, "p__whole")
    assert whole.get_asset_spec() == whole.specs_by_key[key]
    with pytest.raises(KeyError):
        whole.get_asset_spec(AssetKey("nope"))


def test_mapped_specs_keep_their_keys_and_what_is_received() -> None:
    mapped = whole.map_asset_specs(lambda spec: spec.merge_attributes(tags={"a": "b"}, deps=["more"]))
    assert mapped.tags_by_key[whole.key]["a"] == "b"
    assert mapped.dependency_keys == {AssetKey("up"), AssetKey("z"), AssetKey("more")}
    with pytest.raises(InvalidDefinitionError, match="renamed"):
        whole.map_asset_specs(lambda spec: spec.replace_attributes(key="zz"))
    with pytest.raises(InvalidDefinitionError, match="receives"):
        whole.map_asset_specs(lambda spec: spec.replace_attributes(deps=["z"]))


def test_keys_are_replaced_wherever_they_are() -> None:
    new = {whole.key: AssetKey("b2"), AssetKey("up"): AssetKey("b1")}
    moved = whole.with_attributes(asset_key_replacements=new, group_names_by_key={whole.key: "g"})
    assert (moved.key, moved.keys_by_input, moved.op.name) == (AssetKey("b2"), {"up": AssetKey("b1")}, "p__whole")
    assert moved.group_names_by_key == {AssetKey("b2"): "g"}
    with pytest.raises(InvalidDefinitionError, match="already"):
        moved.with_attributes(group_names_by_key={AssetKey("b2"): "h"})


def test_assets_made_elsewhere_cannot_be_run() -> None:
    elsewhere = AssetsDefinition(specs=[AssetSpec("a"), AssetSpec("b")])
    assert (elsewhere.is_executable, elsewhere.is_external, elsewhere.is_materializable) == (False, True, False)
    with pytest.raises(InvariantViolationError, match="made elsewhere"):
        _ = elsewhere.node_def
    with pytest.raises(InvalidDefinitionError, match="twice"):
        AssetsDefinition(specs=[AssetSpec("a"), AssetSpec("a")])


def test_asset_may_not_depend_on_itself() -> None:
    with pytest.raises(InvalidDefinitionError, match="x → x"):
        asset(name="x", deps=["x"])(add_one.compute.function)  # type: ignore[attr-defined]


def test_different_partitions_need_subsets() -> None:
    one, other = StaticPartitionsDefinition(["a"]), StaticPartitionsDefinition(["b"])
    specs = {"x": AssetSpec("x", partitions_def=one), "y": AssetSpec("y", partitions_def=other)}
    with pytest.raises(InvalidDefinitionError, match="can_subset"):
        AssetsDefinition(node=add_one, specs=specs)
    assert AssetsDefinition(node=add_one, specs=specs, can_subset=True).partitions_def is None


def test_ins_of_no_value_need_no_parameter() -> None:
    @asset(ins={"first": AssetIn("z", dagster_type=Nothing)})
    def after() -> int:
        return 1

    assert (after.keys_by_input, after.specs[0].deps[0].asset_key) == ({"first": AssetKey("z")}, AssetKey("z"))


def test_graph_makes_an_asset_and_its_check() -> None:
    spec = AssetCheckSpec("c", asset=["p", "nn"])

    @graph_asset(name="nn", key_prefix="p", ins={"inp": AssetIn("zz")}, check_specs=[spec])
    def made(inp: int) -> Any:
        return {"result": add_one(inp), "p__nn_c": add_one.alias("verdict")(inp)}

    assert made.keys_by_output_name == {"result": AssetKey(["p", "nn"])}
    assert made.check_specs_by_output_name == {"p__nn_c": spec}
    assert (made.keys_by_input, made.node_def.name) == ({"inp": AssetKey("zz")}, "p__nn")
    with pytest.raises(InvariantViolationError):
        made(1)


def test_graph_makes_several_assets() -> None:
    @graph_multi_asset(outs={"a": AssetOut(), "b": AssetOut(key_prefix="q")}, group_name="g")
    def made(inp: int) -> Any:
        return {"a": add_one(inp), "b": add_one.alias("again")(inp)}

    assert made.asset_deps == {AssetKey("a"): {AssetKey("inp")}, AssetKey(["q", "b"]): {AssetKey("inp")}}
    assert set(made.group_names_by_key.values()) == {"g"}


def test_op_becomes_an_asset_of_its_name() -> None:
    made = AssetsDefinition.from_op(add_one, keys_by_input_name={"x": AssetKey("number")}, group_name="g")
    assert (made.key, made.keys_by_input) == (AssetKey("add_one"), {"x": AssetKey("number")})


def test_check_of_its_own_asset_among_additional_ones_is_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="additional_deps"):
        asset_check(asset="x", additional_deps=["x"])(lambda: True)
    with pytest.raises(InvalidDefinitionError, match="additional_ins"):
        asset_check(asset="x", additional_ins={"q": AssetIn("x")})(lambda q: True)
    with pytest.raises(InvalidDefinitionError, match="only one can be its asset"):
        asset_check(asset="x")(lambda a, b: True)


def test_checks_of_several_assets_are_one_step() -> None:
    @multi_asset_check(specs=[AssetCheckSpec("c", asset="x"), AssetCheckSpec("c", asset=["p", "y"])])
    def both(x: int) -> None: ...

    assert list(both.check_specs_by_output_name) == ["x_c", "p__y_c"]
    assert both.keys_by_input_name == {"x": AssetKey("x"), "p_y": AssetKey(["p", "y"])}


def test_source_asset_that_is_looked_at_can_be_run() -> None:
    @observable_source_asset(key_prefix="raw", io_manager_key="w")
    def flights() -> None: ...

    made = assets_of_source(flights)
    assert (flights.key, made.is_observable, made.is_executable) == (AssetKey(["raw", "flights"]), True, True)
    assert flights.required_resource_keys == {"w"}
    assert not assets_of_source(SourceAsset("x")).is_executable
