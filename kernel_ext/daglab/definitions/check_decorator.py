"""`@asset_check` and `@multi_asset_check`: a function becomes a check of an asset, or of several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from daglab.definitions.asset_dep import distinct_deps
from daglab.definitions.asset_in import AssetIn
from daglab.definitions.asset_inputs import AssetInputs, merged_deps, read_inputs
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_parts import make_op, verdict_outs
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.docstrings import read_description
from daglab.definitions.function_compute import Signature, read_signature
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.retries import RetryPolicy
from daglab.definitions.specs import AssetCheckSpec, CoercibleToAssetDep, key_of
from daglab.errors import InvalidDefinitionError

OUTPUT_NAME = "result"
KIND_TAG = "dagster/compute_kind"


class AssetChecksDefinition(AssetsDefinition):
    """Checks, bound to the computation that evaluates them.

    Example:
        >>> @asset_check(asset="orders")
        ... def not_empty(orders):
        ...     return len(orders) > 0
        >>> isinstance(not_empty, AssetChecksDefinition)
        True
    """


def asset_check(
    *,
    asset: object,
    name: str | None = None,
    description: str | None = None,
    blocking: bool = False,
    additional_ins: Mapping[str, AssetIn] | None = None,
    additional_deps: Iterable[CoercibleToAssetDep] | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config_schema: Any = None,
    compute_kind: str | None = None,
    op_tags: Mapping[str, Any] | None = None,
    retry_policy: RetryPolicy | None = None,
    metadata: RawMetadata | None = None,
    automation_condition: Any = None,
    pool: str | None = None,
    partitions_def: Any = None,
) -> Callable[[Callable[..., Any]], AssetChecksDefinition]:
    """Makes a function a check of an asset: it gives back an `AssetCheckResult`, or True or False.

    One parameter, whatever its name, receives the asset's value; the function may also do without.

    Args:
        asset: the asset: its key, its name, or its definition.
        name: the check's name; the function's by default.
        description: what it makes sure of; the docstring by default.
        blocking: whether assets downstream do not run when it fails.
        additional_ins: other assets whose values it receives, by parameter.
        additional_deps: other assets that must be there first.
        required_resource_keys: resources that it uses through the context.
        resource_defs: resources that come with it, by key.
        config_schema: what its config may be; anything by default.
        compute_kind: a word that says what it is made of.
        op_tags: labels of the step that evaluates it.
        retry_policy: what happens when it raises.
        metadata: facts that hold for every verdict.
        automation_condition: when it is evaluated without being asked for.
        pool: the name of a limit on how many of its kind run at once.
        partitions_def: the partitions that it looks at one by one.

    Raises:
        InvalidDefinitionError: parameters that are no assets, or the asset among the additional ones.

    Example:
        >>> @asset_check(asset="orders", blocking=True)
        ... def not_empty(orders):
        ...     return len(orders) > 0
        >>> [str(key) for key in not_empty.check_keys]
        ['orders:not_empty']
    """
    target = key_of(asset)

    def decorate(function: Callable[..., Any]) -> AssetChecksDefinition:
        signature = read_signature(function, decorator="@asset_check")
        own_name = name or signature.name
        deps = distinct_deps(additional_deps or (), f"check {own_name!r}")
        _refuse_target(target, own_name, additional_ins=(additional_ins or {}), deps=[one.asset_key for one in deps])
        inputs = _check_inputs(function, signature, target, additional_ins, own_name)
        others = [one for one in inputs.deps if one.asset_key != target]
        spec = AssetCheckSpec(
            own_name,
            asset=target,
            description=description or read_description(function),
            additional_deps=merged_deps(deps, others),
            blocking=blocking,
            metadata=metadata,
            automation_condition=automation_condition,
            partitions_def=partitions_def,
        )
        node = make_op(
            function,
            signature,
            name=check_step_key(spec),
            ins=inputs.ins,
            outs=verdict_outs({OUTPUT_NAME: spec}),
            description=spec.description,
            config_schema=config_schema,
            required_resource_keys=required_resource_keys,
            resource_defs=resource_defs,
            tags=_with_kind(op_tags, compute_kind),
            retry_policy=retry_policy,
            code_version=None,
            pool=pool,
        )
        return AssetChecksDefinition(
            node=node, check_specs={OUTPUT_NAME: spec}, keys_by_input=inputs.keys, resource_defs=resource_defs
        )

    return decorate


def multi_asset_check(
    *,
    name: str | None = None,
    specs: Sequence[AssetCheckSpec],
    description: str | None = None,
    can_subset: bool = False,
    compute_kind: str | None = None,
    op_tags: Mapping[str, Any] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    required_resource_keys: Iterable[str] | None = None,
    retry_policy: RetryPolicy | None = None,
    config_schema: Any = None,
    ins: Mapping[str, object] | None = None,
    pool: str | None = None,
) -> Callable[[Callable[..., Any]], AssetChecksDefinition]:
    """Makes a function several checks: it yields an `AssetCheckResult` for each.

    Args:
        name: the step's name; the function's by default.
        specs: the checks.
        description: Markdown; the docstring by default.
        can_subset: whether some of them can be evaluated without the others.
        compute_kind: a word that says what it is made of.
        op_tags: labels of the step that evaluates them.
        resource_defs: resources that come with it, by key.
        required_resource_keys: resources that it uses through the context.
        retry_policy: what happens when it raises.
        config_schema: what its config may be; anything by default.
        ins: which asset a parameter is, where its name does not say so.
        pool: the name of a limit on how many of its kind run at once.

    Raises:
        InvalidDefinitionError: a check that is specified twice.

    Example:
        >>> @multi_asset_check(specs=[AssetCheckSpec("small", asset="a"), AssetCheckSpec("small", asset="b")])
        ... def sizes():
        ...     yield ...
        >>> sorted(map(str, sizes.check_keys))
        ['a:small', 'b:small']
    """

    def decorate(function: Callable[..., Any]) -> AssetChecksDefinition:
        signature = read_signature(function, decorator="@multi_asset_check")
        own_name = name or signature.name
        by_output = {one.get_python_identifier(): one for one in specs}
        if len(by_output) != len(specs):
            raise InvalidDefinitionError(f"@multi_asset_check {own_name!r}: a check is specified twice")
        inputs = read_inputs(function, signature, ins, owner=own_name, decorator="multi_asset_check")
        node = make_op(
            function,
            signature,
            name=own_name,
            ins=inputs.ins,
            outs=verdict_outs(by_output, is_required=not can_subset),
            description=description,
            config_schema=config_schema,
            required_resource_keys=required_resource_keys,
            resource_defs=resource_defs,
            tags=_with_kind(op_tags, compute_kind),
            retry_policy=retry_policy,
            code_version=None,
            pool=pool,
        )
        return AssetChecksDefinition(
            node=node,
            check_specs=by_output,
            keys_by_input=inputs.keys,
            can_subset=can_subset,
            resource_defs=resource_defs,
        )

    return decorate


def check_step_key(spec: AssetCheckSpec) -> str:
    """The step that evaluates a check."""
    return f"{spec.asset_key.to_python_identifier()}_{spec.name}"


def _check_inputs(
    function: Callable[..., Any],
    signature: Signature,
    target: AssetKey,
    additional_ins: Mapping[str, AssetIn] | None,
    name: str,
) -> AssetInputs:
    given = dict(additional_ins or {})
    free = [one for one in signature.inputs if one not in given]
    if len(free) > 1:
        raise InvalidDefinitionError(
            f"check {name!r} has the parameters {free}, and only one can be its asset {str(target)!r}",
            hint="say in additional_ins which assets the others are",
        )
    own = {one: AssetIn(target) for one in free}
    return read_inputs(function, signature, {**own, **given}, owner=name, decorator="asset_check")


def _refuse_target(
    target: AssetKey, name: str, *, additional_ins: Mapping[str, AssetIn], deps: Sequence[AssetKey]
) -> None:
    received = [AssetIn.from_coercible(one).resolve_key(parameter) for parameter, one in additional_ins.items()]
    for where, keys in (("additional_ins", received), ("additional_deps", deps)):
        if target in keys:
            raise InvalidDefinitionError(
                f"check {name!r} has its asset {str(target)!r} in {where}, too", hint=f"leave it out of {where}"
            )


def _with_kind(tags: Mapping[str, Any] | None, kind: str | None) -> Mapping[str, Any]:
    return {**(tags or {}), **({KIND_TAG: kind} if kind else {})}
