"""Partitions that are added and deleted while pipelines run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from daglab.definitions.partitions.dynamic_requests import (
    AddDynamicPartitionsRequest,
    DeleteDynamicPartitionsRequest,
    check_keys,
)
from daglab.definitions.partitions.loading import (
    DynamicPartitionsStore,
    PartitionLoadingContext,
    partition_loading_context,
)
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.errors import InvalidDefinitionError, InvariantViolationError

PartitionFunction = Callable[[datetime | None], Sequence[str]]


class DynamicPartitionsDefinition(PartitionsDefinition):
    """Partitions whose keys are kept by the instance, under a name, and added and deleted there.

    Args:
        partition_fn: lists the keys instead, given the current time; not together with a name.
        name: the name under which the instance keeps the keys.

    Raises:
        InvalidDefinitionError: neither or both are given.

    Example:
        >>> DynamicPartitionsDefinition(name="regions").build_add_request(["north"])
        AddDynamicPartitionsRequest(partitions_def_name='regions', partition_keys=['north'])
    """

    def __init__(self, partition_fn: PartitionFunction | None = None, name: str | None = None) -> None:
        if (partition_fn is None) == (name is None):
            raise InvalidDefinitionError(
                "a DynamicPartitionsDefinition has either a name or a partition_fn",
                hint='write DynamicPartitionsDefinition(name="...")',
            )
        if partition_fn is not None and not callable(partition_fn):
            raise InvalidDefinitionError(
                f"partition_fn is {partition_fn!r}", hint='for a name write DynamicPartitionsDefinition(name="...")'
            )
        if name is not None and not isinstance(name, str):
            raise InvalidDefinitionError(f"{name!r} is no name of partitions", hint="give a string")
        self.partition_fn = partition_fn
        self.name = name

    def get_partition_keys(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> Sequence[str]:
        """The keys that the instance has now.

        Raises:
            InvariantViolationError: there is no instance to ask.
        """
        with partition_loading_context(current_time, dynamic_partitions_store) as context:
            if self.partition_fn is not None:
                return [str(getattr(key, "name", key)) for key in self.partition_fn(current_time)]
            return self._store_of(context).get_dynamic_partitions(self._name())

    def has_partition_key(
        self,
        partition_key: str,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> bool:
        """Whether the instance has that key now."""
        with partition_loading_context(current_time, dynamic_partitions_store) as context:
            if self.partition_fn is not None:
                return partition_key in self.get_partition_keys()
            return self._store_of(context).has_dynamic_partition(self._name(), partition_key)

    def build_add_request(self, partition_keys: Sequence[str]) -> AddDynamicPartitionsRequest:
        """Asks for keys to be added; give it to SensorResult(dynamic_partitions_requests=[...])."""
        check_keys(partition_keys)
        return AddDynamicPartitionsRequest(self._name(), partition_keys)

    def build_delete_request(self, partition_keys: Sequence[str]) -> DeleteDynamicPartitionsRequest:
        """Asks for keys to be deleted; give it to SensorResult(dynamic_partitions_requests=[...])."""
        check_keys(partition_keys)
        return DeleteDynamicPartitionsRequest(self._name(), partition_keys)

    def _name(self) -> str:
        if self.name is None:
            raise InvariantViolationError(
                "these dynamic partitions have a partition_fn and no name: no instance keeps their keys",
                hint='write DynamicPartitionsDefinition(name="...")',
            )
        return self.name

    def _store_of(self, context: PartitionLoadingContext) -> DynamicPartitionsStore:
        if context.dynamic_partitions_store is None:
            raise InvariantViolationError(
                f"the keys of the dynamic partitions {self.name!r} are kept by an instance, and none was given",
                hint="pass dynamic_partitions_store=instance",
            )
        return context.dynamic_partitions_store

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DynamicPartitionsDefinition)
            and self.name == other.name
            and self.partition_fn == other.partition_fn
        )

    def __hash__(self) -> int:
        return hash((self.name, self.partition_fn))

    def __str__(self) -> str:
        return f'Dynamic partitions: "{self.name}"' if self.name else super().__str__()

    def __repr__(self) -> str:
        return f"DynamicPartitionsDefinition(partition_fn={self.partition_fn!r}, name={self.name!r})"
