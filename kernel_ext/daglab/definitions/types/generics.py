"""Annotations with something in brackets."""

from __future__ import annotations

import collections
import collections.abc
import typing
from collections.abc import Callable
from typing import Any, TypeAlias

from daglab.definitions.types.builtin_types import BUILTIN_TYPES
from daglab.definitions.types.constructs import LiteralType, PredicateType, UnionType
from daglab.definitions.types.containers import (
    CollectionType,
    DictType,
    ListType,
    MappingType,
    OptionalType,
    SetType,
    TupleType,
)
from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.mismatch import type_name
from daglab.definitions.types.registry import REGISTRY
from daglab.definitions.types.scalars import ANY, INT

Resolve: TypeAlias = Callable[[Any], DataType]

_COLLECTIONS = (
    collections.abc.Collection,
    collections.abc.Iterable,
    collections.abc.MutableSequence,
    collections.abc.MutableSet,
    collections.abc.Reversible,
    collections.abc.Sequence,
    collections.abc.Set,
    collections.deque,
    frozenset,
)
_MAPPINGS = (
    collections.ChainMap,
    collections.OrderedDict,
    collections.abc.Mapping,
    collections.abc.MutableMapping,
    collections.defaultdict,
)


def resolve_union(members: tuple[Any, ...], resolve: Resolve) -> DataType:
    """Of several types; None among them makes it optional."""
    resolved = [resolve(member) for member in members if member is not type(None)]
    if ANY in resolved:
        return ANY
    inner = resolved[0] if len(resolved) == 1 else UnionType(resolved)
    return OptionalType(inner) if type(None) in members else inner


def resolve_generic(origin: Any, arguments: tuple[Any, ...], annotation: Any, resolve: Resolve) -> DataType:
    """Of what stands before the brackets, and what in them.

    Args:
        origin: the class or construct before the brackets.
        arguments: what is in them; empty for the bare forms of `typing`, as `typing.List`.
        annotation: the whole.
        resolve: resolves what is in them.
    """
    if origin is typing.Literal:
        return LiteralType(arguments, annotation)
    if origin is type:
        return _class_object(arguments, annotation)
    if origin is collections.abc.Callable:
        return PredicateType("Callable", callable, expected="something that can be called", annotation=annotation)
    if not arguments and origin in BUILTIN_TYPES and annotation != tuple[()]:
        return BUILTIN_TYPES[origin]
    if origin in (list, set, dict, tuple):
        return _builtin_container(origin, arguments, annotation, resolve)
    if origin in _MAPPINGS or origin is collections.Counter:
        keys = resolve(arguments[0]) if arguments else ANY
        values = resolve(arguments[1]) if len(arguments) > 1 else (INT if origin is collections.Counter else ANY)
        return MappingType(origin, keys, values, name=origin.__name__, annotation=annotation)
    if origin in _COLLECTIONS:
        items = resolve(arguments[0]) if arguments else ANY
        return CollectionType(origin, items, name=origin.__name__, annotation=annotation)
    return resolve(origin)


def _builtin_container(origin: Any, arguments: tuple[Any, ...], annotation: Any, resolve: Resolve) -> DataType:
    if origin is list:
        return ListType(resolve(arguments[0]))
    if origin is set:
        return SetType(resolve(arguments[0]))
    if origin is dict:
        return DictType(resolve(arguments[0]), resolve(arguments[1]))
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return CollectionType(tuple, resolve(arguments[0]), name="Tuple", annotation=annotation)
    if any(typing.get_origin(argument) is typing.Unpack for argument in arguments):
        return BUILTIN_TYPES[tuple]
    return TupleType(resolve(argument) for argument in arguments)


def _class_object(arguments: tuple[Any, ...], annotation: Any) -> DataType:
    """Of `type[X]`: the class X and what is derived from it."""
    base = arguments[0] if arguments else object
    if not isinstance(base, type):
        return REGISTRY.find_or_infer(type)
    name = type_name(base)

    def is_subclass(value: Any) -> bool:
        return isinstance(value, type) and issubclass(value, base)

    key = f"Type[{base.__module__}.{base.__qualname__}]"
    return PredicateType(key, is_subclass, expected=f"the class {name} or one derived from it", annotation=annotation)
