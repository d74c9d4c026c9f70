from __future__ import annotations

from typing import Any

import pytest

from daglab.definitions.asset_in import AssetIn
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_out import AssetOut
from daglab.definitions.multi_asset import multi_asset, multi_observable_source_asset
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.errors import InvalidDefinitionError, InvalidSubsetError


def test_outs_become_assets_that_depend_on_every_input() -> None:
    @multi_asset(outs={"a": AssetOut(), "b": AssetOut(key_prefix="q", is_required=False)}, deps=["z"], group_name="g")
    def both(inp: int) -> tuple[int, int]:
        return inp, inp

    assert both.keys_by_output_name == {"a": AssetKey("a"), "b": AssetKey(["q", "b"])}
    assert both.asset_deps == {key: {AssetKey("inp"), AssetKey("z")} for key in both.keys}
    assert [spec.skippable for spec in both.specs] == [False, True]
    assert set(both.group_names_by_key.values()) == {"g"}
    assert [out.given_type for out in both.op.outs.values()] == [int, int]


def test_internal_deps_say_what_each_output_needs() -> None:
    @multi_asset(
        outs={"a": AssetOut(), "b": AssetOut()},
        internal_asset_deps={"a": {AssetKey("inp")}, "b": {AssetKey("a")}},
    )
    def both(inp: int): ...  # type: ignore[no-untyped-def]

    assert both.asset_deps == {AssetKey("a"): {AssetKey("inp")}, AssetKey("b"): {AssetKey("a")}}


def test_specs_become_outputs_without_values() -> None:
    @multi_asset(specs=[AssetSpec(["p", "a"]), AssetSpec("b", deps=[["p", "a"], "ext"], skippable=True)])
    def both() -> None: ...

    assert both.keys_by_output_name == {"p__a": AssetKey(["p", "a"]), "b": AssetKey("b")}
    assert both.keys_by_input_name == {"ext": AssetKey("ext")}
    assert [(out.carries_value, out.is_required) for out in both.op.outs.values()] == [(False, True), (False, False)]


def test_parameter_that_is_a_dependency_of_a_spec_is_received() -> None:
    @multi_asset(specs=[AssetSpec("b", deps=[["p", "c"]])])
    def one(p_c: int) -> None: ...

    assert one.keys_by_input == {"p_c": AssetKey(["p", "c"])}


def test_selected_assets_only() -> None:
    @multi_asset(specs=[AssetSpec("a"), AssetSpec("b")], check_specs=[AssetCheckSpec("c", asset="a")], can_subset=True)
    def both() -> None: ...

    part = both.subset_for({AssetKey("b")})
    assert (part.keys, part.check_keys, part.is_subset) == ({AssetKey("b")}, frozenset(), True)


def test_all_or_nothing_where_it_cannot_be_divided() -> None:
    @multi_asset(specs=[AssetSpec("a"), AssetSpec("b")])
    def both() -> None: ...

    with pytest.raises(InvalidSubsetError, match="together"):
        both.subset_for({AssetKey("b")})


def test_observing_is_no_making() -> None:
    @multi_observable_source_asset(specs=[AssetSpec("a")])
    def look() -> None: ...

    assert (look.is_observable, look.is_materializable, look.is_executable) == (True, False, True)


A = AssetOut()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"outs": {"a": A}, "specs": [AssetSpec("b")]}, "specs and outs"),
        ({"specs": [AssetSpec("b")], "deps": ["z"]}, "specs and deps"),
        ({"outs": {"a": AssetOut(group_name="h")}, "group_name": "g"}, "group 'g'"),
        ({"outs": {"a": A}, "internal_asset_deps": {"x": {AssetKey("a")}}}, "which it does not have"),
        ({"outs": {"a": A}, "internal_asset_deps": {"a": {AssetKey("no")}}}, "neither"),
        ({"outs": {"a": A}, "check_specs": [AssetCheckSpec("c", asset="y")]}, "not made here"),
        ({"outs": {"a": A}, "ins": {"q": AssetIn("z")}}, "no parameters"),
        ({"outs": {"a": "a"}}, "AssetOut"),
    ],
)
def test_arguments_that_contradict_each_other(arguments: dict[str, Any], message: str) -> None:
    def both() -> None: ...

    with pytest.raises(InvalidDefinitionError, match=message):
        multi_asset(**arguments)(both)
