"""What schedules and sensors ask for: jobs and assets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from daglab.definitions.asset_job import UnresolvedAssetJobDefinition
from daglab.definitions.automation.schedule_definition import ScheduleDefinition
from daglab.definitions.job_definition import JobDefinition


def target_jobs(automation: Any) -> list[JobDefinition | UnresolvedAssetJobDefinition]:
    """The jobs that a schedule or a sensor was given as such, not by name."""
    found = [getattr(target, "job_def", None) for target in getattr(automation, "targets", None) or ()]
    kinds = (JobDefinition, UnresolvedAssetJobDefinition)
    return [job for job in (*found, _single_job(automation)) if isinstance(job, kinds)]


def target_names(automation: Any) -> list[str]:
    """The names of the jobs that a schedule or a sensor was given by name only."""
    targets = getattr(automation, "targets", None) or ()
    return [target.job_name for target in targets if getattr(target, "has_job_def", True) is False]


def target_assets(automations: Iterable[Any]) -> list[Any]:
    """The assets that schedules and sensors were given as such."""
    targets = [target for one in automations for target in getattr(one, "targets", None) or ()]
    return [asset for target in targets for asset in getattr(target, "assets_defs", None) or ()]


def is_unresolved_schedule(automation: Any) -> bool:
    """Whether a schedule takes its times from the partitions of an asset job, once that is resolved."""
    return hasattr(automation, "resolve") and not isinstance(automation, ScheduleDefinition)


def is_schedule(automation: Any) -> bool:
    """Whether a schedule or a sensor is a schedule."""
    return isinstance(automation, ScheduleDefinition) or is_unresolved_schedule(automation)


def is_automation(one: object) -> bool:
    """Whether something is a schedule or a sensor."""
    if isinstance(one, (type, UnresolvedAssetJobDefinition)) or not isinstance(getattr(one, "name", None), str):
        return False
    return hasattr(one, "evaluate_tick") or (hasattr(one, "resolve") and hasattr(one, "job"))


def _single_job(automation: Any) -> Any:
    return getattr(automation, "job", None) if is_unresolved_schedule(automation) else None
