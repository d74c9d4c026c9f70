"""`@graph_asset` and `@graph_multi_asset`: a graph of ops makes an asset, or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

from daglab.definitions.asset_dep import AssetDep
from daglab.definitions.asset_in import AssetIn
from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey, CoercibleToAssetKeyPrefix, prefix_parts
from daglab.definitions.asset_out import AssetOut
from daglab.definitions.asset_parts import check_outputs
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.docstrings import read_description
from daglab.definitions.graph_decorator import graph
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.nodes import GraphOut
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.errors import InvalidDefinitionError

OUTPUT_NAME = "result"


@overload
def graph_asset(compose_fn: Callable[..., Any], /) -> AssetsDefinition: ...


@overload
def graph_asset(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    config: Any = None,
    key_prefix: CoercibleToAssetKeyPrefix | None = None,
    group_name: str | None = None,
    partitions_def: Any = None,
    hooks: Iterable[Any] | None = None,
    metadata: RawMetadata | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Iterable[str] | None = None,
    automation_condition: Any = None,
    backfill_policy: Any = None,
    resource_defs: Mapping[str, object] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    code_version: str | None = None,
    key: CoercibleToAssetKey | None = None,
    kinds: Iterable[str] | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]: ...


def graph_asset(
    compose_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    config: Any = None,
    key_prefix: CoercibleToAssetKeyPrefix | None = None,
    group_name: str | None = None,
    partitions_def: Any = None,
    hooks: Iterable[Any] | None = None,
    metadata: RawMetadata | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Iterable[str] | None = None,
    automation_condition: Any = None,
    backfill_policy: Any = None,
    resource_defs: Mapping[str, object] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    code_version: str | None = None,
    key: CoercibleToAssetKey | None = None,
    kinds: Iterable[str] | None = None,
) -> AssetsDefinition | Callable[[Callable[..., Any]], AssetsDefinition]:
    """Makes a function that calls ops an asset: its parameters are the assets that it needs.

    Args:
        compose_fn: the function; given by Python when the decorator is used bare.
        name: the last part of the key; the function's name by default.
        description: Markdown; the docstring by default.
        ins: which asset a parameter is, where its name does not say so.
        config: how the config of the ops is made.
        key_prefix: parts before the name.
        group_name: the group it is shown in.
        partitions_def: its partitions.
        hooks: what is called when a step of it ends.
        metadata: facts that hold for every materialization.
        tags: labels.
        owners: e-mail addresses, or teams as "team:name".
        automation_condition: when it is made without being asked for.
        backfill_policy: how many partitions one run makes.
        resource_defs: resources that come with it, by key.
        check_specs: checks whose verdicts the graph gives back along with the value.
        code_version: a version of the code.
        key: the whole key, instead of `name` and `key_prefix`.
        kinds: short words that say what it is made of.

    Raises:
        InvalidDefinitionError: a key, and a name or prefix.

    Example:
        >>> from daglab.definitions.op_decorator import op
        >>> @op
        ... def add_one(x):
        ...     return x + 1
        >>> @graph_asset
        ... def following(number):
        ...     return add_one(number)
        >>> following.needed_keys
        (AssetKey(['number']),)
    """

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        own_key = _choose_key(function, name=name, key_prefix=key_prefix, key=key)
        identifier = own_key.to_python_identifier()
        checks = check_outputs(check_specs, [own_key], f"@graph_asset {identifier!r}")
        made = _compose(function, identifier, description, config, [OUTPUT_NAME, *checks])
        keys = _input_keys(made, ins)
        spec = AssetSpec(
            own_key,
            deps=_deps(made, ins),
            description=description or read_description(function),
            metadata=metadata,
            group_name=group_name,
            code_version=code_version,
            automation_condition=automation_condition,
            owners=owners,
            tags=tags,
            kinds=kinds,
            partitions_def=partitions_def,
        )
        return AssetsDefinition(
            node=made,
            specs={OUTPUT_NAME: spec},
            check_specs=checks,
            keys_by_input=keys,
            resource_defs=resource_defs,
            hooks=hooks,
            backfill_policy=backfill_policy,
        )

    return decorate(compose_fn) if compose_fn is not None else decorate


def graph_multi_asset(
    *,
    outs: Mapping[str, AssetOut],
    name: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    partitions_def: Any = None,
    hooks: Iterable[Any] | None = None,
    backfill_policy: Any = None,
    group_name: str | None = None,
    can_subset: bool = False,
    resource_defs: Mapping[str, object] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    config: Any = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]:
    """Makes a function that calls ops several assets: it returns a dict of them.

    Args:
        outs: the assets, by the name of the graph's output.
        name: the graph's name; the function's by default.
        ins: which asset a parameter is, where its name does not say so.
        partitions_def: the partitions of all of them.
        hooks: what is called when a step of it ends.
        backfill_policy: how many partitions one run makes.
        group_name: the group of all of them.
        can_subset: whether some of them can be made without the others.
        resource_defs: resources that come with it, by key.
        check_specs: checks whose verdicts the graph gives back along with the values.
        config: how the config of the ops is made.

    Raises:
        InvalidDefinitionError: a group for all, and one of an output.

    Example:
        >>> from daglab.definitions.op_decorator import op
        >>> @op
        ... def add_one(x):
        ...     return x + 1
        >>> @graph_multi_asset(outs={"second": AssetOut(), "third": AssetOut(key_prefix="more")})
        ... def counting(first):
        ...     second = add_one(first)
        ...     return {"second": second, "third": add_one.alias("again")(second)}
        >>> sorted(map(str, counting.keys))
        ['more/third', 'second']
    """

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        own_name = name or function.__name__
        grouped = [one for one in outs.values() if one.group_name is not None]
        if group_name is not None and grouped:
            raise InvalidDefinitionError(
                f"@graph_multi_asset {own_name!r} has the group {group_name!r}, and one of its outs another",
                hint="say groups in one place",
            )
        keys = {output: one.resolve_key(output) for output, one in outs.items()}
        checks = check_outputs(check_specs, keys.values(), f"@graph_multi_asset {own_name!r}")
        made = _compose(function, own_name, None, config, [*outs, *checks])
        deps = _deps(made, ins)
        specs = {output: one.to_spec(keys[output], deps, partitions_def=partitions_def) for output, one in outs.items()}
        return AssetsDefinition(
            node=made,
            specs={
                output: spec.replace_attributes(group_name=spec.group_name or group_name)
                for output, spec in specs.items()
            },
            check_specs=checks,
            keys_by_input=_input_keys(made, ins),
            can_subset=can_subset,
            resource_defs=resource_defs,
            hooks=hooks,
            backfill_policy=backfill_policy,
        )

    return decorate


def _choose_key(
    function: Callable[..., Any],
    *,
    name: str | None,
    key_prefix: CoercibleToAssetKeyPrefix | None,
    key: CoercibleToAssetKey | None,
) -> AssetKey:
    if key is None:
        return AssetKey([*prefix_parts(key_prefix), name or function.__name__])
    if name is not None or key_prefix is not None:
        raise InvalidDefinitionError(
            f"graph asset {str(key)!r} has a key and also a name or a prefix", hint="give one or the other"
        )
    return AssetKey.from_coercible(key)


def _compose(
    function: Callable[..., Any], name: str, description: str | None, config: Any, outputs: Sequence[str]
) -> GraphDefinition:
    out = {output: GraphOut() for output in outputs} if list(outputs) != [OUTPUT_NAME] else GraphOut()
    return graph(name=name, description=description, out=out, config=config)(function)


def _said(made: GraphDefinition, ins: Mapping[str, Any] | None) -> dict[str, AssetIn]:
    return {name: AssetIn.from_coercible((ins or {}).get(name, AssetIn())) for name in made.ins}


def _input_keys(made: GraphDefinition, ins: Mapping[str, Any] | None) -> dict[str, AssetKey]:
    unknown = [one for one in ins or {} if one not in made.ins]
    if unknown:
        raise InvalidDefinitionError(
            f"graph asset {made.name!r}: ins names {unknown}, which are no parameters of its function",
            hint=f"its parameters are {list(made.ins)}",
        )
    return {name: one.resolve_key(name) for name, one in _said(made, ins).items()}


def _deps(made: GraphDefinition, ins: Mapping[str, Any] | None) -> list[AssetDep]:
    return [
        AssetDep(one.resolve_key(name), partition_mapping=one.partition_mapping)
        for name, one in _said(made, ins).items()
    ]
