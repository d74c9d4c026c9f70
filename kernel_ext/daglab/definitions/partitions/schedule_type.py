"""The four usual cadences, as cron expressions."""

from __future__ import annotations

import re
from enum import Enum
from functools import total_ordering


@total_ordering
class ScheduleType(Enum):
    """The four usual cadences; the finer one is the smaller.

    Example:
        >>> ScheduleType.HOURLY < ScheduleType.MONTHLY
        True
    """

    HOURLY = "HOURLY"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"

    @property
    def ordinal(self) -> int:
        """1 for hourly to 4 for monthly."""
        return list(ScheduleType).index(self) + 1

    def __lt__(self, other: ScheduleType) -> bool:
        return self.ordinal < other.ordinal


_SHAPES = {
    ScheduleType.HOURLY: r"\d+ \* \* \* \*",
    ScheduleType.DAILY: r"\d+ \d+ \* \* \*",
    ScheduleType.WEEKLY: r"\d+ \d+ \* \* \d+",
    ScheduleType.MONTHLY: r"\d+ \d+ \d+ \* \*",
}


def schedule_type_of(cron_schedule: str) -> ScheduleType | None:
    """Which of the usual cadences a cron expression has, if any."""
    return next((kind for kind, shape in _SHAPES.items() if re.fullmatch(shape, cron_schedule)), None)


def cron_of(schedule_type: ScheduleType, minute_offset: int, hour_offset: int, day_offset: int | None) -> str:
    """The cron expression of a cadence; `day_offset` is a weekday from 0 (Sunday), or a day of the month.

    Example:
        >>> cron_of(ScheduleType.WEEKLY, 30, 6, 1)
        '30 6 * * 1'
    """
    if schedule_type is ScheduleType.HOURLY:
        return f"{minute_offset} * * * *"
    if schedule_type is ScheduleType.DAILY:
        return f"{minute_offset} {hour_offset} * * *"
    if schedule_type is ScheduleType.WEEKLY:
        return f"{minute_offset} {hour_offset} * * {day_offset or 0}"
    return f"{minute_offset} {hour_offset} {1 if day_offset is None else day_offset} * *"
