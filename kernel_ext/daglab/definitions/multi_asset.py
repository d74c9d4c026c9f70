"""`@multi_asset`: a function becomes several assets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from daglab.definitions.asset_dep import AssetDep, distinct_deps
from daglab.definitions.asset_inputs import AssetInputs, merged_deps, read_inputs
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_out import AssetOut
from daglab.definitions.asset_parts import check_outputs, make_op, verdict_outs
from daglab.definitions.assets import AssetExecution, AssetsDefinition
from daglab.definitions.function_compute import Signature, read_signature
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY, Out
from daglab.definitions.op_signature import infer_outs
from daglab.definitions.retries import RetryPolicy
from daglab.definitions.specs import IO_MANAGER_KEY, AssetCheckSpec, AssetSpec, CoercibleToAssetDep
from daglab.definitions.types.nothing import Nothing
from daglab.errors import InvalidDefinitionError, suggest


def multi_asset(
    *,
    outs: Mapping[str, AssetOut] | None = None,
    name: str | None = None,
    ins: Mapping[str, object] | None = None,
    deps: Iterable[CoercibleToAssetDep] | None = None,
    description: str | None = None,
    config_schema: Any = None,
    required_resource_keys: Iterable[str] | None = None,
    internal_asset_deps: Mapping[str, set[AssetKey]] | None = None,
    partitions_def: Any = None,
    hooks: Iterable[Any] | None = None,
    backfill_policy: Any = None,
    op_tags: Mapping[str, Any] | None = None,
    can_subset: bool = False,
    resource_defs: Mapping[str, object] | None = None,
    group_name: str | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    specs: Sequence[AssetSpec] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    pool: str | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]:
    """Makes a function several assets.

    With `outs` the function gives back a tuple of values, or yields an `Output` for each; with `specs` it keeps the
    values itself and yields a `MaterializeResult` for each.

    Args:
        outs: the assets, by the name of the output.
        name: the step's name; the function's by default.
        ins: which asset a parameter is, where its name does not say so: an `AssetIn`, or a key.
        deps: assets that must be there first but are not passed in; with `specs`, they are said there.
        description: Markdown; the docstring by default.
        config_schema: what the config may be; anything by default.
        required_resource_keys: resources that it uses through the context.
        internal_asset_deps: by output, what it depends on, where that is not every input.
        partitions_def: the partitions of all of them.
        hooks: what is called when its step ends.
        backfill_policy: how many partitions one run makes.
        op_tags: labels of the step that makes them.
        can_subset: whether some of them can be made without the others.
        resource_defs: resources that come with it, by key.
        group_name: the group of all of them.
        retry_policy: what happens when it raises.
        code_version: a version of the code; by default the code is hashed.
        specs: the assets, instead of `outs`.
        check_specs: checks whose verdicts the function gives back along with the values.
        pool: the name of a limit on how many of its kind run at once.

    Raises:
        InvalidDefinitionError: arguments that exclude each other, or name what is not there.

    Example:
        >>> @multi_asset(outs={"even": AssetOut(), "odd": AssetOut()})
        ... def split(numbers):
        ...     return [n for n in numbers if n % 2 == 0], [n for n in numbers if n % 2]
        >>> sorted(map(str, split.keys))
        ['even', 'odd']
    """

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        signature = read_signature(function, decorator="@multi_asset")
        own_name = name or signature.name
        _refuse_exclusive(own_name, outs=outs, specs=specs, deps=deps, internal=internal_asset_deps)
        _refuse_two_groups(own_name, group_name, outs, specs)
        if specs is not None:
            made = _from_specs(function, signature, ins, specs, name=own_name, can_subset=can_subset)
        else:
            made = _from_outs(
                function, signature, ins, outs or {}, name=own_name, deps=deps, internal=internal_asset_deps or {}
            )
        by_output = {
            output: spec.replace_attributes(
                group_name=spec.group_name or group_name, code_version=spec.code_version or code_version
            )
            for output, spec in made.specs.items()
        }
        checks = check_outputs(check_specs, [one.key for one in by_output.values()], f"@multi_asset {own_name!r}")
        node = make_op(
            function,
            signature,
            name=own_name,
            ins=made.inputs.ins,
            outs={**made.outs, **verdict_outs(checks, is_required=not can_subset)},
            description=description,
            config_schema=config_schema,
            required_resource_keys=required_resource_keys,
            resource_defs=resource_defs,
            tags=op_tags,
            retry_policy=retry_policy,
            code_version=code_version,
            pool=pool,
        )
        return AssetsDefinition(
            node=node,
            specs=by_output,
            check_specs=checks,
            keys_by_input=made.inputs.keys,
            can_subset=can_subset,
            partitions_def=partitions_def,
            resource_defs=resource_defs,
            hooks=hooks,
            backfill_policy=backfill_policy or _backfill_policy(outs),
            deps_are_complete=True,
        )

    return decorate


def multi_observable_source_asset(
    *,
    specs: Sequence[AssetSpec],
    name: str | None = None,
    description: str | None = None,
    partitions_def: Any = None,
    can_subset: bool = False,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    group_name: str | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]:
    """Makes a function the one that looks at several assets made elsewhere: it yields an `ObserveResult` for each.

    Args:
        specs: the assets.
        name: the step's name; the function's by default.
        description: Markdown; the docstring by default.
        partitions_def: the partitions of all of them.
        can_subset: whether it can look at some of them only.
        required_resource_keys: resources that it uses through the context.
        resource_defs: resources that come with it, by key.
        group_name: the group of all of them.
        check_specs: checks whose verdicts the function gives back along.

    Example:
        >>> @multi_observable_source_asset(specs=[AssetSpec("flights"), AssetSpec("planes")])
        ... def look():
        ...     yield ...
        >>> look.is_observable
        True
    """
    decorate = multi_asset(
        name=name,
        description=description,
        partitions_def=partitions_def,
        can_subset=can_subset,
        required_resource_keys=required_resource_keys,
        resource_defs=resource_defs,
        group_name=group_name,
        specs=specs,
        check_specs=check_specs,
    )
    return lambda function: decorate(function).replaced(execution=AssetExecution.OBSERVATION)


@dataclass(frozen=True, kw_only=True)
class _Made:
    inputs: AssetInputs
    specs: Mapping[str, AssetSpec]
    outs: Mapping[str, Out]


def _from_specs(
    function: Callable[..., Any],
    signature: Signature,
    ins: Mapping[str, object] | None,
    specs: Sequence[AssetSpec],
    *,
    name: str,
    can_subset: bool,
) -> _Made:
    by_output = {spec.key.to_python_identifier(): spec for spec in specs}
    own = {spec.key for spec in specs}
    known = [dep for spec in specs for dep in spec.deps]
    inputs = read_inputs(function, signature, ins, owner=name, decorator="multi_asset", known=known)
    depended = {dep.asset_key for dep in known}
    loose = [str(key) for key in inputs.keys.values() if key not in depended | own]
    if loose:
        raise InvalidDefinitionError(
            f"@multi_asset {name!r} receives {loose}, which none of its specs depends on",
            hint="add them to the deps of the specs that need them",
        )
    outs = {
        output: Out(
            Nothing,
            description=spec.description,
            is_required=not (can_subset or spec.skippable),
            io_manager_key=str(spec.metadata.get(IO_MANAGER_KEY, DEFAULT_IO_MANAGER_KEY)),
            metadata=spec.metadata,
            code_version=spec.code_version,
        )
        for output, spec in by_output.items()
    }
    return _Made(inputs=inputs, specs=by_output, outs=outs)


def _from_outs(
    function: Callable[..., Any],
    signature: Signature,
    ins: Mapping[str, object] | None,
    outs: Mapping[str, AssetOut],
    *,
    name: str,
    deps: Iterable[CoercibleToAssetDep] | None,
    internal: Mapping[str, set[AssetKey]],
) -> _Made:
    wrong = [one for one in outs.values() if not isinstance(one, AssetOut)]
    if wrong:
        raise InvalidDefinitionError(f"@multi_asset {name!r}: outs has {wrong[0]!r}", hint="give it AssetOut()")
    inputs = read_inputs(function, signature, ins, owner=name, decorator="multi_asset")
    keys = {output: one.resolve_key(output) for output, one in outs.items()}
    declared = merged_deps(inputs.deps, distinct_deps(deps or (), f"@multi_asset {name!r}"))
    _refuse_internal(name, internal, keys, declared)
    by_key = {dep.asset_key: dep for dep in declared}
    specs = {}
    for output, one in outs.items():
        own = [by_key.get(key) or AssetDep(key) for key in internal[output]] if output in internal else declared
        specs[output] = one.to_spec(keys[output], own)
    op_outs = infer_outs(signature, function, {output: one.to_out() for output, one in outs.items()}, owner=name)
    return _Made(inputs=inputs, specs=specs, outs=op_outs)


def _backfill_policy(outs: Mapping[str, AssetOut] | None) -> Any:
    return next((one.backfill_policy for one in (outs or {}).values() if one.backfill_policy is not None), None)


def _refuse_exclusive(name: str, *, outs: object, specs: object, deps: object, internal: object) -> None:
    for given, what in ((outs, "outs"), (deps, "deps"), (internal, "internal_asset_deps")):
        if given and specs is not None:
            where = "" if what == "outs" else ": the specs say their own deps"
            raise InvalidDefinitionError(
                f"@multi_asset {name!r} has specs and {what}", hint=f"give one of the two{where}"
            )


def _refuse_two_groups(
    name: str, group: str | None, outs: Mapping[str, AssetOut] | None, specs: Sequence[AssetSpec] | None
) -> None:
    parts: list[Any] = [*(outs or {}).values(), *(specs or ())]
    own = [one.group_name for one in parts if getattr(one, "group_name", None) is not None]
    if group is not None and own:
        raise InvalidDefinitionError(
            f"@multi_asset {name!r} has the group {group!r}, and one of its assets the group {own[0]!r}",
            hint="say groups in one place",
        )


def _refuse_internal(
    name: str, internal: Mapping[str, set[AssetKey]], keys: Mapping[str, AssetKey], declared: Iterable[AssetDep]
) -> None:
    valid = {*keys.values(), *(dep.asset_key for dep in declared)}
    for output, needed in internal.items():
        if output not in keys:
            raise InvalidDefinitionError(
                f"@multi_asset {name!r}: internal_asset_deps names the output {output!r}, which it does not have",
                hint=suggest(output, keys) or f"its outputs are {list(keys)}",
            )
        unknown = sorted(str(key) for key in needed if key not in valid)
        if unknown:
            raise InvalidDefinitionError(
                f"@multi_asset {name!r}: internal_asset_deps says {output!r} depends on {unknown}, which it neither "
                "receives nor makes",
                hint="add them to deps",
            )
