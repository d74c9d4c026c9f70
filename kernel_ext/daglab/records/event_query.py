"""Which events somebody asks for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from daglab.records.events import EventType


@dataclass(frozen=True, kw_only=True)
class EventQuery:
    """Which events are meant: those that fit everything that is given.

    Args:
        types: one of these.
        run_id: of this run.
        asset_key: of this asset.
        partitions: of one of these partitions of it.
        after: with a greater id.
        before: with a smaller id.
        after_at: later.
        before_at: earlier.
        event_ids: one of these.
        ascending: oldest first; else newest first.
        limit: at most so many.

    Example:
        >>> EventQuery(types=[EventType.ASSET_MATERIALIZATION], asset_key="flights", limit=1).ascending
        False
    """

    types: Collection[EventType] | None = None
    run_id: str | None = None
    asset_key: str | None = None
    partitions: Collection[str] | None = None
    after: int | None = None
    before: int | None = None
    after_at: datetime | None = None
    before_at: datetime | None = None
    event_ids: Collection[int] | None = None
    ascending: bool = False
    limit: int | None = None
