"""What the function of a run status sensor is told."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from daglab.definitions.automation.context import AutomationContext


class RunStatusSensorContext(AutomationContext):
    """What the function of a run status sensor is told: the run, the event, resources, the instance, the log.

    Args:
        sensor_name: the name of the sensor.
        dagster_run: the run that came to the status.
        dagster_event: the event that says so.
        instance: the instance.
        context: whose log is used.
        resource_defs: resources by key.
        logger: where messages go.
        partition_key: the partition of the run.
        repository_def: the repository that the sensor belongs to.

    Example:
        >>> from types import SimpleNamespace
        >>> run = SimpleNamespace(job_name="etl")
        >>> build_run_status_sensor_context("alert", None, None, run).dagster_run.job_name
        'etl'
    """

    def __init__(
        self,
        sensor_name: str,
        dagster_run: Any,
        dagster_event: Any,
        instance: Any,
        context: AutomationContext | None = None,
        resource_defs: Mapping[str, Any] | None = None,
        logger: logging.Logger | None = None,
        partition_key: str | None = None,
        repository_def: Any = None,
    ) -> None:
        super().__init__(
            instance=instance,
            resources=resource_defs,
            repository_def=repository_def,
            logger=logger or (context.log if context else None),
            built_by="build_run_status_sensor_context",
        )
        self.sensor_name = sensor_name
        self.dagster_run = dagster_run
        self.dagster_event = dagster_event
        self.partition_key = partition_key

    def for_run_failure(self) -> RunFailureSensorContext:
        """The same context with what is known of the failure."""
        failure = object.__new__(RunFailureSensorContext)
        failure.__dict__.update(self.__dict__)
        return failure


class RunFailureSensorContext(RunStatusSensorContext):
    """What the function of a run failure sensor is told.

    Example:
        >>> from types import SimpleNamespace
        >>> event = SimpleNamespace(message="step read failed")
        >>> context = build_run_status_sensor_context("alert", event, None, None)
        >>> context.for_run_failure().failure_event.message
        'step read failed'
    """

    @property
    def failure_event(self) -> Any:
        """The event that says that the run failed."""
        return self.dagster_event

    def get_step_failure_events(self) -> Sequence[Any]:
        """One event for each step that failed."""
        logs = self.instance.all_logs(self.dagster_run.run_id)
        events = [getattr(entry, "dagster_event", None) for entry in logs]
        return [event for event in events if event is not None and event.is_step_failure]


def build_run_status_sensor_context(
    sensor_name: str,
    dagster_event: Any,
    dagster_instance: Any,
    dagster_run: Any,
    context: AutomationContext | None = None,
    resources: Mapping[str, object] | None = None,
    partition_key: str | None = None,
    *,
    repository_def: Any = None,
) -> RunStatusSensorContext:
    """The context for calling a run status or run failure sensor directly, in a test.

    Args:
        sensor_name: the name of the sensor.
        dagster_event: the event that says that the run came to the status.
        dagster_instance: the instance.
        dagster_run: the run.
        context: whose log is used.
        resources: resources by key.
        partition_key: the partition of the run.
        repository_def: the repository that the sensor belongs to.

    Example:
        >>> build_run_status_sensor_context("alert", None, None, None, partition_key="2024-01-31").partition_key
        '2024-01-31'
    """
    return RunStatusSensorContext(
        sensor_name=sensor_name,
        instance=dagster_instance,
        dagster_run=dagster_run,
        dagster_event=dagster_event,
        context=context,
        resource_defs=resources,
        partition_key=partition_key,
        repository_def=repository_def,
    )
