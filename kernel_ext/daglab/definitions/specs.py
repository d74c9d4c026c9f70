"""What is said of an asset or a check apart from how it is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.definitions.metadata import Metadata, RawMetadata, normalize_metadata
from daglab.errors import DefinitionError

DEFAULT_GROUP = "default"


@dataclass(frozen=True, init=False)
class AssetDep:
    """An asset that another one depends on without receiving its value.

    Args:
        asset: the asset depended on: a key, or its definition.

    Example:
        >>> AssetDep("raw/flights").asset_key.path
        ('raw', 'flights')
    """

    asset_key: AssetKey

    def __init__(self, asset: object) -> None:
        object.__setattr__(self, "asset_key", key_of(asset))


CoercibleToAssetDep: TypeAlias = Any


def key_of(asset: object) -> AssetKey:
    """The key of whatever names one asset: a key, its written form, a spec, a dep or a definition."""
    if isinstance(asset, AssetDep):
        return asset.asset_key
    key = getattr(asset, "key", None)
    if isinstance(key, AssetKey):
        return key
    if isinstance(asset, (AssetKey, str, list, tuple)):
        return AssetKey.from_coercible(asset)
    raise DefinitionError(f"{asset!r} names no asset", hint="give a key, its name, or the asset itself")


@dataclass(frozen=True, init=False)
class AssetSpec:
    """What is said of an asset apart from how it is computed.

    Args:
        key: its name.
        deps: assets it depends on.
        description: Markdown.
        metadata: facts that hold for every materialization.
        group_name: the group it is shown in.
        code_version: a version of the code given by the user; by default the code is hashed.
        owners: e-mail addresses, or teams as "team:name".
        tags: labels.
        kinds: up to three short words that say what it is made of, such as "pandas".

    Example:
        >>> AssetSpec("flights", kinds={"pandas"}).key.to_user_string()
        'flights'
    """

    key: AssetKey
    deps: tuple[AssetDep, ...]
    description: str | None
    metadata: Metadata
    group_name: str
    code_version: str | None
    owners: tuple[str, ...]
    tags: Mapping[str, str]
    kinds: frozenset[str]

    def __init__(
        self,
        key: CoercibleToAssetKey,
        *,
        deps: Iterable[CoercibleToAssetDep] | None = None,
        description: str | None = None,
        metadata: RawMetadata | None = None,
        group_name: str | None = None,
        code_version: str | None = None,
        owners: Iterable[str] | None = None,
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] | None = None,
    ) -> None:
        values = {
            "key": AssetKey.from_coercible(key),
            "deps": _distinct_deps(deps or ()),
            "description": description,
            "metadata": normalize_metadata(metadata),
            "group_name": group_name or DEFAULT_GROUP,
            "code_version": code_version,
            "owners": tuple(owners or ()),
            "tags": dict(tags or {}),
            "kinds": frozenset(kinds or ()),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class AssetCheckKey:
    """Names a check: the asset that it looks at, and its own name.

    Example:
        >>> str(AssetCheckKey(AssetKey("flights"), "no_gaps"))
        'flights:no_gaps'
    """

    asset_key: AssetKey
    name: str

    def __str__(self) -> str:
        return f"{self.asset_key}:{self.name}"


@dataclass(frozen=True)
class AssetCheckSpec:
    """What is said of a check apart from how it is computed.

    Args:
        name: its name, unique for its asset.
        asset: the asset that it looks at.
        description: what it makes sure of.
        blocking: whether assets downstream wait for it and do not run when it fails.

    Example:
        >>> AssetCheckSpec("no_gaps", asset="flights").key.name
        'no_gaps'
    """

    name: str
    asset: CoercibleToAssetKey
    description: str | None = None
    blocking: bool = False
    metadata: RawMetadata = field(default_factory=dict)

    @property
    def key(self) -> AssetCheckKey:
        """The check's key."""
        return AssetCheckKey(key_of(self.asset), self.name)


def _distinct_deps(deps: Iterable[CoercibleToAssetDep]) -> tuple[AssetDep, ...]:
    return tuple({(dep := AssetDep(one)).asset_key: dep for one in deps}.values())
