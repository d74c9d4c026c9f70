"""Which nodes of a graph run once for each value of a dynamic output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from daglab.definitions.dependencies import Collect, FanIn, FromNode, InputMapping, Source, edges_of
from daglab.definitions.graph_nodes import Node
from daglab.errors import InvalidDefinitionError


def find_dynamic_origins(
    who: str, nodes: Mapping[str, Node], sources: Mapping[str, Mapping[str, Source]]
) -> dict[str, FromNode]:
    """The dynamic output for each of whose values a node runs once.

    Args:
        who: the graph, for messages.
        nodes: its nodes, each after those that it depends on.
        sources: where their inputs come from.

    Raises:
        InvalidDefinitionError: a node that depends on two dynamic outputs, or on one in a way that cannot be.
    """
    origins: dict[str, FromNode] = {}
    for name, node in nodes.items():
        collected: set[FromNode] = set()
        for input_name, source in sources.get(name, {}).items():
            for edge in edges_of(source):
                above = _origins_of(nodes, origins, edge)
                if not above:
                    if isinstance(source, Collect):
                        raise InvalidDefinitionError(
                            f"{who}: {name!r} collects {_said(edge)}, which is not dynamic", hint="use DynamicOut"
                        )
                    continue
                if isinstance(source, FanIn):
                    raise InvalidDefinitionError(
                        f"{who}: the list for the input {input_name!r} of {name!r} has {_said(edge)}, which depends on "
                        f"the dynamic output {_said(above[0])}",
                        hint="collect it first, in an op of its own",
                    )
                if len(above) > 1:
                    raise InvalidDefinitionError(_two_origins(who, name, above), hint="collect the first one before")
                if isinstance(source, Collect):
                    collected.add(above[0])
                elif origins.setdefault(name, above[0]) != above[0]:
                    raise InvalidDefinitionError(
                        _two_origins(who, name, [origins[name], above[0]]), hint="collect one of them"
                    )
                elif input_name in getattr(getattr(node.definition, "structure", None), "closed_inputs", ()):
                    raise InvalidDefinitionError(
                        f"{who}: {node.describe_node()} runs for each value of {_said(above[0])}, and its input "
                        f"{input_name!r} goes to a node that has to do with a dynamic output in it already",
                        hint="no node can depend on more than one dynamic output",
                    )
        if collected and name in origins:
            raise InvalidDefinitionError(
                f"{who}: {name!r} collects the dynamic output {_said(next(iter(collected)))} and also runs for each "
                f"value of {_said(origins[name])}",
                hint="no node can do both",
            )
    return origins


def _origins_of(nodes: Mapping[str, Node], origins: Mapping[str, FromNode], edge: FromNode) -> list[FromNode]:
    """The dynamic outputs that an output depends on, its own included."""
    own = [edge] if nodes[edge.node].definition.outs[edge.output].is_dynamic else []
    return [*([origins[edge.node]] if edge.node in origins else []), *own]


def _two_origins(who: str, name: str, both: Sequence[FromNode]) -> str:
    return f"{who}: {name!r} depends on more than one dynamic output: {_said(both[0])} and {_said(both[1])}"


def _said(edge: FromNode) -> str:
    return f"'{edge.node}.{edge.output}'"


def find_closed_inputs(
    nodes: Mapping[str, Node], mappings: tuple[InputMapping, ...], origins: Mapping[str, FromNode]
) -> frozenset[str]:
    """The graph's inputs that cannot be mapped over."""
    mapped_over = {origin.node for origin in origins.values()}
    closed = set()
    for one in mappings:
        name = one.mapped_node_name
        inner = getattr(getattr(nodes[name].definition, "structure", None), "closed_inputs", ())
        if name in origins or name in mapped_over or one.mapped_node_input_name in inner:
            closed.add(one.graph_input_name)
    return frozenset(closed)
