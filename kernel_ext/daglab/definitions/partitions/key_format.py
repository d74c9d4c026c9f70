"""Partition keys of time windows: the start of the window as text, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import cached_property, lru_cache

_DATE_DIRECTIVES = frozenset("YmdyjbBaAUWGVuw%")
_TIME_DIRECTIVES = frozenset("HMSIpf%")


@dataclass(frozen=True)
class KeyFormat:
    """How the start of a window is written as a key.

    Args:
        fmt: as for strftime.
        zone: in which keys are read and written.
        tells_repeated_hours: whether the second 1 o'clock of a night in which the clock is set back gets its UTC offset
            appended, for it would have the key of the first one.
    """

    fmt: str
    zone: tzinfo
    tells_repeated_hours: bool

    def key(self, start: datetime) -> str:
        """The key of the window that starts then; an aware time in the zone."""
        if self.tells_repeated_hours and start.fold and "%z" not in self.fmt and _is_second(start):
            return start.strftime(self.fmt + "%z")
        return start.strftime(self.fmt)

    def parse(self, key: str) -> datetime:
        """The time that a key tells, in the zone; of a time that comes twice the first.

        Raises:
            ValueError: the key is not written in this format.
        """
        return _parse(key, self.fmt, self.zone)

    def keys_of_days(self, days: Sequence[date], times: Sequence[time]) -> list[str] | None:
        """The keys of those times on each of those days, fast; None if the format does not allow that."""
        if self._halves is None:
            return None
        of_date, of_time = self._halves
        endings = [moment.strftime(of_time) for moment in times]
        return [start + ending for start in [day.strftime(of_date) for day in days] for ending in endings]

    @cached_property
    def _halves(self) -> tuple[str, str] | None:
        """The format cut into a part for the date and a part for the time, if it can be."""
        directives = [(found.start(), found.group(1)) for found in re.finditer("%(.)", self.fmt)]
        of_time = [place for place, letter in directives if letter not in _DATE_DIRECTIVES]
        cut = of_time[0] if of_time else len(self.fmt)
        if all(letter in _TIME_DIRECTIVES for place, letter in directives if place >= cut):
            return self.fmt[:cut], self.fmt[cut:]
        return None


@lru_cache(maxsize=8192)
def _parse(key: str, fmt: str, zone: tzinfo) -> datetime:
    try:
        local = datetime.strptime(key, fmt)  # noqa: DTZ007 - the zone is added below
    except ValueError:
        if "%z" in fmt:
            raise
        try:
            local = datetime.strptime(f"{key}", f"{fmt}%z")
        except ValueError:
            raise ValueError(f"time data {key!r} does not match format {fmt!r}") from None
    return local.astimezone(zone) if local.tzinfo else local.replace(tzinfo=zone)


def _is_second(start: datetime) -> bool:
    return start.utcoffset() != start.replace(fold=0).utcoffset()
