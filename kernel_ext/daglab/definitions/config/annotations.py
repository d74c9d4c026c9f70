"""What the annotation of a config field says."""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

RESOURCE_MARK = "resource_param"


def strip_annotated(annotation: Any) -> Any:
    """The type inside `Annotated[...]`, however deep.

    Example:
        >>> strip_annotated(Annotated[int, "rows"])
        <class 'int'>
    """
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def is_union(annotation: Any) -> bool:
    """Whether it is a union, in either way of writing one."""
    return get_origin(annotation) in (Union, types.UnionType)


def is_optional(annotation: Any) -> bool:
    """Whether it is one type or None.

    Example:
        >>> is_optional(int | None), is_optional(int | str | None)
        (True, False)
    """
    arguments = get_args(annotation)
    return is_union(annotation) and len(arguments) == 2 and type(None) in arguments


def accepts_none(annotation: Any) -> bool:
    """Whether None is a value of it."""
    annotation = strip_annotated(annotation)
    return annotation is Any or annotation is None or (is_union(annotation) and type(None) in get_args(annotation))


def is_literal(annotation: Any) -> bool:
    """Whether it is a choice of literal values."""
    return get_origin(annotation) is Literal


def takes_resource(annotation: Any, metadata: Iterable[object]) -> bool:
    """Whether a field holds a resource rather than config: its class says so, or the mark of `ResourceParam`."""
    if any(isinstance(mark, str) and mark == RESOURCE_MARK for mark in metadata):
        return True
    annotation = strip_annotated(annotation)
    members = get_args(annotation) if is_union(annotation) else (annotation,)
    return any(getattr(get_origin(one) or one, "_is_resource_annotation", False) is True for one in members)
