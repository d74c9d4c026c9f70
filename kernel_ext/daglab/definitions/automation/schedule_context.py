"""What the functions of a schedule are told."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from daglab.definitions.automation.context import AutomationContext
from daglab.errors import InvalidInvocationError, InvariantViolationError


class ScheduleEvaluationContext(AutomationContext):
    """What the functions of a schedule are told: when the tick was due, resources, the instance, the log.

    Args:
        instance_ref: the instance, None if there is none.
        scheduled_execution_time: when the tick was due.
        log_key: not used.
        repository_name: the name of the repository.
        schedule_name: the name of the schedule.
        resources: resources by key.
        repository_def: the repository that the schedule belongs to.
        logger: where messages go.

    Example:
        >>> context = build_schedule_context(scheduled_execution_time=datetime(2024, 1, 31))
        >>> f"{context.scheduled_execution_time:%Y-%m-%d}"
        '2024-01-31'
    """

    def __init__(
        self,
        instance_ref: Any,
        scheduled_execution_time: datetime | None,
        log_key: Any = None,
        repository_name: str | None = None,
        schedule_name: str | None = None,
        resources: Mapping[str, Any] | None = None,
        repository_def: Any = None,
        logger: logging.Logger | None = None,
    ) -> None:
        super().__init__(
            instance=instance_ref,
            resources=resources,
            repository_def=repository_def,
            logger=logger,
            built_by="build_schedule_context",
        )
        if scheduled_execution_time is not None and not isinstance(scheduled_execution_time, datetime):
            raise InvalidInvocationError(
                f"scheduled_execution_time={scheduled_execution_time!r} is no time", hint="give a datetime"
            )
        self._scheduled_execution_time = scheduled_execution_time
        self.log_key = log_key
        self.repository_name = repository_name
        self.schedule_name = schedule_name

    @property
    def scheduled_execution_time(self) -> datetime:
        """When the tick was due; the present may be later.

        Raises:
            InvariantViolationError: the context was built without it.
        """
        if self._scheduled_execution_time is None:
            raise InvariantViolationError(
                "this context has no scheduled_execution_time",
                hint="give build_schedule_context(scheduled_execution_time=...) one",
            )
        return self._scheduled_execution_time

    @property
    def scheduled_time_or_none(self) -> datetime | None:
        """When the tick was due, None if that is not known."""
        return self._scheduled_execution_time

    @property
    def repository_def(self) -> Any:
        """The repository that the schedule belongs to.

        Raises:
            InvariantViolationError: there is none.
        """
        if self._repository_def is None:
            raise InvariantViolationError(
                "this context has no repository", hint="give build_schedule_context(repository_def=...) one"
            )
        return self._repository_def


def build_schedule_context(
    instance: Any = None,
    scheduled_execution_time: datetime | None = None,
    resources: Mapping[str, object] | None = None,
    repository_def: Any = None,
    instance_ref: Any = None,
) -> ScheduleEvaluationContext:
    """The context for calling a schedule directly, in a test.

    Args:
        instance: the instance.
        scheduled_execution_time: when the tick is due.
        resources: resources by key; if one has to be closed, use the context in a `with` block.
        repository_def: the repository, or the Definitions, that the schedule belongs to.
        instance_ref: another way to give the instance.

    Example:
        >>> build_schedule_context(scheduled_execution_time=datetime(2024, 1, 31)).scheduled_execution_time.day
        31
    """
    return ScheduleEvaluationContext(
        instance_ref=instance if instance is not None else instance_ref,
        scheduled_execution_time=scheduled_execution_time,
        resources=resources,
        repository_def=repository_def,
    )
