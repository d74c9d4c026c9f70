"""What a user may give as the ticks of time windows, checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from daglab.definitions.partitions.schedule_type import ScheduleType, cron_of
from daglab.errors import InvalidDefinitionError
from daglab.foundation.cron import is_valid_cron


def checked_cron(
    cron_schedule: str | None, schedule_type: ScheduleType | None, minute: int | None, hour: int | None, day: int | None
) -> str:
    """The cron expression of time windows, given as such or as a usual cadence; checked."""
    if cron_schedule is not None and (schedule_type is not None or minute or hour or day):
        raise InvalidDefinitionError(
            "partitions have a cron_schedule, or a schedule_type with offsets; both were given",
            hint="write the minute, the hour and the day into the cron expression",
        )
    if cron_schedule is None:
        if schedule_type is None:
            raise InvalidDefinitionError(
                "time window partitions have no cadence", hint='give cron_schedule="0 0 * * *", or a schedule_type'
            )
        cron_schedule = cron_of(schedule_type, minute or 0, hour or 0, day or None)
    if not is_valid_cron(cron_schedule):
        raise InvalidDefinitionError(
            f"{cron_schedule!r} is no cron expression",
            hint='five fields: minute, hour, day of month, month, day of week, such as "0 9 * * 1-5"',
        )
    return cron_schedule


def check_exclusions(exclusions: Sequence[object]) -> None:
    """Raises InvalidDefinitionError unless all are times or cron expressions."""
    wrong = [
        one for one in exclusions if not (isinstance(one, datetime) or (isinstance(one, str) and is_valid_cron(one)))
    ]
    if wrong:
        raise InvalidDefinitionError(
            f"exclusions hold {', '.join(map(repr, wrong))}", hint="give datetimes and cron expressions"
        )
