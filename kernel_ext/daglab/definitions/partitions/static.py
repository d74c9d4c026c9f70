"""Partitions that are listed where they are defined."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from daglab.definitions.partitions.loading import DynamicPartitionsStore
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition, check_partition_keys


class StaticPartitionsDefinition(PartitionsDefinition):
    """Partitions with the keys that are given.

    Args:
        partition_keys: the keys, in order.

    Raises:
        InvalidDefinitionError: a key comes twice, is no string, or holds "..." or a control character.

    Example:
        >>> StaticPartitionsDefinition(["north", "south"]).has_partition_key("south")
        True
    """

    def __init__(self, partition_keys: Sequence[str]) -> None:
        check_partition_keys(partition_keys)
        self._partition_keys = partition_keys
        self._known = frozenset(partition_keys)

    def get_partition_keys(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> Sequence[str]:
        """The keys as they were given."""
        return self._partition_keys

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether it is one of the keys."""
        return partition_key in self._known

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StaticPartitionsDefinition) and self._partition_keys == other._partition_keys

    def __hash__(self) -> int:
        return hash(tuple(self._partition_keys))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(partition_keys={self._partition_keys})"
