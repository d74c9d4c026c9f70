"""A clock that stands still until a test moves it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from daglab.errors import InvalidInvocationError

BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)


class FakeClock:
    """A `Clock` that a test sets and moves; it never moves by itself.

    Whatever takes a `clock=` takes one of these; what takes a moment instead (`scheduled_execution_time=`,
    `current_time=`, `partition_loading_context(...)`) is given `clock.now()`. Safe to use from several threads.

    Args:
        moment: where it starts, with a time zone; the first moment of 2024 by default.

    Example:
        >>> clock = FakeClock()
        >>> clock.advance(days=1, hours=2).isoformat()
        '2024-01-02T02:00:00+00:00'
        >>> clock.set(datetime(2024, 7, 1, tzinfo=UTC)) == clock.now()
        True
    """

    def __init__(self, moment: datetime = BEGINNING) -> None:
        self._lock = threading.Lock()
        self._now = _in_utc(moment)

    def now(self) -> datetime:
        """The moment at which it stands, in UTC."""
        with self._lock:
            return self._now

    def set(self, moment: datetime) -> datetime:
        """Puts it to a moment, which may lie in its past, and gives that moment in UTC.

        Raises:
            InvalidInvocationError: the moment has no time zone, so it names no instant.
        """
        aware = _in_utc(moment)
        with self._lock:
            self._now = aware
            return aware

    def advance(self, by: timedelta = timedelta(), **units: float) -> datetime:
        """Moves it, and gives the moment at which it stands then.

        Args:
            by: how far; back where it is negative.
            units: more of it, as for `timedelta`: `days=1, hours=2`.

        Example:
            >>> clock = FakeClock()
            >>> clock.advance(timedelta(minutes=1), seconds=-1).isoformat()
            '2024-01-01T00:00:59+00:00'
        """
        with self._lock:
            self._now += by + timedelta(**units)
            return self._now

    def __repr__(self) -> str:
        return f"FakeClock({self.now().isoformat()})"


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise InvalidInvocationError(
            f"{moment!r} has no time zone, so it names no instant", hint="give it one: tzinfo=datetime.UTC"
        )
    return moment.astimezone(UTC)
