"""Cron expressions as instants: cronsim reads the text, the rules for clock changes are ours."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from heapq import merge
from itertools import groupby
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_DAY = timedelta(days=1)
_MINUTES_PER_DAY = 1440
_ANY_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - only the text is read, no time is computed from it


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """The time zone of that IANA name.

    Raises:
        ValueError: there is none of that name.

    Example:
        >>> zone_of("Europe/Zurich")
        zoneinfo.ZoneInfo(key='Europe/Zurich')
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone of the IANA database, such as 'Europe/Zurich'") from error


def is_valid_cron(expression: str | Sequence[str]) -> bool:
    """Whether it is a cron expression of five fields (or a macro such as @daily), or a list of at least one such.

    Example:
        >>> is_valid_cron("0 9 * * MON-FRI"), is_valid_cron("every day"), is_valid_cron([])
        (True, False, False)
    """
    if not isinstance(expression, str):
        return len(expression) > 0 and all(isinstance(one, str) and is_valid_cron(one) for one in expression)
    try:
        Cron.of(expression)
    except ValueError:
        return False
    return True


class Cron:
    """When a cron expression fires in a time zone.

    A fixed local time that a change of the clock leaves out fires once, at the first valid instant after the gap; one
    that comes twice fires at its first occurrence. Expressions whose hour is "*" fire in every hour that passes.
    Where both a day of the month and a day of the week are given, either is enough, as in Vixie cron.

    Args:
        expression: five fields, or a macro such as @daily.
        zone: an IANA name.

    Raises:
        ValueError: the expression cannot be read, or the zone does not exist.

    Example:
        >>> ticks = Cron("30 2 * * *", "Europe/Zurich").ticks_from(datetime(2024, 3, 30, tzinfo=UTC))
        >>> [next(ticks).isoformat() for _ in range(3)]
        ['2024-03-30T02:30:00+01:00', '2024-03-31T03:00:00+02:00', '2024-04-01T02:30:00+02:00']
    """

    def __init__(self, expression: str, zone: str = "UTC") -> None:
        text = _MACROS.get(expression.strip().lower(), expression)
        fields = text.split()
        try:
            if len(fields) != 5:
                raise CronSimError("wrong number of fields")
            self._fields = CronSim(text, _ANY_DAY)
        except (CronSimError, AssertionError) as error:
            raise ValueError(f"{expression!r} is no cron expression of five fields: {error}") from error
        self._fields.day_and = "*" in (fields[2], fields[4])
        self.expression = expression
        self.zone = zone_of(zone)
        self.repeats_every_hour = len(self._fields.hours) == 24
        self.minutes_of_day = [
            60 * hour + m for hour in sorted(self._fields.hours) for m in sorted(self._fields.minutes)
        ]
        self.times = [time(*divmod(minute, 60)) for minute in self.minutes_of_day]
        self._every_day = fields[2:] == ["*", "*", "*"]

    @staticmethod
    @lru_cache(maxsize=512)
    def of(expression: str, zone: str = "UTC") -> Cron:
        """The same expression in the same zone, read once."""
        return Cron(expression, zone)

    def ticks_from(self, moment: datetime) -> Iterator[datetime]:
        """The instants at or after an aware moment, earliest first, in the zone of the expression."""
        local = moment.astimezone(self.zone)
        last = None
        for day in self._days_from(local.date() - _DAY if local.date() > date.min else local.date()):
            for tick in self._ticks_of_day_from(day, local):
                instant = tick.timestamp()
                if instant >= moment.timestamp() and (last is None or instant > last):
                    yield tick
                    last = instant

    def ticks_back_from(self, moment: datetime) -> Iterator[datetime]:
        """The instants at or before an aware moment, latest first, in the zone of the expression."""
        local = moment.astimezone(self.zone)
        last = None
        for day in self._days_back_from(local.date() + _DAY):
            for tick in self._ticks_of_day_back_from(day, local):
                instant = tick.timestamp()
                if instant <= moment.timestamp() and (last is None or instant < last):
                    yield tick
                    last = instant

    def fires_on(self, day: date) -> bool:
        """Whether some tick is on that day, by the calendar."""
        return self._every_day or (day.month in self._fields.months and self._fields.match_day(day))

    def is_ordinary(self, day: date) -> bool:
        """Whether no clock is changed on that day, so that every minute of the day exists once."""
        if self.zone is UTC:
            return True
        start = datetime.combine(day, time(), self.zone)
        end = datetime.combine(day, time(23, 59, 59), self.zone).replace(fold=1)
        following = datetime.combine(day + _DAY, time(), self.zone)
        return start.utcoffset() == end.utcoffset() == following.utcoffset()

    def ticks_of_day(self, day: date) -> list[datetime]:
        """The instants of one day by the calendar, whether or not the expression fires on that day."""
        local = [datetime.combine(day, moment, self.zone) for moment in self.times]
        if self.is_ordinary(day):
            return local
        if self.repeats_every_hour:
            both = [tick.replace(fold=fold) for tick in local for fold in ((0, 1) if _is_ambiguous(tick) else (0,))]
            ticks = [tick for tick in both if _exists(tick)]
        else:
            ticks = [tick if _exists(tick) else _end_of_gap(tick) for tick in local]
        return [next(same) for _, same in groupby(sorted(ticks, key=datetime.timestamp), key=datetime.timestamp)]

    def _ticks_of_day_from(self, day: date, local: datetime) -> list[datetime]:
        if not self.is_ordinary(day):
            return self.ticks_of_day(day)
        first = bisect_left(self.minutes_of_day, _minute_on(day, local))
        return [datetime.combine(day, moment, self.zone) for moment in self.times[first:]]

    def _ticks_of_day_back_from(self, day: date, local: datetime) -> list[datetime]:
        if not self.is_ordinary(day):
            return self.ticks_of_day(day)[::-1]
        end = bisect_right(self.minutes_of_day, _minute_on(day, local))
        return [datetime.combine(day, moment, self.zone) for moment in self.times[:end][::-1]]

    def _days_from(self, day: date) -> Iterator[date]:
        while day < date.max - 2 * _DAY:
            if day.month not in self._fields.months:
                day = date(day.year + day.month // 12, day.month % 12 + 1, 1) if day.year < 9999 else date.max - _DAY
                continue
            if self.fires_on(day):
                yield day
            day += _DAY

    def _days_back_from(self, day: date) -> Iterator[date]:
        while day > date.min + _DAY:
            if day.month not in self._fields.months:
                day = day.replace(day=1) - _DAY
                continue
            if self.fires_on(day):
                yield day
            day -= _DAY


def ticks_from(expressions: str | Sequence[str], zone: str, moment: datetime) -> Iterator[datetime]:
    """The instants of one or several cron expressions at or after an aware moment, each once, earliest first.

    Example:
        >>> ticks = ticks_from(["0 9 * * 1", "0 9 1 * *"], "UTC", datetime(2024, 1, 1, tzinfo=UTC))
        >>> [str(next(ticks).date()) for _ in range(3)]
        ['2024-01-01', '2024-01-08', '2024-01-15']
    """
    every = [expressions] if isinstance(expressions, str) else expressions
    ordered = merge(*(Cron.of(one, zone).ticks_from(moment) for one in every), key=datetime.timestamp)
    return (next(same) for _, same in groupby(ordered, key=datetime.timestamp))


def ticks_back_from(expressions: str | Sequence[str], zone: str, moment: datetime) -> Iterator[datetime]:
    """The instants of one or several cron expressions at or before an aware moment, each once, latest first."""
    every = [expressions] if isinstance(expressions, str) else expressions
    ordered = merge(*(Cron.of(one, zone).ticks_back_from(moment) for one in every), key=lambda tick: -tick.timestamp())
    return (next(same) for _, same in groupby(ordered, key=datetime.timestamp))


def _minute_on(day: date, local: datetime) -> int:
    """The minute of that day at which a local time lies: below 0 or beyond the day's end on other days."""
    if local.date() != day:
        return -1 if local.date() < day else _MINUTES_PER_DAY
    return 60 * local.hour + local.minute


def _is_ambiguous(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset() and _exists(local)


def _exists(local: datetime) -> bool:
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)


def _end_of_gap(local: datetime) -> datetime:
    """The first instant after the gap in which a local time lies: where the offset changes, found by halving."""
    before, after = local.replace(fold=1).astimezone(UTC), local.replace(fold=0).astimezone(UTC)
    old = before.astimezone(local.tzinfo).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(local.tzinfo).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.astimezone(local.tzinfo)
