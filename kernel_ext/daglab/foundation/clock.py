"""Time as daglab keeps it: aware UTC in memory, whole microseconds since 1970 on disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """Where the time comes from; everything that asks for the time is given one of these."""

    def now(self) -> datetime:
        """The present moment as an aware datetime in UTC; it may step back when the machine's clock does."""
        ...


class SystemClock:
    """The clock of this machine.

    Example:
        >>> SystemClock().now().tzinfo
        datetime.timezone.utc
    """

    def now(self) -> datetime:
        """The machine's time, in UTC."""
        return datetime.now(UTC)


def to_micros(moment: datetime) -> int:
    """Counts the microseconds from 1970 to an aware moment, exactly; moments before 1970 are negative.

    Raises:
        ValueError: the moment is naive, so it names no instant.

    Example:
        >>> to_micros(datetime(2013, 1, 1, tzinfo=UTC))
        1356998400000000
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment!r} has no time zone; give an aware datetime")
    return (moment - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC moment that many microseconds after 1970; the inverse of `to_micros`.

    Example:
        >>> from_micros(1356998400000001).isoformat()
        '2013-01-01T00:00:00.000001+00:00'
    """
    return EPOCH + micros * _MICROSECOND
