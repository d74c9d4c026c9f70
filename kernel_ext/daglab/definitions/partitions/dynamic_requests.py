"""What sensors and schedules ask for: keys to add to, or to delete from, dynamic partitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True)
class AddDynamicPartitionsRequest:
    """Asks for keys to be added to a dynamic partitions definition.

    Args:
        partitions_def_name: the name of the definition.
        partition_keys: the keys.

    Example:
        >>> AddDynamicPartitionsRequest("regions", ["north"]).partition_keys
        ['north']
    """

    partitions_def_name: str
    partition_keys: Sequence[str]

    def __post_init__(self) -> None:
        _check(self.partitions_def_name, self.partition_keys)


@dataclass(frozen=True)
class DeleteDynamicPartitionsRequest:
    """Asks for keys to be deleted from a dynamic partitions definition.

    Args:
        partitions_def_name: the name of the definition.
        partition_keys: the keys.

    Example:
        >>> DeleteDynamicPartitionsRequest("regions", ["north"]).partitions_def_name
        'regions'
    """

    partitions_def_name: str
    partition_keys: Sequence[str]

    def __post_init__(self) -> None:
        _check(self.partitions_def_name, self.partition_keys)


def _check(name: object, keys: object) -> None:
    if not isinstance(name, str):
        raise InvalidDefinitionError(
            f"{name!r} is no name of a partitions definition", hint="give the name of the DynamicPartitionsDefinition"
        )
    check_keys(keys)


def check_keys(keys: object) -> None:
    """Raises InvalidDefinitionError unless it is a list of strings."""
    if isinstance(keys, str) or not isinstance(keys, Sequence) or not all(isinstance(key, str) for key in keys):
        raise InvalidDefinitionError(f"{keys!r} is no list of partition keys", hint="give a list of strings")
