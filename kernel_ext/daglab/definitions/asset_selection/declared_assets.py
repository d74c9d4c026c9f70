"""What lists of assets hold: definitions, and specs of assets that are made elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from daglab.definitions.assets import AssetExecution, AssetsDefinition
from daglab.definitions.source_asset import SourceAsset
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.errors import InvalidDefinitionError


def specs_of(asset: Any) -> tuple[AssetSpec, ...]:
    """What is said of each asset that a definition defines; a spec says it itself.

    Raises:
        InvalidDefinitionError: it defines none.
    """
    if isinstance(asset, AssetSpec):
        return (asset,)
    if isinstance(asset, AssetsDefinition):
        return tuple(asset.specs_by_output.values())
    if isinstance(asset, SourceAsset):
        return (asset.to_spec(),)
    raise InvalidDefinitionError(f"{asset!r} is no asset", hint="decorate the function with @asset")


def check_specs_of(asset: Any) -> tuple[AssetCheckSpec, ...]:
    """What is said of each check that a definition defines."""
    return tuple(asset.check_specs_by_output.values()) if isinstance(asset, AssetsDefinition) else ()


def definition_of(asset: Any) -> AssetsDefinition | None:
    """What a run runs for an asset; None where there is nothing to run or to tell but a spec."""
    if isinstance(asset, AssetsDefinition):
        return asset
    if not isinstance(asset, SourceAsset) or not asset.is_observable:
        return None
    return AssetsDefinition(
        node=asset.op,
        specs={"result": asset.to_spec()},
        execution=AssetExecution.OBSERVATION,
        resource_defs=asset.resource_defs,
    )


def has_only_checks(asset: Any) -> bool:
    """Whether a definition defines checks and no asset."""
    return isinstance(asset, AssetsDefinition) and asset.has_check_keys and not asset.has_keys


def is_asset(one: object) -> bool:
    """Whether something can stand in a list of assets."""
    return isinstance(one, (AssetsDefinition, AssetSpec, SourceAsset))


def distinct(definitions: Iterable[Any]) -> list[Any]:
    """The same without what is given twice."""
    return list({id(one): one for one in definitions}.values())
