"""Selections of ops."""

from __future__ import annotations

import pytest

from daglab.definitions.dependencies import FanIn, FromNode
from daglab.definitions.graph_decorator import graph
from daglab.definitions.op_decorator import op
from daglab.definitions.op_selection import resolve_op_selection, subset_graph
from daglab.errors import InvalidSubsetError


@op
def a(): ...


@op
def b(x): ...


@op
def c(x): ...


@op
def d(xs): ...


@graph
def inner(x):
    return c(b(x))


@graph
def whole():
    first = a()
    second = b(first)
    third = c(second)
    d([first, third])
    inner(first)


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        (["a"], "a"),
        (["*c"], "a b c"),
        (["+c"], "b c"),
        (["++c"], "a b c"),
        (["b+"], "b c"),
        (["b++"], "b c d"),
        (["b*"], "b c d"),
        (["+b+"], "a b c"),
        (["*"], "a b c d inner"),
        (["a", "d"], "a d"),
        ("b", "b"),
        (["inner.b"], "inner.b"),
    ],
)
def test_what_a_selection_means(clauses, expected):
    assert resolve_op_selection(whole, clauses) == set(expected.split())


@pytest.mark.parametrize("clause", ["z", "", "a b", "inner.z", "a.b", "**", "+"])
def test_selections_that_name_nothing(clause):
    with pytest.raises(InvalidSubsetError):
        resolve_op_selection(whole, [clause])


def test_the_nearest_name_is_suggested():
    with pytest.raises(InvalidSubsetError, match="did you mean 'inner'"):
        resolve_op_selection(whole, ["innr"])


def test_edges_from_what_is_not_selected_are_gone():
    part = subset_graph(whole, {"a", "d", "inner.c"})
    assert list(part.node_dict) == ["a", "d", "inner"]
    assert part.dependencies == {"a": {}, "d": {"xs": FanIn((FromNode("a"),))}, "inner": {}}
    assert list(part.node_dict["inner"].definition.node_dict) == ["c"]
    assert list(part.node_dict["inner"].definition.outs) == ["result"]
    assert list(whole.node_dict["inner"].definition.node_dict) == ["b", "c"]
