"""Annotations that name what user code hands back around a value, as `Output[int]`."""

from __future__ import annotations

import typing
from typing import Any

from daglab.definitions.results import MaterializeResult, ObserveResult, Output
from daglab.errors import InvariantViolationError

_WITH_VALUE = (Output, MaterializeResult)
_STREAMS = ("Generator", "Iterator", "AsyncGenerator", "AsyncIterator")


def unwrap_event(annotation: Any) -> Any | None:
    """The annotation of the value itself; None where no event is named.

    Args:
        annotation: as it stands in a signature.

    Returns:
        What is in the brackets, `Any` without them, None's class where the event has no value.

    Raises:
        InvariantViolationError: one dynamic output alone, while there may be any number of them.
    """
    origin, arguments = typing.get_origin(annotation) or annotation, typing.get_args(annotation)
    if origin is list and len(arguments) == 1:
        return _argument(arguments[0]) if _is_dynamic(arguments[0]) else None
    if getattr(origin, "__name__", "") in _STREAMS:
        return (
            Any if any(_is_event(argument, *_WITH_VALUE) or _is_dynamic(argument) for argument in arguments) else None
        )
    if _is_dynamic(origin):
        raise InvariantViolationError(
            "an op gives back one DynamicOutput, by its annotation",
            hint="annotate list[DynamicOutput[...]] or yield them; for a single value, Output is there",
        )
    if _is_event(origin, *_WITH_VALUE):
        return _argument(annotation)
    return type(None) if _is_event(origin, ObserveResult) else None


def _argument(annotation: Any) -> Any:
    arguments = typing.get_args(annotation)
    return arguments[0] if len(arguments) == 1 else Any


def _is_event(annotation: Any, *events: type) -> bool:
    origin = typing.get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, events)


def _is_dynamic(annotation: Any) -> bool:
    """By name: `DynamicOutput` is made of nodes, and they of types."""
    origin = typing.get_origin(annotation) or annotation
    return isinstance(origin, type) and any(
        one.__name__ == "DynamicOutput" and one.__module__.startswith("daglab.") for one in origin.__mro__
    )
