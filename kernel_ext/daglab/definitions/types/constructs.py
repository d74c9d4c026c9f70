"""The types of what Python's annotations can say beyond classes and containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Union

from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.mismatch import Mismatch, short_repr, step_into, type_name
from daglab.definitions.types.structural_type import StructuralType
from daglab.errors import suggest

_LONGEST_NAME = 100


class UnionType(StructuralType):
    """A value of any of several types."""

    def __init__(self, members: Sequence[DataType]) -> None:
        super().__init__(
            f"Union[{','.join(member.key for member in members)}]",
            inner=members,
            typing_type=Union[tuple(member.typing_type for member in members)],  # noqa: UP007
        )

    @property
    def display_name(self) -> str:
        """With the names of all."""
        return f"Union[{','.join(member.display_name for member in self.direct_types)}]"

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """If the value is nearly of one type, that is which of its parts is off, what that type finds wrong."""
        mismatches = []
        for member in self.direct_types:
            mismatch = member.find_mismatch(context, value)
            if mismatch is None:
                return None
            mismatches.append(mismatch)
        near = [mismatch for mismatch in mismatches if mismatch.path]
        if len(near) == 1:
            return near[0]
        return Mismatch.of(" or ".join(member.display_name for member in self.direct_types), value)

    @property
    def plain_class(self) -> type | tuple[type, ...] | None:
        """Those of all members together."""
        classes: list[type] = []
        for member in self.direct_types:
            found = member.plain_class
            if found is None:
                return None
            classes.extend(found if isinstance(found, tuple) else (found,))
        return tuple(classes)


class LiteralType(StructuralType):
    """One of a few values, of the same class: True is not 1."""

    def __init__(self, options: Sequence[Any], annotation: Any) -> None:
        self._options = tuple(options)
        shown = ", ".join(map(repr, options))
        super().__init__(f"Literal[{shown}]", typing_type=annotation)

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """Lists what could be, and what comes nearest."""
        if any(type(value) is type(option) and value == option for option in self._options):
            return None
        mismatch = Mismatch.of(f"one of {', '.join(map(repr, self._options))}", value)
        texts = [option for option in self._options if isinstance(option, str)]
        near = suggest(value, texts) if isinstance(value, str) and len(value) < _LONGEST_NAME else ""
        return Mismatch(description=f"{mismatch.description}; {near}") if near else mismatch


class PredicateType(StructuralType):
    """What a function of Python says yes to: callables, subclasses of a class.

    Args:
        key: tells the type from all others, and is its name.
        predicate: says whether a value is of it.
        expected: what messages call it.
        annotation: how Python annotates it.
    """

    def __init__(self, key: str, predicate: Callable[[Any], bool], *, expected: str, annotation: Any) -> None:
        self._predicate, self._expected = predicate, expected
        super().__init__(key, typing_type=annotation)

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """Tells what was expected."""
        return None if self._predicate(value) else Mismatch.of(self._expected, value)


class LateType(StructuralType):
    """A type that is worked out when the first value is checked, because it may be made of itself.

    Args:
        key: tells the type from all others.
        display_name: what people see.
        resolve: works it out.
        annotation: how Python annotates it.
    """

    def __init__(self, key: str, display_name: str, resolve: Callable[[], DataType], *, annotation: Any) -> None:
        self._resolve, self._display_name = resolve, display_name
        super().__init__(key, typing_type=annotation)

    @cached_property
    def _resolved(self) -> DataType:
        return self._resolve()

    @property
    def display_name(self) -> str:
        """The name of what is resolved late."""
        return self._display_name

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """What the type itself finds."""
        return self._resolved.find_mismatch(context, value)


class TypedDictType(StructuralType):
    """A dict with known keys.

    Args:
        python_type: the `TypedDict`.
        fields: the type of each key.
        required: the keys that must be there.
    """

    def __init__(self, python_type: Any, fields: Mapping[str, DataType], required: Sequence[str]) -> None:
        self._fields = dict(fields)
        self._required = tuple(required)
        self._class_name = str(python_type.__name__)
        super().__init__(f"TypedDict[{type_name(python_type)}]", inner=fields.values(), typing_type=python_type)

    @property
    def display_name(self) -> str:
        """The name of the class."""
        return self._class_name

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """No dict, keys that are missing or too many, or the first value that is off."""
        if not isinstance(value, dict):
            return Mismatch.of(f"dict with the keys of {self.display_name}", value)
        missing = [key for key in self._required if key not in value]
        if missing:
            return Mismatch(description=f"{self.display_name} misses {', '.join(map(repr, missing))}")
        for key, item in value.items():
            field = self._fields.get(key) if isinstance(key, str) else None
            if field is None:
                near = suggest(key, self._fields) if isinstance(key, str) and len(key) < _LONGEST_NAME else ""
                ending = f"; {near}" if near else ""
                return Mismatch(description=f"{self.display_name} has no key {short_repr(key)}{ending}")
            mismatch = field.find_mismatch(context, item)
            if mismatch is not None:
                return mismatch.inside(step_into(key))
        return None
