"""What a type finds wrong with a value, and where in it."""

from __future__ import annotations

import reprlib
from collections.abc import Sized
from dataclasses import dataclass, field, replace
from typing import Any

from daglab.definitions.metadata import RawMetadata
from daglab.definitions.types.type_check import TypeCheck

_LONGEST = 80
_READABLE = 10**1000  # beyond some thousand digits Python refuses to write a number down


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """What is wrong with a value, or with a part of it.

    Args:
        description: what was expected and what is there.
        metadata: facts that the type check gave.
        path: where the part is, as one would write it after the name of the value.

    Example:
        >>> Mismatch.of("int", "x").inside('["a"]').inside("[3]").to_check().description
        'at [3]["a"]: expected int, got str: \\'x\\''
    """

    description: str
    metadata: RawMetadata = field(default_factory=dict)
    path: str = ""

    @classmethod
    def of(cls, expected: str, value: object) -> Mismatch:
        """A value that is not what its type expects."""
        return cls(description=f"expected {expected}, got {describe(value)}")

    def inside(self, step: str) -> Mismatch:
        """The same, seen from what holds the value at `step`."""
        return replace(self, path=step + self.path)

    def to_check(self) -> TypeCheck:
        """The verdict on the whole value."""
        where = f"at {self.path}: " if self.path else ""
        return TypeCheck(False, description=where + self.description, metadata=self.metadata)


class _ShortRepr(reprlib.Repr):
    """Cuts long values before they are turned into text, as far as that can be done."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = _LONGEST
        self.maxlevel = 3

    def repr_int(self, value: int, level: int) -> str:
        return super().repr_int(value, level) if abs(value) < _READABLE else f"{value.bit_length():,} bits"

    def repr_bytes(self, value: bytes, level: int) -> str:
        return self.repr_str(value, level) if len(value) <= _LONGEST else repr(value[:_LONGEST]) + "..."  # type: ignore[arg-type]  # needs len and slices only

    repr_bytearray = repr_bytes


_SHORT = _ShortRepr()


def describe(value: object) -> str:
    """The type of a value and the value itself, both short.

    Example:
        >>> describe("x"), describe(None), describe([])
        ("str: 'x'", 'None', 'list: []')
    """
    if value is None:
        return "None"
    shape = _shape(value)
    if shape is not None:
        return f"{type_name(type(value))} of shape {shape}"
    text = short_repr(value)
    long = isinstance(value, (list, tuple, dict, set, frozenset, str, bytes, bytearray)) and "..." in text
    count = f" of {len(value):,}" if long and isinstance(value, Sized) else ""
    return f"{type_name(type(value))}{count}: {text}"


def short_repr(value: object) -> str:
    """A value as one writes it, cut where it is long."""
    try:
        return _SHORT.repr(value)
    except Exception:  # reprlib goes by the name of the class, and a user's class may be called `dict`, too
        return object.__repr__(value)


def step_into(key: object) -> str:
    """How a part is written that is held at a key or an index."""
    if isinstance(key, str):
        quoted = short_repr(key)
        return '["' + quoted[1:-1] + '"]' if quoted[0] == "'" and '"' not in quoted else f"[{quoted}]"
    return f"[{short_repr(key)}]"


def type_name(python_type: Any) -> str:
    """The name of a class, with its module where that is not plain."""
    module = getattr(python_type, "__module__", "builtins")
    name: str = getattr(python_type, "__qualname__", None) or str(python_type)
    name = name.rpartition("<locals>.")[2]
    return name if module in ("builtins", "__main__") else f"{module.partition('.')[0]}.{name}"


def _shape(value: object) -> tuple[Any, ...] | None:
    """Of arrays and frames; their rows say less than their shape, and cost more."""
    try:
        shape = getattr(value, "shape", None)
    except Exception:  # a user's property
        return None
    return shape if isinstance(shape, tuple) and shape else None
