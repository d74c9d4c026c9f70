"""`load_assets_from_modules` and its kin: the assets and checks that modules hold."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from daglab.definitions.asset_selection.declared_assets import has_only_checks
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.changed_assets import changed_assets
from daglab.definitions.module_objects import ModuleObjects, module_of_caller, modules_of_package


def load_assets_from_modules(
    modules: Iterable[ModuleType],
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    automation_condition: Any = None,
    backfill_policy: Any = None,
    source_key_prefix: str | Sequence[str] | None = None,
    include_specs: bool = False,
) -> Sequence[Any]:
    """Collects the assets of modules, changed where that is asked for; their checks are not among them.

    Args:
        modules: where to look.
        group_name: the group of all that is in none.
        key_prefix: put before the keys of what is defined, and before these wherever they are needed.
        automation_condition: when all of them are made of themselves.
        backfill_policy: how their partitions are split into runs.
        source_key_prefix: put before the keys of what is only declared.
        include_specs: whether an `AssetSpec` counts.

    Raises:
        InvalidDefinitionError: a key is defined twice, or an asset is in another group.

    Example:
        >>> from types import ModuleType
        >>> from daglab.definitions.asset_decorator import asset
        >>> module = ModuleType("shop")
        >>> @asset
        ... def orders(): ...
        >>> module.orders = orders
        >>> [one.key for one in load_assets_from_modules([module])]
        [AssetKey(['orders'])]
    """
    changed = changed_assets(
        ModuleObjects.find(modules, with_specs=include_specs).assets,
        group_name=group_name,
        key_prefix=key_prefix,
        source_key_prefix=source_key_prefix,
        automation_condition=automation_condition,
        backfill_policy=backfill_policy,
    )
    return [one for one in changed if not has_only_checks(one)]


def load_assets_from_current_module(
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    automation_condition: Any = None,
    backfill_policy: Any = None,
    source_key_prefix: str | Sequence[str] | None = None,
    include_specs: bool = False,
) -> Sequence[Any]:
    """Collects the assets of the module that calls this; otherwise like `load_assets_from_modules`."""
    return load_assets_from_modules(
        [module_of_caller(inspect.currentframe())],
        group_name,
        key_prefix,
        automation_condition=automation_condition,
        backfill_policy=backfill_policy,
        source_key_prefix=source_key_prefix,
        include_specs=include_specs,
    )


def load_assets_from_package_module(
    package_module: ModuleType,
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    automation_condition: Any = None,
    backfill_policy: Any = None,
    source_key_prefix: str | Sequence[str] | None = None,
    include_specs: bool = False,
) -> Sequence[Any]:
    """Collects the assets of a package and all below it; otherwise like `load_assets_from_modules`."""
    return load_assets_from_modules(
        modules_of_package(package_module),
        group_name,
        key_prefix,
        automation_condition=automation_condition,
        backfill_policy=backfill_policy,
        source_key_prefix=source_key_prefix,
        include_specs=include_specs,
    )


def load_assets_from_package_name(
    package_name: str,
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    automation_condition: Any = None,
    backfill_policy: Any = None,
    source_key_prefix: str | Sequence[str] | None = None,
    include_specs: bool = False,
) -> Sequence[Any]:
    """Collects the assets of a package, named, and all below it; otherwise like `load_assets_from_modules`."""
    return load_assets_from_package_module(
        import_module(package_name),
        group_name,
        key_prefix,
        automation_condition=automation_condition,
        backfill_policy=backfill_policy,
        source_key_prefix=source_key_prefix,
        include_specs=include_specs,
    )


def load_asset_checks_from_modules(
    modules: Iterable[ModuleType], asset_key_prefix: str | Sequence[str] | None = None
) -> Sequence[AssetsDefinition]:
    """Collects the checks of modules that are functions of their own.

    Args:
        modules: where to look.
        asset_key_prefix: put before the keys of the assets that they look at.

    Example:
        >>> from daglab.definitions.check_decorator import asset_check
        >>> module = ModuleType("shop_checks")
        >>> @asset_check(asset="orders")
        ... def complete(): ...
        >>> module.complete = complete
        >>> [list(one.check_keys) for one in load_asset_checks_from_modules([module], asset_key_prefix="shop")]
        [[AssetCheckKey(asset_key=AssetKey(['shop', 'orders']), name='complete')]]
    """
    found = changed_assets(ModuleObjects.find(modules).assets, key_prefix=asset_key_prefix)
    return [one for one in found if has_only_checks(one)]


def load_asset_checks_from_current_module(
    asset_key_prefix: str | Sequence[str] | None = None,
) -> Sequence[AssetsDefinition]:
    """Collects the checks of the module that calls this; otherwise like `load_asset_checks_from_modules`."""
    return load_asset_checks_from_modules([module_of_caller(inspect.currentframe())], asset_key_prefix)


def load_asset_checks_from_package_module(
    package_module: ModuleType, asset_key_prefix: str | Sequence[str] | None = None
) -> Sequence[AssetsDefinition]:
    """Collects the checks of a package and all below it; otherwise like `load_asset_checks_from_modules`."""
    return load_asset_checks_from_modules(modules_of_package(package_module), asset_key_prefix)


def load_asset_checks_from_package_name(
    package_name: str, asset_key_prefix: str | Sequence[str] | None = None
) -> Sequence[AssetsDefinition]:
    """Collects the checks of a package, named, and all below it; otherwise like `load_asset_checks_from_modules`."""
    return load_asset_checks_from_package_module(import_module(package_name), asset_key_prefix)
