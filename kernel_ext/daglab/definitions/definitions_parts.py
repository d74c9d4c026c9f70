"""What may stand where in `Definitions`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from daglab.definitions.asset_job import UnresolvedAssetJobDefinition
from daglab.definitions.job_definition import JobDefinition
from daglab.errors import InvalidDefinitionError, InvalidInvocationError


def checked_list(
    given: Iterable[Any] | None, argument: str, fits: Callable[[object], bool], hint: str = ""
) -> list[Any]:
    """What was given as a list.

    Raises:
        InvalidDefinitionError: it is no list, or something in it does not belong there.
    """
    if given is None:
        return []
    what = argument.removesuffix("s").replace("_", " ")
    if isinstance(given, (str, Mapping)) or not isinstance(given, Iterable):
        raise InvalidDefinitionError(f"{argument}={given!r} is no list", hint=f"write {argument}=[...]")
    found = list(given)
    for one in found:
        if not fits(one):
            raise InvalidDefinitionError(f"{argument}= holds {one!r}, which is no {what}", hint=hint)
    return found


def checked_resources(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Resources by name.

    Raises:
        InvalidDefinitionError: they are no mapping.
    """
    if given is not None and not isinstance(given, Mapping):
        raise InvalidDefinitionError(f"resources={given!r} is no mapping", hint='write resources={"name": value}')
    return dict(given or {})


def is_job(one: object) -> bool:
    """Whether something can stand in a list of jobs."""
    return isinstance(one, (JobDefinition, UnresolvedAssetJobDefinition))


def is_named(one: object) -> bool:
    """Whether something has a name, as schedules and sensors do."""
    return isinstance(getattr(one, "name", None), str)


def checked_name(name: object) -> str:
    """A name as it was given.

    Raises:
        InvalidInvocationError: it is no text.
    """
    if not isinstance(name, str):
        raise InvalidInvocationError(f"{name!r} is no name", hint="give the name as text")
    return name


def named(among: Iterable[Any], name: str, what: str) -> Any:
    """The one of a name.

    Raises:
        ValueError: there is none.
    """
    for one in among:
        if one.name == name:
            return one
    raise ValueError(f"there is no {what} {name!r}")
