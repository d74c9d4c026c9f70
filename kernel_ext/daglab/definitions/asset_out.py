"""`AssetOut`: one of several assets that a function makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from daglab.definitions.asset_dep import AssetDep
from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey, CoercibleToAssetKeyPrefix, prefix_parts
from daglab.definitions.labels import checked_group, checked_owners, checked_tags, kind_tags, kinds_in
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY, Out
from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.specs import AssetSpec
from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True, init=False, eq=False)
class AssetOut:
    """One of several assets that a function makes.

    Args:
        key_prefix: parts before the output's name.
        key: the whole key, instead.
        dagster_type: its type; by default anything goes.
        description: Markdown.
        is_required: False where the function may leave it out.
        io_manager_key: the resource that stores its value.
        metadata: facts that hold for every materialization.
        group_name: the group it is shown in.
        code_version: a version of the code.
        automation_condition: when it is made without being asked for.
        backfill_policy: how many partitions one run makes.
        owners: e-mail addresses, or teams as "team:name".
        tags: labels.
        kinds: short words that say what it is made of.
        freshness_policy: how old it may become.

    Raises:
        InvalidDefinitionError: a key and a prefix, or a label that cannot be.

    Example:
        >>> AssetOut(key_prefix="raw").resolve_key("flights")
        AssetKey(['raw', 'flights'])
    """

    key_prefix: list[str] | None
    key: AssetKey | None
    dagster_type: Any
    description: str | None
    is_required: bool
    io_manager_key: str | None
    metadata: Mapping[str, Any]
    group_name: str | None
    code_version: str | None
    automation_condition: Any
    backfill_policy: Any
    owners: list[str]
    tags: Mapping[str, str]
    freshness_policy: Any

    def __init__(
        self,
        key_prefix: CoercibleToAssetKeyPrefix | None = None,
        key: CoercibleToAssetKey | None = None,
        dagster_type: Any = NO_VALUE,
        description: str | None = None,
        is_required: bool = True,
        io_manager_key: str | None = None,
        metadata: RawMetadata | None = None,
        group_name: str | None = None,
        code_version: str | None = None,
        automation_condition: Any = None,
        backfill_policy: Any = None,
        owners: Iterable[str] | None = None,
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] | None = None,
        freshness_policy: Any = None,
    ) -> None:
        if key is not None and key_prefix is not None:
            raise InvalidDefinitionError(
                f"an AssetOut has the key {key!r} and the prefix {key_prefix!r}", hint="give one of the two"
            )
        values = {
            "key_prefix": None if key_prefix is None else prefix_parts(key_prefix),
            "key": None if key is None else AssetKey.from_coercible(key),
            "dagster_type": dagster_type,
            "description": description,
            "is_required": is_required,
            "io_manager_key": io_manager_key,
            "metadata": dict(metadata or {}),
            "group_name": checked_group(group_name),
            "code_version": code_version,
            "automation_condition": automation_condition,
            "backfill_policy": backfill_policy,
            "owners": checked_owners(owners, "an AssetOut"),
            "tags": {**checked_tags(tags, "an AssetOut"), **kind_tags(kinds)},
            "freshness_policy": freshness_policy,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def kinds(self) -> frozenset[str]:
        """What it is made of."""
        return kinds_in(self.tags)

    @staticmethod
    def from_spec(
        spec: AssetSpec,
        dagster_type: Any = NO_VALUE,
        is_required: bool = True,
        io_manager_key: str | None = None,
        backfill_policy: Any = None,
    ) -> AssetOut:
        """An output of which a spec says what there is to say.

        Raises:
            InvalidDefinitionError: the spec has dependencies, which an output cannot say.
        """
        if spec.deps:
            raise InvalidDefinitionError(
                f"the spec of {str(spec.key)!r} has dependencies", hint="give them to @multi_asset, or give it specs="
            )
        return AssetOut(
            key=spec.key,
            dagster_type=dagster_type,
            description=spec.description,
            is_required=is_required,
            io_manager_key=io_manager_key,
            metadata=spec.metadata,
            group_name=spec.group_name,
            code_version=spec.code_version,
            automation_condition=spec.automation_condition,
            backfill_policy=backfill_policy,
            owners=spec.owners,
            tags=spec.tags,
            freshness_policy=spec.freshness_policy,
        )

    def resolve_key(self, output_name: str) -> AssetKey:
        """The key of an output of that name."""
        return self.key or AssetKey([*(self.key_prefix or ()), output_name])

    def to_out(self) -> Out:
        """The output of the op that makes the asset."""
        return Out(
            self.dagster_type,
            description=self.description,
            is_required=self.is_required,
            io_manager_key=self.io_manager_key or DEFAULT_IO_MANAGER_KEY,
            metadata=self.metadata,
            code_version=self.code_version,
        )

    def to_spec(
        self,
        key: AssetKey,
        deps: Iterable[AssetDep],
        additional_tags: Mapping[str, str] | None = None,
        partitions_def: Any = None,
    ) -> AssetSpec:
        """What is said of the asset under a key."""
        return AssetSpec(
            key,
            deps=deps,
            description=self.description,
            metadata=self.metadata,
            skippable=not self.is_required,
            group_name=self.group_name,
            code_version=self.code_version,
            automation_condition=self.automation_condition,
            owners=self.owners,
            tags={**self.tags, **(additional_tags or {})},
            partitions_def=partitions_def,
            freshness_policy=self.freshness_policy,
        )
