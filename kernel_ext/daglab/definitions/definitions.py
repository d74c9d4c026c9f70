"""`Definitions`: everything that one notebook or module declares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.definitions.asset_selection.declared_assets import distinct, has_only_checks, is_asset
from daglab.definitions.asset_selection.declared_graph import DeclaredGraph
from daglab.definitions.asset_selection.selection import AssetSelection, CoercibleToAssetSelection
from daglab.definitions.asset_value_loader import AssetValueLoader
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.definitions_merge import merged_fields
from daglab.definitions.definitions_parts import checked_list, checked_name, checked_resources, is_job, is_named, named
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.map_specs import map_asset_specs
from daglab.definitions.metadata import RawMetadata, normalize_metadata
from daglab.definitions.repository import RepositoryDefinition
from daglab.definitions.repository_contents import RepositoryContents
from daglab.definitions.specs import AssetCheckKey, AssetSpec
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, InvariantViolationError

SINGLETON_REPOSITORY_NAME = "__repository__"


@dataclass(frozen=True, init=False)
class Definitions:
    """What one notebook or module declares.

    Whether all of it fits together is found out when it is first asked for jobs, schedules, sensors or its graph, or
    by `validate_loadable`.

    Args:
        assets: assets, and specs of assets that are made elsewhere.
        schedules: schedules.
        sensors: sensors.
        jobs: jobs, and what `define_asset_job` gives.
        resources: what assets, ops, schedules and sensors are given by name; `io_manager` is where values are kept.
        executor: what runs the steps of jobs that do not say.
        loggers: where jobs log that do not say.
        asset_checks: checks of assets.
        metadata: facts about all this.

    Raises:
        InvalidDefinitionError: something is in the wrong place.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> @asset
        ... def orders():
        ...     return [1, 2, 3]
        >>> Definitions(assets=[orders]).resolve_all_asset_keys()
        [AssetKey(['orders'])]
    """

    assets: Sequence[Any] = ()
    schedules: Sequence[Any] = ()
    sensors: Sequence[Any] = ()
    jobs: Sequence[Any] = ()
    resources: Mapping[str, Any] = field(default_factory=dict)
    executor: Any = None
    loggers: Mapping[str, Any] | None = None
    asset_checks: Sequence[AssetsDefinition] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __init__(
        self,
        assets: Iterable[Any] | None = None,
        schedules: Iterable[Any] | None = None,
        sensors: Iterable[Any] | None = None,
        jobs: Iterable[Any] | None = None,
        resources: Mapping[str, Any] | None = None,
        executor: Any = None,
        loggers: Mapping[str, Any] | None = None,
        asset_checks: Iterable[AssetsDefinition] | None = None,
        metadata: RawMetadata | None = None,
    ) -> None:
        values = {
            "assets": checked_list(assets, "assets", is_asset, hint="decorate the function with @asset"),
            "schedules": checked_list(schedules, "schedules", is_named),
            "sensors": checked_list(sensors, "sensors", is_named),
            "jobs": checked_list(jobs, "jobs", is_job, hint="decorate the function with @job, or use define_asset_job"),
            "resources": checked_resources(resources),
            "executor": executor,
            "loggers": loggers,
            "asset_checks": checked_list(
                asset_checks, "asset_checks", is_asset, hint="decorate the function with @asset_check"
            ),
            "metadata": normalize_metadata(metadata),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def all(self) -> tuple[AssetsDefinition, ...]:
        """What defines assets and checks, each once."""
        given = distinct((*self.assets, *self.asset_checks))
        return tuple(one for one in given if isinstance(one, AssetsDefinition))

    def get_repository_def(self) -> RepositoryDefinition:
        """All this, put together.

        Raises:
            InvalidDefinitionError: it does not fit together.
        """
        return self._repository

    @cached_property
    def _repository(self) -> RepositoryDefinition:
        elements = [*self.assets, *self.asset_checks, *self.schedules, *self.sensors, *self.jobs]
        contents = RepositoryContents.build(
            elements, resources=self.resources, executor=self.executor, loggers=self.loggers
        )
        return RepositoryDefinition(SINGLETON_REPOSITORY_NAME, repository_data=contents, metadata=self.metadata)

    def resolve_asset_graph(self) -> DeclaredGraph:
        """All assets and who needs whom."""
        return self._repository.asset_graph

    def get_job_def(self, name: str) -> JobDefinition:
        """A job, with its resources, and with its assets selected.

        Raises:
            InvariantViolationError: there is none of this name.
            InvalidDefinitionError: its assets cannot be selected, or a resource is missing.
        """
        return self._repository.get_job(checked_name(name))

    def resolve_job_def(self, name: str) -> JobDefinition:
        """The same as `get_job_def`."""
        return self.get_job_def(name)

    def resolve_all_job_defs(self) -> Sequence[JobDefinition]:
        """All jobs, the one of all assets among them."""
        return self._repository.get_all_jobs()

    def get_schedule_def(self, name: str) -> Any:
        """A schedule.

        Raises:
            InvariantViolationError: there is none of this name.
        """
        return self._repository.get_schedule_def(checked_name(name))

    def resolve_schedule_def(self, name: str) -> Any:
        """The same as `get_schedule_def`."""
        return self.get_schedule_def(name)

    def get_unresolved_schedule_def(self, name: str) -> Any:
        """A schedule as it was given.

        Raises:
            ValueError: there is none of this name.
        """
        return named(self.schedules, name, "schedule")

    def get_sensor_def(self, name: str) -> Any:
        """A sensor.

        Raises:
            InvariantViolationError: there is none of this name.
        """
        return self._repository.get_sensor_def(checked_name(name))

    def resolve_sensor_def(self, name: str) -> Any:
        """The same as `get_sensor_def`."""
        return self.get_sensor_def(name)

    def get_unresolved_sensor_def(self, name: str) -> Any:
        """A sensor as it was given.

        Raises:
            ValueError: there is none of this name.
        """
        return named(self.sensors, name, "sensor")

    def has_implicit_global_asset_job_def(self) -> bool:
        """Whether there is a job of all assets."""
        return self._repository.has_implicit_global_asset_job_def()

    def get_implicit_global_asset_job_def(self) -> JobDefinition:
        """The job of all assets.

        Raises:
            InvariantViolationError: there are no assets.
        """
        return self._repository.get_implicit_global_asset_job_def()

    def resolve_implicit_global_asset_job_def(self) -> JobDefinition:
        """The same as `get_implicit_global_asset_job_def`."""
        return self.get_implicit_global_asset_job_def()

    def resolve_implicit_job_def_def_for_assets(self, asset_keys: Iterable[AssetKey]) -> JobDefinition | None:
        """The job with which assets are made that no other job names."""
        return self._repository.get_implicit_job_def_for_assets(asset_keys)

    def get_assets_def(self, key: CoercibleToAssetKey) -> AssetsDefinition:
        """The definition of an asset.

        Raises:
            InvariantViolationError: there is none of this key.
        """
        return self._repository.contents.assets_def(AssetKey.from_coercible(key))

    def resolve_assets_def(self, key: CoercibleToAssetKey) -> AssetsDefinition:
        """The same as `get_assets_def`."""
        return self.get_assets_def(key)

    def get_asset_checks_def(self, key: AssetCheckKey) -> AssetsDefinition:
        """The definition of a check that is a function of its own.

        Raises:
            InvariantViolationError: there is none of this key.
        """
        for one in self.all:
            if has_only_checks(one) and key in one.check_keys:
                return one
        raise InvariantViolationError(f"there is no check {str(key)!r}")

    def resolve_all_asset_specs(self) -> Sequence[AssetSpec]:
        """What is said of every asset, each after what it needs."""
        return [node.to_asset_spec() for node in self.resolve_asset_graph().asset_nodes]

    def get_all_asset_specs(self) -> Sequence[AssetSpec]:
        """The same as `resolve_all_asset_specs`."""
        return self.resolve_all_asset_specs()

    def resolve_all_asset_keys(self) -> Sequence[AssetKey]:
        """The key of every asset, each after those that it needs."""
        return [spec.key for spec in self.resolve_all_asset_specs()]

    def map_asset_specs(
        self, *, func: Callable[[AssetSpec], AssetSpec], selection: CoercibleToAssetSelection | None = None
    ) -> Definitions:
        """The same with something else said of every asset.

        Args:
            func: gives for a spec another one.
            selection: not here: see `map_resolved_asset_specs`.

        Raises:
            InvalidInvocationError: there is a selection.
        """
        if selection is not None:
            raise InvalidInvocationError(
                "map_asset_specs takes no selection", hint="call map_resolved_asset_specs(func=..., selection=...)"
            )
        return self.map_resolved_asset_specs(func=func)

    def map_resolved_asset_specs(
        self, *, func: Callable[[AssetSpec], AssetSpec], selection: CoercibleToAssetSelection | None = None
    ) -> Definitions:
        """The same with something else said of every asset, or of those that are selected.

        Args:
            func: gives for a spec another one.
            selection: of which assets.

        Raises:
            InvariantViolationError: there is a `SourceAsset` among the assets.
        """
        other = [one for one in self.assets if not isinstance(one, (AssetsDefinition, AssetSpec))]
        if other:
            raise InvariantViolationError(
                f"what is said of {other[0]!r} cannot be mapped", hint="declare it as an AssetSpec"
            )
        if selection is None:
            return replace(self, assets=map_asset_specs(func, self.assets))
        if isinstance(selection, str):
            chosen = AssetSelection.from_string(selection, include_sources=True)
        else:
            chosen = AssetSelection.from_coercible(selection)
        keys = chosen.resolve(self.resolve_asset_graph())
        mapped = map_asset_specs(lambda spec: func(spec) if spec.key in keys else spec, self.assets)
        return replace(self, assets=mapped)

    def with_resources(self, resources: Mapping[str, Any] | None) -> Definitions:
        """The same with more resources."""
        return Definitions.merge(self, Definitions(resources=resources)) if resources else self

    def load_asset_value(
        self,
        asset_key: CoercibleToAssetKey,
        *,
        python_type: type | None = None,
        instance: Any = None,
        partition_key: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Any:
        """Loads the value of an asset with its IO manager.

        Args:
            asset_key: which asset.
            python_type: what the IO manager is told that the value should be.
            instance: the home; by default the one of the project.
            partition_key: which partition.
            metadata: what the IO manager is told besides.
        """
        with self.get_asset_value_loader(instance) as loader:
            return loader.load_asset_value(
                asset_key, python_type=python_type, partition_key=partition_key, metadata=metadata
            )

    def get_asset_value_loader(self, instance: Any = None) -> AssetValueLoader:
        """Loads the values of several assets; to be used in `with`."""
        return self._repository.get_asset_value_loader(instance)

    @staticmethod
    def validate_loadable(defs: Definitions) -> None:
        """Makes sure that everything fits together; meant for tests.

        Raises:
            InvalidDefinitionError: it does not: keys or names are there twice, a resource is missing, or the assets of
                a job cannot be selected.
        """
        defs.get_repository_def().validate_loadable()

    @staticmethod
    def merge(*def_sets: Definitions) -> Definitions:
        """Puts several `Definitions` together.

        Raises:
            InvariantViolationError: two have different resources or loggers of one name, or different executors.

        Example:
            >>> merged = Definitions.merge(Definitions(resources={"limit": 3}), Definitions(resources={"day": "mon"}))
            >>> sorted(merged.resources)
            ['day', 'limit']
        """
        for one in def_sets:
            if not isinstance(one, Definitions):
                raise InvalidDefinitionError(f"{one!r} cannot be merged", hint="merge Definitions only")
        return Definitions(**merged_fields(def_sets))

    @staticmethod
    def merge_unbound_defs(*def_sets: Definitions) -> Definitions:
        """The same as `merge`."""
        return Definitions.merge(*def_sets)
