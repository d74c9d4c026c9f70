"""Numbers and times as people read them, the same in every face of daglab."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

_BYTE_UNITS = ("kB", "MB", "GB", "TB", "PB")
_LONG_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def format_count(number: int) -> str:
    """Groups the digits of a whole number.

    Example:
        >>> format_count(336776)
        '336,776'
    """
    return f"{number:,}"


def plural(number: int, noun: str, several: str = "") -> str:
    """A number with its noun.

    Args:
        number: how many.
        noun: what one of them is called.
        several: what many are called; the noun with an "s" if left out.

    Example:
        >>> plural(1, "asset"), plural(0, "asset"), plural(1200, "query", "queries")
        ('1 asset', '0 assets', '1,200 queries')
    """
    return f"{format_count(number)} {noun if number == 1 else several or noun + 's'}"


def format_bytes(size: int) -> str:
    """A size in decimal units, with two or three digits that count.

    Example:
        >>> format_bytes(512), format_bytes(3_440_000), format_bytes(27_000)
        ('512 B', '3.4 MB', '27 kB')
    """
    if size < 1000:
        return f"{size} B"
    power = 1
    while power < len(_BYTE_UNITS) and round(size / 1000**power) >= 1000:
        power += 1
    return f"{_two_digits(size / 1000**power)} {_BYTE_UNITS[power - 1]}"


def format_duration(seconds: float) -> str:
    """A length of time in the one or two units that matter.

    Example:
        >>> format_duration(0.00042), format_duration(0.034), format_duration(1.24), format_duration(42.3)
        ('<1 ms', '34 ms', '1.2 s', '42 s')
        >>> format_duration(125), format_duration(3 * 3600), format_duration(200_000)
        ('2 min 5 s', '3 h', '2 d 8 h')
    """
    if seconds < 0.001:
        return "<1 ms"
    if round(seconds, 3) < 1:
        return f"{seconds * 1000:.0f} ms"
    if round(seconds) < 60:
        return f"{_two_digits(seconds)} s"
    return _two_units(seconds)


def format_age(moment: datetime, now: datetime) -> str:
    """How long ago something was; what lies ahead (clocks differ) counts as just now.

    Example:
        >>> from datetime import UTC, timedelta
        >>> now = datetime(2013, 1, 1, tzinfo=UTC)
        >>> format_age(now - timedelta(seconds=130), now), format_age(now - timedelta(days=3, hours=2), now)
        ('2 min ago', '3 d ago')
    """
    seconds = (now - moment).total_seconds()
    for length, unit in _LONG_UNITS:
        if seconds >= length:
            return f"{int(seconds // length)} {unit} ago"
    return "just now"


def _two_digits(amount: float) -> str:
    return f"{amount:.1f}" if round(amount, 1) < 10 else f"{amount:.0f}"


def _two_units(seconds: float) -> str:
    """The largest unit and the next one, rounded to it, so that 59.9 s never shows as 60 s."""
    for (length, unit), (finer_length, finer_unit) in pairwise(_LONG_UNITS):
        rounded = round(seconds / finer_length) * finer_length
        if rounded >= length:
            whole, rest = divmod(rounded, length)
            return f"{whole} {unit} {rest // finer_length} {finer_unit}" if rest else f"{whole} {unit}"
    raise ValueError(f"{seconds!r} seconds are less than a minute")
