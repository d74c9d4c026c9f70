"""Each partition needs all upstream partitions."""

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
from daglab.definitions.partitions.subset import PartitionsSubset


@dataclass(frozen=True)
class AllPartitionMapping(PartitionMapping):
    """Each downstream partition needs all upstream partitions; so does a downstream asset without partitions.

    Example:
        >>> AllPartitionMapping().description
        'Each downstream partition depends on all partitions of the upstream asset.'
    """

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> UpstreamPartitionsResult:
        """All that exist."""
        with partition_loading_context(current_time, dynamic_partitions_store):
            return UpstreamPartitionsResult(
                upstream_partitions_def.subset_with_all_partitions(), upstream_partitions_def.empty_subset()
            )

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """All, unless nothing is upstream."""
        with partition_loading_context(current_time, dynamic_partitions_store):
            if required(upstream_partitions_subset, "upstream").is_empty:
                return downstream_partitions_def.empty_subset()
            return downstream_partitions_def.subset_with_all_partitions()

    def validate_partition_mapping(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition | None
    ) -> None:
        """Fits all definitions."""

    @property
    def description(self) -> str:
        """What it does."""
        return "Each downstream partition depends on all partitions of the upstream asset."
