"""Some of the partitions of a definition."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Protocol

from daglab.definitions.partitions.partition_key_range import PartitionKeyRange


class KeySource(Protocol):
    """Of a partitions definition what its subsets need."""

    def get_partition_keys(self) -> Sequence[str]:
        """All keys, in order."""
        ...

    def get_partition_keys_in_range(self, partition_key_range: PartitionKeyRange) -> Sequence[str]:
        """The keys from one to another."""
        ...


class PartitionsSubset(ABC):
    """Some of the partitions of a definition; `|`, `&` and `-` combine subsets of one definition.

    Example:
        >>> from daglab.definitions.partitions.static import StaticPartitionsDefinition
        >>> shops = StaticPartitionsDefinition(["north", "south", "west"])
        >>> some = shops.subset_with_partition_keys(["north", "south"])
        >>> sorted((shops.subset_with_all_partitions() - some).get_partition_keys())
        ['west']
    """

    @abstractmethod
    def get_partition_keys(self) -> Collection[str]:
        """The keys of the subset."""

    @abstractmethod
    def with_partition_keys(self, partition_keys: Iterable[str]) -> PartitionsSubset:
        """The subset with more keys."""

    @abstractmethod
    def empty_subset(self) -> PartitionsSubset:
        """No partition of the same definition."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __contains__(self, value: object) -> bool: ...

    @property
    def is_empty(self) -> bool:
        """Whether there is no partition in it."""
        return len(self) == 0

    def get_partition_keys_not_in_subset(self, partitions_def: KeySource) -> Sequence[str]:
        """The definition's other keys, in order."""
        return [key for key in partitions_def.get_partition_keys() if key not in self]

    def get_partition_key_ranges(self, partitions_def: KeySource) -> Sequence[PartitionKeyRange]:
        """The fewest ranges that hold the keys; keys that the definition does not have are left out."""
        every = partitions_def.get_partition_keys()
        places = [place for place, key in enumerate(every) if key in self]
        starts = [places[0], *(after for before, after in pairwise(places) if after != before + 1)] if places else []
        ends = [*(before for before, after in pairwise(places) if after != before + 1), places[-1]] if places else []
        return [PartitionKeyRange(every[start], every[end]) for start, end in zip(starts, ends, strict=True)]

    def with_partition_key_range(
        self, partitions_def: KeySource, partition_key_range: PartitionKeyRange
    ) -> PartitionsSubset:
        """The subset with all keys of a range."""
        return self.with_partition_keys(partitions_def.get_partition_keys_in_range(partition_key_range))

    def __iter__(self) -> Iterator[str]:
        return iter(self.get_partition_keys())

    def __or__(self, other: PartitionsSubset) -> PartitionsSubset:
        return self if self is other or other.is_empty else self.with_partition_keys(other.get_partition_keys())

    def __and__(self, other: PartitionsSubset) -> PartitionsSubset:
        return self.empty_subset().with_partition_keys(key for key in self.get_partition_keys() if key in other)

    def __sub__(self, other: PartitionsSubset) -> PartitionsSubset:
        return self.empty_subset().with_partition_keys(key for key in self.get_partition_keys() if key not in other)


class KeysSubset(PartitionsSubset):
    """A subset kept as its keys.

    Example:
        >>> sorted((KeysSubset({"a", "b"}) - KeysSubset({"b"})).get_partition_keys())
        ['a']
    """

    def __init__(self, subset: Iterable[str] = ()) -> None:
        self.subset = frozenset(subset)

    def get_partition_keys(self) -> frozenset[str]:
        """The keys of the subset, in no order."""
        return self.subset

    def with_partition_keys(self, partition_keys: Iterable[str]) -> KeysSubset:
        """The subset with more keys."""
        return KeysSubset(self.subset.union(partition_keys))

    def empty_subset(self) -> KeysSubset:
        """No key."""
        return KeysSubset()

    def serialize(self) -> str:
        """The keys as JSON, sorted."""
        return json.dumps({"version": 1, "subset": sorted(self.subset)})

    def __len__(self) -> int:
        return len(self.subset)

    def __contains__(self, value: object) -> bool:
        return value in self.subset

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeysSubset) and self.subset == other.subset

    def __hash__(self) -> int:
        return hash(self.subset)

    def __repr__(self) -> str:
        return f"KeysSubset({sorted(self.subset)})"
