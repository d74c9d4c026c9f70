"""Graphs that are written down."""

from __future__ import annotations

import pytest

from daglab.definitions.dependencies import (
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    FanIn,
    FromGraphInput,
    FromNode,
    InputMapping,
    MappedInputPlaceholder,
    MultiDependencyDefinition,
    NodeInvocation,
    OutputMapping,
)
from daglab.definitions.graph_decorator import graph
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.nodes import DynamicOut
from daglab.definitions.op_decorator import op
from daglab.errors import InvalidDefinitionError, InvariantViolationError


@op
def one():
    return 1


@op
def add(x, y=0):
    return x + y


@op(out=DynamicOut())
def split(): ...


def test_nodes_come_in_the_order_of_their_dependencies():
    made = GraphDefinition(
        "g",
        node_defs=[add, one],
        dependencies={
            NodeInvocation("add", alias="second", tags={"a": 1}): {"x": DependencyDefinition("first")},
            NodeInvocation("add", alias="first"): {"x": DependencyDefinition("one", "result")},
        },
    )
    assert list(made.node_dict) == ["one", "first", "second"]
    assert made.node_dict["second"].tags == {"a": "1"}


def test_fan_in_with_a_place_for_an_input_of_the_graph():
    made = GraphDefinition(
        "g",
        node_defs=[add, one],
        dependencies={
            "add": {"x": MultiDependencyDefinition([DependencyDefinition("one"), MappedInputPlaceholder])},
        },
        input_mappings=[InputMapping("more", "add", "x", fan_in_index=1), InputMapping("y", "add", "y")],
        output_mappings=[OutputMapping("total", "add", "result")],
    )
    assert made.dependencies["add"] == {"x": FanIn((FromNode("one"), FromGraphInput("more")))}
    assert (list(made.ins), list(made.outs), made.ins["y"].default_value) == (["more", "y"], ["total"], 0)


def _edge(node, output="result"):
    return {"add": {"x": DependencyDefinition(node, output)}}


@pytest.mark.parametrize(
    "arguments",
    [
        {"dependencies": _edge("nobody")},
        {"dependencies": _edge("one", "nothing")},
        {"dependencies": _edge("add")},
        {"dependencies": {"add": {"z": DependencyDefinition("one")}}},
        {"dependencies": {"other": {}}},
        {"dependencies": {"add": {"x": "one"}}},
        {"dependencies": {"add": DependencyDefinition("one")}},
        {"dependencies": {"add": {"x": DynamicCollectDependencyDefinition("one")}}},
        {"dependencies": {"add": {"x": MultiDependencyDefinition([MappedInputPlaceholder])}}},
        {"input_mappings": [InputMapping("i", "nobody", "x")]},
        {"input_mappings": [InputMapping("i", "add", "z")]},
        {"input_mappings": [InputMapping("i", "add", "x", fan_in_index=0)]},
        {"input_mappings": [InputMapping("i", "add", "x")], "dependencies": _edge("one")},
        {"input_mappings": ["x"]},
        {"output_mappings": [OutputMapping("o", "nobody", "result")]},
        {"output_mappings": [OutputMapping("o", "add", "nothing")]},
        {"output_mappings": ["o"]},
        {"node_defs": [3]},
        {"name": "a.b"},
    ],
)
def test_graphs_that_do_not_hold_together(arguments):
    with pytest.raises(InvalidDefinitionError):
        GraphDefinition(**{"name": "g", "node_defs": [add, one], **arguments})


def test_nodes_that_need_each_other():
    with pytest.raises(InvalidDefinitionError, match="need each other"):
        GraphDefinition(
            "g",
            node_defs=[add],
            dependencies={
                NodeInvocation("add", "a"): {"x": DependencyDefinition("b")},
                NodeInvocation("add", "b"): {"x": DependencyDefinition("a")},
            },
        )


def test_the_same_output_twice_in_a_fan_in():
    with pytest.raises(InvalidDefinitionError, match="twice"):
        MultiDependencyDefinition([DependencyDefinition("one"), DependencyDefinition("one")])


def test_a_graph_with_dynamic_outputs_inside_cannot_be_mapped_over():
    @op(out=DynamicOut())
    def feed(x): ...

    @graph
    def inner(x):
        feed(x).map(add)

    @graph
    def fine():
        inner(one())

    def mapped():
        split().map(inner)

    assert list(fine.node_dict) == ["one", "inner"]
    with pytest.raises(InvalidDefinitionError, match="dynamic"):
        graph(mapped)


def test_looking_up_a_node():
    made = GraphDefinition("g", node_defs=[one])
    assert made.node_named("one").definition is one
    with pytest.raises(InvariantViolationError, match="did you mean 'one'"):
        made.node_named("oen")


def test_only_a_graph_with_a_config_of_its_own_can_be_configured():
    with pytest.raises(InvalidDefinitionError, match="config"):
        GraphDefinition("g", node_defs=[one]).configured({}, name="h")
