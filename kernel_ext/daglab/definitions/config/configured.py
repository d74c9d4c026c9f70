"""`configured`: a definition with its config given, or computed from other config."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from daglab.errors import InvalidDefinitionError


def configured(configurable: Any, config_schema: Any = None, **kwargs: Any) -> Callable[[Any], Any]:
    """Makes a decorator that gives a definition config of its own.

    Args:
        configurable: an op, graph, resource, IO manager, logger or executor.
        config_schema: what the config of the new definition may be, where a function is decorated.
        **kwargs: `name` (of ops and graphs; by default that of the function) and `description`.

    Returns:
        a decorator for a function that takes the new config and gives the old one; it takes the old config as well.

    Raises:
        InvalidDefinitionError: it cannot be configured, or a name is needed.

    Example:
        >>> class Limit:
        ...     def configured(self, config_or_config_fn, config_schema=None, description=None):
        ...         return config_or_config_fn
        >>> configured(Limit())({"rows": 3})
        {'rows': 3}
    """
    target = _definition_of(configurable)
    named = "name" in inspect.signature(target.configured).parameters

    def decorate(config_or_config_fn: Any) -> Any:
        arguments = {"config_schema": config_schema, **kwargs}
        if named and not arguments.get("name"):
            arguments["name"] = _name_of(config_or_config_fn, configurable)
        return target.configured(config_or_config_fn, **arguments)

    return decorate


def _definition_of(configurable: Any) -> Any:
    launch = getattr(configurable, "configure_at_launch", None)
    if isinstance(configurable, type) and callable(launch):
        resource = launch()
        return resource.get_resource_definition() if hasattr(resource, "get_resource_definition") else resource
    if isinstance(configurable, type) or not callable(getattr(configurable, "configured", None)):
        raise InvalidDefinitionError(
            f"{configurable!r} cannot be configured",
            hint="give an op, graph, resource, IO manager, logger or executor; aliases and tags come after configured",
        )
    return configurable


def _name_of(config_or_config_fn: Any, configurable: Any) -> str:
    name = getattr(config_or_config_fn, "__name__", None) if callable(config_or_config_fn) else None
    if name is None:
        raise InvalidDefinitionError(
            f"the configured {getattr(configurable, 'name', configurable)!r} needs a name of its own",
            hint="configured(definition, name='...')(config)",
        )
    return str(name)
