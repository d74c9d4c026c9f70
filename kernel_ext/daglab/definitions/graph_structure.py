"""What a graph is made of, checked: nodes in order, where their inputs come from, its own inputs and outputs."""

from __future__ import annotations

import collections.abc
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError as Circle
from graphlib import TopologicalSorter

from daglab.definitions.dependencies import (
    Collect,
    FanIn,
    FromGraphInput,
    FromNode,
    InputMapping,
    OutputMapping,
    Source,
    edges_of,
)
from daglab.definitions.dynamic_mapping import find_closed_inputs, find_dynamic_origins
from daglab.definitions.graph_nodes import Node
from daglab.definitions.nodes import DynamicOut, In, Out
from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.types.nothing import Nothing
from daglab.errors import InvalidDefinitionError, suggest


@dataclass(frozen=True, kw_only=True)
class GraphStructure:
    """A graph that holds together.

    Args:
        nodes: its nodes by name, each after those that it depends on.
        sources: for each node, where its inputs come from.
        input_mappings: which inputs of nodes the graph's inputs are.
        output_mappings: which outputs of nodes the graph's outputs are.
        ins: the graph's inputs.
        outs: the graph's outputs.
        dynamic_origins: for each node that runs once for each value of a dynamic output, that output.
        closed_inputs: the graph's inputs that cannot be mapped over, as what they go to is mapped in the graph itself.
    """

    nodes: Mapping[str, Node]
    sources: Mapping[str, Mapping[str, Source]]
    input_mappings: tuple[InputMapping, ...]
    output_mappings: tuple[OutputMapping, ...]
    ins: Mapping[str, In]
    outs: Mapping[str, Out]
    dynamic_origins: Mapping[str, FromNode]
    closed_inputs: frozenset[str]


def examine(
    graph: str,
    nodes: Mapping[str, Node],
    sources: Mapping[str, Mapping[str, Source]],
    input_mappings: tuple[InputMapping, ...],
    output_mappings: tuple[OutputMapping, ...],
) -> GraphStructure:
    """Checks that a graph holds together.

    Raises:
        InvalidDefinitionError: it does not.
    """
    who = f"graph {graph!r}"
    for node, inputs in sources.items():
        for name, source in inputs.items():
            _check_edge(who, nodes, node, name, source)
    ordered = {name: nodes[name] for name in _in_order(who, nodes, sources)}
    origins = find_dynamic_origins(who, ordered, sources)
    mapped = _fill_places(who, nodes, sources, input_mappings)
    return GraphStructure(
        nodes=ordered,
        sources=mapped,
        input_mappings=input_mappings,
        output_mappings=output_mappings,
        ins=_graph_ins(who, nodes, mapped, input_mappings),
        outs=_graph_outs(who, nodes, output_mappings),
        dynamic_origins=origins,
        closed_inputs=find_closed_inputs(nodes, input_mappings, origins),
    )


def _check_edge(who: str, nodes: Mapping[str, Node], node: str, name: str, source: Source) -> None:
    where = f"{who}: the input {name!r} of {node!r}"
    if node not in nodes:
        raise InvalidDefinitionError(f"{who} has no node {node!r}", hint=suggest(node, nodes))
    if name not in nodes[node].definition.ins:
        known = nodes[node].definition.ins
        raise InvalidDefinitionError(
            f"{who}: {nodes[node].describe_node()} has no input {name!r}",
            hint=suggest(name, known) or f"its inputs are {list(known)}",
        )
    for edge in edges_of(source):
        if edge.node == node:
            raise InvalidDefinitionError(f"{where} comes from {node!r} itself", hint="no node can wait for itself")
        if edge.node not in nodes:
            raise InvalidDefinitionError(
                f"{where} comes from {edge.node!r}, which is no node of it", hint=suggest(edge.node, nodes)
            )
        if edge.output not in nodes[edge.node].definition.outs:
            known = nodes[edge.node].definition.outs
            raise InvalidDefinitionError(
                f"{where} comes from the output {edge.output!r} of {edge.node!r}, which there is not",
                hint=suggest(edge.output, known) or f"its outputs are {list(known)}",
            )
    if isinstance(source, (FanIn, Collect)) and not takes_list(nodes[node].definition.ins[name]):
        raise InvalidDefinitionError(
            f"{where} gets a list, but is of type {nodes[node].definition.ins[name].given_type!r}",
            hint="make it a list",
        )


def takes_list(one: In) -> bool:
    """Whether several outputs can be given to an input, as a list.

    Example:
        >>> takes_list(In(int)), takes_list(In(list[int])), takes_list(In())
        (False, True, True)
    """
    raw = one.given_type
    if raw in (NO_VALUE, None, typing.Any, list, Nothing) or not one.passes_value:
        return True
    arguments = [part for part in typing.get_args(raw) if part is not type(None)]
    origin = typing.get_origin(raw)
    if origin in (list, collections.abc.Sequence, collections.abc.Iterable):
        return True
    if len(arguments) == 1 and origin is not None and type(None) in typing.get_args(raw):
        return takes_list(In(arguments[0]))
    name = str(getattr(raw, "display_name", ""))
    return name == "Any" or name.startswith("[")


def _in_order(who: str, nodes: Mapping[str, Node], sources: Mapping[str, Mapping[str, Source]]) -> list[str]:
    """The nodes, each after those that it depends on; as they were declared where that is so already."""
    before = {
        name: [edge.node for source in sources.get(name, {}).values() for edge in edges_of(source)] for name in nodes
    }
    seen: set[str] = set()
    for name, needed in before.items():
        if not seen.issuperset(needed):
            break
        seen.add(name)
    else:
        return list(nodes)
    try:
        return list(TopologicalSorter(before).static_order())
    except Circle as error:
        around = " → ".join(reversed(error.args[1]))
        raise InvalidDefinitionError(f"{who}: these nodes need each other: {around}", hint="break the circle") from None


def _fill_places(
    who: str,
    nodes: Mapping[str, Node],
    sources: Mapping[str, Mapping[str, Source]],
    mappings: tuple[InputMapping, ...],
) -> dict[str, dict[str, Source]]:
    """The sources, each place in a fan-in that an input of the graph goes to naming that input."""
    filled = {name: dict(sources.get(name, {})) for name in nodes}
    for one in mappings:
        if not isinstance(one, InputMapping):
            raise InvalidDefinitionError(f"{who}: {one!r} is no InputMapping", hint="write InputMapping(...)")
        where = f"{who}: its input {one.graph_input_name!r}"
        if one.mapped_node_name not in nodes:
            raise InvalidDefinitionError(
                f"{where} goes to {one.mapped_node_name!r}, which is no node of it",
                hint=suggest(one.mapped_node_name, nodes),
            )
        known = nodes[one.mapped_node_name].definition.ins
        if one.mapped_node_input_name not in known:
            raise InvalidDefinitionError(
                f"{where} goes to the input {one.mapped_node_input_name!r} of {one.mapped_node_name!r}, which there "
                "is not",
                hint=suggest(one.mapped_node_input_name, known) or f"its inputs are {list(known)}",
            )
        inputs = filled[one.mapped_node_name]
        given = inputs.get(one.mapped_node_input_name)
        if one.fan_in_index is not None:
            inputs[one.mapped_node_input_name] = _with_place(where, given, one.fan_in_index, one.graph_input_name)
        elif given is not None:
            raise InvalidDefinitionError(
                f"{where} goes to {one.mapped_node_name}.{one.mapped_node_input_name}, which comes from a node already",
                hint="remove one of the two",
            )
    for name, inputs in filled.items():
        for input_name, source in inputs.items():
            if isinstance(source, FanIn) and FromGraphInput("") in source.sources:
                raise InvalidDefinitionError(
                    f"{who}: the list for the input {input_name!r} of {name!r} has a place for an input of the graph, "
                    "and none goes there",
                    hint="add an InputMapping with its fan_in_index",
                )
    return filled


def _with_place(where: str, given: Source | None, index: int, graph_input: str) -> FanIn:
    places = given.sources if isinstance(given, FanIn) else ()
    if index >= len(places) or not isinstance(places[index], FromGraphInput):
        raise InvalidDefinitionError(
            f"{where} goes to place {index} of a list that has no such place", hint="use MappedInputPlaceholder there"
        )
    return FanIn((*places[:index], FromGraphInput(graph_input), *places[index + 1 :]))


def _graph_ins(
    who: str, nodes: Mapping[str, Node], sources: Mapping[str, Mapping[str, Source]], mappings: tuple[InputMapping, ...]
) -> dict[str, In]:
    """The inputs of the graph, with what the inputs that they go to agree on."""
    grouped: dict[str, list[InputMapping]] = {}
    for one in mappings:
        grouped.setdefault(one.graph_input_name, []).append(one)
    ins: dict[str, In] = {}
    for name, group in grouped.items():
        targets = [nodes[one.mapped_node_name].definition.ins[one.mapped_node_input_name] for one in group]
        types = {id(one.given_type): one.given_type for one in targets}
        said = next((one.dagster_type for one in group if one.dagster_type not in (None, NO_VALUE)), NO_VALUE)
        agreed = next(iter(types.values())) if len(types) == 1 and not group[0].maps_to_fan_in else NO_VALUE
        ins[name] = In(
            said if said is not NO_VALUE else agreed,
            description=group[0].graph_input_description or targets[0].description,
            default_value=targets[0].default_value if not group[0].maps_to_fan_in else NO_VALUE,
            input_manager_key=targets[0].input_manager_key,
        )
    return ins


def _graph_outs(who: str, nodes: Mapping[str, Node], mappings: tuple[OutputMapping, ...]) -> dict[str, Out]:
    outs: dict[str, Out] = {}
    for one in mappings:
        if not isinstance(one, OutputMapping):
            raise InvalidDefinitionError(f"{who}: {one!r} is no OutputMapping", hint="write OutputMapping(...)")
        where = f"{who}: its output {one.graph_output_name!r}"
        if one.mapped_node_name not in nodes:
            raise InvalidDefinitionError(
                f"{where} comes from {one.mapped_node_name!r}, which is no node of it",
                hint=suggest(one.mapped_node_name, nodes),
            )
        known = nodes[one.mapped_node_name].definition.outs
        inner = known.get(one.mapped_node_output_name)
        if inner is None:
            raise InvalidDefinitionError(
                f"{where} comes from the output {one.mapped_node_output_name!r} of {one.mapped_node_name!r}, which "
                "there is not",
                hint=suggest(one.mapped_node_output_name, known) or f"its outputs are {list(known)}",
            )
        kind = DynamicOut if inner.is_dynamic or one.from_dynamic_mapping else Out
        outs[one.graph_output_name] = kind(
            inner.given_type if one.dagster_type in (None, NO_VALUE) else one.dagster_type,
            description=one.graph_output_description or inner.description,
            is_required=inner.is_required,
            io_manager_key=inner.io_manager_key,
            metadata=inner.metadata,
            code_version=inner.code_version,
        )
    return outs
