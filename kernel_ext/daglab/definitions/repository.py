"""`@repository`: a named list of definitions, as it was before `Definitions`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, overload

from daglab.definitions.asset_job import IMPLICIT_ASSET_JOB_NAME, UnresolvedAssetJobDefinition
from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.definitions.asset_selection.declared_assets import is_asset
from daglab.definitions.asset_selection.declared_graph import DeclaredGraph
from daglab.definitions.asset_value_loader import AssetValueLoader
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.automation_targets import is_automation
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.names import check_valid_name
from daglab.definitions.repository_contents import RepositoryContents
from daglab.definitions.specs import AssetCheckKey
from daglab.errors import InvalidDefinitionError

_PARTS = ("jobs", "schedules", "sensors")


class RepositoryDefinition:
    """A named group of definitions.

    Made by `@repository`, or by `Definitions.get_repository_def`.

    Args:
        name: its name.
        repository_data: what it holds.
        description: Markdown.
        metadata: facts about it.

    Example:
        >>> from daglab.definitions.definitions import Definitions
        >>> Definitions().get_repository_def().job_names
        []
    """

    def __init__(
        self,
        name: str,
        *,
        repository_data: RepositoryContents,
        description: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = check_valid_name(name, "a repository")
        self.contents = repository_data
        self.description = description
        self.metadata = dict(metadata or {})

    @property
    def asset_graph(self) -> DeclaredGraph:
        """All assets and who needs whom."""
        return self.contents.graph

    @property
    def job_names(self) -> Sequence[str]:
        """The names of all jobs, that of the job of all assets among them."""
        return self.contents.job_names

    def has_job(self, name: str) -> bool:
        """Whether there is a job of this name."""
        return name in self.contents.job_names

    def get_job(self, name: str) -> JobDefinition:
        """A job, with its assets selected.

        Raises:
            InvariantViolationError: there is none of this name.
        """
        return self.contents.job(name)

    def get_all_jobs(self) -> Sequence[JobDefinition]:
        """All jobs, that of all assets among them."""
        return [self.get_job(name) for name in self.job_names]

    def get_maybe_subset_job_def(
        self,
        job_name: str,
        op_selection: Iterable[str] | None = None,
        asset_selection: AbstractSet[AssetKey] | None = None,
        asset_check_selection: AbstractSet[AssetCheckKey] | None = None,
    ) -> JobDefinition:
        """A job, or the part of it that is selected."""
        job = self.get_job(job_name)
        if op_selection is None and asset_selection is None and asset_check_selection is None:
            return job
        return job.get_subset(
            op_selection=op_selection, asset_selection=asset_selection, asset_check_selection=asset_check_selection
        )

    def has_implicit_global_asset_job_def(self) -> bool:
        """Whether there is a job of all assets."""
        return self.has_job(IMPLICIT_ASSET_JOB_NAME)

    def get_implicit_global_asset_job_def(self) -> JobDefinition:
        """The job of all assets.

        Raises:
            InvariantViolationError: there are no assets.
        """
        return self.get_job(IMPLICIT_ASSET_JOB_NAME)

    def get_implicit_asset_job_names(self) -> Sequence[str]:
        """The name of the job of all assets."""
        return [IMPLICIT_ASSET_JOB_NAME]

    def get_implicit_job_def_for_assets(self, asset_keys: Iterable[AssetKey]) -> JobDefinition | None:
        """The job with which assets are made that no other job names."""
        return self.get_implicit_global_asset_job_def()

    @property
    def schedule_defs(self) -> Sequence[Any]:
        """All schedules."""
        return list(self.contents.schedules.values())

    def has_schedule_def(self, name: str) -> bool:
        """Whether there is a schedule of this name."""
        return name in self.contents.given_schedules

    def get_schedule_def(self, name: str) -> Any:
        """A schedule.

        Raises:
            InvariantViolationError: there is none of this name.
        """
        return self.contents.schedule(name)

    @property
    def sensor_defs(self) -> Sequence[Any]:
        """All sensors."""
        return list(self.contents.sensors.values())

    def has_sensor_def(self, name: str) -> bool:
        """Whether there is a sensor of this name."""
        return name in self.contents.given_sensors

    def get_sensor_def(self, name: str) -> Any:
        """A sensor.

        Raises:
            InvariantViolationError: there is none of this name.
        """
        return self.contents.sensor(name)

    @property
    def assets_defs_by_key(self) -> Mapping[AssetKey, AssetsDefinition]:
        """The definitions of assets."""
        return self.contents.assets_defs_by_key

    @property
    def asset_checks_defs_by_key(self) -> Mapping[AssetCheckKey, AssetsDefinition]:
        """The definitions of checks that are functions of their own."""
        return self.contents.checks_defs_by_key

    @property
    def source_assets_by_key(self) -> Mapping[AssetKey, Any]:
        """The assets that are declared and made elsewhere."""
        return self.contents.source_assets_by_key

    def get_top_level_resources(self) -> Mapping[str, Any]:
        """What assets, ops, schedules and sensors are given by name."""
        return self.contents.resources

    def load_all_definitions(self) -> None:
        """Selects the assets of all jobs."""
        self.contents.load_all()

    def validate_loadable(self) -> None:
        """Makes sure that everything fits together.

        Raises:
            InvalidDefinitionError: it does not.
        """
        self.load_all_definitions()

    def load_asset_value(
        self,
        asset_key: CoercibleToAssetKey,
        *,
        python_type: type | None = None,
        instance: Any = None,
        partition_key: str | None = None,
        metadata: dict[str, Any] | None = None,
        resource_config: Any = None,
    ) -> Any:
        """Loads the value of an asset with its IO manager.

        Args:
            asset_key: which asset.
            python_type: what the IO manager is told that the value should be.
            instance: the home; by default the one of the project.
            partition_key: which partition.
            metadata: what the IO manager is told besides.
            resource_config: config of resources by key.
        """
        with self.get_asset_value_loader(instance) as loader:
            return loader.load_asset_value(
                asset_key,
                python_type=python_type,
                partition_key=partition_key,
                metadata=metadata,
                resource_config=resource_config,
            )

    def get_asset_value_loader(self, instance: Any = None) -> AssetValueLoader:
        """Loads the values of several assets; to be used in `with`."""
        return AssetValueLoader(self.assets_defs_by_key, instance=instance, resource_defs=self.contents.resources)


@overload
def repository(definitions_fn: Callable[..., Any]) -> RepositoryDefinition: ...


@overload
def repository(
    *,
    name: str | None = None,
    description: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    default_executor_def: Any = None,
    default_logger_defs: Mapping[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], RepositoryDefinition]: ...


def repository(
    definitions_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    default_executor_def: Any = None,
    default_logger_defs: Mapping[str, Any] | None = None,
) -> RepositoryDefinition | Callable[[Callable[..., Any]], RepositoryDefinition]:
    """Makes a repository of what a function gives back: a list of definitions, or `{"jobs": {name: job}, ...}`.

    Args:
        definitions_fn: the function; called at once.
        name: its name; by default the function's.
        description: Markdown; by default the function's docstring.
        metadata: facts about it.
        default_executor_def: what runs the steps of jobs that do not say.
        default_logger_defs: where jobs log that do not say.

    Raises:
        InvalidDefinitionError: the function gives back something else, or what it gives does not fit together.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> @asset
        ... def orders(): ...
        >>> @repository
        ... def shop():
        ...     return [orders]
        >>> shop.name, shop.job_names
        ('shop', ['__ASSET_JOB'])
    """

    def build(function: Callable[..., Any]) -> RepositoryDefinition:
        chosen = name or function.__name__
        contents = RepositoryContents.build(
            _elements(chosen, function()), executor=default_executor_def, loggers=default_logger_defs
        )
        return RepositoryDefinition(
            chosen, repository_data=contents, description=description or function.__doc__, metadata=metadata
        )

    return build if definitions_fn is None else build(definitions_fn)


def _elements(name: str, given: Any) -> list[Any]:
    if isinstance(given, Mapping):
        wrong = sorted(set(given) - set(_PARTS))
        if wrong:
            raise InvalidDefinitionError(f"repository {name!r} has {wrong[0]!r}", hint=f"use {', '.join(_PARTS)} only")
        return [one() if _is_lazy(one) else one for part in given.values() for one in part.values()]
    if not isinstance(given, list):
        raise InvalidDefinitionError(
            f"repository {name!r} gives back {given!r}", hint="give back a list of definitions, or a dict of them"
        )
    flat = [one for each in given for one in (each if isinstance(each, list) else [each])]
    for position, one in enumerate(flat):
        if not _is_element(one):
            raise InvalidDefinitionError(
                f"repository {name!r} holds {one!r} at position {position}",
                hint="give assets, checks, graphs, jobs, schedules and sensors",
            )
    return flat


def _is_lazy(one: object) -> bool:
    return callable(one) and not _is_element(one)


def _is_element(one: object) -> bool:
    kinds = (JobDefinition, UnresolvedAssetJobDefinition, GraphDefinition)
    return isinstance(one, kinds) or is_asset(one) or is_automation(one)
