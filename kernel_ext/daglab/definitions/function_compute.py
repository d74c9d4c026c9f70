"""A Python function as a computation."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from daglab.definitions.context import AssetExecutionContext
from daglab.errors import DefinitionError


@dataclass(frozen=True, kw_only=True)
class FunctionCompute:
    """Calls a user's function with its inputs by name, and with the context where it asks for it."""

    function: Callable[..., Any]
    takes_context: bool

    def __call__(self, context: AssetExecutionContext, inputs: Mapping[str, object]) -> object:
        """Calls the function."""
        if self.takes_context:
            return self.function(context, **inputs)
        return self.function(**inputs)


def read_signature(function: Callable[..., Any]) -> tuple[bool, tuple[str, ...]]:
    """Whether a function asks for the context, and the names of its inputs.

    Raises:
        DefinitionError: it has parameters that cannot be given by name.
    """
    parameters = list(inspect.signature(function).parameters.values())
    takes_context = bool(parameters) and _is_context(parameters[0])
    inputs = parameters[1:] if takes_context else parameters
    for parameter in inputs:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise DefinitionError(
                f"{function.__name__!r} has the parameter {str(parameter)!r}",
                hint="name each input; inputs are given by name",
            )
    return takes_context, tuple(parameter.name for parameter in inputs)


def _is_context(parameter: inspect.Parameter) -> bool:
    annotation = parameter.annotation
    named = annotation.rpartition(".")[2] if isinstance(annotation, str) else annotation
    if named is AssetExecutionContext or named == AssetExecutionContext.__name__:
        return True
    return parameter.name in ("context", "_context", "_", "__")
