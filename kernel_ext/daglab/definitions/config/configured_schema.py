"""The schema of a definition whose config was given, or is computed from other config."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from daglab.definitions.config.config_schema import ConfigSchema, as_written, is_config_class
from daglab.definitions.config.config_type import Walk
from daglab.definitions.config.problems import Path
from daglab.definitions.config.schema_types import Field
from daglab.errors import ConfigMappingError, InvalidDefinitionError


class ConfiguredSchema(ConfigSchema):
    """The schema of what is made config for another schema.

    Args:
        inner: the schema that the made config has to fit; None where anything does.
        outer: what may still be given.
        make: makes the inner config of the outer one.

    Example:
        >>> ConfiguredSchema.over(ConfigSchema.of(int), lambda text: len(text), str).process("abc").value
        3
    """

    def __init__(self, inner: ConfigSchema | None, outer: ConfigSchema, make: Callable[[Any], Any]) -> None:
        super().__init__(outer.field, config_class=inner.config_class if inner else None)
        self._inner = inner
        self._outer = outer
        self._make = make

    @classmethod
    def over(cls, inner: ConfigSchema | None, config_or_config_fn: Any, config_schema: Any = None) -> ConfiguredSchema:
        """The schema for `definition.configured(...)`.

        Args:
            inner: the schema of the definition.
            config_or_config_fn: the config, or a function that makes it of other config.
            config_schema: what that other config may be; or the function's parameter is annotated with a `Config`.

        Raises:
            InvalidDefinitionError: a function that takes more than its config, or whose config is declared twice.
        """
        if not callable(config_or_config_fn):
            outer = ConfigSchema.of(config_schema) or anything()
            return cls(inner, outer, lambda _outer: config_or_config_fn)
        outer = schema_of_parameter(config_or_config_fn, config_schema) or anything()
        return cls(inner, outer, config_or_config_fn)

    def walk_through(self, value: Any, walk: Walk, path: Path) -> Any:
        """The inner config for what is given; problems of what the function makes are told at the same path."""
        found = len(walk.problems)
        given = self._outer.walk_through(value, walk, path)
        if len(walk.problems) > found:
            return given
        made = as_written(call_with_config(self._make, given, "the function that makes the config"))
        return made if self._inner is None else self._inner.walk_through(made, walk, path)


def anything() -> ConfigSchema:
    """A schema that takes anything, and nothing."""
    return ConfigSchema(Field(Any, is_required=False))


def call_with_config(function: Callable[[Any], Any], config: Any, what: str) -> Any:
    """Calls a function of the user's that makes config.

    Raises:
        ConfigMappingError: it raised.
    """
    try:
        return function(config)
    except Exception as error:
        name = getattr(function, "__name__", repr(function))
        raise ConfigMappingError(
            f"{what}, {name!r}, raised {type(error).__name__}: {error}", user_exception=error
        ) from error


def schema_of_parameter(function: Callable[..., Any], config_schema: Any = None) -> ConfigSchema | None:
    """The schema of a function's one parameter: the one given, or the `Config` class that it is annotated with.

    Raises:
        InvalidDefinitionError: it has several parameters, or two schemas.
    """
    name = getattr(function, "__name__", repr(function))
    parameters = list(inspect.signature(function).parameters.values())
    if len(parameters) != 1:
        raise InvalidDefinitionError(
            f"the config function {name!r} has {len(parameters)} parameters", hint="it takes the config, alone"
        )
    try:
        annotation = get_type_hints(function).get(parameters[0].name)
    except Exception:  # an annotation may name what exists for type checkers only
        annotation = parameters[0].annotation
    if not is_config_class(annotation):
        return ConfigSchema.of(config_schema)
    if config_schema is not None:
        raise InvalidDefinitionError(
            f"the config of {name!r} is declared twice: by its annotation and by config_schema=",
            hint="leave config_schema= out",
        )
    return ConfigSchema.of(annotation)
