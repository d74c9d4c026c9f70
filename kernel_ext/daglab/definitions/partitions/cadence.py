"""What a cron expression of the usual cadences says about minute, hour and day."""

from __future__ import annotations

import re

from daglab.definitions.partitions.schedule_type import ScheduleType, cron_of, schedule_type_of
from daglab.errors import InvalidDefinitionError


class Cadence:
    """What a cron expression says about minute, hour and day; the part of time window partitions that reads it."""

    cron_schedule: str

    @property
    def schedule_type(self) -> ScheduleType | None:
        """Hourly, daily, weekly, monthly, or None for other expressions."""
        return schedule_type_of(self.cron_schedule)

    @property
    def minute_offset(self) -> int:
        """Minutes past the hour at which windows start."""
        return self._number(0, "minute")

    @property
    def hour_offset(self) -> int:
        """The hour at which windows start."""
        return self._number(1, "hour")

    @property
    def day_offset(self) -> int:
        """The day on which weekly (0 is Sunday) or monthly windows start."""
        places = {ScheduleType.WEEKLY: 4, ScheduleType.MONTHLY: 2}
        place = places.get(self.schedule_type) if self.schedule_type else None
        if place is None:
            raise InvalidDefinitionError(
                f"windows at {self.cron_schedule!r} have no day offset", hint="only weekly and monthly ones have"
            )
        return self._number(place, "day")

    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """A cron expression of the same cadence at another minute, hour or day.

        Raises:
            InvalidDefinitionError: the cadence does not have what is to be changed.
        """
        if minute_of_hour is None and hour_of_day is None and day_of_week is None and day_of_month is None:
            return self.cron_schedule
        kind = self.schedule_type
        days = {"day_of_week": day_of_week, "day_of_month": day_of_month}
        _check_fits(self.cron_schedule, kind, hour_of_day, days)
        assert kind is not None
        minute = self.minute_offset if minute_of_hour is None else minute_of_hour
        hour = hour_of_day
        if hour is None and kind is not ScheduleType.HOURLY:
            hour = self.hour_offset
        day = None
        if kind in (ScheduleType.WEEKLY, ScheduleType.MONTHLY):
            asked = day_of_week if kind is ScheduleType.WEEKLY else day_of_month
            day = self.day_offset if asked is None else asked
        return cron_of(kind, minute, hour or 0, day)

    def _number(self, place: int, what: str) -> int:
        fields = self.cron_schedule.split()
        if len(fields) != 5 or not all(re.fullmatch(r"\d+|\*", field) for field in fields) or fields[place] == "*":
            raise InvalidDefinitionError(
                f"windows at {self.cron_schedule!r} have no {what} offset",
                hint="only expressions of plain numbers have one",
            )
        return int(fields[place])


def _check_fits(
    cron_schedule: str, kind: ScheduleType | None, hour_of_day: int | None, days: dict[str, int | None]
) -> None:
    if kind is None:
        raise InvalidDefinitionError(
            f"minute, hour and day of {cron_schedule!r} cannot be changed",
            hint="only hourly, daily, weekly and monthly partitions allow that",
        )
    if kind is ScheduleType.HOURLY and hour_of_day is not None:
        raise InvalidDefinitionError("hourly partitions have no hour_of_day", hint="leave it out")
    given = [name for name, day in days.items() if day is not None]
    if kind is ScheduleType.DAILY and given:
        raise InvalidDefinitionError(f"daily partitions have no {given[0]}", hint="leave it out")
