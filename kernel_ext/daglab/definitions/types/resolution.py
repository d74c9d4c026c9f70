"""What a user gave as a type, turned into a `DataType`."""

from __future__ import annotations

import inspect
import typing
from functools import lru_cache, partial
from types import SimpleNamespace, UnionType
from typing import Any

from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.types.builtin_types import BUILTIN_TYPES, NONE, ContainerName
from daglab.definitions.types.constructs import LateType, TypedDictType
from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.event_annotations import unwrap_event
from daglab.definitions.types.generics import resolve_generic, resolve_union
from daglab.definitions.types.mismatch import type_name
from daglab.definitions.types.nothing import means_nothing
from daglab.definitions.types.pandera_schema import as_pandera_type
from daglab.definitions.types.registry import REGISTRY
from daglab.definitions.types.scalars import ANY, NOTHING, STRING
from daglab.errors import InvalidDefinitionError

_MOST_KEPT = 4096
_NOT_GIVEN = (None, NO_VALUE, inspect.Parameter.empty, Any, object)
_MARKERS = (typing.Required, typing.NotRequired, typing.Final, typing.ClassVar)
_TYPED_DICT_METACLASSES = ("_TypedDictMeta",)  # of typing and of typing_extensions


def resolve_type(raw: object) -> DataType:
    """The type that is meant by what a user gave, or by an annotation.

    Args:
        raw: a `DataType`, a class, anything that Python's annotations can say, a pandera schema, None or nothing for
            "anything goes". Names in text that cannot be resolved mean that anything goes, too.

    Raises:
        InvalidDefinitionError: it is no type.

    Example:
        >>> resolve_type(dict[str, list[int]]).type_check(None, {"a": [1, "2"]}).description
        'at ["a"][1]: expected int, got str: \\'2\\''
    """
    if raw is NO_VALUE:
        return ANY
    if isinstance(raw, DataType):
        return raw
    if any(raw is one for one in _NOT_GIVEN):
        return ANY
    try:
        hash(raw)
    except TypeError:
        pandera_type = as_pandera_type(raw)
        if pandera_type is not None:
            return pandera_type
        raise _no_type(raw) from None
    return _resolve_kept(raw, REGISTRY.version)


@lru_cache(maxsize=_MOST_KEPT)
def _resolve_kept(raw: Any, _registry_version: int) -> DataType:
    if means_nothing(raw):
        return NOTHING
    if isinstance(raw, ContainerName):
        return raw.bare_type
    if isinstance(raw, (str, typing.ForwardRef)):
        return _resolve_text(raw if isinstance(raw, str) else raw.__forward_arg__)
    if isinstance(raw, type) and raw in BUILTIN_TYPES:
        return BUILTIN_TYPES[raw]
    event = unwrap_event(raw)
    if event is not None:
        return NOTHING if event is type(None) else resolve_type(event)
    return as_pandera_type(raw) or _resolve_construct(raw)


def _resolve_construct(raw: Any) -> DataType:
    """Of what `typing` has, and of classes."""
    origin, arguments = typing.get_origin(raw), typing.get_args(raw)
    if origin in (typing.Union, UnionType):
        return resolve_union(arguments, resolve_type)
    if origin is typing.Annotated:
        own = [extra for extra in raw.__metadata__ if isinstance(extra, DataType)]
        return own[0] if own else resolve_type(raw.__origin__)
    if origin in _MARKERS:
        return resolve_type(arguments[0])
    if origin is not None:
        return resolve_generic(origin, arguments, raw, _resolve_inner)
    if isinstance(raw, type):
        return _resolve_class(raw)
    return _resolve_special(raw)


def _resolve_inner(raw: Any) -> DataType:
    """In brackets, None is the value None."""
    return NONE if raw is None or raw is type(None) else resolve_type(raw)


def _resolve_class(raw: type) -> DataType:
    if type(raw).__name__ in _TYPED_DICT_METACLASSES and hasattr(raw, "__required_keys__"):
        return REGISTRY.find(raw) or LateType(
            f"TypedDict[{raw.__module__}.{raw.__qualname__}]",
            raw.__name__,
            partial(_resolve_typed_dict, raw),
            annotation=raw,
        )
    if getattr(raw, "_is_protocol", False) and not getattr(raw, "_is_runtime_protocol", False):
        return REGISTRY.find(raw) or ANY  # Python cannot tell by the value
    if raw in (typing.IO, typing.TextIO, typing.BinaryIO):
        return ANY  # open files are no instances of them
    return REGISTRY.find_or_infer(raw)


def _resolve_typed_dict(raw: Any) -> DataType:
    """`__required_keys__` misses what is said in an annotation that is text, as all are after a `__future__` import."""
    hints = _hints(raw)
    said = {key: typing.get_origin(hint) for key, hint in hints.items()}
    known = raw.__required_keys__
    required = [
        key
        for key, origin in said.items()
        if origin is typing.Required or (key in known and origin is not typing.NotRequired)
    ]
    return TypedDictType(raw, {key: resolve_type(hint) for key, hint in hints.items()}, required)


def _resolve_special(raw: Any) -> DataType:
    """Of what is neither a class nor has brackets."""
    if raw is typing.LiteralString:
        return STRING
    if isinstance(raw, typing.NewType):
        return resolve_type(raw.__supertype__)
    if isinstance(raw, typing.TypeVar):
        return resolve_union(raw.__constraints__, resolve_type) if raw.__constraints__ else resolve_type(raw.__bound__)
    if type(raw).__name__ == "TypeAliasType":  # `type X = ...`, from Python 3.12 on
        key = f"TypeAlias[{raw.__module__}.{raw.__name__}]"
        return LateType(key, raw.__name__, lambda: resolve_type(raw.__value__), annotation=raw)
    if type(raw).__module__ in ("typing", "typing_extensions"):  # bare special forms, `Self`, `ParamSpec`
        return ANY
    raise _no_type(raw)


def _resolve_text(text: str) -> DataType:
    """An annotation as text, as far as builtins and `typing` tell what it means."""
    try:
        hints = typing.get_type_hints(SimpleNamespace(__annotations__={"value": text}), globalns=dict(vars(typing)))
    except Exception:  # the text is the user's: it may say anything
        return ANY
    return resolve_type(hints["value"])


def _hints(raw: type) -> dict[str, Any]:
    """The annotations of a class, their names resolved where that can be done."""
    try:
        return typing.get_type_hints(raw, include_extras=True)
    except Exception:  # names that exist for type checkers only
        return dict(raw.__annotations__)


def _no_type(raw: object) -> InvalidDefinitionError:
    shown = repr(raw) if len(repr(raw)) < 200 else f"a {type_name(type(raw))}"
    return InvalidDefinitionError(
        f"{shown} is no type",
        hint=f"did you mean the class, {type_name(type(raw))}? A type is a class, an annotation such as list[int], "
        "or a DagsterType",
    )
