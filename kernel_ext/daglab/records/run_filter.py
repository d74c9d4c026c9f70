"""Which runs somebody asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from daglab.errors import InvalidInvocationError
from daglab.records.runs import RunStatus

BACKFILL_TAG = "dagster/backfill"
SCHEDULE_TAG = "dagster/schedule_name"
SENSOR_TAG = "dagster/sensor_name"


@dataclass(frozen=True)
class RunsFilter:
    """Which runs are meant: those that fit everything that is given.

    Args:
        run_ids: one of these.
        job_name: of this job.
        statuses: in one of these states.
        tags: with these labels; where several values are given for one, any of them.
        snapshot_id: accepted and of no effect.
        updated_after: changed since then.
        updated_before: not changed since then.
        created_after: made since then.
        created_before: made before then.
        exclude_subruns: accepted and of no effect.

    Raises:
        InvalidInvocationError: an empty list of ids.

    Example:
        >>> RunsFilter(job_name="nightly", statuses=[RunStatus.FAILURE]).job_name
        'nightly'
    """

    run_ids: Sequence[str] | None = None
    job_name: str | None = None
    statuses: Sequence[RunStatus] = field(default_factory=list)
    tags: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    snapshot_id: str | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    exclude_subruns: bool | None = None

    def __post_init__(self) -> None:
        if self.run_ids is not None and not self.run_ids:
            raise InvalidInvocationError("run_ids is empty", hint="leave it out to mean all runs")
        object.__setattr__(self, "statuses", list(self.statuses or ()))
        object.__setattr__(self, "tags", dict(self.tags or {}))

    @staticmethod
    def for_schedule(schedule: object) -> RunsFilter:
        """The runs of a schedule."""
        return RunsFilter(tags={SCHEDULE_TAG: str(getattr(schedule, "name", schedule))})

    @staticmethod
    def for_sensor(sensor: object) -> RunsFilter:
        """The runs of a sensor."""
        return RunsFilter(tags={SENSOR_TAG: str(getattr(sensor, "name", sensor))})

    @staticmethod
    def for_backfill(backfill_id: str) -> RunsFilter:
        """The runs of a backfill."""
        return RunsFilter(tags={BACKFILL_TAG: backfill_id})
