"""`DynamicOutput`: one of any number of values of an output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from daglab.definitions.metadata import MetadataValue, RawMetadata, normalize_metadata
from daglab.definitions.names import check_valid_name
from daglab.definitions.nodes import DEFAULT_OUTPUT
from daglab.errors import InvalidDefinitionError

T = TypeVar("T")


class DynamicOutput(Generic[T]):
    """One value of a dynamic output; what is mapped over the output runs once for each.

    Args:
        value: the value.
        mapping_key: tells it from the other values of this run; letters, digits and underscores.
        output_name: which output, where there are several.
        metadata: facts about the value.

    Raises:
        InvalidDefinitionError: a mapping key that cannot be one.

    Example:
        >>> DynamicOutput("a.csv", mapping_key="a_csv").mapping_key
        'a_csv'
    """

    def __init__(
        self,
        value: T,
        mapping_key: str,
        output_name: str = DEFAULT_OUTPUT,
        metadata: RawMetadata | None = None,
    ) -> None:
        self._value = value
        self._mapping_key = check_valid_name(mapping_key, "the mapping key of a DynamicOutput")
        if not isinstance(output_name, str):
            raise InvalidDefinitionError(f"output_name is {output_name!r}", hint="name the output")
        self._output_name = output_name
        self._metadata = normalize_metadata(metadata)

    @property
    def value(self) -> T:
        """The value."""
        return self._value

    @property
    def mapping_key(self) -> str:
        """What tells it from the other values."""
        return self._mapping_key

    @property
    def output_name(self) -> str:
        """The output that it is a value of."""
        return self._output_name

    @property
    def metadata(self) -> Mapping[str, MetadataValue]:
        """Facts about the value."""
        return self._metadata

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DynamicOutput):
            return NotImplemented
        mine: tuple[Any, ...] = (self._value, self._mapping_key, self._output_name, self._metadata)
        return mine == (other._value, other._mapping_key, other._output_name, other._metadata)

    __hash__ = None  # type: ignore[assignment]  # its value may be anything, a list for one

    def __repr__(self) -> str:
        return f"DynamicOutput({self._value!r}, mapping_key={self._mapping_key!r}, output_name={self._output_name!r})"
