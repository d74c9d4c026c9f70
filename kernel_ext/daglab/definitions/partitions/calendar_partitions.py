"""Partitions of an hour, a day, a week or a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from daglab.definitions.partitions.schedule_type import ScheduleType
from daglab.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition

DAY_FORMAT = "%Y-%m-%d"
HOUR_FORMAT = "%Y-%m-%d-%H:%M"


class HourlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition per hour.

    Args:
        start_date: where the first one starts; a time, or text such as "2024-01-31-00:00".
        end_date: where the last one ends, at the latest.
        minute_offset: minutes past the hour at which partitions start.
        timezone: an IANA name; UTC by default.
        fmt: how keys are written; `%Y-%m-%d-%H:%M` by default.
        end_offset: so many partitions more, or fewer, than those whose hour is over.
        exclusions: times and cron expressions at which no partition starts.

    Example:
        >>> HourlyPartitionsDefinition("2024-01-01-00:00").get_partition_keys(datetime(2024, 1, 1, 2))
        ['2024-01-01-00:00', '2024-01-01-01:00']
    """

    def __init__(
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        minute_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        super().__init__(
            schedule_type=ScheduleType.HOURLY,
            start=start_date,
            end=end_date,
            minute_offset=minute_offset,
            timezone=timezone,
            fmt=fmt or HOUR_FORMAT,
            end_offset=end_offset,
            exclusions=exclusions,
        )


class DailyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition per day.

    Args:
        start_date: where the first one starts; a time, or text such as "2024-01-31".
        end_date: where the last one ends, at the latest.
        minute_offset: minutes past the hour at which partitions start.
        hour_offset: the hour at which they start.
        timezone: an IANA name; UTC by default.
        fmt: how keys are written; `%Y-%m-%d` by default.
        end_offset: so many partitions more, or fewer, than those whose day is over.
        exclusions: times and cron expressions at which no partition starts.

    Example:
        >>> DailyPartitionsDefinition("2024-01-01", end_date="2024-01-03").get_partition_keys()
        ['2024-01-01', '2024-01-02']
    """

    def __init__(
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        minute_offset: int = 0,
        hour_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        super().__init__(
            schedule_type=ScheduleType.DAILY,
            start=start_date,
            end=end_date,
            minute_offset=minute_offset,
            hour_offset=hour_offset,
            timezone=timezone,
            fmt=fmt or DAY_FORMAT,
            end_offset=end_offset,
            exclusions=exclusions,
        )


class WeeklyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition per week.

    Args:
        start_date: the first one starts on the first such weekday from then on.
        end_date: where the last one ends, at the latest.
        minute_offset: minutes past the hour at which partitions start.
        hour_offset: the hour at which they start.
        day_offset: the weekday on which they start, from 0, Sunday.
        timezone: an IANA name; UTC by default.
        fmt: how keys are written; `%Y-%m-%d` by default.
        end_offset: so many partitions more, or fewer, than those whose week is over.
        exclusions: times and cron expressions at which no partition starts.

    Example:
        >>> WeeklyPartitionsDefinition("2024-01-01", end_date="2024-01-22", day_offset=1).get_partition_keys()
        ['2024-01-01', '2024-01-08', '2024-01-15']
    """

    def __init__(
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        super().__init__(
            schedule_type=ScheduleType.WEEKLY,
            start=start_date,
            end=end_date,
            minute_offset=minute_offset,
            hour_offset=hour_offset,
            day_offset=day_offset,
            timezone=timezone,
            fmt=fmt or DAY_FORMAT,
            end_offset=end_offset,
            exclusions=exclusions,
        )


class MonthlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition per month.

    Args:
        start_date: the first one starts on the first such day of a month from then on.
        end_date: where the last one ends, at the latest.
        minute_offset: minutes past the hour at which partitions start.
        hour_offset: the hour at which they start.
        day_offset: the day of the month on which they start.
        timezone: an IANA name; UTC by default.
        fmt: how keys are written; `%Y-%m-%d` by default.
        end_offset: so many partitions more, or fewer, than those whose month is over.
        exclusions: times and cron expressions at which no partition starts.

    Example:
        >>> MonthlyPartitionsDefinition("2024-01-01", end_date="2024-03-01").get_partition_keys()
        ['2024-01-01', '2024-02-01']
    """

    def __init__(
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 1,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        super().__init__(
            schedule_type=ScheduleType.MONTHLY,
            start=start_date,
            end=end_date,
            minute_offset=minute_offset,
            hour_offset=hour_offset,
            day_offset=day_offset,
            timezone=timezone,
            fmt=fmt or DAY_FORMAT,
            end_offset=end_offset,
            exclusions=exclusions,
        )
