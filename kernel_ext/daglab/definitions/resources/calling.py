"""How the functions behind resources are called: some take a context, some do not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def parameters_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters of anything callable; none where that cannot be told."""
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def takes_context(function: Callable[..., Any]) -> bool:
    """Whether the function has a parameter to pass the context to.

    Example:
        >>> takes_context(lambda init_context: 1), takes_context(lambda: 1)
        (True, False)
    """
    return bool(parameters_of(function))


def required_extras(function: Callable[..., Any]) -> list[str]:
    """Parameters after the context that the caller would have to give."""
    return [
        one.name
        for one in parameters_of(function)[1:]
        if one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]


def call_with_context(function: Callable[..., Any], context: Any) -> Any:
    """Calls the function, with the context where it takes one."""
    parameters = parameters_of(function)
    if not parameters:
        return function()
    if parameters[0].kind is inspect.Parameter.KEYWORD_ONLY:
        return function(**{parameters[0].name: context})
    return function(context)
