"""Multi-partitions on one side, one of their dimensions on the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daglab.definitions.partitions.mapping.by_dimension import ByDimension, DimensionDependency
from daglab.definitions.partitions.mapping.identity import IdentityPartitionMapping
from daglab.definitions.partitions.mapping.partition_mapping import PartitionMapping
from daglab.definitions.partitions.mapping.time_window import TimeWindowPartitionMapping
from daglab.definitions.partitions.multi import MultiPartitionsDefinition, PartitionDimensionDefinition
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True)
class MultiToSingleDimensionPartitionMapping(ByDimension):
    """A partition belongs to all multi-partitions that have its key in one dimension; either side may be upstream.

    Args:
        partition_dimension_name: the dimension; needed only where several are like the other side's partitions.

    Example:
        >>> from daglab.definitions.partitions.static import StaticPartitionsDefinition
        >>> letters, numbers = StaticPartitionsDefinition(["a", "b"]), StaticPartitionsDefinition(["1", "2"])
        >>> both = MultiPartitionsDefinition({"letter": letters, "number": numbers})
        >>> sorted(
        ...     MultiToSingleDimensionPartitionMapping()
        ...     .get_upstream_mapped_partitions_result_for_partitions(
        ...         letters.subset_with_partition_keys(["a"]), letters, both
        ...     )
        ...     .partitions_subset
        ... )
        ['a|1', 'a|2']
    """

    partition_dimension_name: str | None = None

    def get_dimension_dependencies(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition
    ) -> Sequence[DimensionDependency]:
        """The dimension that is like the other side's partitions."""
        return [matching_dimension(upstream_partitions_def, downstream_partitions_def, self.partition_dimension_name)]

    def validate_partition_mapping(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition | None
    ) -> None:
        """One definition must be multi-partitioned, the other like one of its dimensions."""
        if downstream_partitions_def is None:
            raise InvalidDefinitionError(
                "a MultiToSingleDimensionPartitionMapping needs partitions on both sides; downstream has none",
                hint="use AllPartitionMapping",
            )
        matching_dimension(upstream_partitions_def, downstream_partitions_def, self.partition_dimension_name)

    @property
    def description(self) -> str:
        """What it does."""
        return "A partition belongs to all multi-partitions that have its key in the dimension that is like it."


def matching_dimension(
    upstream: PartitionsDefinition, downstream: PartitionsDefinition, name: str | None = None
) -> DimensionDependency:
    """Which dimension of the multi-partitioned side is like the other side, and how their partitions belong together.

    Raises:
        InvalidDefinitionError: not exactly one side is multi-partitioned, or not exactly one dimension is like the
            other side.
    """
    multi = [one for one in (upstream, downstream) if isinstance(one, MultiPartitionsDefinition)]
    if len(multi) != 1:
        raise InvalidDefinitionError(
            f"a MultiToSingleDimensionPartitionMapping needs one multi-partitioned side; there are {len(multi)}",
            hint="between two multi-partitioned assets use MultiPartitionMapping",
        )
    single = downstream if multi[0] is upstream else upstream
    candidates = [one for one in multi[0].partitions_defs if name is None or one.name == name]
    if not candidates:
        raise InvalidDefinitionError(
            f"there is no dimension {name!r}", hint=f"there are {' and '.join(multi[0].partition_dimension_names)}"
        )
    dimension, mapping = _like(single, candidates)
    if multi[0] is upstream:
        return DimensionDependency(mapping, upstream_dimension_name=dimension.name)
    return DimensionDependency(mapping, downstream_dimension_name=dimension.name)


def _like(
    single: PartitionsDefinition, candidates: Sequence[PartitionDimensionDefinition]
) -> tuple[PartitionDimensionDefinition, PartitionMapping]:
    same = [one for one in candidates if one.partitions_def == single]
    if len(same) == 1:
        return same[0], IdentityPartitionMapping()
    if len(same) > 1:
        raise InvalidDefinitionError(
            f"several dimensions are like the other side: {' and '.join(one.name for one in same)}",
            hint="name one: partition_dimension_name=...",
        )
    timed = [one for one in candidates if isinstance(one.partitions_def, TimeWindowPartitionsDefinition)]
    if len(timed) == 1 and isinstance(single, TimeWindowPartitionsDefinition):
        return timed[0], TimeWindowPartitionMapping()
    raise InvalidDefinitionError(
        "no dimension is like the other side's partitions",
        hint="they must be the same definition, or both be time windows, which only one dimension may be",
    )
