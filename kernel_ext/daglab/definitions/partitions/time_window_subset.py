"""Some of the partitions of time windows, kept as spans of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import Protocol

from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.subset import KeySource, PartitionsSubset
from daglab.definitions.partitions.time_window import TimeWindow, merged


class WindowSource(Protocol):
    """Of a time window partitions definition what its subsets need."""

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The window of a key."""
        ...

    def get_partition_keys_in_time_window(self, time_window: TimeWindow) -> Sequence[str]:
        """The keys of the windows that start in a span."""
        ...


class TimeWindowPartitionsSubset(PartitionsSubset):
    """A subset kept as spans of time, so that years of partitions take no room.

    Args:
        partitions_def: whose partitions they are.
        num_partitions: not needed; counted.
        included_time_windows: the spans, in any order.
    """

    def __init__(
        self,
        partitions_def: WindowSource,
        num_partitions: int | None = None,
        included_time_windows: Iterable[TimeWindow] = (),
    ) -> None:
        self.partitions_def = partitions_def
        self.included_time_windows = tuple(merged(list(included_time_windows)))

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        found = map(self.partitions_def.get_partition_keys_in_time_window, self.included_time_windows)
        return tuple(chain.from_iterable(found))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._keys)

    def get_partition_keys(self) -> Sequence[str]:
        """The keys, in the order of time."""
        return self._keys

    def with_partition_keys(self, partition_keys: Iterable[str]) -> TimeWindowPartitionsSubset:
        """The subset with more keys.

        Raises:
            ValueError: a key is not written in the format of the definition.
        """
        windows = [self.partitions_def.time_window_for_partition_key(key) for key in dict.fromkeys(partition_keys)]
        return TimeWindowPartitionsSubset(self.partitions_def, None, [*self.included_time_windows, *windows])

    def empty_subset(self) -> TimeWindowPartitionsSubset:
        """No partition."""
        return TimeWindowPartitionsSubset(self.partitions_def)

    @property
    def is_empty(self) -> bool:
        """Whether there is no span in it."""
        return not self.included_time_windows

    def get_partition_key_ranges(self, partitions_def: KeySource) -> Sequence[PartitionKeyRange]:
        """One range per span."""
        keys = [self.partitions_def.get_partition_keys_in_time_window(span) for span in self.included_time_windows]
        return [PartitionKeyRange(some[0], some[-1]) for some in keys if some]

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, value: object) -> bool:
        return value in self._known

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TimeWindowPartitionsSubset)
            and self.partitions_def == other.partitions_def
            and self.included_time_windows == other.included_time_windows
        )

    def __hash__(self) -> int:
        return hash(self.included_time_windows)

    def __repr__(self) -> str:
        spans = ", ".join(
            f"{window.start.isoformat()} to {window.end.isoformat()}" for window in self.included_time_windows
        )
        return f"TimeWindowPartitionsSubset({spans})"
