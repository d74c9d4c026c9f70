"""What is said of an asset or a check apart from how it is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import EllipsisType
from typing import Any

from daglab.definitions.asset_dep import AssetDep as AssetDep
from daglab.definitions.asset_dep import CoercibleToAssetDep as CoercibleToAssetDep
from daglab.definitions.asset_dep import distinct_deps
from daglab.definitions.asset_dep import key_of as key_of
from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey, CoercibleToAssetKeyPrefix
from daglab.definitions.labels import DEFAULT_GROUP as DEFAULT_GROUP
from daglab.definitions.labels import checked_group, checked_owners, checked_tags, kind_tags, kinds_in, without_kinds
from daglab.definitions.metadata import MetadataValue, RawMetadata, normalize_metadata
from daglab.errors import InvalidDefinitionError

IO_MANAGER_KEY = "dagster/io_manager_key"


@dataclass(frozen=True, init=False)
class AssetSpec:
    """What is said of an asset apart from how it is computed.

    Args:
        key: its name.
        deps: assets it depends on.
        description: Markdown.
        metadata: facts that hold for every materialization.
        skippable: whether its computation may leave it out.
        group_name: the group it is shown in.
        code_version: a version of the code given by the user; by default the code is hashed.
        automation_condition: when it is made without being asked for.
        owners: e-mail addresses, or teams as "team:name".
        tags: labels; the kinds are among them.
        kinds: up to ten short words that say what it is made of, such as "pandas".
        partitions_def: its partitions.
        freshness_policy: how old it may become.

    Raises:
        InvalidDefinitionError: a tag, an owner or a group that cannot be.
        InvariantViolationError: two dependencies on one asset that differ.

    Example:
        >>> AssetSpec("flights", kinds={"pandas"}).key.to_user_string()
        'flights'
    """

    key: AssetKey
    deps: Sequence[AssetDep]
    description: str | None
    metadata: Mapping[str, Any]
    group_name: str | None
    skippable: bool
    code_version: str | None
    freshness_policy: Any
    automation_condition: Any
    owners: Sequence[str]
    tags: Mapping[str, str]
    partitions_def: Any

    def __init__(
        self,
        key: CoercibleToAssetKey,
        *,
        deps: Iterable[CoercibleToAssetDep] | None = None,
        description: str | None = None,
        metadata: RawMetadata | None = None,
        skippable: bool = False,
        group_name: str | None = None,
        code_version: str | None = None,
        automation_condition: Any = None,
        owners: Iterable[str] | None = None,
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] | None = None,
        partitions_def: Any = None,
        freshness_policy: Any = None,
    ) -> None:
        own_key = AssetKey.from_coercible(key)
        named = f"asset {str(own_key)!r}"
        values = {
            "key": own_key,
            "deps": distinct_deps(deps or (), named),
            "description": _text(description, "description", named),
            "metadata": _named_facts(metadata, named),
            "group_name": checked_group(group_name),
            "skippable": skippable,
            "code_version": _text(code_version, "code_version", named),
            "freshness_policy": freshness_policy,
            "automation_condition": automation_condition,
            "owners": checked_owners(owners, named),
            "tags": {**checked_tags(tags, named), **kind_tags(kinds)},
            "partitions_def": partitions_def,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """What it is made of."""
        return kinds_in(self.tags)

    @property
    def partition_mappings(self) -> Mapping[AssetKey, Any]:
        """Which partitions of the assets upstream are needed, where that was said."""
        return {dep.asset_key: dep.partition_mapping for dep in self.deps if dep.partition_mapping is not None}

    @property
    def metadata_values(self) -> dict[str, MetadataValue]:
        """Its metadata as a materialization tells it; what cannot be kept is told as text."""
        told = {name: value for name, value in self.metadata.items() if name != IO_MANAGER_KEY}
        return normalize_metadata(told, allow_invalid=True)

    @property
    def plain_tags(self) -> dict[str, str]:
        """The tags that say something else than its kinds."""
        return without_kinds(self.tags)

    @property
    def group(self) -> str:
        """The group it is shown in; the default one where none was said."""
        return self.group_name or DEFAULT_GROUP

    def with_io_manager_key(self, io_manager_key: str) -> AssetSpec:
        """The same, kept by the IO manager of that key."""
        return self.replace_attributes(metadata={**self.metadata, IO_MANAGER_KEY: io_manager_key})

    def replace_attributes(
        self,
        *,
        key: CoercibleToAssetKey | EllipsisType = ...,
        deps: Iterable[CoercibleToAssetDep] | EllipsisType | None = ...,
        description: str | EllipsisType | None = ...,
        metadata: RawMetadata | EllipsisType | None = ...,
        skippable: bool | EllipsisType = ...,
        group_name: str | EllipsisType | None = ...,
        code_version: str | EllipsisType | None = ...,
        automation_condition: Any = ...,
        owners: Iterable[str] | EllipsisType | None = ...,
        tags: Mapping[str, str] | EllipsisType | None = ...,
        kinds: Iterable[str] | EllipsisType | None = ...,
        partitions_def: Any = ...,
        freshness_policy: Any = ...,
    ) -> AssetSpec:
        """The same with some of what is said replaced; kinds stay when tags are replaced, and the other way round."""
        given = {
            "key": key,
            "deps": deps,
            "description": description,
            "metadata": metadata,
            "skippable": skippable,
            "group_name": group_name,
            "code_version": code_version,
            "automation_condition": automation_condition,
            "owners": owners,
            "partitions_def": partitions_def,
            "freshness_policy": freshness_policy,
        }
        values = {name: getattr(self, name) if value is ... else value for name, value in given.items()}
        return AssetSpec(
            **values,
            tags=self.plain_tags if tags is ... else tags,
            kinds=self.kinds if kinds is ... else kinds,
        )

    def merge_attributes(
        self,
        *,
        deps: Iterable[CoercibleToAssetDep] | EllipsisType = ...,
        metadata: RawMetadata | EllipsisType = ...,
        owners: Iterable[str] | EllipsisType = ...,
        tags: Mapping[str, str] | EllipsisType = ...,
        kinds: Iterable[str] | EllipsisType = ...,
    ) -> AssetSpec:
        """The same with more said: new dependencies, facts, owners, tags and kinds come to those it has."""
        return self.replace_attributes(
            deps=[*self.deps, *_given(deps, ())],
            metadata={**self.metadata, **_given(metadata, {})},
            owners=[*self.owners, *_given(owners, ())],
            tags={**self.plain_tags, **_given(tags, {})},
            kinds={*self.kinds, *_given(kinds, ())},
        )


@dataclass(frozen=True, order=True)
class AssetCheckKey:
    """Names a check: the asset that it looks at, and its own name.

    Example:
        >>> str(AssetCheckKey(AssetKey("flights"), "no_gaps"))
        'flights:no_gaps'
    """

    asset_key: AssetKey
    name: str

    @staticmethod
    def from_user_string(user_string: str) -> AssetCheckKey:
        """Reads the written form, "flights:no_gaps"."""
        asset_key, _, name = user_string.partition(":")
        return AssetCheckKey(AssetKey.from_user_string(asset_key), name)

    def to_user_string(self) -> str:
        """The written form."""
        return f"{self.asset_key.to_user_string()}:{self.name}"

    def with_asset_key_prefix(self, prefix: CoercibleToAssetKeyPrefix) -> AssetCheckKey:
        """The same check of the asset with parts put before its key."""
        return AssetCheckKey(self.asset_key.with_prefix(prefix), self.name)

    def replace_asset_key(self, asset_key: AssetKey) -> AssetCheckKey:
        """The check of the same name of another asset."""
        return AssetCheckKey(asset_key, self.name)

    def __str__(self) -> str:
        return self.to_user_string()


@dataclass(frozen=True, init=False)
class AssetCheckSpec:
    """What is said of a check apart from how it is computed.

    Args:
        name: its name, unique for its asset.
        asset: the asset that it looks at.
        description: what it makes sure of.
        additional_deps: other assets that it needs.
        blocking: whether assets downstream wait for it and do not run when it fails.
        metadata: facts that hold for every verdict.
        automation_condition: when it is evaluated without being asked for.
        partitions_def: the partitions that it looks at one by one.

    Raises:
        InvalidDefinitionError: a name that is no text, or a dependency on its own asset.

    Example:
        >>> AssetCheckSpec("no_gaps", asset="flights").key.name
        'no_gaps'
    """

    name: str
    asset_key: AssetKey
    description: str | None
    additional_deps: Sequence[AssetDep]
    blocking: bool
    metadata: Mapping[str, Any]
    automation_condition: Any
    partitions_def: Any

    def __init__(
        self,
        name: str,
        *,
        asset: object,
        description: str | None = None,
        additional_deps: Iterable[CoercibleToAssetDep] | None = None,
        blocking: bool = False,
        metadata: RawMetadata | None = None,
        automation_condition: Any = None,
        partitions_def: Any = None,
    ) -> None:
        if not isinstance(name, str) or not isinstance(blocking, bool):
            raise InvalidDefinitionError(
                f"AssetCheckSpec({name!r}, blocking={blocking!r}): give text, and True or False"
            )
        asset_key = key_of(asset)
        named = f"check {name!r} of asset {str(asset_key)!r}"
        deps = distinct_deps(additional_deps or (), named)
        if any(dep.asset_key == asset_key for dep in deps):
            raise InvalidDefinitionError(f"{named} has its own asset among additional_deps", hint="leave it out there")
        values = {
            "name": name,
            "asset_key": asset_key,
            "description": _text(description, "description", named),
            "additional_deps": deps,
            "blocking": blocking,
            "metadata": _named_facts(metadata, named),
            "automation_condition": automation_condition,
            "partitions_def": partitions_def,
        }
        for field_name, value in values.items():
            object.__setattr__(self, field_name, value)

    @property
    def key(self) -> AssetCheckKey:
        """The check's key."""
        return AssetCheckKey(self.asset_key, self.name)

    @property
    def asset(self) -> AssetKey:
        """The asset that it looks at."""
        return self.asset_key

    def get_python_identifier(self) -> str:
        """The name of the output that carries its verdict."""
        return f"{self.asset_key.to_python_identifier()}_{self.name}"

    def replace_key(self, key: AssetCheckKey) -> AssetCheckSpec:
        """The same under another key."""
        return self._replaced(name=key.name, asset=key.asset_key)

    def with_metadata(self, metadata: RawMetadata) -> AssetCheckSpec:
        """The same with other facts."""
        return self._replaced(metadata=metadata)

    def _replaced(self, **changes: Any) -> AssetCheckSpec:
        values = {
            "name": self.name,
            "asset": self.asset_key,
            "description": self.description,
            "additional_deps": self.additional_deps,
            "blocking": self.blocking,
            "metadata": self.metadata,
            "automation_condition": self.automation_condition,
            "partitions_def": self.partitions_def,
        }
        return AssetCheckSpec(**{**values, **changes})


def _given(value: Any, absent: Any) -> Any:
    return absent if value is ... else value


def _text(value: object, name: str, of: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise InvalidDefinitionError(f"{of} has the {name} {value!r}", hint="give text")
    return value


def _named_facts(metadata: object, of: str) -> dict[str, Any]:
    if metadata is not None and not isinstance(metadata, Mapping):
        raise InvalidDefinitionError(f"{of} has the metadata {metadata!r}", hint="give a dictionary, name to value")
    wrong = [name for name in metadata or () if not isinstance(name, str)]
    if wrong:
        raise InvalidDefinitionError(f"{of} has metadata named {wrong[0]!r}", hint="names are text")
    return dict(metadata or {})
