"""Partitions in two dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha1
from itertools import product
from typing import NamedTuple

from daglab.definitions.partitions.dynamic import DynamicPartitionsDefinition
from daglab.definitions.partitions.loading import DynamicPartitionsStore, partition_loading_context
from daglab.definitions.partitions.multi_partition_key import DELIMITER, MultiPartitionKey
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.partitions_definition import PARTITION_TAG, PartitionsDefinition
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.definitions.partitions.time_window import TimeWindow
from daglab.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, UnknownPartitionError, suggest


class PartitionDimensionDefinition(NamedTuple):
    """One dimension of a MultiPartitionsDefinition."""

    name: str
    partitions_def: PartitionsDefinition

    def __str__(self) -> str:
        return f"PartitionDimensionDefinition(name='{self.name}', partitions_def={self.partitions_def!r})"


class MultiPartitionsDefinition(PartitionsDefinition):
    """Every combination of the partitions of two definitions.

    Args:
        partitions_defs: the two dimensions: name to definition.

    Raises:
        InvalidInvocationError: there are more or fewer than two dimensions.
        InvalidDefinitionError: a dimension is not static, dynamic with a name, or of time windows; or a static key
            holds one of `|[],`.

    Example:
        >>> from daglab.definitions.partitions.calendar_partitions import DailyPartitionsDefinition
        >>> both = MultiPartitionsDefinition(
        ...     {
        ...         "day": DailyPartitionsDefinition("2024-01-01", end_date="2024-01-02"),
        ...         "region": StaticPartitionsDefinition(["north", "south"]),
        ...     }
        ... )
        >>> both.get_partition_keys()
        ['2024-01-01|north', '2024-01-01|south']
        >>> both.get_partition_keys()[1].keys_by_dimension
        {'day': '2024-01-01', 'region': 'south'}
    """

    def __init__(self, partitions_defs: Mapping[str, PartitionsDefinition]) -> None:
        if len(partitions_defs) != 2:
            raise InvalidInvocationError(
                f"a MultiPartitionsDefinition has 2 dimensions; got {len(partitions_defs)}:"
                f" {', '.join(map(repr, partitions_defs))}",
                hint="give two partitions definitions, each with a name",
            )
        for name, definition in partitions_defs.items():
            _check_dimension(name, definition)
        self._dimensions = [
            PartitionDimensionDefinition(name, partitions_defs[name]) for name in sorted(partitions_defs)
        ]

    # ---- dimensions

    @property
    def partitions_defs(self) -> Sequence[PartitionDimensionDefinition]:
        """The dimensions, by name."""
        return self._dimensions

    @property
    def partition_dimension_names(self) -> list[str]:
        """The names of the dimensions, sorted: the order of the parts of a key."""
        return [dimension.name for dimension in self._dimensions]

    def get_partitions_def_for_dimension(self, dimension_name: str) -> PartitionsDefinition:
        """The definition of one dimension."""
        for dimension in self._dimensions:
            if dimension.name == dimension_name:
                return dimension.partitions_def
        raise InvalidInvocationError(
            f"there is no dimension {dimension_name!r}",
            hint=suggest(dimension_name, self.partition_dimension_names)
            or f"the dimensions are {' and '.join(self.partition_dimension_names)}",
        )

    @property
    def has_time_window_dimension(self) -> bool:
        """Whether a dimension is of time windows."""
        return bool(self._time_dimensions())

    @property
    def time_window_dimension(self) -> PartitionDimensionDefinition:
        """The one dimension of time windows."""
        found = self._time_dimensions()
        if len(found) != 1:
            raise InvalidInvocationError(
                f"there are {len(found)} dimensions of time windows, not 1", hint="name the dimension that is meant"
            )
        return found[0]

    @property
    def time_window_partitions_def(self) -> TimeWindowPartitionsDefinition:
        """The definition of the dimension of time windows."""
        definition = self.primary_dimension.partitions_def
        if not isinstance(definition, TimeWindowPartitionsDefinition):
            raise InvalidInvocationError("no dimension is of time windows")
        return definition

    @property
    def primary_dimension(self) -> PartitionDimensionDefinition:
        """The only dimension of time windows, else the first one."""
        found = self._time_dimensions()
        return found[0] if len(found) == 1 else self._dimensions[0]

    @property
    def secondary_dimension(self) -> PartitionDimensionDefinition:
        """The other dimension."""
        return next(one for one in self._dimensions if one.name != self.primary_dimension.name)

    def _time_dimensions(self) -> list[PartitionDimensionDefinition]:
        return [one for one in self._dimensions if isinstance(one.partitions_def, TimeWindowPartitionsDefinition)]

    # ---- keys

    def get_partition_keys(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> Sequence[MultiPartitionKey]:
        """All combinations, the last dimension changing fastest; keys that hold "|" are left out."""
        with partition_loading_context(current_time, dynamic_partitions_store):
            keys = [dimension.partitions_def.get_partition_keys() for dimension in self._dimensions]
            return self._combined([[key for key in some if DELIMITER not in key] for some in keys])

    def get_num_partitions(self) -> int:
        """How many combinations there are."""
        first, second = (dimension.partitions_def.get_num_partitions() for dimension in self._dimensions)
        return first * second

    def get_partition_key_from_str(self, partition_key_str: str) -> MultiPartitionKey:
        """Reads a key from its text.

        Raises:
            InvalidInvocationError: it has not one part per dimension.
        """
        parts = partition_key_str.split(DELIMITER)
        if len(parts) != len(self._dimensions):
            raise InvalidInvocationError(
                f"{partition_key_str!r} is no key in {len(self._dimensions)} dimensions: it has {len(parts)} part(s)",
                hint=f"write the keys of {' and '.join(self.partition_dimension_names)} with a '|' between them",
            )
        return MultiPartitionKey(dict(zip(self.partition_dimension_names, parts, strict=True)))

    def is_valid_key_format(self, partition_key: str) -> bool:
        """Whether a key has one part per dimension."""
        return partition_key.count(DELIMITER) == len(self._dimensions) - 1

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether there is such a combination.

        Raises:
            UnknownPartitionError: the key has other dimensions.
        """
        if not isinstance(partition_key, MultiPartitionKey):
            if not isinstance(partition_key, str) or not self.is_valid_key_format(partition_key):
                return False
            partition_key = self.get_partition_key_from_str(partition_key)
        keys = partition_key.keys_by_dimension
        if set(keys) != set(self.partition_dimension_names):
            raise UnknownPartitionError(
                f"the partition key {str(partition_key)!r} has the dimensions {' and '.join(keys)}",
                hint=f"these partitions have {' and '.join(self.partition_dimension_names)}",
            )
        return all(one.partitions_def.has_partition_key(keys[one.name]) for one in self._dimensions)

    def get_partition_keys_in_range(
        self,
        partition_key_range: PartitionKeyRange,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> Sequence[MultiPartitionKey]:
        """All combinations of the ranges in each dimension."""
        with partition_loading_context(dynamic_partitions_store=dynamic_partitions_store):
            start, end = (self.get_partition_key_from_str(key).keys_by_dimension for key in partition_key_range)
            return self._combined(
                [
                    one.partitions_def.get_partition_keys_in_range(PartitionKeyRange(start[one.name], end[one.name]))
                    for one in self._dimensions
                ]
            )

    def get_multipartition_keys_with_dimension_value(
        self, dimension_name: str, dimension_partition_key: str
    ) -> Sequence[MultiPartitionKey]:
        """All combinations with that key in that dimension."""
        return self.get_multipartition_keys_with_dimension_values(dimension_name, [dimension_partition_key])

    def get_multipartition_keys_with_dimension_values(
        self, dimension_name: str, dimension_partition_keys: Sequence[str]
    ) -> Sequence[MultiPartitionKey]:
        """All combinations with one of those keys in that dimension."""
        self.get_partitions_def_for_dimension(dimension_name)
        (other,) = (one for one in self._dimensions if one.name != dimension_name)
        pairs = product(dimension_partition_keys, other.partitions_def.get_partition_keys())
        return [MultiPartitionKey({dimension_name: mine, other.name: theirs}) for mine, theirs in pairs]

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The span of time of a key, in the dimension of time windows."""
        dimension = self.time_window_dimension
        key = self.get_partition_key_from_str(partition_key).keys_by_dimension[dimension.name]
        return self.time_window_partitions_def.time_window_for_partition_key(key)

    def get_tags_for_partition_key(self, partition_key: str) -> Mapping[str, str]:
        """The tags of runs of that partition: the key, and the key in each dimension."""
        key = self.get_partition_key_from_str(partition_key)
        dimensions = {f"{PARTITION_TAG}/{name}": part for name, part in key.dimension_keys}
        return {PARTITION_TAG: str(key), **dimensions}

    def get_serializable_unique_identifier(self, dynamic_partitions_store: DynamicPartitionsStore | None = None) -> str:
        """A hash that changes when the dimensions do."""
        with partition_loading_context(dynamic_partitions_store=dynamic_partitions_store):
            parts = {one.name: one.partitions_def.get_serializable_unique_identifier() for one in self._dimensions}
            return sha1(str(parts).encode()).hexdigest()

    def _combined(self, keys: Sequence[Sequence[str]]) -> list[MultiPartitionKey]:
        names = self.partition_dimension_names
        return [MultiPartitionKey(dict(zip(names, parts, strict=True))) for parts in product(*keys)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MultiPartitionsDefinition) and self._dimensions == other._dimensions

    def __hash__(self) -> int:
        return hash(tuple(self._dimensions))

    def __str__(self) -> str:
        lines = [f"{one.name.capitalize()}: {one.partitions_def!s}" for one in self._dimensions]
        return "Multi-partitioned, with dimensions: \n" + " \n".join(lines)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(dimensions={[str(one) for one in self._dimensions]})"


def _check_dimension(name: object, definition: object) -> None:
    if not isinstance(name, str) or not isinstance(
        definition, StaticPartitionsDefinition | TimeWindowPartitionsDefinition | DynamicPartitionsDefinition
    ):
        raise InvalidDefinitionError(
            f"the dimension {name!r} is {definition!r}",
            hint="a dimension has a name and is static, dynamic, or of time windows",
        )
    if isinstance(definition, DynamicPartitionsDefinition) and definition.name is None:
        raise InvalidDefinitionError(
            f"the dimension {name!r} is dynamic and has no name", hint='write DynamicPartitionsDefinition(name="...")'
        )
    if isinstance(definition, StaticPartitionsDefinition):
        wrong = [key for key in definition.get_partition_keys() if set("|[],") & set(key)]
        if wrong:
            raise InvalidDefinitionError(
                f"the key {wrong[0]!r} of the dimension {name!r} holds one of '|', '[', ']' and ','",
                hint="those separate the parts of multi-partition keys: use another character",
            )
