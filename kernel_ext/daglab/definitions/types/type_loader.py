"""Loaders: how a value of a type is made from run config, for an input that nothing is connected to."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from daglab.definitions.config.config_schema import is_config_class
from daglab.definitions.config.schema_types import as_config_type
from daglab.errors import InvalidDefinitionError


class TypeLoader(ABC):
    """Makes values of a type from run config; most are written with `type_loader`.

    Example:
        >>> class Upper(TypeLoader):
        ...     schema_type = str
        ...     def construct_from_config_value(self, context, config_value):
        ...         return config_value.upper()
        >>> Upper().construct_from_config_value(None, "abc")
        'ABC'
    """

    @property
    @abstractmethod
    def schema_type(self) -> Any:
        """The config schema of what is configured."""

    def construct_from_config_value(self, context: Any, config_value: Any) -> Any:
        """Makes the value; as it is given here, config is the value.

        Args:
            context: with `resources`, `log`, `op_def` and `job_def`.
            config_value: config that fits the schema.
        """
        return config_value

    def required_resource_keys(self) -> frozenset[str]:
        """The resources that it needs."""
        return frozenset()


class FunctionTypeLoader(TypeLoader):
    """A loader made of a function."""

    def __init__(self, schema: Any, function: Callable[[Any, Any], Any], resource_keys: Iterable[str] = ()) -> None:
        self._schema = schema if is_config_class(schema) else as_config_type(schema)
        self._function = function
        self._resource_keys = frozenset(resource_keys)

    @property
    def schema_type(self) -> Any:
        """The config schema: a config type, or the `Config` class that was given."""
        return self._schema

    def construct_from_config_value(self, context: Any, config_value: Any) -> Any:
        """Calls the function."""
        return self._function(context, config_value)

    def required_resource_keys(self) -> frozenset[str]:
        """The resources that the decorator was given."""
        return self._resource_keys


def type_loader(
    config_schema: Any, required_resource_keys: Iterable[str] | None = None
) -> Callable[[Callable[[Any, Any], Any]], FunctionTypeLoader]:
    """Turns a function of a context and config into a loader.

    Args:
        config_schema: of the config that the function takes.
        required_resource_keys: the resources that it uses, as `context.resources.<key>`.

    Raises:
        InvalidConfigDefinitionError: the schema is none.
        InvalidDefinitionError: the function does not take a context and config.

    Example:
        >>> @type_loader({"path": str})
        ... def from_path(context, config):
        ...     return f"read {config['path']}"
        >>> from_path.construct_from_config_value(None, {"path": "a.csv"})
        'read a.csv'
    """

    def decorate(function: Callable[[Any, Any], Any]) -> FunctionTypeLoader:
        try:
            inspect.signature(function).bind(None, None)
        except TypeError:
            raise InvalidDefinitionError(
                f"the type loader {function.__name__!r} takes {inspect.signature(function)}",
                hint="it is called with a context and the config: write def load(context, config)",
            ) from None
        return FunctionTypeLoader(config_schema, function, required_resource_keys or ())

    return decorate
