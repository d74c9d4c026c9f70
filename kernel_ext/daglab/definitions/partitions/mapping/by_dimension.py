"""What the mappings of multi-partitions have in common: they map dimension by dimension."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import product

from daglab.definitions.partitions.loading import DynamicPartitionsStore, partition_loading_context
from daglab.definitions.partitions.mapping.partition_mapping import (
    PartitionMapping,
    UpstreamPartitionsResult,
    required,
)
from daglab.definitions.partitions.multi import MultiPartitionsDefinition
from daglab.definitions.partitions.multi_partition_key import MultiPartitionKey
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.definitions.partitions.subset import KeysSubset, PartitionsSubset


@dataclass(frozen=True)
class DimensionDependency:
    """How an upstream dimension and a downstream one belong together; None where there is only one dimension."""

    partition_mapping: PartitionMapping
    upstream_dimension_name: str | None = None
    downstream_dimension_name: str | None = None


KeysOf = Callable[[str], Sequence[str]]


class ByDimension(PartitionMapping):
    """Maps dimension by dimension; a dimension that nothing is said about is mapped to all of the other side."""

    @abstractmethod
    def get_dimension_dependencies(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition
    ) -> Sequence[DimensionDependency]:
        """Which dimensions belong together."""

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> UpstreamPartitionsResult:
        """Those that belong to them in each dimension."""
        subset = required(downstream_partitions_subset, "downstream")
        assert downstream_partitions_def is not None
        downstream, missing = downstream_partitions_def, set[str]()
        with partition_loading_context(current_time, dynamic_partitions_store):
            maps: dict[str | None, tuple[str | None, KeysOf]] = {}
            for one in self.get_dimension_dependencies(upstream_partitions_def, downstream):
                mine = _dimension(downstream, one.downstream_dimension_name)
                theirs = _dimension(upstream_partitions_def, one.upstream_dimension_name)
                keys_of = _upstream_keys(one.partition_mapping, mine, theirs, missing)
                maps[one.downstream_dimension_name] = (one.upstream_dimension_name, keys_of)
            keys = set(_mapped(subset, downstream, upstream_partitions_def, maps))
            return UpstreamPartitionsResult(
                upstream_partitions_def.subset_with_partition_keys(keys), KeysSubset(missing)
            )

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """Those that belong to them in each dimension."""
        subset = required(upstream_partitions_subset, "upstream")
        with partition_loading_context(current_time, dynamic_partitions_store):
            maps: dict[str | None, tuple[str | None, KeysOf]] = {}
            for one in self.get_dimension_dependencies(upstream_partitions_def, downstream_partitions_def):
                mine = _dimension(upstream_partitions_def, one.upstream_dimension_name)
                theirs = _dimension(downstream_partitions_def, one.downstream_dimension_name)
                keys_of = _downstream_keys(one.partition_mapping, mine, theirs)
                maps[one.upstream_dimension_name] = (one.downstream_dimension_name, keys_of)
            keys = set(_mapped(subset, upstream_partitions_def, downstream_partitions_def, maps))
            return downstream_partitions_def.subset_with_partition_keys(keys)


def _upstream_keys(
    mapping: PartitionMapping, downstream: PartitionsDefinition, upstream: PartitionsDefinition, missing: set[str]
) -> KeysOf:
    @cache
    def keys_of(key: str) -> Sequence[str]:
        one = downstream.subset_with_partition_keys([key])
        result = mapping.get_upstream_mapped_partitions_result_for_partitions(one, downstream, upstream)
        missing.update(result.required_but_nonexistent_partition_keys)
        return list(result.partitions_subset.get_partition_keys())

    return keys_of


def _downstream_keys(
    mapping: PartitionMapping, upstream: PartitionsDefinition, downstream: PartitionsDefinition
) -> KeysOf:
    @cache
    def keys_of(key: str) -> Sequence[str]:
        one = upstream.subset_with_partition_keys([key])
        found = mapping.get_downstream_partitions_for_partitions(one, upstream, downstream)
        return list(found.get_partition_keys())

    return keys_of


def _dimension(definition: PartitionsDefinition, name: str | None) -> PartitionsDefinition:
    if isinstance(definition, MultiPartitionsDefinition) and name is not None:
        return definition.get_partitions_def_for_dimension(name)
    return definition


def _mapped(
    subset: PartitionsSubset,
    mine: PartitionsDefinition,
    theirs: PartitionsDefinition,
    maps: dict[str | None, tuple[str | None, KeysOf]],
) -> Iterator[str]:
    mapped_names = [name for name, _ in maps.values()]
    rest: dict[str, Sequence[str]] = {}
    if isinstance(theirs, MultiPartitionsDefinition):
        others = (one for one in theirs.partitions_defs if one.name not in mapped_names)
        rest = {one.name: one.partitions_def.get_partition_keys() for one in others}
    for key in subset.get_partition_keys():
        parts: dict[str | None, str] = {None: key}
        if isinstance(mine, MultiPartitionsDefinition):
            parts.update(mine.get_partition_key_from_str(key).keys_by_dimension)
        found = [keys_of(parts[name]) for name, (_, keys_of) in maps.items()]
        for keys in product(*found, *rest.values()):
            named = dict(zip([*mapped_names, *rest], keys, strict=True))
            yield _joined(named)


def _joined(keys: dict[str | None, str]) -> str:
    if None in keys:
        return keys[None]
    return MultiPartitionKey({str(name): key for name, key in keys.items()})
