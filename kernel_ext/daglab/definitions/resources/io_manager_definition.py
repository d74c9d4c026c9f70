"""`IOManagerDefinition` and `@io_manager`: IO managers that are opened like resources."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, overload

from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.resources.io_interfaces import IOManager
from daglab.definitions.resources.resource_decorator import documented, is_bare, named_after
from daglab.definitions.resources.resource_definition import ResourceDefinition
from daglab.errors import InvalidDefinitionError


class IOManagerDefinition(ResourceDefinition):
    """How an IO manager is opened.

    Args:
        resource_fn: takes an `InitResourceContext`, or nothing, and gives an `IOManager`.
        config_schema: what its config may be; None where anything goes.
        description: Markdown.
        required_resource_keys: resources that have to be open before it.
        version: changes when what it gives does.
        input_config_schema: what the config of an input that it loads may be.
        output_config_schema: what the config of an output that it stores may be; None: outputs have none.

    Example:
        >>> class Nowhere(IOManager):
        ...     def handle_output(self, context, obj): ...
        ...     def load_input(self, context): ...
        >>> type(IOManagerDefinition.hardcoded_io_manager(Nowhere())(None)).__name__
        'Nowhere'
    """

    def __init__(
        self,
        resource_fn: Callable[..., Any],
        config_schema: Any = None,
        description: str | None = None,
        required_resource_keys: Iterable[str] | None = None,
        version: str | None = None,
        input_config_schema: Any = None,
        output_config_schema: Any = None,
    ) -> None:
        super().__init__(resource_fn, config_schema, description, required_resource_keys, version)
        self._input_config_schema = ConfigSchema.of(input_config_schema)
        self._output_config_schema = ConfigSchema.of(output_config_schema)

    @property
    def input_config_schema(self) -> Any:
        """What the config of an input may be; None where anything goes."""
        return self._input_config_schema

    @property
    def output_config_schema(self) -> Any:
        """What the config of an output may be; None where there is none."""
        return self._output_config_schema

    @staticmethod
    def hardcoded_io_manager(value: IOManager, description: str | None = None) -> IOManagerDefinition:
        """The definition of an IO manager that is there already."""
        if not isinstance(value, IOManager):
            raise InvalidDefinitionError(
                f"{value!r} is no IO manager", hint="give an object of a class that derives from IOManager"
            )
        return IOManagerDefinition(partial(_given, value), description=description)

    def _fields(self) -> dict[str, Any]:
        schemas = {
            "input_config_schema": self._input_config_schema,
            "output_config_schema": self._output_config_schema,
        }
        return super()._fields() | schemas


def _given(value: IOManager, _context: object) -> IOManager:
    return value


@overload
def io_manager(config_schema: Callable[..., Any]) -> IOManagerDefinition: ...


@overload
def io_manager(
    config_schema: Any = ...,
    description: str | None = ...,
    output_config_schema: Any = ...,
    input_config_schema: Any = ...,
    required_resource_keys: Iterable[str] | None = ...,
    version: str | None = ...,
) -> Callable[[Callable[..., Any]], IOManagerDefinition]: ...


def io_manager(
    config_schema: Any = None,
    description: str | None = None,
    output_config_schema: Any = None,
    input_config_schema: Any = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> IOManagerDefinition | Callable[[Callable[..., Any]], IOManagerDefinition]:
    """Makes an IO manager of a function that gives one; with or without arguments.

    Args:
        config_schema: what its config may be, read from `context.resource_config`; None: anything.
        description: Markdown; the function's docstring if left out.
        output_config_schema: what the config of an output that it stores may be.
        input_config_schema: what the config of an input that it loads may be.
        required_resource_keys: resources that have to be open before it.
        version: changes when what the function gives does.

    Example:
        >>> class Nowhere(IOManager):
        ...     def handle_output(self, context, obj): ...
        ...     def load_input(self, context): ...
        >>> @io_manager
        ... def nowhere(context):
        ...     return Nowhere()
        >>> nowhere.__name__
        'nowhere'
    """

    def decorate(function: Callable[..., Any]) -> IOManagerDefinition:
        definition = IOManagerDefinition(
            function,
            config_schema=config_schema,
            description=description or documented(function),
            required_resource_keys=required_resource_keys,
            version=version,
            input_config_schema=input_config_schema,
            output_config_schema=output_config_schema,
        )
        return named_after(definition, function)

    if is_bare(config_schema):
        function, config_schema = config_schema, None
        return decorate(function)
    return decorate
