"""`@asset`: a function becomes an asset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.function_compute import FunctionCompute, read_signature
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY, In, NodeDefinition, Out
from daglab.definitions.specs import AssetSpec, CoercibleToAssetDep, key_of
from daglab.errors import DefinitionError, suggest

OUTPUT_NAME = "result"


@overload
def asset(compute_fn: Callable[..., Any], /) -> AssetsDefinition: ...


@overload
def asset(
    *,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    ins: Mapping[str, CoercibleToAssetKey] | None = None,
    deps: Iterable[CoercibleToAssetDep] | None = None,
    metadata: RawMetadata | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    group_name: str | None = None,
    io_manager_key: str | None = None,
    code_version: str | None = None,
    key: CoercibleToAssetKey | None = None,
    owners: Iterable[str] | None = None,
    kinds: Iterable[str] | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]: ...


def asset(
    compute_fn: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    ins: Mapping[str, CoercibleToAssetKey] | None = None,
    deps: Iterable[CoercibleToAssetDep] | None = None,
    metadata: RawMetadata | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    group_name: str | None = None,
    io_manager_key: str | None = None,
    code_version: str | None = None,
    key: CoercibleToAssetKey | None = None,
    owners: Iterable[str] | None = None,
    kinds: Iterable[str] | None = None,
) -> AssetsDefinition | Callable[[Callable[..., Any]], AssetsDefinition]:
    """Makes a function an asset: its parameters are the assets that it needs, what it returns is its value.

    Args:
        compute_fn: the function; given by Python when the decorator is used bare.
        name: the last part of the key; the function's name by default.
        key_prefix: parts before it; inputs without a key of their own are looked for under it first.
        ins: which asset a parameter is, where its name does not say so.
        deps: assets that must be there first but are not passed in.
        metadata: facts that hold for every materialization.
        tags: labels.
        description: Markdown; the docstring by default.
        group_name: the group it is shown in.
        io_manager_key: the resource that stores the value.
        code_version: a version of the code; by default the code is hashed.
        key: the whole key, instead of `name` and `key_prefix`.
        owners: e-mail addresses, or teams as "team:name".
        kinds: short words that say what it is made of.

    Raises:
        DefinitionError: arguments that exclude each other, or a parameter that cannot be an input.

    Example:
        >>> @asset(group_name="raw")
        ... def orders():
        ...     return [1, 2, 3]
        >>> @asset
        ... def total(orders):
        ...     return sum(orders)
        >>> total.dependency_keys
        (AssetKey(path=('orders',)),)
    """

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        asset_key = _choose_key(function, name=name, key_prefix=key_prefix, key=key)
        takes_context, inputs = read_signature(function)
        _refuse_unknown_ins(asset_key, ins or {}, inputs)
        spec = AssetSpec(
            asset_key,
            deps=deps,
            description=description or function.__doc__,
            metadata=metadata,
            group_name=group_name,
            code_version=code_version,
            owners=owners,
            tags=tags,
            kinds=kinds,
        )
        keys = {one: key_of((ins or {}).get(one, AssetKey(one))) for one in inputs}
        node = NodeDefinition(
            name=asset_key.to_python_identifier(),
            compute=FunctionCompute(function=function, takes_context=takes_context),
            ins={one: In() for one in inputs},
            outs={OUTPUT_NAME: Out(io_manager_key=io_manager_key or DEFAULT_IO_MANAGER_KEY)},
            description=spec.description,
            code_version=code_version or "",
        )
        return AssetsDefinition(node=node, specs={OUTPUT_NAME: spec}, keys_by_input=keys)

    return decorate(compute_fn) if compute_fn is not None else decorate


def _choose_key(
    function: Callable[..., Any],
    *,
    name: str | None,
    key_prefix: str | Sequence[str] | None,
    key: CoercibleToAssetKey | None,
) -> AssetKey:
    if key is not None:
        if name is not None or key_prefix is not None:
            raise DefinitionError(
                f"asset {function.__name__!r} has a key and also a name or a prefix",
                hint="give one or the other",
            )
        return AssetKey.from_coercible(key)
    own = AssetKey(name or function.__name__)
    return own.with_prefix(key_prefix) if key_prefix else own


def _refuse_unknown_ins(asset_key: AssetKey, ins: Mapping[str, object], inputs: Sequence[str]) -> None:
    unknown = [one for one in ins if one not in inputs]
    if unknown:
        raise DefinitionError(
            f"asset {str(asset_key)!r}: ins names {unknown}, which are no parameters of its function",
            hint=suggest(unknown[0], inputs) or f"its parameters are {list(inputs)}",
        )
