"""The names of the built-in types, for use in definitions: `List[Int]`, `Dict[String, Any]`, `Optional[Float]`.

`Any`, `Bool`, `Float`, `Int` and `String` are Python's own; `Dict`, `List`, `Optional`, `Set` and `Tuple` take types in
brackets, and without them stand for any `dict`, `list`, ...

Example:
    >>> Int is int, String is str, Bool is bool, Float is float, Any is typing.Any
    (True, True, True, True, True)
    >>> [one.display_name for one in (Dict[String, Int], List[Int], Optional[Float], Set[Bool], Tuple[Int, String])]
    ['Dict[String,Int]', '[Int]', 'Float?', 'Set[Bool]', 'Tuple[Int,String]']
"""

from __future__ import annotations

import builtins
import typing

from daglab.definitions.types.builtin_types import DICT, LIST, SET, TUPLE, ContainerName
from daglab.definitions.types.containers import DictType, ListType, OptionalType, SetType, TupleType
from daglab.definitions.types.resolution import resolve_type
from daglab.definitions.types.scalars import ANY
from daglab.errors import InvalidDefinitionError

Any = typing.Any
Bool = bool
Float = float
Int = int
String = str


class ListName(ContainerName):
    """`List`, `List[...]`."""

    def __getitem__(self, inner_type: object) -> ListType:
        return ListType(resolve_type(_given(inner_type, "List")))

    def __call__(self, inner_type: object) -> ListType:
        """The same as with brackets."""
        return self[inner_type]


class SetName(ContainerName):
    """`Set`, `Set[...]`."""

    def __getitem__(self, inner_type: object) -> SetType:
        return SetType(resolve_type(_given(inner_type, "Set")))


class OptionalName(ContainerName):
    """`Optional[...]`."""

    def __getitem__(self, inner_type: object) -> OptionalType:
        return OptionalType(resolve_type(_given(inner_type, "Optional")))


class TupleName(ContainerName):
    """`Tuple`, `Tuple[..., ...]`."""

    def __getitem__(self, tuple_types: object) -> TupleType:
        entries = tuple_types if isinstance(tuple_types, tuple) else (_given(tuple_types, "Tuple"),)
        return TupleType(resolve_type(entry) for entry in entries)


class DictName(ContainerName):
    """`Dict`, `Dict[..., ...]`."""

    def __getitem__(self, types: object) -> DictType:
        if not isinstance(types, tuple) or len(types) != 2:
            raise InvalidDefinitionError(
                f"Dict[{types!r}] needs two types", hint="write Dict[String, Int]: of the keys, and of the values"
            )
        return DictType(resolve_type(types[0]), resolve_type(types[1]))


def _given(inner_type: object, name: builtins.str) -> object:
    if inner_type is None:
        raise InvalidDefinitionError(f"{name}[None]: there is no type in the brackets", hint=f"write {name}[Any]")
    return inner_type


Dict = DictName("Dict", DICT)
List = ListName("List", LIST)
Optional = OptionalName("Optional", ANY)
Set = SetName("Set", SET)
Tuple = TupleName("Tuple", TUPLE)
