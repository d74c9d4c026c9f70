"""The schema form of config: `Field`, and the types that hold others: `Shape`, `Permissive`, `Array`, `Map`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from daglab.definitions.config.config_type import ANY, BOOL, FLOAT, INT, STRING, ConfigType, Walk
from daglab.definitions.config.env_var import env_var_reference, is_env_var
from daglab.definitions.config.problems import Path, quoted
from daglab.definitions.config.schema_checks import check_default, hint_for_schema, refuse_schema
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidConfigDefinitionError

_PLAIN: dict[Any, ConfigType] = {Any: ANY, str: STRING, int: INT, float: FLOAT, bool: BOOL}


def as_config_type(raw: Any, place: str = "") -> ConfigType:
    """The config type that a schema stands for.

    Args:
        raw: what the user wrote as schema.
        place: the names that lead to it, for messages.

    Raises:
        InvalidConfigDefinitionError: it is no schema.

    Example:
        >>> as_config_type([int])
        Array.Int
    """
    if isinstance(raw, ConfigType):
        return raw
    if raw is None:
        return ANY
    if raw is list:
        return Array(ANY)
    if raw is dict:
        return Permissive()
    if isinstance(raw, Mapping):
        if len(raw) == 1 and not isinstance(next(iter(raw)), str):
            return Map(*next(iter(raw.items())))
        return Shape(raw, _place=place)
    if isinstance(raw, list):
        if len(raw) != 1:
            refuse_schema(raw, place, "a list as schema holds exactly one type, that of its items")
        return Array(as_config_type(raw[0], place))
    found = _PLAIN.get(raw) if raw.__hash__ else None
    return found or refuse_schema(raw, place, hint_for_schema(raw))


def as_field(raw: Any, place: str = "") -> Field:
    """The field that a schema stands for; a `Field` is itself."""
    if isinstance(raw, Field):
        return raw
    if raw is None:
        refuse_schema(raw, place, "for anything at all write Any")
    return Field(as_config_type(raw, place))


class Field:
    """A schema with a default, a description, or the right to be left out.

    Args:
        config: the schema.
        default_value: what it is where nothing is given, written as in config.
        is_required: whether it must be given; worked out from default and schema by default.
        description: Markdown.
        is_secret: whether its value is kept out of messages and views.

    Raises:
        InvalidConfigDefinitionError: the schema is none, or a required field has a default.
        InvalidConfigError: the default does not fit the schema.

    Example:
        >>> Field(int, default_value=3).is_required
        False
    """

    def __init__(
        self,
        config: Any,
        default_value: Any = NO_VALUE,
        is_required: bool | None = None,
        description: str | None = None,
        is_secret: bool = False,
    ) -> None:
        self.config_type = as_config_type(config)
        self._description = description
        self._is_secret = is_secret
        self._default = env_var_reference(default_value) if is_env_var(default_value) else default_value
        self._implicit = False
        if self._default is not NO_VALUE:
            check_default(self.config_type, self._default, is_required)
        if is_required is None:
            if self._default is NO_VALUE:
                self._default = self.config_type.implicit_default
                self._implicit = True
            is_required = self._default is NO_VALUE
        self._is_required = is_required

    @property
    def is_required(self) -> bool:
        """Whether it must be given."""
        return self._is_required

    @property
    def default_provided(self) -> bool:
        """Whether there is a value where nothing is given."""
        return self._default is not NO_VALUE

    @property
    def raw_default(self) -> Any:
        """The default as it goes into processing; `NO_VALUE` if there is none."""
        return self._default

    @cached_property
    def _whole_default(self) -> Any:
        return self.config_type.process(self._default, Walk(resolve_env=False), None)

    @property
    def default_value(self) -> Any:
        """What it is where nothing is given.

        Raises:
            InvalidConfigDefinitionError: it has no default.
        """
        if not self.default_provided:
            raise InvalidConfigDefinitionError("this field has no default", hint="ask default_provided first")
        return self._whole_default if self._implicit else self._default

    @property
    def description(self) -> str | None:
        """Markdown."""
        return self._description

    @property
    def is_secret(self) -> bool:
        """Whether its value is kept secret."""
        return self._is_secret

    def process(self, value: object, walk: Walk, path: Path) -> Any:
        """What code gets for what the user wrote."""
        if not self._is_secret:
            return self.config_type.process(value, walk, path)
        walk.secrets += 1
        try:
            return self.config_type.process(value, walk, path)
        finally:
            walk.secrets -= 1

    def __repr__(self) -> str:
        default = quoted(self._default) if self.default_provided else "@"
        return f"Field({self.config_type}, default={default}, is_required={self.is_required})"


class FieldsConfig(ConfigType):
    """A dict with names that are known; the common part of `Shape`, `Permissive` and `Selector`."""

    has_fields = True

    def __init__(self, fields: Mapping[str, Any], description: str | None = None, *, _place: str = "") -> None:
        if not isinstance(fields, Mapping):
            refuse_schema(fields, _place, "the fields are a dict of names to schemas")
        self.fields: dict[str, Field] = {}
        for name, raw in fields.items():
            place = f"{_place}:{name}" if _place else str(name)
            if not isinstance(name, str):
                refuse_schema(fields, place, "the names of fields are strings")
            if isinstance(raw, Field):
                self.fields[name] = raw
            elif raw is None:
                refuse_schema(raw, place, "for anything at all write Any")
            else:
                self.fields[name] = Field(as_config_type(raw, place))
        super().__init__(f"{type(self).__name__}({{{', '.join(self.fields)}}})", description)

    @property
    def expected(self) -> str:
        """What messages say that they expect."""
        shown = [name if field.is_required else f"{name}?" for name, field in list(self.fields.items())[:8]]
        return f"a dict {{{', '.join(shown)}{', …' if len(self.fields) > 8 else ''}}}"

    @property
    def implicit_default(self) -> object:
        """What a field of this type is where nothing is given."""
        return NO_VALUE if any(field.is_required for field in self.fields.values()) else {}


class Shape(FieldsConfig):
    """A dict with these names and no others.

    Args:
        fields: the schema of each name.
        description: Markdown.
        field_aliases: other names under which fields may be written.

    Example:
        >>> Shape({"rows": int}).fields["rows"].is_required
        True
    """

    kind = "shape"
    takes_others: ClassVar[bool] = False

    def __init__(
        self,
        fields: Mapping[str, Any],
        description: str | None = None,
        field_aliases: Mapping[str, str] | None = None,
        *,
        _place: str = "",
    ) -> None:
        super().__init__(fields, description, _place=_place)
        self.field_aliases = dict(field_aliases or {})

    def process(self, value: object, walk: Walk, path: Path) -> Any:
        """What code gets for what the user wrote."""
        if not isinstance(value, Mapping):
            return walk.expect(path, self.expected, value)
        made = {}
        aliases = self.field_aliases
        for name, field in self.fields.items():
            given = name
            if name in aliases and aliases[name] in value:
                given = aliases[name]
                if name in value:
                    walk.refuse((path, name), f"is given twice, as {name!r} and as {given!r}", hint="leave one out")
            if given in value:
                made[name] = field.process(value[given], walk, (path, name))
            elif field.raw_default is not NO_VALUE:
                made[name] = field.process(field.raw_default, walk, (path, name))
            elif field.is_required:
                walk.refuse((path, name), f"is missing: expected {field.config_type.expected}")
        if len(value) > len(made) or any(key not in made for key in value):
            self._take_others(value, made, walk, path)
        return made

    def _take_others(self, value: Mapping[Any, Any], made: dict[Any, Any], walk: Walk, path: Path) -> None:
        known = dict.fromkeys((*self.fields, *self.field_aliases.values()))
        for key in value:
            if key in known:
                continue
            if self.takes_others:
                made[key] = value[key]
            else:
                hint = walk.suggest(key, known)
                walk.refuse((path, str(key)), f"there is no field {quoted(key)} here", value[key], hint)


class Permissive(Shape):
    """A dict with these names and any others; the others are taken as they are.

    Args:
        fields: the schema of the names that are known.
        description: Markdown.

    Example:
        >>> Field(Permissive()).default_value
        {}
    """

    kind = "permissive"
    takes_others = True

    def __init__(self, fields: Mapping[str, Any] | None = None, description: str | None = None) -> None:
        super().__init__({} if fields is None else fields, description)


class Array(ConfigType):
    """A list of values of one type.

    Args:
        inner_type: their type.

    Example:
        >>> Array(str).inner_type
        String
    """

    kind = "array"

    def __init__(self, inner_type: Any) -> None:
        self.inner_type = as_config_type(inner_type)
        super().__init__(f"Array.{self.inner_type.key}")

    @property
    def description(self) -> str | None:
        """Markdown."""
        return f"List of {self.key}"

    @property
    def expected(self) -> str:
        """What messages say that they expect."""
        return "a list"

    def process(self, value: object, walk: Walk, path: Path) -> Any:
        """What code gets for what the user wrote."""
        if not isinstance(value, list):
            return walk.expect(path, self.expected, value)
        inner = self.inner_type
        return [inner.process(item, walk, (path, f"[{position}]")) for position, item in enumerate(value)]


class Map(ConfigType):
    """A dict with any keys of one type and values of another.

    Args:
        key_type: the type of the keys: int, float, bool or str.
        inner_type: the type of the values.
        key_label_name: what a key is called.

    Example:
        >>> Map(str, int).key
        'Map.String.Int'
    """

    kind = "map"

    def __init__(self, key_type: Any, inner_type: Any, key_label_name: str | None = None) -> None:
        self.key_type = as_config_type(key_type)
        self.inner_type = as_config_type(inner_type)
        self.key_label_name = key_label_name
        if self.key_type.kind != "scalar":
            refuse_schema(key_type, "the keys of a map", "the keys of a map are int, float, bool or str")
        super().__init__(f"Map.{self.key_type.key}.{self.inner_type.key}")

    @property
    def given_name(self) -> str | None:
        """The name that users know it by."""
        return self.key_label_name

    @property
    def expected(self) -> str:
        """What messages say that they expect."""
        return "a dict"

    def process(self, value: object, walk: Walk, path: Path) -> Any:
        """What code gets for what the user wrote."""
        if not isinstance(value, Mapping):
            return walk.expect(path, self.expected, value)
        made = {}
        for key, item in value.items():
            self.key_type.process(key, walk, (path, f"key {quoted(key)}"))
            made[key] = self.inner_type.process(item, walk, (path, str(key)))
        return made
