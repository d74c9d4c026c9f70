"""What user code tells of itself while it runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.definitions.data_version import DATA_VERSION_TAG
from daglab.definitions.labels import checked_tags
from daglab.definitions.metadata import MetadataValue, RawMetadata, normalize_metadata
from daglab.definitions.results import AssetCheckSeverity
from daglab.definitions.specs import AssetCheckKey
from daglab.errors import InvalidDefinitionError

_SEPARATORS = str.maketrans({"\\": "/", ".": "/", "-": "/", " ": "/", ":": "/"})


_NO_WORD = re.compile("[^a-zA-Z0-9_]")


@dataclass(frozen=True, init=False)
class _AssetEvent:
    """What `AssetMaterialization` and `AssetObservation` share."""

    asset_key: AssetKey
    description: str | None
    metadata: Mapping[str, MetadataValue]
    partition: str | None
    tags: Mapping[str, str] | None

    def __init__(
        self,
        asset_key: CoercibleToAssetKey,
        description: str | None = None,
        metadata: RawMetadata | None = None,
        partition: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        kind = type(self).__name__
        for name, value in (("description", description), ("partition", partition)):
            if value is not None and not isinstance(value, str):
                raise InvalidDefinitionError(f"a {kind} has the {name} {value!r}", hint="give text")
        values = {
            "asset_key": _key_of(asset_key),
            "description": description,
            "metadata": normalize_metadata(metadata),
            "partition": partition,
            "tags": None if tags is None else checked_tags(tags, f"a {kind}"),
        }
        for name, known in values.items():
            object.__setattr__(self, name, known)

    @property
    def label(self) -> str:
        """The parts of the asset's key as text."""
        return " ".join(self.asset_key.path)


@dataclass(frozen=True, init=False)
class AssetMaterialization(_AssetEvent):
    """Tells that an asset was made by the code itself.

    Args:
        asset_key: the asset.
        description: one sentence.
        metadata: facts about what was made.
        partition: which partition.
        tags: labels.

    Example:
        >>> AssetMaterialization("flights", metadata={"rows": 3}).metadata["rows"].value
        3
    """

    @staticmethod
    def file(
        path: str, description: str | None = None, asset_key: CoercibleToAssetKey | None = None
    ) -> AssetMaterialization:
        """Tells that a file was written; its path gives the key where none is given."""
        parts = [part for part in path.translate(_SEPARATORS).split("/") if part]
        metadata = {"path": MetadataValue.path(path)}
        return AssetMaterialization(asset_key or parts, description=description, metadata=metadata)

    def with_metadata(self, metadata: RawMetadata | None) -> AssetMaterialization:
        """The same with other facts."""
        return AssetMaterialization(self.asset_key, self.description, metadata, self.partition, self.tags)


@dataclass(frozen=True, init=False)
class AssetObservation(_AssetEvent):
    """Tells what was found out about an asset, which was not made just now.

    Args:
        asset_key: the asset.
        description: one sentence.
        metadata: facts about what was found.
        partition: which partition.
        tags: labels.

    Example:
        >>> AssetObservation("flights", partition="2013").label
        'flights'
    """

    def __init__(
        self,
        asset_key: CoercibleToAssetKey,
        description: str | None = None,
        metadata: RawMetadata | None = None,
        partition: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(asset_key, description, metadata, partition, tags or {})

    @property
    def data_version(self) -> str | None:
        """The version that was found, as its labels tell it."""
        return self.tags.get(DATA_VERSION_TAG) if self.tags else None

    def with_metadata(self, metadata: RawMetadata | None) -> AssetObservation:
        """The same with other facts."""
        return AssetObservation(self.asset_key, self.description, metadata, self.partition, self.tags)


@dataclass(frozen=True)
class ExpectationResult:
    """Tells whether something that was expected of data holds.

    Args:
        success: whether it holds.
        label: its name.
        description: one sentence.
        metadata: facts.

    Example:
        >>> ExpectationResult(success=True, label="no gaps").label
        'no gaps'
    """

    success: bool
    label: str | None = None
    description: str | None = None
    metadata: Any = None

    def __post_init__(self) -> None:
        if not isinstance(self.success, bool):
            raise InvalidDefinitionError(
                f"an ExpectationResult has success={self.success!r}", hint="give True or False"
            )
        object.__setattr__(self, "label", self.label or "result")
        object.__setattr__(self, "metadata", normalize_metadata(self.metadata))


@dataclass(frozen=True)
class AssetCheckEvaluation:
    """The verdict of a check of an asset, all of it said.

    Args:
        asset_key: the asset.
        check_name: the check.
        passed: whether the asset is as it should be.
        metadata: facts that explain the verdict.
        target_materialization_data: which materialization was looked at.
        severity: how bad a failure is.
        description: one sentence about this verdict.
        blocking: whether assets downstream wait for it.
        partition: which partition.

    Example:
        >>> AssetCheckEvaluation(AssetKey("flights"), "no_gaps", True).asset_check_key.to_user_string()
        'flights:no_gaps'
    """

    asset_key: AssetKey
    check_name: str
    passed: bool
    metadata: Any = None
    target_materialization_data: Any = None
    severity: AssetCheckSeverity = AssetCheckSeverity.ERROR
    description: str | None = None
    blocking: bool | None = None
    partition: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.asset_key, AssetKey):
            raise InvalidDefinitionError(
                f"an AssetCheckEvaluation has the asset_key {self.asset_key!r}", hint="give an AssetKey"
            )
        object.__setattr__(self, "metadata", normalize_metadata(self.metadata))

    @property
    def asset_check_key(self) -> AssetCheckKey:
        """The check's key."""
        return AssetCheckKey(self.asset_key, self.check_name)

    def with_metadata(self, metadata: RawMetadata) -> AssetCheckEvaluation:
        """The same with other facts."""
        return replace(self, metadata=metadata)


def _key_of(asset_key: CoercibleToAssetKey) -> AssetKey:
    """The key of an event; in text, whatever is no letter, digit or underscore parts it, so that a path is a key."""
    if not isinstance(asset_key, str):
        return AssetKey.from_coercible(asset_key)
    return AssetKey(list(filter(None, _NO_WORD.split(asset_key))))
