"""Which class has which type, as declared by users and as inferred from annotations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, overload

from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.mismatch import type_name
from daglab.definitions.types.python_object_type import InferredType, PythonObjectType
from daglab.errors import InvalidDefinitionError

if TYPE_CHECKING:
    from daglab.definitions.types.type_loader import TypeLoader

C = TypeVar("C", bound=type)


class TypeRegistry:
    """The types of classes. `version` counts what was replaced, for those who keep what they found here."""

    def __init__(self) -> None:
        self._types: dict[type, DataType] = {}
        self.version = 0

    def find(self, python_type: type) -> DataType | None:
        """The type that a class was given, or that was inferred for it before."""
        return self._types.get(python_type)

    def find_or_infer(self, python_type: type) -> DataType:
        """The type of a class; from now on it is the one that counts."""
        return self._types.setdefault(python_type, InferredType(python_type))

    def register(self, python_type: type, data_type: DataType) -> None:
        """Gives a class its type.

        A type with the same key replaces the one before, so that a notebook cell can be run again.

        Raises:
            InvalidDefinitionError: the class has another type.
        """
        known = self._types.get(python_type)
        if known is not None and known != data_type:
            name = type_name(python_type)
            if isinstance(known, InferredType):
                raise InvalidDefinitionError(
                    f"the class {name} was used as an annotation before it was given the type "
                    f"{data_type.display_name!r}",
                    hint="give a class its type before the first op or asset that uses it",
                )
            raise InvalidDefinitionError(
                f"the class {name} has the type {known.display_name!r} and cannot have {data_type.display_name!r}, too",
                hint="a class has one type; give another one to In(...) or Out(...) where you need it",
            )
        if known is not data_type:
            self._types[python_type] = data_type
            self.version += 1


REGISTRY = TypeRegistry()  # a class has one type in all of a process, like the class itself


def make_python_type_usable_as_data_type(python_type: type, dagster_type: DataType) -> None:
    """Gives a class its type: wherever the class is an annotation, the type checks.

    Args:
        python_type: the class.
        dagster_type: its type.

    Raises:
        InvalidDefinitionError: the class has another type, or was used before it was given one.

    Example:
        >>> class Celsius(float): ...
        >>> warm = DataType(name="Warm", type_check_fn=lambda _, value: value > 20)
        >>> make_python_type_usable_as_data_type(Celsius, warm)
        >>> REGISTRY.find(Celsius)
        <DataType Warm>
    """
    if not isinstance(python_type, type):
        raise InvalidDefinitionError(f"python_type={python_type!r} is no class")
    if not isinstance(dagster_type, DataType):
        raise InvalidDefinitionError(f"dagster_type={dagster_type!r} is no DagsterType")
    REGISTRY.register(python_type, dagster_type)


@overload
def usable_as_data_type(name: C) -> C: ...


@overload
def usable_as_data_type(
    name: str | None = None, description: str | None = None, loader: TypeLoader | None = None
) -> Callable[[C], C]: ...


def usable_as_data_type(
    name: str | C | None = None, description: str | None = None, loader: TypeLoader | None = None
) -> C | Callable[[C], C]:
    """Decorates a class to have a type of its own, whose values are the instances of the class.

    Args:
        name: of the type; by default that of the class. Without parentheses, the class.
        description: Markdown.
        loader: makes values of it from run config.

    Example:
        >>> @usable_as_data_type(name="Ticket", description="What the clerk sells.")
        ... class SeatTicket: ...
        >>> REGISTRY.find(SeatTicket).description
        'What the clerk sells.'
    """
    if isinstance(name, type):
        make_python_type_usable_as_data_type(name, PythonObjectType(name))
        return name

    def decorate(python_type: C) -> C:
        if not isinstance(python_type, type):
            raise InvalidDefinitionError(f"usable_as_dagster_type decorates classes, not {python_type!r}")
        own = PythonObjectType(python_type, name=name or None, description=description, loader=loader)
        make_python_type_usable_as_data_type(python_type, own)
        return python_type

    return decorate
