"""Each partition needs the upstream partitions that are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from daglab.definitions.partitions.loading import DynamicPartitionsStore, partition_loading_context
from daglab.definitions.partitions.mapping.partition_mapping import PartitionMapping, UpstreamPartitionsResult
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.definitions.partitions.subset import PartitionsSubset


@dataclass(frozen=True)
class SpecificPartitionsPartitionMapping(PartitionMapping):
    """Each downstream partition needs the same upstream partitions, named here.

    Args:
        partition_keys: their keys.

    Example:
        >>> SpecificPartitionsPartitionMapping(["2024-01-01"]).partition_keys
        ['2024-01-01']
    """

    partition_keys: Sequence[str]

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> UpstreamPartitionsResult:
        """The named ones."""
        with partition_loading_context(current_time, dynamic_partitions_store):
            return UpstreamPartitionsResult(
                upstream_partitions_def.subset_with_partition_keys(self.partition_keys),
                upstream_partitions_def.empty_subset(),
            )

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """All, if one of the named ones is upstream."""
        with partition_loading_context(current_time, dynamic_partitions_store):
            if any(key in upstream_partitions_subset for key in self.partition_keys):
                return downstream_partitions_def.subset_with_all_partitions()
            return downstream_partitions_def.empty_subset()

    def validate_partition_mapping(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition | None
    ) -> None:
        """Fits all definitions."""

    @property
    def description(self) -> str:
        """What it does."""
        return f"Each downstream partition depends on the following upstream partitions: {self.partition_keys}"
