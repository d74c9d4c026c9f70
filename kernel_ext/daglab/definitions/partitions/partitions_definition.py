"""What all kinds of partitions have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha1
from json import dumps

from daglab.definitions.partitions.loading import (
    DynamicPartitionsStore,
    PartitionLoadingContext,
    existing_keys,
    partition_loading_context,
)
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.subset import KeysSubset, PartitionsSubset
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, UnknownPartitionError, suggest

PARTITION_TAG = "dagster/partition"
_FORBIDDEN = ("...", "\a", "\b", "\f", "\n", "\r", "\t", "\v", "\0")


class PartitionsDefinition(ABC):
    """The partitions of an asset or a job: pieces of the same work, each with a key.

    Example:
        >>> from daglab.definitions.partitions.static import StaticPartitionsDefinition
        >>> shops = StaticPartitionsDefinition(["north", "south", "west"])
        >>> shops.get_last_partition_key(), shops.get_partition_keys_in_range(PartitionKeyRange("north", "south"))
        ('west', ['north', 'south'])
    """

    @abstractmethod
    def get_partition_keys(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> Sequence[str]:
        """All keys, in order.

        Args:
            current_time: the time as of which partitions exist; the present by default.
            dynamic_partitions_store: where dynamic keys are kept, an instance.
        """

    def get_first_partition_key(self) -> str | None:
        """The first key, None if there is no partition."""
        keys = self.get_partition_keys()
        return keys[0] if keys else None

    def get_last_partition_key(self) -> str | None:
        """The last key, None if there is no partition."""
        keys = self.get_partition_keys()
        return keys[-1] if keys else None

    def get_num_partitions(self) -> int:
        """How many partitions there are."""
        return len(self.get_partition_keys())

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether there is a partition of that key."""
        return partition_key in self.get_partition_keys()

    def filter_valid_partition_keys(self, partition_keys: set[str]) -> set[str]:
        """Those of the keys that exist."""
        return existing_keys([key for key in partition_keys if self.has_partition_key(key)], partition_keys)

    def get_partition_keys_in_range(self, partition_key_range: PartitionKeyRange) -> Sequence[str]:
        """The keys from one to another, both included; none if the end comes first.

        Raises:
            InvalidInvocationError: an end of the range does not exist.
        """
        keys = self.get_partition_keys()
        places = {key: place for place, key in enumerate(keys)}
        unknown = [key for key in partition_key_range if key not in places]
        if unknown:
            raise InvalidInvocationError(
                f"the range from {partition_key_range.start!r} to {partition_key_range.end!r} has no partition"
                f" {' nor '.join(map(repr, unknown))}",
                hint=suggest(unknown[0], keys),
            )
        return keys[places[partition_key_range.start] : places[partition_key_range.end] + 1]

    def validate_partition_key(self, partition_key: str, context: PartitionLoadingContext | None = None) -> None:
        """Raises UnknownPartitionError, with the nearest key, unless there is a partition of that key."""
        with partition_loading_context(new_ctx=context):
            if not self.has_partition_key(partition_key):
                raise UnknownPartitionError(
                    f"there is no partition {partition_key!r}", hint=self.suggest_key(partition_key)
                )

    def suggest_key(self, partition_key: str) -> str:
        """The keys nearest to one that does not exist, as a question; the valid ones where none comes near."""
        keys = self.get_partition_keys()
        if not keys:
            return "there is no partition yet"
        ends = f"the keys go from {keys[0]!r} to {keys[-1]!r}" if len(keys) > 5 else f"the keys are {', '.join(keys)}"
        # difflib compares with every key: with very many of them that takes seconds
        return suggest(str(partition_key), keys[-5000:]) or ends

    def validate_partition_definition(self) -> None:  # noqa: B027 - most kinds cannot contradict themselves
        """Raises InvalidDefinitionError if the definition contradicts itself."""

    def get_tags_for_partition_key(self, partition_key: str) -> Mapping[str, str]:
        """The tags of runs of that partition."""
        return {PARTITION_TAG: partition_key}

    def get_serializable_unique_identifier(self, dynamic_partitions_store: DynamicPartitionsStore | None = None) -> str:
        """A hash that changes when the partitions do."""
        with partition_loading_context(dynamic_partitions_store=dynamic_partitions_store):
            return sha1(dumps(self.get_partition_keys()).encode()).hexdigest()

    def empty_subset(self) -> PartitionsSubset:
        """No partition."""
        return KeysSubset()

    def subset_with_partition_keys(self, partition_keys: Iterable[str]) -> PartitionsSubset:
        """The partitions of those keys."""
        return self.empty_subset().with_partition_keys(partition_keys)

    def subset_with_all_partitions(self) -> PartitionsSubset:
        """All partitions that exist now."""
        return self.subset_with_partition_keys(self.get_partition_keys())

    def __str__(self) -> str:
        return ", ".join(f"'{key}'" for key in self.get_partition_keys())


def check_partition_keys(keys: Sequence[str]) -> None:
    """Checks keys that a user wrote.

    Raises:
        InvalidDefinitionError: one is no string, comes twice, or holds "..." or a control character.
    """
    wrong = [key for key in keys if not isinstance(key, str)]
    if wrong:
        raise InvalidDefinitionError(f"partition keys are strings; {wrong[0]!r} is none", hint="write it in quotes")
    for key in keys:
        found = [part for part in _FORBIDDEN if part in key]
        if found:
            raise InvalidDefinitionError(
                f"the partition key {key!r} holds {', '.join(map(repr, found))}",
                hint="'...' marks a range of keys, and control characters cannot be shown: use another separator",
            )
    twice = list(dict.fromkeys(key for key in keys if keys.count(key) > 1)) if len(set(keys)) < len(keys) else []
    if twice:
        raise InvalidDefinitionError(
            f"partition keys must be unique; given more than once: {', '.join(map(repr, twice))}",
            hint="leave out the repetitions",
        )
