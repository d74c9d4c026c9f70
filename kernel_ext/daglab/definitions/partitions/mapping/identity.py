"""Each partition needs the upstream partition of the same key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from daglab.definitions.partitions.loading import DynamicPartitionsStore, partition_loading_context
from daglab.definitions.partitions.mapping.partition_mapping import (
    PartitionMapping,
    UpstreamPartitionsResult,
    required,
)
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.definitions.partitions.subset import KeysSubset, PartitionsSubset
from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True)
class IdentityPartitionMapping(PartitionMapping):
    """Each downstream partition needs the upstream partition of the same key.

    Example:
        >>> from daglab.definitions.partitions.static import StaticPartitionsDefinition
        >>> few, many = StaticPartitionsDefinition(["a"]), StaticPartitionsDefinition(["a", "b"])
        >>> result = IdentityPartitionMapping().get_upstream_mapped_partitions_result_for_partitions(
        ...     many.subset_with_all_partitions(), many, few
        ... )
        >>> result.required_but_nonexistent_partition_keys
        ['b']
    """

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> UpstreamPartitionsResult:
        """Those of the same keys."""
        subset = required(downstream_partitions_subset, "downstream")
        with partition_loading_context(current_time, dynamic_partitions_store):
            if downstream_partitions_def == upstream_partitions_def:
                return UpstreamPartitionsResult(subset, upstream_partitions_def.empty_subset())
            wanted, known = set(subset.get_partition_keys()), set(upstream_partitions_def.get_partition_keys())
            return UpstreamPartitionsResult(
                upstream_partitions_def.subset_with_partition_keys(wanted & known), KeysSubset(wanted - known)
            )

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """Those of the same keys."""
        subset = required(upstream_partitions_subset, "upstream")
        with partition_loading_context(current_time, dynamic_partitions_store):
            if upstream_partitions_def == downstream_partitions_def:
                return subset
            known = set(downstream_partitions_def.get_partition_keys())
            return downstream_partitions_def.subset_with_partition_keys(known & set(subset.get_partition_keys()))

    def validate_partition_mapping(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition | None
    ) -> None:
        """Both definitions must be of one kind."""
        if type(upstream_partitions_def) is not type(downstream_partitions_def):
            raise InvalidDefinitionError(
                f"partitions of two kinds cannot have the same keys: upstream is a"
                f" {type(upstream_partitions_def).__name__}, downstream a {type(downstream_partitions_def).__name__}",
                hint="give another partition_mapping, such as TimeWindowPartitionMapping()",
            )

    @property
    def description(self) -> str:
        """What it does."""
        return "Each downstream partition depends on the upstream partition of the same key."
