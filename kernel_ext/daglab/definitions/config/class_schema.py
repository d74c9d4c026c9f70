"""The schema of a `Config` class, and how an instance of it is made of a processed config."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from daglab.definitions.config.annotations import is_literal, is_optional, is_union, strip_annotated, takes_resource
from daglab.definitions.config.choices import Noneable, Selector
from daglab.definitions.config.config import Config, config_value, written_name
from daglab.definitions.config.config_schema import ConfigSchema, is_config_class
from daglab.definitions.config.config_type import ConfigType, Walk
from daglab.definitions.config.enums import Enum, EnumValue
from daglab.definitions.config.env_var import is_env_var
from daglab.definitions.config.problems import Path, quoted
from daglab.definitions.config.schema_types import Array, Field, Map, Permissive, Shape, as_config_type
from daglab.definitions.config.sources import BoolSource, IntSource, StringSource
from daglab.definitions.config.unions import discriminator_of, discriminator_of_field
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidConfigDefinitionError

_SOURCES: dict[Any, ConfigType] = {str: StringSource, int: IntSource, bool: BoolSource}


def schema_of_class(config_class: type[Config]) -> ConfigSchema:
    """What the config of a `Config` class may be; processing gives an instance."""
    try:
        field = class_field(config_class)
    except RecursionError:
        raise InvalidConfigDefinitionError(
            f"the Config class {config_class.__name__} holds itself, or is nested too deeply",
            hint="annotate the field that closes the circle with dict or list",
        ) from None
    return ConfigSchema(field, config_class=config_class, build=_builder(config_class))


def schema_of_annotation(annotation: Any, default: Any = NO_VALUE) -> ConfigSchema:
    """What the config may be where the parameter `config` has this annotation.

    Raises:
        InvalidConfigDefinitionError: it is neither a `Config` class nor a type that a field of one could have, or a
            `Config` class with a default.
    """
    if not is_config_class(annotation):
        return ConfigSchema(Field(type_of_annotation(annotation), default_value=default))
    if default is not NO_VALUE:
        raise InvalidConfigDefinitionError(
            f"the parameter `config` of class {annotation.__name__} has a default, {quoted(default)}",
            hint=f"give the fields of {annotation.__name__} defaults instead",
        )
    return schema_of_class(annotation)


def _builder(config_class: type[Config]) -> Any:
    unset = {written_name(key, info) for key, info in config_class.model_fields.items() if info.default is None}

    def build(values: dict[str, Any], walk: Walk, path: Path) -> Any:
        try:
            return config_class(
                **{key: value for key, value in values.items() if value is not None or key not in unset}
            )
        except ValidationError as error:
            for found in error.errors(include_url=False, include_context=False):
                _note(config_class, found, walk, path)
            return NO_VALUE

    return build


def _note(config_class: type[Config], found: Any, walk: Walk, path: Path) -> None:
    """Notes what pydantic says; values of environment variables and secrets are not among it."""
    fields = {written_name(key, info): info for key, info in config_class.model_fields.items()}
    first = fields.get(str(found["loc"][0])) if found["loc"] else None
    for part in found["loc"]:
        path = (path, f"[{part}]" if isinstance(part, int) else str(part))
    message = found["msg"][:1].lower() + found["msg"][1:]
    value = found["input"]
    plain = value is None or isinstance(value, str | int | float)
    if plain and value not in walk.from_environment and not (first is not None and _is_secret(first)):
        message, kept = f"{message}, got {walk.quote(value)}", value
    else:
        kept = NO_VALUE
    walk.refuse(path, f"{message} (says the class {config_class.__name__})", kept)


def class_field(
    config_class: type[Config],
    *,
    without: str | None = None,
    description: str | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> Field:
    """The schema of a class as a field.

    Args:
        config_class: the class.
        without: the name of a field to leave out.
        description: Markdown; by default what the class says of itself.
        defaults: by written name, those that come before the class's own.
    """
    fields: dict[str, Field] = {}
    if not config_class.__pydantic_complete__:  # an annotation named a class that did not exist yet
        config_class.model_rebuild(raise_errors=False)
    for key, info in config_class.model_fields.items():
        if key == without or takes_resource(info.annotation, info.metadata):
            continue
        name = written_name(key, info)
        try:
            fields[name] = _field(info, (defaults or {}).get(name, NO_VALUE))
        except InvalidConfigDefinitionError as error:
            raise InvalidConfigDefinitionError(
                f"{config_class.__name__}.{key}: {error.message}", hint=error.hint
            ) from error
    shape = Permissive if config_class.model_config.get("extra") == "allow" else Shape
    own = (config_class.__doc__ or "").strip() or None
    return Field(shape(fields), description=description or own)


def _field(info: FieldInfo, given: Any) -> Field:
    if isinstance(info.default, Field):
        raise InvalidConfigDefinitionError(
            "a Field of the schema form is no default of a Config field", hint="use pydantic.Field"
        )
    annotation = strip_annotated(info.annotation)
    default = given if given is not NO_VALUE else _default_of(info)
    discriminator = discriminator_of_field(info)
    if discriminator is not None:
        union = _union(info.annotation, discriminator)
        return Field(union, default, description=info.description, is_required=_unless(default, info))
    if is_config_class(annotation):
        values = default if isinstance(default, dict) else {}
        field = class_field(annotation, description=info.description, defaults=values)
        extra = set(values).difference(getattr(field.config_type, "fields", {}))
        return Field(field.config_type, values, description=field.description) if extra else field
    config_type = type_of_annotation(annotation)
    if not info.is_required() and not is_optional(annotation) and not is_literal(annotation):
        config_type = Noneable(config_type)
    return Field(
        config_type,
        default,
        is_required=_unless(default, info) and not is_optional(annotation),
        description=info.description,
        is_secret=_is_secret(info),
    )


def _unless(default: Any, info: FieldInfo) -> bool:
    return default is NO_VALUE and info.is_required()


def _is_secret(info: FieldInfo) -> bool:
    extra = info.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("dagster__is_secret") or extra.get("daglab__is_secret"))


def _default_of(info: FieldInfo) -> Any:
    """The default as it is written in config; what a factory makes is left to pydantic, except where it is a config."""
    default = info.default
    if default is PydanticUndefined:
        if info.default_factory is None or not _holds_config(info):
            return NO_VALUE
        default = info.get_default(call_default_factory=True, validated_data={})
    if default is None or is_env_var(default):
        return default
    return config_value(default, info)


def _holds_config(info: FieldInfo) -> bool:
    return discriminator_of_field(info) is not None or is_config_class(strip_annotated(info.annotation))


def _union(annotation: Any, discriminator: str) -> ConfigType:
    given = [strip_annotated(member) for member in get_args(annotation)]
    members = [member for member in given if member is not type(None)]
    if not is_union(annotation) or not all(map(is_config_class, members)):
        raise InvalidConfigDefinitionError(
            f"a discriminated union is one of Config classes by the name of a field, got {quoted(annotation)}",
            hint="write Union[Cat, Dog] = Field(discriminator='kind')",
        )
    fields: dict[str, Field] = {}
    for member in members:
        for kind in get_args(strip_annotated(member.model_fields[discriminator].annotation)):
            fields[kind.name if isinstance(kind, enum.Enum) else kind] = class_field(member, without=discriminator)
    return Noneable(Selector(fields)) if len(members) < len(given) else Selector(fields)


def type_of_annotation(annotation: Any) -> ConfigType:
    """The config type of the annotation of a field.

    Raises:
        InvalidConfigDefinitionError: fields cannot have that type.
    """
    discriminator, annotation = discriminator_of(annotation), strip_annotated(annotation)
    if discriminator is not None:
        return _union(annotation, discriminator)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if is_literal(annotation):
        return _literal(annotation, arguments)
    if is_optional(annotation):
        return Noneable(type_of_annotation(next(one for one in arguments if one is not type(None))))
    if isinstance(origin, type) and issubclass(origin, list):
        return Array(type_of_annotation(arguments[0]))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Map(arguments[0], type_of_annotation(arguments[1]))
    if is_config_class(annotation):
        return class_field(annotation).config_type
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return Enum.from_python_enum_direct_values(annotation)
    if annotation in (str, int, bool):
        return _SOURCES[annotation]
    if annotation is Any or annotation in (float, list, dict) or isinstance(annotation, ConfigType):
        return as_config_type(annotation)
    raise InvalidConfigDefinitionError(
        f"{quoted(annotation)} is no type that config can have",
        hint="config holds int, float, bool, str, Enum, Literal, Optional, list, dict, Config classes, "
        "and unions of Config classes with a discriminator",
    )


def _literal(annotation: Any, values: tuple[Any, ...]) -> ConfigType:
    if all(isinstance(value, str) for value in values):
        return Enum(str(annotation).removeprefix("typing."), [EnumValue(value) for value in values])
    kinds = {type(value) for value in values}
    if len(kinds) == 1 and kinds <= {int, bool}:  # written plainly; pydantic holds them to the choice
        return _SOURCES[kinds.pop()]
    raise InvalidConfigDefinitionError(
        f"the values of {quoted(annotation)} are neither all strings nor all whole numbers",
        hint="use one kind of values, or an Enum",
    )
