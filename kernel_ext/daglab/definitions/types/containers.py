"""The types of lists, sets, dicts and tuples, and of what may be None."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from daglab.definitions.types.builtin_loaders import list_loader, mapping_loader, optional_loader, tuple_loader
from daglab.definitions.types.data_type import DataType, TypeKind
from daglab.definitions.types.mismatch import Mismatch
from daglab.definitions.types.structural_type import StructuralType, find_in_items, find_in_mapping
from daglab.errors import InvalidDefinitionError


class OptionalType(StructuralType):
    """None, or a value of the inner type."""

    def __init__(self, inner_type: DataType) -> None:
        self.inner_type = _something(inner_type, "Optional")
        super().__init__(
            f"Optional.{inner_type.key}",
            inner=(inner_type,),
            kind=TypeKind.NULLABLE,
            loader=optional_loader(inner_type),
            typing_type=typing.Optional[inner_type.typing_type],  # noqa: UP045  # not every type can stand before |
        )

    @property
    def display_name(self) -> str:
        """The name of the inner type, with a question mark."""
        return f"{self.inner_type.display_name}?"

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """None is always right."""
        return None if value is None else self.inner_type.find_mismatch(context, value)

    @property
    def plain_class(self) -> type | tuple[type, ...] | None:
        """That of the inner type, and None's."""
        inner = self.inner_type.plain_class
        if inner is None:
            return None
        return (*inner, type(None)) if isinstance(inner, tuple) else (inner, type(None))

    @property
    def supports_fan_in(self) -> bool:
        """As the inner type does."""
        return self.inner_type.supports_fan_in

    def get_inner_type_for_fan_in(self) -> DataType:
        """That of the inner type."""
        return self.inner_type.get_inner_type_for_fan_in()


class ListType(StructuralType):
    """A list with items of one type."""

    def __init__(self, inner_type: DataType) -> None:
        self.inner_type = _something(inner_type, "List")
        super().__init__(
            f"List.{inner_type.key}",
            inner=(inner_type,),
            kind=TypeKind.LIST,
            loader=list_loader(inner_type),
            typing_type=typing.List[inner_type.typing_type],  # type: ignore[name-defined]  # noqa: UP006  # what users compare it with
        )

    @property
    def display_name(self) -> str:
        """The name of the inner type in brackets."""
        return f"[{self.inner_type.display_name}]"

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """No list, or the first item that is off."""
        if not isinstance(value, list):
            return Mismatch.of("list", value)
        return find_in_items(context, self.inner_type, value)

    @property
    def supports_fan_in(self) -> bool:
        """Several outputs make a list."""
        return True

    def get_inner_type_for_fan_in(self) -> DataType:
        """The type of its items."""
        return self.inner_type


class SetType(StructuralType):
    """A set with items of one type."""

    def __init__(self, item_type: DataType) -> None:
        self.item_type = _something(item_type, "Set")
        super().__init__(
            f"TypedPythonSet.{item_type.key}",
            inner=(item_type,),
            loader=list_loader(item_type, set),
            typing_type=typing.Set[item_type.typing_type],  # type: ignore[name-defined]  # noqa: UP006  # as above
        )

    @property
    def display_name(self) -> str:
        """With the name of the item type."""
        return f"Set[{self.item_type.display_name}]"

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """No set, or an item that is off."""
        if not isinstance(value, set):
            return Mismatch.of("set", value)
        return find_in_items(context, self.item_type, value, keyed=False)


class DictType(StructuralType):
    """A dict with keys of one type and values of another."""

    def __init__(self, key_type: DataType, value_type: DataType) -> None:
        self.key_type, self.value_type = _something(key_type, "Dict"), _something(value_type, "Dict")
        super().__init__(
            f"TypedPythonDict.{key_type.key}.{value_type.key}",
            inner=(key_type, value_type),
            loader=mapping_loader(key_type.plain_class, value_type),
            typing_type=typing.Dict[key_type.typing_type, value_type.typing_type],  # type: ignore[name-defined]  # noqa: UP006
        )

    @property
    def display_name(self) -> str:
        """With the names of both."""
        return f"Dict[{self.key_type.display_name},{self.value_type.display_name}]"

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """No dict, or the first key or value that is off."""
        if not isinstance(value, dict):
            return Mismatch.of("dict", value)
        return find_in_mapping(context, self.key_type, self.value_type, value)


class TupleType(StructuralType):
    """A tuple with a type for each entry."""

    def __init__(self, entry_types: Iterable[DataType]) -> None:
        self.entry_types = tuple(_something(entry, "Tuple") for entry in entry_types)
        annotations = tuple(entry.typing_type for entry in self.entry_types)
        super().__init__(
            f"TypedPythonTuple{'.'.join(entry.key for entry in self.entry_types)}",
            inner=self.entry_types,
            loader=tuple_loader(self.entry_types),
            typing_type=typing.Tuple[annotations or ()],  # noqa: UP006  # as above
        )

    @property
    def display_name(self) -> str:
        """With the names of all."""
        return f"Tuple[{','.join(entry.display_name for entry in self.entry_types)}]"

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """No tuple, one of another length, or the first entry that is off."""
        if not isinstance(value, tuple):
            return Mismatch.of("tuple", value)
        wanted = len(self.entry_types)
        if len(value) != wanted:
            return Mismatch.of(f"tuple of {wanted}, not of {len(value)}", value)
        for index, (entry_type, entry) in enumerate(zip(self.entry_types, value, strict=True)):
            mismatch = entry_type.find_mismatch(context, entry)
            if mismatch is not None:
                return mismatch.inside(f"[{index}]")
        return None


class CollectionType(StructuralType):
    """A collection of another sort: an abstract one such as `Sequence`, a frozen set, a tuple of any length.

    Args:
        python_class: the class of the collection.
        item_type: of its items.
        name: of the collection as people know it.
        annotation: how Python annotates it.
    """

    def __init__(self, python_class: type, item_type: DataType, *, name: str, annotation: Any) -> None:
        self.python_class, self.item_type = python_class, _something(item_type, name)
        self._name_of_class = name
        ending = ",..." if python_class is tuple else ""
        super().__init__(f"{name}[{item_type.key}{ending}]", inner=(item_type,), typing_type=annotation)

    @property
    def display_name(self) -> str:
        """With the name of the item type."""
        ending = ",..." if self.python_class is tuple else ""
        return f"{self._name_of_class}[{self.item_type.display_name}{ending}]"

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """Another class, or the first item that is off; text is no collection, though Python takes it for one.

        The items of what can be read once only, as a generator, are left alone.
        """
        if not isinstance(value, self.python_class) or isinstance(value, (str, bytes, bytearray)):
            return Mismatch.of(self._name_of_class, value)
        if not isinstance(value, typing.Collection):
            return None
        return find_in_items(context, self.item_type, value, keyed=isinstance(value, Sequence))


class MappingType(StructuralType):
    """A mapping that need not be a dict.

    Args:
        python_class: the class of the mapping.
        key_type: of its keys.
        value_type: of its values.
        name: of the mapping as people know it.
        annotation: how Python annotates it.
    """

    def __init__(
        self,
        python_class: type[Mapping[Any, Any]],
        key_type: DataType,
        value_type: DataType,
        *,
        name: str,
        annotation: Any,
    ) -> None:
        self.python_class = python_class
        self.key_type, self.value_type = _something(key_type, name), _something(value_type, name)
        self._name_of_class = name
        super().__init__(
            f"{name}[{key_type.key},{value_type.key}]",
            inner=(key_type, value_type),
            loader=mapping_loader(key_type.plain_class, value_type) if isinstance({}, python_class) else None,
            typing_type=annotation,
        )

    @property
    def display_name(self) -> str:
        """With the names of both types."""
        return f"{self._name_of_class}[{self.key_type.display_name},{self.value_type.display_name}]"

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """Another class, or the first key or value that is off."""
        if not isinstance(value, self.python_class):
            return Mismatch.of(self._name_of_class, value)
        return find_in_mapping(context, self.key_type, self.value_type, value)


def _something(data_type: DataType, container: str) -> DataType:
    """Refuses what holds nothing."""
    if data_type.is_nothing:
        raise InvalidDefinitionError(
            f"{container}[Nothing]: nothing can be in it",
            hint="use Nothing itself: an input of it can wait for several",
        )
    return data_type
