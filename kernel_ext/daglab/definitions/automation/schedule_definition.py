"""Schedules: runs at fixed times."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from typing import Any

from daglab.definitions.automation.parameters import (
    Parameters,
    checked_required_keys,
    resources_for,
)
from daglab.definitions.automation.schedule_context import ScheduleEvaluationContext, build_schedule_context
from daglab.definitions.automation.target import ANONYMOUS_JOB_PREFIX, AutomationTarget, check_one_given
from daglab.definitions.config.run_config import RunConfig
from daglab.definitions.labels import checked_owners
from daglab.definitions.metadata import RawMetadata, normalize_metadata
from daglab.definitions.names import check_valid_name
from daglab.definitions.node_tags import normalize_tags
from daglab.definitions.partitioned_requests import with_partition
from daglab.definitions.partitions.loading import partition_loading_context
from daglab.definitions.run_request import RunRequest, SkipReason
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, InvariantViolationError, UserCodeError
from daglab.foundation.cron import is_valid_cron, zone_of

SCHEDULE_TAG = "dagster/schedule_name"


class DefaultScheduleStatus(Enum):
    """Whether a schedule runs before anybody has started or stopped it.

    Example:
        >>> ScheduleDefinition(job_name="etl", cron_schedule="@daily").default_status
        <DefaultScheduleStatus.STOPPED: 'STOPPED'>
    """

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


@dataclass(frozen=True)
class ScheduleExecutionData:
    """What one tick of a schedule asks for.

    Args:
        run_requests: the runs.
        skip_message: why there is none.
    """

    run_requests: Sequence[RunRequest]
    skip_message: str | None = None


@dataclass(frozen=True, kw_only=True)
class DecoratedSchedule:
    """The function of a schedule made by the decorator.

    Args:
        function: the user's.
        parameters: its parameters.
        evaluate: gives everything that a tick asks for.
    """

    function: Callable[..., Any]
    parameters: Parameters
    evaluate: Callable[[ScheduleEvaluationContext], Iterator[Any]]


class ScheduleDefinition:
    """Runs of a job at fixed times.

    Args:
        name: "<job>_schedule" by default.
        cron_schedule: when: a cron expression, or several.
        job_name: the job's name.
        run_config: the config of the runs.
        run_config_fn: gives it, from the context or from nothing.
        tags: tags of the schedule and of its runs.
        tags_fn: gives tags of the runs, from the context.
        metadata: facts about the schedule.
        should_execute: says, from the context, whether a tick asks for a run.
        execution_timezone: an IANA name; UTC by default.
        execution_fn: gives everything that a tick asks for, instead of the functions above.
        description: what it is for.
        job: the job.
        default_status: whether it runs before anybody has started it.
        required_resource_keys: the resources that it needs.
        target: a job or assets, instead of `job`.
        owners: e-mail addresses, or "team:..." names.

    Raises:
        InvalidDefinitionError: the times, the time zone or the target cannot be, or arguments exclude each other.

    Example:
        >>> nightly = ScheduleDefinition(cron_schedule="0 3 * * *", job_name="clean", tags={"team": "data"})
        >>> nightly.name
        'clean_schedule'
        >>> nightly.evaluate_tick(build_schedule_context()).run_requests[0].tags
        {'team': 'data', 'dagster/schedule_name': 'clean_schedule'}
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        cron_schedule: str | Sequence[str] | None = None,
        job_name: str | None = None,
        run_config: RunConfig | Mapping[str, Any] | None = None,
        run_config_fn: Callable[..., Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        tags_fn: Callable[[ScheduleEvaluationContext], Mapping[str, str] | None] | None = None,
        metadata: RawMetadata | None = None,
        should_execute: Callable[[ScheduleEvaluationContext], bool] | None = None,
        execution_timezone: str | None = None,
        execution_fn: Callable[[ScheduleEvaluationContext], Any] | DecoratedSchedule | None = None,
        description: str | None = None,
        job: Any = None,
        default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
        required_resource_keys: set[str] | None = None,
        target: Any = None,
        owners: Sequence[str] | None = None,
    ) -> None:
        who = f"the schedule {name!r}" if name else "a schedule"
        self.cron_schedule = _checked_times(cron_schedule, who)
        self.execution_timezone = _checked_zone(execution_timezone, who)
        check_one_given(who, job=job, job_name=job_name, target=target)
        self.target = _target_of(who, name, job, job_name, target)
        self.name = check_valid_name(name or f"{self.target.job_name}_schedule", "a schedule")
        who = f"the schedule {self.name!r}"
        if not isinstance(default_status, DefaultScheduleStatus):
            raise InvalidDefinitionError(
                f"{who} has the default_status {default_status!r}", hint="give DefaultScheduleStatus.RUNNING"
            )
        self.description = description
        self.default_status = default_status
        self.tags: Mapping[str, str] = normalize_tags(tags, who)
        self.metadata = normalize_metadata(metadata)
        self.owners = checked_owners(owners, who) if owners is not None else None
        _check_exclusive(who, execution_fn, run_config=run_config, run_config_fn=run_config_fn, tags_fn=tags_fn)
        if execution_fn is not None and should_execute is not None:
            raise InvalidDefinitionError(f"{who} has execution_fn and should_execute", hint="give one of them")
        _check_pair(who, run_config=run_config, run_config_fn=run_config_fn)
        _check_pair(who, tags=tags, tags_fn=tags_fn)
        self._execution_fn: Callable[[ScheduleEvaluationContext], Any] | DecoratedSchedule = (
            execution_fn or self._single_run(run_config, run_config_fn, tags_fn, should_execute)
        )
        decorated = self._execution_fn
        named = decorated.parameters.resources if isinstance(decorated, DecoratedSchedule) else frozenset()
        self._own_keys = required_resource_keys
        self.required_resource_keys: set[str] = set(checked_required_keys(required_resource_keys, named, who))

    @property
    def targets(self) -> tuple[AutomationTarget, ...]:
        """What it launches."""
        return (self.target,)

    @property
    def job_name(self) -> str:
        """The name of the job that it launches."""
        return self.target.job_name

    @property
    def has_job(self) -> bool:
        """Whether the job itself is known, not only its name."""
        return self.target.has_job_def

    @property
    def job(self) -> Any:
        """The job that it launches.

        Raises:
            InvalidDefinitionError: only its name is known.
        """
        if not self.has_job:
            raise InvalidDefinitionError(
                f"No job was provided to ScheduleDefinition: {self.name!r} only knows the name {self.job_name!r}",
                hint="give it job=, not job_name=",
            )
        return self.target.job_def

    @property
    def has_anonymous_job(self) -> bool:
        """Whether the job exists only for this schedule."""
        return self.job_name.startswith(ANONYMOUS_JOB_PREFIX)

    def with_updated_job(self, new_job: Any) -> ScheduleDefinition:
        """The same schedule for another job."""
        return self.with_attributes(job=new_job)

    def with_attributes(self, *, job: Any = None, metadata: RawMetadata | None = None) -> ScheduleDefinition:
        """The same schedule with another job or other metadata."""
        known = job or (self.target.job_def if self.has_job else None)
        return ScheduleDefinition(
            name=self.name,
            cron_schedule=self.cron_schedule,
            job_name=None if known else self.job_name,
            job=known,
            execution_timezone=self.execution_timezone,
            execution_fn=self._execution_fn,
            description=self.description,
            default_status=self.default_status,
            required_resource_keys=self._own_keys,
            tags=self.tags,
            metadata=metadata if metadata is not None else self.metadata,
            owners=self.owners,
        )

    def evaluate_tick(self, context: ScheduleEvaluationContext) -> ScheduleExecutionData:
        """What a tick asks for.

        Raises:
            UserCodeError: a function of the schedule raised.
            InvariantViolationError: it gave something that it must not.
        """
        decorated = self._execution_fn
        evaluate = decorated.evaluate if isinstance(decorated, DecoratedSchedule) else decorated
        requests, skipped = self._sorted(list(as_items(evaluate(context))))
        store = context.instance_or_none
        with partition_loading_context(context.scheduled_time_or_none, store):
            resolved = [self._resolved(request, context, store) for request in requests]
        return ScheduleExecutionData(resolved, skipped)

    def _sorted(self, items: list[Any]) -> tuple[list[RunRequest], str | None]:
        if not items or items == [None]:
            return [], "Schedule function returned an empty result"
        if len(items) == 1 and isinstance(items[0], SkipReason):
            return [], items[0].skip_message
        wrong = [item for item in items if not isinstance(item, RunRequest)]
        if wrong:
            raise InvariantViolationError(
                f"the schedule {self.name!r} gave {wrong[0]!r}",
                hint="give one SkipReason, or RunRequests, or a dict of run config",
            )
        if len(items) > 1 and not all(item.run_key for item in items):
            raise InvariantViolationError(
                f"the schedule {self.name!r} gave {len(items)} RunRequests, and not all have a run_key",
                hint="Schedules that return multiple RunRequests must specify a run_key in each RunRequest",
            )
        return items, None

    def _resolved(self, request: RunRequest, context: ScheduleEvaluationContext, store: Any) -> RunRequest:
        if not request.has_resolved_partition():
            job = context.repository_def.get_job(self.job_name)
            request = with_partition(request, job, (), store)
        return request.with_replaced_attrs(tags={**request.tags, SCHEDULE_TAG: self.name})

    def _single_run(
        self,
        run_config: RunConfig | Mapping[str, Any] | None,
        run_config_fn: Callable[..., Any] | None,
        tags_fn: Callable[[ScheduleEvaluationContext], Mapping[str, str] | None] | None,
        should_execute: Callable[[ScheduleEvaluationContext], bool] | None,
    ) -> Callable[[ScheduleEvaluationContext], Iterator[Any]]:
        def evaluate(context: ScheduleEvaluationContext) -> Iterator[Any]:
            if should_execute and not called(self.name, "should_execute", should_execute, context):
                yield SkipReason(f"should_execute function for {self.name} returned false.")
                return
            config: Any = run_config
            if run_config_fn is not None:
                takes_context = bool(inspect.signature(run_config_fn).parameters)
                config = called(self.name, "run_config_fn", run_config_fn, *((context,) if takes_context else ()))
            tags = called(self.name, "tags_fn", tags_fn, context) if tags_fn else self.tags
            yield RunRequest(run_key=None, run_config=deepcopy(config), tags=tags)

        return evaluate

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function of the schedule: with a context if it asks for one, and resources by name."""
        decorated = self._execution_fn
        if not isinstance(decorated, DecoratedSchedule):
            raise InvalidInvocationError(
                f"the schedule {self.name!r} was not made by @schedule, so it has no function to call",
                hint="call evaluate_tick(build_schedule_context(...))",
            )
        what = f"schedule '{self.name}'"
        context, resources = decorated.parameters.context_in(args, kwargs, ScheduleEvaluationContext, what)
        context = context or build_schedule_context()
        if resources:
            context = context.merge_resources(resources)
        arguments = resources_for(context, self.required_resource_keys, what)
        arguments = {key: value for key, value in arguments.items() if key in decorated.parameters.resources}
        if decorated.parameters.context:
            arguments[decorated.parameters.context] = context
        result = decorated.function(**arguments)
        return deepcopy(result) if isinstance(result, dict) else result


def as_items(result: Any) -> Iterator[Any]:
    """What a function returned, one by one: the items of a generator or a list, else itself."""
    if inspect.isgenerator(result) or isinstance(result, list | Iterator):
        yield from result
    else:
        yield result


def called(schedule_name: str, what: str, function: Callable[..., Any], *args: Any) -> Any:
    """Calls a function of the user; what it raises becomes a UserCodeError."""
    try:
        return function(*args)
    except Exception as error:
        raise UserCodeError(
            f"{what} of the schedule {schedule_name!r} raised {type(error).__name__}: {error}", user_exception=error
        ) from error


def _checked_times(cron_schedule: Any, who: str) -> str | Sequence[str]:
    if not isinstance(cron_schedule, str | Sequence) or not is_valid_cron(cron_schedule):
        raise InvalidDefinitionError(
            f"Found invalid cron schedule {cron_schedule!r} for {who}",
            hint='five fields: minute, hour, day of month, month, day of week, such as "0 9 * * 1-5"',
        )
    return cron_schedule


def _checked_zone(execution_timezone: str | None, who: str) -> str | None:
    if execution_timezone:
        try:
            zone_of(execution_timezone)
        except ValueError as error:
            raise InvalidDefinitionError(
                f"Invalid execution timezone {execution_timezone!r} for {who}", hint=str(error)
            ) from error
    return execution_timezone


def _target_of(who: str, name: str | None, job: Any, job_name: str | None, target: Any) -> AutomationTarget:
    if target is not None:
        if not name:
            raise InvalidDefinitionError(f"{who} has a target and no name", hint="give it a name")
        return AutomationTarget.from_coercible(target, name)
    if job is not None:
        return AutomationTarget.from_coercible(job)
    if not job_name or not isinstance(job_name, str):
        raise InvalidDefinitionError(f"{who} has nothing to launch", hint="give it target=, job= or job_name=")
    return AutomationTarget(job_name)


def _check_pair(who: str, **pair: Any) -> None:
    if all(pair.values()):
        raise InvalidDefinitionError(f"{who} has both {' and '.join(pair)}", hint="give one of them")


def _check_exclusive(who: str, execution_fn: Any, **others: Any) -> None:
    given = [name for name, value in others.items() if value]
    if execution_fn is not None and given:
        raise InvalidDefinitionError(f"{who} has both execution_fn and {given[0]}", hint="give one of them")
