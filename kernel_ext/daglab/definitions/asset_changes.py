"""What changes when an asset is given attributes, and what is said of the assets that a node makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from daglab.definitions.asset_dep import AssetDep
from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKeyPrefix
from daglab.definitions.asset_specs_of_node import specs_of_node
from daglab.definitions.labels import DEFAULT_GROUP
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.errors import InvalidDefinitionError


def for_all(given: Any, keys: Iterable[AssetKey]) -> Mapping[AssetKey, Any]:
    """What is said of each asset, where it may have been said once for all."""
    if given is None:
        return {}
    return given if isinstance(given, Mapping) else dict.fromkeys(keys, given)


def spec_with(
    spec: AssetSpec, given: Mapping[str, Mapping[AssetKey, Any]], new: Mapping[AssetKey, AssetKey]
) -> AssetSpec:
    """A spec with attributes that it was given, and with other keys.

    Raises:
        InvalidDefinitionError: a group or an automation condition is there already.
    """
    changes = {name: values[spec.key] for name, values in given.items() if spec.key in values}
    there = {"group_name": spec.group_name, "automation_condition": spec.automation_condition}
    for name, known in there.items():
        if name in changes and known not in (None, DEFAULT_GROUP):
            raise InvalidDefinitionError(
                f"asset {str(spec.key)!r} has the {name.replace('_', ' ')} {known!r} already",
                hint="change it with map_asset_specs",
            )
    if "tags" in changes:
        changes["tags"] = {**spec.plain_tags, **changes["tags"]}
    if "metadata" in changes:
        changes["metadata"] = {**spec.metadata, **changes["metadata"]}
    deps = [
        AssetDep(new.get(dep.asset_key, dep.asset_key), partition_mapping=dep.partition_mapping, metadata=dep.metadata)
        for dep in spec.deps
    ]
    return spec.replace_attributes(key=new.get(spec.key, spec.key), deps=deps, **changes)


def check_with(
    spec: AssetCheckSpec, new: Mapping[AssetKey, AssetKey], metadata: Mapping[Any, Mapping[str, Any]]
) -> AssetCheckSpec:
    """The spec of a check with metadata that it was given, and of an asset with another key."""
    if spec.key in metadata:
        spec = spec.with_metadata({**spec.metadata, **metadata[spec.key]})
    if spec.asset_key in new:
        spec = spec.replace_key(spec.key.replace_asset_key(new[spec.asset_key]))
    return spec


def said_by_output(node: Any, for_each: str | None, by_output: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The group of each output.

    Raises:
        InvalidDefinitionError: one was said for all, and some for single ones.
    """
    if for_each and by_output:
        raise InvalidDefinitionError(
            f"{node.name!r} is given a group, and groups by output", hint="give one of the two"
        )
    return by_output or dict.fromkeys(node.outs, for_each)


def parts_of_node(
    node: Any,
    *,
    keys_by_input_name: Mapping[str, AssetKey] | None,
    keys_by_output_name: Mapping[str, AssetKey] | None,
    key_prefix: CoercibleToAssetKeyPrefix | None,
    internal_asset_deps: Mapping[str, set[AssetKey]] | None,
    partition_mappings: Mapping[str, Any] | None,
    said: Mapping[str, Mapping[str, Any]],
    check_specs: Sequence[AssetCheckSpec] | None = None,
) -> dict[str, Any]:
    """What an `AssetsDefinition` of an op or graph is made of: specs, checks and inputs."""
    inputs = {name: (keys_by_input_name or {}).get(name, AssetKey([name])) for name in node.ins}
    mappings = {inputs[name]: one for name, one in (partition_mappings or {}).items() if name in inputs}
    internal = internal_asset_deps or {}
    deps = {
        name: [AssetDep(key, partition_mapping=mappings.get(key)) for key in internal.get(name, inputs.values())]
        for name in node.outs
    }
    checks = {one.get_python_identifier(): one for one in check_specs or ()}
    specs = specs_of_node(
        node,
        keys_by_output_name=keys_by_output_name,
        key_prefix=key_prefix,
        said=said,
        deps_by_output=deps,
        check_outputs=checks,
    )
    return {"specs": specs, "check_specs": checks, "keys_by_input": inputs, "deps_are_complete": True}
