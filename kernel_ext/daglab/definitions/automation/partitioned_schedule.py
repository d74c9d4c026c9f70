"""`build_schedule_from_partitioned_job`: runs each partition when its time is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from daglab.definitions.asset_job import UnresolvedAssetJobDefinition
from daglab.definitions.automation.schedule_context import ScheduleEvaluationContext
from daglab.definitions.automation.schedule_decorator import schedule
from daglab.definitions.automation.schedule_definition import DefaultScheduleStatus, ScheduleDefinition
from daglab.definitions.labels import checked_owners
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.partitioned_requests import with_partition
from daglab.definitions.partitions.loading import partition_loading_context
from daglab.definitions.partitions.multi import MultiPartitionsDefinition
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from daglab.definitions.run_request import RunRequest, SkipReason
from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True, kw_only=True)
class UnresolvedPartitionedAssetScheduleDefinition:
    """A schedule for an asset job whose partitions are known once its assets are selected.

    Its fields are the parameters of `build_schedule_from_partitioned_job`.
    """

    name: str
    job: UnresolvedAssetJobDefinition
    description: str | None = None
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED
    minute_of_hour: int | None = None
    hour_of_day: int | None = None
    day_of_week: int | None = None
    day_of_month: int | None = None
    tags: Mapping[str, str] | None = None
    metadata: RawMetadata | None = None
    owners: Sequence[str] | None = None

    def __post_init__(self) -> None:
        checked_owners(self.owners, f"the schedule {self.name!r}")

    def resolve(self, resolved_job: Any) -> ScheduleDefinition:
        """The schedule for the job with its assets selected."""
        return build_schedule_from_partitioned_job(
            resolved_job,
            description=self.description,
            name=self.name,
            minute_of_hour=self.minute_of_hour,
            hour_of_day=self.hour_of_day,
            day_of_week=self.day_of_week,
            day_of_month=self.day_of_month,
            default_status=self.default_status,
            tags=self.tags,
            metadata=self.metadata,
            owners=self.owners,
        )  # type: ignore[return-value]  # a resolved job gives a schedule

    def with_metadata(self, metadata: RawMetadata) -> UnresolvedPartitionedAssetScheduleDefinition:
        """The same schedule with other metadata."""
        return replace(self, metadata=metadata)


def build_schedule_from_partitioned_job(
    job: Any,
    description: str | None = None,
    name: str | None = None,
    minute_of_hour: int | None = None,
    hour_of_day: int | None = None,
    day_of_week: int | None = None,
    day_of_month: int | None = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
    tags: Mapping[str, str] | None = None,
    cron_schedule: str | None = None,
    execution_timezone: str | None = None,
    metadata: RawMetadata | None = None,
    owners: Sequence[str] | None = None,
) -> UnresolvedPartitionedAssetScheduleDefinition | ScheduleDefinition:
    """A schedule that runs each partition of a job once the time of the partition is over.

    A job with static partitions runs all of them at each tick of `cron_schedule`.

    Args:
        job: a job with partitions, one dimension of which may be static.
        description: what it is for.
        name: "<job>_schedule" by default.
        minute_of_hour: when, instead of as soon as the partition is over.
        hour_of_day: the same for the hour.
        day_of_week: the same for the weekday, from 0, Sunday; for weekly partitions.
        day_of_month: the same for the day; for monthly partitions.
        default_status: whether it runs before anybody has started it.
        tags: tags of the runs.
        cron_schedule: when; for static partitions.
        execution_timezone: the time zone; for static partitions.
        metadata: facts about the schedule.
        owners: e-mail addresses, or "team:..." names.

    Raises:
        InvalidDefinitionError: the job has no such partitions, or arguments exclude each other.

    Example:
        >>> from daglab.definitions.asset_job import define_asset_job
        >>> from daglab.definitions.partitions.calendar_partitions import DailyPartitionsDefinition
        >>> daily = define_asset_job("daily", partitions_def=DailyPartitionsDefinition("2024-01-01"))
        >>> build_schedule_from_partitioned_job(daily, hour_of_day=3).cron_schedule
        '0 3 * * *'
    """
    offsets = (minute_of_hour, hour_of_day, day_of_week, day_of_month)
    own_name = name or f"{job.name}_schedule"
    _check_arguments(own_name, offsets, day_of_week, day_of_month, cron_schedule, execution_timezone)
    if isinstance(job, UnresolvedAssetJobDefinition) and job.partitions_def is None:
        if cron_schedule or execution_timezone:
            raise _superfluous(own_name)
        return UnresolvedPartitionedAssetScheduleDefinition(
            name=own_name,
            job=job,
            description=description,
            default_status=default_status,
            minute_of_hour=minute_of_hour,
            hour_of_day=hour_of_day,
            day_of_week=day_of_week,
            day_of_month=day_of_month,
            tags=tags,
            metadata=metadata,
            owners=owners,
        )
    windows = _time_windows(own_name, job)
    if windows is not None and (cron_schedule or execution_timezone):
        raise _superfluous(own_name)
    if windows is None and not cron_schedule:
        raise InvalidDefinitionError(
            f"the schedule {own_name!r} is for static partitions, and has no cron_schedule", hint="give cron_schedule="
        )
    return schedule(
        cron_schedule=windows.get_cron_schedule(*offsets) if windows else str(cron_schedule),
        job=job,
        default_status=default_status,
        execution_timezone=windows.timezone if windows else execution_timezone,
        name=own_name,
        description=description,
        should_execute=_unless_excluded(windows) if windows and windows.exclusions else None,
        metadata=metadata,
        owners=owners,
    )(_requests_of(job, tags))


def _requests_of(job: Any, tags: Mapping[str, str] | None) -> Callable[..., Any]:
    partitions = job.partitions_def

    def newest_partitions(context: ScheduleEvaluationContext) -> Any:
        with partition_loading_context(context.scheduled_time_or_none, context.instance_or_none):
            if isinstance(partitions, StaticPartitionsDefinition):
                return [_request(job, key, tags) for key in partitions.get_partition_keys()]
            multi = isinstance(partitions, MultiPartitionsDefinition)
            dimension = partitions.time_window_dimension if multi else None
            last = (dimension.partitions_def if dimension else partitions).get_last_partition_key()
            if last is None:
                return SkipReason("The job's PartitionsDefinition has no partitions")
            if dimension is None:
                return _request(job, last, tags)
            keys = partitions.get_multipartition_keys_with_dimension_value(dimension.name, last)
            return [_request(job, key, tags) for key in keys]

    return newest_partitions


def _request(job: Any, key: str, tags: Mapping[str, str] | None) -> RunRequest:
    return with_partition(RunRequest(run_key=str(key), partition_key=str(key), tags=tags), job)


def _unless_excluded(windows: TimeWindowPartitionsDefinition) -> Callable[[ScheduleEvaluationContext], bool]:
    def should_execute(context: ScheduleEvaluationContext) -> bool:
        with partition_loading_context(context.scheduled_time_or_none, context.instance_or_none):
            window = windows.get_last_partition_window_ignoring_exclusions()
            return window is None or not windows.is_window_start_excluded(window.start)

    return should_execute


def _time_windows(name: str, job: Any) -> TimeWindowPartitionsDefinition | None:
    """The time windows of the job's partitions, None if they are static."""
    partitions = job.partitions_def
    if partitions is None:
        raise InvalidDefinitionError(
            f"the schedule {name!r} is for {job.name!r}, which is not partitioned", hint="give the job a partitions_def"
        )
    if isinstance(partitions, StaticPartitionsDefinition):
        return None
    if isinstance(partitions, TimeWindowPartitionsDefinition):
        return partitions
    if isinstance(partitions, MultiPartitionsDefinition):
        dimensions = [one.partitions_def for one in partitions.partitions_defs]
        timed = [one for one in dimensions if isinstance(one, TimeWindowPartitionsDefinition)]
        if len(timed) == 1:
            return timed[0]
    raise InvalidDefinitionError(
        f"the schedule {name!r} is for {job.name!r}, whose partitions are {partitions!r}",
        hint="they must be time windows, static, or have exactly one dimension of time windows",
    )


def _check_arguments(
    name: str,
    offsets: tuple[int | None, ...],
    day_of_week: int | None,
    day_of_month: int | None,
    cron_schedule: str | None,
    execution_timezone: str | None,
) -> None:
    if day_of_week and day_of_month:
        raise InvalidDefinitionError(f"the schedule {name!r} has day_of_week and day_of_month", hint="give one of them")
    if (cron_schedule or execution_timezone) and any(offset is not None for offset in offsets):
        raise InvalidDefinitionError(
            f"the schedule {name!r} has cron_schedule or execution_timezone, and minute, hour or day",
            hint="write the minute, the hour and the day into the cron expression",
        )


def _superfluous(name: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(
        f"the schedule {name!r} takes its times and its time zone from the partitions",
        hint="leave out cron_schedule and execution_timezone; use minute_of_hour, hour_of_day, ...",
    )
