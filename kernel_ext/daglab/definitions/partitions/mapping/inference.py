"""Which mapping is meant where none is given."""

from __future__ import annotations

from daglab.definitions.partitions.mapping.all_partitions import AllPartitionMapping
from daglab.definitions.partitions.mapping.identity import IdentityPartitionMapping
from daglab.definitions.partitions.mapping.multi_to_single import (
    MultiToSingleDimensionPartitionMapping,
    matching_dimension,
)
from daglab.definitions.partitions.mapping.partition_mapping import PartitionMapping
from daglab.definitions.partitions.mapping.time_window import TimeWindowPartitionMapping
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from daglab.errors import InvalidDefinitionError


def infer_partition_mapping(
    partition_mapping: PartitionMapping | None,
    downstream_partitions_def: PartitionsDefinition | None,
    upstream_partitions_def: PartitionsDefinition | None,
) -> PartitionMapping:
    """The mapping that is given, else the one that fits both definitions.

    Example:
        >>> infer_partition_mapping(None, None, None)
        AllPartitionMapping()
    """
    if partition_mapping is not None:
        return partition_mapping
    if downstream_partitions_def is None or upstream_partitions_def is None:
        return AllPartitionMapping()
    try:
        matching_dimension(upstream_partitions_def, downstream_partitions_def)
    except InvalidDefinitionError:
        both = (upstream_partitions_def, downstream_partitions_def)
        timed = all(isinstance(one, TimeWindowPartitionsDefinition) for one in both)
        return TimeWindowPartitionMapping() if timed else IdentityPartitionMapping()
    return MultiToSingleDimensionPartitionMapping()
