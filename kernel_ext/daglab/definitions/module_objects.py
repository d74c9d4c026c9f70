"""The definitions that modules hold, found in their attributes."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any

from daglab.definitions.asset_job import UnresolvedAssetJobDefinition
from daglab.definitions.asset_selection.declared_assets import distinct, is_asset, specs_of
from daglab.definitions.automation_targets import is_automation
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.specs import AssetSpec
from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True, kw_only=True, eq=False)
class ModuleObjects:
    """What was found in modules, each object once.

    Args:
        assets: definitions of assets and checks, and specs.
        jobs: jobs.
        automations: schedules and sensors.
    """

    assets: tuple[Any, ...]
    jobs: tuple[Any, ...]
    automations: tuple[Any, ...]

    @classmethod
    def find(cls, modules: Iterable[ModuleType], *, with_specs: bool = True) -> ModuleObjects:
        """Looks at all attributes of modules, and into lists of definitions among them.

        Args:
            modules: where to look.
            with_specs: whether an `AssetSpec` counts.

        Raises:
            InvalidDefinitionError: two of one kind have the same key or name.
        """
        found: list[tuple[str, Any]] = []
        for module in modules:
            for name in dir(module):
                found.extend((module.__name__, one) for one in _definitions_in(getattr(module, name), with_specs))
        assets = [(place, one) for place, one in found if is_asset(one)]
        jobs = [(place, one) for place, one in found if _is_job(one)]
        automations = [(place, one) for place, one in found if is_automation(one)]
        _refuse_twice("asset", [(place, str(spec.key), one) for place, one in assets for spec in specs_of(one)])
        _refuse_twice("job", [(place, one.name, one) for place, one in jobs])
        _refuse_twice("schedule or sensor", [(place, one.name, one) for place, one in automations])
        return cls(
            assets=tuple(distinct(one for _, one in assets)),
            jobs=tuple(distinct(one for _, one in jobs)),
            automations=tuple(distinct(one for _, one in automations)),
        )


def modules_of_package(package: ModuleType) -> Iterator[ModuleType]:
    """A package and everything below it, imported.

    Raises:
        ValueError: it has no file, so that nobody knows what is below it.
    """
    yield package
    if not package.__file__:
        raise ValueError(f"package {package.__name__!r} has no __init__.py, so its modules cannot be listed")
    for found in pkgutil.walk_packages(package.__path__, prefix=f"{package.__name__}."):
        yield import_module(found.name)


def module_of_caller(frame: FrameType | None) -> ModuleType:
    """The module in which a function was called.

    Raises:
        InvalidDefinitionError: it was called in no module.
    """
    caller = frame.f_back if frame is not None else None
    module = inspect.getmodule(caller) if caller is not None else None
    if module is None:
        raise InvalidDefinitionError("this is called in no module", hint="name the modules: load_..._from_modules")
    return module


def _definitions_in(value: object, with_specs: bool) -> Iterable[Any]:
    if _is_definition(value, with_specs):
        return [value]
    if isinstance(value, list) and all(_is_definition(one, with_specs) for one in value):
        return value
    return []


def _is_definition(one: object, with_specs: bool) -> bool:
    if isinstance(one, type):
        return False
    if isinstance(one, AssetSpec):
        return with_specs
    return is_asset(one) or _is_job(one) or is_automation(one)


def _is_job(one: object) -> bool:
    return isinstance(one, (JobDefinition, UnresolvedAssetJobDefinition))


def _refuse_twice(what: str, found: Iterable[tuple[str, str, Any]]) -> None:
    first: dict[str, tuple[str, Any]] = {}
    for place, name, one in found:
        before, other = first.setdefault(name, (place, one))
        if other is not one and not (isinstance(one, AssetSpec) and one == other):
            places = before if before == place else f"{before} and in {place}"
            raise InvalidDefinitionError(f"{what} {name!r} is defined twice, in {places}", hint="rename one of them")
