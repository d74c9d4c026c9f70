"""`AssetDep`: an asset that another one depends on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.metadata import RawMetadata
from daglab.errors import InvalidDefinitionError, InvariantViolationError


@dataclass(frozen=True, init=False)
class AssetDep:
    """An asset that another one depends on without receiving its value.

    Args:
        asset: the asset depended on: a key, or its definition.
        partition_mapping: which of its partitions a partition needs.
        metadata: facts about the dependency.

    Example:
        >>> AssetDep("raw/flights").asset_key.path
        ['raw', 'flights']
    """

    asset_key: AssetKey
    partition_mapping: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __init__(self, asset: object, *, partition_mapping: Any = None, metadata: RawMetadata | None = None) -> None:
        object.__setattr__(self, "asset_key", key_of(asset))
        object.__setattr__(self, "partition_mapping", partition_mapping)
        object.__setattr__(self, "metadata", dict(metadata or {}))

    @staticmethod
    def from_coercible(arg: CoercibleToAssetDep) -> AssetDep:
        """Takes a dep, or whatever names an asset."""
        return arg if isinstance(arg, AssetDep) else AssetDep(arg)


CoercibleToAssetDep: TypeAlias = Any


def key_of(asset: object) -> AssetKey:
    """The key of whatever names one asset: a key, its written form, a spec, a dep or a definition."""
    if isinstance(asset, AssetDep):
        return asset.asset_key
    if isinstance(asset, (AssetKey, str, list, tuple)):
        return AssetKey.from_coercible(asset)
    key = getattr(asset, "key", None)
    if isinstance(key, AssetKey):
        return key
    raise InvalidDefinitionError(f"{asset!r} names no asset", hint="give a key, its name, or the asset itself")


def distinct_deps(deps: Iterable[CoercibleToAssetDep], of: str) -> list[AssetDep]:
    """Dependencies, each once; a definition of several assets stands for all of them.

    Args:
        deps: in any form.
        of: what depends on them, for messages.

    Raises:
        InvariantViolationError: one asset twice, in different ways.
    """
    found: dict[AssetKey, AssetDep] = {}
    for one in [deps] if isinstance(deps, str) else deps:
        for dep in _deps_of(one):
            if found.setdefault(dep.asset_key, dep) != dep:
                raise InvariantViolationError(
                    f"{of} depends on {str(dep.asset_key)!r} twice, in different ways", hint="keep one of the two"
                )
    return list(found.values())


def _deps_of(one: object) -> list[AssetDep]:
    keys = getattr(one, "keys", None)
    if isinstance(keys, frozenset) and keys:
        return [AssetDep(spec.key) for spec in getattr(one, "specs", ())]
    return [AssetDep.from_coercible(one)]
