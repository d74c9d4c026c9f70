"""Unions of `Config` classes that a field tells apart, wherever in the annotation of a config field they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo

from daglab.definitions.config.annotations import is_union, strip_annotated
from daglab.errors import InvalidConfigDefinitionError


def discriminator_of(annotation: Any) -> str | None:
    """The name of the field that tells the members of a union apart; None where the annotation names none.

    Example:
        >>> from pydantic import Discriminator
        >>> discriminator_of(Annotated[int | str, Discriminator("kind")])
        'kind'
    """
    said: list[Any] = []
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        said += more
    return _first_name(said)


def discriminator_of_field(field: FieldInfo) -> str | None:
    """The same of a whole field."""
    given = field.discriminator
    return given if isinstance(given, str) else _first_name([given, *field.metadata])


def _first_name(said: Iterable[Any]) -> str | None:
    """Of what is said beside a type, pydantic's `Field` and `Discriminator` name a discriminator."""
    names = (getattr(one, "discriminator", None) for one in said)
    return next((name for name in names if isinstance(name, str)), None)


def part_of(annotation: Any, value: Any) -> Any:
    """What is said of the parts of a value: the elements of a list, the values of a dict, or what is not None.

    Args:
        annotation: of the value.
        value: the value.

    Returns:
        An annotation; None where nothing is said.
    """
    annotation = strip_annotated(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if is_union(annotation):
        rest = [one for one in arguments if one is not type(None)]
        return part_of(rest[0], value) if len(rest) == 1 else None
    if isinstance(value, Mapping):
        return arguments[1] if isinstance(origin, type) and issubclass(origin, Mapping) else None
    return arguments[0] if isinstance(origin, type) and issubclass(origin, list) else None


def only_member(annotation: Any) -> Any:
    """What an optional annotation holds when it is not None; others as they are."""
    inner = strip_annotated(annotation)
    if discriminator_of(annotation) or not is_union(inner):
        return annotation
    rest = [one for one in get_args(inner) if one is not type(None)]
    return only_member(rest[0]) if len(rest) == 1 else annotation


def with_discriminator(discriminator: str, value: Any) -> Any:
    """A member as pydantic takes it, from how run config writes it: `{"cat": {...}}`."""
    if not isinstance(value, Mapping) or discriminator in value:
        return value
    if len(value) != 1:
        raise InvalidConfigDefinitionError(
            f"a discriminated union is written with exactly one of its kinds, got {list(value)}",
            hint="write {kind: {field: value}}",
        )
    ((kind, fields),) = value.items()
    return {**(fields or {}), discriminator: kind}
