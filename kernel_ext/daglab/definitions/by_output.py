"""`ByOutput`: what is said of each output of a computation, in order."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Generic, TypeVar

T = TypeVar("T")


class ByOutput(Generic[T]):
    """Values of named outputs; iterated, it gives the values, and looked up, the value of an output.

    Args:
        values: by output.

    Example:
        >>> said = ByOutput({"a": 1, "b": 2})
        >>> list(said), said["b"], said[0], "a" in said
        ([1, 2], 2, 1, True)
    """

    def __init__(self, values: Mapping[str, T]) -> None:
        self._values = values

    def items(self) -> ItemsView[str, T]:
        """Outputs with their values."""
        return self._values.items()

    def keys(self) -> KeysView[str]:
        """The outputs."""
        return self._values.keys()

    def values(self) -> ValuesView[T]:
        """The values."""
        return self._values.values()

    def get(self, output_name: str, default: T | None = None) -> T | None:
        """The value of an output, if it has one."""
        return self._values.get(output_name, default)

    def __getitem__(self, which: str | int) -> T:
        return self._values[which] if isinstance(which, str) else list(self._values.values())[which]

    def __iter__(self) -> Iterator[T]:
        return iter(self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, one: object) -> bool:
        return one in self._values if isinstance(one, str) else one in list(self._values.values())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Mapping):
            return dict(self._values) == dict(other)
        if isinstance(other, (ByOutput, list, tuple)):
            return list(self) == list(other)
        return NotImplemented

    def __repr__(self) -> str:
        return repr(list(self))
