"""`@run_status_sensor` and `@run_failure_sensor`: sensors that look at runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import update_wrapper, wraps
from typing import Any, ClassVar

from daglab.definitions.automation.parameters import read_parameters, resources_for
from daglab.definitions.automation.run_status_context import RunStatusSensorContext
from daglab.definitions.automation.schedule_definition import as_items
from daglab.definitions.automation.sensor_context import SensorEvaluationContext
from daglab.definitions.automation.sensor_definition import DefaultSensorStatus, SensorDefinition, SensorType
from daglab.definitions.automation.sensor_result import RunReaction, SensorResult
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.run_request import SkipReason
from daglab.errors import InvalidDefinitionError, InvariantViolationError

RUNS_PER_TICK = 5


class RunStatusSensorDefinition(SensorDefinition):
    """A sensor whose function is called once for each run that comes to a status.

    Args:
        name: its name.
        run_status: the status.
        run_status_sensor_fn: takes the context, and resources as parameters.
        minimum_interval_seconds: the time between two ticks, at least.
        description: what it is for.
        monitored_jobs: only runs of these jobs.
        monitor_all_code_locations: runs of all jobs, of other locations, too.
        default_status: whether it runs before anybody has started it.
        request_job: the job that its RunRequests launch.
        request_jobs: the jobs that its RunRequests launch.
        tags: tags of the sensor.
        metadata: facts about the sensor.
        required_resource_keys: the resources that it needs from the context.

    Example:
        >>> from daglab import RunStatus
        >>> def thank(context): ...
        >>> RunStatusSensorDefinition("thank", RunStatus.SUCCESS, thank, monitored_jobs=["etl"]).monitors("report")
        False
    """

    sensor_type: ClassVar[SensorType] = SensorType.RUN_STATUS

    def __init__(
        self,
        name: str,
        run_status: Any,
        run_status_sensor_fn: Callable[..., Any],
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        monitored_jobs: Sequence[Any] | None = None,
        monitor_all_code_locations: bool | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        request_job: Any = None,
        request_jobs: Sequence[Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        metadata: RawMetadata | None = None,
        required_resource_keys: set[str] | None = None,
    ) -> None:
        if not hasattr(run_status, "value"):
            raise InvalidDefinitionError(
                f"the sensor {name!r} looks for the run status {run_status!r}", hint="give a DagsterRunStatus"
            )
        self.run_status = run_status
        self.monitored_jobs = list(monitored_jobs or ())
        self.monitor_all_code_locations = bool(monitor_all_code_locations)
        self._function = run_status_sensor_fn
        self._function_parameters = read_parameters(run_status_sensor_fn)
        super().__init__(
            name=name,
            evaluation_fn=self._look,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            default_status=default_status,
            job=request_job,
            jobs=request_jobs,
            required_resource_keys=set(required_resource_keys or ()) | self._function_parameters.resources,
            tags=tags,
            metadata=metadata,
        )

    def monitors(self, job_name: str) -> bool:
        """Whether runs of that job are looked at."""
        names = [job if isinstance(job, str) else getattr(job, "name", None) for job in self.monitored_jobs]
        return not names or job_name in names

    def _look(self, context: SensorEvaluationContext) -> Iterator[Any]:
        """Calls the function for the runs that came to the status since the last tick.

        The instance gives them: `run_status_changes(status, after=..., limit=...)` are those after a record id, the
        oldest first, `latest_run_status_change(status)` is the newest one or None; each has `storage_id`, `run` and
        `event`.
        """
        seen = _record_id(context.cursor)
        if seen is None:
            newest = context.instance.latest_run_status_change(self.run_status)
            seen = newest.storage_id if newest else -1
            context.update_cursor(_cursor(seen))
            yield SkipReason(f"Initiating {self.name}. Set cursor to {seen}")
            return
        called = 0
        for change in context.instance.run_status_changes(self.run_status, after=seen, limit=5 * RUNS_PER_TICK):
            if change.run is not None and self.monitors(change.run.job_name):
                if called == RUNS_PER_TICK:
                    return
                called += 1
                answers, error = self._answers(context, change)
                context.update_cursor(_cursor(change.storage_id))
                if answers is not None:
                    yield from answers
                    return
                yield RunReaction(change.run, error, self.run_status)
            else:
                context.update_cursor(_cursor(change.storage_id))

    def _answers(self, context: SensorEvaluationContext, change: Any) -> tuple[list[Any] | None, BaseException | None]:
        with RunStatusSensorContext(
            sensor_name=self.name,
            dagster_run=change.run,
            dagster_event=change.event,
            instance=context.instance,
            resource_defs=context.resource_defs,
            logger=context.log,
            partition_key=change.run.tags.get("dagster/partition"),
            repository_def=context.repository_def,
        ) as told:
            try:
                result = self._call(told)
                items = None if result is None else list(as_items(result))
            except Exception as error:
                return None, error
        if items and isinstance(items[0], SensorResult) and items[0].cursor:
            raise InvariantViolationError(
                f"Error in run status sensor {self.name}: Sensor returned a SensorResult with a cursor value. The"
                " cursor is managed by the sensor and should not be modified by a user.",
                hint="leave out cursor=",
            )
        return items, None

    def _call(self, context: RunStatusSensorContext | None) -> Any:
        arguments = resources_for(context, self.required_resource_keys, f"sensor '{self.name}'")
        parameters = self._function_parameters
        arguments = {key: value for key, value in arguments.items() if key in parameters.resources}
        if parameters.context:
            arguments[parameters.context] = context
        return self._function(**arguments)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function; its context is made by build_run_status_sensor_context()."""
        what = f"sensor '{self.name}'"
        context, resources = self._function_parameters.context_in(args, kwargs, RunStatusSensorContext, what)
        if resources:
            context = context or RunStatusSensorContext(self.name, None, None, None)
            context = context.merge_resources(resources)
        return self._call(context)


def run_status_sensor(
    run_status: Any,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    monitored_jobs: Sequence[Any] | None = None,
    monitor_all_code_locations: bool | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    request_job: Any = None,
    request_jobs: Sequence[Any] | None = None,
    tags: Mapping[str, Any] | None = None,
    metadata: RawMetadata | None = None,
) -> Callable[[Callable[..., Any]], RunStatusSensorDefinition]:
    """Makes a function into a sensor that is called once for each run that comes to a status.

    The function takes a RunStatusSensorContext, or nothing, and resources as parameters; it may return what a sensor
    returns. The arguments are those of RunStatusSensorDefinition.

    Example:
        >>> from daglab import RunStatus
        >>> @run_status_sensor(run_status=RunStatus.SUCCESS)
        ... def thank(context):
        ...     return f"{context.dagster_run.job_name} is done"
        >>> thank.name
        'thank'
    """

    def decorate(function: Callable[..., Any]) -> RunStatusSensorDefinition:
        definition = RunStatusSensorDefinition(
            name=name or function.__name__,
            run_status=run_status,
            run_status_sensor_fn=function,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            monitored_jobs=monitored_jobs,
            monitor_all_code_locations=monitor_all_code_locations,
            default_status=default_status,
            request_job=request_job,
            request_jobs=request_jobs,
            tags=tags,
            metadata=metadata,
        )
        update_wrapper(definition, wrapped=function)
        return definition

    return decorate


class Failed:
    """The status of runs that failed, by its name: definitions do not know the records of runs."""

    name = value = "FAILURE"


def run_failure_sensor(
    name: Callable[..., Any] | str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    monitored_jobs: Sequence[Any] | None = None,
    monitor_all_code_locations: bool | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    request_job: Any = None,
    request_jobs: Sequence[Any] | None = None,
    tags: Mapping[str, Any] | None = None,
    metadata: RawMetadata | None = None,
) -> Any:
    """Makes a function into a sensor that is called once for each run that fails; with or without parentheses.

    The function takes a RunFailureSensorContext, or nothing, and resources as parameters; it may return what a sensor
    returns. The arguments are those of RunStatusSensorDefinition.

    Example:
        >>> @run_failure_sensor
        ... def alert(context):
        ...     context.log.error(context.failure_event.message)
        >>> alert.name
        'alert'
    """

    def decorate(function: Callable[..., Any]) -> RunStatusSensorDefinition:
        @wraps(function)
        def on_failure(*args: Any, **kwargs: Any) -> Any:
            return function(*map(_as_failure, args), **{key: _as_failure(value) for key, value in kwargs.items()})

        return run_status_sensor(
            run_status=Failed,
            name=name if isinstance(name, str) else function.__name__,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            monitored_jobs=monitored_jobs,
            monitor_all_code_locations=monitor_all_code_locations,
            default_status=default_status,
            request_job=request_job,
            request_jobs=request_jobs,
            tags=tags,
            metadata=metadata,
        )(on_failure)

    return decorate(name) if callable(name) else decorate


def _as_failure(value: Any) -> Any:
    return value.for_run_failure() if isinstance(value, RunStatusSensorContext) else value


def _cursor(record_id: int) -> str:
    return json.dumps({"record_id": record_id})


def _record_id(cursor: str | None) -> int | None:
    try:
        found = json.loads(cursor or "null")
        return int(found["record_id"]) if isinstance(found, dict) else None
    except (ValueError, KeyError, TypeError):
        return None
