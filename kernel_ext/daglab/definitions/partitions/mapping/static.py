"""Which upstream partitions a partition needs, written out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from daglab.definitions.partitions.loading import DynamicPartitionsStore, partition_loading_context
from daglab.definitions.partitions.mapping.partition_mapping import PartitionMapping, UpstreamPartitionsResult
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.definitions.partitions.subset import PartitionsSubset
from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True, eq=False)
class StaticPartitionMapping(PartitionMapping):
    """Which upstream partition is needed by which downstream partitions, both static.

    Args:
        downstream_partition_keys_by_upstream_partition_key: a key upstream to one or several keys downstream.

    Example:
        >>> upstream, downstream = StaticPartitionsDefinition(["1", "2"]), StaticPartitionsDefinition(["a", "b"])
        >>> mapping = StaticPartitionMapping({"1": ["a", "b"], "2": "b"})
        >>> sorted(
        ...     mapping.get_upstream_mapped_partitions_result_for_partitions(
        ...         downstream.subset_with_partition_keys(["b"]), downstream, upstream
        ...     ).partitions_subset
        ... )
        ['1', '2']
    """

    downstream_partition_keys_by_upstream_partition_key: Mapping[str, str | Collection[str]]

    def __post_init__(self) -> None:
        given = self.downstream_partition_keys_by_upstream_partition_key
        if not isinstance(given, Mapping) or not all(
            isinstance(key, str) and isinstance(keys, Collection) for key, keys in given.items()
        ):
            raise InvalidDefinitionError(
                f"{given!r} does not say which partitions belong together",
                hint='give a dict such as {"upstream key": ["downstream key", ...]}',
            )

    @cached_property
    def _downstream(self) -> dict[str, set[str]]:
        given = self.downstream_partition_keys_by_upstream_partition_key
        return {key: {keys} if isinstance(keys, str) else set(keys) for key, keys in given.items()}

    @cached_property
    def _upstream(self) -> dict[str, set[str]]:
        inverse: dict[str, set[str]] = defaultdict(set)
        for key, keys in self._downstream.items():
            for other in keys:
                inverse[other].add(key)
        return dict(inverse)

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> UpstreamPartitionsResult:
        """Those that are written."""
        with partition_loading_context(current_time, dynamic_partitions_store):
            _check_known("upstream", set(self._downstream), upstream_partitions_def)
            wanted = downstream_partitions_subset.get_partition_keys() if downstream_partitions_subset else ()
            keys = set().union(*(self._upstream.get(key, set()) for key in wanted))
            return UpstreamPartitionsResult(
                upstream_partitions_def.subset_with_partition_keys(keys), upstream_partitions_def.empty_subset()
            )

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """Those that are written."""
        with partition_loading_context(current_time, dynamic_partitions_store):
            _check_known("downstream", set(self._upstream), downstream_partitions_def)
            given = upstream_partitions_subset.get_partition_keys()
            keys = set().union(*(self._downstream.get(key, set()) for key in given))
            return downstream_partitions_def.subset_with_partition_keys(keys)

    def validate_partition_mapping(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition | None
    ) -> None:
        """Both definitions must be static.

        Raises:
            InvalidDefinitionError: one is not.
            ValueError: a key that is written does not exist.
        """
        both = {"upstream": upstream_partitions_def, "downstream": downstream_partitions_def}
        for which, definition in both.items():
            if not isinstance(definition, StaticPartitionsDefinition):
                raise InvalidDefinitionError(
                    f"a StaticPartitionMapping is between two StaticPartitionsDefinitions; {which} is"
                    f" {type(definition).__name__}",
                    hint="use another partition_mapping",
                )
        _check_known("upstream", set(self._downstream), upstream_partitions_def)
        _check_known("downstream", set(self._upstream), both["downstream"])

    @property
    def description(self) -> str:
        """What it does."""
        return (
            "Maps upstream partitions to the downstream partitions that depend on them: "
            f"{self.downstream_partition_keys_by_upstream_partition_key}"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StaticPartitionMapping) and self._downstream == other._downstream

    def __hash__(self) -> int:
        return hash(frozenset((key, frozenset(keys)) for key, keys in self._downstream.items()))


def _check_known(which: str, keys: set[str], definition: PartitionsDefinition | None) -> None:
    unknown = sorted(keys.difference(definition.get_partition_keys() if definition else ()))
    if unknown:
        raise ValueError(f"the {which} partitions that a StaticPartitionMapping names do not exist: {unknown}")
