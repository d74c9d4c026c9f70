"""The schema of a definition whose config was given, or is computed from other config."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from daglab.definitions.config.config_schema import ConfigSchema, is_config_class
from daglab.definitions.config.config_type import Walk
from daglab.definitions.config.problems import Path
from daglab.definitions.config.schema_types import Field
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import ConfigMappingError, InvalidDefinitionError


class ConfiguredSchema(ConfigSchema):
    """The schema of what is made config for another schema.

    Args:
        inner: the schema that the made config has to fit; None where anything does.
        outer: what the user may still give.
        make: makes the inner config of the outer one.
        fixed: whether the config was given once and for all, so that nothing is left to give.
    """

    def __init__(
        self, inner: ConfigSchema | None, outer: ConfigSchema, make: Callable[[Any], Any], *, fixed: bool = False
    ) -> None:
        super().__init__(outer.field, config_class=outer.config_class, build=self._map)
        self._inner = inner
        self._outer = outer
        self._make = make
        self._fixed = fixed

    @classmethod
    def over(cls, inner: ConfigSchema | None, config_or_config_fn: Any, config_schema: Any = None) -> ConfiguredSchema:
        """The schema for `definition.configured(...)`.

        Raises:
            InvalidDefinitionError: a function that takes more than its config, or whose config is declared twice.
        """
        if not callable(config_or_config_fn):
            outer = _anything() if config_schema is None else ConfigSchema.of(config_schema)
            assert outer is not None
            return cls(inner, outer, lambda _outer: config_or_config_fn, fixed=True)
        outer = ConfigSchema.of(_schema_of_parameter(config_or_config_fn, config_schema))
        return cls(inner, outer or _anything(), config_or_config_fn)

    def walk_through(self, value: Any, walk: Walk, path: Path) -> Any:
        """The inner config for what the user gave."""
        found = len(walk.problems)
        given = self._outer.walk_through(value, walk, path)
        return given if len(walk.problems) > found else self._map(given, walk, path)

    def _map(self, given: Any, walk: Walk, path: Path) -> Any:
        try:
            made = self._make(None if given is NO_VALUE else given)
        except Exception as error:
            raise ConfigMappingError(
                f"the function that makes the config raised {type(error).__name__}: {error}", user_exception=error
            ) from error
        return made if self._inner is None else self._inner.walk_through(made, walk, path)


def _anything() -> ConfigSchema:
    return ConfigSchema(Field(Any, is_required=False))


def _schema_of_parameter(function: Callable[..., Any], config_schema: Any) -> Any:
    """The schema that is given, or the `Config` class with which the function's one parameter is annotated."""
    name = getattr(function, "__name__", repr(function))
    parameters = list(inspect.signature(function).parameters.values())
    if len(parameters) != 1:
        raise InvalidDefinitionError(
            f"the configuring function {name!r} has {len(parameters)} parameters", hint="it takes the config, alone"
        )
    try:
        annotation = get_type_hints(function).get(parameters[0].name)
    except Exception:  # a name in a user's annotation that does not exist
        annotation = None
    if not is_config_class(annotation):
        return config_schema
    if config_schema is not None:
        raise InvalidDefinitionError(
            f"the config of {name!r} is declared twice: by its annotation and by config_schema=",
            hint="leave config_schema= out",
        )
    return annotation
