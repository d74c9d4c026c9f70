"""Assets as they were found in modules, with other keys, groups and policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.declared_assets import check_specs_of, specs_of
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.specs import DEFAULT_GROUP, AssetSpec
from daglab.errors import InvalidDefinitionError


def changed_assets(
    assets: Iterable[Any],
    *,
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    source_key_prefix: str | Sequence[str] | None = None,
    automation_condition: Any = None,
    backfill_policy: Any = None,
) -> list[Any]:
    """Copies of assets and checks.

    Args:
        assets: definitions and specs.
        group_name: the group of all that is in none.
        key_prefix: put before the keys of what is defined, and before these wherever they are needed.
        source_key_prefix: likewise for what is only declared.
        automation_condition: when all of them are made of themselves.
        backfill_policy: how their partitions are split into runs.

    Raises:
        InvalidDefinitionError: an asset is in another group.
    """
    found = list(assets)
    if key_prefix:
        found = _with_keys(found, _prefixed(filter(_is_definition, found), key_prefix), only_definitions=True)
    if source_key_prefix:
        declared = (one for one in found if not _is_definition(one))
        found = _with_keys(found, _prefixed(declared, source_key_prefix), only_definitions=False)
    if group_name is None and automation_condition is None and backfill_policy is None:
        return found
    attributes = _attributes(group_name, automation_condition)
    return [_changed(one, attributes, group_name, backfill_policy) for one in found]


def _prefixed(assets: Iterable[Any], prefix: str | Sequence[str]) -> dict[AssetKey, AssetKey]:
    keys: dict[AssetKey, None] = {}
    for one in assets:
        keys |= dict.fromkeys(spec.key for spec in specs_of(one))
        keys |= dict.fromkeys(check.key.asset_key for check in check_specs_of(one))
    return {key: key.with_prefix(prefix) for key in keys}


def _with_keys(assets: Iterable[Any], keys: dict[AssetKey, AssetKey], *, only_definitions: bool) -> list[Any]:
    return [_with_key(one, keys) if _is_definition(one) or not only_definitions else one for one in assets]


def _with_key(one: Any, keys: dict[AssetKey, AssetKey]) -> Any:
    if isinstance(one, AssetSpec):
        return one.replace_attributes(key=keys.get(one.key, one.key))
    if isinstance(one, AssetsDefinition):
        return one.with_attributes(asset_key_replacements=keys)
    return one.with_attributes(key=keys.get(one.key, one.key))


def _changed(one: Any, attributes: Callable[[AssetSpec], AssetSpec], group_name: str | None, policy: Any) -> Any:
    if isinstance(one, AssetSpec):
        return attributes(one)
    if not isinstance(one, AssetsDefinition):
        return one.with_attributes(group_name=group_name) if group_name else one
    mapped = one.map_asset_specs(attributes)
    return mapped.with_attributes(backfill_policy=policy) if policy is not None else mapped


def _attributes(group_name: str | None, automation_condition: Any) -> Callable[[AssetSpec], AssetSpec]:
    def attributes(spec: AssetSpec) -> AssetSpec:
        if group_name and spec.group_name not in (None, DEFAULT_GROUP, group_name):
            raise InvalidDefinitionError(
                f"asset {str(spec.key)!r} is in group {spec.group_name!r}, so that group_name={group_name!r} cannot be",
                hint="leave one of them out",
            )
        changes: dict[str, Any] = {"group_name": group_name} if group_name else {}
        if automation_condition is not None:
            changes["automation_condition"] = automation_condition
        return spec.replace_attributes(**changes) if changes else spec

    return attributes


def _is_definition(one: object) -> bool:
    return isinstance(one, AssetsDefinition)
