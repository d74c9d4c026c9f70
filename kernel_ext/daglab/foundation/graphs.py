"""Graph algorithms over plain mappings: each node to the nodes that it needs.

A node that is only needed and is no key of the mapping counts as a node that needs nothing. All of them are
linear in nodes and edges, and none recurses, so a chain of 10,000 nodes is no deeper than one of three.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from daglab.errors import CycleError

Edges: TypeAlias = Mapping[str, Sequence[str]]


def topological_order(edges: Edges) -> list[str]:
    """Lists all nodes, each after everything that it needs.

    Nodes stay in the order in which the mapping has them wherever their needs allow it: a mapping that is in
    a topological order already comes back unchanged.

    Raises:
        CycleError: some nodes need each other.

    Example:
        >>> topological_order({"report": ["orders", "rates"], "orders": [], "audit": ["orders"]})
        ['orders', 'rates', 'report', 'audit']
    """
    order, cycle = _walk(edges)
    if cycle:
        raise CycleError(cycle)
    return order


def find_cycle(edges: Edges) -> list[str] | None:
    """Finds nodes that need each other, None if there are none.

    Each node of the cycle needs the next one, and the last one needs the first.

    Example:
        >>> find_cycle({"a": ["b"], "b": ["c"], "c": ["b"]})
        ['b', 'c']
    """
    return _walk(edges)[1] or None


def ancestors(edges: Edges, roots: Iterable[str], *, depth: int | None = None) -> set[str]:
    """Collects what the roots need, directly or not.

    A root is among it only if another root, or a cycle, needs it: `roots | ancestors` is the whole closure.

    Args:
        edges: each node with the nodes that it needs.
        roots: where to start.
        depth: at most so many edges away; all of them if left out.

    Example:
        >>> edges = {"c": ["b"], "b": ["a"], "a": []}
        >>> sorted(ancestors(edges, ["c"])), sorted(ancestors(edges, ["c"], depth=1))
        (['a', 'b'], ['b'])
    """
    reached: set[str] = set()
    frontier: Iterable[str] = dict.fromkeys(roots)
    steps = 0
    while frontier and (depth is None or steps < depth):
        found = dict.fromkeys(need for node in frontier for need in edges.get(node, ()) if need not in reached)
        reached.update(found)
        frontier = found
        steps += 1
    return reached


def descendants(edges: Edges, roots: Iterable[str], *, depth: int | None = None) -> set[str]:
    """Collects what needs the roots, directly or not; otherwise like `ancestors`.

    Example:
        >>> sorted(descendants({"c": ["b"], "b": ["a"], "a": []}, ["a"]))
        ['b', 'c']
    """
    return ancestors(reversed_edges(edges), roots, depth=depth)


def levels(edges: Edges) -> list[list[str]]:
    """The nodes by the length of the longest chain that leads to them, in the order of the mapping.

    Example:
        >>> levels({"c": ["b"], "b": ["a"], "a": [], "x": []})
        [['a', 'x'], ['b'], ['c']]
    """
    depth: dict[str, int] = {}
    for node in topological_order(edges):
        depth[node] = 1 + max((depth[need] for need in edges.get(node, ())), default=-1)
    found: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in edges:
        found[depth[node]].append(node)
    return found


def reversed_edges(edges: Edges) -> dict[str, list[str]]:
    """Turns every edge around: each node with the nodes that need it, in the order of the mapping.

    Example:
        >>> reversed_edges({"b": ["a"], "c": ["a", "b"]})
        {'b': ['c'], 'c': [], 'a': ['b', 'c']}
    """
    turned: dict[str, list[str]] = {node: [] for node in edges}
    for node, needs in edges.items():
        for need in dict.fromkeys(needs):
            turned.setdefault(need, []).append(node)
    return turned


def _walk(edges: Edges) -> tuple[list[str], list[str]]:
    """A depth-first walk with a stack of its own: the nodes as they are finished, and the first cycle met."""
    order: list[str] = []
    finished: set[str] = set()
    for start in edges:
        if start in finished:
            continue
        path: dict[str, Iterator[str]] = {start: iter(edges[start])}
        while path:
            node = next(reversed(path))
            for need in path[node]:
                if need in path:
                    around = list(path)
                    return order, around[around.index(need) :]
                if need not in finished:
                    path[need] = iter(edges.get(need, ()))
                    break
            else:
                del path[node]
                finished.add(node)
                order.append(node)
    return order, []
