import pytest
from hypothesis import given
from hypothesis import strategies as st

from daglab.errors import CycleError
from daglab.foundation.graphs import (
    ancestors,
    descendants,
    find_cycle,
    reversed_edges,
    topological_order,
)

DIAMOND = {"top": [], "left": ["top"], "right": ["top"], "bottom": ["left", "right"]}
LONG = {str(number): [str(number + 1)] for number in range(10_000)}


@st.composite
def acyclic(draw: st.DrawFn) -> dict[str, list[str]]:
    """Graphs whose edges all lead to smaller numbers, listed in any order."""
    size = draw(st.integers(0, 12))
    needs = {n: sorted(draw(st.sets(st.integers(0, n - 1), max_size=4))) if n else [] for n in range(size)}
    return {str(n): [str(need) for need in needs[n]] for n in draw(st.permutations(range(size)))}


@given(acyclic())
def test_everything_comes_after_what_it_needs(edges: dict[str, list[str]]) -> None:
    order = topological_order(edges)
    place = {node: position for position, node in enumerate(order)}
    assert sorted(order) == sorted(edges)
    assert all(place[need] < place[node] for node, needs in edges.items() for need in needs)


@given(acyclic())
def test_an_order_that_is_right_already_stays(edges: dict[str, list[str]]) -> None:
    order = topological_order(edges)
    assert topological_order({node: edges[node] for node in order}) == order


@given(acyclic())
def test_up_and_down_are_mirror_images(edges: dict[str, list[str]]) -> None:
    for node in edges:
        assert descendants(edges, [node]) == {other for other in edges if node in ancestors(edges, [other])}


def test_a_node_that_is_no_key_is_listed_too() -> None:
    assert topological_order({"b": ["a"]}) == ["a", "b"]


def test_a_cycle_is_named_in_the_order_of_need() -> None:
    edges = {"start": ["a"], "a": ["b"], "b": ["c"], "c": ["a"]}
    assert find_cycle(edges) == ["a", "b", "c"]
    with pytest.raises(CycleError) as caught:
        topological_order(edges)
    assert caught.value.cycle == ("a", "b", "c")


def test_a_node_that_needs_itself_is_a_cycle() -> None:
    assert find_cycle({"a": ["a"]}) == ["a"]


def test_a_diamond_is_no_cycle() -> None:
    assert find_cycle(DIAMOND) is None


def test_long_chains_need_no_deep_stack() -> None:
    assert topological_order(LONG)[0] == "10000"
    assert len(ancestors(LONG, ["0"])) == 10_000
    assert find_cycle({**LONG, "10000": ["0"]}) == [str(number) for number in range(10_001)]


def test_depth_counts_edges() -> None:
    assert ancestors(DIAMOND, ["bottom"], depth=0) == set()
    assert ancestors(DIAMOND, ["bottom"], depth=1) == {"left", "right"}
    assert ancestors(DIAMOND, ["bottom"], depth=2) == {"left", "right", "top"}
    assert descendants(DIAMOND, ["top"], depth=1) == {"left", "right"}


def test_a_root_is_among_the_ancestors_only_if_another_root_needs_it() -> None:
    assert ancestors(DIAMOND, ["left", "top"]) == {"top"}


def test_turning_edges_keeps_the_order_and_drops_repetitions() -> None:
    assert reversed_edges({"b": ["a", "a"], "c": ["a"]}) == {"b": [], "c": [], "a": ["b", "c"]}
