"""Run requests of a sensor, checked and completed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from daglab.definitions.asset_selection.selection import AssetSelection
from daglab.definitions.automation.sensor_context import SensorEvaluationContext
from daglab.definitions.automation.target import AutomationTarget
from daglab.definitions.partitioned_requests import DynamicRequest, with_partition
from daglab.definitions.run_request import RunRequest
from daglab.errors import InvalidSubsetError, InvariantViolationError


class Launching(Protocol):
    """Of a sensor what completes its requests."""

    name: str
    targets: tuple[AutomationTarget, ...]
    asset_selection: Any


def resolved_requests(
    sensor: Launching,
    requests: Sequence[RunRequest],
    context: SensorEvaluationContext,
    changes: Sequence[DynamicRequest],
) -> list[RunRequest]:
    """The requests, each with its job, and with config and tags of its partition.

    Raises:
        InvariantViolationError: a request names no job of the sensor, or none although there are several.
        InvalidSubsetError: it asks for assets that are not the sensor's.
    """
    if requests and not sensor.targets and sensor.asset_selection is None:
        raise InvariantViolationError(
            f"Error in sensor {sensor.name}: Sensor evaluation function returned a RunRequest for a sensor lacking a"
            " specified target (job_name, job, or jobs).",
            hint="give the sensor target=, job=, jobs= or job_name=",
        )
    return [_resolved(sensor, _of_assets(sensor, one, context), context, changes) for one in requests]


def _resolved(
    sensor: Launching, request: RunRequest, context: SensorEvaluationContext, changes: Sequence[DynamicRequest]
) -> RunRequest:
    names = [target.job_name for target in sensor.targets]
    if request.job_name is None and len(names) > 1:
        raise InvariantViolationError(
            f"Error in sensor {sensor.name}: Sensor returned a RunRequest that did not specify job_name for the"
            f" requested run. Expected one of: {names}",
            hint="write RunRequest(job_name=...)",
        )
    if request.job_name and request.job_name not in names and sensor.asset_selection is None:
        raise InvariantViolationError(
            f"Error in sensor {sensor.name}: Sensor returned a RunRequest with job_name {request.job_name}."
            f" Expected one of: {names}"
        )
    if request.has_resolved_partition():
        return request
    if context.repository_def is None:
        raise InvariantViolationError(
            f"the sensor {sensor.name!r} asks for the partition {request.partition_key!r}, and its job is not known",
            hint="Must provide repository def to build_sensor_context when yielding partitioned run requests",
        )
    job = context.repository_def.get_job(request.job_name or names[0])
    definition = _partitions_of(request, context) if request.asset_selection else None
    return with_partition(request, job, changes, context.instance_or_none, definition)


def _partitions_of(request: RunRequest, context: SensorEvaluationContext) -> Any:
    graph = context.repository_def.asset_graph
    found = [graph.get(key).partitions_def for key in request.asset_selection or ()]
    different = list(dict.fromkeys(one for one in found if one is not None))
    if len(different) > 1:
        raise InvariantViolationError(
            "a RunRequest asks for one partition of assets with different partitions", hint="ask for them one by one"
        )
    return different[0] if different else None


def _of_assets(sensor: Launching, request: RunRequest, context: SensorEvaluationContext) -> RunRequest:
    """For a sensor of assets: the request with the job that makes those assets."""
    selection = sensor.asset_selection
    if not isinstance(selection, AssetSelection):
        return request
    if context.repository_def is None:
        raise InvariantViolationError(
            f"the sensor {sensor.name!r} has an asset_selection, and its assets are not known",
            hint="give build_sensor_context(repository_def=...) the repository, or definitions= the Definitions",
        )
    graph = context.repository_def.asset_graph
    known = selection.resolve(graph)
    keys = known if request.asset_selection is None else set(request.asset_selection)
    if keys - known:
        raise InvalidSubsetError(
            f"RunRequest includes asset keys that are not part of the asset_selection of the sensor {sensor.name!r}:"
            f" {', '.join(sorted(key.to_user_string() for key in keys - known))}",
            hint="ask for assets of the selection, or widen it",
        )
    checks = request.asset_check_keys
    if checks is None:
        checks = sorted(graph.get_check_keys_for_assets(keys), key=str)
    job = context.repository_def.get_implicit_job_def_for_assets(keys)
    return request.with_replaced_attrs(
        job_name=job.name if job else None, asset_selection=sorted(keys), asset_check_keys=list(checks)
    )
