"""Types whose check is `isinstance`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Union

from daglab.definitions.metadata import RawMetadata
from daglab.definitions.types.data_type import TypeKind
from daglab.definitions.types.mismatch import Mismatch, type_name
from daglab.definitions.types.structural_type import StructuralType
from daglab.errors import InvalidDefinitionError

if TYPE_CHECKING:
    from daglab.definitions.types.type_loader import TypeLoader


class InstanceType(StructuralType):
    """The instances of a class, or of any of several.

    Args:
        python_type: the class or classes.
        key: tells the type from all others.
        expected: how the class is called in messages.
        fields: anything else that a type can be given.
    """

    def __init__(self, python_type: type | tuple[type, ...], key: str, *, expected: str = "", **fields: Any) -> None:
        self.python_type = python_type
        self._expected = expected or " or ".join(type_name(one) for one in _classes(python_type))
        fields.setdefault("typing_type", Union[python_type])  # noqa: UP007  # a tuple cannot be written with |
        super().__init__(key, **fields)

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """Names the class that was expected, and what is there."""
        return None if isinstance(value, self.python_type) else Mismatch.of(self._expected, value)

    @property
    def plain_class(self) -> type | tuple[type, ...] | None:
        """The class, as long as no subclass checks more."""
        return self.python_type if type(self).find_mismatch is InstanceType.find_mismatch else None


class PythonObjectType(InstanceType):
    """A type whose values are the instances of a class, or of any of several.

    Args:
        python_type: a class, or a tuple of classes.
        key: tells the type from all others; by default its name.
        name: by default that of the class.
        is_builtin: whether it comes with daglab.
        description: Markdown.
        loader: makes values of it from run config.
        required_resource_keys: the resources that it needs.
        kind: what sort of type it is.
        metadata: facts about it.

    Example:
        >>> number = PythonObjectType((int, float))
        >>> number.unique_name, number.type_check(None, "3").description
        ('Union[int, float]', "expected int or float, got str: '3'")
    """

    def __init__(
        self,
        python_type: type | tuple[type, ...],
        key: str | None = None,
        name: str | None = None,
        *,
        is_builtin: bool = False,
        description: str | None = None,
        loader: TypeLoader | None = None,
        required_resource_keys: Iterable[str] | None = None,
        kind: TypeKind = TypeKind.REGULAR,
        metadata: RawMetadata | None = None,
    ) -> None:
        classes = _classes(python_type)
        if not classes or not all(isinstance(one, type) for one in classes):
            raise InvalidDefinitionError(
                f"python_type={python_type!r} is no class", hint="give a class, or a tuple of classes"
            )
        several = isinstance(python_type, tuple)
        self.type_str = f"Union[{', '.join(one.__name__ for one in classes)}]" if several else classes[0].__name__
        super().__init__(
            python_type,
            key or name or self.type_str,
            name=name or self.type_str,
            is_builtin=is_builtin,
            description=description,
            loader=loader,
            required_resource_keys=required_resource_keys,
            kind=kind,
            metadata=metadata,
        )


class InferredType(InstanceType):
    """The type of a class that was used as an annotation and that nobody declared a type for."""

    def __init__(self, python_type: type) -> None:
        qualified = f"{python_type.__module__}.{python_type.__name__}"
        super().__init__(python_type, f"_TypeHintInferred[{qualified}]", description=f"Instances of `{qualified}`.")

    @property
    def display_name(self) -> str:
        """The name of the class."""
        python_type = self.python_type
        return "" if isinstance(python_type, tuple) else python_type.__name__


def _classes(python_type: type | tuple[type, ...]) -> tuple[type, ...]:
    return python_type if isinstance(python_type, tuple) else (python_type,)
