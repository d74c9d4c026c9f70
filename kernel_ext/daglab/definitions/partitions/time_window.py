"""A span of time."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class TimeWindow(NamedTuple):
    """A span of time, without its end.

    Example:
        >>> TimeWindow(datetime(2024, 1, 1), datetime(2024, 1, 2)).end.day
        2
    """

    start: datetime
    end: datetime


def merged(windows: list[TimeWindow]) -> list[TimeWindow]:
    """The same spans in order, with those that touch or overlap joined."""
    joined: list[TimeWindow] = []
    for window in sorted(windows, key=lambda one: one.start.timestamp()):
        if joined and window.start.timestamp() <= joined[-1].end.timestamp():
            end = max(joined[-1].end, window.end, key=datetime.timestamp)
            joined[-1] = TimeWindow(joined[-1].start, end)
        else:
            joined.append(window)
    return joined
