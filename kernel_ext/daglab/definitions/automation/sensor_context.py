"""What the function of a sensor is told."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from daglab.definitions.automation.context import AutomationContext, as_repository
from daglab.errors import InvalidInvocationError


class SensorEvaluationContext(AutomationContext):
    """What the function of a sensor is told: the cursor, the last tick, resources, the instance, the log.

    Args:
        instance_ref: the instance, where it is not given as `instance`.
        last_tick_completion_time: when the last tick ended, in seconds since 1970.
        last_run_key: the run key of the last run that the sensor asked for.
        cursor: what the last tick left.
        log_key: not used.
        repository_name: the name of the repository.
        repository_def: the repository that the sensor belongs to.
        instance: the instance.
        sensor_name: the name of the sensor.
        resources: resources by key.
        definitions: the Definitions that the sensor belongs to, instead of `repository_def`.
        last_sensor_start_time: when the sensor was started, in seconds since 1970.
        code_location_origin: where the sensor comes from.
        logger: where messages go.
        built_by: the function that makes such a context, for messages.

    Example:
        >>> context = build_sensor_context(cursor="41")
        >>> context.update_cursor("42")
        >>> context.cursor
        '42'
    """

    def __init__(
        self,
        instance_ref: Any = None,
        last_tick_completion_time: float | None = None,
        last_run_key: str | None = None,
        cursor: str | None = None,
        log_key: Any = None,
        repository_name: str | None = None,
        repository_def: Any = None,
        instance: Any = None,
        sensor_name: str | None = None,
        resources: Mapping[str, Any] | None = None,
        definitions: Any = None,
        last_sensor_start_time: float | None = None,
        code_location_origin: Any = None,
        logger: logging.Logger | None = None,
        built_by: str = "build_sensor_context",
    ) -> None:
        super().__init__(
            instance=instance if instance is not None else instance_ref,
            resources=resources,
            repository_def=as_repository(definitions, repository_def),
            logger=logger,
            built_by=built_by,
        )
        self._cursor = _checked_cursor(cursor)
        self._cursor_updated = False
        self.last_tick_completion_time = last_tick_completion_time
        self.last_run_key = last_run_key
        self.last_sensor_start_time = last_sensor_start_time
        self.log_key = log_key
        self.repository_name = repository_name
        self.code_location_origin = code_location_origin
        self.sensor_name = sensor_name

    @property
    def cursor(self) -> str | None:
        """What the last tick left, or what this one has set."""
        return self._cursor

    @property
    def cursor_updated(self) -> bool:
        """Whether this tick has set the cursor."""
        return self._cursor_updated

    def update_cursor(self, cursor: str | None) -> None:
        """Leaves text for the next tick."""
        self._cursor = _checked_cursor(cursor)
        self._cursor_updated = True

    @property
    def is_first_tick_since_sensor_start(self) -> bool:
        """Whether the sensor has not ticked since it was started."""
        last, started = self.last_tick_completion_time, self.last_sensor_start_time
        return not last or (started is not None and started > last)


def build_sensor_context(
    instance: Any = None,
    cursor: str | None = None,
    repository_name: str | None = None,
    repository_def: Any = None,
    sensor_name: str | None = None,
    resources: Mapping[str, object] | None = None,
    definitions: Any = None,
    instance_ref: Any = None,
    last_sensor_start_time: float | None = None,
) -> SensorEvaluationContext:
    """The context for calling a sensor directly, in a test.

    Args:
        instance: the instance.
        cursor: what the last tick left.
        repository_name: the name of the repository.
        repository_def: the repository that the sensor belongs to.
        sensor_name: the name of the sensor.
        resources: resources by key; if one has to be closed, use the context in a `with` block.
        definitions: the Definitions that the sensor belongs to, instead of `repository_def`.
        instance_ref: another way to give the instance.
        last_sensor_start_time: when the sensor was started, in seconds since 1970.

    Example:
        >>> build_sensor_context(cursor="41").cursor
        '41'
    """
    return SensorEvaluationContext(
        instance_ref=instance_ref,
        cursor=cursor,
        repository_name=repository_name,
        repository_def=repository_def,
        instance=instance,
        sensor_name=sensor_name,
        resources=resources,
        definitions=definitions,
        last_sensor_start_time=last_sensor_start_time,
    )


def _checked_cursor(cursor: Any) -> str | None:
    if cursor is not None and not isinstance(cursor, str):
        raise InvalidInvocationError(f"the cursor {cursor!r} is no text", hint="give text, such as str(...)")
    return cursor
