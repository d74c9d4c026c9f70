"""Which resources need which, and in which order that has them opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from daglab.definitions.resources.resource_definition import ResourceDefinition
from daglab.errors import InvariantViolationError, UnknownResourceError, suggest


def opening_order(
    definitions: Mapping[str, ResourceDefinition], keys: Iterable[str], needed_by: Mapping[str, str]
) -> list[str]:
    """The keys and all that they need, each after what it needs.

    Args:
        definitions: by key.
        keys: what is asked for.
        needed_by: who asks, for messages.

    Raises:
        UnknownResourceError: a key is needed and not defined.
        InvariantViolationError: resources need each other in a circle.
    """
    order: dict[str, None] = {}
    for key in sorted(set(keys)):
        _visit(key, (), definitions, needed_by, order)
    return list(order)


def _visit(
    key: str,
    path: tuple[str, ...],
    definitions: Mapping[str, ResourceDefinition],
    needed_by: Mapping[str, str],
    order: dict[str, None],
) -> None:
    if key in order:
        return
    if key in path:
        around = " → ".join((*path[path.index(key) :], key))
        raise InvariantViolationError(
            f"these resources need each other: {around}", hint="break the circle at one of them"
        )
    if key not in definitions:
        raise unknown_resource(key, f"the resource {path[-1]!r}" if path else needed_by.get(key, ""), definitions)
    for needed in sorted(definitions[key].get_required_resource_keys(definitions)):
        _visit(needed, (*path, key), definitions, needed_by, order)
    order[key] = None


def unknown_resource(key: str, who: str, known: Iterable[str]) -> UnknownResourceError:
    """The error for a resource that is needed and not defined."""
    names = sorted(known)
    near = suggest(key, names)
    have = f"there are {names}" if names else "there are none"
    return UnknownResourceError(
        f"{who} needs the resource {key!r}, which nobody defined" if who else f"there is no resource {key!r}",
        hint=near or f"give it in resources=; {have}",
    )
