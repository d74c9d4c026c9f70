"""From dependencies that are written down to the nodes of a graph and where their inputs come from."""

from __future__ import annotations

import collections.abc
from collections.abc import Mapping, Sequence
from typing import Any

from daglab.definitions.dependencies import (
    BlockingDependency,
    Collect,
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    FanIn,
    FromAsset,
    FromGraphInput,
    FromNode,
    MultiDependencyDefinition,
    NodeInvocation,
    Source,
)
from daglab.definitions.graph_nodes import Node
from daglab.errors import InvalidDefinitionError, suggest


def build_nodes(
    graph: str,
    node_defs: Sequence[Any],
    dependencies: Mapping[Any, Mapping[str, Any]],
    input_assets: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, Node], dict[str, dict[str, Source]]]:
    """The nodes of a graph that is written down, and where their inputs come from.

    Raises:
        InvalidDefinitionError: dependencies of a node that is not there, or two definitions of one name.
    """
    definitions: dict[str, Any] = {}
    for one in node_defs:
        if getattr(one, "node_type", None) not in ("op", "graph"):
            raise InvalidDefinitionError(f"graph {graph!r}: {one!r} in node_defs is no op or graph", hint="remove it")
        if definitions.setdefault(one.name, one) is not one:
            raise InvalidDefinitionError(f"graph {graph!r} has two nodes named {one.name!r}", hint="rename one of them")
    uses: dict[str, list[NodeInvocation]] = {}
    for key, inputs in dependencies.items():
        use = key if isinstance(key, NodeInvocation) else NodeInvocation(key)
        if not isinstance(inputs, collections.abc.Mapping):
            raise InvalidDefinitionError(
                f"graph {graph!r}: the dependencies of {use.name!r} are {inputs!r}",
                hint='write {"input": DependencyDefinition("node")}',
            )
        if use.name not in definitions:
            raise InvalidDefinitionError(
                f"graph {graph!r}: dependencies names {use.alias or use.name!r}, which is not among its nodes",
                hint=suggest(use.name, definitions) or "add it to node_defs",
            )
        uses.setdefault(use.name, []).append(use)
    nodes: dict[str, Node] = {}
    for name, definition in definitions.items():
        for use in uses.get(name, [NodeInvocation(name)]):
            nodes[use.alias or name] = Node(
                name=use.alias or name,
                definition=definition,
                tags=use.tags or {},
                hooks=use.hook_defs or frozenset(),
                retry_policy=use.retry_policy,
            )
    sources = _declared_sources(graph, nodes, dependencies, input_assets)
    return nodes, sources


def _declared_sources(
    graph: str,
    nodes: Mapping[str, Node],
    dependencies: Mapping[Any, Mapping[str, Any]],
    input_assets: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Source]]:
    sources: dict[str, dict[str, Source]] = {name: {} for name in nodes}
    for key, inputs in dependencies.items():
        node = (key.alias or key.name) if isinstance(key, NodeInvocation) else key
        for name, declared in inputs.items():
            if not isinstance(declared, BlockingDependency):
                sources[node][name] = _source(f"graph {graph!r}, node {node!r}, input {name!r}", declared)
    for node, assets in input_assets.items():
        sources.setdefault(node, {}).update({name: FromAsset(one) for name, one in assets.items()})
    return sources


def _source(who: str, declared: Any) -> Source:
    if isinstance(declared, DependencyDefinition):
        return FromNode(declared.node, declared.output)
    if isinstance(declared, DynamicCollectDependencyDefinition):
        return Collect(FromNode(declared.node_name, declared.output_name))
    if isinstance(declared, MultiDependencyDefinition):
        return FanIn(
            tuple(
                FromNode(one.node, one.output) if isinstance(one, DependencyDefinition) else FromGraphInput("")
                for one in declared.dependencies
            )
        )
    raise InvalidDefinitionError(f"{who}: {declared!r} is no dependency", hint='write DependencyDefinition("node")')
