"""`@asset_sensor`: a sensor that looks at the materializations of one asset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import update_wrapper
from inspect import isgenerator
from typing import Any, ClassVar

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.automation.parameters import read_parameters, resources_for
from daglab.definitions.automation.sensor_context import SensorEvaluationContext
from daglab.definitions.automation.sensor_definition import DefaultSensorStatus, SensorDefinition, SensorType
from daglab.definitions.automation.sensor_result import SensorResult
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.run_request import RunRequest, SkipReason
from daglab.errors import InvalidDefinitionError, InvariantViolationError


class AssetSensorDefinition(SensorDefinition):
    """A sensor whose function is called with the newest materialization of an asset, once.

    Args:
        name: its name.
        asset_key: the asset.
        job_name: the job's name.
        asset_materialization_fn: takes the context and the event, and resources as parameters.
        minimum_interval_seconds: the time between two ticks, at least.
        description: what it is for.
        job: the job.
        jobs: several jobs.
        default_status: whether it runs before anybody has started it.
        required_resource_keys: the resources that it needs from the context.
        tags: tags of the sensor.
        metadata: facts about the sensor.

    Example:
        >>> def after_orders(context, asset_event):
        ...     return RunRequest()
        >>> AssetSensorDefinition("after_orders", AssetKey("orders"), "report", after_orders).asset_key
        AssetKey(['orders'])
    """

    sensor_type: ClassVar[SensorType] = SensorType.ASSET

    def __init__(
        self,
        name: str,
        asset_key: AssetKey,
        job_name: str | None,
        asset_materialization_fn: Callable[..., Any],
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        job: Any = None,
        jobs: Sequence[Any] | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        required_resource_keys: set[str] | None = None,
        tags: Mapping[str, Any] | None = None,
        metadata: RawMetadata | None = None,
    ) -> None:
        if not isinstance(asset_key, AssetKey):
            raise InvalidDefinitionError(
                f"the asset sensor {name!r} has the asset_key {asset_key!r}", hint="give an AssetKey"
            )
        self.asset_key = asset_key
        self._function = asset_materialization_fn
        self._function_parameters = read_parameters(asset_materialization_fn)
        super().__init__(
            name=name,
            evaluation_fn=self._look,
            job_name=job_name,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=job,
            jobs=jobs,
            default_status=default_status,
            required_resource_keys=set(required_resource_keys or ()) | self._function_parameters.resources,
            tags=tags,
            metadata=metadata,
        )

    def _look(self, context: SensorEvaluationContext) -> Iterator[Any]:
        seen = int(context.cursor) if context.cursor and context.cursor.isdigit() else 0
        newest = context.instance.fetch_materializations(self.asset_key, limit=1).records
        if not newest or newest[0].storage_id <= seen:
            yield SkipReason(f"No new materialization events found for asset key {self.asset_key}")
            return
        keys = self._function_parameters.resources
        arguments = resources_for(context, keys, f"sensor '{self.name}'")
        given = (context, newest[0].event_log_entry)
        arguments.update(zip(self._function_parameters.plain, given, strict=False))
        yield from self._answers(self._function(**arguments))
        context.update_cursor(str(newest[0].storage_id))

    def _answers(self, result: Any) -> Iterator[Any]:
        if isgenerator(result) or isinstance(result, list):
            yield from result
        elif isinstance(result, SensorResult) and result.cursor:
            raise InvariantViolationError(
                f"Error in asset sensor {self.name}: Sensor returned a SensorResult with a cursor value. The cursor is"
                " managed by the asset sensor and should not be modified by a user.",
                hint="leave out cursor=",
            )
        elif isinstance(result, RunRequest | SkipReason | SensorResult):
            yield result
        elif result is not None:
            raise InvariantViolationError(
                f"Error in sensor {self.name}: Sensor unexpectedly returned output {result!r} of type {type(result)}.",
                hint="Should only return SkipReason, RunRequest or SensorResult objects",
            )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Does what a tick does: calls the function with the newest materialization of the context's instance."""
        resources = {key: kwargs.pop(key) for key in self._function_parameters.resources if key in kwargs}
        context, _ = self._parameters.context_in(args, kwargs, SensorEvaluationContext, f"sensor '{self.name}'")
        return self._look(context.merge_resources(resources) if resources else context)


def asset_sensor(
    asset_key: AssetKey,
    *,
    job_name: str | None = None,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    job: Any = None,
    jobs: Sequence[Any] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    required_resource_keys: set[str] | None = None,
    tags: Mapping[str, Any] | None = None,
    metadata: RawMetadata | None = None,
) -> Callable[[Callable[..., Any]], AssetSensorDefinition]:
    """Makes a function into a sensor that is called when an asset was materialized.

    The function takes the context and the event, and resources as parameters. If the asset was materialized several
    times since the last tick, it is called once, with the newest event. The arguments are those of
    AssetSensorDefinition.

    Example:
        >>> @asset_sensor(AssetKey("orders"), job_name="report")
        ... def on_orders(context, asset_event):
        ...     return RunRequest()
        >>> on_orders.asset_key
        AssetKey(['orders'])
    """

    def decorate(function: Callable[..., Any]) -> AssetSensorDefinition:
        definition = AssetSensorDefinition(
            name=name or function.__name__,
            asset_key=asset_key,
            job_name=job_name,
            asset_materialization_fn=function,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=job,
            jobs=jobs,
            default_status=default_status,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
        )
        update_wrapper(definition, wrapped=function)
        return definition

    return decorate
