"""What a job needs before it can run: resources, and something for every input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY, In
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidDefinitionError, InvariantViolationError, suggest

_SIMPLE = (NO_VALUE, int, str, float, bool, list, dict)
NOWHERE = object()
"""Stands for the graph's input that an input is not mapped from."""


def required_resources(graph: GraphDefinition, hooks: Iterable[Any] = ()) -> dict[str, str]:
    """The resources that a graph needs, each with who needs it.

    Args:
        graph: the graph.
        hooks: hooks that hold for all of it.

    Example:
        >>> from daglab.definitions.op_definition import OpDefinition
        >>> need = OpDefinition(print, "need", required_resource_keys={"warehouse"})
        >>> required_resources(GraphDefinition("g", node_defs=[need]))
        {'warehouse': "op 'need'"}
    """
    found: dict[str, str] = {}
    for key, who in _requirements(graph, hooks):
        if key != DEFAULT_IO_MANAGER_KEY:
            found.setdefault(key, who)
    return found


def _requirements(graph: GraphDefinition, hooks: Iterable[Any]) -> Iterator[tuple[str, str]]:
    yield from _of_hooks(hooks)
    for definition in graph.iterate_node_defs():
        if definition.node_type == "graph":
            for node in definition.node_dict.values():
                yield from _of_hooks(node.hooks)
            continue
        who = definition.describe_node()
        yield from ((key, who) for key in sorted(definition.required_resource_keys))
        for name, one in definition.ins.items():
            if one.input_manager_key:
                yield one.input_manager_key, f"the input {name!r} of {who}"
            yield from _of_type(one.given_type, f"the type of the input {name!r} of {who}")
        for name, one in definition.outs.items():
            yield one.io_manager_key, f"the output {name!r} of {who}"
            yield from _of_type(one.given_type, f"the type of the output {name!r} of {who}")


def _of_hooks(hooks: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for hook in hooks:
        yield from ((key, f"hook {hook.name!r}") for key in sorted(hook.required_resource_keys))


def _of_type(raw: Any, who: str) -> Iterator[tuple[str, str]]:
    if not isinstance(raw, type):
        yield from ((key, who) for key in sorted(getattr(raw, "required_resource_keys", None) or ()))


def check_resources(name: str, needed: Mapping[str, str], defined: Mapping[str, Any]) -> None:
    """Refuses a job whose resources are not all defined.

    Raises:
        InvalidDefinitionError: something in its graph needs a resource that is missing; all of them are listed.
        InvariantViolationError: a resource needs another one that is missing.
    """
    missing = {key: who for key, who in needed.items() if key not in defined}
    if missing:
        listed = "; ".join(f"{key!r}, needed by {who}" for key, who in missing.items())
        raise InvalidDefinitionError(
            f"job {name!r} lacks resources: {listed}",
            hint=suggest(next(iter(missing)), defined)
            or f"it has {', '.join(map(repr, defined)) or 'none'}; add them to resource_defs",
        )
    for key, resource in defined.items():
        for other in sorted(getattr(resource, "required_resource_keys", None) or ()):
            if other not in defined:
                raise InvariantViolationError(
                    f"job {name!r}: the resource {key!r} needs the resource {other!r}, which is missing",
                    hint=suggest(other, defined) or "add it to resource_defs",
                )


def check_inputs(graph: GraphDefinition) -> None:
    """Refuses a graph with an input that nothing can be given to.

    Raises:
        InvalidDefinitionError: an input that is connected to nothing, has no default, and cannot be configured.
    """
    waiting: list[tuple[str, GraphDefinition, frozenset[str]]] = [("", graph, frozenset())]
    while waiting:
        prefix, inside, unfed = waiting.pop()
        mapped = {
            (one.mapped_node_name, one.mapped_node_input_name): one.graph_input_name for one in inside.input_mappings
        }
        for name, node in inside.node_dict.items():
            given = inside.dependencies.get(name, {})
            open_inputs = frozenset(
                one
                for one in node.definition.ins
                if one not in given and mapped.get((name, one), NOWHERE) in (*unfed, NOWHERE)
            )
            if node.is_graph:
                waiting.append((f"{prefix}{name}.", node.definition, open_inputs))
                continue
            for one in open_inputs:
                if not _can_be_configured(node.definition.ins[one]):
                    raise InvalidDefinitionError(
                        f"the input {one!r} of op '{prefix}{name}' is connected to nothing",
                        hint="connect it to an output, give it a default, or make it an input of the job",
                    )


def _can_be_configured(one: In) -> bool:
    if one.has_default or not one.passes_value or one.input_manager_key or one.asset_key is not None:
        return True
    if any(one.given_type is simple for simple in _SIMPLE):
        return True
    return one.type.loader is not None
