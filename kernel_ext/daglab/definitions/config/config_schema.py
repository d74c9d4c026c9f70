"""`ConfigSchema`: what the config of an op, resource, executor or logger may be, in whichever form it was declared."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from daglab.definitions.config.config_type import ConfigType, Walk
from daglab.definitions.config.problems import ConfigProblem, Path, Processed
from daglab.definitions.config.schema_types import Field, as_field
from daglab.definitions.sentinel import NO_VALUE

__all__ = ["ConfigProblem", "ConfigSchema", "Processed", "is_config_class", "is_config_object"]

_CONFIG_MODULE = "daglab.definitions.config.config"


def is_config_class(candidate: object) -> bool:
    """Whether it is a subclass of `Config`; finds out without loading pydantic."""
    loaded = sys.modules.get(_CONFIG_MODULE)
    try:
        return loaded is not None and isinstance(candidate, type) and issubclass(candidate, loaded.Config)
    except (AttributeError, TypeError):  # half loaded, or a generic alias that is no class
        return False


def is_config_object(candidate: object) -> bool:
    """Whether it is an instance of a `Config` class; finds out without loading pydantic."""
    return is_config_class(type(candidate))


def _classes() -> Any:
    """What knows `Config` classes: loaded by name, as it builds on this module and on pydantic, which few need."""
    return import_module("daglab.definitions.config.class_schema")


class ConfigSchema:
    """What a config may be, and how it becomes what code gets.

    Args:
        field: the schema, its default and its description.
        config_class: the `Config` class whose instance code gets; None where it gets plain values.
        build: makes what code gets of the processed value; problems go to the walk.

    Example:
        >>> schema = ConfigSchema.of({"rows": int, "name": Field(str, default_value="orders")})
        >>> schema.process({"rows": 3}).value
        {'rows': 3, 'name': 'orders'}
        >>> print(*schema.process({"row": 3}).problems, sep="\\n")
        root:rows: is missing: expected an integer
        root:row: there is no field 'row' here; did you mean 'rows'?
    """

    def __init__(
        self,
        field: Field,
        *,
        config_class: type | None = None,
        build: Callable[[Any, Walk, Path], Any] | None = None,
    ) -> None:
        self.field = field
        self.config_class = config_class
        self._build = build

    @classmethod
    def of(cls, raw: Any) -> ConfigSchema | None:
        """The schema in any form in which users declare it; None for None.

        Raises:
            InvalidConfigDefinitionError: it is no schema.
        """
        if raw is None or isinstance(raw, ConfigSchema):
            return raw
        if is_config_class(raw):
            return _classes().schema_of_class(raw)  # type: ignore[no-any-return]
        return cls(as_field(raw))

    @classmethod
    def of_annotation(cls, annotation: Any, default: Any = NO_VALUE) -> ConfigSchema:
        """The schema of a parameter `config`, annotated with a `Config` class or a plain type such as `int`."""
        return _classes().schema_of_annotation(annotation, default)  # type: ignore[no-any-return]

    @property
    def is_required(self) -> bool:
        """Whether a config must be given."""
        return self.field.is_required

    @property
    def default(self) -> Any:
        """What is taken where no config is given; `NO_VALUE` if there is nothing."""
        return self.field.default_value if self.field.default_provided else NO_VALUE

    @property
    def description(self) -> str | None:
        """Markdown."""
        return self.field.description

    @property
    def config_type(self) -> ConfigType:
        """The type of the config as it is written."""
        return self.field.config_type

    def as_field(self) -> Field:
        """The schema as a field."""
        return self.field

    def process(self, value: Any = NO_VALUE, *, resolve_env: bool = True, path: tuple[str, ...] = ()) -> Processed:
        """What code gets for what the user wrote.

        Args:
            value: the config as written; `NO_VALUE` if none was.
            resolve_env: whether environment variables are read; else `EnvVar` objects stand for them.
            path: the names that lead to the config, for messages.
        """
        walk = Walk(resolve_env=resolve_env)
        linked: Path = None
        for name in path:
            linked = (linked, name)
        try:
            made = self.walk_through(value, walk, linked)
        except RecursionError:
            made = walk.refuse(linked, "is nested too deeply", hint="flatten it, or raise sys.setrecursionlimit")
        return Processed(NO_VALUE if walk.problems else made, tuple(walk.problems))

    def walk_through(self, value: Any, walk: Walk, path: Path) -> Any:
        """The same as part of a larger config."""
        if value is NO_VALUE:
            if self.field.is_required:
                return walk.refuse(path, f"is missing: expected {self.field.config_type.expected}")
            value = self.field.raw_default
            if value is NO_VALUE and self._build is None:
                return None
        found = len(walk.problems)
        made = None if value is NO_VALUE else self.field.process(as_written(value), walk, path)
        if self._build is None or len(walk.problems) > found:
            return made
        return self._build(made, walk, path)


def as_written(value: Any) -> Any:
    """The dict form of a `Config` object; anything else as it is."""
    return value._convert_to_config_dictionary() if is_config_object(value) else value


def as_plain(value: Any) -> Any:
    """The values of a `Config` object as plain dicts, as a schema without a class gives them; others as they are."""
    if not is_config_object(value):
        return value
    return sys.modules[_CONFIG_MODULE].plain_values(value)
