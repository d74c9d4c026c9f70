"""At what time, and with which store of dynamic keys, partitions are listed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from daglab.foundation.clock import SystemClock


class DynamicPartitionsStore(Protocol):
    """Where the keys of dynamic partitions are kept; a daglab instance is one."""

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """All keys of that definition, in the order in which they were added."""
        ...

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether that definition has that key."""
        ...


@dataclass(frozen=True, kw_only=True)
class PartitionLoadingContext:
    """The time as of which partitions exist, and the store of dynamic keys.

    Args:
        effective_dt: the time; naive means "in the zone of the partitions".
        dynamic_partitions_store: None where dynamic keys cannot be asked for.

    Example:
        >>> new_year = PartitionLoadingContext(effective_dt=datetime(2024, 1, 1))
        >>> with partition_loading_context(datetime(2024, 1, 2), new_ctx=new_year) as context:
        ...     context.effective_dt
        datetime.datetime(2024, 1, 1, 0, 0)
    """

    effective_dt: datetime
    dynamic_partitions_store: DynamicPartitionsStore | None = None


# what `partition_loading_context` sets for the block under it, per thread and per task: not state that outlives a call
_current: ContextVar[PartitionLoadingContext | None] = ContextVar("partition_loading_context", default=None)


@contextmanager
def partition_loading_context(
    effective_dt: datetime | None = None,
    dynamic_partitions_store: DynamicPartitionsStore | None = None,
    *,
    new_ctx: PartitionLoadingContext | None = None,
) -> Iterator[PartitionLoadingContext]:
    """Lists partitions as of another time, or with another store, in the block under it.

    Args:
        effective_dt: the time; that of the block around by default, in the end the present.
        dynamic_partitions_store: the store; that of the block around by default.
        new_ctx: takes the place of both.

    Example:
        >>> with partition_loading_context(datetime(2024, 1, 2)) as context:
        ...     context.effective_dt
        datetime.datetime(2024, 1, 2, 0, 0)
    """
    context = new_ctx
    if context is None:
        around = _current.get() or PartitionLoadingContext(effective_dt=SystemClock().now())
        context = replace(
            around,
            effective_dt=effective_dt or around.effective_dt,
            dynamic_partitions_store=dynamic_partitions_store or around.dynamic_partitions_store,
        )
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def existing_keys(keys: Collection[str], candidates: Collection[str]) -> set[str]:
    """Those of the candidates that are among the keys."""
    return set(candidates).intersection(keys)
