"""What is said of the assets that a node makes: completed, checked, and told apart by output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from daglab.definitions.asset_dep import AssetDep
from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKeyPrefix, prefix_parts
from daglab.definitions.labels import DEFAULT_GROUP
from daglab.definitions.nodes import Out
from daglab.definitions.specs import AssetSpec
from daglab.errors import CycleError, InvalidDefinitionError

DEFAULT_OUTPUT = "result"


def completed_specs(
    specs: Mapping[str, AssetSpec],
    *,
    inputs: Iterable[AssetKey],
    outs: Mapping[str, Out],
    partitions_def: Any,
) -> dict[str, AssetSpec]:
    """Specs with all that their node says: the inputs among the dependencies, the group, the partitions.

    Args:
        specs: by output.
        inputs: the assets that the node receives; every one of its assets depends on them.
        outs: the node's outputs.
        partitions_def: the partitions of the assets that have none of their own.
    """
    received = tuple(inputs)
    return {name: _completed(spec, received, outs.get(name), partitions_def) for name, spec in specs.items()}


def _completed(spec: AssetSpec, inputs: tuple[AssetKey, ...], out: Out | None, partitions_def: Any) -> AssetSpec:
    known = {dep.asset_key: dep for dep in spec.deps}
    wanted = [known.get(key) or AssetDep(key) for key in dict.fromkeys((*inputs, *known))]
    skippable = spec.skippable or (out is not None and not out.is_required)
    partitions = spec.partitions_def if spec.partitions_def is not None else partitions_def
    group = spec.group_name or DEFAULT_GROUP
    as_it_is = wanted == list(spec.deps) and (skippable, group) == (spec.skippable, spec.group_name)
    if as_it_is and partitions is spec.partitions_def:
        return spec
    return spec.replace_attributes(deps=wanted, skippable=skippable, partitions_def=partitions, group_name=group)


def checked_specs(specs: Mapping[str, AssetSpec], *, can_subset: bool, partitions_def: Any) -> None:
    """Refuses specs whose partitions contradict each other or those of the node.

    Raises:
        InvalidDefinitionError: they do.
    """
    own = [spec for spec in specs.values() if spec.partitions_def is not None]
    for spec in own:
        if partitions_def is not None and spec.partitions_def != partitions_def:
            raise InvalidDefinitionError(
                f"asset {str(spec.key)!r} has other partitions than the computation that makes it",
                hint="say partitions_def in one of the two places",
            )
    if not can_subset and partitions_def is None and any(one.partitions_def != own[0].partitions_def for one in own):
        raise InvalidDefinitionError(
            f"the assets {[str(one.key) for one in own]} are made together and have different partitions",
            hint="set can_subset=True, so that each can be made alone",
        )


def refuse_self_dependency(spec: AssetSpec) -> None:
    """Refuses an asset that needs itself, unless it needs an earlier partition of itself.

    Raises:
        CycleError: it does.
    """
    for dep in spec.deps:
        if dep.asset_key == spec.key and (dep.partition_mapping is None or spec.partitions_def is None):
            raise CycleError([str(spec.key)])


def specs_of_node(
    node: Any,
    *,
    keys_by_output_name: Mapping[str, AssetKey] | None,
    key_prefix: CoercibleToAssetKeyPrefix | None,
    said: Mapping[str, Mapping[str, Any]],
    deps_by_output: Mapping[str, Iterable[AssetDep]],
    check_outputs: Iterable[str] = (),
) -> dict[str, AssetSpec]:
    """Specs for the outputs of an op or graph.

    Args:
        node: the op or graph.
        keys_by_output_name: the key of an output; its name by default, or the node's where there is one "result".
        key_prefix: parts before every key.
        said: for each attribute of a spec, what is said of each output.
        deps_by_output: what each output depends on.
        check_outputs: the outputs that are checks.
    """
    prefix = prefix_parts(key_prefix)
    found = {}
    for name, out in node.outs.items():
        if name in set(check_outputs):
            continue
        key = (keys_by_output_name or {}).get(name) or default_key(node, name)
        attributes: dict[str, Any] = {attribute: values.get(name) for attribute, values in said.items()}
        attributes.setdefault("description", None)
        if attributes["description"] is None:
            attributes["description"] = getattr(out, "description", None) or getattr(node, "description", None)
        found[name] = AssetSpec(
            key.with_prefix(prefix) if prefix else key, deps=deps_by_output.get(name, ()), **attributes
        )
    return found


def default_key(node: Any, output_name: str) -> AssetKey:
    """The key of an output that was given none."""
    if output_name == DEFAULT_OUTPUT and len(node.outs) == 1:
        return AssetKey([node.name])
    return AssetKey([output_name])


def input_name_of(key: AssetKey) -> str:
    """The name of the input that stands for an asset that is depended on without being received."""
    return "_".join(key.parts).replace("-", "_")
