"""`%schedule` in a kernel: the next times."""

from __future__ import annotations

from itertools import islice

from daglab.foundation.clock import SystemClock
from daglab.foundation.cron import ticks_from, zone_of
from daglab.magics.session import KernelSession
from daglab.notebooks.schedule_line import parse_schedule_line

_SHOWN = 3


def show_times(session: KernelSession, line: str) -> None:
    """Says what a line declares, and when it would fire next.

    Raises:
        InvalidDefinitionError: the line cannot be read.
    """
    found = parse_schedule_line(line)
    zone = found.timezone or "UTC"
    ticks = islice(ticks_from(found.cron, zone, SystemClock().now()), _SHOWN)
    times = [f"{tick.astimezone(zone_of(zone)):%a %Y-%m-%d %H:%M}" for tick in ticks]
    what = found.selection or "all assets of this notebook"
    print(f"{found.name_in(session.title)}: {what}")  # noqa: T201
    print(f"next  {', '.join(times)} ({zone})" if times else "it never fires")  # noqa: T201
