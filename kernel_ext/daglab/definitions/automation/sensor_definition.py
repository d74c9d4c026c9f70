"""Sensors: runs when something has happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from inspect import isgenerator
from typing import Any, ClassVar

from daglab.definitions.asset_selection.selection import AssetSelection
from daglab.definitions.automation.parameters import checked_required_keys, read_parameters, resources_for
from daglab.definitions.automation.sensor_context import SensorEvaluationContext, build_sensor_context
from daglab.definitions.automation.sensor_requests import resolved_requests
from daglab.definitions.automation.sensor_result import (
    RunReaction,
    SensorExecutionData,
    SensorResult,
    check_dynamic_requests,
)
from daglab.definitions.automation.target import ANONYMOUS_JOB_PREFIX, AutomationTarget, check_one_given
from daglab.definitions.labels import checked_owners
from daglab.definitions.metadata import RawMetadata, normalize_metadata
from daglab.definitions.names import check_valid_name
from daglab.definitions.node_tags import normalize_tags
from daglab.definitions.run_request import RunRequest, SkipReason
from daglab.errors import InvalidDefinitionError, InvariantViolationError

SENSOR_TAG = "dagster/sensor_name"
DEFAULT_INTERVAL_SECONDS = 30
EMPTY_RESULT = "Sensor function returned an empty result"


class DefaultSensorStatus(Enum):
    """Whether a sensor runs before anybody has started or stopped it.

    Example:
        >>> SensorDefinition(name="look", job_name="etl", evaluation_fn=lambda context: None).default_status
        <DefaultSensorStatus.STOPPED: 'STOPPED'>
    """

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


class SensorType(Enum):
    """What a sensor looks at."""

    STANDARD = "STANDARD"
    RUN_STATUS = "RUN_STATUS"
    ASSET = "ASSET"
    MULTI_ASSET = "MULTI_ASSET"


class SensorDefinition:
    """A function that is called again and again and says what to run.

    Args:
        name: the name of the function by default.
        evaluation_fn: the function.
        job_name: the job's name.
        minimum_interval_seconds: the time between two calls, at least; 30 seconds by default.
        description: what it is for.
        job: the job.
        jobs: several jobs; each RunRequest then names one.
        default_status: whether it runs before anybody has started it.
        asset_selection: assets, instead of a job.
        required_resource_keys: the resources that it needs from the context.
        tags: tags of the sensor.
        metadata: facts about the sensor.
        target: a job or assets, instead of `job`, `jobs` and `asset_selection`.
        owners: e-mail addresses, or "team:..." names.

    Raises:
        InvalidDefinitionError: there is no function, or arguments exclude each other.

    Example:
        >>> SensorDefinition("files", evaluation_fn=lambda: SkipReason("nothing new"), job_name="load")().skip_message
        'nothing new'
    """

    sensor_type: ClassVar[SensorType] = SensorType.STANDARD

    def __init__(
        self,
        name: str | None = None,
        *,
        evaluation_fn: Callable[..., Any] | None = None,
        job_name: str | None = None,
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        job: Any = None,
        jobs: Sequence[Any] | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        asset_selection: Any = None,
        required_resource_keys: set[str] | None = None,
        tags: Mapping[str, Any] | None = None,
        metadata: RawMetadata | None = None,
        target: Any = None,
        owners: Sequence[str] | None = None,
    ) -> None:
        if not callable(evaluation_fn):
            raise InvalidDefinitionError("Must provide evaluation_fn to SensorDefinition.", hint="or use @sensor")
        self.name = check_valid_name(name or evaluation_fn.__name__, "a sensor")
        who = f"the sensor {self.name!r}"
        check_one_given(who, job=job, jobs=jobs, job_name=job_name, asset_selection=asset_selection, target=target)
        if not isinstance(default_status, DefaultSensorStatus):
            raise InvalidDefinitionError(
                f"{who} has the default_status {default_status!r}", hint="give DefaultSensorStatus.RUNNING"
            )
        if minimum_interval_seconds is not None and not isinstance(minimum_interval_seconds, int):
            raise InvalidDefinitionError(
                f"{who} has minimum_interval_seconds={minimum_interval_seconds!r}", hint="give a whole number"
            )
        self.targets: tuple[AutomationTarget, ...] = _targets(self.name, job, jobs, job_name, target)
        self.evaluation_fn = evaluation_fn
        self.minimum_interval_seconds = (
            DEFAULT_INTERVAL_SECONDS if minimum_interval_seconds is None else minimum_interval_seconds
        )
        self.description = description
        self.default_status = default_status
        self.asset_selection = None if asset_selection is None else AssetSelection.from_coercible(asset_selection)
        self._parameters = read_parameters(evaluation_fn)
        self._own_keys = required_resource_keys
        self.required_resource_keys: set[str] = set(
            checked_required_keys(required_resource_keys, self._parameters.resources, who)
        )
        self.tags: Mapping[str, str] = normalize_tags(tags, who)
        self.metadata = normalize_metadata(metadata)
        self.owners: Sequence[str] = checked_owners(owners, who)

    # ---- what it launches

    @property
    def has_jobs(self) -> bool:
        """Whether a job itself is known, not only its name."""
        return any(target.has_job_def for target in self.targets)

    @property
    def job(self) -> Any:
        """The one job.

        Raises:
            InvalidDefinitionError: there is none, or several, or only its name is known.
        """
        if not self.targets:
            raise InvalidDefinitionError("No job was provided to SensorDefinition.", hint="give it job=")
        if len(self.targets) > 1:
            raise InvalidDefinitionError(f"the sensor {self.name!r} has several jobs", hint="use .jobs")
        if not self.targets[0].has_job_def:
            raise InvalidDefinitionError(f"the sensor {self.name!r} only knows its job's name", hint="use .job_name")
        return self.targets[0].job_def

    @property
    def jobs(self) -> list[Any]:
        """All jobs.

        Raises:
            InvalidDefinitionError: there is none.
        """
        found = [target.job_def for target in self.targets if target.has_job_def]
        if not found:
            raise InvalidDefinitionError("No job was provided to SensorDefinition.", hint="give it job= or jobs=")
        return found

    @property
    def job_name(self) -> str | None:
        """The name of the one job.

        Raises:
            InvalidDefinitionError: there is none, or several.
        """
        if len(self.targets) != 1:
            problem = "has several jobs" if self.targets else "has no job"
            raise InvalidDefinitionError(f"the sensor {self.name!r} {problem}", hint="look at .targets")
        return self.targets[0].job_name

    @property
    def has_anonymous_job(self) -> bool:
        """Whether the job exists only for this sensor."""
        return bool(self.targets) and self.targets[0].job_name.startswith(ANONYMOUS_JOB_PREFIX)

    def with_updated_job(self, new_job: Any) -> SensorDefinition:
        """The same sensor for another job."""
        return self.with_updated_jobs([new_job])

    def with_updated_jobs(self, new_jobs: Sequence[Any]) -> SensorDefinition:
        """The same sensor for other jobs."""
        return self.with_attributes(jobs=new_jobs)

    def with_attributes(
        self, *, jobs: Sequence[Any] | None = None, metadata: RawMetadata | None = None
    ) -> SensorDefinition:
        """The same sensor with other jobs or other metadata."""
        changed = object.__new__(type(self))
        changed.__dict__.update(self.__dict__)
        if jobs is not None:
            changed.targets = tuple(AutomationTarget.from_coercible(job) for job in jobs)
        if metadata is not None:
            changed.metadata = normalize_metadata(metadata)
        return changed

    # ---- a tick

    def evaluate_tick(self, context: SensorEvaluationContext) -> SensorExecutionData:
        """What a tick asks for; what the function raises is passed on.

        Raises:
            InvariantViolationError: the function gave something that it must not.
        """
        arguments = resources_for(context, self._parameters.resources, f"sensor '{self.name}'")
        if self._parameters.context:
            arguments[self._parameters.context] = context
        result = self._as_result(self._items(self.evaluation_fn(**arguments)))
        answer = next((item for item in result if isinstance(item, SensorResult)), None)
        if answer is not None and answer.cursor and context.cursor_updated:
            raise InvariantViolationError(
                f"the sensor {self.name!r}: SensorResult.cursor cannot be set if context.update_cursor() was called.",
                hint="use one of them",
            )
        requests = answer.run_requests if answer else [item for item in result if isinstance(item, RunRequest)]
        changes = answer.dynamic_partitions_requests if answer else []
        check_dynamic_requests(changes)
        resolved = resolved_requests(self, requests, context, changes)
        return SensorExecutionData(
            [one.with_replaced_attrs(tags={**one.tags, SENSOR_TAG: self.name}) for one in resolved],
            _skip_message(result, answer),
            (answer.cursor if answer else None) or context.cursor,
            [item for item in result if isinstance(item, RunReaction)],
            changes,
            answer.asset_events if answer else [],
        )

    def _items(self, result: Any) -> list[Any]:
        if isgenerator(result):
            items = []
            while True:
                try:
                    items.append(next(result))
                except StopIteration as end:
                    return items if end.value is None else [*items, end.value]
        return list(result) if isinstance(result, list) else [result]

    def _as_result(self, items: list[Any]) -> list[Any]:
        if items == [None]:
            return []
        kinds = (SkipReason, RunRequest, RunReaction, SensorResult)
        wrong = [item for item in items if not isinstance(item, kinds)]
        if wrong:
            raise InvariantViolationError(
                f"Error in sensor {self.name}: Sensor unexpectedly returned output {wrong[0]!r} of type"
                f" {type(wrong[0])}.",
                hint="Should only return SkipReason, RunRequest or SensorResult objects",
            )
        if len(items) > 1 and any(isinstance(item, SensorResult) for item in items):
            raise InvariantViolationError(
                f"the sensor {self.name!r} gave a SensorResult together with other answers",
                hint="a SensorResult must be the only object returned",
            )
        if len(items) > 1 and any(isinstance(item, SkipReason) for item in items):
            raise InvariantViolationError(
                f"the sensor {self.name!r} gave a SkipReason together with other answers",
                hint="Expected a single SkipReason or one or more RunRequests",
            )
        return items

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function of the sensor: with a context if it asks for one, and resources by name."""
        what = f"sensor '{self.name}'"
        context, resources = self._parameters.context_in(args, kwargs, SensorEvaluationContext, what)
        context = context or build_sensor_context()
        if resources:
            context = context.merge_resources(resources)
        arguments = resources_for(context, self.required_resource_keys, what)
        arguments = {key: value for key, value in arguments.items() if key in self._parameters.resources}
        if self._parameters.context:
            arguments[self._parameters.context] = context
        return self.evaluation_fn(**arguments)


def _skip_message(result: list[Any], answer: SensorResult | None) -> str | None:
    if not result:
        return EMPTY_RESULT
    if answer is not None:
        if answer.skip_reason is not None:
            return answer.skip_reason.skip_message
        return None if answer.run_requests else EMPTY_RESULT
    return result[0].skip_message if isinstance(result[0], SkipReason) else None


def _targets(
    name: str, job: Any, jobs: Sequence[Any] | None, job_name: str | None, target: Any
) -> tuple[AutomationTarget, ...]:
    if target is not None:
        return (AutomationTarget.from_coercible(target, name),)
    if job is not None:
        return (AutomationTarget.from_coercible(job),)
    if job_name:
        return (AutomationTarget(job_name),)
    return tuple(AutomationTarget.from_coercible(one) for one in jobs or ())
