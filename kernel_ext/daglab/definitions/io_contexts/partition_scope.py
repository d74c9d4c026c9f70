"""Which partitions of an asset a value is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from daglab.definitions.partitions.loading import partition_loading_context
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.time_window import TimeWindow
from daglab.errors import InvariantViolationError


@dataclass(frozen=True, kw_only=True)
class PartitionScope:
    """Some partitions of an asset.

    Args:
        label: the asset, for messages.
        definition: how the asset is divided, where that is known.
        key_range: from where to where; or
        listed: the keys one by one.
        instance: knows the keys of dynamic partitions.

    Example:
        >>> PartitionScope(label="orders", listed=("a",)).the_key
        'a'
    """

    label: str
    definition: Any = None
    key_range: PartitionKeyRange | None = None
    listed: Sequence[str] | None = None
    instance: Any = None

    @property
    def keys(self) -> list[str]:
        """The keys, in the order of the definition.

        Raises:
            InvariantViolationError: there are several, and nothing says which lie between the first and the last.
        """
        if self.listed is not None:
            return list(self.listed)
        if self.key_range is None:
            return []
        if self.definition is not None:
            with partition_loading_context(dynamic_partitions_store=self.instance):
                return list(self.definition.get_partition_keys_in_range(self.key_range))
        if self.key_range.start == self.key_range.end:
            return [self.key_range.start]
        raise InvariantViolationError(
            f"which partitions of {self.label} lie between {self.key_range.start!r} and {self.key_range.end!r} is "
            "not known",
            hint="give asset_partitions_def=, too",
        )

    @property
    def the_key(self) -> str:
        """The one key.

        Raises:
            InvariantViolationError: there are none, or several.
        """
        keys = self.keys
        if len(keys) != 1:
            raise InvariantViolationError(
                f"{self.label} is about {len(keys)} partitions here: {', '.join(keys[:5])}{', …' if keys[5:] else ''}",
                hint="use asset_partition_keys, or a backfill policy of one run per partition",
            )
        return keys[0]

    @property
    def range(self) -> PartitionKeyRange:
        """From the first key to the last one.

        Raises:
            InvariantViolationError: there are none, or others lie between them.
        """
        if self.key_range is not None:
            return self.key_range
        keys = self.keys
        if keys:
            found = PartitionKeyRange(keys[0], keys[-1])
            if (
                len(keys) == 1
                or self.definition is None
                or PartitionScope(
                    label=self.label, definition=self.definition, key_range=found, instance=self.instance
                ).keys
                == keys
            ):
                return found
        raise InvariantViolationError(
            f"the {len(keys)} partitions of {self.label} are no range", hint="use asset_partition_keys"
        )

    @property
    def time_window(self) -> TimeWindow:
        """From the start of the first partition to the end of the last one.

        Raises:
            InvariantViolationError: the asset is not divided by time.
        """
        window_of = getattr(self.definition, "time_window_for_partition_key", None)
        if window_of is None or not getattr(self.definition, "has_time_window_dimension", True):
            raise InvariantViolationError(
                f"{self.label} is not divided by time", hint="its partitions have keys only: use asset_partition_key"
            )
        whole = self.range
        return TimeWindow(window_of(whole.start).start, window_of(whole.end).end)
