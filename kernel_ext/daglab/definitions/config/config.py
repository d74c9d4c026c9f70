"""`Config`: config as a class with fields, built on pydantic; loaded only where it is used."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from daglab.definitions.config.annotations import accepts_none, is_literal, strip_annotated
from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.config.config_type import Walk
from daglab.definitions.config.env_var import env_var_reference, is_env_var
from daglab.definitions.config.schema_types import Field
from daglab.definitions.config.unions import (
    discriminator_of,
    discriminator_of_field,
    only_member,
    part_of,
    with_discriminator,
)
from daglab.errors import InvalidInvocationError

INTERNAL = "__internal__"


class Config(BaseModel):
    """Config of an op, asset, schedule or sensor as a class with fields.

    Fields may be plain types, `Enum`, `Literal`, `Optional`, lists and dicts of these, other `Config` classes, and
    discriminated unions of them, which run config writes as `{"cat": {...}}`. Instances cannot be changed.

    Raises:
        pydantic.ValidationError: a value does not fit its field.
        InvalidInvocationError: a field was set after construction.

    Example:
        >>> class Limits(Config):
        ...     rows: int = 100
        >>> Limits(rows=3)
        Limits(rows=3)
    """

    # What does not fit may be a secret, which must not reach a log.
    model_config = ConfigDict(
        frozen=True, arbitrary_types_allowed=True, ignored_types=(cached_property,), hide_input_in_errors=True
    )

    def __init__(self, **config_dict: Any) -> None:
        cls = type(self)
        written = _by_written_name(cls)
        values: dict[str, Any] = {}
        for name, value in config_dict.items():
            key, field = written.get(name, (name, None))
            values[name] = value if field is None else _taken(field, value)
        for name, (_, field) in written.items():
            if name not in values and field.is_required() and accepts_none(field.annotation):
                values[name] = None
        super().__init__(**values)
        for name, value in config_dict.items():
            key, field = written.get(name, (name, None))
            if field is not None or cls.model_config.get("extra") == "allow":
                _keep_env_vars(self.__dict__ if field is not None else self.__pydantic_extra__, key, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.endswith(INTERNAL):
            object.__setattr__(self, name, value)
            return
        try:
            super().__setattr__(name, value)
        except (TypeError, ValueError) as error:
            raise self._cannot_be_set(name, value) from error

    def _cannot_be_set(self, name: str, value: object) -> InvalidInvocationError:
        """The error for setting an attribute; kinds of config with other advice override it."""
        return InvalidInvocationError(
            f"{type(self).__name__}.{name} cannot be set to {value!r}: a config does not change once it is made",
            hint=f"make another one: config.model_copy(update={{{name!r}: ...}})",
        )

    def _convert_to_config_dictionary(self) -> dict[str, Any]:
        """The config as it is written in run config: names of enums, selectors, environment variables by name."""
        return config_dictionary(self)

    def _get_non_default_public_field_values(self, keep_if_not_none: bool = False) -> dict[str, Any]:
        """What was set to something else than its default, by the name it is written with."""
        return public_values(type(self), dict(self), keep_if_not_none=keep_if_not_none)

    @classmethod
    def to_config_schema(cls) -> ConfigSchema:
        """What its config may be."""
        schema = ConfigSchema.of(cls)
        assert schema is not None
        return schema

    @classmethod
    def to_fields_dict(cls) -> dict[str, Field]:
        """Its fields in the schema form."""
        fields: dict[str, Field] = getattr(cls.to_config_schema().field.config_type, "fields", {})
        return fields


class PermissiveConfig(Config):
    """A `Config` that takes any further names, as they are.

    Example:
        >>> class Options(PermissiveConfig):
        ...     rows: int = 100
        >>> Options(color="red").color
        'red'
    """

    model_config = ConfigDict(extra="allow")


def written_name(key: str, field: FieldInfo) -> str:
    """The name under which a field is written in config."""
    return field.alias or key


def _by_written_name(cls: type[Config]) -> dict[str, tuple[str, FieldInfo]]:
    return {written_name(key, field): (key, field) for key, field in cls.model_fields.items()}


def _taken(field: FieldInfo, value: Any) -> Any:
    return _as_pydantic_takes_it(field.annotation, value, discriminator_of_field(field))


def _as_pydantic_takes_it(annotation: Any, value: Any, discriminator: str | None = None) -> Any:
    """Turns what run config writes into what pydantic expects: enums by value, unions with their discriminator."""
    annotation = only_member(annotation)
    discriminator = discriminator or discriminator_of(annotation)
    if discriminator is not None:
        return with_discriminator(discriminator, value)
    part = part_of(annotation, value)
    if part is not None and isinstance(value, Mapping):
        return {key: _as_pydantic_takes_it(part, one) for key, one in value.items()}
    if part is not None and isinstance(value, list):
        return [_as_pydantic_takes_it(part, one) for one in value]
    kind = strip_annotated(annotation)
    if isinstance(kind, type) and issubclass(kind, enum.Enum) and isinstance(value, str):
        values = [member.value for member in kind]
        if value in kind.__members__ and value not in values:
            return kind[value]
    return value


def _keep_env_vars(holder: Any, key: str, given: Any) -> None:
    """Puts the `EnvVar`s back that pydantic has turned into plain strings and numbers."""
    if is_env_var(given):
        holder[key] = given
    elif isinstance(given, Mapping) and isinstance(holder.get(key), dict):
        for inner, value in given.items():
            _keep_env_vars(holder[key], inner, value)
    elif isinstance(given, list) and isinstance(holder.get(key), list):
        made = dict(enumerate(holder[key]))
        for position, value in enumerate(given):
            _keep_env_vars(made, position, value)  # type: ignore[arg-type]  # a list by its positions
        holder[key] = list(made.values())


def public_values(cls: type[Config], values: Mapping[str, Any], *, keep_if_not_none: bool) -> dict[str, Any]:
    """The values of a config by the name they are written with, without those that are just defaults.

    Literals and enums stay in any case: a discriminator is one.
    """
    kept: dict[str, Any] = {}
    for key, value in values.items():
        if key.endswith(INTERNAL):
            continue
        field = cls.model_fields.get(key)
        if field is None:
            kept[key] = value
            continue
        kind = strip_annotated(field.annotation)
        always = is_literal(kind) or (isinstance(kind, type) and issubclass(kind, enum.Enum))
        if always or (keep_if_not_none and value is not None) or not _same(value, field.default):
            kept[written_name(key, field)] = value
    return kept


def _same(value: Any, default: Any) -> bool:
    try:
        return bool(value == default)
    except Exception:  # arrays and the like have no plain equality; then it is written out
        return False


def plain_values(config: Config) -> dict[str, Any]:
    """The values of a config as plain dicts with defaults filled in: what the schema form would give code.

    Example:
        >>> class Limits(Config):
        ...     rows: int = 100
        >>> plain_values(Limits())
        {'rows': 100}
    """
    written = config._convert_to_config_dictionary()
    values: dict[str, Any] = type(config).to_config_schema().field.process(written, Walk(), None)
    return values


def config_dictionary(config: Config) -> dict[str, Any]:
    """A config as it is written in run config."""
    fields = {written_name(key, field): field for key, field in type(config).model_fields.items()}
    return {
        name: config_value(value, fields.get(name))
        for name, value in config._get_non_default_public_field_values(keep_if_not_none=True).items()
    }


def config_value(value: Any, field: FieldInfo | None = None) -> Any:
    """A value as it is written in run config.

    Args:
        value: a `Config`, an enum member, an `EnvVar`, dicts and lists of them, or a plain value.
        field: where it comes from; says whether it is a discriminated union.
    """
    if field is None:
        return _written(value, None)
    return _written(value, field.annotation, discriminator_of_field(field))


def _written(value: Any, annotation: Any, discriminator: str | None = None) -> Any:
    annotation = only_member(annotation)
    if isinstance(value, Config):
        written = value._convert_to_config_dictionary()
        discriminator = discriminator or discriminator_of(annotation)
        return {written.pop(discriminator): written} if discriminator is not None else written
    if is_env_var(value):
        return env_var_reference(value)
    if isinstance(value, dict):
        part = part_of(annotation, value)
        return {key: _written(inner, part) for key, inner in value.items()}
    if isinstance(value, list):
        part = part_of(annotation, value)
        return [_written(inner, part) for inner in value]
    return value.name if isinstance(value, enum.Enum) else value
