"""`@resource`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any, TypeVar, overload

from daglab.definitions.resources.calling import required_extras
from daglab.definitions.resources.resource_definition import ResourceDefinition
from daglab.errors import InvalidDefinitionError

Definition = TypeVar("Definition", bound=ResourceDefinition)


@overload
def resource(config_schema: Callable[..., Any]) -> ResourceDefinition: ...


@overload
def resource(
    config_schema: Any = ...,
    description: str | None = ...,
    required_resource_keys: Iterable[str] | None = ...,
    version: str | None = ...,
) -> Callable[[Callable[..., Any]], ResourceDefinition]: ...


def resource(
    config_schema: Any = None,
    description: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> ResourceDefinition | Callable[[Callable[..., Any]], ResourceDefinition]:
    """Makes a resource of a function; with or without arguments.

    Args:
        config_schema: what the resource's config may be, read from `context.resource_config`; None: anything.
        description: Markdown; the function's docstring if left out.
        required_resource_keys: resources that have to be open before this one, found on `context.resources`.
        version: changes when what the function gives does.

    Example:
        >>> @resource(config_schema={"most": int})
        ... def limit(context):
        ...     return context.resource_config["most"]
        >>> limit.configured({"most": 3})(None)
        3
    """

    def decorate(function: Callable[..., Any]) -> ResourceDefinition:
        check_resource_function(function, "@resource")
        definition = ResourceDefinition(
            function,
            config_schema=config_schema,
            description=description or documented(function),
            required_resource_keys=required_resource_keys,
            version=version,
        )
        return named_after(definition, function)

    if is_bare(config_schema):
        function, config_schema = config_schema, None
        return decorate(function)
    return decorate


def is_bare(first: object) -> bool:
    """Whether a decorator that takes a config schema first was given the function itself."""
    return callable(first) and not isinstance(first, type) and (inspect.isroutine(first) or hasattr(first, "func"))


def check_resource_function(function: Callable[..., Any], decorator: str) -> None:
    """Refuses functions that need more than a context.

    Raises:
        InvalidDefinitionError: the function cannot be called with a context alone.
    """
    name = getattr(function, "__name__", repr(function))
    if not callable(function):
        raise InvalidDefinitionError(f"{decorator} makes a resource of a function, not of {function!r}")
    if extras := required_extras(function):
        raise InvalidDefinitionError(
            f"the {decorator} function {name!r} takes more than a context: {', '.join(extras)}",
            hint="read config from context.resource_config and other resources from context.resources",
        )


def documented(function: Callable[..., Any]) -> str | None:
    """The function's own docstring."""
    text = getattr(function, "__doc__", None)
    return inspect.cleandoc(text) if text and inspect.isroutine(function) else None


def named_after(definition: Definition, function: Callable[..., Any]) -> Definition:
    """The definition with the function's name and docstring."""
    update_wrapper(definition, function)
    return definition
