"""The key of a partition in two dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from daglab.errors import InvalidDefinitionError

DELIMITER = "|"


class PartitionDimensionKey(NamedTuple):
    """The key in one dimension."""

    dimension_name: str
    partition_key: str


class MultiPartitionKey(str):
    """The key of a partition in several dimensions: text, the keys joined by "|" in the order of the dimensions' names.

    Args:
        keys_by_dimension: the key in each dimension.

    Example:
        >>> MultiPartitionKey({"region": "north", "day": "2024-01-31"})
        '2024-01-31|north'
    """

    dimension_keys: list[PartitionDimensionKey]

    def __new__(cls, keys_by_dimension: Mapping[str, str]) -> MultiPartitionKey:
        """Joins the keys."""
        if not all(isinstance(part, str) for pair in keys_by_dimension.items() for part in pair):
            raise InvalidDefinitionError(
                f"{dict(keys_by_dimension)!r} is no key of a multi-partition", hint="names and keys are strings"
            )
        keys = [PartitionDimensionKey(name, keys_by_dimension[name]) for name in sorted(keys_by_dimension)]
        text = super().__new__(cls, DELIMITER.join(key.partition_key for key in keys))
        text.dimension_keys = keys
        return text

    def __getnewargs__(self) -> tuple[dict[str, str]]:  # type: ignore[override]
        return (dict(self.dimension_keys),)

    @property
    def keys_by_dimension(self) -> Mapping[str, str]:
        """The key in each dimension, by its name."""
        return dict(self.dimension_keys)
