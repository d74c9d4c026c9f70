"""How one dimension of multi-partitions is mapped."""

from __future__ import annotations

from dataclasses import dataclass

from daglab.definitions.partitions.mapping.partition_mapping import PartitionMapping
from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True)
class DimensionPartitionMapping:
    """The downstream dimension that an upstream dimension belongs to, and how their partitions do.

    Args:
        dimension_name: the dimension of the downstream MultiPartitionsDefinition.
        partition_mapping: how its partitions belong to those of the upstream dimension.

    Example:
        >>> from daglab.definitions.partitions.mapping.identity import IdentityPartitionMapping
        >>> DimensionPartitionMapping("day", IdentityPartitionMapping()).dimension_name
        'day'
    """

    dimension_name: str
    partition_mapping: PartitionMapping

    def __post_init__(self) -> None:
        if not isinstance(self.dimension_name, str) or not isinstance(self.partition_mapping, PartitionMapping):
            raise InvalidDefinitionError(
                f"a DimensionPartitionMapping has the name of a dimension and a partition mapping; got"
                f" {self.dimension_name!r} and {self.partition_mapping!r}",
                hint='write DimensionPartitionMapping("day", TimeWindowPartitionMapping())',
            )
