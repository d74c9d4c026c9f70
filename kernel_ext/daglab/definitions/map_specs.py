"""`map_asset_specs`: say something else of many assets at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.specs import AssetSpec


def map_asset_specs(func: Callable[[AssetSpec], AssetSpec], iterable: Iterable[Any]) -> Sequence[Any]:
    """The same specs and definitions with something else said of each asset.

    Args:
        func: gives for a spec another one.
        iterable: specs and definitions.

    Example:
        >>> [spec.key.to_user_string() for spec in map_asset_specs(lambda spec: spec, [AssetSpec("orders")])]
        ['orders']
    """
    return [one.map_asset_specs(func) if isinstance(one, AssetsDefinition) else func(one) for one in iterable]
