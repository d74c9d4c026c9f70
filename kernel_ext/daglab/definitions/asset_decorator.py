"""`@asset`: a function becomes an asset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

from daglab.definitions.asset_inputs import merged_deps, read_inputs
from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey, CoercibleToAssetKeyPrefix
from daglab.definitions.asset_parts import check_outputs, make_op, verdict_outs
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.docstrings import read_description
from daglab.definitions.function_compute import read_signature
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY, Out
from daglab.definitions.op_signature import infer_outs
from daglab.definitions.retries import RetryPolicy
from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.specs import AssetCheckSpec, AssetSpec, CoercibleToAssetDep
from daglab.errors import InvalidDefinitionError

OUTPUT_NAME = "result"


@overload
def asset(compute_fn: Callable[..., Any], /) -> AssetsDefinition: ...


@overload
def asset(
    *,
    name: str | None = None,
    key_prefix: CoercibleToAssetKeyPrefix | None = None,
    ins: Mapping[str, object] | None = None,
    deps: Iterable[CoercibleToAssetDep] | None = None,
    metadata: RawMetadata | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    config_schema: Any = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    hooks: Iterable[Any] | None = None,
    io_manager_def: Any = None,
    io_manager_key: str | None = None,
    dagster_type: Any = None,
    partitions_def: Any = None,
    op_tags: Mapping[str, Any] | None = None,
    group_name: str | None = None,
    output_required: bool = True,
    automation_condition: Any = None,
    freshness_policy: Any = None,
    backfill_policy: Any = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    key: CoercibleToAssetKey | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    owners: Iterable[str] | None = None,
    kinds: Iterable[str] | None = None,
    pool: str | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]: ...


def asset(
    compute_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    key_prefix: CoercibleToAssetKeyPrefix | None = None,
    ins: Mapping[str, object] | None = None,
    deps: Iterable[CoercibleToAssetDep] | None = None,
    metadata: RawMetadata | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    config_schema: Any = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    hooks: Iterable[Any] | None = None,
    io_manager_def: Any = None,
    io_manager_key: str | None = None,
    dagster_type: Any = None,
    partitions_def: Any = None,
    op_tags: Mapping[str, Any] | None = None,
    group_name: str | None = None,
    output_required: bool = True,
    automation_condition: Any = None,
    freshness_policy: Any = None,
    backfill_policy: Any = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    key: CoercibleToAssetKey | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    owners: Iterable[str] | None = None,
    kinds: Iterable[str] | None = None,
    pool: str | None = None,
) -> AssetsDefinition | Callable[[Callable[..., Any]], AssetsDefinition]:
    """Makes a function an asset: its parameters are the assets that it needs, what it returns is its value.

    A first parameter `context` is handed the context, a parameter `config` the config, and a parameter annotated with
    a resource's class the resource of that name.

    Args:
        compute_fn: the function; given by Python when the decorator is used bare.
        name: the last part of the key; the function's name by default.
        key_prefix: parts before it.
        ins: which asset a parameter is, where its name does not say so: an `AssetIn`, or a key.
        deps: assets that must be there first but are not passed in.
        metadata: facts that hold for every materialization.
        tags: labels.
        description: Markdown; the docstring by default.
        config_schema: what the config may be; anything by default.
        required_resource_keys: resources that it uses through the context.
        resource_defs: resources that come with it, by key.
        hooks: what is called when its step ends.
        io_manager_def: what stores the value.
        io_manager_key: the resource that stores the value.
        dagster_type: the type of the value; by default what the function is annotated to give back.
        partitions_def: its partitions.
        op_tags: labels of the step that makes it.
        group_name: the group it is shown in.
        output_required: False where the function may yield nothing; what needs the asset is then skipped.
        automation_condition: when it is made without being asked for.
        freshness_policy: how old it may become.
        backfill_policy: how many partitions one run makes.
        retry_policy: what happens when it raises.
        code_version: a version of the code; by default the code is hashed.
        key: the whole key, instead of `name` and `key_prefix`.
        check_specs: checks whose verdicts the function gives back along with the value.
        owners: e-mail addresses, or teams as "team:name".
        kinds: short words that say what it is made of.
        pool: the name of a limit on how many of its kind run at once.

    Raises:
        InvalidDefinitionError: arguments that exclude each other, or a parameter that cannot be an input.

    Example:
        >>> @asset(group_name="raw")
        ... def orders():
        ...     return [1, 2, 3]
        >>> @asset
        ... def total(orders):
        ...     return sum(orders)
        >>> total.needed_keys
        (AssetKey(['orders']),)
    """

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        signature = read_signature(function, decorator="@asset")
        own_key = _choose_key(signature.name, name=name, key_prefix=key_prefix, key=key)
        identifier = own_key.to_python_identifier()
        inputs = read_inputs(function, signature, ins, owner=str(own_key))
        manager, resources = _io_manager(identifier, io_manager_key, io_manager_def, resource_defs)
        spec = AssetSpec(
            own_key,
            deps=deps,
            description=description or read_description(function),
            metadata=metadata,
            group_name=group_name,
            code_version=code_version,
            owners=owners,
            tags=tags,
            kinds=kinds,
            partitions_def=partitions_def,
            automation_condition=automation_condition,
            freshness_policy=freshness_policy,
        )
        checks = check_outputs(check_specs, [own_key], f"asset {str(own_key)!r}")
        out = Out(
            NO_VALUE if dagster_type is None else dagster_type,
            description=spec.description,
            is_required=output_required,
            io_manager_key=manager,
            metadata=metadata,
            code_version=code_version,
        )
        node = make_op(
            function,
            signature,
            name=identifier,
            ins=inputs.ins,
            outs={**infer_outs(signature, function, out, owner=identifier), **verdict_outs(checks)},
            description=spec.description,
            config_schema=config_schema,
            required_resource_keys=required_resource_keys,
            resource_defs=resources,
            tags=op_tags,
            retry_policy=retry_policy,
            code_version=code_version,
            pool=pool,
        )
        return AssetsDefinition(
            node=node,
            specs={OUTPUT_NAME: spec.replace_attributes(deps=merged_deps(inputs.deps, spec.deps))},
            check_specs=checks,
            keys_by_input=inputs.keys,
            resource_defs=resources,
            hooks=hooks,
            backfill_policy=backfill_policy,
        )

    return decorate(compute_fn) if compute_fn is not None else decorate


def _choose_key(
    function_name: str,
    *,
    name: str | None,
    key_prefix: CoercibleToAssetKeyPrefix | None,
    key: CoercibleToAssetKey | None,
) -> AssetKey:
    if key is not None:
        if name is not None or key_prefix is not None:
            raise InvalidDefinitionError(
                f"asset {function_name!r} has a key and also a name or a prefix", hint="give one or the other"
            )
        return AssetKey.from_coercible(key)
    last = function_name if name is None else name
    if not isinstance(last, str) or "/" in last:
        raise InvalidDefinitionError(f"{last!r} is no name of an asset", hint="a key of several parts goes into key=")
    own = AssetKey([last])
    return own.with_prefix(key_prefix) if key_prefix else own


def _io_manager(
    identifier: str, key: str | None, definition: Any, resource_defs: Mapping[str, object] | None
) -> tuple[str, Mapping[str, object]]:
    """The key of what stores the value, and the resources that come with the asset."""
    if definition is None:
        return key or DEFAULT_IO_MANAGER_KEY, resource_defs or {}
    if key is not None:
        raise InvalidDefinitionError(
            f"asset {identifier!r} has an io_manager_key and an io_manager_def", hint="give one of the two"
        )
    own = f"{identifier}__io_manager"
    return own, {**(resource_defs or {}), own: definition}
