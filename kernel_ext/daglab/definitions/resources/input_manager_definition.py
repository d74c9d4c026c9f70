"""`InputManagerDefinition` and `@input_manager`: what loads inputs, opened like a resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, overload

from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.resources.calling import call_with_context
from daglab.definitions.resources.io_interfaces import InputManager
from daglab.definitions.resources.resource_decorator import is_bare, named_after
from daglab.definitions.resources.resource_definition import ResourceDefinition


class InputManagerDefinition(ResourceDefinition):
    """How an input manager is opened.

    Args:
        resource_fn: takes an `InitResourceContext`, or nothing, and gives an `InputManager`.
        config_schema: what its config may be; None where anything goes.
        description: Markdown.
        input_config_schema: what the config of an input that it loads may be; None where anything goes.
        required_resource_keys: resources that have to be open before it.
        version: changes when what it gives does.

    Example:
        >>> InputManagerDefinition(lambda _context: FunctionInputManager(lambda: 3))(None).load_input(None)
        3
    """

    def __init__(
        self,
        resource_fn: Callable[..., Any],
        config_schema: Any = None,
        description: str | None = None,
        input_config_schema: Any = None,
        required_resource_keys: Iterable[str] | None = None,
        version: str | None = None,
    ) -> None:
        super().__init__(resource_fn, config_schema, description, required_resource_keys, version)
        self._input_config_schema = ConfigSchema.of(input_config_schema)

    @property
    def input_config_schema(self) -> Any:
        """What the config of an input may be; None where anything goes."""
        return self._input_config_schema

    def _fields(self) -> dict[str, Any]:
        return super()._fields() | {"input_config_schema": self._input_config_schema}


class FunctionInputManager(InputManager):
    """Loads inputs with a function.

    Args:
        load: takes an `InputContext`, or nothing, and gives the value, or an `InputManager` that loads it.
    """

    def __init__(self, load: Callable[..., Any]) -> None:
        self._load = load

    def load_input(self, context: Any) -> Any:
        """What the function gives."""
        loaded = call_with_context(self._load, context)
        return loaded.load_input(context) if isinstance(loaded, InputManager) else loaded


def _wrapped(load: Callable[..., Any], _context: object) -> FunctionInputManager:
    return FunctionInputManager(load)


@overload
def input_manager(config_schema: Callable[..., Any]) -> InputManagerDefinition: ...


@overload
def input_manager(
    config_schema: Any = ...,
    description: str | None = ...,
    input_config_schema: Any = ...,
    required_resource_keys: Iterable[str] | None = ...,
    version: str | None = ...,
) -> Callable[[Callable[..., Any]], InputManagerDefinition]: ...


def input_manager(
    config_schema: Any = None,
    description: str | None = None,
    input_config_schema: Any = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> InputManagerDefinition | Callable[[Callable[..., Any]], InputManagerDefinition]:
    """Makes an input manager of a function that takes an `InputContext` and gives the value; with or without arguments.

    Args:
        config_schema: what its config may be, read from `context.resource_config`; None: anything.
        description: Markdown.
        input_config_schema: what the config of an input may be, read from `context.config`.
        required_resource_keys: resources that the function finds on `context.resources`.
        version: changes when what the function gives does.

    Example:
        >>> @input_manager
        ... def always_three(context):
        ...     return 3
        >>> always_three(None).load_input(None)
        3
    """

    def decorate(function: Callable[..., Any]) -> InputManagerDefinition:
        definition = InputManagerDefinition(
            partial(_wrapped, function),
            config_schema=config_schema,
            description=description,
            input_config_schema=input_config_schema,
            required_resource_keys=required_resource_keys,
            version=version,
        )
        return named_after(definition, function)

    if is_bare(config_schema):
        function, config_schema = config_schema, None
        return decorate(function)
    return decorate
