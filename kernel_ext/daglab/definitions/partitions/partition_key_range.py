"""From one partition key to another."""

from __future__ import annotations

from typing import NamedTuple


class PartitionKeyRange(NamedTuple):
    """The partitions from one key to another, both included.

    Example:
        >>> PartitionKeyRange("2024-01-01", "2024-01-31").end
        '2024-01-31'
    """

    start: str
    end: str
