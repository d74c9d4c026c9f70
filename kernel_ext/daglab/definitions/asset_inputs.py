"""Which assets the parameters of a function are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from daglab.definitions.asset_dep import AssetDep
from daglab.definitions.asset_in import AssetIn
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_specs_of_node import input_name_of
from daglab.definitions.function_compute import Signature
from daglab.definitions.nodes import In
from daglab.definitions.op_signature import infer_ins
from daglab.definitions.types.nothing import Nothing
from daglab.errors import InvalidDefinitionError, suggest


@dataclass(frozen=True, kw_only=True)
class AssetInputs:
    """What a function receives.

    Args:
        ins: the inputs of its op.
        keys: the asset that each of them is.
        deps: the same as dependencies, with what is said of their partitions.
    """

    ins: Mapping[str, In]
    keys: Mapping[str, AssetKey]
    deps: tuple[AssetDep, ...]


def read_inputs(
    function: Callable[..., Any],
    signature: Signature,
    ins: Mapping[str, object] | None,
    *,
    owner: str,
    decorator: str = "asset",
    known: Iterable[AssetDep] = (),
) -> AssetInputs:
    """Works out which asset each parameter is.

    Args:
        function: what is decorated.
        signature: what it asks for.
        ins: what was said of parameters: an `AssetIn`, or whatever names an asset.
        owner: the asset's name, for messages.
        decorator: the decorator's name, for messages.
        known: dependencies that a parameter may stand for by its name.

    Raises:
        InvalidDefinitionError: something is said of a parameter that there is not.
    """
    said = {name: AssetIn.from_coercible(one) for name, one in (ins or {}).items()}
    _refuse_unknown(said, signature, f"{decorator} {owner!r}")
    by_name = {input_name_of(dep.asset_key): dep for dep in known}
    declared = {name: one.to_in() for name, one in said.items()}
    found = infer_ins(signature, function, declared, decorator=f"@{decorator}", owner=owner)
    order = [
        *(name for name in signature.inputs if name in found),
        *(one for one in found if one not in signature.inputs),
    ]
    keys, deps = {}, []
    for name in order:
        if name in said or name not in by_name:
            one = said.get(name, AssetIn())
            dep = AssetDep(one.resolve_key(name), partition_mapping=one.partition_mapping)
        else:
            dep = by_name[name]
        keys[name] = dep.asset_key
        deps.append(dep)
    return AssetInputs(ins={name: found[name] for name in order}, keys=keys, deps=tuple(deps))


def merged_deps(received: Iterable[AssetDep], declared: Iterable[AssetDep]) -> list[AssetDep]:
    """Dependencies on what is received, then the others; what is said of partitions in either place holds."""
    found = {dep.asset_key: dep for dep in received}
    for dep in declared:
        known = found.get(dep.asset_key)
        if known is None or known.partition_mapping is None:
            found[dep.asset_key] = dep
    return list(found.values())


def _refuse_unknown(said: Mapping[str, AssetIn], signature: Signature, owner: str) -> None:
    if signature.takes_any_input:
        return
    unknown = [name for name, one in said.items() if name not in signature.inputs and one.dagster_type is not Nothing]
    if unknown:
        raise InvalidDefinitionError(
            f"{owner}: ins names {unknown}, which are no parameters of its function",
            hint=suggest(unknown[0], signature.inputs) or f"its parameters are {list(signature.inputs)}",
        )
