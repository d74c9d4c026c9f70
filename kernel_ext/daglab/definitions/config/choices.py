"""Config types that are a choice: `Noneable`, `ScalarUnion`, `Selector`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from daglab.definitions.config.config_type import ConfigType, ScalarConfig, Walk
from daglab.definitions.config.problems import Path, quoted
from daglab.definitions.config.schema_types import Field, FieldsConfig, as_config_type
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidConfigDefinitionError


class Noneable(ConfigType):
    """None, or a value of another type.

    Args:
        inner_type: the other type.

    Example:
        >>> Field(Noneable(int)).default_value is None
        True
    """

    kind = "noneable"

    def __init__(self, inner_type: Any) -> None:
        self.inner_type = as_config_type(inner_type)
        super().__init__(f"Noneable.{self.inner_type.key}")

    @property
    def expected(self) -> str:
        """What messages say that they expect."""
        return f"{self.inner_type.expected} or None"

    @property
    def implicit_default(self) -> object:
        """What a field of this type is where nothing is given."""
        return None

    def process(self, value: object, walk: Walk, path: Path) -> Any:
        """What code gets for what the user wrote."""
        return None if value is None else self.inner_type.process(value, walk, path)


class ScalarUnion(ConfigType):
    """A plain value, or a dict or list of a given schema.

    Args:
        scalar_type: the type of the plain value.
        non_scalar_schema: the schema of the dict or list.

    Example:
        >>> ScalarUnion(str, {"path": str}).expected
        'a string or a dict {path}'
    """

    kind = "scalar_union"

    def __init__(self, scalar_type: Any, non_scalar_schema: Any, _key: str | None = None) -> None:
        plain = as_config_type(scalar_type)
        self.non_scalar_type = as_config_type(non_scalar_schema)
        if not isinstance(plain, ScalarConfig):
            raise InvalidConfigDefinitionError(
                f"the plain value of a ScalarUnion is an int, float, bool or str, got {quoted(scalar_type)}"
            )
        if self.non_scalar_type.kind not in ("shape", "selector", "array"):
            raise InvalidConfigDefinitionError(
                f"the other side of a ScalarUnion is a Shape, a Selector or an Array, got {quoted(non_scalar_schema)}"
            )
        self.scalar_type = plain
        super().__init__(_key or f"ScalarUnion.{self.scalar_type.key}-{self.non_scalar_type.key}")

    @property
    def expected(self) -> str:
        """What messages say that they expect."""
        return f"{self.scalar_type.expected} or {self.non_scalar_type.expected}"

    def process(self, value: object, walk: Walk, path: Path) -> Any:
        """What code gets for what the user wrote."""
        if isinstance(value, dict | list):
            return self.non_scalar_type.process(value, walk, path)
        if self.scalar_type.accepts(value):
            return self.scalar_type.process(value, walk, path)
        return walk.expect(path, self.expected, value)


class Selector(FieldsConfig):
    """Exactly one of these names.

    Args:
        fields: the schema of each name.
        description: Markdown.

    Example:
        >>> Selector({"csv": {"path": str}, "table": {"name": str}}).expected
        "a dict with exactly one of 'csv', 'table'"
    """

    kind = "selector"

    @property
    def expected(self) -> str:
        """What messages say that they expect."""
        shown = ", ".join(map(repr, list(self.fields)[:8]))
        return f"a dict with exactly one of {shown}{', …' if len(self.fields) > 8 else ''}"

    @property
    def implicit_default(self) -> object:
        """What a field of this type is where nothing is given."""
        return super().implicit_default if len(self.fields) == 1 else NO_VALUE

    def process(self, value: object, walk: Walk, path: Path) -> Any:
        """What code gets for what the user wrote."""
        if not isinstance(value, Mapping):
            return walk.expect(path, self.expected, value)
        if not value:
            return self._take_only(walk, path)
        if len(value) > 1:
            hint = "take one of them" if all(key in self.fields for key in value) else ""
            return walk.refuse(path, f"expected {self.expected}, got {', '.join(map(quoted, value))}", value, hint)
        ((name, inner),) = value.items()
        field = self.fields.get(name)
        if field is None:
            return walk.refuse(
                (path, str(name)),
                f"expected {self.expected}, got {quoted(name)}",
                inner,
                walk.nearest(name, self.fields),
            )
        return {name: self._process_field(field, inner, walk, (path, name))}

    def _take_only(self, walk: Walk, path: Path) -> Any:
        name, field = next(iter(self.fields.items()), ("", None))
        if len(self.fields) != 1 or field is None or field.is_required:
            return walk.refuse(path, f"expected {self.expected}, got an empty dict", {})
        if field.raw_default is NO_VALUE and not field.config_type.has_fields:
            return {name: None}
        return {name: self._process_field(field, field.raw_default, walk, (path, name))}

    def _process_field(self, field: Field, value: Any, walk: Walk, path: Path) -> Any:
        if field.config_type.has_fields and (value is None or value is NO_VALUE):
            value = {}  # `storage: {local: }` in YAML chooses `local` with all its defaults
        return field.process(value, walk, path)
