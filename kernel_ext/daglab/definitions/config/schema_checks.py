"""What cannot be a schema, or the default of a field, and what to say about it."""

from __future__ import annotations

import enum
import types
import typing
from typing import Any, NoReturn

from daglab.definitions.config.config_type import ConfigType, Walk
from daglab.definitions.config.problems import quoted, raise_problems
from daglab.errors import InvalidConfigDefinitionError

WHAT_CAN_BE = (
    "a schema is int, float, bool, str, list, dict, Any, a Field, a config type (Shape, Selector, Array, ...), "
    "[type] for a list of it, {type: type} for a map, or a dict of names to these"
)


def refuse_schema(raw: Any, place: str, hint: str) -> NoReturn:
    """Raises: what was given is no schema; `place` is the names that lead to it."""
    where = f" at {place!r}" if place else ""
    raise InvalidConfigDefinitionError(f"{quoted(raw)} is no config schema{where}", hint=hint)


def hint_for_schema(raw: Any) -> str:
    """What to do about something that is no schema."""
    if isinstance(raw, type) and issubclass(raw, ConfigType):
        return f"give an instance of it: {raw.__name__}(...)"
    if type(None) in typing.get_args(raw) and typing.get_origin(raw) in (typing.Union, types.UnionType):
        return (
            "for None as a value write Noneable(type), for a value that may be left out Field(type, is_required=False)"
        )
    if typing.get_origin(raw) is not None:
        return f"annotations are for Config classes; here {WHAT_CAN_BE}"
    return WHAT_CAN_BE


def check_default(config_type: ConfigType, value: Any, is_required: bool | None) -> None:
    """Raises unless the default of a field fits its schema."""
    if is_required:
        raise InvalidConfigDefinitionError(
            f"a required field has no use for its default {quoted(value)}", hint="leave one of the two out"
        )
    if callable(value):
        raise InvalidConfigDefinitionError(
            f"the default of a field is a value, got {quoted(value)}, which can be called",
            hint="call it first, or use a Config class with default_factory",
        )
    if config_type.kind == "enum" and isinstance(value, enum.Enum):
        raise InvalidConfigDefinitionError(
            f"the default of an Enum field is written as in config, got {value!r}", hint=f"write {value.name!r}"
        )
    walk = Walk(resolve_env=False)
    config_type.process(value, walk, None)
    if walk.problems:
        raise_problems(f"the default {quoted(value)} of a Field", walk.problems)
