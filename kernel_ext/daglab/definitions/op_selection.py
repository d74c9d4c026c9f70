"""Which part of a graph is run: `load`, `*load`, `load+`, `++report`, `inner.load`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from daglab.definitions.dependencies import Collect, FanIn, FromAsset, FromNode, Source, edges_of
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.graph_nodes import Node
from daglab.errors import InvalidSubsetError, suggest

_CLAUSE = re.compile(r"(\*?\+*)([./\w\[\]?-]+)(\+*\*?)")

Selected: TypeAlias = "dict[str, Selected]"


def resolve_op_selection(graph: GraphDefinition, op_selection: Iterable[str]) -> frozenset[str]:
    """The nodes that a selection means, as dotted paths.

    Args:
        graph: the graph.
        op_selection: clauses: a node's name; `*` before or after it for all that it depends on, or that depends on
            it; one `+` for each step of that; `inner.load` for a node inside a graph; `*` alone for everything.

    Raises:
        InvalidSubsetError: a clause that names nothing.

    Example:
        >>> from daglab.definitions.graph_decorator import graph
        >>> from daglab.definitions.op_decorator import op
        >>> @op
        ... def load(): return 1
        >>> @op
        ... def clean(rows): return rows
        >>> @graph
        ... def etl(): clean(load())
        >>> sorted(resolve_op_selection(etl, ["*clean"]))
        ['clean', 'load']
    """
    clauses = [op_selection] if isinstance(op_selection, str) else list(op_selection)
    if any("." in one for one in clauses):
        for one in clauses:
            _check_path(graph, one)
        return frozenset(clauses)
    above, below = _neighbours(graph)
    found: set[str] = set()
    for clause in clauses:
        found |= _meant_by(graph, clause, above, below)
    if not found:
        raise InvalidSubsetError(f"the selection {clauses} of {graph.name!r} names no op", hint="select at least one")
    return frozenset(found)


def _check_path(graph: GraphDefinition, path: str) -> None:
    inside = graph
    parts = path.split(".")
    for depth, part in enumerate(parts):
        if part not in inside.node_dict:
            where = ".".join(parts[:depth]) or graph.name
            raise InvalidSubsetError(
                f"the selection {path!r} names {part!r}, which {where!r} does not have",
                hint=suggest(part, inside.node_dict) or f"it has {', '.join(list(inside.node_dict)[:20])}",
            )
        node = inside.node_dict[part]
        if depth < len(parts) - 1:
            if not node.is_graph:
                raise InvalidSubsetError(
                    f"the selection {path!r} asks for a part of {part!r}, which is no graph", hint=f"select {part!r}"
                )
            inside = node.definition


def _neighbours(graph: GraphDefinition) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    above: dict[str, list[str]] = {name: [] for name in graph.node_dict}
    below: dict[str, list[str]] = {name: [] for name in graph.node_dict}
    for name, inputs in graph.dependencies.items():
        for source in inputs.values():
            for edge in edges_of(source):
                above[name].append(edge.node)
                below[edge.node].append(name)
    return above, below


def _meant_by(
    graph: GraphDefinition, clause: str, above: Mapping[str, list[str]], below: Mapping[str, list[str]]
) -> set[str]:
    if clause.strip() == "*":
        return set(graph.node_dict)
    parts = _CLAUSE.fullmatch(clause.strip())
    if parts is None:
        raise InvalidSubsetError(
            f"the selection {clause!r} cannot be read", hint="write a name, with * or + before or after it"
        )
    before, name, after = parts.groups()
    if name not in graph.node_dict:
        raise InvalidSubsetError(
            f"the selection {clause!r} names {name!r}, which {graph.name!r} does not have",
            hint=suggest(name, graph.node_dict) or f"it has {', '.join(list(graph.node_dict)[:20])}",
        )
    return {name} | _reached(name, above, _depth(before)) | _reached(name, below, _depth(after))


def _depth(part: str) -> float:
    return float("inf") if "*" in part else len(part)


def _reached(start: str, edges: Mapping[str, list[str]], depth: float) -> set[str]:
    found: set[str] = set()
    front = {start}
    while front and depth > 0:
        front = {after for one in front for after in edges[one]} - found
        found |= front
        depth -= 1
    return found


def subset_graph(graph: GraphDefinition, paths: Iterable[str]) -> GraphDefinition:
    """The graph with the selected nodes alone; edges from others are gone.

    Args:
        graph: the graph.
        paths: the selected nodes, as dotted paths that exist.
    """
    tree: Selected = {}
    for path in sorted(paths):
        inside = tree
        for part in path.split("."):
            inside = inside.setdefault(part, {})
    return _subset(graph, tree)


def _subset(graph: GraphDefinition, selected: Selected) -> GraphDefinition:
    nodes: dict[str, Node] = {}
    for name, node in graph.node_dict.items():
        if name not in selected:
            continue
        # As deep as the dots of what the user wrote.
        inner = _subset(node.definition, selected[name]) if node.is_graph and selected[name] else node.definition
        nodes[name] = Node(
            name=name, definition=inner, tags=node.tags, hooks=node.hooks, retry_policy=node.retry_policy
        )
    sources = {
        name: {
            input_name: kept
            for input_name, source in graph.dependencies.get(name, {}).items()
            if node.definition.has_input(input_name) and (kept := _kept(source, nodes)) is not None
        }
        for name, node in nodes.items()
    }
    return graph.copy(
        nodes=nodes,
        sources=sources,
        input_mappings=[
            one
            for one in graph.input_mappings
            if one.mapped_node_name in nodes
            and nodes[one.mapped_node_name].definition.has_input(one.mapped_node_input_name)
            and one.fan_in_index is None
        ],
        output_mappings=[
            one
            for one in graph.output_mappings
            if one.mapped_node_name in nodes
            and nodes[one.mapped_node_name].definition.has_output(one.mapped_node_output_name)
        ],
        positional_inputs=None,
    )


def _kept(source: Source, nodes: Mapping[str, Node]) -> Source | None:
    """What is left of where an input comes from; None where that is nothing."""
    if isinstance(source, FromAsset):
        return source
    if isinstance(source, FanIn):
        return FanIn(tuple(one for one in source.sources if isinstance(one, FromNode) and _is_there(one, nodes)))
    edge = source.source if isinstance(source, Collect) else source
    return source if _is_there(edge, nodes) else None


def _is_there(edge: FromNode, nodes: Mapping[str, Node]) -> bool:
    return edge.node in nodes and nodes[edge.node].definition.has_output(edge.output)
