"""Moments as people give them: a datetime, a date, or ISO text."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from daglab.errors import InvalidInvocationError

_EXPECTED = "give a datetime, a date, or ISO text such as '2026-01-31' or '2026-01-31T09:30+01:00'"


def last_moment_of(given: object) -> datetime:
    """The last moment that is still within what is given, as an aware datetime.

    A day is meant whole, so it ends at midnight; a time is that very moment. Without a time zone, both are of the zone
    of this machine.

    Args:
        given: a datetime, a date, or one of them as ISO text.

    Raises:
        InvalidInvocationError: it is none of them.

    Example:
        >>> last_moment_of("2026-01-31T09:30+01:00").isoformat()
        '2026-01-31T09:30:00+01:00'
        >>> last_moment_of("2026-01-31").strftime("%H:%M:%S.%f")
        '23:59:59.999999'
    """
    if isinstance(given, str):
        given = _read(given)
    if isinstance(given, datetime):
        moment = given
    elif isinstance(given, date):
        moment = datetime.combine(given, time.max)
    else:
        raise InvalidInvocationError(f"{given!r} is no moment", hint=_EXPECTED)
    try:
        return moment if moment.utcoffset() is not None else moment.astimezone()
    except (OverflowError, OSError, ValueError):  # the years at both ends have no local time
        return moment.replace(tzinfo=UTC)


def _read(text: str) -> date:
    text = text.strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInvocationError(f"{text!r} is no moment", hint=_EXPECTED) from None
