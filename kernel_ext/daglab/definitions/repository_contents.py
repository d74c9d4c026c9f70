"""What a repository holds, put together from a list: all names known once, all assets in one graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from daglab.definitions.asset_job import (
    IMPLICIT_ASSET_JOB_NAME,
    UnresolvedAssetJobDefinition,
    asset_job,
    fail_to_resolve,
)
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.declared_assets import (
    check_specs_of,
    distinct,
    has_only_checks,
    is_asset,
    specs_of,
)
from daglab.definitions.asset_selection.declared_graph import DeclaredGraph
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.automation_targets import (
    is_schedule,
    is_unresolved_schedule,
    target_assets,
    target_jobs,
    target_names,
)
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.required_resources import refuse_missing_keys, refuse_missing_resources
from daglab.definitions.specs import AssetCheckKey
from daglab.errors import DaglabError, DuplicateAssetError, InvalidDefinitionError, InvariantViolationError, suggest

AnyJob = JobDefinition | UnresolvedAssetJobDefinition


@dataclass(frozen=True, kw_only=True, eq=False)
class RepositoryContents:
    """Everything a repository holds, by name.

    Args:
        assets: definitions of assets, and specs.
        checks: definitions of checks alone.
        given_jobs: jobs by name, some with assets that are still to be selected.
        given_schedules: schedules by name.
        given_sensors: sensors by name.
        resources: what all of them are given by name.
        executor: what runs the steps of jobs that do not say.
        loggers: where jobs log that do not say.
    """

    assets: tuple[Any, ...] = ()
    checks: tuple[AssetsDefinition, ...] = ()
    given_jobs: Mapping[str, AnyJob] = field(default_factory=dict)
    given_schedules: Mapping[str, Any] = field(default_factory=dict)
    given_sensors: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    executor: Any = None
    loggers: Mapping[str, Any] | None = None
    resolved: dict[str, JobDefinition] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        elements: Iterable[Any],
        *,
        resources: Mapping[str, Any] | None = None,
        executor: Any = None,
        loggers: Mapping[str, Any] | None = None,
    ) -> RepositoryContents:
        """Sorts out what there is.

        Raises:
            DuplicateAssetError: an asset or a check is defined twice.
            InvalidDefinitionError: a name is there twice, or a resource is missing.
        """
        given = distinct(elements)
        jobs, assets, automations = _Jobs(), [], []
        for one in given:
            if isinstance(one, GraphDefinition) and not isinstance(one, JobDefinition):
                jobs.add(one.to_job())
            elif isinstance(one, (JobDefinition, UnresolvedAssetJobDefinition)):
                jobs.add(one)
            elif is_asset(one):
                assets.append(one)
            else:
                automations.append(one)
        for one in automations:
            jobs.add_targets(one)
        assets = distinct([*assets, *_missing_targets(assets, automations)])
        _refuse_duplicate_assets(assets)
        named = _by_name(automations)
        found = cls(
            assets=tuple(one for one in assets if not has_only_checks(one)),
            checks=tuple(one for one in assets if has_only_checks(one)),
            given_jobs=jobs.found,
            given_schedules={name: one for name, one in named.items() if is_schedule(one)},
            given_sensors={name: one for name, one in named.items() if not is_schedule(one)},
            resources=dict(resources or {}),
            executor=executor,
            loggers=loggers,
        )
        found._validate()
        return found

    def _validate(self) -> None:
        declared = {spec.key for one in self.assets for spec in specs_of(one)}
        for definition in self.graph.all_definitions:
            _refuse_missing_inputs(definition, declared)
            refuse_missing_resources(definition, self.resources)
        for one in (*self.given_schedules.values(), *self.given_sensors.values()):
            refuse_missing_keys(f"{one.name!r}", getattr(one, "required_resource_keys", None) or (), self.resources)
        for name, job in self.given_jobs.items():
            if isinstance(job, JobDefinition):
                self.resolved[name] = self._completed(job)

    @cached_property
    def graph(self) -> DeclaredGraph:
        """All assets and who needs whom."""
        return DeclaredGraph.from_assets((*self.assets, *self.checks))

    @property
    def job_names(self) -> list[str]:
        """The names of all jobs, that of the job of all assets among them."""
        plain = [name for name, job in self.given_jobs.items() if isinstance(job, JobDefinition)]
        implicit = [IMPLICIT_ASSET_JOB_NAME] if self.assets or self.checks else []
        return list(dict.fromkeys((*plain, *implicit, *self.given_jobs)))

    def job(self, name: str) -> JobDefinition:
        """A job with its assets selected and its resources.

        Raises:
            InvariantViolationError: there is none of this name.
            InvalidDefinitionError: its assets cannot be selected.
        """
        if name not in self.resolved:
            given = self.given_jobs.get(name)
            if isinstance(given, UnresolvedAssetJobDefinition):
                self.resolved[name] = self._resolved(given)
            elif name == IMPLICIT_ASSET_JOB_NAME and name in self.job_names:
                self.resolved[name] = self._completed(self._implicit_job())
            else:
                raise missing("job", name, self.job_names)
        return self.resolved[name]

    def _resolved(self, job: UnresolvedAssetJobDefinition) -> JobDefinition:
        try:
            return self._completed(job.resolve(self.graph, self.executor, self.resources))
        except DaglabError as error:
            raise fail_to_resolve(job.name, error) from error

    def _implicit_job(self) -> JobDefinition:
        graph = self.graph
        return asset_job(
            IMPLICIT_ASSET_JOB_NAME,
            graph,
            graph.executable_asset_keys,
            graph.asset_check_keys,
            resource_defs=self.resources,
            executor_def=self.executor,
        )

    def _completed(self, job: JobDefinition) -> JobDefinition:
        """The job with the resources, the executor and the loggers of all where it has none of its own."""
        job = job.with_top_level_resources({**self.resources, **_own_resources(job, self.resources)})
        job.validate_resource_requirements_satisfied()
        if self.executor is not None and not job.has_specified_executor:
            job = job.with_executor_def(self.executor)
        if self.loggers and not job.has_specified_loggers:
            job = job.with_logger_defs(self.loggers)
        return job

    @cached_property
    def schedules(self) -> Mapping[str, Any]:
        """Schedules by name."""
        return {name: self._schedule(one) for name, one in self.given_schedules.items()}

    def _schedule(self, given: Any) -> Any:
        if is_unresolved_schedule(given):
            return given.resolve(self.job(given.job.name))
        updated = [self.resolved.get(job.name, job) for job in target_jobs(given)]
        return given.with_updated_job(updated[0]) if updated and updated != target_jobs(given) else given

    @cached_property
    def sensors(self) -> Mapping[str, Any]:
        """Sensors by name."""
        return {name: self._sensor(one) for name, one in self.given_sensors.items()}

    def _sensor(self, given: Any) -> Any:
        updated = [self.resolved.get(job.name, job) for job in target_jobs(given)]
        return given.with_updated_jobs(updated) if updated != target_jobs(given) else given

    def schedule(self, name: str) -> Any:
        """A schedule.

        Raises:
            InvariantViolationError: there is none of this name.
        """
        if name not in self.given_schedules:
            raise missing("schedule", name, self.given_schedules)
        return self.schedules[name]

    def sensor(self, name: str) -> Any:
        """A sensor.

        Raises:
            InvariantViolationError: there is none of this name.
        """
        if name not in self.given_sensors:
            raise missing("sensor", name, self.given_sensors)
        return self.sensors[name]

    @cached_property
    def assets_defs_by_key(self) -> Mapping[AssetKey, AssetsDefinition]:
        """The definitions of assets by key."""
        definitions = (one for one in self.assets if isinstance(one, AssetsDefinition))
        return {spec.key: one for one in definitions for spec in specs_of(one)}

    @cached_property
    def checks_defs_by_key(self) -> Mapping[AssetCheckKey, AssetsDefinition]:
        """The definitions of checks alone, by key."""
        return {spec.key: one for one in self.checks for spec in check_specs_of(one)}

    @cached_property
    def source_assets_by_key(self) -> Mapping[AssetKey, Any]:
        """The assets that are only declared, by key."""
        return {spec.key: one for one in self.assets if not isinstance(one, AssetsDefinition) for spec in specs_of(one)}

    def assets_def(self, key: AssetKey) -> AssetsDefinition:
        """The definition of an asset.

        Raises:
            InvariantViolationError: there is none of this key.
        """
        if key not in self.assets_defs_by_key:
            raise missing("asset", str(key), map(str, self.assets_defs_by_key))
        return self.assets_defs_by_key[key]

    def load_all(self) -> Sequence[JobDefinition]:
        """All jobs, resolved; with them it is certain that everything fits together."""
        _ = self.schedules, self.sensors
        for one in (*self.given_schedules.values(), *self.given_sensors.values()):
            for name in target_names(one):
                if name not in self.job_names:
                    hint = suggest(name, self.job_names) or "define it, or name one of those that `daglab jobs` lists"
                    raise InvalidDefinitionError(
                        f"{one.name!r} launches the job {name!r}, which is not there", hint=hint
                    )
        return [self.job(name) for name in self.job_names]


class _Jobs:
    """Jobs by name, each name once."""

    def __init__(self) -> None:
        self.found: dict[str, AnyJob] = {}

    def add(self, job: AnyJob) -> None:
        if job.name == IMPLICIT_ASSET_JOB_NAME:
            raise InvalidDefinitionError(f"no job can be named {job.name!r}", hint="rename it")
        if self.found.setdefault(job.name, job) is not job:
            raise InvalidDefinitionError(f"there are two jobs named {job.name!r}", hint="rename one of them")

    def add_targets(self, automation: Any) -> None:
        for job in target_jobs(automation):
            before = self.found.setdefault(job.name, job)
            if not _is_same_job(before, job):
                raise InvalidDefinitionError(
                    f"{automation.name!r} runs job {job.name!r}, and there is another job of this name",
                    hint="rename one of the jobs",
                )


def missing(what: str, name: str, known: Iterable[str]) -> InvariantViolationError:
    """What is raised where a name names nothing."""
    names = sorted(known)
    hint = suggest(name, names) or f"there are: {', '.join(names) or 'none'}"
    return InvariantViolationError(f"there is no {what} {name!r}", hint=hint)


def _is_same_job(one: AnyJob, other: AnyJob) -> bool:
    if isinstance(one, UnresolvedAssetJobDefinition) and isinstance(other, UnresolvedAssetJobDefinition):
        return one.selection == other.selection
    return one is other or (type(one) is type(other) and getattr(one, "graph", one) is getattr(other, "graph", other))


def _by_name(automations: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in automations:
        if one.name in found:
            raise InvalidDefinitionError(f"there are two schedules or sensors named {one.name!r}", hint="rename one")
        found[one.name] = one
    return found


def _missing_targets(assets: Iterable[Any], automations: Iterable[Any]) -> list[Any]:
    known = {spec.key for one in assets for spec in specs_of(one)}
    return [one for one in target_assets(automations) if not known.intersection(spec.key for spec in specs_of(one))]


def _refuse_duplicate_assets(assets: Iterable[Any]) -> None:
    places: dict[str, list[str]] = {}
    for one in assets:
        keys = [str(spec.key) for spec in specs_of(one)] + [str(spec.key) for spec in check_specs_of(one)]
        for key in keys:
            places.setdefault(key, []).append(str(getattr(one, "origin", None) or "Python"))
    twice = {key: where for key, where in places.items() if len(where) > 1}
    if twice:
        lines = [f"{key!r} is defined {len(where)} times: {', '.join(where)}" for key, where in twice.items()]
        raise DuplicateAssetError("; ".join(lines), hint="rename all but one")


def _refuse_missing_inputs(definition: AssetsDefinition, declared: Set[AssetKey]) -> None:
    for name, key in definition.keys_by_input.items() if definition.has_keys else ():
        if key not in declared and definition.node.ins[name].passes_value:
            raise InvalidDefinitionError(
                f"{definition.node.name!r} reads asset {str(key)!r}, which nobody defines",
                hint=suggest(str(key), map(str, declared))
                or f"add it to assets=, or declare it: AssetSpec({str(key)!r})",
            )


def _own_resources(job: JobDefinition, top_level: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in job.resource_defs.items() if key != "io_manager" or key not in top_level}
