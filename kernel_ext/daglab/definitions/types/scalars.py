"""The types of single values: anything, nothing, texts, numbers, truth values."""

from __future__ import annotations

from typing import Any

from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.types.builtin_loaders import any_loader, scalar_loader
from daglab.definitions.types.data_type import DataType, TypeKind
from daglab.definitions.types.mismatch import Mismatch
from daglab.definitions.types.python_object_type import InstanceType
from daglab.definitions.types.structural_type import StructuralType
from daglab.definitions.types.type_check import PASSED, TypeCheck


class AnyType(StructuralType):
    """Anything goes; costs nothing to check."""

    def __init__(self) -> None:
        super().__init__("Any", name="Any", kind=TypeKind.ANY, is_builtin=True, loader=any_loader(), typing_type=Any)

    def type_check(self, context: Any, value: object) -> TypeCheck:
        """Always passes."""
        return PASSED

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """Never finds one."""
        return None

    @property
    def plain_class(self) -> type:
        """Everything is an object; nobody has to look."""
        return object

    @property
    def supports_fan_in(self) -> bool:
        """Whatever is gathered is of it."""
        return True

    def get_inner_type_for_fan_in(self) -> DataType:
        """Anything goes there, too."""
        return self


class NothingType(StructuralType):
    """No value is passed."""

    def __init__(self) -> None:
        super().__init__("Nothing", name="Nothing", kind=TypeKind.NOTHING, is_builtin=True, typing_type=type(None))

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """None, and no value at all, are nothing."""
        return None if value is None or value is NO_VALUE else Mismatch.of("no value", value)

    @property
    def supports_fan_in(self) -> bool:
        """An input can wait for several."""
        return True

    def get_inner_type_for_fan_in(self) -> DataType:
        """Each of them passes nothing, either."""
        return self


class ScalarType(InstanceType):
    """A text, a number or a truth value, as Python has them: True is an int, 1 is no float."""

    def __init__(self, name: str, python_type: type) -> None:
        super().__init__(
            python_type,
            name,
            name=name,
            kind=TypeKind.SCALAR,
            is_builtin=True,
            loader=scalar_loader(python_type),
        )


ANY = AnyType()
NOTHING = NothingType()
BOOL = ScalarType("Bool", bool)
FLOAT = ScalarType("Float", float)
INT = ScalarType("Int", int)
STRING = ScalarType("String", str)
