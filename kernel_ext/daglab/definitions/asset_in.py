"""`AssetIn`: which asset a parameter is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from daglab.definitions.asset_dep import key_of
from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey, CoercibleToAssetKeyPrefix, prefix_parts
from daglab.definitions.nodes import In
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True, init=False)
class AssetIn:
    """Which asset a parameter of an asset's function is, and how its value is loaded.

    Args:
        key: the asset; by default the parameter's name says it.
        metadata: facts for the IO manager that loads it.
        key_prefix: parts before the parameter's name.
        input_manager_key: the resource that loads it, instead of the IO manager of the asset.
        partition_mapping: which of its partitions a partition needs.
        dagster_type: its type; by default the parameter's annotation. `Nothing` where no value is passed.

    Raises:
        InvalidDefinitionError: a key and a prefix.

    Example:
        >>> AssetIn(key_prefix="raw").resolve_key("flights")
        AssetKey(['raw', 'flights'])
    """

    key: AssetKey | None
    metadata: Mapping[str, Any] | None
    key_prefix: Sequence[str]
    input_manager_key: str | None
    partition_mapping: Any
    dagster_type: Any

    def __init__(
        self,
        key: CoercibleToAssetKey | None = None,
        metadata: Mapping[str, Any] | None = None,
        key_prefix: CoercibleToAssetKeyPrefix | None = None,
        input_manager_key: str | None = None,
        partition_mapping: Any = None,
        dagster_type: Any = NO_VALUE,
    ) -> None:
        if key is not None and key_prefix is not None:
            raise InvalidDefinitionError(
                f"an AssetIn has the key {key!r} and the prefix {key_prefix!r}", hint="give one of the two"
            )
        values = {
            "key": None if key is None else key_of(key),
            "metadata": metadata,
            "key_prefix": prefix_parts(key_prefix),
            "input_manager_key": input_manager_key,
            "partition_mapping": partition_mapping,
            "dagster_type": dagster_type,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_coercible(cls, coercible: object) -> AssetIn:
        """Takes an `AssetIn`, or whatever names an asset."""
        return coercible if isinstance(coercible, AssetIn) else cls(key=key_of(coercible))

    def resolve_key(self, input_name: str) -> AssetKey:
        """The asset that a parameter of that name is."""
        return self.key or AssetKey([*self.key_prefix, input_name])

    def to_in(self) -> In:
        """The input of the op that makes the asset."""
        return In(self.dagster_type, metadata=self.metadata, input_manager_key=self.input_manager_key)
