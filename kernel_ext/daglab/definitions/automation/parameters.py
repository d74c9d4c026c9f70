"""The parameters of the functions of schedules and sensors: a context, resources, an event."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from daglab.definitions.resource_annotations import is_resource_annotation
from daglab.errors import InvalidDefinitionError, InvalidInvocationError


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The names of a function's parameters.

    Args:
        plain: those that take no resource, in order; the first one takes the context.
        resources: those that take resources.
    """

    plain: tuple[str, ...]
    resources: frozenset[str]

    @property
    def context(self) -> str | None:
        """The one that takes the context, None if the function asks for none."""
        return self.plain[0] if self.plain else None

    def context_in(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any], kind: type[Any], what: str
    ) -> tuple[Any, dict[str, Any]]:
        """The context and the resources of a direct call.

        Args:
            args: what was given by position.
            kwargs: what was given by name.
            kind: what the context must be.
            what: what is called, for messages.

        Raises:
            InvalidInvocationError: the arguments do not fit; or a context is needed and none is given.
        """
        given = {name: value for name, value in kwargs.items() if name not in self.resources}
        if len(args) + len(given) > 1:
            raise InvalidInvocationError(
                f"{what} was called with {len(args) + len(given)} arguments that are no resources",
                hint="give the context by position, and resources by name",
            )
        if self.context and not args and self.context not in given:
            raise InvalidInvocationError(
                f"{what} asks for a context, {self.context!r}, and was called without one",
                hint=f"give one that build_..._context() makes, as the first argument or as {self.context}=",
            )
        context = args[0] if args else given.get(self.context or "context")
        if context is not None and not isinstance(context, kind):
            raise InvalidInvocationError(
                f"{what} was called with {context!r} as its context",
                hint=f"give a {kind.__name__}; resources are given by name",
            )
        return context, {name: value for name, value in kwargs.items() if name in self.resources}


def read_parameters(function: Callable[..., Any]) -> Parameters:
    """The names of a function's parameters."""
    hints = _annotations(function)
    names = [
        name
        for name, one in inspect.signature(function).parameters.items()
        if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]
    resources = frozenset(name for name in names if is_resource_annotation(hints.get(name)))
    return Parameters(plain=tuple(name for name in names if name not in resources), resources=resources)


def resources_for(context: Any, keys: frozenset[str] | set[str], what: str) -> dict[str, Any]:
    """The resources of a context by key, as parameters get them.

    Raises:
        InvalidDefinitionError: one is not there.
    """
    if not keys:
        return {}
    known = context.resources.original_resource_dict if context is not None else {}
    missing = sorted(key for key in keys if key not in known)
    if missing:
        raise InvalidDefinitionError(
            f"Resource with key '{missing[0]}' required by {what} was not provided.",
            hint=f"give it by name: {missing[0]}=...; or to the context: resources={{{missing[0]!r}: ...}}",
        )
    return {key: known[key] for key in keys}


def checked_required_keys(
    given: set[str] | frozenset[str] | None, parameters: frozenset[str], what: str
) -> frozenset[str]:
    """The keys of the resources that are needed, named either by the decorator or by parameters."""
    if given and parameters:
        raise InvalidDefinitionError(
            f"{what} names resources both in required_resource_keys and as parameters",
            hint="leave out required_resource_keys",
        )
    if given is not None and (isinstance(given, str) or not all(isinstance(key, str) for key in given)):
        raise InvalidDefinitionError(f"{what} has required_resource_keys={given!r}", hint="give a set of strings")
    return frozenset(given or parameters)


def _annotations(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotations, resolved where they are text; those that cannot be resolved are left out."""
    inner = inspect.unwrap(function)
    try:
        return get_type_hints(inner, include_extras=True)
    except Exception:
        written = getattr(inner, "__annotations__", {})
    closure = inspect.getclosurevars(inner).nonlocals if inspect.isfunction(inner) else {}
    names = {**getattr(inner, "__globals__", {}), **closure}
    return {name: _resolved(one, names) for name, one in written.items()}


def _resolved(annotation: Any, names: dict[str, Any]) -> Any:
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, names)
    except Exception:
        return None
