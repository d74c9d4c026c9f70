"""Which multi-partitions other multi-partitions need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from daglab.definitions.partitions.mapping.by_dimension import ByDimension, DimensionDependency
from daglab.definitions.partitions.mapping.dimension import DimensionPartitionMapping
from daglab.definitions.partitions.multi import MultiPartitionsDefinition
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.errors import InvalidDefinitionError, suggest


@dataclass(frozen=True)
class MultiPartitionMapping(ByDimension):
    """Maps multi-partitions dimension by dimension; a dimension that is not named is mapped to all of the other side.

    Args:
        downstream_mappings_by_upstream_dimension: for an upstream dimension the downstream one, and how their
            partitions belong together.

    Example:
        >>> from daglab.definitions.partitions.mapping.identity import IdentityPartitionMapping
        >>> MultiPartitionMapping({"day": DimensionPartitionMapping("date", IdentityPartitionMapping())}).description
        "The upstream dimension 'day' belongs to the downstream dimension 'date' by IdentityPartitionMapping."
    """

    downstream_mappings_by_upstream_dimension: Mapping[str, DimensionPartitionMapping]

    def __post_init__(self) -> None:
        given = self.downstream_mappings_by_upstream_dimension
        if not isinstance(given, Mapping) or not all(
            isinstance(name, str) and isinstance(one, DimensionPartitionMapping) for name, one in given.items()
        ):
            raise InvalidDefinitionError(
                f"{given!r} does not say which dimensions belong together",
                hint='give a dict such as {"day": DimensionPartitionMapping("day", IdentityPartitionMapping())}',
            )

    def get_dimension_dependencies(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition
    ) -> Sequence[DimensionDependency]:
        """As they were given."""
        self.validate_partition_mapping(upstream_partitions_def, downstream_partitions_def)
        given = self.downstream_mappings_by_upstream_dimension
        return [DimensionDependency(one.partition_mapping, name, one.dimension_name) for name, one in given.items()]

    def validate_partition_mapping(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition | None
    ) -> None:
        """Both definitions must be multi-partitioned and have the dimensions that are named, each once."""
        for which, definition in (("upstream", upstream_partitions_def), ("downstream", downstream_partitions_def)):
            if not isinstance(definition, MultiPartitionsDefinition):
                raise InvalidDefinitionError(
                    f"a MultiPartitionMapping is between two MultiPartitionsDefinitions; the {which} one is"
                    f" {type(definition).__name__}",
                    hint="use another partition_mapping, such as MultiToSingleDimensionPartitionMapping()",
                )
            given = self.downstream_mappings_by_upstream_dimension
            names = list(given) if which == "upstream" else [one.dimension_name for one in given.values()]
            _check_dimensions(which, names, definition.partition_dimension_names)

    @property
    def description(self) -> str:
        """What it does."""
        return "\n".join(
            f"The upstream dimension {name!r} belongs to the downstream dimension {one.dimension_name!r} by"
            f" {type(one.partition_mapping).__name__}."
            for name, one in self.downstream_mappings_by_upstream_dimension.items()
        )


def _check_dimensions(which: str, named: Sequence[str], known: Sequence[str]) -> None:
    for name in named:
        if name not in known:
            raise InvalidDefinitionError(
                f"a MultiPartitionMapping names the {which} dimension {name!r}, which does not exist",
                hint=suggest(name, known) or f"there are {' and '.join(known)}",
            )
    twice = [name for name in named if named.count(name) > 1]
    if twice:
        raise InvalidDefinitionError(
            f"a MultiPartitionMapping names the {which} dimension {twice[0]!r} twice", hint="name it once"
        )
