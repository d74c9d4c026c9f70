"""`load_definitions_from_modules` and its kin: everything that modules hold."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from daglab.definitions.asset_selection.declared_assets import has_only_checks
from daglab.definitions.automation_targets import is_schedule
from daglab.definitions.definitions import Definitions
from daglab.definitions.module_objects import ModuleObjects, module_of_caller, modules_of_package


def load_definitions_from_modules(
    modules: Iterable[ModuleType],
    resources: Mapping[str, Any] | None = None,
    loggers: Mapping[str, Any] | None = None,
    executor: Any = None,
) -> Definitions:
    """Collects the assets, checks, jobs, schedules and sensors of modules.

    Args:
        modules: where to look.
        resources: what these are given by name.
        loggers: where jobs log that do not say.
        executor: what runs the steps of jobs that do not say.

    Raises:
        InvalidDefinitionError: a key or a name is defined twice.

    Example:
        >>> from types import ModuleType
        >>> from daglab.definitions.asset_decorator import asset
        >>> module = ModuleType("shop")
        >>> @asset
        ... def orders(): ...
        >>> module.orders = orders
        >>> load_definitions_from_modules([module]).resolve_all_asset_keys()
        [AssetKey(['orders'])]
    """
    found = ModuleObjects.find(modules)
    return Definitions(
        assets=[one for one in found.assets if not has_only_checks(one)],
        asset_checks=[one for one in found.assets if has_only_checks(one)],
        jobs=found.jobs,
        schedules=[one for one in found.automations if is_schedule(one)],
        sensors=[one for one in found.automations if not is_schedule(one)],
        resources=resources,
        loggers=loggers,
        executor=executor,
    )


def load_definitions_from_module(
    module: ModuleType,
    resources: Mapping[str, Any] | None = None,
    loggers: Mapping[str, Any] | None = None,
    executor: Any = None,
) -> Definitions:
    """Collects what a module holds; otherwise like `load_definitions_from_modules`."""
    return load_definitions_from_modules([module], resources, loggers, executor)


def load_definitions_from_current_module(
    resources: Mapping[str, Any] | None = None,
    loggers: Mapping[str, Any] | None = None,
    executor: Any = None,
) -> Definitions:
    """Collects what the module holds that calls this; otherwise like `load_definitions_from_modules`."""
    return load_definitions_from_modules([module_of_caller(inspect.currentframe())], resources, loggers, executor)


def load_definitions_from_package_module(
    package_module: ModuleType,
    resources: Mapping[str, Any] | None = None,
    loggers: Mapping[str, Any] | None = None,
    executor: Any = None,
) -> Definitions:
    """Collects what a package holds and all below it; otherwise like `load_definitions_from_modules`."""
    return load_definitions_from_modules(modules_of_package(package_module), resources, loggers, executor)


def load_definitions_from_package_name(
    package_name: str,
    resources: Mapping[str, Any] | None = None,
    loggers: Mapping[str, Any] | None = None,
    executor: Any = None,
) -> Definitions:
    """Collects what a package, named, holds and all below it; otherwise like `load_definitions_from_modules`."""
    return load_definitions_from_package_module(import_module(package_name), resources, loggers, executor)
