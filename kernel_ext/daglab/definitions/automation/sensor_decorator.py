"""`@sensor`: a function that is called again and again and says what to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from typing import Any

from daglab.definitions.automation.sensor_definition import DefaultSensorStatus, SensorDefinition
from daglab.definitions.metadata import RawMetadata


def sensor(
    job_name: str | None = None,
    *,
    name: str | None = None,
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
) -> Callable[[Callable[..., Any]], SensorDefinition]:
    """Makes a function into a sensor.

    The function takes a context, or nothing, and resources as parameters. It returns or yields RunRequests or one
    SkipReason, or returns a SensorResult, or nothing. The arguments are those of SensorDefinition.

    Example:
        >>> @sensor(job_name="load")
        ... def files(context):
        ...     context.update_cursor("42")
        >>> from daglab.definitions.automation.sensor_context import build_sensor_context
        >>> files.evaluate_tick(build_sensor_context(cursor="41")).cursor
        '42'
    """

    def decorate(function: Callable[..., Any]) -> SensorDefinition:
        definition = SensorDefinition(
            name=name or function.__name__,
            job_name=job_name,
            evaluation_fn=function,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=job,
            jobs=jobs,
            default_status=default_status,
            asset_selection=asset_selection,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
            target=target,
            owners=owners,
        )
        update_wrapper(definition, wrapped=function)
        return definition

    return decorate
