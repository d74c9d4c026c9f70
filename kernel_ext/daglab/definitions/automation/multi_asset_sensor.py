"""`@multi_asset_sensor`: a sensor that looks at the materializations of several assets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import update_wrapper
from inspect import isgenerator
from typing import Any, ClassVar

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.selection import AssetSelection
from daglab.definitions.automation.multi_asset_context import MultiAssetSensorEvaluationContext
from daglab.definitions.automation.parameters import read_parameters, resources_for
from daglab.definitions.automation.sensor_context import SensorEvaluationContext
from daglab.definitions.automation.sensor_definition import DefaultSensorStatus, SensorDefinition, SensorType
from daglab.definitions.automation.sensor_result import SensorResult
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.run_request import RunRequest
from daglab.errors import InvalidDefinitionError, InvariantViolationError


class MultiAssetSensorDefinition(SensorDefinition):
    """A sensor whose function sees the materializations of several assets that it has not consumed.

    Args:
        name: its name.
        monitored_assets: the assets: their keys, or a selection.
        job_name: the job's name.
        asset_materialization_fn: takes the context, and resources as parameters.
        minimum_interval_seconds: the time between two ticks, at least.
        description: what it is for.
        job: the job.
        jobs: several jobs.
        default_status: whether it runs before anybody has started it.
        request_assets: assets to launch, instead of a job.
        required_resource_keys: the resources that it needs from the context.
        tags: tags of the sensor.
        metadata: facts about the sensor.

    Example:
        >>> def on_both(context):
        ...     return RunRequest()
        >>> watched = [AssetKey("orders"), AssetKey("customers")]
        >>> MultiAssetSensorDefinition("on_both", watched, "report", on_both).job_name
        'report'
    """

    sensor_type: ClassVar[SensorType] = SensorType.MULTI_ASSET

    def __init__(
        self,
        name: str,
        monitored_assets: Sequence[AssetKey] | AssetSelection,
        job_name: str | None,
        asset_materialization_fn: Callable[..., Any],
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        job: Any = None,
        jobs: Sequence[Any] | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        request_assets: AssetSelection | None = None,
        required_resource_keys: set[str] | None = None,
        tags: Mapping[str, Any] | None = None,
        metadata: RawMetadata | None = None,
    ) -> None:
        self.monitored_assets = _checked(name, monitored_assets)
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
            asset_selection=request_assets,
            required_resource_keys=set(required_resource_keys or ()) | self._function_parameters.resources,
            tags=tags,
            metadata=metadata,
        )

    def _look(self, context: SensorEvaluationContext) -> Iterator[Any]:
        with MultiAssetSensorEvaluationContext(
            monitored_assets=self.monitored_assets,
            last_tick_completion_time=context.last_tick_completion_time,
            last_run_key=context.last_run_key,
            cursor=context.cursor,
            repository_name=context.repository_name,
            repository_def=context.repository_def,
            instance=context.instance,
            sensor_name=self.name,
            resources=context.resource_defs,
            last_sensor_start_time=context.last_sensor_start_time,
            logger=context.log,
        ) as told:
            result = self._call(told)
            several = isgenerator(result) or isinstance(result, list)
            items = list(result) if several else [] if result is None else [result]
            self._check(items, several, told)
        yield from items
        told.update_cursor_after_evaluation()
        if told.cursor_updated:
            context.update_cursor(told.cursor)

    def _check(self, items: list[Any], several: bool, told: MultiAssetSensorEvaluationContext) -> None:
        answers = [item for item in items if isinstance(item, SensorResult)]
        if several and answers:
            raise InvariantViolationError(
                "Cannot yield a SensorResult from a multi_asset_sensor.", hint="return the SensorResult"
            )
        if any(answer.cursor for answer in answers):
            raise InvariantViolationError(
                "Cannot set cursor in a multi_asset_sensor.",
                hint="use context.advance_cursor or context.advance_all_cursors",
            )
        runs = any(isinstance(item, RunRequest) for item in items) or any(one.run_requests for one in answers)
        if runs and not told.cursor_updated:
            raise InvalidDefinitionError(
                f"Asset materializations have been handled in the sensor {self.name!r}, but the cursor was not updated:"
                " the next tick would handle them again",
                hint="Use context.advance_cursor or context.advance_all_cursors to update the cursor.",
            )

    def _call(self, context: MultiAssetSensorEvaluationContext | None) -> Any:
        arguments = resources_for(context, self.required_resource_keys, f"sensor '{self.name}'")
        parameters = self._function_parameters
        arguments = {key: value for key, value in arguments.items() if key in parameters.resources}
        if parameters.context:
            arguments[parameters.context] = context
        return self._function(**arguments)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function; its context is made by build_multi_asset_sensor_context()."""
        what = f"sensor '{self.name}'"
        context, resources = self._function_parameters.context_in(args, kwargs, MultiAssetSensorEvaluationContext, what)
        if context is not None and resources:
            context = context.merge_resources(resources)
        result = self._call(context)
        if context is not None:
            context.update_cursor_after_evaluation()
        return result


def multi_asset_sensor(
    monitored_assets: Sequence[AssetKey] | AssetSelection,
    *,
    job_name: str | None = None,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    job: Any = None,
    jobs: Sequence[Any] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    request_assets: AssetSelection | None = None,
    required_resource_keys: set[str] | None = None,
    tags: Mapping[str, Any] | None = None,
    metadata: RawMetadata | None = None,
) -> Callable[[Callable[..., Any]], MultiAssetSensorDefinition]:
    """Makes a function into a sensor that sees the materializations of several assets.

    The function takes a MultiAssetSensorEvaluationContext, and resources as parameters. The arguments are those of
    MultiAssetSensorDefinition.

    Example:
        >>> @multi_asset_sensor([AssetKey("orders"), AssetKey("customers")], job_name="report")
        ... def on_both(context):
        ...     if all(context.latest_materialization_records_by_key().values()):
        ...         context.advance_all_cursors()
        ...         return RunRequest()
        >>> on_both.name
        'on_both'
    """

    def decorate(function: Callable[..., Any]) -> MultiAssetSensorDefinition:
        definition = MultiAssetSensorDefinition(
            name=name or function.__name__,
            monitored_assets=monitored_assets,
            job_name=job_name,
            asset_materialization_fn=function,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=job,
            jobs=jobs,
            default_status=default_status,
            request_assets=request_assets,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
        )
        update_wrapper(definition, wrapped=function)
        return definition

    return decorate


def _checked(name: str, monitored: Any) -> Sequence[AssetKey] | AssetSelection:
    if isinstance(monitored, AssetSelection):
        return monitored
    listed = isinstance(monitored, Sequence) and not isinstance(monitored, str)
    if not listed or not all(isinstance(key, AssetKey) for key in monitored):
        raise InvalidDefinitionError(
            f"the sensor {name!r} has monitored_assets={monitored!r}",
            hint="give AssetKeys, or an AssetSelection",
        )
    return list(monitored)
