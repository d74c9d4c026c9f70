from __future__ import annotations

from typing import Any

import pytest

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.specs import AssetCheckKey, AssetCheckSpec, AssetDep, AssetSpec
from daglab.errors import DaglabError, InvalidDefinitionError, InvariantViolationError


@pytest.mark.parametrize(
    "arguments",
    [
        {"tags": {"k k": "v"}},
        {"tags": {"a/b/c": "v"}},
        {"tags": {"k": 1}},
        {"tags": {"k": "a b"}},
        {"tags": {"k" * 64: "v"}},
        {"owners": ["x"]},
        {"owners": ["team:"]},
        {"owners": [3]},
        {"group_name": ""},
        {"group_name": "a-b"},
        {"description": 3},
        {"metadata": 3},
        {"metadata": {1: 2}},
    ],
)
def test_what_cannot_be_said_of_an_asset(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidDefinitionError):
        AssetSpec("a", **arguments)


def test_kinds_are_tags_and_survive_a_change_of_tags() -> None:
    spec = AssetSpec("a", kinds={"pandas"}, tags={"q": "r"})
    assert spec.tags == {"q": "r", "dagster/kind/pandas": ""}
    changed = spec.replace_attributes(tags={"x": "y"})
    assert (changed.kinds, changed.plain_tags) == ({"pandas"}, {"x": "y"})
    merged = spec.merge_attributes(kinds={"dbt"}, tags={"x": "y"})
    assert (merged.kinds, merged.plain_tags) == ({"pandas", "dbt"}, {"q": "r", "x": "y"})


def test_attribute_replaced_by_none_is_gone() -> None:
    spec = AssetSpec("a", description="x", group_name="g", owners=["team:x"])
    bare = spec.replace_attributes(description=None, group_name=None, owners=None)
    assert bare == AssetSpec("a")
    assert spec.replace_attributes() == spec


def test_merged_deps_and_metadata_come_to_those_there() -> None:
    spec = AssetSpec("a", deps=["b"], metadata={"m": 1, "n": 2}).merge_attributes(deps=["b", "c"], metadata={"n": 3})
    assert (spec.deps, spec.metadata) == ([AssetDep("b"), AssetDep("c")], {"m": 1, "n": 3})


def test_one_asset_twice_in_different_ways_is_refused() -> None:
    with pytest.raises(InvariantViolationError, match="'b' twice"):
        AssetSpec("a", deps=[AssetDep("b"), AssetDep("b", partition_mapping="last")])


def test_metadata_is_kept_as_it_was_given() -> None:
    thing = object()
    spec = AssetSpec("a", metadata={"x": thing, "n": 1})
    assert spec.metadata == {"x": thing, "n": 1}
    assert {name: one.value for name, one in spec.metadata_values.items()} == {"x": "[object] (unserializable)", "n": 1}


def test_check_may_not_depend_on_its_own_asset() -> None:
    with pytest.raises(DaglabError, match="its own asset"):
        AssetCheckSpec("c", asset="a", additional_deps=["a"])


def test_written_form_of_a_check_comes_back() -> None:
    key = AssetCheckKey(AssetKey(["a", "b"]), "c")
    assert AssetCheckKey.from_user_string(key.to_user_string()) == key
    assert AssetCheckSpec("n", asset="z").replace_key(key).key == key
