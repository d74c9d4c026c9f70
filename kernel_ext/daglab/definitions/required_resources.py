"""Which resources a definition needs, and whether they are all there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.errors import InvalidDefinitionError, suggest


def refuse_missing_resources(definition: AssetsDefinition, resources: Mapping[str, Any]) -> None:
    """Makes sure that every resource is there that a definition needs.

    Args:
        definition: of assets or checks.
        resources: what it is given by name, besides its own.

    Raises:
        InvalidDefinitionError: some are missing; all are listed.
    """
    given = {**resources, **definition.resource_defs}
    needed = _needed(definition, given)
    _refuse(needed, {*given, DEFAULT_IO_MANAGER_KEY})


def refuse_missing_keys(who: str, keys: Iterable[str], resources: Mapping[str, Any]) -> None:
    """Makes sure that every resource is there that a schedule or a sensor needs; otherwise like the other one."""
    _refuse(dict.fromkeys(sorted(keys), who), resources)


def _refuse(needed: Mapping[str, str], known: Iterable[str]) -> None:
    known = set(known)
    missing = [key for key in needed if key not in known]
    if missing:
        listed = ", ".join(f"resource {key!r}, which {needed[key]} needs" for key in missing)
        there = f"there are: {', '.join(sorted(known)) or 'none'}"
        raise InvalidDefinitionError(
            f"nobody provides {listed}", hint=suggest(missing[0], known) or f"add it to resources=; {there}"
        )


def _needed(definition: AssetsDefinition, given: Mapping[str, Any]) -> dict[str, str]:
    """Each key with who needs it; resources may need others."""
    who = repr(definition.node.name)
    pending = dict.fromkeys(sorted({*_keys_of_node(definition.node), *definition.required_resource_keys}), who)
    found: dict[str, str] = {}
    while pending:
        key = next(iter(pending))
        found[key] = pending.pop(key)
        others = getattr(given.get(key), "required_resource_keys", None) or ()
        pending |= {other: f"resource {key!r}" for other in sorted(others) if other not in found}
    return found


def _keys_of_node(node: Any) -> Iterable[str]:
    """The keys that the ops of a graph use; of an op, its definition tells."""
    inner = getattr(node, "node_dict", None)
    if isinstance(inner, Mapping):
        return [key for one in inner.values() for key in _keys_of_node(one.definition)]
    return [*getattr(node, "required_resource_keys", ())]
