"""The windows between the ticks of a cron expression, without end in either direction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from heapq import merge
from itertools import chain, pairwise

from daglab.definitions.partitions.key_format import KeyFormat
from daglab.definitions.partitions.time_window import TimeWindow
from daglab.foundation.cron import Cron, ticks_back_from, ticks_from

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class WindowSeries:
    """The windows between the ticks of a cron expression.

    Args:
        cron_schedule: the expression.
        timezone: an IANA name.
        fmt: how the start of a window is written as its key.
        excluded_crons: a window that starts at a tick of one of these is left out.
        excluded_times: so is one that starts at one of these instants.
    """

    cron_schedule: str
    timezone: str
    fmt: str
    excluded_crons: tuple[str, ...] = ()
    excluded_times: tuple[datetime, ...] = ()

    @cached_property
    def cron(self) -> Cron:
        """The expression, read."""
        return Cron.of(self.cron_schedule, self.timezone)

    @cached_property
    def keys(self) -> KeyFormat:
        """How keys are written and read."""
        return KeyFormat(self.fmt, self.cron.zone, self.cron.repeats_every_hour)

    def windows_from(self, moment: datetime, *, with_excluded: bool = False) -> Iterator[TimeWindow]:
        """The windows that start at or after a moment, earliest first."""
        ticks = self.cron.ticks_from(moment)
        excluded = _Meeting(self._excluded_from(moment), 1) if self._excludes and not with_excluded else None
        for start, end in pairwise(ticks):
            if excluded is None or not excluded.meets(start):
                yield TimeWindow(start, end)

    def windows_back_from(self, moment: datetime, *, with_excluded: bool = False) -> Iterator[TimeWindow]:
        """The windows that end at or before a moment, latest first."""
        ticks = self.cron.ticks_back_from(moment)
        excluded = _Meeting(self._excluded_back_from(moment), -1) if self._excludes and not with_excluded else None
        for end, start in pairwise(ticks):
            if excluded is None or not excluded.meets(start):
                yield TimeWindow(start, end)

    def is_excluded(self, start: datetime) -> bool:
        """Whether the window that starts then is left out."""
        return self._excludes and _Meeting(self._excluded_from(start), 1).meets(start)

    def start_around(self, moment: datetime, *, end_closed: bool) -> datetime:
        """The start of the window around a moment; a border belongs to the earlier window if `end_closed`."""
        ticks = self.cron.ticks_back_from(moment)
        return next(
            tick
            for tick in ticks
            if not (end_closed and tick.timestamp() == moment.timestamp()) and not self.is_excluded(tick)
        )

    def keys_between(self, start: datetime, end: datetime) -> list[str]:
        """The keys of the windows that start from one instant on and before another."""
        first, last = start.astimezone(self.cron.zone).date(), end.astimezone(self.cron.zone).date()
        if self._excludes or (last - first).days < 3:
            return [self.keys.key(tick) for tick in self._starts_between(start, end)]
        inner_start = datetime.combine(first + 2 * _DAY, datetime.min.time(), self.cron.zone)
        inner_end = datetime.combine(last, datetime.min.time(), self.cron.zone)
        head = (self.keys.key(tick) for tick in self._starts_between(start, inner_start))
        tail = (self.keys.key(tick) for tick in self._starts_between(inner_end, end))
        inner = self._keys_of_days(first + 2 * _DAY, last - _DAY)
        # a day that a zone left out has its tick at the start of the next day
        return list(dict.fromkeys(chain(head, inner, tail)))

    def _starts_between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        stop = end.timestamp()
        for window in self.windows_from(start):
            if window.start.timestamp() >= stop:
                return
            yield window.start

    def _keys_of_days(self, first: date, last: date) -> Iterator[str]:
        """The keys of whole days: those without a change of the clock together, which is fast."""
        together: list[date] = []
        for count in range((last - first).days + 1):
            day = first + count * _DAY
            if not self.cron.fires_on(day):
                continue
            if self.cron.is_ordinary(day):
                together.append(day)
            else:
                yield from self._keys_of_ordinary(together)
                together = []
                yield from map(self.keys.key, self.cron.ticks_of_day(day))
        yield from self._keys_of_ordinary(together)

    def _keys_of_ordinary(self, days: Sequence[date]) -> list[str]:
        if not days:
            return []
        fast = self.keys.keys_of_days(days, self.cron.times)
        if fast is not None:
            return fast
        return [self.keys.key(tick) for day in days for tick in self.cron.ticks_of_day(day)]

    @property
    def _excludes(self) -> bool:
        return bool(self.excluded_crons or self.excluded_times)

    def _excluded_from(self, moment: datetime) -> Iterator[float]:
        times = sorted(time.timestamp() for time in self.excluded_times if time >= moment.astimezone(UTC))
        crons = ticks_from(self.excluded_crons, self.timezone, moment)
        return merge(times, (tick.timestamp() for tick in crons))

    def _excluded_back_from(self, moment: datetime) -> Iterator[float]:
        times = sorted((t.timestamp() for t in self.excluded_times if t <= moment.astimezone(UTC)), reverse=True)
        crons = ticks_back_from(self.excluded_crons, self.timezone, moment)
        return merge(times, (tick.timestamp() for tick in crons), reverse=True)


class _Meeting:
    """Tells of times that come in order whether each is among other times that come in the same order."""

    def __init__(self, others: Iterator[float], direction: int) -> None:
        self._others = others
        self._direction = direction
        self._next = next(others, None)

    def meets(self, moment: datetime) -> bool:
        instant = moment.timestamp()
        while self._next is not None and self._direction * self._next < self._direction * instant:
            self._next = next(self._others, None)
        return self._next == instant
