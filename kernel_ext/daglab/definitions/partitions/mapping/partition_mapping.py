"""Which partitions of an asset the partitions of another one need."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from daglab.definitions.partitions.loading import DynamicPartitionsStore
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.definitions.partitions.subset import PartitionsSubset
from daglab.errors import InvalidInvocationError


@dataclass(frozen=True)
class UpstreamPartitionsResult:
    """The upstream partitions that some downstream partitions need.

    Args:
        partitions_subset: those that exist.
        required_but_nonexistent_subset: those that would be needed and do not exist.

    Example:
        >>> from daglab.definitions.partitions.mapping.last_partition import LastPartitionMapping
        >>> from daglab.definitions.partitions.static import StaticPartitionsDefinition
        >>> years = StaticPartitionsDefinition(["2023", "2024"])
        >>> result = LastPartitionMapping().get_upstream_mapped_partitions_result_for_partitions(None, None, years)
        >>> list(result.partitions_subset.get_partition_keys())
        ['2024']
    """

    partitions_subset: PartitionsSubset
    required_but_nonexistent_subset: PartitionsSubset

    @cached_property
    def required_but_nonexistent_partition_keys(self) -> list[str]:
        """The keys that would be needed and do not exist."""
        return list(self.required_but_nonexistent_subset.get_partition_keys())


class PartitionMapping(ABC):
    """Which partitions of an upstream asset the partitions of a downstream asset need.

    Example:
        >>> from daglab.definitions.partitions.mapping.identity import IdentityPartitionMapping
        >>> from daglab.definitions.partitions.static import StaticPartitionsDefinition
        >>> shops = StaticPartitionsDefinition(["north", "south"])
        >>> some = shops.subset_with_partition_keys(["south"])
        >>> IdentityPartitionMapping().get_downstream_partitions_for_partitions(some, shops, shops)
        KeysSubset(['south'])
    """

    @abstractmethod
    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> UpstreamPartitionsResult:
        """The upstream partitions that some downstream partitions need.

        Args:
            downstream_partitions_subset: None if the downstream asset has no partitions.
            downstream_partitions_def: None if the downstream asset has no partitions.
            upstream_partitions_def: the upstream partitions.
            current_time: the time as of which partitions exist.
            dynamic_partitions_store: where dynamic keys are kept.
        """

    @abstractmethod
    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """The downstream partitions that need some of the upstream partitions; of those that exist."""

    @abstractmethod
    def validate_partition_mapping(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition | None
    ) -> None:
        """Raises InvalidDefinitionError if it cannot map between two such definitions."""

    @property
    @abstractmethod
    def description(self) -> str:
        """What it does, as one sentence."""


def required(subset: PartitionsSubset | None, which: str) -> PartitionsSubset:
    """The subset; raises InvalidInvocationError if that asset has no partitions."""
    if subset is None:
        raise InvalidInvocationError(
            f"the {which} asset has no partitions, so none can be mapped", hint="use AllPartitionMapping"
        )
    return subset
