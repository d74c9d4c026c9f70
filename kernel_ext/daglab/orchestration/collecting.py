"""What a module or a cell has defined, sorted."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from daglab.definitions.asset_job import UnresolvedAssetJobDefinition
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.automation.schedule_definition import ScheduleDefinition
from daglab.definitions.automation.sensor_definition import SensorDefinition
from daglab.definitions.definitions import Definitions
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.source_asset import SourceAsset
from daglab.definitions.specs import AssetSpec
from daglab.errors import NotebookError
from daglab.foundation.noted_imports import noted_loader


@dataclass(kw_only=True)
class Collected:
    """What a module or a cell has defined.

    Args:
        assets: definitions of assets and checks that are there by name.
        listed: those that a `Definitions` lists.
        elsewhere: specs of assets that are made elsewhere.
        jobs: by name; so are schedules and sensors.
        resources: of all `Definitions`.
        executor: of the last `Definitions` that names one.
        places: where each name that must be one thing's alone was met.
    """

    assets: list[AssetsDefinition] = field(default_factory=list)
    listed: list[AssetsDefinition] = field(default_factory=list)
    elsewhere: list[Any] = field(default_factory=list)
    jobs: dict[str, Any] = field(default_factory=dict)
    schedules: dict[str, Any] = field(default_factory=dict)
    sensors: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, object] = field(default_factory=dict)
    executor: Any = None
    places: dict[tuple[str, str], str] = field(default_factory=dict)

    def merge(self, other: Collected, place: str) -> dict[str, str]:
        """Adds what a place defines, assets apart.

        Each cell of a notebook is run by itself, so what one place defines may be there several times.

        Returns:
            The names that already mean something else in another place, and that place.
        """
        clashes: dict[str, str] = {}
        for kind, mine, theirs in (
            ("job", self.jobs, other.jobs),
            ("schedule", self.schedules, other.schedules),
            ("sensor", self.sensors, other.sensors),
            ("resource", self.resources, other.resources),
        ):
            for name, one in theirs.items():
                earlier = self.places.setdefault((kind, name), place)
                if earlier != place and not _same(mine[name], one):
                    clashes[f"{kind} {name!r}"] = earlier
            mine.update(theirs)
        self.elsewhere += other.elsewhere
        self.executor = other.executor or self.executor
        return clashes


def collect(values: Iterable[object]) -> Collected:
    """Sorts values; what defines nothing is left out."""
    found = Collected()
    for value in values:
        _take(found, value)
    return found


def import_file(path: Path) -> ModuleType:
    """Imports a Python file, with its folder on the import path.

    It gets the name of its stem, unless another module has that, which must not be replaced.

    Raises:
        NotebookError: there is no such file.
    """
    if not path.exists():
        raise NotebookError("there is no such file", path=str(path))
    folder = str(path.parent.resolve())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    full, name = str(path.resolve()), path.stem
    if name in sys.stdlib_module_names or getattr(sys.modules.get(name), "__file__", full) != full:
        name = f"{path.stem}_{sha256(full.encode()).hexdigest()[:8]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, full, loader=noted_loader(name, full))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _take(found: Collected, value: object) -> None:
    match value:
        case Definitions():
            found.listed += value.all
            found.elsewhere += [one for one in value.assets if isinstance(one, (AssetSpec, SourceAsset))]
            for one in (*value.jobs, *value.schedules, *value.sensors):
                _take(found, one)
            found.resources.update(value.resources)
            found.executor = value.executor or found.executor
        case AssetsDefinition():
            found.assets.append(value)
        case AssetSpec() | SourceAsset():
            found.elsewhere.append(value)
        case JobDefinition() | UnresolvedAssetJobDefinition():
            found.jobs[value.name] = value
        case ScheduleDefinition():
            found.schedules[value.name] = value
        case SensorDefinition():
            found.sensors[value.name] = value
        case _:
            pass


def _same(one: object, other: object) -> bool:
    """Whether two places mean the same: one object, or two that are equal, as resources of the same config are."""
    return one is other or (type(one) is type(other) and one == other)
