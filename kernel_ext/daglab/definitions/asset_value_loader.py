"""`AssetValueLoader`: the values of assets, loaded with their IO managers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.doors import door
from daglab.errors import InvalidInvocationError, suggest


class AssetValueLoader:
    """Loads the values of assets, with resources that are opened once; to be used in `with`.

    Args:
        assets_defs_by_key: the assets.
        instance: the home; by default the one of the project.
        resource_defs: what the IO managers are, by key.

    Example:
        >>> with AssetValueLoader({}) as loader:
        ...     loader.load_asset_value("orders")
        Traceback (most recent call last):
        daglab.errors.InvalidInvocationError: there is no asset 'orders'
    """

    def __init__(
        self,
        assets_defs_by_key: Mapping[AssetKey, AssetsDefinition],
        instance: Any = None,
        resource_defs: Mapping[str, Any] | None = None,
    ) -> None:
        self._assets_defs_by_key = assets_defs_by_key
        self._instance = instance
        self._resource_defs = dict(resource_defs or {})
        self._opened = ExitStack()

    def load_asset_value(
        self,
        asset_key: CoercibleToAssetKey,
        *,
        python_type: type[object] | None = None,
        partition_key: str | None = None,
        partition_key_range: Any = None,
        input_definition_metadata: dict[str, Any] | None = None,
        resource_config: Mapping[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Any:
        """Loads the value of an asset.

        Args:
            asset_key: which asset.
            python_type: what the IO manager is told that the value should be.
            partition_key: which partition.
            partition_key_range: which partitions, instead.
            input_definition_metadata: what the IO manager is told besides.
            resource_config: config of resources by key.
            metadata: the old name of `input_definition_metadata`.

        Raises:
            InvalidInvocationError: there is no such asset, or partitions are given in two ways.
        """
        key = AssetKey.from_coercible(asset_key)
        if partition_key is not None and partition_key_range is not None:
            raise InvalidInvocationError(
                f"asset {str(key)!r}: partition_key and partition_key_range are both given", hint="give one of them"
            )
        if key not in self._assets_defs_by_key:
            raise InvalidInvocationError(
                f"there is no asset {str(key)!r}", hint=suggest(str(key), map(str, self._assets_defs_by_key))
            )
        return door("load_asset_value")(
            key,
            assets_def=self._assets_defs_by_key[key],
            resource_defs=self._resource_defs,
            instance=self._instance,
            opened=self._opened,
            python_type=python_type,
            partition_key=partition_key,
            partition_key_range=partition_key_range,
            metadata=input_definition_metadata or metadata or {},
            resource_config=dict(resource_config or {}),
        )

    def __enter__(self) -> AssetValueLoader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._opened.close()
