"""`@schedule`: a function that says what to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import update_wrapper
from typing import Any

from daglab.definitions.automation.parameters import Parameters, read_parameters, resources_for
from daglab.definitions.automation.schedule_context import ScheduleEvaluationContext
from daglab.definitions.automation.schedule_definition import (
    DecoratedSchedule,
    DefaultScheduleStatus,
    ScheduleDefinition,
    as_items,
    called,
)
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.node_tags import normalize_tags
from daglab.definitions.run_request import RunRequest, SkipReason
from daglab.errors import InvalidDefinitionError

TagsFunction = Callable[[ScheduleEvaluationContext], Mapping[str, str] | None]


def schedule(
    cron_schedule: str | Sequence[str],
    *,
    job_name: str | None = None,
    name: str | None = None,
    tags: Mapping[str, Any] | None = None,
    tags_fn: TagsFunction | None = None,
    metadata: RawMetadata | None = None,
    should_execute: Callable[[ScheduleEvaluationContext], bool] | None = None,
    execution_timezone: str | None = None,
    description: str | None = None,
    job: Any = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
    required_resource_keys: set[str] | None = None,
    target: Any = None,
    owners: Sequence[str] | None = None,
) -> Callable[[Callable[..., Any]], ScheduleDefinition]:
    """Makes a function into a schedule: called at fixed times, it says what to run.

    The function takes a context, or nothing, and resources as parameters. It returns or yields RunRequests or one
    SkipReason, or returns run config as a dict, or nothing.

    Args:
        cron_schedule: when: a cron expression, or several.
        job_name: the job's name.
        name: the name of the function by default.
        tags: tags of the schedule, and of runs asked for by run config.
        tags_fn: gives tags of runs asked for by run config, from the context.
        metadata: facts about the schedule.
        should_execute: says, from the context, whether the function is called.
        execution_timezone: an IANA name; UTC by default.
        description: what it is for.
        job: the job.
        default_status: whether it runs before anybody has started it.
        required_resource_keys: the resources that it needs from the context.
        target: a job or assets, instead of `job`.
        owners: e-mail addresses, or "team:..." names.

    Raises:
        InvalidDefinitionError: the times, the time zone or the target cannot be, or arguments exclude each other.

    Example:
        >>> @schedule(cron_schedule="0 3 * * *", job_name="clean")
        ... def nightly():
        ...     return RunRequest(run_key="tonight")
        >>> nightly().run_key
        'tonight'
    """

    def decorate(function: Callable[..., Any]) -> ScheduleDefinition:
        own_name = name or function.__name__
        if tags and tags_fn:
            raise InvalidDefinitionError(
                f"the schedule {own_name!r} has both tags and tags_fn", hint="give one of them"
            )
        parameters = read_parameters(function)

        def evaluate(context: ScheduleEvaluationContext) -> Iterator[Any]:
            if should_execute and not called(own_name, "should_execute", should_execute, context):
                yield SkipReason(f"should_execute function for {own_name} returned false.")
                return
            result = called(own_name, "the function", _result_of, function, parameters, context, own_name)
            if isinstance(result, dict):
                run_tags = tags or (called(own_name, "tags_fn", tags_fn, context) if tags_fn else None)
                yield RunRequest(run_config=deepcopy(result), tags=normalize_tags(run_tags, own_name))
            else:
                yield from called(own_name, "the function", lambda: list(as_items(result)))

        definition = ScheduleDefinition(
            name=own_name,
            cron_schedule=cron_schedule,
            job_name=job_name,
            execution_timezone=execution_timezone,
            description=description,
            execution_fn=DecoratedSchedule(function=function, parameters=parameters, evaluate=evaluate),
            job=job,
            default_status=default_status,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
            target=target,
            owners=owners,
        )
        update_wrapper(definition, wrapped=function)
        return definition

    return decorate


def _result_of(
    function: Callable[..., Any], parameters: Parameters, context: ScheduleEvaluationContext, name: str
) -> Any:
    arguments = resources_for(context, parameters.resources, f"schedule '{name}'")
    if parameters.context:
        arguments[parameters.context] = context
    return function(**arguments)
